// One change at the target, from its fresh read to what is recorded about it.
#pragma once

#include "daemon/run/planning.hpp"

#include "mapping/json_fwd.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace idferry::daemon::run {

// What became of one change.
struct operation_outcome
{
    enum class kind
    {
        done,
        rejected,   // recorded as a reject; `text` says why
        deferred,   // transient; nothing is recorded, the next cycle tries again
        left_alone, // protected
        stop        // nothing will succeed until an operator acts
    };
    kind what{kind::deferred};
    bool credentials{false}; // stop: the target refuses ours
    std::string text;
    std::vector<state::update> updates; // to commit with the intent's end
    std::string step_told, step_failed; // of a step that went with it
    mapping::target_id made;            // deferred or stop: what a creation made, as told, and nobody can see yet
};

// Target resources that one push takes over: two people must not get the same one.
class push_claims
{
public:
    // Takes the resource for `key`. Returns who has it already, when that is somebody else.
    std::optional<std::string> claim(const mapping::resource_type& type, const mapping::target_id& id,
                                     const mapping::source_key& key);

private:
    std::map<std::pair<std::string, std::string>, std::string> taken_; // type, target id → source key
};

// Carries out one change. `detour`: paths that get a temporary value first, for a userName or e-mail swap; then it
// stops there.
boost::asio::awaitable<operation_outcome> carry_out(cycle_context c, const reconcile::plan& plan,
                                                    const reconcile::change& change, std::vector<std::string> detour,
                                                    push_claims& claims);

// Target ids of the members that a group's record names.
std::set<std::string> members_in(const mapping::json& group);

// The desired resource of a change with its link references replaced by target ids; or why one cannot be.
outcome<mapping::desired_resource> resolve_links(const cycle_context& c, const reconcile::change& change,
                                                 const std::vector<mapping::attribute_rule>& rules);
// Replaces every link reference below `value` by its target id; returns the first one that has no link. `also`: what a
// plan has found at the target and will link before this is sent; null = links alone.
std::optional<std::string> resolve_links_in(const cycle_context& c, mapping::json& value,
                                            const found_before* also = nullptr);
// True when a desired text refers to a resource that has no link yet.
bool refers_to_missing(const cycle_context& c, const std::string& desired);

// True when a resource of the target that matches lives somewhere else (a role of another resource server), by what
// `desired` says; also when that place is not at the target yet. `also`: see resolve_links_in.
bool lives_elsewhere(const cycle_context& c, const mapping::resource_type& type, const mapping::json& desired,
                     const connectors::remote_resource& remote, const found_before* also = nullptr);

// After a create was refused or its answer lost: the one unlinked target resource that is this one, by its match
// attributes. Nothing when there is none; an error sentence in `why_not` when it must not be adopted.
struct looked_up
{
    std::optional<connectors::remote_resource> found;
    std::string why_not;
};
boost::asio::awaitable<connectors::result<looked_up>> look_up(cycle_context c, const type_settings& type,
                                                              mapping::source_key key, std::string desired,
                                                              std::string match_values);

} // namespace idferry::daemon::run
