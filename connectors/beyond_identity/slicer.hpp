// Cuts an answer with a list into raw records: the key of each and its bytes, without white space, in a buffer of its
// own. simdjson stays behind this header.
#pragma once

#include "connectors/source.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::connectors::beyond_identity {

// What a list looks like in its answer.
struct list_form
{
    std::string_view root;                // "identities": the member that holds the records
    std::string_view total{"total_size"}; // the member that counts them
    // Records in which this member says something are left out, and the count is none of the rest. null and "" say
    // nothing.
    std::string_view without{};
    bool bytes{true};          // else only keys are kept
    std::string_view beside{}; // the member that counts what else the answers list
};

struct sliced_list
{
    std::string why; // "" = this is a list
    std::shared_ptr<const std::string> buffer;
    std::vector<raw_record> records;
    std::vector<bad_record> bad;
    std::string next_token; // "" = none: the member is missing, null or empty
    std::optional<std::uint64_t> total;
    std::uint64_t beside{0};
};

struct sliced_item
{
    std::string why; // "" = this is a record
    std::string key;
    std::string bytes;
};

// Reuses its parser's memory: one per session. Not for several threads.
class slicer
{
public:
    slicer();
    ~slicer();
    slicer(slicer&&) noexcept;
    slicer& operator=(slicer&&) noexcept;

    // {"<root>": [{"id": …}, …], "total_size": N, "next_page_token": "…"}. Without its list an answer is none, unless
    // it counts 0. `bytes`: else only keys are kept.
    sliced_list list(std::string body, const list_form& form);
    // A record of its own: {"id": …}.
    sliced_item item(std::string body);

private:
    struct parser;
    std::unique_ptr<parser> parser_;
};

} // namespace idferry::connectors::beyond_identity
