#include "tests/connectors/bare_id/fake_instance.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace idferry::test::bare_id {

using connectors::list_kind;

namespace {

class forwarding_transport final : public connectors::http::transport
{
public:
    explicit forwarding_transport(std::shared_ptr<fake_transport> to) : to_(std::move(to)) {}
    boost::asio::awaitable<connectors::result<connectors::http::response>>
    exchange(connectors::http::request r) override
    {
        return to_->exchange(std::move(r));
    }

private:
    std::shared_ptr<fake_transport> to_;
};

std::string path_of(const std::string& url)
{
    const auto from = url.find('/', url.find("//") + 2);
    return url.substr(from, url.find('?') == std::string::npos ? std::string::npos : url.find('?') - from);
}

std::string query_of(const std::string& url)
{
    const auto at = url.find('?');
    return at == std::string::npos ? "" : url.substr(at + 1);
}

std::string parameter(const std::string& query, const std::string& name)
{
    const std::string padded = "&" + query + "&";
    const auto at = padded.find("&" + name + "=");
    if (at == std::string::npos) return {};
    const auto from = at + name.size() + 2;
    return padded.substr(from, padded.find('&', from) - from);
}

std::string decoded(const std::string& s)
{
    std::string out;
    for (std::size_t i = 0; i < s.size(); ++i)
        if (s[i] == '%') {
            out += static_cast<char>(std::stoi(s.substr(i + 1, 2), nullptr, 16));
            i += 2;
        } else {
            out += s[i];
        }
    return out;
}

std::string quoted(const std::string& s)
{
    std::string out = "\"";
    for (const char c : s) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

const std::string needed =
    "    type: bare_id\n"
    "    instance: " +
    instance_id +
    "\n"
    "    rate: {requests_per_second: 0, concurrency: 4}\n"
    "    auth: {token_url: 'https://acme.login.bare.id/auth/realms/Mitarbeitende/protocol/openid-connect/token', "
    "client_id: c, client_secret: {env: SECRET}}\n";

std::shared_ptr<const connectors::connection> parse(const std::string& yaml, config::diagnostics& out,
                                                    bool with_defaults)
{
    auto tree =
        config::parse_yaml("connections:\n  bare:\n" + (with_defaults ? needed : std::string()) + yaml, "t.yaml", out);
    if (!tree) return nullptr;
    const auto section = tree->find("connections")->find("bare");
    return connectors::parse_bare_id_connection(*section, "bare", out);
}

} // namespace

std::string fake_user::json() const
{
    return "{\"uuid\":" + quoted(uuid) + ",\"username\":" + quoted(username) + ",\"email\":" + quoted(email) +
           ",\"enabled\":" + (enabled ? "true" : "false") + ",\"emailVerified\":true" + more + "}";
}

std::string fake_group::json() const
{
    return "{\"uuid\":" + quoted(uuid) + ",\"name\":" + quoted(name) + ",\"path\":" + quoted(path) + "}";
}

fake_transport::answer json_answer(const std::string& body, int status)
{
    return make_json_answer(status, body);
}

fake_instance::fake_instance()
{
    wire->on_request([this](const connectors::http::request& r) { return answer(r); });
}

fake_user& fake_instance::add_user(const std::string& uuid, const std::string& username)
{
    return users[uuid] = {uuid, username, username + "@example.org", true, ""};
}

fake_group& fake_instance::add_group(const std::string& uuid, const std::string& name, const std::string& parent)
{
    auto& g = groups[uuid];
    g = {uuid, name, (parent.empty() ? "" : groups.at(parent).path) + "/" + name, {}, {}};
    if (parent.empty())
        roots.push_back(uuid);
    else
        groups.at(parent).children.push_back(uuid);
    return g;
}

void fake_instance::add_members(const std::string& group, int n, const std::string& prefix)
{
    for (int i = 0; i < n; ++i) {
        const auto id = prefix + std::to_string(i);
        add_user(id, "name-" + id);
        groups.at(group).members.push_back(id);
    }
}

std::string fake_instance::list(const std::string& name, const std::vector<std::string>& items,
                                const std::string& query) const
{
    std::size_t from = 0;
    auto size = items.size();
    const auto number = [&](const char* key) {
        return static_cast<std::size_t>(std::stoul("0" + parameter(query, key)));
    };
    const auto asked_for = number("max");
    if (paging != paging_kind::ignored && asked_for > 0) size = asked_for;
    if (cap > 0) size = std::min(size, cap);
    if (paging == paging_kind::offset) from = number("first");
    if (paging == paging_kind::page) from = (std::max<std::size_t>(number("page"), 1) - 1) * size;
    if (paging == paging_kind::token) from = number("pageToken");
    from = std::min(from, items.size());
    const auto to = std::min(items.size(), from + size);
    if (repeat_last && from > 0 && from < items.size()) --from;
    std::string out = "{\"" + name + "\":[";
    for (auto i = from; i < to; ++i) out += (i > from ? "," : "") + items[i];
    out += "]";
    if (paging == paging_kind::token && (to < items.size() || same_token))
        out += ",\"nextPageToken\":\"" + std::to_string(same_token ? 1 : to) + "\"";
    return out + "}";
}

fake_transport::answer fake_instance::answer(const connectors::http::request& r)
{
    const auto path = path_of(r.url);
    const auto query = query_of(r.url);
    if (path.ends_with("/openid-connect/token")) {
        if (client_revoked)
            return json_answer(R"({"error":"unauthorized_client","error_description":"Invalid client"})", 401);
        return json_answer("{\"access_token\":\"t" + std::to_string(++tokens_issued) +
                           "\",\"expires_in\":300,\"token_type\":\"Bearer\"}");
    }
    if (before)
        if (auto a = before(r)) return *a;
    if (const auto found = instead.find(path); found != instead.end()) return found->second();
    const auto not_found = [] { return json_answer(R"({"code":5,"message":"Not Found","details":[]})", 404); };
    if (!path.starts_with(base + "/")) return not_found();
    std::vector<std::string> parts;
    for (std::size_t at = base.size(); at < path.size();) {
        const auto next = std::min(path.find('/', at + 1), path.size());
        parts.push_back(decoded(path.substr(at + 1, next - at - 1)));
        at = next;
    }
    std::vector<std::string> items;
    const auto group_items = [&](const std::vector<std::string>& keys) {
        for (const auto& k : keys) items.push_back(groups.at(k).json());
    };
    if (parts == std::vector<std::string>{"groups"}) {
        group_items(roots);
        return json_answer(list("groups", items, query));
    }
    if (parts == std::vector<std::string>{"users"}) {
        if (endless) {
            static int n = 0;
            for (int i = 0; i < 10; ++i)
                items.push_back(
                    fake_user{"endless" + std::to_string(n), "e" + std::to_string(n++), "", true, ""}.json());
            std::string out = "{\"users\":[";
            for (std::size_t i = 0; i < items.size(); ++i) out += (i ? "," : "") + items[i];
            return json_answer(out + "],\"nextPageToken\":\"" + std::to_string(n) + "\"}");
        }
        for (const auto& [id, u] : users) items.push_back(u.json());
        return json_answer(list("users", items, query));
    }
    if (parts == std::vector<std::string>{"users", "count"})
        return json_answer("{\"count\":" + std::to_string(users.size()) + "}");
    if (parts.size() >= 2 && parts[0] == "users") {
        const auto u = users.find(parts[1]);
        if (u == users.end()) return not_found();
        if (parts.size() == 2) return json_answer("{\"user\":" + u->second.json() + "}");
        for (const auto& [id, g] : groups)
            if (std::find(g.members.begin(), g.members.end(), parts[1]) != g.members.end()) items.push_back(g.json());
        return json_answer(list("groups", items, query));
    }
    if (parts.size() >= 2 && parts[0] == "groups") {
        const auto g = groups.find(parts[1]);
        if (g == groups.end()) return not_found();
        if (parts.size() == 2) {
            group_items(g->second.children);
            auto text = g->second.json();
            text.pop_back();
            return json_answer(text + ",\"children\":" + list("groups", items, query) + "}");
        }
        for (const auto& m : g->second.members) items.push_back(users.at(m).json());
        return json_answer(list("users", items, query));
    }
    return not_found();
}

int fake_instance::asked(const std::string& path) const
{
    int n = 0;
    for (const auto& r : wire->requests()) n += path_of(r.url) == path;
    return n;
}

connectors::environment fake_instance::environment()
{
    return {time, [](const config::secret_ref&) { return config::secret("s"); },
            [to = wire](connectors::http::transport_settings) { return std::make_unique<forwarding_transport>(to); }};
}

std::shared_ptr<const connectors::connection> connection_of(const std::string& yaml)
{
    config::diagnostics out;
    auto c = parse(yaml, out, true);
    for (const auto& d : out.sorted()) ADD_FAILURE() << d.text();
    return c;
}

std::vector<std::string> mistakes_of(const std::string& yaml, bool with_defaults)
{
    config::diagnostics out;
    const auto c = parse(yaml, out, with_defaults);
    EXPECT_EQ(c == nullptr, !out.empty());
    std::vector<std::string> all;
    for (const auto& d : out.sorted()) all.push_back(d.text());
    return all;
}

const connectors::list_end& collected::end(list_kind kind, const std::string& owner) const
{
    static const connectors::list_end none{{}, connectors::proof::unproved, 0, "there is no such list"};
    const auto found = ends.find({kind, owner});
    return found == ends.end() ? none : found->second;
}

std::vector<std::string> collected::keys_of(list_kind kind, const std::string& owner) const
{
    const auto found = keys.find({kind, owner});
    return found == keys.end() ? std::vector<std::string>{} : found->second;
}

collected read_all(connectors::source& from, connectors::read_request request)
{
    collected all;
    auto read = from.read(request);
    auto highest = list_kind::groups;
    for (;;) {
        auto got = run(read->next());
        if (got.has_error()) {
            all.failed = got.error();
            break;
        }
        if (!*got) break;
        const auto* some = std::get_if<connectors::page>(&**got);
        const auto& list = some ? some->list : std::get<connectors::list_end>(**got).list;
        all.in_order = all.in_order && list.kind >= highest;
        highest = std::max(highest, list.kind);
        if (!some) {
            EXPECT_FALSE(all.ends.contains(list)) << list.text() << " ended twice";
            all.ends[list] = std::get<connectors::list_end>(**got);
            all.order.push_back(list);
            continue;
        }
        EXPECT_FALSE(all.ends.contains(list)) << "a page of " << list.text() << " after its end";
        for (const auto& r : some->records) {
            all.keys[list].emplace_back(r.key);
            if (list.kind == list_kind::people) all.twice = !all.people.emplace(r.key, r.bytes).second || all.twice;
            if (list.kind == list_kind::groups) all.groups.emplace(r.key, r.bytes);
            if (list.kind == list_kind::members) EXPECT_TRUE(r.bytes.empty());
        }
        for (const auto& b : some->bad) all.bad[list].push_back(b);
    }
    EXPECT_TRUE(all.in_order);
    EXPECT_FALSE(all.twice);
    return all;
}

collected read_all(fake_instance& at, const std::string& yaml)
{
    const auto connection = connection_of(yaml);
    if (!connection) return {};
    auto source = connection->make_source(at.environment());
    return read_all(*source);
}

} // namespace idferry::test::bare_id
