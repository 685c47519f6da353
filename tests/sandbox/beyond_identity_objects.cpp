// What the kinds besides identities and groups have in common: finding, listing, deleting; and the two smallest of
// them, themes and flow types.
#include "tests/sandbox/beyond_identity.hpp"
#include "tests/sandbox/beyond_identity_filter.hpp"

#include <algorithm>

namespace idferry::sandbox {
namespace {

struct kind_words
{
    std::string_view path_name; // "application" of {application}
    std::string_view list_key;
    std::string_view type; // of ResourceInfo; empty: a 404 says nothing
    std::size_t usual{20};
    std::size_t most{200};
};

const kind_words& words_of(beyond_kind kind)
{
    static const kind_words all[] = {{"server", "resource_servers", "", 100, 100},
                                     {"role", "roles", "Role"},
                                     {"application", "applications", "", 100, 100},
                                     {"config", "authenticator_configs", "", 100, 100},
                                     {"provider", "identity_providers", ""},
                                     {"sso", "sso_configs", "SsoConfig"},
                                     {"theme", "themes", "Theme"},
                                     {"credential", "credentials", "Credential"},
                                     {"job", "credential_binding_jobs", "CredentialBindingJob"},
                                     {"batch", "batch_credential_binding_jobs", "BatchCredentialBindingJob"}};
    static_assert(std::size(all) == static_cast<std::size_t>(beyond_kind::count));
    return all[static_cast<std::size_t>(kind)];
}

constexpr std::string_view platforms[] = {"android", "macos", "ios",      "windows",
                                          "web",     "linux", "chromeos", "chromeosweb"};
constexpr std::string_view flows[] = {"unknown",
                                      "scheme",
                                      "embedded",
                                      "copy",
                                      "roaming_auth",
                                      "android_autofill",
                                      "android_accessibility",
                                      "pipe",
                                      "localhost",
                                      "universal_link",
                                      "safari_extension",
                                      "layered_auth_qr_code",
                                      "secure_localhost"};

} // namespace

// The object that the path names; no_slot and an answer when there is none.
slot beyond_server::find_object(const beyond_call& call, beyond_kind kind, outgoing& refused) const
{
    const auto& words = words_of(kind);
    const auto& id = call.at(std::string(words.path_name));
    const auto& table = call.realm->table(kind);
    auto at = table.find(id);
    if (at != no_slot) { // of the right parent
        const auto server = call.id.find("server");
        if (kind == beyond_kind::role && server != call.id.end() && table.at(at).parent != server->second) at = no_slot;
        const auto identity = call.id.find("identity");
        if ((kind == beyond_kind::credential || kind == beyond_kind::job) && identity != call.id.end() &&
            identity->second != "-" && table.at(at).body.value("identity_id", "") != identity->second)
            at = no_slot;
    }
    if (at == no_slot)
        refused = words.type.empty() ? failure(404, "not_found", "The requested resource was not found.")
                                     : missing(words.type, id);
    return at;
}

outgoing beyond_server::object_get(const beyond_call& call, beyond_kind kind) const
{
    outgoing refused;
    const auto at = find_object(call, kind, refused);
    return at == no_slot ? refused : json_answer(200, shown(call.realm->table(kind).at(at), kind, false).dump());
}

// `among`: which of the kind, when not all.
outgoing beyond_server::object_list(beyond_call& call, beyond_kind kind, const ranked& among,
                                    const std::vector<std::string_view>& filters, const std::function<bool(slot)>& also,
                                    std::string_view bound)
{
    const auto& words = words_of(kind);
    const auto& table = call.realm->table(kind);
    page wanted;
    if (auto refused = read_page(call, words.usual, words.most, wanted, bound)) return *refused;
    std::function<bool(slot)> fits = also;
    if (!wanted.filter.empty() && !filters.empty() && knob_.filters != "documented") {
        const auto filter = parse_beyond_filter(wanted.filter, filters);
        if (!filter) return bad({{"filter", "invalid filter"}});
        fits = [&, filter = *filter](slot at) {
            const auto whole = shown(table.at(at), kind, true);
            std::string text;
            return (!also || also(at)) &&
                   fits_beyond_filter(filter, knob_.filter_case_exact, [&](const scim_path& path) -> std::string_view {
                       text = whole.value(path.attribute, "");
                       return text;
                   });
        };
    }
    return list(call, wanted,
                {words.list_key, among,
                 [&](std::string& text, slot at) { text += shown(table.at(at), kind, true).dump(); }, fits});
}

// The envelope's object. Nothing, and an answer, when it is not there.
const json* beyond_server::enveloped(const beyond_call& call, std::string_view name, outgoing& refused) const
{
    const auto at = call.body.find(std::string(name));
    if (at != call.body.end() && at->is_object()) return &*at;
    refused = bad({{std::string(name), "missing"}});
    return nullptr;
}

// The members of `given` over those of `into`; what the service chooses is left alone.
void beyond_server::merge_fields(json& into, const json& given, std::initializer_list<std::string_view> fixed)
{
    for (auto member = given.begin(); member != given.end(); ++member) {
        if (std::find(fixed.begin(), fixed.end(), member.key()) != fixed.end()) continue;
        if (member->is_object() && into.contains(member.key()) && into[member.key()].is_object())
            merge_fields(into[member.key()], *member, fixed);
        else
            into[member.key()] = *member;
    }
}

// A PATCH that gives the nested object gives all of it, where the knob says so: only what the service chose stays.
void beyond_server::replace_nested(json& body, const char* holder, const json& given,
                                   const std::vector<std::string_view>& kept) const
{
    if (knob_.nested_patch != "replace" || !given.is_object() || !body[holder].is_object()) return;
    auto left = json::object();
    for (const auto name : kept)
        if (const auto at = body[holder].find(std::string(name)); at != body[holder].end())
            left[std::string(name)] = *at;
    body[holder] = std::move(left);
}

json beyond_server::object_head(const beyond_realm& realm)
{
    return {{"id", random_.uuid()}, {"realm_id", realm.id}, {"tenant_id", tenant_}};
}

// One theme per realm.
outgoing beyond_server::theme_write(beyond_call& call, slot at)
{
    auto& table = call.realm->table(beyond_kind::theme);
    if (at == no_slot && !table.all().empty())
        return taken("theme already exists for this realm", "Theme", table.at(table.all().begin()->second).id);
    const auto given = call.body.value("theme", json::object());
    violations found;
    if (const auto name = given.find("email_realm_name"); name != given.end() && *name == "")
        return bad({{"theme.email_realm_name", "provided email_realm_name must not be empty"}}, "Bad Request");
    check_text(found, given, "theme", "email_realm_name", 1, 64, false);
    for (const char* color : {"button_color", "button_text_color"})
        if (const auto value = given.find(color);
            value != given.end() && (!value->is_string() || value->get_ref<const std::string&>().size() != 7 ||
                                     value->get_ref<const std::string&>()[0] != '#'))
            found.emplace_back(std::string("theme.") + color, "must be a color like #4673D3");
    if (!found.empty()) return bad(found, "Bad Request");
    if (at == no_slot) at = add_object(*call.realm, beyond_kind::theme, default_theme(*call.realm, random_.uuid()));
    auto& body = table.at(at).body;
    merge_fields(body, given, {"id", "tenant_id", "realm_id", "create_time", "update_time"});
    body["update_time"] = now();
    return json_answer(200, body.dump());
}

json beyond_server::default_theme(const beyond_realm& realm, const std::string& id) const
{
    return {{"id", id},
            {"tenant_id", tenant_},
            {"realm_id", realm.id},
            {"email_realm_name", realm.display_name},
            {"logo_url_light", ""},
            {"logo_url_dark", ""},
            {"support_url", ""},
            {"create_time", now()},
            {"update_time", now()},
            {"button_color", "#4673D3"},
            {"button_text_color", "#FFFFFF"}};
}

outgoing beyond_server::theme_create(beyond_call& call)
{
    return theme_write(call, no_slot);
}

outgoing beyond_server::theme_patch(beyond_call& call)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::theme, refused);
    return at == no_slot ? refused : theme_write(call, at);
}

