// The plan: a sorted value with counts, request budget and digest. Computed without I/O, printed by other code
// (plan_text, plan_json, plan_markdown), saved and compared by its digest.
#pragma once

#include "daemon/reconcile/change.hpp"
#include "mapping/mapper.hpp"

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::daemon::reconcile {

// What one operation costs in requests, and how fast the target may be used.
struct push_budget
{
    int create{1}, update{2}, remove{1};
    int members{2}, each_member{0}; // for a group, and for each one who comes or goes
    double requests_per_second{0};  // 0 = unlimited
    int burst{1};
};

struct type_counts
{
    std::uint64_t creates{0}, adopts{0}, updates{0}, deactivates{0}, removes{0};
    std::uint64_t switched_off{0}; // of the updates: `active` goes false
    std::uint64_t members_added{0}, members_removed{0}, groups_changed{0};
    std::uint64_t read{0}, in_scope{0}, unchanged{0};
    std::uint64_t active_links{0}; // before the cycle: the guards' denominator
};

// How a read of one list went, when it is not complete.
struct list_note
{
    std::string list;
    std::string why;
};

struct plan
{
    mapping::sync_name sync;
    std::string source; // connection name and address, for people
    std::string target;

    std::vector<change> changes;               // sorted: push order, then label, then key
    std::vector<due_step> steps;               // due ones, sorted like changes; those of a change stand there
    std::vector<note> notes;                   // sorted
    std::vector<list_note> unproved;           // lists that were not proved complete
    std::map<std::string, type_counts> counts; // by resource type name
    // The rules behind attributes, by resource type name: what a change's texts leave out.
    std::map<std::string, std::vector<mapping::attribute_rule>> rules;

    std::uint64_t requests{0};
    std::chrono::milliseconds time_needed{0}; // at the target's rate
    mapping::digest id;                       // over the changes alone: no times in it

    bool empty() const { return changes.empty() && !takes_steps(); }
    bool takes_steps() const; // whether any step writes
    bool withheld() const;
    bool has_rejects() const; // those that wait for their next try too; not those dropped by hand
};

// Sorts, counts, sets the budget and the digest. `digest_key` keys the digests of sensitive values.
void finish(plan& p, const push_budget& budget, std::string_view digest_key);

// The rule line behind an attribute of a type, or "".
std::string_view rule_of(const plan& p, const mapping::resource_type& type, std::string_view path);
bool is_sensitive(const plan& p, const mapping::resource_type& type, std::string_view path);

// Deltas to show for a change: its own, or every attribute of a creation.
std::vector<mapping::attribute_delta> shown_deltas(const plan& p, const change& c);

} // namespace idferry::daemon::reconcile
