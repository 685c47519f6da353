#include "tests/sandbox/strict.hpp"

#include <algorithm>
#include <unordered_set>

namespace idferry::sandbox {
namespace {

void forget(std::vector<slot>& list, slot value)
{
    if (const auto found = std::find(list.begin(), list.end(), value); found != list.end()) list.erase(found);
}

std::string index_key(bool user, std::string_view name)
{
    return (user ? "u" : "g") + std::string(name);
}

} // namespace

slot strict_server::find(std::string_view id) const
{
    const auto found = by_id_.find(std::string(id));
    return found == by_id_.end() ? no_slot : found->second;
}

slot strict_server::find_name(bool user, std::string_view name) const
{
    const auto found = by_name_.find(index_key(user, fold(name)));
    return found == by_name_.end() ? no_slot : found->second;
}

bool strict_server::would_loop(slot group, slot member) const
{
    if (member == group) return true;
    for (const auto below : resources_[member].members)
        if (!resources_[below].user && would_loop(group, below)) return true;
    return false;
}

scim_problem strict_server::take_members(const json& list, slot self, std::vector<slot>& out) const
{
    std::unordered_set<slot> seen;
    for (const auto& member : list) {
        const auto* value = find_member(member, "value");
        const auto at = value != nullptr && value->is_string() ? find(value->get<std::string>()) : no_slot;
        if (at == no_slot) return {400, "invalidValue", "no resource has the id of a member"};
        if (!resources_[at].user && (!knob_.nested_groups || (self != no_slot && would_loop(self, at))))
            return {400, "invalidValue", "this group cannot be a member"};
        if (seen.insert(at).second) out.push_back(at);
    }
    return {};
}

// What a POST, a PUT or the outcome of a PATCH makes of a resource.
scim_problem strict_server::take(json body, bool user, slot at, strict_resource& out) const
{
    const auto& model = user ? user_model() : group_model();
    if (const auto problem = tidy_resource(model, body, knob_.drop_unknown)) return problem;
    body.erase("password");
    out.user = user;
    out.name = body[user ? "userName" : "displayName"].get<std::string>();
    out.external_id = body.value("externalId", std::string());
    const auto same = find_name(user, out.name);
    if (same != no_slot && same != at && (user || knob_.group_name_unique))
        return {static_cast<int>(knob_.uniqueness_status), "uniqueness",
                (user ? "userName" : "displayName") + std::string(" is already in use")};
    out.members.clear();
    if (!user && body.contains("members")) {
        if (const auto problem = take_members(body["members"], at, out.members)) return problem;
        body.erase("members");
    }
    out.text = body.dump();
    return {};
}

void strict_server::store(slot at, strict_resource next)
{
    auto& one = resources_[at];
    if (find_name(one.user, one.name) == at) by_name_.erase(index_key(one.user, fold(one.name)));
    by_external_.erase(index_key(one.user, one.external_id));
    std::unordered_set<slot> kept(next.members.begin(), next.members.end());
    for (const auto member : one.members)
        if (!kept.erase(member)) forget(resources_[member].member_of, at);
    for (const auto member : kept) resources_[member].member_of.push_back(at);
    one.name = std::move(next.name);
    one.external_id = std::move(next.external_id);
    one.text = std::move(next.text);
    one.members = std::move(next.members);
    by_name_.try_emplace(index_key(one.user, fold(one.name)), at);
    if (!one.external_id.empty()) by_external_[index_key(one.user, one.external_id)] = at;
}

slot strict_server::insert(strict_resource made, bool in_front)
{
    const auto at = static_cast<slot>(resources_.size());
    if (made.id.empty()) made.id = random_.uuid();
    made.created_ms = made.changed_ms = clock_.now_ms();
    auto& order = made.user ? users_ : groups_;
    strict_resource empty;
    empty.user = made.user;
    empty.id = made.id;
    empty.created_ms = empty.changed_ms = made.created_ms;
    resources_.push_back(std::move(empty));
    by_id_[made.id] = at;
    order.insert(in_front ? order.begin() : order.end(), at);
    store(at, std::move(made));
    return at;
}

void strict_server::remove(slot at)
{
    auto& one = resources_[at];
    for (const auto group : one.member_of) {
        forget(resources_[group].members, at);
        ++resources_[group].version;
    }
    one.member_of.clear();
    strict_resource nothing;
    nothing.name = one.id;
    store(at, std::move(nothing));
    by_name_.erase(index_key(one.user, fold(one.id)));
    by_id_.erase(one.id);
    forget(one.user ? users_ : groups_, at);
    one.alive = false;
}

outgoing strict_server::create(const request& asked, bool user, const std::string& base)
{
    const auto body = parse_json(asked.raw->body);
    if (!body || !body->is_object()) return refusal({400, "invalidSyntax", "the body is not a JSON object"});
    strict_resource made;
    if (const auto problem = take(*body, user, no_slot, made)) return refusal(problem);
    return one(201, insert(std::move(made)), asked, base);
}

outgoing strict_server::replace(const request& asked, slot at, const json& body, const std::string& base, int status)
{
    strict_resource next;
    if (const auto problem = take(body, resources_[at].user, at, next)) return refusal(problem);
    const auto& old = resources_[at];
    if (next.text != old.text || next.members != old.members) {
        store(at, std::move(next));
        ++resources_[at].version;
        resources_[at].changed_ms = clock_.now_ms();
    }
    const bool projects = asked.parameter("attributes").has_value();
    if (status == 204 && !projects) {
        outgoing out;
        out.status = 204;
        if (knob_.etag) out.headers.emplace_back("ETag", etag_of(resources_[at]));
        return out;
    }
    return one(200, at, asked, base);
}

outgoing strict_server::patch(const request& asked, slot at, const std::string& base)
{
    if (!knob_.patch) return refusal({501, "", "PATCH is not implemented"});
    const auto message = parse_json(asked.raw->body);
    if (!message || !message->is_object()) return refusal({400, "invalidSyntax", "the body is not a JSON object"});
    auto resource = whole(at, base);
    if (const auto problem = apply_scim_patch(model_of(at), resource, *message, {.silent_remove = knob_.silent_remove}))
        return refusal(problem);
    return replace(asked, at, resource, base, static_cast<int>(knob_.patch_status));
}

} // namespace idferry::sandbox
