#include "connectors/bare_id/bare_id_settings.hpp"

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
};

config::shape<std::string> parameter_name()
{
    return config::checked<std::string>(config::non_empty_text(), [](const std::string& s) {
        return s.size() > 100 ? std::string("is too long for a query parameter") : std::string();
    });
}

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

// What an operation is unless its keys are given.
std::string show_operation(const operation& o)
{
    std::string out = std::string("{\"enabled\": ") + (o.enabled ? "true" : "false");
    const auto add = [&](const char* key, const std::string& text) {
        if (!text.empty()) out += std::string(", \"") + key + "\": " + config::json_of_text(text);
    };
    add("path", o.path.text());
    add("item", o.item.text);
    add("list", o.list.text);
    return out + "}";
}

config::shape<operation> operation_shape(const operation& defaults, std::vector<placeholder> allowed)
{
    using p = operation_patch;
    auto patch = config::section<p>()
                     .optional("enabled", &p::enabled, config::boolean(), "whether this call may be used")
                     .optional("method", &p::method, config::choice<std::string>({{"GET", "GET"}, {"POST", "POST"}}),
                               "HTTP method; GET unless set")
                     .optional("path", &p::path, path_template_shape(),
                               "path below api_base, with {instance}, {user}, {group} or {username}")
                     .optional("query", &p::query, config::map_of(query_template_shape()),
                               "query parameters; they replace the usual ones")
                     .optional("item", &p::item, pointer_shape(), "where an answer holds the one record")
                     .optional("list", &p::list, pointer_shape(), "where an answer holds the records")
                     .optional("paging", &p::paging, paging_shape(), "instead of the connection's `paging`")
                     .shape();
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
                if (out.size() != before) return std::nullopt;
                return op;
            },
            config::named(patch, "call", "a call of the API; what is not given is as the connector knows it").doc,
            show_operation};
}

config::shape<operations> operations_shape()
{
    using enum placeholder;
    const operations d;
    return config::section<operations>()
        .optional("user_get", &operations::user_get, operation_shape(d.user_get, {instance, user}), "one person")
        .optional("user_groups", &operations::user_groups, operation_shape(d.user_groups, {instance, user}),
                  "the groups of one person")
        .optional("group_roots", &operations::group_roots, operation_shape(d.group_roots, {instance}),
                  "the top-level groups")
        .optional("group_get", &operations::group_get, operation_shape(d.group_get, {instance, group}),
                  "one group with its children")
        .optional("group_users", &operations::group_users, operation_shape(d.group_users, {instance, group}),
                  "the direct members of a group")
        .optional("user_list", &operations::user_list, operation_shape(d.user_list, {instance}),
                  "all people; a guess, so off")
        .optional("user_find", &operations::user_find, operation_shape(d.user_find, {instance, username}),
                  "people by name; a guess, so off")
        .optional("user_count", &operations::user_count, operation_shape(d.user_count, {instance}),
                  "how many people there are: `item` points at the number; a guess, so off")
        .shape();
}

struct group_fields
{
    json_pointer id{fixed_pointer("/uuid")}, name{fixed_pointer("/name")}, path{fixed_pointer("/path")};
};
struct attribute_fields
{
    json_pointer at{fixed_pointer("/attributes")};
    attribute_encoding encoding{attribute_encoding::values_object};
};
// As written: with the nested maps of the YAML.
struct field_section
{
    field_settings flat;
    json_pointer id{flat.id}, username{flat.username}, email{flat.email}, enabled{flat.enabled},
        verified{flat.email_verified};
    std::vector<json_pointer> first_name{flat.first_name}, last_name{flat.last_name};
    attribute_fields attributes;
    std::vector<std::string> root_attributes{flat.root_attributes};
    group_fields group;
};

config::shape<json_pointer> member_pointer_shape()
{
    return config::checked<json_pointer>(pointer_shape(), [](const json_pointer& p) {
        return p.tokens.empty() ? std::string("must point at a member of the record, such as /uuid") : std::string();
    });
}

