// Turns a reading and the state into a plan: situations, differences, memberships, and what is only bookkeeping.
#pragma once

#include "daemon/reconcile/plan.hpp"
#include "daemon/run/reading.hpp"

#include <map>
#include <set>
#include <vector>

namespace idferry::daemon::run {

// A plan with everything that is recorded beside its changes.
struct draft
{
    reconcile::plan plan;
    reconcile::guard_context context;
    std::vector<state::update> bookkeeping; // for resources that need no push
    std::vector<state::update> links;       // what the push itself refers to: recorded before it
    // reading::left_alone: type and key → why the target itself protects it.
    std::map<std::pair<std::string, std::string>, std::string> left_alone;
    std::shared_ptr<const known_rejects> rejects;
    // Other syncs share the target (sharing.hpp): type and key of those whose link ends while nothing changes there,
    // our record of memberships that they give too, and who came back without a change of their own.
    std::set<std::pair<std::string, std::string>> staying_with_others;
    std::vector<state::update> kept_by_others;
    std::map<std::string, std::string> back_unchanged; // key → what people call them
    bool hinted{false};                                // only some people were asked for: nothing is known of others
};

// What the target's own inventory showed in a refresh: changes and notes for resources that drifted.
struct drift
{
    std::vector<reconcile::change> changes;
    std::vector<reconcile::note> notes;
};

// Drafts the plan from what is known now. With candidates that still need proof it is tentative: it shows the worst
// that could follow, for the guards.
outcome<draft> draft_plan(const cycle_context& c, reading& r, const drift& drifted);

// The two ends of a draft, which a cycle by hints shares: what guards compare with, and, once all changes are in, what
// they mean together, their counts, cost and digest.
outcome<draft> begin_draft(const cycle_context& c, const reading& r);
outcome<void> finish_draft(const cycle_context& c, const reading& r, draft& d);

// Resources of a type that is read whole (groups and all that follow them): those that are new, changed, or touched by
// members who come or go, as candidates.
struct held_work
{
    std::vector<candidate> all;
    std::vector<mapping::source_key> leavers;
};
outcome<held_work> consider_held(const cycle_context& c, reading& r, const type_settings& type,
                                 const std::set<std::string>& touched);

// Whose place at the target changes in this plan.
struct movement
{
    std::map<std::string, std::string> coming; // key → what people call them
    std::set<std::string> leaving;
    std::set<std::string> staying; // gone at the source; they leave, with their groups, in the next cycle with leaves
};
using movements = std::map<std::string, movement, std::less<>>; // by name of the type
// Adds the changes of one such type and its memberships to `d`, and its own comings and goings to `all`.
outcome<void> plan_held(const cycle_context& c, reading& r, const type_settings& type, movements& all, draft& d);

// Pieces that people and groups share. `also`: what this plan found for others that this one may refer to.
std::optional<reconcile::change> plan_candidate(const cycle_context& c, const type_settings& type, candidate& p,
                                                draft& d, const found_before* also = nullptr);
std::optional<reconcile::change> plan_leave(const cycle_context& c, const type_settings& type, const state::link& link,
                                            reconcile::situation why, draft& d);
// True when the change was rejected as it is and is not tried in this cycle; the plan then says so.
bool hold_back(draft& d, const reconcile::change& change);
void add_note(draft& d, reconcile::note::kind what, const mapping::resource_type& type, const mapping::source_key& key,
              const std::string& label, std::string text);
// Who matched a resource that is linked to somebody else, and gets the name because that one is renamed in this plan,
// is new: the push renames first.
outcome<void> give_freed_names(const cycle_context& c, const type_settings& type, std::vector<candidate>& candidates);
// Why a linked resource is left alone: by what state knows, or by what the target said in this cycle.
std::optional<std::string> protection_of(const cycle_context& c, const mapping::resource_type& type,
                                         const state::link& link, const draft& d);
// Rejects every candidate that wants a unique value that another one wants too.
void reject_duplicates(const type_settings& type, const mapping::type_profile& profile,
                       std::vector<candidate*> candidates);

} // namespace idferry::daemon::run
