// Links by what people type.
#include "state/sqlite/sqlite_store.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace idferry::state::sqlite {

namespace {

struct named_scope
{
    std::int64_t id;
    scope_key name;
};

// Collects distinct keys until there are enough.
class hits
{
public:
    explicit hits(std::size_t limit) : limit_(limit) {}

    bool enough() const { return found_.size() >= limit_; }
    // What was asked for at most: as many as could all be known already.
    std::int64_t ask_for() const { return static_cast<std::int64_t>(limit_); }
    void add(const named_scope& scope, std::string key)
    {
        if (!enough() && known_.emplace(scope.id, key).second) found_.emplace_back(&scope, std::move(key));
    }
    const std::vector<std::pair<const named_scope*, std::string>>& all() const { return found_; }

private:
    std::size_t limit_;
    std::set<std::pair<std::int64_t, std::string>> known_;
    std::vector<std::pair<const named_scope*, std::string>> found_;
};

char folded(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool contains_folded(std::string_view text, std::string_view lower)
{
    return std::search(text.begin(), text.end(), lower.begin(), lower.end(),
                       [](char a, char b) { return folded(a) == b; }) != text.end();
}

} // namespace

std::string lower_ascii(std::string_view text)
{
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), folded);
    return out;
}

result<std::vector<found_link>> sqlite_store::search_links(const link_query& wanted)
{
    std::vector<found_link> links;
    if (wanted.text.empty() || wanted.limit == 0) return outcome(std::move(links));
    std::vector<named_scope> scopes;
    {
        auto q =
            db_->prepare("SELECT id, sync, type FROM scopes WHERE (?1 = '' OR sync = ?1) AND (?2 = '' OR type = ?2)"
                         " ORDER BY sync, type");
        q.bind(wanted.sync).bind(wanted.type);
        while (q.next()) scopes.push_back({q.number(0), {mapping::sync_name(q.text(1)), q.text(2)}});
    }
    const auto lower = lower_ascii(wanted.text);
    hits found(std::min<std::size_t>(wanted.limit, 1000));
    for (const auto& s : scopes) {
        auto q = looked_up("SELECT key, label FROM links INDEXED BY links_by_label WHERE scope = ? AND label >= ?"
                           " COLLATE NOCASE ORDER BY label COLLATE NOCASE, key LIMIT ?");
        q.bind(s.id).bind(wanted.text).bind(found.ask_for());
        while (!found.enough() && q.next() && lower_ascii(q.view(1)).starts_with(lower)) found.add(s, q.text(0));
    }
    for (const auto& s : scopes) {
        auto q = looked_up("SELECT key FROM links WHERE scope = ? AND key >= ? ORDER BY key LIMIT ?");
        q.bind(s.id).bind(wanted.text).bind(found.ask_for());
        while (!found.enough() && q.next() && q.view(0).starts_with(wanted.text)) found.add(s, q.text(0));
    }
    for (const auto& s : scopes) {
        auto q = looked_up("SELECT key, target FROM links WHERE scope = ? AND target >= ? ORDER BY target LIMIT ?");
        q.bind(s.id).bind(wanted.text).bind(found.ask_for());
        while (!found.enough() && q.next() && q.view(1).starts_with(wanted.text)) found.add(s, q.text(0));
    }
    const auto beginnings = found.all();
    for (const auto& s : scopes) {
        if (!wanted.contains || !beginnings.empty()) break;
        // Compared here: SQLite's functions copy each text.
        auto q = looked_up("SELECT key, label FROM links INDEXED BY links_by_label WHERE scope = ?");
        q.bind(s.id);
        while (!found.enough() && q.next())
            if (contains_folded(q.view(1), lower) || q.view(0).find(wanted.text) != std::string_view::npos)
                found.add(s, q.text(0));
    }
    for (const auto& [scope, key] : found.all()) {
        auto l = find_link(scope->name, mapping::source_key(key));
        if (!l) return l.error();
        if (*l) links.push_back({scope->name, std::move(**l)});
    }
    return outcome(std::move(links));
}

} // namespace idferry::state::sqlite
