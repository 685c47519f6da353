// libjq behind a wall: runs one program, and stops it when it works too long or makes too large a value. The limits
// count steps and sizes, never time, so that the same resource always gives the same outcome. Private to expression*.
#pragma once

#include "mapping/json.hpp"

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <variant>

namespace idferry::mapping::jq {

// Begins a list that a program gives to `debug` as a request: [mark, what, value…]. Before it goes on,
//   "size"            the work grows with the value
//   "compare"         … with both values
//   "split"           … with the text, into as many parts as it has characters
//   "copy"            … with the value, times its number of elements
//   "each with each"  … with the product of both values
//   "join"            … a list of texts, with a separator
//   "repeat"          … a text and how often it is repeated
// A resource that holds such a list only makes its own work dearer.
inline constexpr std::string_view request_mark = "idferry: about to do";

// The message of a program that gave infinity or what is no number.
inline constexpr std::string_view no_json_number = "a number that JSON cannot hold";

struct machine_limits
{
    long work{500'000};        // steps
    std::size_t size{100'000}; // of one value: 1 for each part of it, and 1 for each 8 bytes of text
    std::size_t depth{200};    // of one value
    std::size_t values{1'000}; // that a program may give
};

struct machine_outcome
{
    enum class kind
    {
        done,
        failed,   // the program gave an error: `message` is jq's, which may hold values
        too_long, // more work than allowed
        too_large // a value, or the number of values, larger than allowed
    };
    kind how{kind::done};
    json::array_t values;
    std::string message;
};

// One at a time: a machine is used by one thread at a time.
class machine
{
public:
    virtual ~machine() = default;
    // Runs the program on the members of the object `input` that `only` names; all of them without it.
    virtual machine_outcome run(const json& input, const std::set<std::string>* only) const = 0;
};

// Compiles a program (about 40 ms: libjq compiles its own library each time), or says why it cannot be. A text that
// libjq would add to it, the file .jq in the home folder, is refused too.
std::variant<std::unique_ptr<const machine>, std::string> load_machine(const std::string& program,
                                                                       const machine_limits& limits = {});

} // namespace idferry::mapping::jq