config::shape<field_settings> fields_shape()
{
    using f = field_section;
    const auto pointer = member_pointer_shape();
    auto group = config::section<group_fields>()
                     .optional("id", &group_fields::id, pointer, "the group's immutable id")
                     .optional("name", &group_fields::name, pointer, "its name")
                     .optional("path", &group_fields::path, pointer, "its path from the root")
                     .shape();
    auto attributes =
        config::section<attribute_fields>()
            .optional("at", &attribute_fields::at, pointer, "the map of attributes")
            .optional("encoding", &attribute_fields::encoding,
                      config::choice<attribute_encoding>({{"values_object", attribute_encoding::values_object},
                                                          {"list", attribute_encoding::list},
                                                          {"scalar", attribute_encoding::scalar}}),
                      "how an attribute's values are written")
            .shape();
    auto nested = config::section<f>()
                      .optional("id", &f::id, pointer, "the person's immutable id")
                      .optional("username", &f::username, pointer, "the login name")
                      .optional("email", &f::email, pointer, "the e-mail address")
                      .optional("enabled", &f::enabled, pointer, "whether the person may log in")
                      .optional("email_verified", &f::verified, pointer, "whether the address was confirmed")
                      .optional("first_name", &f::first_name, config::one_or_list_of(pointer),
                                "the given name; the first of these that exists")
                      .optional("last_name", &f::last_name, config::one_or_list_of(pointer),
                                "the family name; the first of these that exists")
                      .optional("attributes", &f::attributes, attributes, "further attributes")
                      .optional("root_attributes", &f::root_attributes, config::list_of(config::non_empty_text()),
                                "attributes that only repeat a field of the record, and are left out")
                      .optional("group", &f::group, group, "fields of a group record")
                      .shape();
    return {[nested](const config::node& n, config::diagnostics& out) -> std::optional<field_settings> {
                auto s = nested.parse(n, out);
                if (!s) return std::nullopt;
                field_settings v;
                v.id = s->id, v.username = s->username, v.email = s->email, v.enabled = s->enabled;
                v.email_verified = s->verified, v.first_name = s->first_name, v.last_name = s->last_name;
                v.attributes = s->attributes.at, v.encoding = s->attributes.encoding;
                v.root_attributes = s->root_attributes;
                v.group_id = s->group.id, v.group_name = s->group.name, v.group_path = s->group.path;
                return v;
            },
            nested.doc};
}

config::shape<absent_settings> absent_shape()
{
    const auto list = config::choice<absent_list>({{"error", absent_list::error}, {"empty", absent_list::empty}});
    return config::section<absent_settings>()
        .optional(
            "bool", &absent_settings::boolean,
            config::choice<absent_bool>(
                {{"error", absent_bool::error}, {"false", absent_bool::is_false}, {"true", absent_bool::is_true}}),
            "what a record without `enabled` means; `error` rejects that person")
        .optional("directory_list", &absent_settings::directory_list, list,
                  "what an answer without its list of groups or people means")
        .optional("nested_list", &absent_settings::nested_list, list,
                  "what an answer without children, members or a person's groups means")
        .shape();
}

config::shape<source_settings> source_shape()
{
    using s = source_settings;
    return config::section<s>()
        .optional("mode", &s::mode,
                  config::choice<source_mode>(
                      {{"group_walk", source_mode::group_walk}, {"user_list", source_mode::user_list}}),
                  "`group_walk`: people are the members of the groups below, and each removal is proved for that "
                  "person; `user_list`: people are listed (needs ops.user_list)")
        .optional("groups", &s::groups, config::list_of(config::at(config::non_empty_text())),
                  "names, paths or ids of the groups to read, with everything below them; all groups when it is empty")
        .optional("max_depth", &s::max_depth, config::integer(1, 1000),
                  "groups nested deeper than this make the read unproved")
        .optional("max_groups", &s::max_groups, config::integer(1, 10'000'000),
                  "more groups than this make the read unproved")
        .optional("hydrate", &s::hydrate, config::boolean(),
                  "read every person's own record as well (user_get), for attributes that lists do not have")
        .optional(
            "memberships", &s::memberships,
            config::choice<membership_mode>({{"walk", membership_mode::walk}, {"per_user", membership_mode::per_user}}),
            "with mode user_list: take memberships from the groups' member lists (`walk`), or from each person's "
            "groups (`per_user`)")
        .shape();
}

config::shape<error_settings> errors_shape()
{
    return config::section<error_settings>()
        .optional("code", &error_settings::code, config::one_or_list_of(pointer_shape()),
                  "where an error answer holds its code")
        .optional("message", &error_settings::message, config::one_or_list_of(pointer_shape()),
                  "where it holds its message")
        .shape();
}

std::string why_not_an_instance(const std::string& text)
{
    if (text.find_first_not_of("0-") == std::string::npos) return "is a placeholder: put the instance's UUID here";
    for (const char c : text)
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '-' && c != '_' &&
            c != '.')
            return "is not an instance's UUID (the console shows it as instanceUId)";
    if (text.size() > 100) return "is too long for an instance's UUID";
    if (std::none_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
        text.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string::npos)
        return "looks like a placeholder: put the instance's UUID here";
    return {};
}

operation make_operation(std::string name, std::string_view path, std::string_view item, std::string_view list)
{
    operation op;
    op.name = std::move(name);
    op.path = fixed_template(path);
    op.item = fixed_pointer(item);
    op.list = fixed_pointer(list);
    return op;
}

// The place of a key below the section, or of the nearest one above it.
config::node place_of(config::node at, std::initializer_list<std::string_view> keys)
{
    for (const auto key : keys) {
        auto below = at.find(key);
        if (!below) break;
        at = std::move(*below);
    }
    return at;
}

