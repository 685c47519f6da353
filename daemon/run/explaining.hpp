// `explain`: one person or group from source to target, read-only: what the next cycle would do with it, and why.
//
// The decision is not worked out a second time: a whole cycle is planned as `plan` does it (the guards judge the whole
// plan, so the whole source is read), and this resource's part is picked out of it. Scope and rules are shown by
// mapper::explain, which is the mapping itself with a record of every step.
#pragma once

#include "daemon/run/context.hpp"
#include "mapping/json.hpp"
#include "mapping/resource_type.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace idferry::daemon::run {

struct explain_request
{
    std::string key; // source id, userName, e-mail address or target id; of a group: its id, name or path
    const mapping::resource_type* type{&mapping::user_type};
    bool refresh{false}; // also read the whole target and compare it with state
};

struct explained
{
    mapping::json answer;
    int exit_code{0}; // 0 answered · 1 the key means nobody or several, or something could not be read
};

// Writes nothing: sends reads and token requests only, and commits nothing to `c.state`. Never throws for what the
// outside does wrong. Values of sensitive attributes are masked. The answer, every section always there:
//
// {"sync", "key", "type": "user"|"group",
//  "found": "one"|"several"|"target_only"|"none"|"error",
//     several: the key fits more than one, see "candidates"; target_only: an account there that is nobody's in the
//     source; none: looked for everywhere, see "looked"; error: see "error"
//  "resource": {"key": source key, "label"} | null,
//  "candidates": [{"key","label","where": "source"|"state"|"source and state"}],
//  "looked": {"source": {"people_read": n, "complete": bool, "why"}, "state": {"links": n}, "target": sentence},
//  "source": {"connection", "found": bool, "listed": bool, "complete": bool, "why": why a list is not proved complete,
//             "problem": why the record cannot be used or "", "groups": [{"key","name","path"}], "resource": {…}|null},
//     listed false with found true: asked for alone, in none of the lists that were read
//  "scope": {"in_scope": bool|null, "clause": the one that decided, "clauses": [CLAUSE]},
//     CLAUSE: {"clause","holds": bool,"found": values its path selects} or, for and, or, not,
//     {"clause","holds","operator","clauses": [CLAUSE]}; at the top the parts of the scope's own and/or
//  "match": {"linked": bool, "asked": bool, "attributes": [{"attribute","value"}], "by": attribute that found any or
//  "",
//            "candidates": [{"id","label","by": [attribute],"linked_to": {"key","label"}|null,"protected": why|""}]},
//  "rules": [{"attribute","rule","when": CLAUSE|null,"input","result": "value"|"cleared"|"left_alone"|"rejected",
//             "output","notice": sentence or "","sensitive": bool}],
//  "state": {"known": bool, "input": "linked"|"out_of_scope"|"waiting"|null, "unchanged": bool: since the last cycle,
//            "link": {"target_id","label","owner","desired": {path: value},"first_seen","last_changed",
//                     "leave": {"step": "none"|"deactivated","due"}, "left_alone"}|null,
//            "reject": {"error","operation","attempts","first","next_try","dropped"}|null,
//            "open": [{"operation","begun"}], "not_kept": [{"attribute","sent","kept"}],
//            "steps": [{"step","status","since","next","attempts","note"}] beside the account,
//            "groups": [source keys of the groups that a person was written to], "members": n (groups),
//            "quarantine": {"since","reason","next_probe"}|null,
//            "audit": [{"id","when","operation","outcome"}] newest first},
//  "target": {"connection", "asked": bool, "found": bool|null, "id", "resource": {…}|null,
//             "differs": [{"attribute","written","there"}]: changed by others since we last wrote it, "protected":
//             why|"", "problem": why it could not be read or ""},
//  "sharing": {"others": [{"sync","key","label","owner","has_it": bool, "comes": "before"|"after"|"partly before"|
//             "not said"}]: other syncs' links to the resource, "attributes": [{"attribute","sync": who writes it}]},
//  "decision": {"action": "none"|"create"|"adopt"|"update"|"deactivate"|"remove"|"rejected"|"protected"|"withheld"|
//                         "keep"|"unknown", "why": sentence, "situation": word or "",
//               "changes": [{"attribute","old","new","rule"}],
//               "steps": [sentence]: what follows beside the account,
//               "memberships": [{"group","key","change": "add"|"remove"}] of a person,
//               "members": {"add": n, "remove": n} of a group,
//               "unproved": sentence or "": what will still be asked for before it is done,
//               "notes": [{"kind","text"}]},
//  "guard": {"verdict": "allows"|"refuses"|"unknown" (no plan), "guards": [{"guard","type","text","allow":
//  "GUARD=DIGEST"}]}, "plan": {"changes": n, "unproved": [{"list","why"}]} of the whole sync, "advice": what to do, one
//  sentence, "error": sentence or ""}
// Times are RFC 3339, UTC, with milliseconds. `remove` is the deletion, `adopt` the linking of what is there.
boost::asio::awaitable<explained> explain(cycle_context c, explain_request what);

} // namespace idferry::daemon::run
