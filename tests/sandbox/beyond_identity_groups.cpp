#include "tests/sandbox/beyond_identity.hpp"
#include "tests/sandbox/beyond_identity_filter.hpp"

#include <algorithm>

namespace idferry::sandbox {

void beyond_server::append_group(std::string& out, const beyond_realm& realm, slot at, bool counted) const
{
    const auto& one = realm.directory.group(at);
    auto field = [&](std::string_view name, std::string_view value) {
        append_json_string(out, name);
        out += ':';
        append_json_string(out, value);
        out += ',';
    };
    out += '{';
    field("id", one.id);
    field("realm_id", realm.id);
    field("tenant_id", tenant_);
    field("display_name", one.display_name);
    if (one.described) field("description", one.description);
    field("create_time", one.created);
    field("update_time", one.updated);
    if (counted)
        out += "\"member_count\":" + std::to_string(one.members.size()) + '}';
    else
        out.back() = '}';
}

outgoing beyond_server::one_group(const beyond_realm& realm, slot at) const
{
    std::string body;
    append_group(body, realm, at);
    return json_answer(200, std::move(body));
}

outgoing beyond_server::write_group(beyond_realm& realm, const json& body, slot at)
{
    auto& directory = realm.directory;
    const bool create = at == no_slot;
    const auto given = body.find("group");
    if (given == body.end()) return bad({{"group", "missing"}});
    if (!given->is_object()) return failure(400, "bad_request", "invalid request");
    violations found;
    check_text(found, *given, "group", "display_name", 1, 64, create);
    check_text(found, *given, "group", "description", 0, 300, false);
    if (!found.empty()) return bad(found);
    auto next = create ? beyond_group() : directory.group(at);
    if (create) next.described = false;
    if (const auto name = given->find("display_name"); name != given->end() && name->is_string())
        next.display_name = name->get<std::string>();
    if (const auto text = given->find("description"); text != given->end() && text->is_string()) {
        next.description = text->get<std::string>();
        next.described = true;
    }
    if (knob_.group_name_unique)
        for (const auto same : directory.with_group_name(next.display_name))
            if (same != at) return taken("display_name already exists", "Group", directory.group(same).id);
    next.updated = now(6);
    if (create) {
        next.id = new_id();
        next.created = next.updated;
        at = directory.add(std::move(next));
    } else {
        directory.replace(at, std::move(next));
    }
    return one_group(realm, at);
}

outgoing beyond_server::group_create(beyond_call& call)
{
    return write_group(*call.realm, call.body, no_slot);
}

outgoing beyond_server::group_patch(beyond_call& call)
{
    const auto at = call.realm->directory.find_group(call.at("group"));
    return at == no_slot ? missing("Group", call.at("group")) : write_group(*call.realm, call.body, at);
}

outgoing beyond_server::group_get(beyond_call& call)
{
    const auto at = call.realm->directory.find_group(call.at("group"));
    return at == no_slot ? missing("Group", call.at("group")) : one_group(*call.realm, at);
}

outgoing beyond_server::group_list(beyond_call& call)
{
    const auto& realm = *call.realm;
    const auto& directory = realm.directory;
    page wanted;
    if (auto refused = read_page(call, 20, 200, wanted)) return *refused;
    std::function<bool(slot)> fits;
    if (!wanted.filter.empty() && knob_.filters != "documented") { // else the parameter is not known, and ignored
        const auto filter = parse_beyond_filter(wanted.filter, {"id", "display_name"});
        if (!filter) return bad({{"filter", "invalid filter"}});
        fits = [&directory, filter = *filter, exact = knob_.filter_case_exact](slot at) {
            const auto& one = directory.group(at);
            return fits_beyond_filter(filter, exact, [&](const scim_path& path) -> std::string_view {
                return path.attribute == "id" ? one.id : one.display_name;
            });
        };
    }
    return list(
        call, wanted,
        {"groups", directory.groups(), [&](std::string& text, slot at) { append_group(text, realm, at); }, fits});
}

outgoing beyond_server::group_delete(beyond_call& call)
{
    const auto at = call.realm->directory.find_group(call.at("group"));
    if (at == no_slot) return missing("Group", call.at("group"));
    if (!call.realm->directory.group(at).members.empty()) return conflict("group has children");
    call.realm->forget_group(at);
    return done();
}

outgoing beyond_server::unknown_member(const std::string& id, bool group) const
{
    const std::string kind = group ? "group" : "identity";
    if (knob_.unknown_member == "bad_request")
        return bad({{group ? "group_ids" : "identity_ids", "invalid " + kind + " id"}});
    if (knob_.unknown_member == "unnamed") return failure(404, "not_found", kind + " not found");
    return missing(group ? "Group" : "Identity", id);
}

// All of them or none.
outgoing beyond_server::change_members(beyond_call& call, bool add)
{
    auto& directory = call.realm->directory;
    const auto group = directory.find_group(call.at("group"));
    if (group == no_slot) return missing("Group", call.at("group"));
    violations found;
    const auto ids = take_ids(found, call.body, "identity_ids");
    if (!found.empty()) return bad(found);
    std::vector<slot> members;
    for (const auto& id : ids) {
        const auto at = directory.find_identity(id);
        if (at == no_slot) return unknown_member(id);
        const bool there = directory.group(group).members.contains({directory.identity(at).rank, at});
        if (there == add && knob_.repeated_member == "conflict")
            return taken(add ? "identity is already a member" : "identity is not a member", "Identity", id);
        members.push_back(at);
    }
    for (const auto at : members) {
        if (add)
            directory.add_member(group, at);
        else
            directory.remove_member(group, at);
    }
    if (knob_.membership_moves_update_time) directory.touch_group(group, now(6));
    return one_group(*call.realm, group);
}

outgoing beyond_server::group_add_members(beyond_call& call)
{
    return change_members(call, true);
}

outgoing beyond_server::group_delete_members(beyond_call& call)
{
    return change_members(call, false);
}

outgoing beyond_server::group_list_members(beyond_call& call)
{
    const auto& realm = *call.realm;
    const auto group = realm.directory.find_group(call.at("group"));
    if (group == no_slot) return missing("Group", call.at("group"));
    page wanted;
    if (auto refused = read_page(call, 20, 200, wanted)) return *refused;
    slot first = no_slot;
    auto out = list(call, wanted, {"identities", realm.directory.group(group).members, [&](std::string& text, slot at) {
                                       if (first == no_slot) first = at;
                                       append_identity(text, realm, at);
                                   }});
    between_pages(call, first, group);
    return out;
}

} // namespace idferry::sandbox
