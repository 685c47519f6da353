// Guards: checks over the whole plan that can stop it before the first write. Pure.
//
// A violation is typed and carries its numbers; it is overridden by naming the guard and the digest of exactly the
// removals that it refused.
#pragma once

#include "config/shape.hpp"
#include "daemon/reconcile/plan.hpp"
#include "mapping/filter.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace idferry::daemon::reconcile {

// `guards:` of a sync. Shares are fractions (10% = 0.10).
struct guard_settings
{
    double max_removals{0.10}; // of the active links; deactivations, deletions, out of scope
    std::int64_t max_removals_count{50};
    double max_changes{0.50};         // updates and removals, of the active links; creates never count
    std::int64_t min_population{20};  // below it, shares mean nothing: at most 2 removals pass
    double max_shrink{0.20};          // how much smaller than its last good read the people list may be
    double max_members_removed{0.50}; // of one group's members, from 10 members on
    std::vector<config::located<std::string>> sentinels; // filters or source ids that must be seen
};
config::shape<guard_settings> guard_shape();

// A sentinel as it is looked for: each must be seen in the read.
struct sentinel
{
    std::string text;
    std::shared_ptr<const mapping::filter> by_filter; // null: `text` is a source id
};
// Parses the sentinels; a text with a blank is a filter.
std::vector<sentinel> parse_sentinels(const guard_settings& settings, config::diagnostics& out);

// One group's list of members, or that of another resource with members, among all of a sync.
std::string list_of_members(const mapping::resource_type& type, const mapping::source_key& key);

// What the guards judge beside the plan.
struct guard_context
{
    std::map<std::string, std::uint64_t> active_links;             // before the cycle, by type name
    std::map<std::string, std::uint64_t> removed_last_day;         // done in the last 24 hours, by type name
    std::map<std::string, std::uint64_t> changed_last_day;         // the same with updates; without those of this plan
    std::map<std::string, std::uint64_t> members_before;           // by list_of_members: memberships we hold
    std::map<std::string, std::uint64_t> members_removed_last_day; // by list_of_members
    std::uint64_t people_read{0};
    std::uint64_t people_last_time{0}; // size of the last good people list, 0 = none
    std::vector<std::string> missing_sentinels;
    std::uint64_t privileged_left{1}; // resources with the role of a removed owner or admin that stay
    std::string privileged_role;      // of the last one who would go, or ""
};

enum class guard
{
    empty_source,
    shrunken_source,
    sentinels,
    max_removals,
    max_removals_count,
    max_changes,
    max_members_removed,
    last_owner
};
std::string_view to_string(guard g);

struct violation
{
    guard what{guard::max_removals};
    std::string type;        // resource type name
    std::string text;        // one sentence with the numbers
    mapping::digest refused; // over exactly what it refuses: what --allow names
};

// GUARD=DIGEST as given on the command line.
struct allowance
{
    std::string guard;
    std::string digest;
};

// Judges the plan. A violation whose guard and digest are allowed is left out.
std::vector<violation> judge(const plan& p, const guard_settings& settings, const guard_context& context,
                             const std::vector<allowance>& allowed);

// Digest over the removals of a plan: type, operation and key of each, and each member that goes. Unrelated changes do
// not move it.
mapping::digest removals_digest(const plan& p);
// The same with updates: what max_changes is bound to.
mapping::digest changes_digest(const plan& p);

} // namespace idferry::daemon::reconcile
