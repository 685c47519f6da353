#include "connectors/bare_id/target_record.hpp"

#include "connectors/bare_id/bare_id_codec.hpp"
#include "connectors/http/percent_encoding.hpp"
#include "mapping/core_schema.hpp"
#include "mapping/json.hpp"
#include "mapping/normalise.hpp"

#include <algorithm>
#include <set>

namespace idferry::connectors::bare_id {

namespace {

using mapping::json;
using mapping::same_name;

// Where a SCIM attribute is held.
struct place
{
    enum class kind
    {
        nowhere,
        username,
        email,
        email_verified,
        first_name,
        last_name,
        attribute // `name`
    };
    kind what{kind::nowhere};
    std::string name;
};

place place_of_attribute(const bare_id_settings& config, const std::string& path)
{
    using enum place::kind;
    const auto p = mapping::split_path(path);
    if (p.urn.empty() && same_name(path, "userName")) return {username, {}};
    if (p.urn.empty() && same_name(path, "emails")) return {email, {}};
    if (p.urn.empty() && same_name(path, "name.givenName")) return {first_name, {}};
    if (p.urn.empty() && same_name(path, "name.familyName")) return {last_name, {}};
    if (auto name = config.target.attribute_for(path); !name.empty()) return {attribute, std::move(name)};
    if (!p.sub_attribute.empty()) return {};
    if (same_name(p.urn, config.urn()))
        return same_name(p.attribute, "emailVerified") ? place{email_verified, {}} : place{attribute, p.attribute};
    if (const auto name = plain_attribute(p.urn, p.attribute); !name.empty()) return {attribute, std::string(name)};
    return {};
}

std::string text_of(const json& value)
{
    if (value.is_string()) return value.get<std::string>();
    if (value.is_object()) {
        const auto* v = mapping::member_named(value, "value");
        return v && !v->is_structured() ? text_of(*v) : mapping::to_text(value);
    }
    return value.is_null() ? std::string() : mapping::to_text(value);
}

std::vector<std::string> texts_of(const json& value)
{
    std::vector<std::string> out;
    if (value.is_array()) {
        for (const auto& v : value)
            if (auto text = text_of(v); !text.empty()) out.push_back(std::move(text));
    } else if (auto text = text_of(value); !text.empty()) {
        out.push_back(std::move(text));
    }
    return out;
}

json encoded(const std::vector<std::string>& values, attribute_encoding encoding)
{
    switch (encoding) {
    case attribute_encoding::values_object: return {{"values", values}};
    case attribute_encoding::list: return values;
    case attribute_encoding::scalar: break;
    }
    return values.size() == 1 ? json(values.front()) : values.empty() ? json("") : json(values);
}

// A record that is being made.
class writer
{
public:
    writer(const bare_id_settings& config, json record)
        : fields_(config.fields), clear_(config.target.clear), record_(std::move(record))
    {
    }

    void text(const json_pointer& at, const std::string& value)
    {
        put(record_, at, value);
        touch(at);
        // Some records repeat such a field among the attributes (apis: Bare.ID, section 5.1): it must not contradict.
        if (at.tokens.size() == 1) repeat(at.tokens.front(), value);
    }
    void boolean(const json_pointer& at, bool value)
    {
        put(record_, at, value);
        touch(at);
    }
    // At the first place where the record has a name already, else at the first of all.
    void name(const std::vector<json_pointer>& places, const std::string& value)
    {
        const json_pointer* at = &places.front();
        for (const auto& p : places)
            if (resolve(record_, p)) {
                at = &p;
                break;
            }
        const auto& above = fields_.attributes.tokens;
        const bool among_attributes =
            at->tokens.size() == above.size() + 1 && std::equal(above.begin(), above.end(), at->tokens.begin());
        if (among_attributes)
            attribute(at->tokens.back(), value.empty() ? std::vector<std::string>{} : std::vector<std::string>{value});
        else
            text(*at, value);
    }
    void attribute(const std::string& name, const std::vector<std::string>& values)
    {
        auto at = fields_.attributes;
        at.tokens.push_back(name);
        if (values.empty() && clear_ == clear_mode::omit)
            take_out(record_, at);
        else
            put(record_, at, encoded(values, fields_.encoding));
        touch(fields_.attributes);
    }
    json& record() { return record_; }
    const std::set<std::string>& touched() const { return touched_; }

private:
    void touch(const json_pointer& at)
    {
        if (!at.tokens.empty()) touched_.insert(at.tokens.front());
    }
    void repeat(const std::string& name, const std::string& value)
    {
        auto at = fields_.attributes;
        at.tokens.push_back(name);
        if (!resolve(record_, at)) return;
        put(record_, at, encoded({value}, fields_.encoding));
        touch(fields_.attributes);
    }

