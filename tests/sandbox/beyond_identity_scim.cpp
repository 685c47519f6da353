// The SCIM server of every realm: the same people and groups, less of them to see.
#include "tests/sandbox/beyond_identity_scim.hpp"
#include "tests/sandbox/beyond_identity.hpp"
#include "tests/sandbox/beyond_identity_filter.hpp"

#include <algorithm>

namespace idferry::sandbox {
namespace {

constexpr std::int64_t most_results = 1000;

outgoing scim_failure(int status, std::string_view type, std::string_view detail)
{
    json body{{"schemas", {"urn:ietf:params:scim:api:messages:2.0:Error"}}, {"status", std::to_string(status)}};
    if (!type.empty()) body["scimType"] = type;
    if (!detail.empty()) body["detail"] = detail;
    return json_answer(status, body.dump());
}

outgoing no_resource(const std::string& id)
{
    return scim_failure(404, "", "Resource " + id + " not found.");
}

// A native refusal in the words of SCIM.
outgoing translated(const outgoing& native)
{
    const auto body = parse_json(native.body).value_or(json::object());
    auto detail = body.value("message", "");
    if (body.contains("details") && body["details"][0].contains("field_violations"))
        for (const auto& one : body["details"][0]["field_violations"])
            detail += ", " + one.value("field", "") + ": " + one.value("description", "");
    if (native.status == 409) return scim_failure(409, "uniqueness", detail);
    return scim_failure(native.status, native.status == 400 ? "invalidValue" : "", detail);
}

} // namespace

json beyond_server::scim_user(const beyond_realm& realm, slot at) const
{
    const auto& one = realm.directory.identity(at);
    const auto trait = [&](std::string_view name) { return one.trait(beyond_trait(name)); };
    json user{{"schemas", {scim_user_urn}}, {"id", one.id}};
    if (const auto value = trait("external_id"); !value.empty()) user["externalId"] = value;
    user["userName"] = trait("username");
    user["displayName"] = one.display_name;
    user["active"] = !one.suspended;
    if (const auto value = trait("primary_email_address"); !value.empty())
        user["emails"] = json::array({{{"value", value}, {"primary", true}}});
    for (const auto& [name, native] : scim_name_traits)
        if (const auto value = trait(native); !value.empty()) user["name"][std::string(name)] = value;
    json extension = json::object();
    for (const auto& [name, native] : scim_enterprise_traits)
        if (const auto value = trait(native); !value.empty()) extension[std::string(name)] = value;
    for (const auto& [name, native] : scim_manager_traits)
        if (const auto value = trait(native); !value.empty()) extension["manager"][std::string(name)] = value;
    if (!extension.empty()) {
        user["schemas"].push_back(scim_enterprise_urn);
        user[std::string(scim_enterprise_urn)] = std::move(extension);
    }
    user["meta"] = {{"resourceType", "User"},
                    {"created", one.created},
                    {"lastModified", one.updated},
                    {"location", "Users/" + one.id},
                    {"version", "W/0"}};
    return user;
}

// Without members: they are never shown.
json beyond_server::scim_group(const beyond_realm& realm, slot at) const
{
    const auto& one = realm.directory.group(at);
    json group{{"schemas", {scim_group_urn}}, {"id", one.id}, {"displayName", one.display_name}};
    if (!one.description.empty()) {
        group["schemas"].push_back(scim_byndid_urn);
        group[std::string(scim_byndid_urn)] = {{"description", one.description}};
    }
    group["meta"] = {{"resourceType", "Group"},
                     {"created", one.created},
                     {"lastModified", one.updated},
                     {"location", "Groups/" + one.id},
                     {"version", "W/0"}};
    return group;
}

outgoing beyond_server::scim(const request& asked, answer& out)
{
    const auto& path = asked.path;
    const std::vector<std::string> rest(path.begin() + 7, path.end());
    const auto& method = asked.method;
    const bool users = !rest.empty() && rest[0] == "Users";
    const bool groups = !rest.empty() && rest[0] == "Groups";
    if (!users && !groups) {
        out.endpoint = "scim_discovery";
        if (method != "GET") return scim_failure(405, "", "method not allowed");
        return scim_discovery(rest);
    }
    const std::string type = users ? "user" : "group";
    const std::string what = rest.size() == 1     ? (method == "POST" ? "create" : "list")
                             : method == "GET"    ? "get"
                             : method == "PUT"    ? "replace"
                             : method == "PATCH"  ? "patch"
                             : method == "DELETE" ? "delete"
                                                  : "";
    out.endpoint = "scim_" + type + "_" + what;
    if (asked.raw_path.ends_with('/') && knob_.scim_trailing_slash == "not_found")
        return scim_failure(404, "", "not found");
    const bool known =
        rest.size() == 1 ? method == "POST" || method == "GET" : rest.size() == 2 && !what.empty() && method != "POST";
    if (!known || (groups && what == "replace" && !knob_.scim_group_put))
        return scim_failure(405, "", "method not allowed");
    const std::string scope = "scim:" + type + "s:" +
                              (what == "list" || what == "get"        ? "read"
                               : what == "create" || what == "delete" ? what
                                                                      : "update");
    beyond_call call{asked, path[2], find_realm(path[4]), {{"realm", path[4]}}, json::object(), "none"};
    const auto refused = authorise(call, {"", "", "", scope, nullptr});
    out.client = call.client;
    if (refused.status == 401)
        return scim_failure(401, "unauthorized", "The authorization header is invalid or missing.");
    if (refused.status == 403) return scim_failure(403, "forbidden", "token is unauthorized.");
    if (auto full = limited(knob_.scim_rate_per_minute, scim_window_); full.status != 0) return full;
    if (call.realm == nullptr) return no_resource(path[4]);
    if (what == "create" || what == "replace" || what == "patch") {
        auto body = parse_json(asked.raw->body);
        if (!body || !body->is_object()) return scim_failure(400, "invalidSyntax", "the body is no JSON object");
        call.body = std::move(*body);
    }
    if (what == "list") return scim_list(call, users);
    auto& directory = call.realm->directory;
    if (what == "create") return users ? scim_user_create(call) : scim_group_write(call, no_slot);
    const auto at = users ? directory.find_identity(rest[1]) : directory.find_group(rest[1]);
    if (at == no_slot) return no_resource(rest[1]);
    if (what == "delete") {
        if (users)
            call.realm->forget_identity(at);
        else
            call.realm->forget_group(at);
        auto gone = done();
        gone.status = knob_.scim_delete_status == "200" ? 200 : 204;
        return gone;
    }
    if (what == "patch") return users ? scim_user_patch(call, at) : scim_group_patch(call, at);
    if (what == "replace") return users ? scim_user_write(call, at, true) : scim_group_write(call, at);
    return json_answer(200, (users ? scim_user(*call.realm, at) : scim_group(*call.realm, at)).dump());
}

// Without `count` there are no resources, only their number.
outgoing beyond_server::scim_list(const beyond_call& call, bool users) const
{
    const auto& asked = call.asked;
    const auto& directory = call.realm->directory;
    std::int64_t start = 1;
    std::int64_t count = knob_.scim_count_default_zero ? 0 : 100;
    for (const auto& [name, value] :
         {std::pair<std::string_view, std::int64_t*>{"startIndex", &start}, {"count", &count}})
        if (const auto text = asked.parameter(name)) {
            const auto number = parse_integer(*text);
            if (!number) return scim_failure(400, "invalidValue", std::string(name) + " is no number");
            *value = *number;
        }
    start = std::max<std::int64_t>(1, start);
    count = std::clamp<std::int64_t>(count, 0, most_results);
    std::optional<scim_filter> filter;
    if (const auto text = asked.parameter("filter"); text && !text->empty()) {
        filter =
            parse_beyond_filter(*text, users ? beyond_fields{"userName", "externalId"} : beyond_fields{"displayName"});
        if (!filter || filter->what != scim_filter::kind::compared || (filter->op != "eq" && filter->op != "ne"))
            return scim_failure(400, "invalidFilter", "only eq and ne of the documented attributes are served");
    }
    const auto value_of = [&](slot at) {
        return [&, at](const scim_path& path) -> std::string_view {
            if (!users) return directory.group(at).display_name;
            return directory.identity(at).trait(path.attribute == "userName" ? trait_username : trait_external_id);
        };
    };
    ranked hits;
    const ranked* all = users ? &directory.identities() : &directory.groups();
    if (filter && filter->op == "eq") { // looked up, not searched for
        const auto value = filter->value.get<std::string>();
        std::vector<slot> found;
        if (!users)
            found = directory.with_group_name(value);
        else if (filter->path.attribute == "userName")
            found = {directory.find_username(value)};
        else
            found = directory.with_external_id(value);
        for (const auto at : found)
            if (at != no_slot) hits.emplace(users ? directory.identity(at).rank : directory.group(at).rank, at);
        all = &hits;
    }
    std::int64_t total = 0;
    auto resources = json::array();
    for (const auto& [rank, at] : *all) {
        if (filter && !fits_beyond_filter(*filter, knob_.filter_case_exact, value_of(at))) continue;
        ++total;
        if (total >= start && total < start + count)
            resources.push_back(users ? scim_user(*call.realm, at) : scim_group(*call.realm, at));
    }
    json body{{"schemas", {"urn:ietf:params:scim:api:messages:2.0:ListResponse"}},
              {"totalResults", total},
              {"startIndex", start},
              {"itemsPerPage", resources.size()}};
    body["Resources"] = std::move(resources);
    return json_answer(200, body.dump());
}

// A SCIM body becomes a native one; what it leaves out is cleared where it replaces.
outgoing beyond_server::scim_user_write(beyond_call& call, slot at, bool whole)
{
    json identity{{"traits", {{"type", "traits_v0"}}}};
    if (whole) {
        for (const auto& list : {scim_name_traits, scim_enterprise_traits, scim_manager_traits})
            for (const auto& [name, native] : list) identity["traits"][std::string(native)] = nullptr;
        identity["traits"]["external_id"] = nullptr;
        identity["traits"]["primary_email_address"] = nullptr;
        if (knob_.clear_trait == "empty")
            for (auto& value : identity["traits"])
                if (value.is_null()) value = "";
        if (!call.body.contains("userName")) return scim_failure(400, "invalidValue", "userName is missing");
        identity["status"] = "active";
    }
    for (auto member = call.body.begin(); member != call.body.end(); ++member)
        scim_into_native(identity, member.key(), member.value());
    if (at == no_slot && !identity.contains("display_name")) identity["display_name"] = call.body["userName"];
    const auto native = write_identity(*call.realm, {{"identity", std::move(identity)}}, at, true);
    if (native.status != 200) return translated(native);
    const auto made = call.realm->directory.find_identity((*parse_json(native.body))["id"].get<std::string>());
    return json_answer(at == no_slot ? 201 : 200, scim_user(*call.realm, made).dump());
}

// A user name that is there: the one who has it is active again, or it is a conflict.
outgoing beyond_server::scim_user_create(beyond_call& call)
{
    const auto name = call.body.value("userName", json());
    const auto same = name.is_string() ? call.realm->directory.find_username(name.get<std::string>()) : no_slot;
    call.body.erase("id");
    if (same == no_slot) return scim_user_write(call, no_slot, true);
    if (knob_.scim_duplicate == "409") return scim_failure(409, "uniqueness", "userName is already taken");
    auto out = scim_user_write(call, same, true);
    if (out.status == 200) out.status = 201;
    return out;
}

// One operation after the other; those before a failure stay.
outgoing beyond_server::scim_user_patch(beyond_call& call, slot at)
{
    const auto operations = scim_operations(call.body);
    if (!operations) return scim_failure(400, "invalidSyntax", "not a PatchOp");
    for (const auto& one : *operations) {
        if (one.op != "add" && one.op != "replace")
            return scim_failure(400, "invalidValue", "only add and replace are served");
        json identity{{"traits", {{"type", "traits_v0"}}}};
        if (one.path.empty()) {
            if (!one.value.is_object()) return scim_failure(400, "invalidValue", "an object is wanted as value");
            for (auto member = one.value.begin(); member != one.value.end(); ++member)
                scim_into_native(identity, member.key(), member.value());
        } else {
            scim_into_native(identity, one.path, one.value);
        }
        const auto native = write_identity(*call.realm, {{"identity", std::move(identity)}}, at, true);
        if (native.status != 200) return translated(native);
    }
    return json_answer(200, scim_user(*call.realm, at).dump());
}

outgoing beyond_server::scim_group_write(beyond_call& call, slot at)
{
    json group = json::object();
    if (call.body.contains("displayName")) group["display_name"] = call.body["displayName"];
    if (const auto* more = find_member(call.body, scim_byndid_urn); more != nullptr && more->is_object())
        group["description"] = more->value("description", "");
    std::vector<slot> members;
    for (const auto& one : call.body.value("members", json::array())) {
        const auto id = one.is_object() ? one.value("value", "") : std::string();
        members.push_back(call.realm->directory.find_identity(id));
        if (members.back() == no_slot) return scim_failure(400, "invalidValue", "member " + id + " not found");
    }
    const auto native = write_group(*call.realm, {{"group", std::move(group)}}, at);
    if (native.status != 200) return translated(native);
    const auto made = call.realm->directory.find_group((*parse_json(native.body))["id"].get<std::string>());
    for (const auto member : members) call.realm->directory.add_member(made, member);
    return json_answer(at == no_slot ? 201 : 200, scim_group(*call.realm, made).dump());
}

// displayName by replace; members by add, as many as wanted, and by remove, one at a time.
outgoing beyond_server::scim_group_patch(beyond_call& call, slot at)
{
    auto& directory = call.realm->directory;
    const auto operations = scim_operations(call.body);
    if (!operations) return scim_failure(400, "invalidSyntax", "not a PatchOp");
    for (const auto& one : *operations) {
        if (one.op == "replace" && (one.path == "displayName" || one.path.empty())) {
            const auto name = one.path.empty() ? one.value.value("displayName", json()) : one.value;
            const auto native = write_group(*call.realm, {{"group", {{"display_name", name}}}}, at);
            if (native.status != 200) return translated(native);
            continue;
        }
        const auto filtered = scim_member_of(one.path);
        if (one.path != "members" && !filtered)
            return scim_failure(400, "invalidPath", "only displayName and members can be changed");
        std::vector<std::string> ids;
        if (filtered)
            ids.push_back(*filtered);
        else if (one.value.is_array())
            for (const auto& member : one.value) ids.push_back(member.is_object() ? member.value("value", "") : "");
        const bool remove = one.op == "remove";
        if ((!remove && one.op != "add") || (remove && ids.size() != 1) || (!remove && filtered) ||
            (filtered && knob_.scim_member_filter == "reject"))
            return scim_failure(400, "invalidValue", "members are added by add, and removed one at a time");
        for (const auto& id : ids) {
            const auto member = directory.find_identity(id);
            if (member == no_slot) return scim_failure(400, "invalidValue", "member " + id + " not found");
            if (remove)
                directory.remove_member(at, member);
            else
                directory.add_member(at, member);
        }
    }
    return json_answer(200, scim_group(*call.realm, at).dump());
}

} // namespace idferry::sandbox
