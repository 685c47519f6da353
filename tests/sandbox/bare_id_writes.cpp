#include "tests/sandbox/bare_id.hpp"

#include <algorithm>
#include <array>

namespace idferry::sandbox {
namespace {

constexpr std::array<std::string_view, 8> user_fields{"uuid",          "username",   "email",     "enabled",
                                                      "emailVerified", "attributes", "firstName", "lastName"};

const json& unwrapped(const json& body, const char* key)
{
    const auto found = body.find(key);
    return found != body.end() && found->is_object() ? *found : body;
}

bool plausible_email(const std::string& text)
{
    const auto at = text.find('@');
    return at != std::string::npos && at > 0 && text.find('.', at) != std::string::npos &&
           text.find(' ') == std::string::npos;
}

} // namespace

// The first field that the API does not know, when that is an error.
std::string bare_id_server::check_fields(const json& user) const
{
    if (!knob_.drop_unknown_fields)
        for (auto member = user.begin(); member != user.end(); ++member)
            if (std::find(user_fields.begin(), user_fields.end(), member.key()) == user_fields.end())
                return "unknown field \"" + member.key() + "\"";
    return {};
}

outgoing bare_id_server::create_user(const request& asked)
{
    const auto body = parse_json(asked.raw->body);
    if (!body || !body->is_object()) return error(400, 3, "invalid JSON");
    auto user = unwrapped(*body, "user");
    if (const auto wrong = check_fields(user); !wrong.empty()) return error(400, 3, wrong);
    for (const auto& name : split_list(knob_.ignored_fields)) user.erase(name);
    auto profile = bare_profile_of(user);
    profile.id = federated_ ? "f:" + federation_ + ":" + profile.username : random_.uuid();
    profile.username = fold(profile.username);
    if (profile.username.empty()) return error(400, 3, "User name is missing");
    if (!profile.email.empty() && !plausible_email(profile.email)) return error(400, 3, "error-invalid-email");
    if (directory_.find_username(profile.username) != no_slot ||
        (!profile.email.empty() && directory_.find_email(profile.email) != no_slot))
        return knob_.duplicate_status == 409 ? error(409, 6, "User exists with same username or email")
                                             : error(500, 2, "unknown error");
    const auto at = directory_.add_user(profile);
    std::string scratch;
    const auto text = std::string(user_wire(at, false, scratch));
    return created("users", profile.id, knob_.wrap_created ? "{\"user\":" + text + "}" : text);
}

// A creation as it is answered: with the object, with its address, or with nothing.
outgoing bare_id_server::created(std::string_view endpoint, const std::string& id, std::string body) const
{
    if (knob_.created_id == "body") return json_answer(200, std::move(body));
    auto out = json_answer(knob_.created_id == "location" ? 201 : 200, "{}");
    if (knob_.created_id == "location")
        out.headers.emplace_back("Location",
                                 "/user/v1/" + instance_ + "/" + std::string(endpoint) + "/" + percent_encode(id));
    return out;
}

outgoing bare_id_server::update_user(const request& asked, slot at)
{
    const auto body = parse_json(asked.raw->body);
    if (!body || !body->is_object()) return error(400, 3, "invalid JSON");
    auto user = unwrapped(*body, "user");
    if (const auto wrong = check_fields(user); !wrong.empty()) return error(400, 3, wrong);
    auto before = json::parse(directory_.user(at).text);
    for (const auto& name : split_list(knob_.ignored_fields))
        user[name] = before.contains(name) ? before[name] : json();
    if (knob_.update_mode == "partial" || asked.method == "PATCH") {
        for (auto member = user.begin(); member != user.end(); ++member) before[member.key()] = member.value();
        user = before;
    }
    auto profile = bare_profile_of(user);
    profile.id = directory_.user(at).id;
    profile.username = fold(profile.username);
    if (profile.username.empty()) return error(400, 3, "User name is missing");
    if (!profile.email.empty() && !plausible_email(profile.email)) return error(400, 3, "error-invalid-email");
    const auto same_name = directory_.find_username(profile.username);
    const auto same_email = profile.email.empty() ? no_slot : directory_.find_email(profile.email);
    if ((same_name != no_slot && same_name != at) || (same_email != no_slot && same_email != at))
        return knob_.duplicate_status == 409 ? error(409, 6, "User exists with same username or email")
                                             : error(500, 2, "unknown error");
    directory_.replace_user(at, profile);
    std::string scratch;
    return json_answer(200, "{\"user\":" + std::string(user_wire(at, false, scratch)) + "}");
}

// Creates a group below `parent`, or renames the group `at`.
outgoing bare_id_server::write_group(const request& asked, slot parent, slot at)
{
    const auto body = parse_json(asked.raw->body);
    if (!body || !body->is_object()) return error(400, 3, "invalid JSON");
    const auto& group = unwrapped(*body, "group");
    const auto name = group.contains("name") && group["name"].is_string() ? group["name"].get<std::string>() : "";
    if (name.empty()) return error(400, 3, "Group name is missing");
    if (at == no_slot && parent == no_slot && group.contains("parentUuid") && group["parentUuid"].is_string())
        parent = directory_.find_group(group["parentUuid"].get<std::string>());
    if (at != no_slot) parent = directory_.group(at).parent;
    for (const auto sibling : parent == no_slot ? directory_.roots() : directory_.group(parent).children)
        if (sibling != at && directory_.group(sibling).name == name)
            return error(409, 6, "Sibling group named '" + name + "' already exists.");
    if (at == no_slot) {
        at = directory_.add_group(random_.uuid(), name, parent);
        return created("groups", directory_.group(at).id, one_group(at).body);
    }
    directory_.rename_group(at, name);
    return one_group(at);
}

} // namespace idferry::sandbox
