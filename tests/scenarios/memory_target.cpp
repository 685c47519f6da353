#include "tests/scenarios/memory_target.hpp"

#include "mapping/normalise.hpp"

#include <algorithm>
#include <stdexcept>

namespace idferry::tests {

namespace {

using connectors::disposition;
using connectors::failure;
using connectors::remote_resource;
using mapping::json;

failure refusal(disposition next, int status, std::string code, std::string detail)
{
    failure f;
    f.next = next;
    f.status = status;
    f.code = std::move(code);
    f.detail = std::move(detail);
    return f;
}

failure gone()
{
    return refusal(disposition::not_found, 404, "", "the resource is not there");
}

mapping::target_profile make_profile()
{
    using mapping::single_value_rule;
    mapping::target_profile p;
    p.name = "memory";
    mapping::type_profile user;
    user.never_send = {"id", "meta", "groups", "schemas"};
    user.case_fold = {"userName", "emails.value", "roles.value"};
    user.lower = {"roles.value"};
    user.single_valued["emails"] = {
        single_value_rule::keep_kind::primary_first, {{"primary", "true"}}, {"display"}, {"value"}};
    user.single_valued["roles"] = {
        single_value_rule::keep_kind::primary_first, {{"primary", "true"}}, {"display", "type"}, {"value"}};
    user.compare["entitlements"] = {"value"};
    user.require = {"userName", "name.familyName", "emails"};
    user.unique = {"userName", "emails.value"};
    user.allowed_values["roles.value"] = {"owner", "admin", "manager", "tablet"};
    mapping::type_profile group;
    group.never_send = {"id", "meta", "schemas", "members"};
    group.require = {"displayName"};
    group.unique = {"displayName"};
    group.case_fold = {"displayName"};
    group.reserved_names = {"All Users"};
    p.types.emplace("user", std::move(user));
    p.types.emplace("group", std::move(group));
    const auto configuration = [&p](const mapping::resource_type& t, std::vector<std::string> send) {
        auto& of = p.types[std::string(t.name)];
        of.send = std::move(send);
        of.require = {"display_name"};
        if (&t == &mapping::role_type || &t == &mapping::group_role_type)
            of.within = {"resource_server_id"};
        else
            of.unique = {"display_name"};
    };
    configuration(mapping::resource_server_type, {"display_name", "scopes"});
    configuration(mapping::application_type, {"display_name", "resource_server_id", "protocol_config/redirect_uris"});
    configuration(mapping::sso_config_type, {"display_name", "payload/login_link"});
    configuration(mapping::role_type, {"display_name", "resource_server_id"});
    configuration(mapping::group_role_type, {"display_name", "resource_server_id"});
    configuration(mapping::assignment_type, {"display_name"});
    configuration(mapping::group_assignment_type, {"display_name"});
    return p;
}

// The comparable values of one unique attribute, as texts.
std::vector<std::string> values_of(const json& body, const std::string& path, const mapping::type_profile& profile)
{
    std::vector<std::string> out;
    const auto value = mapping::value_at(body, path);
    if (!value || value->is_null()) return out;
    for (const auto& one : value->is_array() ? *value : json::array({*value})) {
        const auto folded = mapping::comparable_value(path, one, profile);
        if (!folded.is_null()) out.push_back(mapping::to_text(folded));
    }
    return out;
}

bool is_owner(const json& body)
{
    const auto roles = mapping::value_at(body, "roles.value");
    return roles && roles->is_array() && std::find(roles->begin(), roles->end(), json("owner")) != roles->end();
}

// Where a resource keeps its members: a role and an SSO configuration have people and groups.
const char* members_list(const mapping::resource_type& type)
{
    return type.only_members() && type.members == mapping::group_type.name ? "groups" : "members";
}

void leave(json& body, const std::string& id)
{
    for (const char* list : {"members", "groups"}) {
        if (!body.contains(list)) continue;
        auto rest = json::array();
        for (const auto& m : body[list])
            if (m.at("value") != json(id)) rest.push_back(m);
        body[list] = std::move(rest);
    }
}

} // namespace

const mapping::target_profile& memory_profile()
{
    static const auto profile = make_profile();
    return profile;
}

connectors::http::pacer_settings memory_target::pace() const
{
    connectors::http::pacer_settings s;
    s.concurrency = 3;
    return s;
}

fault_plan::call memory_target::begin(bool writes)
{
    if (!discovered_) throw std::logic_error("a target is used before its capabilities are known");
    ++counters_.requests;
    return faults_.next(writes);
}

remote_resource memory_target::remote(const mapping::resource_type& type, const std::string& id) const
{
    remote_resource r;
    r.id = mapping::target_id(id);
    r.body = content_.of(type).at(id);
    r.body["id"] = id;
    if (type.has_members) r.body["members"] = r.body.value(members_list(type), json::array());
    return r;
}

boost::asio::awaitable<connectors::result<std::vector<std::string>>> memory_target::discover()
{
    if (discovered_) throw std::logic_error("capabilities are asked for once");
    discovered_ = true;
    const auto call = begin();
    if (auto f = call.before()) co_return *f;
    if (auto f = call.after()) co_return *f;
    co_return std::vector<std::string>{};
}

boost::asio::awaitable<connectors::result<connectors::target_survey>>
memory_target::survey(std::vector<const mapping::resource_type*> types)
{
    connectors::target_survey all;
    for (const auto* t : types) all.types[std::string(t->name)].total = content_.of(*t).size();
    co_return all;
}

boost::asio::awaitable<connectors::result<connectors::inventory_end>>
memory_target::list(const mapping::resource_type& type, std::function<void(remote_resource)> each)
{
    const auto call = begin();
    if (auto f = call.before()) co_return *f;
    for (const auto& [id, body] : content_.of(type)) {
        if (content_.unseen) break;
        auto one = remote(type, id);
        if (!content_.lists_members) one.body.erase("members");
        each(std::move(one));
    }
    if (auto f = call.after()) co_return *f;
    connectors::inventory_end end;
    end.complete = true;
    end.size = content_.of(type).size();
    co_return end;
}

bool memory_target::can_find(const mapping::resource_type& type, std::string_view attribute) const
{
    if (!mapping::is_person(type) && &type != &mapping::group_type) return false; // only its whole list
    return type.has_members ? attribute == "displayName" : attribute == "userName" || attribute == "externalId";
}

boost::asio::awaitable<connectors::result<std::vector<remote_resource>>>
memory_target::find(const mapping::resource_type& type, std::string attribute, std::string value)
{
    const auto call = begin();
    if (auto f = call.before()) co_return *f;
    const auto& p = profile().of(type.name);
    std::vector<remote_resource> out;
    for (const auto& [id, body] : content_.of(type)) {
        const auto theirs = mapping::value_at(body, attribute);
        if (!content_.unseen && theirs &&
            mapping::comparable_value(attribute, *theirs, p) == mapping::comparable_value(attribute, value, p))
            out.push_back(remote(type, id));
    }
    if (auto f = call.after()) co_return *f;
    if (content_.unreadable && !out.empty())
        co_return refusal(disposition::reject, 200, "", "the record cannot be understood");
    co_return out;
}

boost::asio::awaitable<connectors::result<remote_resource>> memory_target::read(const mapping::resource_type& type,
                                                                                mapping::target_id id)
{
    const auto call = begin();
    if (auto f = call.before()) co_return *f;
    if (auto f = call.after()) co_return *f;
    if (content_.unreadable) co_return refusal(disposition::reject, 200, "", "the record cannot be understood");
    if (content_.unseen || !content_.of(type).contains(id.text())) co_return gone();
    co_return remote(type, id.text());
}

std::optional<failure> memory_target::objection(const mapping::resource_type& type, const std::string& id,
                                                const json& body) const
{
    const auto& p = profile().of(type.name);
    for (const auto& path : p.require)
        if (values_of(body, path, p).empty())
            return refusal(disposition::reject, 400, "invalidvalue", path + " is required");
    const auto name = mapping::value_at(body, "userName");
    if (name && name->is_string() && content_.refuses.contains(name->get<std::string>()))
        return refusal(disposition::reject, 400, "invalidvalue", "this user is refused");
    for (const auto& path : p.unique)
        for (const auto& value : values_of(body, path, p))
            for (const auto& [other, theirs] : content_.of(type)) {
                const auto taken = values_of(theirs, path, p);
                if (other != id && std::find(taken.begin(), taken.end(), value) != taken.end())
                    return refusal(disposition::conflict, 409, "uniqueness", path + " is taken");
            }
    if (const auto references = mapping::value_at(body, "entitlements.value"); references && references->is_array())
        for (const auto& r : *references)
            if (!r.is_string() || !content_.groups.contains(r.get<std::string>()))
                return refusal(disposition::reject, 400, "invalidvalue", "an entitlement is no group");
    if (const auto server = body.find("resource_server_id"); server != body.end())
        if (!server->is_string() || !content_.held["resource_server"].contains(server->get<std::string>()))
            return refusal(disposition::reject, 400, "invalidvalue", "there is no such resource server");
    return std::nullopt;
}

connectors::result<remote_resource> memory_target::put(const mapping::resource_type& type, const std::string& id,
                                                       json body)
{
    if (auto f = objection(type, id, body)) return *f;
    for (const auto& path : content_.drops) {
        // What it does not keep stays as it was.
        const auto before =
            content_.of(type).contains(id) ? mapping::value_at(content_.of(type).at(id), path) : std::nullopt;
        mapping::assign(body, path, before ? *before : json());
    }
    body.erase("id");
    ++content_.writes;
    content_.of(type)[id] = std::move(body);
    return remote(type, id);
}

boost::asio::awaitable<connectors::result<remote_resource>> memory_target::create(connectors::write_request r)
{
    const auto call = begin(true);
    if (auto f = call.before()) co_return *f;
    ++content_.creations;
    auto body = json::object();
    for (const auto& a : r.desired.attributes)
        if (!a.value.is_null()) mapping::assign(body, a.path, a.value);
    if (r.type->has_members) body["members"] = json::array();
    auto done = put(*r.type, content_.new_id(*r.type), std::move(body));
    if (auto f = call.after()) co_return *f;
    if (done && (content_.unseen || content_.unreadable)) {
        auto f = content_.unreadable ? refusal(disposition::reject, 200, "", "the record cannot be understood")
                                     : refusal(disposition::retry, 404, "", "made, and not there to be seen");
        f.outcome_unknown = true;
        f.created = content_.tells_ids ? done->id.text() : std::string();
        co_return f;
    }
    co_return done;
}

boost::asio::awaitable<connectors::result<remote_resource>> memory_target::update(connectors::write_request r)
{
    if (!r.current || r.current->id != r.id) throw std::logic_error("an update without a fresh read");
    const auto call = begin(true);
    if (auto f = call.before()) co_return *f;
    const auto found = content_.of(*r.type).find(r.id.text());
    if (found == content_.of(*r.type).end()) co_return gone();
    auto body = r.current->body;
    for (const auto& a : r.desired.attributes) mapping::assign(body, a.path, a.value);
    if (is_owner(found->second) && (!is_owner(body) || body.value("active", true) == false))
        co_return refusal(disposition::reject, 400, "mutability", "the owner stays");
    auto done = put(*r.type, r.id.text(), std::move(body));
    if (auto f = call.after()) co_return *f;
    co_return done;
}

boost::asio::awaitable<connectors::result<remote_resource>> memory_target::set_members(connectors::members_request r)
{
    const auto call = begin(true);
    if (auto f = call.before()) co_return *f;
    auto& holders = content_.of(*r.type);
    const auto found = holders.find(r.group.text());
    if (found == holders.end()) co_return gone();
    const auto* list = members_list(*r.type);
    const auto& known = content_.of(*mapping::find_resource_type(r.type->members));
    std::set<std::string> members;
    for (const auto& m : found->second[list]) members.insert(m.at("value").get<std::string>());
    for (const auto& id : r.remove) members.erase(id.text());
    for (const auto& id : r.add) {
        if (!known.contains(id.text()))
            co_return refusal(disposition::reject, 400, "invalidvalue", "a member does not exist");
        members.insert(id.text());
    }
    found->second[list] = json::array();
    for (const auto& m : members)
        if (!content_.drops.contains("members")) found->second[list].push_back({{"value", m}});
    ++content_.writes;
    if (auto f = call.after()) co_return *f;
    co_return remote(*r.type, r.group.text());
}

boost::asio::awaitable<connectors::result<void>> memory_target::remove(const mapping::resource_type& type,
                                                                       mapping::target_id id)
{
    using answer = connectors::result<void>;
    const auto call = begin(true);
    if (auto f = call.before()) co_return answer(*f);
    const auto found = content_.of(type).find(id.text());
    if (found != content_.of(type).end()) {
        if (mapping::is_person(type) && is_owner(found->second))
            co_return answer(refusal(disposition::reject, 400, "mutability", "the owner stays"));
        content_.of(type).erase(found);
        ++content_.writes;
        for (auto& [group, body] : content_.groups) leave(body, id.text());
        for (auto& [kind, all] : content_.held)
            for (auto& [holder, body] : all) leave(body, id.text());
    }
    if (auto f = call.after()) co_return answer(*f);
    co_return answer();
}

} // namespace idferry::tests
