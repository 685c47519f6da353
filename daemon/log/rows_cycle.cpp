#include "daemon/log/rows.hpp"

#include <array>

namespace idferry::daemon::log {

std::span<const row> cycle_rows()
{
    static constexpr auto rows = std::to_array<row>({
        {id::cycle_begun, "cycle_begun", level::info, "{sync}: {kind} cycle begins ({reason})",
         "A cycle reads the source, plans, judges the plan by the guards, and pushes. A full one also reads the "
         "target.",
         "Nothing."},
        {id::cycle_unchanged, "cycle_unchanged", level::info, "{sync}: nothing to do; {read} people read in {duration}",
         "Source and target are in step.", "Nothing."},
        {id::cycle_done, "cycle_done", level::notice,
         "{sync}: {counts}; {done} of {changes} changes pushed in {duration}",
         "The cycle pushed everything that it had planned.", "Nothing; `idferry history {sync}` shows it."},
        {id::cycle_done_partly, "cycle_done_partly", level::warning,
         "{sync}: {done} of {changes} changes pushed, {rejected} rejected, {deferred} deferred, in {duration}",
         "Some resources could not be pushed. Everybody else was.",
         "`idferry rejects list {sync}` says why for each. What was deferred is tried again by itself."},
        {id::cycle_failed, "cycle_failed", level::error, "{sync}: the cycle ended early: {reason}",
         "The source could not be read, the target did not answer, or the state could not be written. Nothing was "
         "taken away from anybody because of it.",
         "The sentence says who answered what. The next cycle tries again; when it goes on, look at that system, then "
         "at `idferry check --live`."},
        {id::push_stopped, "push_stopped", level::error, "{sync}: the push ended early: {reason}",
         "So many operations failed, or in such a way, that going on made no sense. What was done is recorded.",
         "Look at the target named in the sentence. The next cycle goes on with the rest."},
        {id::plan_made, "plan_made", level::info, "{sync}: plan {plan} with {changes} changes",
         "A plan was made and nothing written.", "Nothing; `idferry plan {sync}` shows one."},
        {id::plan_moved, "plan_moved", level::error,
         "{sync}: source, target, state or configuration moved since the plan was saved; nothing was written",
         "`apply` pushes exactly the saved plan or nothing.", "Plan again: idferry plan {sync} --out FILE."},
        {id::target_notice, "target_notice", level::warning, "{sync}: {reason}",
         "Discovery of the target found something that differs from its profile.",
         "Read the sentence; `idferry check --live` repeats it. Keys of the connection say what the target really "
         "does."},
        {id::cycle_costs, "cycle_costs", level::debug,
         "{sync}: {source_requests} requests to the source, {target_requests} to the target, {decoded} records "
         "decoded, "
         "{lookups} look-ups, {rows_written} rows written",
         "What the cycle cost.", "Nothing."},
        {id::change_pushed, "change_pushed", level::info, "{sync}: {operation} {type} {label}",
         "One change of a push that went through as planned.",
         "Nothing; `idferry audit` has the values before and after."},
        {id::change_planned, "change_planned", level::debug, "{sync}: to {operation} {type} {label}: {reason}",
         "One change of the plan, and why it is there.", "Nothing."},
        {id::more_left_out, "more_left_out", level::info, "{sync}: {count} more like this: {what}",
         "A cycle lists at most so many lines of one kind, so that a bad day does not fill the journal.",
         "`idferry rejects list {sync}` and `idferry plan {sync}` show all."},
        {id::leaves_withheld, "leaves_withheld", level::warning,
         "{sync}: removals were withheld because a read was not proved complete",
         "Nobody is deactivated, deleted or taken out of a group on a read that may have missed people.",
         "See the lists named before this line. When it lasts, leavers keep their access: find out why the source does "
         "not answer whole."},
        {id::sync_note, "sync_note", level::warning, "{sync}: {reason}",
         "Something about the sync as a whole that no single resource stands for.",
         "Read the sentence; `idferry plan {sync}` shows it in its place."},
        {id::as_before, "as_before", level::info, "{sync}: {count} notes as in the cycle before",
         "What was said about a resource is not said again in every cycle, until it changes.",
         "Nothing; `idferry rejects list {sync}` and `idferry plan {sync}` have them all."},
        {id::hints_unsure, "hints_unsure", level::warning,
         "{sync}: the source's events do not tell everything: {reason}",
         "Changes that events do not tell of are found by the next whole read, as without hints. Nothing is lost.",
         "Compare `events` of the source's connection with what its documents and console say; "
         "`idferry plan {sync} --hinted` looks at them now. Or leave `hints` out of the schedule."},
        {id::hints_work, "hints_work", level::notice, "{sync}: the source's events can be read whole again",
         "What the last warning about them said is over.", "Nothing."},

        {id::resource_rejected, "resource_rejected", level::warning, "{sync}: {type} {label} is rejected: {reason}",
         "This one resource cannot be pushed until its data or the mapping changes. It stops nobody else, and is tried "
         "again by itself, less and less often.",
         "`idferry explain {sync} {key}` shows why. Correct the person at the source, or the rule; then `idferry "
         "rejects retry {sync} {key}` tries at once."},
        {id::reject_recovered, "reject_recovered", level::notice, "{sync}: {type} {label} is no longer rejected",
         "What stood against this resource is gone: it was pushed, or nothing is wanted of it any more.", "Nothing."},
        {id::reject_retried, "reject_retried", level::notice,
         "{sync}: {count} rejects are tried again, asked for by {who}", "Their waiting time was ended by hand.",
         "Nothing; the next cycle says how it went."},
        {id::reject_dropped, "reject_dropped", level::notice, "{sync}: {count} rejects were dropped by {who}",
         "They are left alone until something else would be written for them.", "Nothing."},
        {id::resource_deferred, "resource_deferred", level::info,
         "{sync}: {type} {label} is left for the next cycle: {reason}", "A failure that may pass by itself.",
         "Nothing; the next cycle tries again."},
        {id::resource_protected, "resource_protected", level::notice, "{sync}: {type} {label} is protected: {reason}",
         "The resource is left as it is at the target, whatever the source says.",
         "Nothing when that is meant. Else look at `protect:` of {sync} and at `own_account`."},
        {id::attribute_not_kept, "attribute_not_kept", level::warning, "{sync}: {type} {label}: {reason}",
         "The target answered well, but does not hold the attribute as it was written. It is not rewritten for ever.",
         "Change the rule so that it gives what the target keeps, or accept the loss with `accept_not_kept`."},
        {id::drift_found, "drift_found", level::notice, "{sync}: {type} {label} differs at the target: {reason}",
         "Somebody else changed or removed the resource at the target.",
         "Nothing: it is written again. When it comes back every time, find out who else writes there."},
        {id::resource_note, "resource_note", level::notice, "{sync}: {type} {label}: {reason}",
         "Something about this resource that is no error.",
         "Read the sentence; `idferry explain {sync} {key}` has more."},
        {id::removal_withheld, "removal_withheld", level::info, "{sync}: {type} {label} is not removed: {reason}",
         "The read that says so was not proved complete.", "Nothing; a proved read removes it."},
        {id::attribute_changed, "attribute_changed", level::debug,
         "{sync}: {type} {label}: {attribute}: {before} → {after}",
         "One attribute of a change, with its values; sensitive ones are masked. Only at debug level.",
         "Nothing. Do not run a daemon at debug level for longer than a search takes: these lines hold personal data."},
        {id::reject_waiting, "reject_waiting", level::info, "{sync}: {type} {label} waits for its next try: {reason}",
         "It was rejected before, and is tried again later and later.",
         "Nothing; `idferry rejects retry {sync} {key}` tries at once."},
        {id::reject_stays_dropped, "reject_stays_dropped", level::info,
         "{sync}: {type} {label} stays dropped: {reason}",
         "Its reject was dropped by hand. It is left alone until something else would be written for it.", "Nothing."},

        {id::step_taken, "step_taken", level::info, "{sync}: {type} {label}: {step}",
         "A step beside the account was taken: a credential binding job was made, a credential was bound, credentials "
         "were revoked.",
         "Nothing; `idferry steps {sync}` lists how far everybody has come."},
        {id::step_failed, "step_failed", level::warning,
         "{sync}: {type} {label} has an account, and a step beside it is not taken: {reason}",
         "A joiner has no credential yet, or a leaver's are not revoked yet. The account itself is as it should be.",
         "The sentence says what was answered. A failed step is tried again by itself, later and later; after the last "
         "unused binding job nothing follows until `idferry rejects retry {sync} {key}`."},

        {id::guard_refused, "guard_refused", level::error,
         "{sync}: guard {guard} refused the plan, nothing was written: {reason}",
         "The plan goes beyond a limit of `guards:`, so nothing of it was pushed. Most often the source answered "
         "something wrong; sometimes the change is real.",
         "Look at `idferry plan {sync}`. If exactly these removals are right, this allows them and nothing else: "
         "{command}"},
        {id::guard_allowed, "guard_allowed", level::warning, "{sync}: guard {guard} was overridden by {who} ({digest})",
         "Exactly the removals with this digest were allowed by hand.", "Nothing; the audit trail has each of them."},
        {id::read_unproved, "read_unproved", level::warning,
         "{sync}: the list of {list} was not proved complete: {reason}",
         "A page was missing or repeated, or the count did not agree. Removals that depend on this list wait.",
         "When it comes once, nothing. When it lasts, look at the source: the sentence says what was wrong."},
    });
    return rows;
}

} // namespace idferry::daemon::log
