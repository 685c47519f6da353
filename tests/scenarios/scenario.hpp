// A scenario file: the settings of a sync, what source and target hold, and steps with what each must lead to.
//
//   about: one sentence
//   sync: {users: …, groups: …, guards: …, protect: …}    as in a configuration file
//   source: {people: {KEY: RECORD}, groups: {KEY: {name, path, parent, members}}, walk: true, …}
//            held: {TYPE: {KEY: {ATTRIBUTE: VALUE, members: [KEY]}}}
//   target: {held: {TYPE: {DISPLAY_NAME: {ATTRIBUTE: VALUE}}}, users: {USERNAME: RESOURCE}, groups: {NAME: [USERNAME]},
//   drops: [PATH], refuses: [USERNAME],
//            lists_members: false, binds: [USERNAME] (they use their open binding job), expires: [USERNAME] (they do
//            not)}
//   In place of `sync` and `source`, several syncs that share the target: `syncs: {NAME: {users: …, yields_to: …,
//   source: …}}`; steps are about the first one, or of: NAME in a `change`, `plan` or `sync`.
//   steps:
//     - change: {source: …, target: …}     merged into what is there; null takes away
//     - plan: {exit: 2, changes: [LINE], notes: [LINE], refused: [GUARD]}    what is left out is expected to be 0 or
//     empty
//     - sync: {…, refresh: true, allow: [GUARD]}   allow: exactly what was refused last
//       hinted: true: only people whom events name are read (source: {hints: true}; lost_events: true loses those of a
//       change)
//       leaves: false: a cycle that the schedule does not let take away
//       revert: true on a sync: its change may also be taken back after a failure, and the target is then what it was
//       scheduled: true on a sync: rejects wait for their next try
//     - advance: 30d
//     - drop: user p1     what a person may do with a reject; and retry: user p1
//   final: {users: {USERNAME: {PATH: VALUE}}, groups: {NAME: [USERNAME]}, held: {TYPE: {DISPLAY_NAME: …}}}   every user
//   and group, only the paths named; other resources whole, ids replaced by names. `jobs` and `credentials` of a user are
//   what became of each binding job and each credential
//
// Lines: "create user p1", "update user p1: title, userName", "members group g1: +p1 -p2", "reject user p1", "withheld
// user p1".
#pragma once

#include "daemon/run/settings.hpp"
#include "mapping/json.hpp"

#include <string>
#include <vector>

namespace idferry::tests {

struct scenario
{
    std::string file;
    mapping::json text;                            // the whole file
    std::vector<daemon::run::sync_settings> syncs; // one, or those that share the target
    const daemon::run::sync_settings& sync() const { return syncs.front(); }
    // The one that a step is about.
    std::size_t of(const mapping::json& step) const;
};

// Throws std::runtime_error with every mistake.
scenario load_scenario(const std::string& path);
std::vector<std::string> scenario_files(const std::string& folder);

} // namespace idferry::tests
