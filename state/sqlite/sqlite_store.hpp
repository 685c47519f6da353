// The store on SQLite. Reading is in sqlite_store_read.cpp, writing in sqlite_store_write.cpp, the audit trail in
// sqlite_store_audit.cpp, rejects, cycles and quarantine in sqlite_store_history.cpp, watermarks
// and account steps in sqlite_store_steps.cpp, opening in sqlite_store_open.cpp.
#pragma once

#include "state/sqlite/database.hpp"

#include <map>

namespace idferry::state::sqlite {

class sqlite_store final : public store
{
public:
    explicit sqlite_store(std::unique_ptr<database> db) : db_(std::move(db)) {}

    result<void> scan_inputs(const scope_key& scope, const std::function<void(const input_view&)>& each) override;
    result<void> for_each_link(const scope_key& scope, const std::function<void(const link&)>& each) override;
    result<std::optional<link>> find_link(const scope_key& scope, const mapping::source_key& key) override;
    result<std::optional<link>> find_link_by_target(const scope_key& scope, const mapping::target_id& target) override;
    result<std::uint64_t> count_active_links(const scope_key& scope) override;
    result<std::vector<link>> links_left_alone(const scope_key& scope) override;
    result<std::vector<link>> due_leavers(const scope_key& scope, time_point now) override;
    result<std::vector<mapping::source_key>> members_of(const scope_key& scope,
                                                        const mapping::source_key& group) override;
    result<std::vector<mapping::source_key>> groups_of(const scope_key& scope,
                                                       const mapping::source_key& user) override;
    result<std::vector<intent>> open_intents(const mapping::sync_name& sync) override;
    result<std::vector<reject>> rejects(const mapping::sync_name& sync, const reject_filter& only) override;
    result<reject_counts> count_rejects(const mapping::sync_name& sync) override;
    result<std::vector<not_kept>> all_not_kept(const scope_key& scope) override;
    result<std::vector<not_kept>> not_kept_of(const scope_key& scope, const mapping::source_key& key) override;
    result<std::map<std::string, std::uint64_t>> list_sizes(const mapping::sync_name& sync) override;
    result<std::vector<mapping::sync_name>> syncs() override;
    result<std::vector<cycle_row>> recent_cycles(const mapping::sync_name& sync, std::size_t limit,
                                                 std::int64_t before) override;
    result<std::optional<cycle_row>> cycle(std::int64_t id) override;
    result<std::optional<cycle_row>> last_success(const mapping::sync_name& sync) override;
    result<std::vector<quarantine>> quarantines() override;
    result<std::optional<quarantine>> find_quarantine(const mapping::sync_name& sync) override;
    result<std::optional<watermark>> find_watermark(const mapping::sync_name& sync, const std::string& list) override;
    result<std::vector<account_step>> account_steps(const scope_key& scope) override;
    result<std::vector<account_step>> account_steps_of(const scope_key& scope, const mapping::source_key& key) override;
    result<std::vector<account_step>> find_account_steps(const scope_key& scope,
                                                         const account_step_query& wanted) override;
    result<std::map<std::string, std::uint64_t>> count_account_steps(const scope_key& scope) override;
    result<std::vector<found_link>> search_links(const link_query& wanted) override;
    result<void> audit(const audit_query& wanted, const std::function<void(const audit_row&)>& each) override;
    result<void> for_each_audit(const std::function<void(const audit_row&)>& each) override;
    result<std::string> audit_head() override;
    result<std::uint64_t> removals_since(const scope_key& scope, time_point since) override;
    result<std::vector<std::string>> changed_since(const scope_key& scope, time_point since) override;
    result<std::map<std::string, std::uint64_t>> members_removed_since(const scope_key& scope,
                                                                       time_point since) override;
    result<std::string> digest_key() override;
    result<std::vector<std::int64_t>> begin(const std::vector<intent>& intents) override;
    result<void> commit(const std::vector<update>& updates) override;
    store_counters counters() const override { return db_->counters; }

private:
    // The number of a scope that was written to before, or nothing.
    std::optional<std::int64_t> known_scope(const scope_key& scope);
    // The same, given to it now if it is new; 0 on failure.
    std::int64_t scope_id(const scope_key& scope);
    query looked_up(const char* sql);
    bool give_audit(query& q, const std::function<void(const audit_row&)>& each);

    // What a call returns once its steps are done: the value, or the first failure.
    template <class T> result<T> outcome(T value)
    {
        if (db_->failed()) return db_->take_failure();
        return value;
    }
    result<void> outcome()
    {
        if (db_->failed()) return db_->take_failure();
        return {};
    }
    // Why nothing may be written, if so.
    std::optional<error> refusal() const;

    // Steps of a commit; a failure stays in the database object until `outcome`.
    void apply(const put_input& u);
    void apply(const forget_input& u);
    void apply(const put_link& u);
    void apply(const remove_link& u);
    void apply(const begin_intent& u);
    void apply(const end_intent& u);
    void apply(const put_reject& u);
    void apply(const clear_reject& u);
    void apply(const retry_reject& u);
    void apply(const drop_reject& u);
    void apply(const change_members& u);
    void apply(const put_not_kept& u);
    void apply(const put_list_size& u);
    void apply(const append_audit& u);
    void apply(const put_cycle& u);
    void apply(const put_quarantine& u);
    void apply(const clear_quarantine& u);
    void apply(const put_watermark& u);
    void apply(const put_account_step& u);
    void apply(const forget_account_step& u);
    void apply(const reopen_input& u);
    void apply(const forget_audit_values& u);
    void apply(const forget_cycles& u);
    std::int64_t add_intent(const intent& value);
    std::int64_t member_list(const scope_key& scope, const mapping::source_key& group);
    std::optional<std::string> chain_end();
    void save_chain_end();

    std::unique_ptr<database> db_;
    std::map<scope_key, std::int64_t> scopes_;
    std::optional<std::string> chain_end_; // hash of the last audit row, while a commit appends
};

// As SQLite's lower(): the letters of ASCII alone.
std::string lower_ascii(std::string_view text);

// Keys one per line, with \n and \\ escaped: the form of link::source_groups in its column.
std::string join_keys(const std::vector<std::string>& keys);
std::vector<std::string> split_keys(std::string_view text);

inline std::int64_t to_number(time_point t)
{
    return t.time_since_epoch().count();
}
inline time_point to_time(std::int64_t milliseconds)
{
    return time_point(std::chrono::milliseconds(milliseconds));
}

} // namespace idferry::state::sqlite
