#include "tests/sandbox/showpad.hpp"

#include <algorithm>

namespace idferry::sandbox {
namespace {

constexpr std::string_view enterprise_urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

showpad_problem invalid(std::string detail)
{
    return {400, "invalidValue", std::move(detail), 4006, "FormatValidationError"};
}

// ^[^@\s]+@[^@\s]+\.[^@\s]+$
bool looks_like_email(std::string_view text)
{
    const auto at = text.find('@');
    if (at == std::string_view::npos || at == 0 || text.find('@', at + 1) != std::string_view::npos ||
        text.find_first_of(" \t\r\n\f\v") != std::string_view::npos)
        return false;
    const auto host = text.substr(at + 1);
    const auto dot = host.find('.', 1);                            // something before it,
    return dot != std::string_view::npos && host.size() > dot + 1; // something after it
}

// The one element that Showpad keeps: the first with primary true, else the first; null when there is none.
const json* collapsed(const json& list)
{
    if (!list.is_array() || list.empty()) return nullptr;
    for (const auto& one : list)
        if (const auto* primary = find_member(one, "primary"); primary != nullptr && *primary == true) return &one;
    return &list[0];
}

struct user_reader
{
    const json& body;
    bool retain; // what is left out stays
    showpad_problem problem{};

    void fail(std::string detail)
    {
        if (problem.status == 0) problem = invalid(std::move(detail));
    }

    // Absent: `kept` or the default; null: the default; else the string.
    void text(const char* name, std::string& field, std::string default_value, const json& object)
    {
        const auto* value = find_member(object, name);
        if (value == nullptr && retain) return;
        if (value == nullptr || value->is_null())
            field = std::move(default_value);
        else if (value->is_string())
            field = value->get<std::string>();
        else
            fail(std::string(name) + " must be a string");
    }

    void required(const char* name, std::string& field, const json& object)
    {
        const auto* value = find_member(object, name);
        if (value == nullptr || !value->is_string() || value->get_ref<const std::string&>().empty())
            fail(std::string(name) + " is required");
        else
            field = value->get<std::string>();
    }

