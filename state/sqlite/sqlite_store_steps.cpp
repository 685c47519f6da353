// Watermarks, account steps, and inputs that are opened again.
#include "state/sqlite/sqlite_store.hpp"

#include <algorithm>

namespace idferry::state::sqlite {

#define STEP_COLUMNS "key, step, status, remote, note, attempts, changed, next_look"

namespace {

account_step step_from(const scope_key& scope, const query& q)
{
    account_step s;
    s.scope = scope;
    s.key = mapping::source_key(q.text(0));
    s.step = q.text(1);
    s.status = q.text(2);
    s.remote = q.text(3);
    s.note = q.text(4);
    s.attempts = q.number(5);
    s.changed = to_time(q.number(6));
    s.next_look = to_time(q.number(7));
    return s;
}

} // namespace

result<std::optional<watermark>> sqlite_store::find_watermark(const mapping::sync_name& sync, const std::string& list)
{
    std::optional<watermark> found;
    auto q = looked_up("SELECT value, at FROM watermarks WHERE sync = ? AND list = ?");
    if (q.bind(sync.text()).bind(list).next()) found = watermark{sync, list, q.text(0), to_time(q.number(1))};
    return outcome(std::move(found));
}

result<std::vector<account_step>> sqlite_store::account_steps(const scope_key& scope)
{
    std::vector<account_step> all;
    const auto id = known_scope(scope);
    if (!id) return outcome(std::move(all));
    auto q = db_->prepare("SELECT " STEP_COLUMNS " FROM account_steps WHERE scope = ? ORDER BY key, step");
    q.bind(*id);
    while (q.next()) all.push_back(step_from(scope, q));
    return outcome(std::move(all));
}

result<std::vector<account_step>> sqlite_store::account_steps_of(const scope_key& scope, const mapping::source_key& key)
{
    std::vector<account_step> all;
    const auto id = known_scope(scope);
    if (!id) return outcome(std::move(all));
    auto q = looked_up("SELECT " STEP_COLUMNS " FROM account_steps WHERE scope = ? AND key = ? ORDER BY step");
    q.bind(*id).bind(key.text());
    while (q.next()) all.push_back(step_from(scope, q));
    return outcome(std::move(all));
}

result<std::vector<account_step>> sqlite_store::find_account_steps(const scope_key& scope,
                                                                   const account_step_query& wanted)
{
    std::vector<account_step> all;
    const auto id = known_scope(scope);
    if (!id) return outcome(std::move(all));
    // Two forms, so that each is a walk along one index.
    const bool any = wanted.status.empty();
    auto q = looked_up(any ? "SELECT " STEP_COLUMNS " FROM account_steps WHERE scope = ?1 AND next_look <= ?3"
                             " AND ?2 = '' ORDER BY next_look, key, step LIMIT ?4"
                           : "SELECT " STEP_COLUMNS " FROM account_steps INDEXED BY account_steps_due"
                             " WHERE scope = ?1 AND status = ?2 AND next_look <= ?3"
                             " ORDER BY next_look, key, step LIMIT ?4");
    q.bind(*id).bind(wanted.status).bind(to_number(wanted.due.value_or(account_step::never)));
    q.bind(static_cast<std::int64_t>(std::min<std::size_t>(wanted.limit, 1'000'000)));
    while (q.next()) all.push_back(step_from(scope, q));
    return outcome(std::move(all));
}

result<std::map<std::string, std::uint64_t>> sqlite_store::count_account_steps(const scope_key& scope)
{
    std::map<std::string, std::uint64_t> counts;
    const auto id = known_scope(scope);
    if (!id) return outcome(std::move(counts));
    auto q = looked_up("SELECT status, count(*) FROM account_steps INDEXED BY account_steps_due WHERE scope = ?"
                       " GROUP BY status");
    q.bind(*id);
    while (q.next()) counts.emplace(q.text(0), static_cast<std::uint64_t>(q.number(1)));
    return outcome(std::move(counts));
}

void sqlite_store::apply(const put_watermark& u)
{
    db_->prepare("INSERT OR REPLACE INTO watermarks (sync, list, value, at) VALUES (?, ?, ?, ?)")
        .bind(u.value.sync.text())
        .bind(u.value.list)
        .bind(u.value.value)
        .bind(to_number(u.value.at))
        .run();
}

void sqlite_store::apply(const put_account_step& u)
{
    const auto& s = u.value;
    db_->prepare("INSERT OR REPLACE INTO account_steps (scope, " STEP_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(scope_id(s.scope))
        .bind(s.key.text())
        .bind(s.step)
        .bind(s.status)
        .bind(s.remote)
        .bind(s.note)
        .bind(s.attempts)
        .bind(to_number(s.changed))
        .bind(to_number(s.next_look))
        .run();
}

void sqlite_store::apply(const forget_account_step& u)
{
    if (const auto id = known_scope(u.scope))
        db_->prepare("DELETE FROM account_steps WHERE scope = ? AND key = ? AND step = ?")
            .bind(*id)
            .bind(u.key.text())
            .bind(u.step)
            .run();
}

void sqlite_store::apply(const reopen_input& u)
{
    if (const auto id = known_scope(u.scope))
        db_->prepare("UPDATE inputs SET status = ? WHERE scope = ? AND key = ?")
            .bind(static_cast<std::int64_t>(input_status::waiting))
            .bind(*id)
            .bind(u.key.text())
            .run();
}

} // namespace idferry::state::sqlite

#undef STEP_COLUMNS
