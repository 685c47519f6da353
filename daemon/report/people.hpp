// People (and groups): found by what somebody types, and one of them whole.
#pragma once

#include "daemon/report/source.hpp"

#include <cstddef>
#include <string>

namespace idferry::daemon::report {

// {"q","people":[{"sync","type","key","label","target_id": text or null,"state": "active" | "deactivated" | "none",
// "rejected": sentence or null}]}: links by the beginning or a part of label and key, or the beginning of the target
// id; then rejected ones without a link. `sync` "" = all.
json_result people_json(const source& from, const std::string& q, const std::string& sync, std::size_t limit);

struct person_query
{
    mapping::sync_name sync;
    std::string key;
    std::string type; // "" = user, else group
    std::size_t limit{100};
    std::int64_t before{0}; // lines of the history older than this one
};

// {"sync","type","key","label","link": {"target_id","owner": "created" | "adopted","first_seen","last_changed","state",
// "leave_due","left_alone","desired": {path: value} or null,"groups":[{"key","label"}]} or null,
// "reject": reject_json or
// null,"not_kept":[{"path","sent","kept"}],"steps":[step_json],"history":[audit_line_json],"next": id or null}; null
// when state knows nothing about that key. Sensitive values are masked.
json_result person_json(const source& from, const person_query& query);

} // namespace idferry::daemon::report