    // The value of the element that is kept of a multi-valued attribute.
    void one_of(const char* name, std::string& field, std::string default_value)
    {
        const auto* list = find_member(body, name);
        if (list == nullptr && retain) return;
        field = std::move(default_value);
        if (list == nullptr || list->is_null()) return;
        if (!list->is_array()) return fail(std::string(name) + " must be a list");
        const auto* element = collapsed(*list);
        if (element == nullptr) return;
        const auto* value = find_member(*element, "value");
        if (value == nullptr || !value->is_string()) return fail(std::string(name) + " needs a string as value");
        field = value->get<std::string>();
    }
};

} // namespace

// E4.
showpad_problem showpad_server::read_body(const request& asked, json& body) const
{
    auto parsed = parse_json(asked.raw->body);
    if (!parsed || !parsed->is_object())
        return {400, "invalidSyntax", "the body is not a JSON object", 5001, "InvalidJsonBodyError"};
    body = std::move(*parsed);
    return {};
}

// E5, E6, E9, E12, E13, E14, E15, E17: `user` holds the present fields (PUT) or nothing (POST) and becomes what is
// stored.
showpad_problem showpad_server::take_user(const json& body, slot at, showpad_user& user) const
{
    const bool create = at == no_slot;
    const auto before = user;
    user_reader read{body, !create && knob_.put_omitted == "retain"};
    static const json empty = json::object();
    const auto* name = find_member(body, "name");
    if (name == nullptr) name = &empty;
    read.required("userName", user.user_name, body);
    read.required("givenName", user.given, *name);
    read.required("familyName", user.family, *name);
    const auto* emails = find_member(body, "emails");
    const auto* email = emails == nullptr ? nullptr : collapsed(*emails);
    if (email == nullptr)
        read.fail("an e-mail is required");
    else
        read.required("value", user.email, *email);
    if (read.problem.status != 0) return read.problem;
    if (!looks_like_email(user.email)) return invalid("the e-mail is not valid");

    const auto* active = find_member(body, "active");
    if (create) user.active = true; // E15; on PUT what is left out is kept (E17)
    if (active != nullptr && active->is_boolean())
        user.active = active->get<bool>();
    else if (active != nullptr && !active->is_null())
        read.fail("active must be true or false");
    read.text("externalId", user.external_id, "", body);
    read.text("locale", user.locale, "en", body);
    read.text("timezone", user.timezone, knob_.timezone, body);
    read.text("title", user.title, "", body);
    const auto* extension = find_member(body, enterprise_urn);
    read.text("organization", user.organization, knob_.organisation, extension == nullptr ? empty : *extension);
    read.one_of("phoneNumbers", user.phone, "");
    read.one_of("roles", user.role, "tablet");
    if (read.problem.status != 0) return read.problem;
    user.role = lower_ascii(user.role);
    if (user.role != "owner" && user.role != "admin" && user.role != "manager" && user.role != "tablet")
        return {400, "invalidValue", "unknown role", 4001, "ChoiceValidationError"};
    if (const auto problem = take_entitlements(body, user); problem.status != 0) return problem;

    for (const auto& attribute : split_list(knob_.not_kept)) {
        auto keep = [&](std::string_view wanted, auto& field, const auto& old) {
            if (attribute == wanted) field = old;
        };
        keep("externalId", user.external_id, before.external_id);
        keep("locale", user.locale, create ? "en" : before.locale);
        keep("timezone", user.timezone, create ? knob_.timezone : before.timezone);
        keep("title", user.title, before.title);
        keep("organization", user.organization, create ? knob_.organisation : before.organization);
        keep("phoneNumbers", user.phone, before.phone);
        keep("roles", user.role, create ? "tablet" : before.role);
        keep("active", user.active, create ? true : before.active);
    }
    return {};
}

// E12.
showpad_problem showpad_server::take_entitlements(const json& body, showpad_user& user) const
{
    const auto* list = find_member(body, "entitlements");
    if (list == nullptr && knob_.put_omitted != "retain") user.entitlements.clear();
    if (list != nullptr) {
        user.entitlements.clear();
        if (!list->is_array() && !list->is_null()) return invalid("entitlements must be a list");
        for (const auto& one : *list) {
            const auto* value = find_member(one, "value");
            const auto* type = find_member(one, "type");
            const bool fits = user.role == "manager" && value != nullptr && value->is_string() && type != nullptr &&
                              type->is_string() &&
                              same_ignoring_case(type->get<std::string>(), knob_.entitlement_type) &&
                              directory_.find_group(value->get<std::string>()) != no_slot;
            if (!fits && knob_.bad_entitlement == "reject")
                return invalid(user.role == "manager" ? "entitlement of an unknown type or group"
                                                      : "only managers have entitlements");
            if (fits && std::find(user.entitlements.begin(), user.entitlements.end(), value->get<std::string>()) ==
                            user.entitlements.end())
                user.entitlements.push_back(value->get<std::string>());
        }
    }
    if (user.role != "manager") user.entitlements.clear();
    return {};
}

// E7, E8, E10, E11.
showpad_problem showpad_server::check_unique(const showpad_user& user, slot at) const
{
    const auto status = static_cast<int>(knob_.uniqueness_status);
    const auto taken = [&](slot found, const std::string& key) {
        return (found != no_slot && found != at) || (knob_.tombstone && tombstones_.contains(fold(key)));
    };
    if (taken(directory_.find_user_name(user.user_name), user.user_name))
        return {status, "uniqueness", "userName is already in use", 4009, "NotUniqueValidationError"};
    if (taken(directory_.find_email(user.email), user.email))
        return {status, "uniqueness", "email is already in use", 4009, "NotUniqueValidationError"};
    if (user.role == "owner")
        if (const auto owner = directory_.owner(); owner != no_slot && owner != at)
            return {status, "uniqueness", "there is an owner already", 4015, "OwnerAlreadyExistsValidationError"};
    if (at != no_slot && knob_.owner_lock && directory_.user(at).role == "owner" &&
        (user.role != "owner" || !user.active))
        return {400, "mutability", "the owner can be neither demoted nor deactivated", 4020,
                "OwnerLockoutValidationError"};
    return {};
}

outgoing showpad_server::write_user(const request& asked, slot at, std::string_view base)
{
    json body;
    auto problem = read_body(asked, body);
    showpad_user user;
    if (at != no_slot) user = directory_.user(at);
    if (problem.status == 0) problem = take_user(body, at, user);
    if (problem.status == 0) problem = check_unique(user, at);
    if (problem.status != 0) return answer_problem(problem);
    if (at != no_slot) {
        directory_.replace_user(at, std::move(user));
        return user_answer(200, at, base);
    }
    user.id = random_.hex(16); // E16: everybody is in "All Users"
    return user_answer(201, directory_.add_user(std::move(user)), base);
}

// E11, E24.
outgoing showpad_server::delete_user(slot at)
{
    const auto& user = directory_.user(at);
    if (knob_.owner_lock && user.role == "owner")
        return answer_problem({400, "mutability", "the owner cannot be deleted", 4020, "OwnerLockoutValidationError"});
    if (knob_.tombstone) {
        tombstones_.insert(fold(user.user_name));
        tombstones_.insert(fold(user.email));
    }
    directory_.remove_user(at);
    outgoing out;
    out.status = 204;
    return out;
}

} // namespace idferry::sandbox
