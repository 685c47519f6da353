// Cuts an answer into raw records without building a DOM (simdjson, on demand): the key of each record and its bytes,
// as views into the answer. Nothing in a record but its key is validated here; decoding does that.
#pragma once

#include "connectors/bare_id/json_pointer.hpp"
#include "connectors/source.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::connectors::bare_id {

// Keys longer than this are refused.
inline constexpr std::size_t max_key_bytes = 512;
// Records nested deeper than this are refused.
inline constexpr std::size_t max_record_depth = 64;

// Where things are in an answer. The pointers outlive the call.
struct slice_spec
{
    const json_pointer* list{nullptr};                  // the array
    const json_pointer* id{nullptr};                    // within a record
    const json_pointer* name{nullptr};                  // within a record: compared with `leave_out`; may be null
    const std::vector<std::string>* leave_out{nullptr}; // prefixes, without case
    const json_pointer* next_token{nullptr};            // within the answer; may be null
    bool decoded_later{true};                           // else how deep a record is nested does not matter
};

enum class list_shape
{
    there,    // an array
    absent,   // the root is missing or null
    malformed // not JSON, not an array, cut off: `why`
};

struct sliced_list
{
    list_shape shape{list_shape::malformed};
    std::string why;
    std::shared_ptr<const std::string> buffer;
    std::vector<raw_record> records;
    std::vector<std::string_view> left_out; // keys of records whose name has one of the prefixes
    std::vector<bad_record> bad;
    std::uint64_t items{0}; // of the array, good or not
    std::string next_token; // "" = none
    // Of the first and the last record of the answer, good or not; "" = it has none, or there is no record.
    std::string first_key, last_key;
};

struct sliced_item
{
    std::string why; // "" = there
    std::shared_ptr<const std::string> buffer;
    raw_record record;
    bool left_out{false}; // its name has one of the prefixes
};

// Reuses its parser's memory: one per connection. Not for several threads.
class slicer
{
public:
    slicer();
    ~slicer();
    slicer(slicer&&) noexcept;
    slicer& operator=(slicer&&) noexcept;

    sliced_list list(std::string body, const slice_spec& spec);
    // One record below `spec.list`, which is the item pointer here.
    sliced_item item(std::string body, const slice_spec& spec);
    // A count: a number or a string of digits at `at`.
    std::optional<std::uint64_t> count(std::string body, const json_pointer& at);

private:
    struct parser;
    std::unique_ptr<parser> parser_;
};

} // namespace idferry::connectors::bare_id