    const field_settings& fields_;
    clear_mode clear_;
    json record_;
    std::set<std::string> touched_; // members of the record that were changed
};

bool is_true(const json& value)
{
    return value.is_boolean() ? value.get<bool>() : text_of(value) == "true";
}

void write(const bare_id_settings& config, const wanted_user& wanted, writer& out)
{
    const auto& f = config.fields;
    const auto profile = profile_of(config);
    const auto& type = profile.of("user");
    for (const auto& a : wanted.desired->attributes) {
        if (!wanted.held && a.value.is_null()) continue; // nothing to clear
        if (wanted.held && a.apply == mapping::apply_mode::create) continue;
        if (wanted.held && a.apply == mapping::apply_mode::if_empty) {
            const auto held = mapping::value_at(*wanted.held, a.path);
            if (held && !mapping::comparable_value(a.path, *held, type).is_null()) continue;
        }
        // What does not differ is not sent in another form than the one that it has.
        if (wanted.held) {
            const auto held = mapping::value_at(*wanted.held, a.path);
            if (mapping::comparable_value(a.path, held.value_or(json()), type) ==
                mapping::comparable_value(a.path, a.value, type))
                continue;
        }
        const auto at = place_of_attribute(config, a.path);
        switch (at.what) {
        case place::kind::nowhere: break; // the read-back shows it as not kept
        case place::kind::username: out.text(f.username, text_of(a.value)); break;
        case place::kind::email: out.text(f.email, email_of(a.value)); break;
        case place::kind::email_verified: out.boolean(f.email_verified, is_true(a.value)); break;
        case place::kind::first_name: out.name(f.first_name, text_of(a.value)); break;
        case place::kind::last_name: out.name(f.last_name, text_of(a.value)); break;
        case place::kind::attribute: out.attribute(at.name, texts_of(a.value)); break;
        }
    }
    if (wanted.enabled) out.boolean(f.enabled, *wanted.enabled);
}

// From the place under the source's URN to where the configuration has put it.
void move_attributes(const bare_id_settings& config, json& body)
{
    auto own = body.find(config.urn());
    if (own == body.end() || !own->is_object()) return;
    const auto move = [&](const std::string& path) {
        const auto name = config.target.attribute_for(path);
        const auto found = own->find(name);
        if (name.empty() || found == own->end()) return;
        json value = std::move(*found);
        own->erase(found);
        if (mapping::is_core_list(path)) {
            json list = json::array();
            for (const auto& text : texts_of(value)) list.push_back({{"value", text}});
            value = std::move(list);
        }
        mapping::assign(body, path, value);
        own = body.find(config.urn());
    };
    for (const auto& [path, name] : config.target.attributes) move(path.value);
    move("externalId");
    if (own->empty()) body.erase(own);
}

} // namespace

mapping::target_profile profile_of(const bare_id_settings& config)
{
    mapping::target_profile p;
    p.name = "bare_id " + config.profile;
    mapping::type_profile user;
    user.never_send = {"id",
                       "meta",
                       "groups",
                       "schemas",
                       "password",
                       "name.formatted",
                       "name.middleName",
                       "name.honorificPrefix",
                       "name.honorificSuffix",
                       std::string(mapping::enterprise_user_schema) + ":manager"};
    for (const auto* list : {"phoneNumbers", "addresses", "ims", "photos", "entitlements", "x509Certificates"})
        if (config.target.attribute_for(list).empty()) user.never_send.emplace_back(list);
    if (config.target.roles.empty())
        user.never_send.emplace_back("roles");
    else
        user.allowed_values["roles.value"] = config.target.roles;
    user.case_fold = {"userName", "emails.value"};
    user.single_valued["emails"] = {mapping::single_value_rule::keep_kind::primary_first,
                                    {{"type", "\"work\""}, {"primary", "true"}},
                                    {"display"},
                                    {"value"}};
    for (const auto* list : {"roles", "phoneNumbers", "ims", "photos", "entitlements", "x509Certificates"})
        user.compare[list] = {"value"};
    user.require = {"userName"};
    user.unique = {"userName"};
    if (config.target.unique_emails) user.unique.emplace_back("emails.value");
    mapping::type_profile group;
    group.send = {"displayName"};
    group.never_send = {"id", "meta", "schemas", "members", "externalId"};
    group.require = {"displayName"};
    group.unique = {"displayName"};
    group.members = config.ops.member_add.enabled && config.ops.member_del.enabled;
    p.types.emplace("user", std::move(user));
    p.types.emplace("group", std::move(group));
    return p;
}

result<remote_resource> show_user(const bare_id_settings& config, std::string_view bytes)
{
    auto body = decode_user(config, bytes, {});
    if (body.has_error()) return body.error();
    move_attributes(config, *body);
    remote_resource out;
    out.id = mapping::target_id((*body)["id"].get<std::string>());
    out.body = std::move(*body);
    return out;
}

result<remote_resource> show_group(const bare_id_settings& config, std::string_view bytes)
{
    auto body = decode_group(config, bytes);
    if (body.has_error()) return body.error();
    remote_resource out;
    out.id = mapping::target_id((*body)["id"].get<std::string>());
    out.body = std::move(*body);
    return out;
}

json new_user(const bare_id_settings& config, const wanted_user& wanted)
{
    writer out(config, json::object());
    wanted_user fresh = wanted;
    fresh.held = nullptr;
    write(config, fresh, out);
    return std::move(out.record());
}

json changed_user(const bare_id_settings& config, const json& record, const wanted_user& wanted)
{
    writer out(config, record);
    write(config, wanted, out);
    auto& made = out.record();
    if (out.touched().empty()) return json::object();
    if (config.ops.user_update.changed_only) {
        json part = json::object();
        for (const auto& name : out.touched())
            if (made.contains(name)) part[name] = std::move(made[name]);
        return part;
    }
    // Whether somebody may log in is sent only to change it: at Keycloak it would end a lock against password guessing,
    // or make one last that was to lapse. What is not sent stays there; a gateway may take it for false.
    if (config.keycloak() && !wanted.enabled) take_out(made, config.fields.enabled);
    for (const auto& name : config.target.leave_out) made.erase(name);
    return std::move(made);
}

json new_group(const bare_id_settings& config, const std::string& name)
{
    json out = json::object();
    put(out, config.fields.group_name, name);
    return out;
}

json renamed_group(const bare_id_settings& config, const json& record, const std::string& name)
{
    json out = config.ops.group_update.changed_only ? json::object() : record;
    // What the server makes of the tree, and what only it may say.
    for (const auto* made : {"children", "subGroups", "subGroupCount", "access", "parentId"}) out.erase(made);
    take_out(out, config.fields.group_path);
    put(out, config.fields.group_name, name);
    return out;
}

std::string body_text(const operation& op, json record)
{
    if (op.body.tokens.empty()) return mapping::to_text(record);
    json whole = json::object();
    put(whole, op.body, std::move(record));
    return mapping::to_text(whole);
}

std::string created_id(const operation& op, const http::response& answer)
{
    json body;
    mapping::json_error ignored;
    if (!answer.body.empty() && mapping::parse_json(answer.body, body, ignored))
        for (const auto& at : op.id) {
            const auto* id = resolve(body, at);
            if (id && id->is_string() && !id->get_ref<const std::string&>().empty()) return id->get<std::string>();
            if (id && id->is_number_integer()) return mapping::to_text(*id);
        }
    const auto location = answer.header("Location");
    if (!location) return {};
    auto path = location->substr(0, location->find_first_of("?#"));
    while (path.ends_with('/')) path.remove_suffix(1);
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string() : http::percent_decode(path.substr(slash + 1));
}

std::string email_of(const json& emails)
{
    const json* first = nullptr;
    if (!emails.is_array()) return text_of(emails);
    for (const auto& e : emails) {
        const auto* primary = e.is_object() ? mapping::member_named(e, "primary") : nullptr;
        if (primary && primary->is_boolean() && primary->get<bool>()) return text_of(e);
        if (!first) first = &e;
    }
    return first ? text_of(*first) : std::string();
}

std::vector<std::string> role_names(const json& roles)
{
    auto out = texts_of(roles);
    std::ranges::sort(out);
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

} // namespace idferry::connectors::bare_id
