// The state cache: what we know and have done. An interface with one contract suite
// (tests/conformance/store_conformance); SQLite is the implementation, on disk or in memory.
//
// Errors are values: a message for the operator that names the file and what to do. Thread-safety: one thread at a
// time.
#pragma once

#include "state/link.hpp"
#include "state/queries.hpp"
#include "state/update.hpp"

#include <boost/system/result.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace idferry::state {

struct error
{
    enum class kind
    {
        newer_schema, // written by a newer idferry: never touched
        corrupt,      // not a database, or its integrity is broken: never touched
        unreadable,   // missing permission, missing folder
        busy,         // another process holds it
        io            // disk full and the like
    };
    kind what{kind::io};
    std::string message;
};
[[noreturn]] void throw_exception_from_error(const error& e, const boost::source_location& where);

template <class T> using result = boost::system::result<T, error>;

// Counts of what was done to the database since it was opened: for tests and benchmarks.
struct store_counters
{
    std::uint64_t rows_written{0};
    std::uint64_t lookups{0}; // point queries
    std::uint64_t transactions{0};
};

class store
{
public:
    virtual ~store() = default;

    // Rows of a scope in key order. The callback must not use the store.
    virtual result<void> scan_inputs(const scope_key& scope, const std::function<void(const input_view&)>& each) = 0;
    result<void> for_each_input(const scope_key& scope, const std::function<void(const input_row&)>& each);
    virtual result<void> for_each_link(const scope_key& scope, const std::function<void(const link&)>& each) = 0;

    virtual result<std::optional<link>> find_link(const scope_key& scope, const mapping::source_key& key) = 0;
    virtual result<std::optional<link>> find_link_by_target(const scope_key& scope,
                                                            const mapping::target_id& target) = 0;
    // Links that are not in a leave step.
    virtual result<std::uint64_t> count_active_links(const scope_key& scope) = 0;
    // Links in a leave step whose next step is due at or before `now`.
    virtual result<std::vector<link>> due_leavers(const scope_key& scope, time_point now) = 0;
    // Links with `left_alone`, in key order.
    virtual result<std::vector<link>> links_left_alone(const scope_key& scope) = 0;

    // Members that we have written to a group, in key order; and the groups a user was written to. For groups_of the
    // scope is the groups' or the user's own.
    virtual result<std::vector<mapping::source_key>> members_of(const scope_key& scope,
                                                                const mapping::source_key& group) = 0;
    virtual result<std::vector<mapping::source_key>> groups_of(const scope_key& scope,
                                                               const mapping::source_key& user) = 0;

    virtual result<std::vector<intent>> open_intents(const mapping::sync_name& sync) = 0;
    // In order of type and key, dropped ones too.
    virtual result<std::vector<reject>> rejects(const mapping::sync_name& sync, const reject_filter& only) = 0;
    result<std::vector<reject>> rejects(const mapping::sync_name& sync) { return rejects(sync, reject_filter()); }
    virtual result<reject_counts> count_rejects(const mapping::sync_name& sync) = 0;
    virtual result<std::vector<not_kept>> all_not_kept(const scope_key& scope) = 0;
    virtual result<std::vector<not_kept>> not_kept_of(const scope_key& scope, const mapping::source_key& key) = 0;
    virtual result<std::map<std::string, std::uint64_t>> list_sizes(const mapping::sync_name& sync) = 0;
    // Syncs that have left anything in state, sorted: known whether or not the configuration can be read.
    virtual result<std::vector<mapping::sync_name>> syncs() = 0;
    // The newest cycles first; with `before`, those that come after the cycle of that id in this order.
    virtual result<std::vector<cycle_row>> recent_cycles(const mapping::sync_name& sync, std::size_t limit,
                                                         std::int64_t before) = 0;
    result<std::vector<cycle_row>> recent_cycles(const mapping::sync_name& sync, std::size_t limit)
    {
        return recent_cycles(sync, limit, 0);
    }
    virtual result<std::optional<cycle_row>> cycle(std::int64_t id) = 0;
    // The newest cycle that did everything it could (`succeeded`).
    virtual result<std::optional<cycle_row>> last_success(const mapping::sync_name& sync) = 0;
    // Sorted by sync.
    virtual result<std::vector<quarantine>> quarantines() = 0;
    virtual result<std::optional<quarantine>> find_quarantine(const mapping::sync_name& sync) = 0;
    virtual result<std::optional<watermark>> find_watermark(const mapping::sync_name& sync,
                                                            const std::string& list) = 0;
    // In order of key and step; those of one resource in order of step.
    virtual result<std::vector<account_step>> account_steps(const scope_key& scope) = 0;
    virtual result<std::vector<account_step>> account_steps_of(const scope_key& scope,
                                                               const mapping::source_key& key) = 0;
    // Those that fit, in order of time, key and step: by index, whatever else there is.
    virtual result<std::vector<account_step>> find_account_steps(const scope_key& scope,
                                                                 const account_step_query& query) = 0;
    // How many there are, by status.
    virtual result<std::map<std::string, std::uint64_t>> count_account_steps(const scope_key& scope) = 0;
    // Links whose label, key or target id begins with a text; if there is none, those that contain it. See link_query.
    virtual result<std::vector<found_link>> search_links(const link_query& query) = 0;
    // Lines of the audit trail that fit, newest first, at most `query.limit`.
    virtual result<void> audit(const audit_query& query, const std::function<void(const audit_row&)>& each) = 0;
    // The audit trail in order; audit_chain.hpp verifies it. `audit_head` is the hash of its last row as committed.
    virtual result<void> for_each_audit(const std::function<void(const audit_row&)>& each) = 0;
    virtual result<std::string> audit_head() = 0;
    // Deactivations and removals that were done at or after `since`: for the rolling guard.
    virtual result<std::uint64_t> removals_since(const scope_key& scope, time_point since) = 0;
    // Keys of resources that were updated, deactivated or removed at or after `since`, sorted.
    virtual result<std::vector<std::string>> changed_since(const scope_key& scope, time_point since) = 0;
    // Memberships taken away at or after `since` (two days are kept), by group key.
    virtual result<std::map<std::string, std::uint64_t>> members_removed_since(const scope_key& scope,
                                                                               time_point since) = 0;
    // Random key of this state file (32 bytes, hexadecimal): for keyed digests of sensitive values, and the seed.
    virtual result<std::string> digest_key() = 0;

    // Records intents in one durable transaction before they are sent; gives their ids, in order.
    virtual result<std::vector<std::int64_t>> begin(const std::vector<intent>& intents) = 0;
    // Applies updates in one durable transaction: all or none. Two links of a scope to one target id are refused (io).
    virtual result<void> commit(const std::vector<update>& updates) = 0;

    virtual store_counters counters() const = 0;
};

enum class open_mode
{
    read_only, // a missing file is an empty state in memory; nothing in the folder is created or changed, not even
               // after a kill left a write-ahead log behind. An older schema is read as a copy in memory.
    read_write // creates the folder (0700) and the file (0600), runs migrations
};

// Opens `folder`/state.db. A newer schema or a corrupt file is refused and never written to.
result<std::unique_ptr<store>> open_store(const std::string& folder, open_mode mode);

// An empty state in memory.
std::unique_ptr<store> make_memory_store();

} // namespace idferry::state
