// Roles: each resource server has its own list of them, their scopes are asked for one by one, and whose the resource
// server is decides whose a role is.
#include "connectors/beyond_identity/object_client.hpp"

#include <algorithm>

namespace idferry::connectors::beyond_identity {

namespace asio = boost::asio;

namespace {

using mapping::json;

const object_kind& server_kind()
{
    return *kind_of(mapping::resource_server_type);
}

} // namespace

asio::awaitable<result<std::vector<std::string>>> read_texts(std::shared_ptr<session> s, call ask, std::string root)
{
    std::set<std::string> all, tokens;
    std::string token;
    for (std::int64_t pages = 0; pages < s->config().max_pages; ++pages) {
        auto c = ask;
        if (!token.empty()) c.query.emplace_back("page_token", token);
        auto page = co_await s->object(std::move(c));
        if (!page) co_return page.error();
        const auto list = page->find(root);
        const auto total = page->value("total_size", json());
        // No list is not an empty one, unless it is counted: what is read as nobody's would be taken away.
        const bool is_list = list != page->end() && list->is_array() &&
                             std::all_of(list->begin(), list->end(), [](const auto& one) { return one.is_string(); });
        if (!is_list && (total != 0 || (list != page->end() && !list->is_null()))) {
            failure wrong{disposition::retry, ask.path + ": the answer has no list of texts in '" + root + "'"};
            wrong.code = "wrong_shape";
            co_return wrong;
        }
        if (is_list)
            for (const auto& one : *list) all.insert(one.get<std::string>());
        token = text_of(*page, "next_page_token");
        if (!token.empty() && tokens.insert(token).second) continue;
        if (token.empty() && (!total.is_number_unsigned() || total == all.size()))
            co_return std::vector<std::string>(all.begin(), all.end());
        break;
    }
    co_return failure{disposition::retry, ask.path + " could not be read whole"};
}

asio::awaitable<result<object_client::raw_list>> object_client::read_roles(const object_kind& kind)
{
    const auto all_servers = row_list(*session_, *server_kind().operation("list"), {});
    auto servers = co_await read_list(all_servers);
    if (!servers) co_return servers.error();
    raw_list out;
    out.why = servers->why;
    out.failed = servers->failed;
    if (out.why.empty() && !servers->bad.empty()) out.why = "a resource server: " + servers->bad.front().why;
    for (const auto& server : servers->objects) {
        const auto parent = text_of(server, "id");
        vendors_servers_[parent] = says_managed(server_kind(), server);
        const auto roles_of = row_list(*session_, *kind.operation("list"), {parent});
        auto roles = co_await read_list(roles_of);
        if (!roles) co_return roles.error();
        if (out.why.empty()) out.why = roles->why;
        if (!out.failed) out.failed = roles->failed;
        for (auto& b : roles->bad) out.bad.push_back(std::move(b));
        for (auto& role : roles->objects) {
            role["resource_server_id"] = parent;
            parents_[text_of(role, "id")] = parent;
            out.objects.push_back(std::move(role));
        }
    }
    co_return out;
}

asio::awaitable<result<void>> object_client::know_server_of(json role)
{
    const auto id = text_of(role, "resource_server_id");
    if (!named_like_the_vendors_role(role) || vendors_servers_.contains(id)) co_return result<void>();
    const auto ask = row_call(*session_, *server_kind().operation("get"), {id});
    auto server = co_await session_->object(ask);
    if (!server && server.error().next == disposition::not_found)
        co_return failure{disposition::retry,
                          "resource server " + id + " has role " + text_of(role, "id") + ", and is not found"};
    if (!server) co_return server.error();
    vendors_servers_[id] = says_managed(server_kind(), *server);
    co_return result<void>();
}

asio::awaitable<result<void>> object_client::add_scopes(json& flat)
{
    const auto& row = *kind_of(mapping::role_type)->operation("list-scopes");
    auto ask = row_call(*session_, row, {text_of(flat, "resource_server_id"), text_of(flat, "id")});
    ask.query.emplace_back("page_size", std::to_string(session_->config().page_size));
    auto scopes = co_await read_texts(session_, std::move(ask), std::string(row.list));
    if (!scopes) co_return scopes.error();
    flat["scopes"] = std::move(*scopes);
    co_return result<void>();
}

asio::awaitable<result<std::vector<std::string>>> object_client::path_of(const object_kind& kind, std::string id)
{
    if (!kind.is_role()) co_return std::vector<std::string>{id};
    auto parent = parents_.find(id);
    if (parent == parents_.end()) {
        auto all = co_await read_roles(kind);
        if (!all) co_return all.error();
        parent = parents_.find(id);
        if (parent == parents_.end() && !all->why.empty())
            co_return failure{disposition::retry, "looking for role " + id + ": " + all->why};
    }
    if (parent == parents_.end()) {
        failure gone{disposition::not_found, "no resource server has a role " + id};
        gone.status = 404;
        co_return gone;
    }
    co_return std::vector<std::string>{parent->second, id};
}

} // namespace idferry::connectors::beyond_identity
