#include "tests/connectors/scim/fake_provider.hpp"

#include "tests/support/fake_transport.hpp"

#include <algorithm>
#include <map>

namespace idferry::test {

using mapping::json;

namespace {

std::map<std::string, std::string> parameters(const std::string& query)
{
    std::map<std::string, std::string> out;
    std::size_t i = 0;
    while (i < query.size()) {
        auto end = query.find('&', i);
        if (end == std::string::npos) end = query.size();
        const auto part = query.substr(i, end - i);
        const auto eq = part.find('=');
        out[decoded(part.substr(0, eq))] = eq == std::string::npos ? "" : decoded(part.substr(eq + 1));
        i = end + 1;
    }
    return out;
}

json parsed(const std::string& text)
{
    json v;
    mapping::json_error e;
    return mapping::parse_json(text, v, e) ? v : json(json::value_t::discarded);
}

std::string text_at(const json& j, const char* a)
{
    return j.contains(a) && j[a].is_string() ? j[a].get<std::string>() : "";
}

std::string role_of(const json& user)
{
    return user["roles"].empty() ? "" : user["roles"][0]["value"].get<std::string>();
}

} // namespace

std::string decoded(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        } else
            out += text[i] == '+' ? ' ' : text[i];
    }
    return out;
}

std::string lower_case(std::string s)
{
    for (auto& c : s)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return s;
}

fake_provider::fake_provider()
{
    founder = add_user({{"userName", "owner@acme.example"},
                        {"name", {{"givenName", "Ada"}, {"familyName", "Owner"}}},
                        {"emails", {{{"value", "owner@acme.example"}}}},
                        {"roles", {{{"value", "owner"}}}}});
    all_users = next_id();
    groups.push_back({{"id", all_users}, {"displayName", "All Users"}, {"members", json::array()}});
}

std::string fake_provider::next_id()
{
    const auto n = std::to_string(++made_);
    return std::string(32 - n.size() - 1, '0') + "a" + n;
}

std::string fake_provider::add_user(json user)
{
    auto kept = kept_user(user, json());
    kept["id"] = next_id();
    users.push_back(kept);
    return kept["id"];
}

std::string fake_provider::add_group(const std::string& name, const std::vector<std::string>& members)
{
    json all = json::array();
    for (const auto& m : members) all.push_back({{"value", m}});
    groups.push_back({{"id", next_id()}, {"displayName", name}, {"members", all}});
    return groups.back()["id"];
}

json* fake_provider::find(const std::string& id)
{
    for (auto* all : {&users, &groups})
        for (auto& r : *all)
            if (r["id"] == id) return &r;
    return nullptr;
}

std::vector<std::string> fake_provider::members_of(const std::string& group) const
{
    std::vector<std::string> out;
    for (const auto& g : groups)
        if (g["id"] == group)
            for (const auto& m : g["members"]) out.push_back(m["value"]);
    std::ranges::sort(out);
    return out;
}

fake_provider::answer fake_provider::error(int status, const std::string& type, const std::string& detail,
                                           int number) const
{
    switch (knobs.errors) {
    case provider_knobs::error_form::scim:
        return make_json_answer(status, json{{"schemas", {"urn:ietf:params:scim:api:messages:2.0:Error"}},
                                             {"status", std::to_string(status)},
                                             {"scimType", type},
                                             {"detail", detail}}
                                            .dump());
    case provider_knobs::error_form::numbered:
        return make_json_answer(
            status, json{{"response", {{"code", number}, {"name", "ValidationError"}, {"message", detail}}}}.dump());
    case provider_knobs::error_form::problem:
        return make_answer(status, json{{"title", "Bad Request"}, {"status", status}, {"detail", detail}}.dump());
    case provider_knobs::error_form::html:
        return make_answer(status, "<html><body><h1>" + detail + "</h1></body></html>");
    case provider_knobs::error_form::text: return make_answer(status, detail);
    }
    return make_answer(500);
}

json fake_provider::shown(const std::string& kind, const json& resource) const
{
    json out = resource;
    out["schemas"] = {kind == "Users" ? "urn:ietf:params:scim:schemas:core:2.0:User"
                                      : "urn:ietf:params:scim:schemas:core:2.0:Group"};
    out["meta"] = {{"resourceType", kind == "Users" ? "User" : "Group"}};
    if (knobs.entity_tags)
        out["meta"]["version"] = "W/\"" + std::to_string(std::hash<std::string>{}(resource.dump())) + "\"";
    if (kind == "Users") out["groups"] = {{{"value", all_users}, {"display", "All Users"}}};
    return out;
}

