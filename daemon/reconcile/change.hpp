// One intended operation of a plan. Plain data.
#pragma once

#include "mapping/desired_resource.hpp"
#include "mapping/digest.hpp"
#include "mapping/ids.hpp"
#include "mapping/resource_type.hpp"
#include "state/link.hpp"

#include <optional>
#include <string>
#include <vector>

namespace idferry::daemon::reconcile {

enum class situation
{
    absent,
    found,
    ambiguous,
    confirmed,
    unqualified,
    source_missing,
    out_of_scope,
    forgotten,
    drifted,   // a read of the target differs from what we last wrote
    grace_over // a leaver whose time has come
};

// A membership that is added or removed, by the person's source key.
struct member_change
{
    mapping::source_key person;
    std::string label;
};

struct change
{
    const mapping::resource_type* type{nullptr};
    state::operation what{state::operation::update};
    situation why{situation::confirmed};
    mapping::source_key key;
    std::string label;         // userName or displayName: what people call it
    mapping::target_id target; // empty until created

    // create, adopt, update: the whole desired resource as text (desired_resource::text); small on purpose, the rules
    // that made it are in plan::rules.
    std::string desired;
    // update, adopt, deactivate: what differs. A creation shows its desired resource instead.
    std::vector<mapping::attribute_delta> deltas;
    // members: who comes and who goes.
    std::vector<member_change> add, remove;

    // What is recorded with the outcome.
    mapping::digest input;
    bool record_input{false};
    std::vector<std::string> source_groups;
    std::optional<state::time_point> leave_due; // deactivate: when the next step is due
    bool returning{false};                      // update of a leaver that came back

    // What it entails beside the resource itself, in words ("a credential binding job by e-mail"), and what that costs.
    std::vector<std::string> steps;
    int step_requests{0};

    // True when this takes access away: judged by guards, and only done on proof.
    bool is_removal() const { return what == state::operation::deactivate || what == state::operation::remove; }
    // The same through an attribute: `active` goes false.
    bool switches_off() const;
};

// A step beside a resource that is due, left by a change of an earlier cycle (state::account_step).
struct due_step
{
    const mapping::resource_type* type{nullptr};
    std::string label;
    state::account_step known;
    std::string text; // what is done, in words
    bool writes{false};
    int requests{1}; // at most
};

// Something the administrator must know that is not a change.
struct note
{
    enum class kind
    {
        reject,   // this resource cannot be pushed
        withheld, // not done because a read was not proved complete
        protect,  // left alone because it is protected
        not_kept, // the target does not keep an attribute as written
        leaving,  // left, and is dealt with in the next cycle with leaves
        drift,    // the linked resource is gone at the target
        waiting,  // rejected before, and its next try is not due
        dropped,  // rejected before, and dropped by hand until something else would be written for it
        step,     // a step beside the resource goes on no further, or not now
        warning   // everything else
    };
    kind what{kind::warning};
    const mapping::resource_type* type{nullptr};
    mapping::source_key key;
    std::string label;
    std::string text;
};

} // namespace idferry::daemon::reconcile
