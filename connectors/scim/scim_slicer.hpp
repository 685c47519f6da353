// Cuts a ListResponse into raw records: the key of each, its bytes without white space, and whom its list of members
// (of a group) or groups (of a user) names. simdjson stays behind this header.
#pragma once

#include "connectors/source.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::connectors::scim {

// What `members` or `groups` of one record name: ids, packed into one text.
class reference_list
{
public:
    void add(std::string_view id);
    std::size_t size() const { return ends_.size(); }
    std::string_view at(std::size_t i) const;

    bool given{false}; // the record has such a list
    std::string flaw;  // why the list cannot be believed; "" = it can

private:
    std::string text_;
    std::vector<std::uint32_t> ends_;
};

struct slice_rules
{
    bool user{true};                                  // of a user `groups` are references, of a group `members` are
    const std::vector<std::string>* cut_out{nullptr}; // further attributes that no record keeps
};

struct sliced_page
{
    std::string why; // "" = this is a ListResponse
    std::shared_ptr<const std::string> buffer;
    std::vector<raw_record> records;
    std::vector<reference_list> references; // one for each record
    std::vector<bad_record> bad;
    std::uint64_t received{0}; // elements of Resources
    std::optional<std::uint64_t> total;
    std::string next_cursor; // "" = none: the member is missing, null or empty
};

struct sliced_resource
{
    std::string why; // "" = this is a resource
    std::string key;
    std::string bytes;
    reference_list references;
};

// Names are found whatever their case (RFC 7643 section 2.1). References and passwords never stand in the bytes: the
// first are memberships and handed out apart, so that a record's bytes stay the same when somebody else joins a group.
// Reuses its parser's memory. Not for several threads.
class slicer
{
public:
    slicer();
    ~slicer();
    slicer(const slicer&) = delete;
    slicer& operator=(const slicer&) = delete;

    // Without Resources an answer is none, unless it counts 0 (RFC 7644 section 3.4.2).
    sliced_page list(std::string body, const slice_rules& rules);
    // A resource of its own.
    sliced_resource item(std::string body, const slice_rules& rules);

private:
    struct parser;
    std::unique_ptr<parser> parser_;
};

} // namespace idferry::connectors::scim
