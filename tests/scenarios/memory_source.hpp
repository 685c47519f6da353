// A source in memory: people and groups as SCIM-shaped JSON, lists that can be cut off, and proofs for single people.
#pragma once

#include "connectors/hint_feed.hpp"
#include "connectors/source.hpp"
#include "mapping/json.hpp"
#include "tests/scenarios/faults.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace idferry::tests {

struct source_group
{
    std::string name, path, parent;
    std::vector<std::string> members; // people and groups
    bool bad{false};                  // its record cannot be read
};

struct source_content
{
    std::map<std::string, mapping::json> people;
    std::map<std::string, source_group> groups;
    // Resources of other types, by type and key, with their "members".
    std::map<std::string, std::map<std::string, mapping::json>> held;
    bool walk{false}; // people are found in groups only, so that every removal needs a proof

    // What a read does wrong.
    std::map<std::string, std::size_t> cut; // list_ref::text → records that still come; the list is unproved
    std::set<std::string> shortened;        // the same lists end as if they were complete
    std::set<std::string> unreadable;       // people whose record comes as a bad one
    bool nameless_bad_record{false};        // a record in the people list whose id cannot be read
    std::set<std::string> cannot_prove;     // people who cannot be asked for

    bool hints{false};               // it tells of events: whose record or groups changed, in order
    std::vector<std::string> events; // keys of people
    bool events_lost{false};         // what changes now is not told
};

// Its events as hints; a mark is how many of them were read.
class memory_feed final : public connectors::hint_feed
{
public:
    memory_feed(const source_content& content, fault_plan& faults) : content_(content), faults_(faults) {}

    boost::asio::awaitable<connectors::result<connectors::hint_batch>> look(std::string mark) override;
    std::string mark_of(time_point) const override { return std::to_string(content_.events.size()); }
    boost::asio::awaitable<connectors::result<connectors::hinted_person>> read(mapping::source_key person) override;

private:
    const source_content& content_;
    fault_plan& faults_;
};

class memory_source final : public connectors::source
{
public:
    memory_source(const source_content& content, fault_plan& faults)
        : content_(content), faults_(faults), feed_(content, faults)
    {
    }

    connectors::hint_feed* hints() override { return content_.hints ? &feed_ : nullptr; }
    std::unique_ptr<connectors::source_read> read(const connectors::read_request& request) override;
    connectors::result<mapping::json> decode(const mapping::resource_type& type, std::string_view bytes,
                                             const std::vector<connectors::group_ref>& groups) const override;
    bool removals_need_proof() const override { return content_.walk; }
    bool can_prove() const override { return true; }
    boost::asio::awaitable<connectors::result<connectors::person_proof>> prove(mapping::source_key person) override;
    const connectors::http::client_counters& counters() const override { return counters_; }

private:
    const source_content& content_;
    fault_plan& faults_;
    memory_feed feed_;
    connectors::http::client_counters counters_;
};

} // namespace idferry::tests
