#include "tests/sandbox/showpad.hpp"

namespace idferry::sandbox {

// E18 to E22: what a POST (`at` is no_slot) or PUT makes of a group.
showpad_problem showpad_server::take_group(const json& body, slot at, std::string& name,
                                           std::vector<slot>& members) const
{
    const auto conflict = static_cast<int>(knob_.uniqueness_status);
    if (at != no_slot && directory_.group(at).is_default)
        return {static_cast<int>(knob_.reserved_status), "mutability", "All Users is read-only", 3008,
                "ResourceNotModifiableError"};
    const auto* display = find_member(body, "displayName");
    if (display == nullptr || !display->is_string() || display->get_ref<const std::string&>().empty())
        return {400, "invalidValue", "displayName is required", 4008, "IsRequiredValidationError"};
    name = display->get<std::string>();
    if (fold(name) == fold(directory_.group(all_users_).name))
        return {conflict, "uniqueness", "this name is reserved", 4009, "NotUniqueValidationError"};
    const auto same = directory_.find_group_name(name);
    if (knob_.group_name_unique && same != no_slot && same != at)
        return {conflict, "uniqueness", "displayName is already in use", 4009, "NotUniqueValidationError"};
    const auto* list = find_member(body, "members");
    if (list == nullptr) {
        if (at != no_slot && knob_.put_omitted == "retain") members = directory_.group(at).members;
        return {};
    }
    if (!list->is_array() && !list->is_null())
        return {400, "invalidValue", "members must be a list", 4006, "FormatValidationError"};
    for (const auto& member : *list) {
        const auto* value = find_member(member, "value");
        const auto user =
            value != nullptr && value->is_string() ? directory_.find_user(value->get<std::string>()) : no_slot;
        if (user != no_slot)
            members.push_back(user);
        else if (knob_.unknown_member == "reject")
            return {400, "invalidValue", "unknown member", 3001, "RelationshipDoesNotExistError"};
    }
    return {};
}

outgoing showpad_server::write_group(const request& asked, slot at, std::string_view base)
{
    json body;
    std::string name;
    std::vector<slot> members;
    auto problem = read_body(asked, body);
    if (problem.status == 0) problem = take_group(body, at, name, members);
    if (problem.status != 0) return answer_problem(problem);
    const bool create = at == no_slot;
    if (create)
        at = directory_.add_group(random_.hex(16), std::move(name));
    else
        directory_.rename_group(at, std::move(name));
    directory_.set_members(at, members);
    return group_answer(create ? 201 : 200, at, base);
}

// E18, E23.
outgoing showpad_server::delete_group(slot at)
{
    if (directory_.group(at).is_default)
        return answer_problem({static_cast<int>(knob_.reserved_status), "mutability", "All Users is read-only", 3008,
                               "ResourceNotModifiableError"});
    directory_.remove_group(at);
    outgoing out;
    out.status = 204;
    return out;
}

} // namespace idferry::sandbox