void check_mode(const bare_id_settings& s, const config::node& section, config::diagnostics& out)
{
    const auto mode = place_of(section, {"source", "mode"});
    const bool walk = s.source.mode == source_mode::group_walk;
    const bool per_user = s.source.memberships == membership_mode::per_user;
    const auto need = [&](const operation& op, std::string_view what_for) {
        if (op.enabled) return;
        auto place = place_of(section, {"ops", op.name, "enabled"});
        out.add(op.name == "user_list" ? mode : place,
                "ops." + op.name + " is off, but " + std::string(what_for) + " needs it: set ops." + op.name +
                    ".enabled: true" +
                    (op.name == "user_list" ? " after confirming its path in the API's console" : ""));
    };
    need(s.ops.group_roots, "reading groups");
    if (walk || !per_user) need(s.ops.group_users, "reading members");
    need(s.ops.group_get, "reading groups below the top level");
    if (walk) {
        need(s.ops.user_get, "mode group_walk, where every removal is proved for that person,");
        need(s.ops.user_groups, "mode group_walk, where every removal is proved for that person,");
        if (per_user)
            out.add(place_of(section, {"source", "memberships"}), "memberships: per_user belongs to mode user_list");
    } else {
        need(s.ops.user_list, "mode user_list");
        if (s.source.hydrate) need(s.ops.user_get, "source.hydrate");
        if (per_user) need(s.ops.user_groups, "memberships: per_user");
    }
}

} // namespace

operations::operations()
    : user_get(make_operation("user_get", "/user/v1/{instance}/users/{user}", "/user", "")),
      user_groups(make_operation("user_groups", "/user/v1/{instance}/users/{user}/groups", "", "/groups")),
      group_roots(make_operation("group_roots", "/user/v1/{instance}/groups", "", "/groups")),
      group_get(make_operation("group_get", "/user/v1/{instance}/groups/{group}", "", "/children/groups")),
      group_users(make_operation("group_users", "/user/v1/{instance}/groups/{group}/users", "", "/users")),
      user_list(make_operation("user_list", "/user/v1/{instance}/users", "", "/users")),
      user_find(make_operation("user_find", "/user/v1/{instance}/users", "", "/users")),
      user_count(make_operation("user_count", "/user/v1/{instance}/users/count", "/count", ""))
{
    user_list.enabled = user_find.enabled = user_count.enabled = false;
    group_get.paging = paging_settings{}; // children come inside their group's record; nothing says that they are paged
    user_find.query = {{"username", fixed_template("{username}")}, {"exact", fixed_template("true")}};
}

config::shape<bare_id_settings> settings_shape()
{
    using b = bare_id_settings;
    config::section<b> s;
    s.required("type", &b::type, config::choice<std::string>({{"bare_id", "bare_id"}}), "the word bare_id");
    s.required("instance", &b::instance, config::checked<std::string>(config::non_empty_text(), why_not_an_instance),
               "UUID of the instance; the API console shows it as instanceUId");
    s.optional("api_base", &b::api_base, config::service_url(), "where the API is");
    s.optional("profile", &b::profile,
               config::checked<std::string>(
                   config::choice<std::string>({{"gateway", "gateway"}, {"keycloak_admin", "keycloak_admin"}}),
                   [](const std::string& v) {
                       return v == "gateway" ? std::string()
                                             : std::string("profile keycloak_admin is not available yet; "
                                                           "leave `profile` out for user/v1 (gateway)");
                   }),
               "which API is spoken; only user/v1 (gateway) for now");
    s.optional(
        "ops", &b::ops, operations_shape(),
        "the calls, and where their answers hold what; change this only when your console's OpenAPI document differs");
    s.optional("fields", &b::fields, fields_shape(),
               "where a record holds what; change this only when your records differ");
    s.optional("absent", &b::absent, absent_shape(),
               "what missing values mean: by default what cannot be told apart from a mistake is an error");
    s.optional("paging", &b::paging, paging_shape(), "how lists are paged, unless a call has its own `paging`");
    s.optional("source", &b::source, source_shape(), "what is read");
    s.optional("errors", &b::errors, errors_shape(), "where error answers hold their code and message");
    s.optional("service_account_prefixes", &b::service_account_prefixes, config::list_of(config::non_empty_text()),
               "people whose login name begins so are service accounts, and left out");
    http::add_http_keys(s, true, "how fast the service may be used; `concurrency` is 4 when it is not given");
    s.check(check_mode);
    return s.shape();
}

std::optional<bare_id_settings> parse_settings(const config::node& section, const std::string& name,
                                               config::diagnostics& out)
{
    auto parsed = settings_shape().parse(section, out);
    if (!parsed) return std::nullopt;
    parsed->name = name;
    while (!parsed->api_base.empty() && parsed->api_base.back() == '/') parsed->api_base.pop_back();
    // No limit of this API is published: at most four requests at once, unless the operator says more.
    const auto rate = section.find("rate");
    if (!rate || !rate->find("concurrency")) parsed->rate.concurrency = 4;
    return parsed;
}

} // namespace idferry::connectors::bare_id
