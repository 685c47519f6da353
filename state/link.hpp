// The values state is made of. Plain data; no behaviour, no SQLite.
#pragma once

#include "mapping/digest.hpp"
#include "mapping/ids.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::state {

using time_point = std::chrono::sys_time<std::chrono::milliseconds>;

// Which sync and which resource type: the key prefix of almost every table.
struct scope_key
{
    mapping::sync_name sync;
    std::string type; // mapping::resource_type::name
    auto operator<=>(const scope_key&) const = default;
};

// What the last cycle made of a source record. Kept for people out of scope too.
enum class input_status
{
    linked,       // in scope, and its target resource holds what is desired
    out_of_scope, // nothing to do for it
    waiting       // its outcome is not recorded yet (rejected, deferred, withheld): processed whatever its digest says
};

struct input_row
{
    mapping::source_key key;
    mapping::digest input;
    input_status status{input_status::waiting};
};

// The same, for scans that must not allocate: `key` holds only during the callback.
struct input_view
{
    std::string_view key;
    mapping::digest input;
    input_status status{input_status::waiting};
};

enum class link_owner
{
    created, // by us
    adopted  // found under the matching rule and taken over
};

// How far a leaver has come.
enum class leave_step
{
    none,
    deactivated // `leave_due` says when the next step (delete) is due, when there is one
};

// The recorded fact: this source resource is that target resource.
struct link
{
    mapping::source_key key;
    mapping::target_id target;
    std::string desired;        // desired_resource::text as last written; "{}" when adopted and not yet written
    std::string match_values;   // {"userName": …} as JSON text: how it is found again
    std::string label;          // what people call it: userName, displayName
    std::string target_version; // entity tag, or ""
    link_owner owner{link_owner::created};
    time_point first_seen{};
    time_point last_changed{};
    leave_step step{leave_step::none};
    std::optional<time_point> leave_due;
    std::string left_alone; // why the target's own data protected it when it was last to be written; "" = it did not
    std::vector<std::string> source_groups; // users: keys of the source groups at the last proved read, sorted
};

enum class operation
{
    create,
    adopt, // link only
    update,
    deactivate,
    remove,
    members,
    // Steps beside a resource; only in the audit trail.
    bind_credential,
    revoke_credential
};
const char* to_string(operation op);
std::optional<operation> operation_from(std::string_view text);

// A push that was begun and not committed: after a crash it is looked up at the target before anything is sent again.
struct intent
{
    std::int64_t id{0}; // given by the store
    scope_key scope;
    mapping::source_key key;
    operation what{operation::create};
    mapping::target_id target; // create: what the answer told, when it could not be seen; else empty
    std::string desired;       // what was going to be written
    std::string match_values;  // how to find it
    time_point begun{};
};

// One resource that cannot be pushed until its data or mapping changes.
struct reject
{
    scope_key scope;
    mapping::source_key key;
    std::string label;
    operation what{operation::create};
    std::string error;     // the sentence for the operator
    int attempts{1};       // of the same attempt, one after another
    time_point first{};    // since when it is rejected, whatever the reason
    time_point next_try{}; // before it, a cycle that respects the waiting time leaves the resource alone
    std::string attempt;   // digest of what was going to be written: another one is tried at once
    bool dropped{false};   // by hand: not tried and not shown until `attempt` would be another one
};

// A sync whose target keeps failing: it is not pushed, only probed, slower and slower.
struct quarantine
{
    mapping::sync_name sync;
    time_point since{};
    std::string reason;       // the sentence for the operator
    std::int64_t failures{1}; // cycles that failed, one after another
    time_point next_probe{};  // the cycle that may end it
};

// How far a list that only ever grows was read (events of a source): where the next read goes on.
struct watermark
{
    mapping::sync_name sync;
    std::string list;  // "events"
    std::string value; // as the connector wrote it
    time_point at{};   // when that was read
};

// A step beside the resource itself that a joiner or a leaver takes: a credential to be bound, credentials to be
// revoked. One row for each resource and step.
struct account_step
{
    scope_key scope;
    mapping::source_key key;
    std::string step;   // "bind_credential", "revoke_credentials"
    std::string status; // "wanted", "begun", "open", "done", "given_up", …
    std::string remote; // ids at the target that it is about, separated by blanks, or ""; never a secret
    std::string note;   // for the operator; never a secret
    std::int64_t attempts{0};
    time_point changed{};   // when `status` was last written
    time_point next_look{}; // not before; `never` once nothing is left to do
    static constexpr time_point never{std::chrono::milliseconds(253'402'300'799'000)}; // the end of the year 9999
};

// An attribute that the target did not keep as written.
struct not_kept
{
    mapping::source_key key;
    std::string path;
    std::string sent; // JSON text
    std::string kept; // JSON text
};

// One line of the audit trail; values go to a side table with its own retention.
struct audit_entry
{
    time_point when{};
    scope_key scope;
    mapping::source_key key;
    mapping::target_id target;
    std::string label;
    operation what{operation::update};
    std::string outcome; // "done", "rejected: …", "failed: …"
    std::string before;  // JSON text or ""
    std::string after;   // JSON text or ""
};

// A stored audit line: what is hashed, and the values unless they were erased.
struct audit_row
{
    std::int64_t id{0};
    audit_entry entry; // label, before and after are empty, outcome is `word` once the values are erased
    std::string word;  // of the outcome: "done", "rejected", "failed"
    bool has_values{false};
    std::string salt;        // of the value digests; erased with the values
    std::string values_hash; // over label, outcome, before and after
    std::string previous;    // hash of the row before, "" for the first
    std::string hash;        // of this row
};

// A cycle that was tried: counts, durations, completeness, plan digest, as JSON text for the history commands (its form
// is in daemon/run/cycle_summary.hpp).
struct cycle_row
{
    mapping::sync_name sync;
    time_point started{};
    time_point ended{};
    int exit_code{0}; // 0 done, 1 error, 3 a guard refused, 4 with rejects, 6 removals withheld
    std::string summary;
    std::int64_t id{0}; // given by the store
};

} // namespace idferry::state