fake_provider::answer fake_provider::with(int status, const std::string& kind, const json& resource) const
{
    const bool bare = status == 201 ? knobs.created_without_body : knobs.updated_without_body;
    connectors::http::header_list headers;
    if (status == 201 && knobs.location)
        headers.emplace_back("Location", std::string(base) + "/" + kind + "/" + resource["id"].get<std::string>());
    if (bare) return make_answer(status == 201 ? 201 : 204, "", headers);
    return make_json_answer(status, shown(kind, resource).dump(), headers);
}

fake_provider::answer fake_provider::handle(const connectors::http::request& r)
{
    const std::string url = r.url;
    const auto rest = url.substr(0, base.size()) == base ? url.substr(base.size()) : "!" + url;
    const auto mark = rest.find('?');
    const auto path = rest.substr(0, mark);
    const auto query = mark == std::string::npos ? "" : rest.substr(mark + 1);
    log.push_back(r.method + " " + decoded(path) + (query.empty() ? "" : "?" + decoded(query)));
    if (header_of(r, "Authorization") != "Bearer t0ken") return error(401, "", "who are you?");
    if (!r.body.empty()) {
        if (knobs.json_only && header_of(r, "Content-Type") != "application/json")
            return error(415, "", "application/json, please");
        bodies.push_back(parsed(r.body));
    }
    auto a = dispatch(r, path, query);
    if (lose_next_answer && r.method != "GET") {
        lose_next_answer = false;
        return broken_exchange(true);
    }
    return a;
}

fake_provider::answer fake_provider::dispatch(const connectors::http::request& r, const std::string& path,
                                              const std::string& query)
{
    if (path == "/ServiceProviderConfig") return make_json_answer(knobs.config_status, knobs.config_body);
    const auto slash = path.find('/', 1);
    const auto kind = path.substr(1, slash == std::string::npos ? std::string::npos : slash - 1);
    const auto id = slash == std::string::npos ? "" : decoded(path.substr(slash + 1));
    if (kind != "Users" && kind != "Groups") return error(404, "", "no such endpoint", 3004);
    if (r.method == "GET" && id.empty()) return list(kind, query);
    if (r.method == "POST" && id.empty()) return create(kind, parsed(r.body));
    if (!find(id)) return error(404, "", "no such resource", 3004);
    if (r.method == "GET") return make_json_answer(200, shown(kind, *find(id)).dump());
    if (r.method == "PUT") {
        const auto tag = header_of(r, "If-Match");
        if (!tag.empty() && json(tag) != shown(kind, *find(id))["meta"]["version"])
            return error(412, "", "it has changed");
        return replace(kind, id, parsed(r.body));
    }
    if (r.method == "PATCH") return patch(kind, id, parsed(r.body));
    if (r.method == "DELETE") return remove(kind, id);
    return error(405, "", "no");
}

fake_provider::answer fake_provider::list(const std::string& kind, const std::string& query)
{
    auto p = parameters(query);
    std::vector<json> hits = kind == "Users" ? users : groups;
    if (p.contains("filter") && !knobs.filter_ignored) {
        const auto& f = p["filter"];
        const auto first = f.find(' '), second = f.find(' ', first + 1);
        const auto attribute = f.substr(0, first), op = lower_case(f.substr(first + 1, second - first - 1));
        const auto value = second == std::string::npos ? json() : parsed(f.substr(second + 1));
        const bool known = (kind == "Users" && lower_case(attribute) == "username") ||
                           (kind == "Groups" && knobs.group_filter && lower_case(attribute) == "displayname");
        if (!known || op != "eq" || !value.is_string())
            return error(400, "invalidFilter", "only userName eq is supported", 2001);
        std::erase_if(hits, [&](const json& u) {
            return lower_case(u[kind == "Users" ? "userName" : "displayName"]) != lower_case(value.get<std::string>());
        });
    }
    const auto total = hits.size();
    std::size_t start = p.contains("startIndex") ? std::stoul(p["startIndex"]) : 1;
    std::size_t count = p.contains("count") ? std::stoul(p["count"]) : 100;
    count = std::min(count, static_cast<std::size_t>(knobs.max_page));
    if (knobs.repeat_page) start = 1;
    json page = json::array();
    for (std::size_t i = start - 1; i < total && page.size() < count; ++i) page.push_back(shown(kind, hits[i]));
    return make_json_answer(200, json{{"schemas", {"urn:ietf:params:scim:api:messages:2.0:ListResponse"}},
                                      {"totalResults", static_cast<int>(total) + knobs.total_is_off_by},
                                      {"startIndex", start},
                                      {"itemsPerPage", page.size()},
                                      {"Resources", page}}
                                     .dump());
}

