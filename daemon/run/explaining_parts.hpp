// The sections of an explanation: pieces of explaining.cpp. Contracts of the JSON are in explaining.hpp.
#pragma once

#include "daemon/run/deciding.hpp"
#include "daemon/run/explaining.hpp"
#include "mapping/explanation.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <vector>

namespace idferry::daemon::run {

// What the cycle came to; without a reading it ended early, and `error` says why.
struct planned
{
    std::optional<decided> made;
    cycle_report report;
    std::string error;
    bool target_known{false}; // its capabilities were learned

    const reading* read() const { return made ? made->read.get() : nullptr; }
    const reconcile::plan* plan() const { return made ? &made->drafted.plan : nullptr; }
};

// The one resource that is explained.
struct subject
{
    const type_settings* type{nullptr};
    mapping::source_key key;
    std::string label;
    std::optional<state::link> link;
    std::optional<std::string> bytes; // its record
    bool listed{false};               // in a list that was read
    std::string problem;              // why the record cannot be used, or ""
    std::vector<connectors::group_ref> groups;
    std::optional<mapping::explanation> trace;
    mapping::mask hides; // at the target and in state
    // Unlinked: what matches at the target, once it was asked.
    bool asked{false};
    std::vector<connectors::remote_resource> found;
    // Linked: what the target holds now.
    std::optional<connectors::remote_resource> there;
    bool gone{false};
    std::string target_problem;
};

bool is_sensitive(const subject& s, const std::string& path);
// Adds the texts that sensitive attributes of `resource` hold (the target's, or {"path": value}) to what is hidden:
// another attribute may repeat them.
void hide_sensitive_texts(const type_settings& type, const mapping::json& resource, mapping::mask& hides);

mapping::json source_json(const cycle_context& c, const planned& p, const subject& s);
mapping::json scope_json(const subject& s);
mapping::json match_json(const cycle_context& c, const subject& s);
mapping::json rules_json(const subject& s);
// Fails when state cannot be read.
outcome<void> add_state(const cycle_context& c, const planned& p, const subject& s, mapping::json& to);
// Who else has the resource, and which sync writes which attribute.
outcome<void> add_sharing(const cycle_context& c, const subject& s, mapping::json& to);
mapping::json target_json(const cycle_context& c, const subject& s);

// Learns what the target can do, once; gives why it could not, or "".
boost::asio::awaitable<std::string> know_target(cycle_context c, planned& p);
// Asks the target: for the linked resource, or for what matches. What goes wrong is in `target_problem`.
boost::asio::awaitable<void> ask_target(cycle_context c, planned& p, subject& s);

// `about` is the state section. Why and changes are the plan's.
mapping::json decision_json(const cycle_context& c, const planned& p, const subject& s, const mapping::json& about);
mapping::json guard_json(const planned& p);
// What to do, from a whole answer: one sentence.
std::string advice(const mapping::json& answer);

} // namespace idferry::daemon::run
