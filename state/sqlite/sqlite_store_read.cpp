#include "state/sqlite/sqlite_store.hpp"

#include <algorithm>

namespace idferry::state::sqlite {

namespace {

#define LINK_COLUMNS                                                                                                   \
    "key, target, owner, step, leave_due, first_seen, last_changed, label, target_version, match_values, "             \
    "source_groups, desired, left_alone"

link link_from(const query& q)
{
    link l;
    l.key = mapping::source_key(q.text(0));
    l.target = mapping::target_id(q.text(1));
    l.owner = q.number(2) == 0 ? link_owner::created : link_owner::adopted;
    l.step = q.number(3) == 0 ? leave_step::none : leave_step::deactivated;
    if (!q.is_null(4)) l.leave_due = to_time(q.number(4));
    l.first_seen = to_time(q.number(5));
    l.last_changed = to_time(q.number(6));
    l.label = q.text(7);
    l.target_version = q.text(8);
    l.match_values = q.text(9);
    l.source_groups = split_keys(q.view(10));
    l.desired = q.text(11);
    l.left_alone = q.text(12);
    return l;
}

std::vector<mapping::source_key> keys_from(query& q)
{
    std::vector<mapping::source_key> keys;
    while (q.next()) keys.emplace_back(q.text(0));
    return keys;
}

} // namespace

std::string join_keys(const std::vector<std::string>& keys)
{
    std::string out;
    for (const auto& key : keys) {
        for (const char c : key) {
            if (c == '\\')
                out += "\\\\";
            else if (c == '\n')
                out += "\\n";
            else
                out += c;
        }
        out += '\n';
    }
    return out;
}

std::vector<std::string> split_keys(std::string_view text)
{
    std::vector<std::string> keys;
    std::string key;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n') {
            keys.push_back(std::move(key));
            key.clear();
        } else if (text[i] == '\\' && i + 1 < text.size()) {
            key += text[++i] == 'n' ? '\n' : text[i];
        } else {
            key += text[i];
        }
    }
    return keys;
}

query sqlite_store::looked_up(const char* sql)
{
    ++db_->counters.lookups;
    return db_->prepare(sql);
}

std::optional<std::int64_t> sqlite_store::known_scope(const scope_key& scope)
{
    if (const auto found = scopes_.find(scope); found != scopes_.end()) return found->second;
    auto q = db_->prepare("SELECT id FROM scopes WHERE sync = ? AND type = ?");
    q.bind(scope.sync.text()).bind(scope.type);
    if (!q.next()) return std::nullopt;
    return scopes_[scope] = q.number(0);
}

result<void> sqlite_store::scan_inputs(const scope_key& scope, const std::function<void(const input_view&)>& each)
{
    const auto id = known_scope(scope);
    if (!id) return outcome();
    auto q = db_->prepare("SELECT key, digest, status FROM inputs WHERE scope = ? ORDER BY key");
    q.bind(*id);
    while (q.next()) {
        const auto digest = q.view(1);
        if (digest.size() != 16) {
            db_->fail(error::kind::corrupt, "state " + db_->name() + ": an input digest has the wrong length");
            break;
        }
        each({q.view(0), mapping::digest::from_bytes(reinterpret_cast<const unsigned char*>(digest.data())),
              static_cast<input_status>(q.number(2))});
    }
    return outcome();
}

result<void> sqlite_store::for_each_link(const scope_key& scope, const std::function<void(const link&)>& each)
{
    const auto id = known_scope(scope);
    if (!id) return outcome();
    auto q = db_->prepare("SELECT " LINK_COLUMNS " FROM links WHERE scope = ? ORDER BY key");
    q.bind(*id);
    while (q.next()) each(link_from(q));
    return outcome();
}

result<std::optional<link>> sqlite_store::find_link(const scope_key& scope, const mapping::source_key& key)
{
    std::optional<link> found;
    const auto id = known_scope(scope);
    auto q = looked_up("SELECT " LINK_COLUMNS " FROM links WHERE scope = ? AND key = ?");
    if (id && q.bind(*id).bind(key.text()).next()) found = link_from(q);
    return outcome(std::move(found));
}

result<std::optional<link>> sqlite_store::find_link_by_target(const scope_key& scope, const mapping::target_id& target)
{
    std::optional<link> found;
    const auto id = known_scope(scope);
    auto q = looked_up("SELECT " LINK_COLUMNS " FROM links WHERE scope = ? AND target = ?");
    if (id && q.bind(*id).bind(target.text()).next()) found = link_from(q);
    return outcome(std::move(found));
}

result<std::uint64_t> sqlite_store::count_active_links(const scope_key& scope)
{
    std::uint64_t count = 0;
    auto q = looked_up("SELECT active_links FROM scopes WHERE sync = ? AND type = ?");
    if (q.bind(scope.sync.text()).bind(scope.type).next()) count = static_cast<std::uint64_t>(q.number(0));
    return outcome(count);
}

