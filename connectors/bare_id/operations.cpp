#include "connectors/bare_id/operations.hpp"

#include <algorithm>

namespace idferry::connectors::bare_id {

namespace {

// What an operator wrote about one operation; the rest keeps its default.
struct operation_patch
{
    std::optional<bool> enabled;
    std::optional<std::string> method;
    std::optional<url_template> path;
    std::optional<std::vector<std::pair<config::located<std::string>, url_template>>> query;
    std::optional<json_pointer> item, list;
    std::optional<paging_settings> paging;
    std::optional<json_pointer> body;
    std::optional<std::vector<json_pointer>> id;
    std::optional<bool> changed_only;
};

config::shape<std::string> parameter_name()
{
    return config::checked<std::string>(config::non_empty_text(), [](const std::string& s) {
        return s.size() > 100 ? std::string("is too long for a query parameter") : std::string();
    });
}

config::shape<bool> update_mode_shape()
{
    return config::choice<bool>({{"full", false}, {"changed_only", true}});
}

// What an operation is unless its keys are given.
std::string show_operation(const operation& o)
{
    std::string out = std::string("{\"enabled\": ") + (o.enabled ? "true" : "false");
    const auto add = [&](const char* key, const std::string& text) {
        if (!text.empty()) out += std::string(", \"") + key + "\": " + config::json_of_text(text);
    };
    if (o.method != "GET") add("method", o.method);
    add("path", o.path.text());
    add("item", o.item.text);
    add("list", o.list.text);
    return out + "}";
}

config::shape<operation_patch> patch_shape()
{
    using p = operation_patch;
    return config::section<p>()
        .optional("enabled", &p::enabled, config::boolean(), "whether this call may be used")
        .optional("method", &p::method,
                  config::choice<std::string>(
                      {{"GET", "GET"}, {"POST", "POST"}, {"PUT", "PUT"}, {"PATCH", "PATCH"}, {"DELETE", "DELETE"}}),
                  "HTTP method; GET unless set, for calls that read")
        .optional("path", &p::path, path_template_shape(),
                  "path below api_base, with {instance}, {user}, {group} or {username}")
        .optional("query", &p::query, config::map_of(query_template_shape()),
                  "query parameters; they replace the usual ones")
        .optional("item", &p::item, pointer_shape(), "where an answer holds the one record")
        .optional("list", &p::list, pointer_shape(), "where an answer holds the records")
        .optional("paging", &p::paging, paging_shape(), "instead of the connection's `paging`")
        .optional("body", &p::body, pointer_shape(),
                  "calls that write: where the request's body holds what is sent, such as /user; nothing = it is the "
                  "body. For member_add and member_del: where it holds the person's id; nothing = there is no body")
        .optional("id", &p::id, config::one_or_list_of(pointer_shape()),
                  "calls that create: where the answer may hold the new id; else Location and a look-up count")
        .optional("mode", &p::changed_only, update_mode_shape(),
                  "calls that update: `full` sends the whole record as it was read with the changes in it, "
                  "`changed_only` only the members that change")
        .shape();
}

config::shape<operation> operation_shape(const config::shape<operation_patch>& patch, const operation& defaults,
                                         std::vector<placeholder> allowed)
{
    return {[patch, defaults, allowed](const config::node& n, config::diagnostics& out) -> std::optional<operation> {
                auto given = patch.parse(n, out);
                if (!given) return std::nullopt;
                const auto before = out.size();
                const auto check = [&](const url_template& t, const config::node& where) {
                    for (const auto used : t.placeholders())
                        if (std::find(allowed.begin(), allowed.end(), used) == allowed.end())
                            out.add(where, "{" + std::string(name_of(used)) + "} has no value in " + defaults.name);
                };
                operation op = defaults;
                if (given->enabled) op.enabled = *given->enabled;
                if (given->method) op.method = *given->method;
                if (given->path) {
                    check(*given->path, *n.find("path"));
                    op.path = std::move(*given->path);
                }
                if (given->query) {
                    op.query.clear();
                    for (auto& [key, value] : *given->query) {
                        check(value, key.at);
                        op.query.emplace_back(key.value, std::move(value));
                    }
                }
                if (given->item) op.item = std::move(*given->item);
                if (given->list) op.list = std::move(*given->list);
                if (given->paging) op.paging = std::move(given->paging);
                if (given->body) op.body = std::move(*given->body);
                if (given->id) op.id = std::move(*given->id);
                if (given->changed_only) op.changed_only = *given->changed_only;
                if (out.size() != before) return std::nullopt;
                return op;
            },
            config::named(patch, "call", "a call of the API; what is not given is as the connector knows it").doc,
            show_operation};
}

operation made(std::string name, std::string method, std::string_view path, std::string_view item,
               std::string_view list)
{
    operation op;
    op.name = std::move(name);
    op.method = std::move(method);
    op.path = fixed_template(path);
    op.item = fixed_pointer(item);
    op.list = fixed_pointer(list);
    return op;
}

using parameters = std::vector<std::pair<std::string, url_template>>;

parameters parameters_of(std::initializer_list<std::pair<const char*, const char*>> all)
{
    parameters out;
    for (const auto& [name, value] : all) out.emplace_back(name, fixed_template(value));
    return out;
}

} // namespace

config::shape<paging_settings> paging_shape()
{
    using p = paging_settings;
    const auto described =
        config::section<p>()
            .optional("style", &p::style,
                      config::choice<paging_style>({{"none", paging_style::none},
                                                    {"offset", paging_style::offset},
                                                    {"page", paging_style::page},
                                                    {"token", paging_style::token}}),
                      "how the API pages its lists: `none` (one answer holds all), `offset`, `page` or `token`; your "
                      "console's OpenAPI document says which")
            .optional("size", &p::size, config::integer(1, 100000), "records asked for in a page")
            .optional("size_param", &p::size_param, parameter_name(), "name of the query parameter for the page size")
            .optional("offset_param", &p::offset_param, parameter_name(),
                      "style offset: name of the parameter that counts records from 0")
            .optional("page_param", &p::page_param, parameter_name(),
                      "style page: name of the parameter that counts pages")
            .optional("first_page", &p::first_page, config::integer(0, 1), "style page: number of the first page")
            .optional("token_param", &p::token_param, parameter_name(),
                      "style token: name of the parameter that takes the token of the last answer")
            .optional("next_token", &p::next_token, pointer_shape(),
                      "style token: where an answer holds the next token")
            .optional("max_pages", &p::max_pages, config::integer(1, 10'000'000),
                      "a list with more pages counts as endless, and as unproved")
            .shape();
    return config::named(described, "paging", "how an API pages its lists");
}

const std::vector<operation_row>& operation_rows()
{
    using o = operations;
    using enum placeholder;
    static const std::vector<operation_row> rows{
        {&o::user_get, {instance, realm, user}, "one person"},
        {&o::user_groups, {instance, realm, user}, "the groups of one person"},
        {&o::group_roots, {instance, realm}, "the top-level groups"},
        {&o::group_get, {instance, realm, group}, "one group with its children"},
        {&o::group_users, {instance, realm, group}, "the direct members of a group"},
        {&o::user_list, {instance, realm}, "all people; a guess, so off"},
        {&o::user_find, {instance, realm, username}, "people by name; a guess, so off"},
        {&o::user_count, {instance, realm}, "how many people there are: `item` points at the number; a guess, so off"},
        {&o::user_find_email, {instance, realm, email}, "target: people by e-mail; a guess, so off"},
        {&o::user_find_attribute,
         {instance, realm, attribute, value},
         "target: people by an attribute of theirs; a guess, so off"},
        {&o::group_read, {instance, realm, group}, "target: one group"},
        {&o::user_create, {instance, realm}, "target: makes a person; a guess, so off"},
        {&o::user_update, {instance, realm, user}, "target: changes a person; a guess, so off"},
        {&o::user_enable,
         {instance, realm, user},
         "target: where enabling has a call of its own; else user_update does it"},
        {&o::user_disable,
         {instance, realm, user},
         "target: where disabling has a call of its own; else user_update does it"},
        {&o::user_delete, {instance, realm, user}, "target: deletes a person; a guess, so off"},
        {&o::member_add, {instance, realm, user, group}, "target: puts a person into a group; a guess, so off"},
        {&o::member_del, {instance, realm, user, group}, "target: takes a person out of a group; a guess, so off"},
        {&o::group_create, {instance, realm}, "target: makes a top-level group; a guess, so off"},
        {&o::group_create_child,
         {instance, realm, group},
         "target: makes a group below {group}, which is target.parent_group; a guess, so off"},
        {&o::group_update, {instance, realm, group}, "target: renames a group; a guess, so off"},
        {&o::group_delete, {instance, realm, group}, "target: deletes a group; a guess, so off"},
        {&o::role_get, {instance, realm, role}, "target: one realm role by its name; a guess, so off"},
        {&o::role_create, {instance, realm}, "target: makes a realm role; a guess, so off"},
        {&o::user_roles, {instance, realm, user}, "target: the realm roles given to a person; a guess, so off"},
        {&o::user_role_add, {instance, realm, user}, "target: gives realm roles to a person; a guess, so off"},
        {&o::user_role_del, {instance, realm, user}, "target: takes realm roles from a person; a guess, so off"},
    };
    return rows;
}

config::shape<operations> operations_shape(const operations& standard)
{
    const auto patch = patch_shape();
    config::section<operations> s;
    for (const auto& row : operation_rows())
        s.optional((standard.*row.which).name, row.which, operation_shape(patch, standard.*row.which, row.allowed),
                   row.doc);
    auto described = s.shape();
    // A section fills in what `operations` says by itself; what counts here is `standard`.
    described.parse = [inner = described.parse, standard](const config::node& n,
                                                          config::diagnostics& out) -> std::optional<operations> {
        auto all = inner(n, out);
        if (!all) return std::nullopt;
        for (const auto& row : operation_rows())
            if (!n.find((standard.*row.which).name)) *all.*row.which = standard.*row.which;
        return all;
    };
    return described;
}

operations::operations()
{
    const std::string base = "/user/v1/{instance}";
    const std::string users = base + "/users", one_user = users + "/{user}", groups = base + "/groups",
                      one_group = groups + "/{group}", roles = base + "/roles",
                      given = one_user + "/role-mappings/realm";
    user_get = made("user_get", "GET", one_user, "/user", "");
    user_groups = made("user_groups", "GET", one_user + "/groups", "", "/groups");
    group_roots = made("group_roots", "GET", groups, "", "/groups");
    group_get = made("group_get", "GET", one_group, "", "/children/groups");
    group_get.paging = paging_settings{}; // children come inside their group's record; nothing says that they are paged
    group_users = made("group_users", "GET", one_group + "/users", "", "/users");
    group_read = made("group_read", "GET", one_group, "", "");

    user_list = made("user_list", "GET", users, "", "/users");
    user_count = made("user_count", "GET", users + "/count", "/count", "");
    user_find = made("user_find", "GET", users, "", "/users");
    user_find.query = parameters_of({{"username", "{username}"}, {"exact", "true"}});
    user_find_email = made("user_find_email", "GET", users, "", "/users");
    user_find_email.query = parameters_of({{"email", "{email}"}, {"exact", "true"}});
    user_find_attribute = made("user_find_attribute", "GET", users, "", "/users");
    user_find_attribute.query = parameters_of({{"q", "{attribute}:{value}"}});

    user_create = made("user_create", "POST", users, "", "");
    user_create.id = {fixed_pointer("/user/uuid"), fixed_pointer("/uuid")};
    user_update = made("user_update", "PUT", one_user, "", "");
    user_enable = made("user_enable", "PUT", one_user + "/enable", "", "");
    user_disable = made("user_disable", "PUT", one_user + "/disable", "", "");
    user_delete = made("user_delete", "DELETE", one_user, "", "");
    member_add = made("member_add", "PUT", one_user + "/groups/{group}", "", "");
    member_del = made("member_del", "DELETE", one_user + "/groups/{group}", "", "");
    group_create = made("group_create", "POST", groups, "", "");
    group_create_child = made("group_create_child", "POST", one_group + "/children", "", "");
    group_create.id = group_create_child.id = {fixed_pointer("/group/uuid"), fixed_pointer("/uuid")};
    group_update = made("group_update", "PUT", one_group, "", "");
    group_delete = made("group_delete", "DELETE", one_group, "", "");
    role_get = made("role_get", "GET", roles + "/{role}", "/role", "");
    role_create = made("role_create", "POST", roles, "", "");
    user_roles = made("user_roles", "GET", given, "", "/roles");
    user_role_add = made("user_role_add", "POST", given, "", "");
    user_role_del = made("user_role_del", "DELETE", given, "", "");

    for (auto* guess : {&user_list,    &user_find,   &user_count,   &user_find_email, &user_find_attribute,
                        &user_create,  &user_update, &user_enable,  &user_disable,    &user_delete,
                        &member_add,   &member_del,  &group_create, &group_update,    &group_create_child,
                        &group_delete, &role_get,    &role_create,  &user_role_add,   &user_roles,
                        &user_role_del})
        guess->enabled = false;
}

operations keycloak_operations()
{
    const std::string base = "/admin/realms/{realm}";
    const std::string users = base + "/users", one_user = users + "/{user}", groups = base + "/groups",
                      one_group = groups + "/{group}", roles = base + "/roles",
                      given = one_user + "/role-mappings/realm";
    // A brief record has no attributes: nothing may be concluded from it (section 7.3).
    const auto whole = parameters_of({{"briefRepresentation", "false"}});
    operations o;
    o.user_get = made("user_get", "GET", one_user, "", "");
    o.user_groups = made("user_groups", "GET", one_user + "/groups", "", "");
    o.group_roots = made("group_roots", "GET", groups, "", "");
    o.group_get = made("group_get", "GET", one_group + "/children", "", "");
    o.group_users = made("group_users", "GET", one_group + "/members", "", "");
    o.group_users.query = whole;
    o.group_read = made("group_read", "GET", one_group, "", "");
    o.user_list = made("user_list", "GET", users, "", "");
    o.user_list.query = whole;
    o.user_count = made("user_count", "GET", users + "/count", "", "");
    o.user_find = made("user_find", "GET", users, "", "");
    o.user_find.query =
        parameters_of({{"username", "{username}"}, {"exact", "true"}, {"briefRepresentation", "false"}});
    o.user_find_email = made("user_find_email", "GET", users, "", "");
    o.user_find_email.query =
        parameters_of({{"email", "{email}"}, {"exact", "true"}, {"briefRepresentation", "false"}});
    o.user_find_attribute = made("user_find_attribute", "GET", users, "", "");
    o.user_find_attribute.query = parameters_of({{"q", "{attribute}:{value}"}, {"briefRepresentation", "false"}});
    o.user_create = made("user_create", "POST", users, "", "");
    o.user_update = made("user_update", "PUT", one_user, "", "");
    o.user_delete = made("user_delete", "DELETE", one_user, "", "");
    o.user_enable = made("user_enable", "PUT", one_user + "/enable", "", "");
    o.user_disable = made("user_disable", "PUT", one_user + "/disable", "", "");
    o.user_enable.enabled = o.user_disable.enabled = false;
    o.member_add = made("member_add", "PUT", one_user + "/groups/{group}", "", "");
    o.member_del = made("member_del", "DELETE", one_user + "/groups/{group}", "", "");
    o.group_create = made("group_create", "POST", groups, "", "");
    o.group_create_child = made("group_create_child", "POST", one_group + "/children", "", "");
    o.user_create.id = o.group_create.id = o.group_create_child.id = {fixed_pointer("/id")};
    o.group_update = made("group_update", "PUT", one_group, "", "");
    o.group_delete = made("group_delete", "DELETE", one_group, "", "");
    o.role_get = made("role_get", "GET", roles + "/{role}", "", "");
    o.role_create = made("role_create", "POST", roles, "", "");
    o.user_roles = made("user_roles", "GET", given, "", "");
    o.user_role_add = made("user_role_add", "POST", given, "", "");
    o.user_role_del = made("user_role_del", "DELETE", given, "", "");
    return o;
}

} // namespace idferry::connectors::bare_id
