#include "tests/e2e/direction.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace idferry::e2e {
namespace {

void put(values& all, const std::string& name, const std::string& value)
{
    if (!value.empty()) all[name] = value;
}

std::string get(const values& all, const std::string& name)
{
    const auto at = all.find(name);
    return at == all.end() ? std::string() : at->second;
}

std::string text_at(const json& object, const char* name)
{
    const auto at = object.find(name);
    return at == object.end() || !at->is_string() ? std::string() : at->get<std::string>();
}

// Of a Bare.ID record: the first value of an attribute.
std::string attribute(const json& user, const char* name)
{
    const auto all = user.find("attributes");
    if (all == user.end() || !all->contains(name)) return {};
    const auto& held = (*all)[name]["values"];
    return held.empty() ? std::string() : held[0].get<std::string>();
}

bool is_service_account(const std::string& user_name)
{
    return user_name.starts_with("service-account-");
}

const std::string department_path = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
const std::string enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:";

// Trait of Beyond Identity → SCIM path, as docs/connectors/beyond-identity.md has them.
const std::array<std::pair<const char*, std::string>, 33> trait_paths{{
    {"username", "userName"},
    {"external_id", "externalId"},
    {"primary_email_address", "emails"},
    {"secondary_email_address", "emails"},
    {"family_name", "name.familyName"},
    {"given_name", "name.givenName"},
    {"middle_name", "name.middleName"},
    {"formatted_name", "name.formatted"},
    {"honorific_prefix", "name.honorificPrefix"},
    {"honorific_suffix", "name.honorificSuffix"},
    {"nick_name", "nickName"},
    {"primary_phone", "phoneNumbers"},
    {"secondary_phone", "phoneNumbers"},
    {"profile_url", "profileUrl"},
    {"photo", "photos"},
    {"preferred_language", "preferredLanguage"},
    {"locale", "locale"},
    {"timezone", "timezone"},
    {"formatted_address", "addresses"},
    {"street_address", "addresses"},
    {"locality", "addresses"},
    {"region", "addresses"},
    {"postal_code", "addresses"},
    {"country", "addresses"},
    {"title", "title"},
    {"user_type", "userType"},
    {"employee_number", enterprise + "employeeNumber"},
    {"cost_center", enterprise + "costCenter"},
    {"organization", enterprise + "organization"},
    {"division", enterprise + "division"},
    {"department", enterprise + "department"},
    {"manager_id", enterprise + "manager.value"},
    {"manager_name", enterprise + "manager.displayName"},
}};

values traits_of(const json& identity)
{
    values out;
    const auto& traits = identity["traits"];
    for (auto it = traits.begin(); it != traits.end(); ++it)
        if (it.key() != "type") put(out, it.key(), it.value().get<std::string>());
    return out;
}

// Several traits of one SCIM attribute stand beside each other, each with its name.
values all_of_identity(const values& traits, const std::string& display_name, bool active)
{
    values out;
    for (const auto& [trait, path] : trait_paths)
        if (const auto text = get(traits, trait); !text.empty()) {
            const bool alone = path != "emails" && path != "phoneNumbers" && path != "addresses";
            out[path] += alone ? text : "[" + std::string(trait) + " " + text + "]";
        }
    put(out, "displayName", display_name);
    out["active"] = active ? "true" : "false";
    return out;
}

// What the examples do for Beyond Identity: what it refuses becomes a blank, no two of them beside each other, 64 at
// most (here: of ASCII alone, where that counts).
std::string accepted_name(const std::string& text)
{
    std::string out;
    for (const char c : text) {
        const bool refused = std::string_view("{}[]<>;:?\\/|*^%$#=~!`").find(c) != std::string_view::npos;
        if ((refused || c == ' ') && (out.empty() || out.back() == ' ')) continue;
        out += refused ? ' ' : c;
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    std::size_t points = 0;
    for (std::size_t at = 0; at < out.size(); ++at)
        if ((static_cast<unsigned char>(out[at]) & 0xC0U) != 0x80U && ++points > 64) return out.substr(0, at);
    return out;
}

// The groups that `take` wants, and in them whoever is wanted.
template <typename Take> void add_groups(wanted& out, const organisation& source, Take take)
{
    for (const auto& [key, group] : source.groups)
        if (wanted_group made; take(group, made)) out.groups.emplace(key, std::move(made));
    for (const auto& [person, unused] : out.people)
        for (const auto& key : source.people.at(person).groups)
            if (const auto g = out.groups.find(key); g != out.groups.end()) g->second.members.insert(person);
}

std::string role_of(const organisation& source, const source_person& p)
{
    for (const auto& key : p.groups)
        if (const auto g = source.groups.find(key); g != source.groups.end() && g->second.name == "Sales Leads")
            return "manager";
    return "tablet";
}

std::string line(const std::string& label, const values& has)
{
    auto out = "person " + label;
    for (const auto& [path, value] : has) out += " | " + path + "=" + value;
    return out;
}

// One more of the same does not hide behind the first.
void add(std::set<std::string>& lines, std::string text)
{
    for (int again = 2; lines.contains(text); ++again) text += " (" + std::to_string(again) + ")";
    lines.insert(std::move(text));
}

} // namespace

organisation organisation_of_bare(const json& dump)
{
    organisation out;
    for (const auto& g : dump["groups"]) out.groups[g["uuid"].get<std::string>()] = {g["name"], ""};
    for (const auto& u : dump["users"]) {
        source_person p;
        p.key = u["uuid"].get<std::string>();
        if (is_service_account(u["username"])) continue;
        p.active = u["enabled"].get<bool>();
        put(p.has, "userName", u["username"]);
        put(p.has, "email", u["email"]);
        put(p.has, "givenName", attribute(u, "firstName"));
        put(p.has, "familyName", attribute(u, "lastName"));
        for (const char* name : {"title", "department", "locale"}) put(p.has, name, attribute(u, name));
        p.groups = u["groups"].get<std::set<std::string>>();
        out.people.emplace(p.key, std::move(p));
    }
    return out;
}

organisation organisation_of_realm(const json& dump)
{
    organisation out;
    for (const auto& i : dump["identities"]) {
        source_person p;
        p.key = i["id"].get<std::string>();
        p.active = i["status"] == "active";
        p.enrolled = i["enrollment_status"] == "ENROLLED";
        p.traits = traits_of(i);
        const auto trait = [&](const char* name) { return get(p.traits, name); };
        put(p.has, "userName", trait("username"));
        put(p.has, "displayName", i["display_name"]);
        put(p.has, "email",
            trait("primary_email_address").empty() ? trait("secondary_email_address") : trait("primary_email_address"));
        put(p.has, "givenName", trait("given_name"));
        put(p.has, "familyName", trait("family_name"));
        put(p.has, "employeeNumber", trait("employee_number"));
        put(p.has, "costCenter", trait("cost_center"));
        for (const char* name : {"title", "department", "locale"}) put(p.has, name, trait(name));
        out.people.emplace(p.key, std::move(p));
    }
    for (const auto& g : dump["groups"]) {
        const auto key = g["id"].get<std::string>();
        out.groups[key] = {g["display_name"], text_at(g, "description")};
        for (const auto& m : g["members"]) out.people.at(m.get<std::string>()).groups.insert(key);
    }
    return out;
}

wanted wanted_at_showpad(const organisation& source, bool from_bare)
{
    wanted out;
    for (const auto& [key, p] : source.people) {
        const auto mail = lower(get(p.has, "email"));
        if (!p.active || mail.empty() || (!from_bare && !p.enrolled)) continue;
        wanted_person w{mail, {}};
        put(w.has, "externalId", key);
        put(w.has, "userName", mail);
        put(w.has, "name.givenName", get(p.has, "givenName"));
        put(w.has, "name.familyName", get(p.has, "familyName"));
        put(w.has, "emails", mail);
        put(w.has, "active", "true");
        put(w.has, "roles", role_of(source, p));
        const auto title = get(p.has, "title"), department = get(p.has, "department");
        if (!from_bare)
            put(w.has, "title", title);
        else if (!title.empty() && !department.empty()) // a template that lacks one of its values gives none
            put(w.has, "title", title + " (" + department + ")");
        const auto locale = from_bare ? get(p.has, "locale") : std::string();
        put(w.has, "locale", locale.empty() ? "en" : locale); // en: Showpad's own
        out.people.emplace(key, std::move(w));
    }
    add_groups(out, source, [](const source_group& g, wanted_group& made) {
        made.name = g.name;
        return g.name != "All users";
    });
    return out;
}

wanted wanted_at_realm(const organisation& source)
{
    wanted out;
    for (const auto& [key, p] : source.people) {
        const auto mail = lower(get(p.has, "email"));
        if (!p.active || mail.empty()) continue;
        wanted_person w{mail, {}};
        put(w.has, "externalId", key);
        put(w.has, "userName", mail);
        put(w.has, "displayName", accepted_name(get(p.has, "givenName") + " " + get(p.has, "familyName")));
        put(w.has, "name.givenName", get(p.has, "givenName"));
        put(w.has, "name.familyName", get(p.has, "familyName"));
        put(w.has, "emails", "[primary_email_address " + mail + "]");
        put(w.has, "active", "true");
        put(w.has, "title", get(p.has, "title"));
        put(w.has, department_path, get(p.has, "department"));
        out.people.emplace(key, std::move(w));
    }
    add_groups(out, source, [](const source_group& g, wanted_group& made) {
        made.name = accepted_name(g.name);
        return true;
    });
    return out;
}

wanted wanted_at_bare(const organisation& source)
{
    wanted out;
    for (const auto& [key, p] : source.people) {
        const auto mail = lower(get(p.has, "email"));
        if (!p.active || mail.empty()) continue;
        wanted_person w{lower(get(p.has, "userName")), {}};
        put(w.has, "externalId", key);
        put(w.has, "userName", w.label);
        put(w.has, "name.givenName", get(p.has, "givenName"));
        put(w.has, "name.familyName", get(p.has, "familyName"));
        put(w.has, "emails", mail);
        put(w.has, "active", "true");
        put(w.has, "title", get(p.has, "title"));
        for (const char* name : {"department", "employeeNumber", "costCenter"})
            put(w.has, enterprise + name, get(p.has, name));
        out.people.emplace(key, std::move(w));
    }
    add_groups(out, source, [](const source_group& g, wanted_group& made) {
        made.name = g.name;
        return true;
    });
    return out;
}

wanted wanted_at_other_realm(const organisation& source)
{
    wanted out;
    for (const auto& [key, p] : source.people)
        out.people.emplace(
            key, wanted_person{get(p.has, "userName"), all_of_identity(p.traits, get(p.has, "displayName"), p.active)});
    add_groups(out, source, [](const source_group& g, wanted_group& made) {
        made.name = g.name;
        put(made.has, "urn:idferry:source:beyond_identity:group:description", g.description);
        return true;
    });
    return out;
}

found found_at_showpad(const json& dump, const std::string& owner)
{
    found out;
    std::map<std::string, std::string> name_of;
    for (const auto& u : dump["users"]) {
        const auto name = u["userName"].get<std::string>();
        if (name == owner) continue;
        values has;
        for (const char* path : {"externalId", "userName", "title", "locale"}) put(has, path, text_at(u, path));
        put(has, "name.givenName", text_at(u["name"], "givenName"));
        put(has, "name.familyName", text_at(u["name"], "familyName"));
        for (const auto& e : u["emails"]) has["emails"] += lower(e["value"].get<std::string>());
        for (const auto& r : u["roles"]) has["roles"] += r["value"].get<std::string>();
        has["active"] = u["active"].get<bool>() ? "true" : "false";
        add(out.lines, line(name, has));
        out.ids[name] = u["id"];
        name_of[u["id"].get<std::string>()] = name;
    }
    for (const auto& g : dump["groups"]) {
        const auto name = g["displayName"].get<std::string>();
        if (lower(name) == "all users") continue;
        add(out.lines, "group " + name);
        out.ids["group " + name] = g["id"];
        if (!g.contains("members")) continue;
        for (const auto& m : g["members"])
            add(out.lines, "member " + name + " | " + name_of.at(m["value"].get<std::string>()));
    }
    return out;
}

found found_at_realm(const json& dump, bool every_trait)
{
    found out;
    std::map<std::string, std::string> name_of;
    for (const auto& i : dump["identities"]) {
        const auto traits = traits_of(i);
        auto has = all_of_identity(traits, i["display_name"], i["status"] == "active");
        if (!every_trait && has.contains("emails")) has["emails"] = lower(has["emails"]);
        const auto name = get(traits, "username");
        add(out.lines, line(name, has));
        out.ids[name] = i["id"];
        name_of[i["id"].get<std::string>()] = name;
    }
    for (const auto& g : dump["groups"]) {
        const auto name = g["display_name"].get<std::string>();
        const auto description = text_at(g, "description");
        add(out.lines,
            "group " + name +
                (description.empty() ? "" : " | urn:idferry:source:beyond_identity:group:description=" + description));
        out.ids["group " + name] = g["id"];
        for (const auto& m : g["members"]) add(out.lines, "member " + name + " | " + name_of.at(m.get<std::string>()));
    }
    return out;
}

found found_at_bare(const json& dump)
{
    found out;
    std::map<std::string, std::string> name_of;
    for (const auto& g : dump["groups"]) {
        const auto name = g["name"].get<std::string>();
        add(out.lines, "group " + name);
        out.ids["group " + name] = g["uuid"];
        name_of[g["uuid"].get<std::string>()] = name;
    }
    for (const auto& u : dump["users"]) {
        const auto name = u["username"].get<std::string>();
        if (is_service_account(name)) continue;
        values has;
        put(has, "externalId", attribute(u, "externalId"));
        put(has, "userName", name);
        put(has, "name.givenName", attribute(u, "firstName"));
        put(has, "name.familyName", attribute(u, "lastName"));
        put(has, "emails", lower(u["email"].get<std::string>()));
        put(has, "title", attribute(u, "title"));
        for (const char* path : {"department", "employeeNumber", "costCenter"})
            put(has, enterprise + path, attribute(u, path));
        has["active"] = u["enabled"].get<bool>() ? "true" : "false";
        add(out.lines, line(name, has));
        out.ids[name] = u["uuid"];
        for (const auto& g : u["groups"]) add(out.lines, "member " + name_of.at(g.get<std::string>()) + " | " + name);
    }
    return out;
}

std::set<std::string> lines_of(const wanted& all, const std::map<std::string, wanted_person>& left)
{
    std::set<std::string> out;
    for (const auto& [key, p] : all.people) add(out, line(p.label, p.has));
    for (const auto& [key, p] : left) {
        auto has = p.has;
        has["active"] = "false";
        add(out, line(p.label, has));
    }
    for (const auto& [key, g] : all.groups) {
        auto text = "group " + g.name;
        for (const auto& [path, value] : g.has) text += " | " + path + "=" + value;
        add(out, text);
        for (const auto& m : g.members) add(out, "member " + g.name + " | " + all.people.at(m).label);
    }
    return out;
}

namespace {

// The paths whose values differ, as a plan has them; "" when none does.
std::string differing(const values& before, const values& now)
{
    std::set<std::string> paths;
    for (const auto& [path, value] : before)
        if (get(now, path) != value) paths.insert(path);
    for (const auto& [path, value] : now)
        if (get(before, path) != value) paths.insert(path);
    std::string out;
    for (const auto& path : paths) out += (out.empty() ? "" : ", ") + path;
    return out;
}

} // namespace

std::set<std::string> changes_between(const wanted& before, const wanted& now)
{
    std::set<std::string> out;
    for (const auto& [key, p] : before.people)
        if (!now.people.contains(key)) out.insert("deactivate user " + p.label);
    for (const auto& [key, p] : now.people) {
        const auto earlier = before.people.find(key);
        if (earlier == before.people.end())
            out.insert("create user " + p.label);
        else if (const auto paths = differing(earlier->second.has, p.has); !paths.empty())
            out.insert("update user " + p.label + ": " + paths);
    }
    const auto label = [&](const std::string& key) {
        const auto p = now.people.find(key);
        return p == now.people.end() ? before.people.at(key).label : p->second.label;
    };
    if (before.groups.size() != now.groups.size()) throw std::logic_error("groups neither come nor go in this test");
    for (const auto& [key, g] : now.groups) {
        const auto& earlier = before.groups.at(key);
        auto was = earlier.has, is = g.has;
        was["displayName"] = earlier.name;
        is["displayName"] = g.name;
        if (const auto paths = differing(was, is); !paths.empty()) out.insert("update group " + g.name + ": " + paths);
        for (const auto& m : g.members)
            if (!earlier.members.contains(m)) out.insert("members " + g.name + ": +" + label(m));
        for (const auto& m : earlier.members)
            if (!g.members.contains(m)) out.insert("members " + g.name + ": -" + label(m));
    }
    return out;
}

} // namespace idferry::e2e