fake_provider::answer fake_provider::create(const std::string& kind, json body)
{
    if (!body.is_object()) return error(400, "invalidSyntax", "not JSON", 5001);
    if (kind == "Users") {
        auto user = kept_user(body, json());
        std::string type;
        int number = 0;
        if (const auto why = check_user(user, "", type, number); !why.empty())
            return error(type == "uniqueness" ? knobs.uniqueness_status : 400, type, why, number);
        user["id"] = next_id();
        users.push_back(user);
        return with(201, kind, user);
    }
    const auto name = text_at(body, "displayName");
    if (name.empty()) return error(400, "invalidValue", "displayName is missing", 4008);
    for (const auto& g : groups)
        if (lower_case(g["displayName"]) == lower_case(name))
            return error(knobs.uniqueness_status, "uniqueness", "displayName is taken", 4009);
    const auto id = add_group(name);
    return with(201, kind, *find(id));
}

fake_provider::answer fake_provider::replace(const std::string& kind, const std::string& id, json body)
{
    auto& held = *find(id);
    if (kind == "Users") {
        auto user = kept_user(body, held);
        user["id"] = id;
        std::string type;
        int number = 0;
        if (const auto why = check_user(user, id, type, number); !why.empty())
            return error(type == "uniqueness" ? knobs.uniqueness_status : 400, type, why, number);
        if (id == founder && (role_of(user) != "owner" || !user["active"].get<bool>()))
            return error(400, "mutability", "the owner stays", 4020);
        held = user;
        return with(200, kind, held);
    }
    if (id == all_users) return error(400, "mutability", "All Users is read-only", 3008);
    if (text_at(body, "displayName").empty()) return error(400, "invalidValue", "displayName is missing", 4008);
    json members = json::array();
    for (const auto& m : body.value("members", json::array())) {
        if (std::ranges::none_of(users, [&](const json& u) { return u["id"] == m["value"]; }))
            return error(400, "invalidValue", "unknown member", 4001);
        members.push_back({{"value", m["value"]}});
    }
    held["displayName"] = body["displayName"];
    held["members"] = members;
    return with(200, kind, held);
}

fake_provider::answer fake_provider::patch(const std::string& kind, const std::string& id, const json& body)
{
    if (knobs.patch == provider_knobs::patch_answer::no_501) return error(501, "", "PATCH is not implemented");
    if (knobs.patch == provider_knobs::patch_answer::no_405) return error(405, "", "PATCH is not allowed");
    if (knobs.patch == provider_knobs::patch_answer::no_404) return error(404, "", "no such route");
    auto& held = *find(id);
    for (const auto& op : body["Operations"]) {
        const std::string path = op["path"];
        if (op["op"] == "add" && path == "members") {
            for (const auto& m : op["value"])
                if (std::ranges::find(held["members"], m) == held["members"].end()) held["members"].push_back(m);
        } else if (op["op"] == "remove" && path.starts_with("members[value eq ")) {
            const auto value = parsed(path.substr(17, path.size() - 18));
            auto& list = held["members"].get_ref<json::array_t&>();
            std::erase_if(list, [&](const json& m) { return m["value"] == value; });
        } else if (op["op"] == "replace") {
            const auto point = path.find('.');
            if (point == std::string::npos)
                held[path] = op["value"];
            else
                held[path.substr(0, point)][path.substr(point + 1)] = op["value"];
        } else if (op["op"] == "remove") {
            held.erase(path);
        }
    }
    return with(200, kind, held);
}

fake_provider::answer fake_provider::remove(const std::string& kind, const std::string& id)
{
    if (id == all_users || id == founder) return error(400, "mutability", "this one stays", 3006);
    std::erase_if(kind == "Users" ? users : groups, [&](const json& r) { return r["id"] == id; });
    for (auto& g : groups) {
        auto& list = g["members"].get_ref<json::array_t&>();
        std::erase_if(list, [&](const json& m) { return m["value"] == id; });
    }
    return make_answer(204);
}

} // namespace idferry::test
