#include "state/sqlite/sqlite_store.hpp"
#include "state/sqlite/transaction.hpp"

#include <variant>

namespace idferry::state::sqlite {

std::optional<error> sqlite_store::refusal() const
{
    if (db_->corrupt())
        return error{error::kind::corrupt, "state " + db_->name() + " is damaged and is not written to"};
    if (!db_->writable()) return error{error::kind::io, "state " + db_->name() + " was opened for reading only"};
    return std::nullopt;
}

result<std::vector<std::int64_t>> sqlite_store::begin(const std::vector<intent>& intents)
{
    std::vector<std::int64_t> ids;
    if (auto no = refusal()) return *no;
    if (intents.empty()) return ids;
    transaction all(*db_);
    for (const auto& i : intents) {
        if (db_->failed()) break;
        ids.push_back(add_intent(i));
    }
    if (!all.commit()) scopes_.clear(); // numbers given in it are void
    return outcome(std::move(ids));
}

result<void> sqlite_store::commit(const std::vector<update>& updates)
{
    if (auto no = refusal()) return *no;
    if (updates.empty()) return {};
    chain_end_.reset();
    transaction all(*db_);
    for (const auto& u : updates) {
        if (db_->failed()) break;
        std::visit([this](const auto& one) { apply(one); }, u);
    }
    if (chain_end_) save_chain_end();
    if (!all.commit()) scopes_.clear();
    return outcome();
}

std::int64_t sqlite_store::scope_id(const scope_key& scope)
{
    if (const auto id = known_scope(scope)) return *id;
    db_->prepare("INSERT INTO scopes (sync, type) VALUES (?, ?)").bind(scope.sync.text()).bind(scope.type).run();
    return known_scope(scope).value_or(0);
}

void sqlite_store::apply(const put_input& u)
{
    const auto bytes = u.row.input.bytes();
    db_->prepare("INSERT INTO inputs (scope, key, digest, status) VALUES (?, ?, ?, ?) ON CONFLICT (scope, key)"
                 " DO UPDATE SET digest = excluded.digest, status = excluded.status")
        .bind(scope_id(u.scope))
        .bind(u.row.key.text())
        .bind_bytes(bytes.data(), bytes.size())
        .bind(static_cast<std::int64_t>(u.row.status))
        .run();
}

void sqlite_store::apply(const forget_input& u)
{
    const auto id = known_scope(u.scope);
    if (id) db_->prepare("DELETE FROM inputs WHERE scope = ? AND key = ?").bind(*id).bind(u.key.text()).run();
}

void sqlite_store::apply(const put_link& u)
{
    const auto id = scope_id(u.scope);
    const auto& l = u.value;
    if (l.target.empty()) {
        db_->fail(error::kind::io,
                  "link of " + u.scope.type + " " + l.key.text() + " names no target id: nothing was recorded");
        return;
    }
    {
        auto holder = db_->prepare("SELECT key FROM links WHERE scope = ? AND target = ? AND key <> ?");
        if (holder.bind(id).bind(l.target.text()).bind(l.key.text()).next()) {
            db_->fail(error::kind::io, "target id " + l.target.text() + " is linked to " + u.scope.type + " " +
                                           holder.text(0) + " already, so it cannot be linked to " + l.key.text() +
                                           ": nothing was recorded");
            return;
        }
    }
    auto q = db_->prepare(
        "INSERT INTO links (scope, key, target, owner, step, leave_due, first_seen, last_changed, label, "
        "target_version,"
        " match_values, source_groups, desired, left_alone) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (scope, key) DO UPDATE SET target = excluded.target, owner = excluded.owner, step = "
        "excluded.step,"
        " leave_due = excluded.leave_due, first_seen = excluded.first_seen, last_changed = excluded.last_changed,"
        " label = excluded.label, target_version = excluded.target_version, match_values = excluded.match_values,"
        " source_groups = excluded.source_groups, desired = excluded.desired, left_alone = excluded.left_alone");
    q.bind(id).bind(l.key.text()).bind(l.target.text());
    q.bind(std::int64_t{l.owner == link_owner::created ? 0 : 1}).bind(std::int64_t{l.step == leave_step::none ? 0 : 1});
    if (l.leave_due)
        q.bind(to_number(*l.leave_due));
    else
        q.bind_nothing();
    q.bind(to_number(l.first_seen)).bind(to_number(l.last_changed)).bind(l.label).bind(l.target_version);
    q.bind(l.match_values).bind(join_keys(l.source_groups)).bind(l.desired).bind(l.left_alone).run();
}

void sqlite_store::apply(const remove_link& u)
{
    const auto id = known_scope(u.scope);
    if (!id) return;
    const auto& key = u.key.text();
    db_->prepare("DELETE FROM links WHERE scope = ? AND key = ?").bind(*id).bind(key).run();
    db_->prepare("DELETE FROM inputs WHERE scope = ? AND key = ?").bind(*id).bind(key).run();
    db_->prepare("DELETE FROM not_kept WHERE scope = ? AND key = ?").bind(*id).bind(key).run();
    db_->prepare("DELETE FROM account_steps WHERE scope = ? AND key = ?").bind(*id).bind(key).run();
    // As a group: its list with its rows. As a member: its rows in the lists of other types; a group and a person may
    // have the same key, so rows of the own type's lists are not this resource's.
    db_->prepare("DELETE FROM member_lists WHERE scope = ? AND key = ?").bind(*id).bind(key).run();
    db_->prepare("DELETE FROM memberships WHERE member = ?1 AND list IN (SELECT l.id FROM member_lists l"
                 " JOIN scopes s ON s.id = l.scope WHERE s.sync = ?2 AND s.id <> ?3)")
        .bind(key)
        .bind(u.scope.sync.text())
        .bind(*id)
        .run();
}

std::int64_t sqlite_store::add_intent(const intent& value)
{
    auto q = db_->prepare("INSERT INTO intents (scope, key, operation, target, desired, match_values, begun)"
                          " VALUES (?, ?, ?, ?, ?, ?, ?)");
    q.bind(scope_id(value.scope)).bind(value.key.text()).bind(std::string_view(to_string(value.what)));
    q.bind(value.target.text()).bind(value.desired).bind(value.match_values).bind(to_number(value.begun));
    return q.run() ? db_->last_id() : 0;
}

void sqlite_store::apply(const begin_intent& u)
{
    add_intent(u.value);
}

void sqlite_store::apply(const end_intent& u)
{
    db_->prepare("DELETE FROM intents WHERE id = ?").bind(u.id).run();
}

std::int64_t sqlite_store::member_list(const scope_key& scope, const mapping::source_key& group)
{
    const auto id = scope_id(scope);
    {
        auto q = db_->prepare("SELECT id FROM member_lists WHERE scope = ? AND key = ?");
        if (q.bind(id).bind(group.text()).next()) return q.number(0);
    }
    auto q = db_->prepare("INSERT INTO member_lists (scope, key) VALUES (?, ?)");
    return q.bind(id).bind(group.text()).run() ? db_->last_id() : 0;
}

void sqlite_store::apply(const change_members& u)
{
    if (u.add.empty() && u.remove.empty()) return;
    const auto list = member_list(u.scope, u.group);
    const auto before = db_->counters.rows_written;
    for (const auto& member : u.remove)
        db_->prepare("DELETE FROM memberships WHERE list = ? AND member = ?").bind(list).bind(member.text()).run();
    const auto removed = db_->counters.rows_written - before; // rows that were there
    for (const auto& member : u.add)
        db_->prepare("INSERT INTO memberships (list, member) VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(list)
            .bind(member.text())
            .run();
    if (removed == 0) return;
    constexpr std::int64_t kept_for = std::int64_t{48} * 60 * 60 * 1000; // a window is a day
    const auto when = to_number(u.when);
    db_->prepare("DELETE FROM members_removed WHERE time < ?").bind(when - kept_for).run();
    db_->prepare("INSERT INTO members_removed (time, list, count) VALUES (?, ?, ?)")
        .bind(when)
        .bind(list)
        .bind(static_cast<std::int64_t>(removed))
        .run();
}

void sqlite_store::apply(const put_not_kept& u)
{
    const auto id = scope_id(u.scope);
    db_->prepare("DELETE FROM not_kept WHERE scope = ? AND key = ?").bind(id).bind(u.key.text()).run();
    for (const auto& row : u.rows)
        db_->prepare("INSERT OR REPLACE INTO not_kept (scope, key, path, sent, kept) VALUES (?, ?, ?, ?, ?)")
            .bind(id)
            .bind(u.key.text())
            .bind(row.path)
            .bind(row.sent)
            .bind(row.kept)
            .run();
}

void sqlite_store::apply(const put_list_size& u)
{
    db_->prepare("INSERT INTO list_sizes (sync, list, size) VALUES (?, ?, ?)"
                 " ON CONFLICT (sync, list) DO UPDATE SET size = excluded.size")
        .bind(u.sync.text())
        .bind(u.list)
        .bind(static_cast<std::int64_t>(u.size))
        .run();
}

} // namespace idferry::state::sqlite