outgoing beyond_server::theme_get(beyond_call& call)
{
    return object_get(call, beyond_kind::theme);
}

// A realm without a theme has the default one.
outgoing beyond_server::theme_active(beyond_call& call)
{
    const auto& table = call.realm->table(beyond_kind::theme);
    const auto own = table.all().begin();
    auto body = own == table.all().end() ? default_theme(*call.realm, "00000000-0000-4000-8000-000000000000")
                                         : table.at(own->second).body;
    if (own == table.all().end() && knob_.default_theme == "without_id") body.erase("id");
    return json_answer(200, body.dump());
}

// Made when somebody asks for it first.
outgoing beyond_server::flow_type_get(beyond_call& call)
{
    auto& realm = *call.realm;
    if (realm.flow_types.is_null()) {
        realm.flow_types = object_head(realm);
        realm.flow_types["create_time"] = realm.flow_types["update_time"] = now(6);
        auto& config = realm.flow_types["platform_config"] = json::object();
        for (const auto platform : platforms)
            for (const auto flow : flows)
                config[std::string(platform)][std::string(flow)] = {{"enabled", flow == "scheme"}, {"valid", true}};
    }
    return json_answer(200, realm.flow_types.dump());
}

outgoing beyond_server::flow_type_patch(beyond_call& call)
{
    outgoing refused;
    const auto* given = enveloped(call, "flow_type_config", refused);
    if (given == nullptr) return refused;
    flow_type_get(call);
    violations found;
    check_known(found, *given, "flow_type_config",
                {"id", "tenant_id", "realm_id", "create_time", "update_time", "platform_config"});
    if (!found.empty()) return bad(found);
    merge_fields(call.realm->flow_types, *given,
                 {"id", "tenant_id", "realm_id", "create_time", "update_time", "valid"});
    call.realm->flow_types["update_time"] = now(6);
    return json_answer(200, call.realm->flow_types.dump());
}

} // namespace idferry::sandbox
