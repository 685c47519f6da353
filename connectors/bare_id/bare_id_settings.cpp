#include "connectors/bare_id/bare_id_settings.hpp"

#include "connectors/http/percent_encoding.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace idferry::connectors::bare_id {

namespace {

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

bool given(const config::node& section, std::initializer_list<std::string_view> keys)
{
    config::node at = section;
    for (const auto key : keys) {
        auto below = at.is_map() ? at.find(key) : std::nullopt;
        if (!below) return false;
        at = std::move(*below);
    }
    return true;
}

// ".../realms/<realm>/…": what stands before "/realms", and the realm.
std::pair<std::string, std::string> parts_of_token_url(const std::string& url)
{
    const std::string_view word = "/realms/";
    const auto at = url.find(word);
    if (at == std::string::npos) return {};
    const auto from = at + word.size();
    const auto to = std::min(url.find('/', from), url.size());
    return {url.substr(0, at), http::percent_decode(std::string_view(url).substr(from, to - from))};
}

// What the Keycloak Admin API has where the operator says nothing (apis: Bare.ID, section 7). Its lists have page
// sizes of their own, 10 and 100, when they are not asked for one.
void be_keycloak(bare_id_settings& s, const config::node& section)
{
    const auto fill = [&](std::initializer_list<std::string_view> keys, auto& member, auto value) {
        if (!given(section, keys)) member = std::move(value);
    };
    if (!given(section, {"ops"})) s.ops = keycloak_operations();
    auto& f = s.fields;
    fill({"fields", "id"}, f.id, fixed_pointer("/id"));
    fill({"fields", "first_name"}, f.first_name, std::vector<json_pointer>{fixed_pointer("/firstName")});
    fill({"fields", "last_name"}, f.last_name, std::vector<json_pointer>{fixed_pointer("/lastName")});
    fill({"fields", "attributes", "encoding"}, f.encoding, attribute_encoding::list);
    fill({"fields", "group", "id"}, f.group_id, fixed_pointer("/id"));
    fill({"paging", "style"}, s.paging.style, paging_style::offset);
    fill({"paging", "size"}, s.paging.size, std::int64_t{500});
    fill({"source", "mode"}, s.source.mode, source_mode::user_list);
    fill({"source", "hydrate"}, s.source.hydrate, false);
    fill({"target", "hydrate"}, s.target.hydrate, false);
    if (s.auth.client_credentials) {
        const auto [host, realm] = parts_of_token_url(s.auth.client_credentials->token_url);
        fill({"api_base"}, s.api_base, host);
        fill({"realm"}, s.realm, realm);
    }
}

// Where each kind of events is, as far as the operator does not say.
void place_events(bare_id_settings& s, const config::node& section, config::diagnostics& out)
{
    auto& e = s.events;
    if (!e.on()) return;
    const bool keycloak = e.kind == event_kind::keycloak;
    const auto fill = [&](event_list_settings& list, std::string_view v1, std::string_view admin_api) {
        if (!list.path) list.path = fixed_template(keycloak ? admin_api : v1);
        if (!list.list) list.list = fixed_pointer(keycloak ? "" : "/events");
    };
    fill(e.user, "/event/v1/{instance}/events", "/admin/realms/{realm}/events");
    fill(e.admin, "/event/v1/{instance}/admin-events", "/admin/realms/{realm}/admin-events");
    if (keycloak && !s.keycloak() && s.auth.client_credentials) {
        const auto [host, realm] = parts_of_token_url(s.auth.client_credentials->token_url);
        if (e.api_base.empty()) e.api_base = host;
        if (e.realm.empty()) e.realm = realm;
    }
    if (e.api_base.empty()) e.api_base = s.api_base;
    if (e.realm.empty()) e.realm = s.realm;
    while (!e.api_base.empty() && e.api_base.back() == '/') e.api_base.pop_back();
    if (keycloak && e.realm.empty())
        out.add(place_of(section, {"events", "kind"}),
                "events.realm is missing, and auth.token_url does not name one as …/realms/<realm>/…");
    if (!keycloak && s.instance.empty())
        out.add(place_of(section, {"events", "kind"}), "kind event_v1 needs `instance`");
    if (!s.ops.user_get.enabled)
        out.add(place_of(section, {"events", "kind"}),
                "ops.user_get is off, but reading a person again after an event needs it");
    for (const auto* list : {&e.user, &e.admin})
        for (const auto used : list->path->placeholders())
            if (used != placeholder::instance && used != placeholder::realm)
                out.add(place_of(section, {"events", list == &e.user ? "user_events" : "admin_events", "path"}),
                        "{" + std::string(name_of(used)) + "} has no value in a path of events");
}

void check_place(const bare_id_settings& s, const config::node& section, config::diagnostics& out)
{
    if (!s.keycloak() && s.instance.empty())
        out.add(section, "instance is missing: the UUID of the instance, which the API console shows as instanceUId");
    if (!s.keycloak()) return;
    if (s.realm.empty())
        out.add(section, "realm is missing, and auth.token_url does not name one as …/realms/<realm>/…");
    if (s.api_base.empty())
        out.add(section, "api_base is missing: where the paths /admin/realms/… are, such as "
                         "https://acme.login.bare.id/auth");
}

void check_target(const bare_id_settings& s, const config::node& section, config::diagnostics& out)
{
    const auto need = [&](const operation& op, std::string_view what_for) {
        if (!op.enabled)
            out.add(place_of(section, {"ops", op.name, "enabled"}),
                    "ops." + op.name + " is off, but " + std::string(what_for) + " needs it: set ops." + op.name +
                        ".enabled: true after confirming its path in the API's console");
    };
    if (!s.target.roles.empty())
        for (const auto* op : {&s.ops.user_roles, &s.ops.user_role_add, &s.ops.user_role_del, &s.ops.role_get})
            need(*op, "target.roles");
    if (s.target.create_roles) need(s.ops.role_create, "target.create_roles");
    if (!s.target.parent_group.empty() && s.ops.group_create.enabled)
        need(s.ops.group_create_child, "target.parent_group");
    if (s.ops.user_enable.enabled != s.ops.user_disable.enabled)
        out.add(place_of(section, {"ops"}),
                "ops.user_enable and ops.user_disable go together: switch both on, or none");
    if (s.writes()) {
        need(s.ops.user_get, "every write, which is read back,");
        need(s.ops.user_groups, "every write of a membership, which is read back,");
        need(s.ops.group_read, "every write of a group, which is read back,");
    }
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

namespace {

config::shape<bare_id_settings> shape_of(bool keycloak)
{
    using b = bare_id_settings;
    config::section<b> s;
    s.required("type", &b::type, config::choice<std::string>({{"bare_id", "bare_id"}}), "the word bare_id");
    s.optional("instance", &b::instance, config::checked<std::string>(config::non_empty_text(), why_not_an_instance),
               "UUID of the instance; the API console shows it as instanceUId; profile gateway needs it");
    s.optional("realm", &b::realm, config::non_empty_text(),
               "profile keycloak_admin: the realm; without it, the one in auth.token_url");
    s.optional("api_base", &b::api_base, config::service_url(),
               "where the API is; profile keycloak_admin: what stands before /admin/realms, by default what stands "
               "before /realms in auth.token_url");
    s.optional("profile", &b::profile,
               config::choice<std::string>({{"gateway", "gateway"}, {"keycloak_admin", "keycloak_admin"}}),
               "which API is spoken: user/v1 (`gateway`), or the User Legacy API as the Keycloak Admin API "
               "(`keycloak_admin`), which changes the defaults of `ops`, `fields`, `paging` and `source`");
    s.optional(
        "ops", &b::ops, operations_shape(keycloak ? keycloak_operations() : operations()),
        "the calls, and where their answers hold what; change this only when your console's OpenAPI document differs");
    s.optional("fields", &b::fields, fields_shape(),
               "where a record holds what; change this only when your records differ");
    s.optional("absent", &b::absent, absent_shape(),
               "what missing values mean: by default what cannot be told apart from a mistake is an error");
    s.optional("paging", &b::paging, paging_shape(), "how lists are paged, unless a call has its own `paging`");
    s.optional("source", &b::source, source_shape(), "what is read");
    s.optional("target", &b::target, target_shape(), "how it is written");
    s.optional("errors", &b::errors, errors_shape(), "where error answers hold their code and message");
    s.optional("events", &b::events, events_shape(),
               "as a source: where the instance tells what happened, so that people are read again between full reads");
    s.optional(
        "api", &b::api, api_shape(),
        "what `idferry api` may call beyond the calls of `ops`, by name, such as \"events list\": {enabled: true}");
    s.optional("service_account_prefixes", &b::service_account_prefixes, config::list_of(config::non_empty_text()),
               "people whose login name begins so are service accounts: left out, and never written");
    http::add_http_keys(s, true, "how fast the service may be used; `concurrency` is 4 when it is not given");
    return s.shape();
}

} // namespace

config::shape<bare_id_settings> settings_shape()
{
    return shape_of(false);
}

std::optional<bare_id_settings> parse_settings(const config::node& section, const std::string& name,
                                               config::diagnostics& out)
{
    const auto profile = section.is_map() ? section.find("profile") : std::nullopt;
    auto parsed =
        shape_of(profile && profile->is_scalar() && profile->scalar() == "keycloak_admin").parse(section, out);
    if (!parsed) return std::nullopt;
    parsed->name = name;
    if (parsed->keycloak()) be_keycloak(*parsed, section);
    while (!parsed->api_base.empty() && parsed->api_base.back() == '/') parsed->api_base.pop_back();
    const auto before = out.size();
    check_place(*parsed, section, out);
    place_events(*parsed, section, out);
    check_mode(*parsed, section, out);
    check_target(*parsed, section, out);
    if (out.size() != before) return std::nullopt;
    // No limit of this API is published: at most four requests at once, unless the operator says more.
    const auto rate = section.find("rate");
    if (!rate || !rate->find("concurrency")) parsed->rate.concurrency = 4;
    return parsed;
}

} // namespace idferry::connectors::bare_id
