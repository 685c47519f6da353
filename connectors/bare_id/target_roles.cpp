// Realm roles as the SCIM attribute `roles`: only those of target.roles are ever seen, given or taken.
#include "connectors/bare_id/target_session.hpp"
#include "mapping/core_schema.hpp"

#include <algorithm>

namespace idferry::connectors::bare_id {

namespace asio = boost::asio;
using mapping::json;

asio::awaitable<result<void>> target_session::add_roles_to(remote_resource& shown)
{
    if (config().target.roles.empty()) co_return result<void>();
    auto names = co_await roles_of(shown.id.text());
    if (names.has_error()) co_return names.error();
    auto list = json::array();
    for (const auto& name : *names) list.push_back({{"value", name}});
    shown.body["roles"] = std::move(list);
    co_return result<void>();
}

asio::awaitable<result<std::vector<std::string>>> target_session::roles_of(std::string user)
{
    const auto& op = config().ops.user_roles;
    placeholder_values values;
    values.set(placeholder::user, user);
    auto body = co_await api_->call(op, std::move(values));
    if (body.has_error()) co_return body.error();
    json answer;
    mapping::json_error error;
    if (!mapping::parse_json(*body, answer, error)) co_return useless_answer(op, error.message);
    const auto* list = resolve(answer, op.list);
    std::vector<std::string> out;
    if (!list || list->is_null()) co_return out;
    if (!list->is_array()) co_return useless_answer(op, "its roles are no list");
    for (const auto& one : *list) {
        const auto* name = one.is_object() ? mapping::member_named(one, "name") : nullptr;
        if (!name || !name->is_string()) co_return useless_answer(op, "a role has no name");
        if (std::ranges::find(config().target.roles, name->get<std::string>()) != config().target.roles.end())
            out.push_back(name->get<std::string>());
    }
    std::ranges::sort(out);
    co_return out;
}

// What a role mapping is written with: the role's id and name.
asio::awaitable<result<json>> target_session::role(std::string name)
{
    const auto& ops = config().ops;
    if (const auto known = roles_.find(name); known != roles_.end())
        co_return result<json>(boost::system::in_place_value, known->second);
    placeholder_values values;
    values.set(placeholder::role, name);
    auto body = co_await api_->call(ops.role_get, values);
    if (body.has_error() && body.error().next == disposition::not_found) {
        const auto there = co_await control_read();
        if (there.has_error()) co_return there.error();
        if (!config().target.create_roles) {
            auto f = body.error();
            f.next = disposition::reject;
            f.code = "no_such_role";
            f.detail =
                "there is no realm role \"" + name + "\" (" + f.detail + "): make it, or set target.create_roles: true";
            co_return f;
        }
        auto text = body_text(ops.role_create, {{"name", name}});
        const placeholder_values nothing;
        const query_list no_query;
        auto made = co_await api_->send(ops.role_create, nothing, no_query, std::move(text));
        if (made.has_error() && made.error().next != disposition::conflict) co_return made.error();
        body = co_await api_->call(ops.role_get, values);
    }
    if (body.has_error()) co_return body.error();
    json answer;
    mapping::json_error error;
    if (!mapping::parse_json(*body, answer, error)) co_return useless_answer(ops.role_get, error.message);
    const auto* one = resolve(answer, ops.role_get.item);
    const auto* id = one && one->is_object() ? resolve(*one, config().fields.group_id) : nullptr;
    if (!id || !id->is_string()) co_return useless_answer(ops.role_get, "the role has no id");
    json out = {{"name", name}};
    put(out, config().fields.group_id, *id);
    roles_[name] = out;
    co_return result<json>(boost::system::in_place_value, std::move(out));
}

asio::awaitable<result<void>> target_session::change_roles(const operation& op, std::string user,
                                                           std::vector<std::string> names)
{
    if (names.empty()) co_return result<void>();
    auto list = json::array();
    for (const auto& name : names) {
        auto one = co_await role(name);
        if (one.has_error()) co_return one.error();
        list.push_back(std::move(*one));
    }
    placeholder_values values;
    values.set(placeholder::user, user);
    auto text = body_text(op, std::move(list));
    const query_list no_query;
    auto done = co_await api_->send(op, std::move(values), no_query, std::move(text));
    if (done.has_error()) co_return done.error();
    co_return result<void>();
}

asio::awaitable<result<void>> target_session::set_roles(std::string user, std::vector<std::string> wanted)
{
    auto held = co_await roles_of(user);
    if (held.has_error()) co_return held.error();
    std::vector<std::string> give, take;
    for (const auto& name : wanted)
        if (std::ranges::find(*held, name) == held->end()) give.push_back(name);
    for (const auto& name : *held)
        if (std::ranges::find(wanted, name) == wanted.end()) take.push_back(name);
    for (const auto& name : give)
        if (std::ranges::find(config().target.roles, name) == config().target.roles.end()) {
            failure f;
            f.next = disposition::reject;
            f.code = "unmanaged_role";
            f.detail = "the realm role \"" + name + "\" is not among target.roles, and is never given";
            co_return f;
        }
    const auto given = co_await change_roles(config().ops.user_role_add, user, std::move(give));
    if (given.has_error()) co_return given.error();
    const auto taken = co_await change_roles(config().ops.user_role_del, user, std::move(take));
    co_return taken;
}

} // namespace idferry::connectors::bare_id