result<std::vector<link>> sqlite_store::due_leavers(const scope_key& scope, time_point now)
{
    std::vector<link> due;
    const auto id = known_scope(scope);
    if (!id) return outcome(std::move(due));
    auto q = db_->prepare("SELECT " LINK_COLUMNS
                          " FROM links WHERE scope = ? AND step <> 0 AND leave_due <= ? ORDER BY leave_due, key");
    q.bind(*id).bind(to_number(now));
    while (q.next()) due.push_back(link_from(q));
    return outcome(std::move(due));
}

result<std::vector<link>> sqlite_store::links_left_alone(const scope_key& scope)
{
    std::vector<link> all;
    const auto id = known_scope(scope);
    if (!id) return outcome(std::move(all));
    // Few are: the planner, left alone itself, would read every link of the scope.
    auto q = db_->prepare("SELECT " LINK_COLUMNS " FROM links INDEXED BY links_left_alone"
                          " WHERE scope = ? AND left_alone <> '' ORDER BY key");
    q.bind(*id);
    while (q.next()) all.push_back(link_from(q));
    return outcome(std::move(all));
}

result<std::vector<mapping::source_key>> sqlite_store::members_of(const scope_key& scope,
                                                                  const mapping::source_key& group)
{
    const auto id = known_scope(scope);
    auto q = looked_up("SELECT m.member FROM member_lists l JOIN memberships m ON m.list = l.id"
                       " WHERE l.scope = ? AND l.key = ? ORDER BY m.member");
    std::vector<mapping::source_key> keys;
    if (id) keys = keys_from(q.bind(*id).bind(group.text()));
    return outcome(std::move(keys));
}

result<std::vector<mapping::source_key>> sqlite_store::groups_of(const scope_key& scope,
                                                                 const mapping::source_key& user)
{
    // The user's own scope has no member lists: then those of every type count.
    auto q =
        looked_up("SELECT l.key FROM memberships m JOIN member_lists l ON l.id = m.list JOIN scopes s ON s.id = l.scope"
                  " WHERE m.member = ?1 AND s.sync = ?2 AND (s.type = ?3 OR ?3 = 'user') ORDER BY l.key");
    auto keys = keys_from(q.bind(user.text()).bind(scope.sync.text()).bind(scope.type));
    return outcome(std::move(keys));
}

result<std::vector<intent>> sqlite_store::open_intents(const mapping::sync_name& sync)
{
    std::vector<intent> all;
    auto q = db_->prepare("SELECT i.id, s.type, i.key, i.operation, i.target, i.desired, i.match_values, i.begun"
                          " FROM intents i JOIN scopes s ON s.id = i.scope WHERE s.sync = ? ORDER BY i.id");
    q.bind(sync.text());
    while (q.next()) {
        const auto what = operation_from(q.view(3));
        if (!what) {
            db_->fail(error::kind::corrupt, "state " + db_->name() + ": an intent has an unknown operation");
            break;
        }
        all.push_back({q.number(0),
                       {sync, q.text(1)},
                       mapping::source_key(q.text(2)),
                       *what,
                       mapping::target_id(q.text(4)),
                       q.text(5),
                       q.text(6),
                       to_time(q.number(7))});
    }
    return outcome(std::move(all));
}

result<std::vector<not_kept>> sqlite_store::all_not_kept(const scope_key& scope)
{
    std::vector<not_kept> all;
    const auto id = known_scope(scope);
    if (!id) return outcome(std::move(all));
    auto q = db_->prepare("SELECT key, path, sent, kept FROM not_kept WHERE scope = ? ORDER BY key, path");
    q.bind(*id);
    while (q.next()) all.push_back({mapping::source_key(q.text(0)), q.text(1), q.text(2), q.text(3)});
    return outcome(std::move(all));
}

result<std::vector<not_kept>> sqlite_store::not_kept_of(const scope_key& scope, const mapping::source_key& key)
{
    std::vector<not_kept> rows;
    const auto id = known_scope(scope);
    auto q = looked_up("SELECT path, sent, kept FROM not_kept WHERE scope = ? AND key = ? ORDER BY path");
    if (id) q.bind(*id).bind(key.text());
    while (id && q.next()) rows.push_back({key, q.text(0), q.text(1), q.text(2)});
    return outcome(std::move(rows));
}

result<std::map<std::string, std::uint64_t>> sqlite_store::list_sizes(const mapping::sync_name& sync)
{
    std::map<std::string, std::uint64_t> sizes;
    auto q = db_->prepare("SELECT list, size FROM list_sizes WHERE sync = ?");
    q.bind(sync.text());
    while (q.next()) sizes[q.text(0)] = static_cast<std::uint64_t>(q.number(1));
    return outcome(std::move(sizes));
}

result<std::string> sqlite_store::digest_key()
{
    auto key = db_->text("SELECT value FROM meta WHERE name = 'digest_key'");
    if (!db_->failed() && (!key || key->size() != 64))
        db_->fail(error::kind::corrupt, "state " + db_->name() + ": its digest key is missing");
    return outcome(key.value_or(""));
}

} // namespace idferry::state::sqlite

#undef LINK_COLUMNS
