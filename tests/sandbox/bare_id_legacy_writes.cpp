// Writes of the Keycloak Admin API: neither a full nor a partial PUT, required actions, locks, read-only users.
#include "tests/sandbox/bare_id.hpp"

#include <algorithm>

namespace idferry::sandbox {
namespace {

outgoing complaint(int status, std::string_view text)
{
    return json_answer(status, json{{"errorMessage", text}}.dump());
}

std::string text_member(const json& object, const char* name)
{
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool legacy_email(const std::string& text)
{
    const auto at = text.find('@');
    return at != std::string::npos && at > 0 && at + 1 < text.size() && text.find(' ') == std::string::npos;
}

void set_attribute(bare_profile& profile, const std::string& name, std::vector<std::string> values)
{
    std::erase_if(profile.attributes, [&](const auto& one) { return one.first == name; });
    if (!values.empty()) profile.attributes.emplace_back(name, std::move(values));
}

} // namespace

// "User exists with same …", or "".
std::string bare_id_server::legacy_taken(const bare_profile& profile, slot but) const
{
    const auto name = directory_.find_username(profile.username);
    if (name != no_slot && name != but) return "User exists with same username";
    if (knob_.duplicate_emails || profile.email.empty()) return {};
    const auto email = directory_.find_email(profile.email);
    return email != no_slot && email != but ? "User exists with same email" : "";
}

// Attributes that the user profile does not declare are dropped, without a word (section 7.3).
void bare_id_server::keep_managed(bare_profile& profile) const
{
    if (knob_.managed_attributes == "all") return;
    const auto managed = split_list(knob_.managed_attributes);
    std::erase_if(profile.attributes, [&](const auto& one) {
        return one.first != "firstName" && one.first != "lastName" &&
               std::find(managed.begin(), managed.end(), one.first) == managed.end();
    });
}

outgoing bare_id_server::legacy_create_user(const request& asked)
{
    const auto body = parse_json(asked.raw->body);
    if (!body || !body->is_object()) return complaint(400, "unable to read contents from stream");
    auto profile = bare_profile_of(*body);
    profile.username = fold(profile.username);
    profile.email = fold(profile.email);
    if (profile.username.empty()) return complaint(400, "User name is missing");
    if (!profile.email.empty() && !legacy_email(profile.email))
        return json_answer(400, R"({"field":"email","errorMessage":"error-invalid-email","params":["email"]})");
    if (const auto taken = legacy_taken(profile, no_slot); !taken.empty())
        return knob_.duplicate_status == 409 ? complaint(409, taken) : json_answer(500, R"({"error":"unknown_error"})");
    keep_managed(profile);
    profile.id = federated_ ? "f:" + federation_ + ":" + profile.username : random_.uuid();
    const auto at = directory_.add_user(profile);
    extra_[at] = {};
    if (const auto actions = body->find("requiredActions"); actions != body->end() && actions->is_array())
        extra_[at].required_actions = actions->get<std::vector<std::string>>();
    auto out = json_answer(201, "");
    out.headers.emplace_back("Location", "https://" + std::string(asked.header("Host")) + "/auth/admin/realms/" +
                                             percent_encode(realm_) + "/users/" + percent_encode(profile.id));
    return out;
}

// `attributes` present: the whole map is replaced; absent: kept. Names that are absent are cleared, as by 24.0; a body
// without a user name is refused, as by 26 (section 7.3).
outgoing bare_id_server::legacy_update_user(const request& asked, slot at)
{
    const auto body = parse_json(asked.raw->body);
    if (!body || !body->is_object()) return complaint(400, "unable to read contents from stream");
    const auto before = bare_profile_of(json::parse(directory_.user(at).text));
    const auto read_only = split_list(knob_.read_only_users);
    if (std::find(read_only.begin(), read_only.end(), before.username) != read_only.end())
        return complaint(400, "User is read only!");
    auto profile = before;
    profile.username = fold(text_member(*body, "username"));
    if (profile.username.empty()) return complaint(400, "User name is missing");
    if (!knob_.edit_username) profile.username = before.username;
    profile.email = fold(text_member(*body, "email"));
    if (!profile.email.empty() && !legacy_email(profile.email))
        return json_answer(400, R"({"field":"email","errorMessage":"error-invalid-email","params":["email"]})");
    if (const auto taken = legacy_taken(profile, at); !taken.empty())
        return knob_.duplicate_status == 409 ? complaint(409, taken) : json_answer(500, R"({"error":"unknown_error"})");
    if (silent("user_update")) return json_answer(204, "");
    if (body->contains("attributes")) {
        auto given = bare_profile_of(*body);
        profile.attributes.clear();
        for (auto& [name, values] : given.attributes)
            if (name != "firstName" && name != "lastName" && name != "username" && name != "email" && !values.empty())
                profile.attributes.emplace_back(name, std::move(values));
    }
    for (const char* name : {"firstName", "lastName"}) {
        const auto value = text_member(*body, name);
        set_attribute(profile, name, value.empty() ? std::vector<std::string>{} : std::vector<std::string>{value});
    }
    if (body->contains("enabled")) profile.enabled = body->value("enabled", false);
    if (body->contains("emailVerified")) profile.verified = body->value("emailVerified", false);
    keep_managed(profile);
    auto& extra = extra_[at];
    if (!before.enabled && profile.enabled) extra.locked = false; // switching on resets the lock
    if (const auto actions = body->find("requiredActions"); actions != body->end() && actions->is_array())
        extra.required_actions = actions->get<std::vector<std::string>>();
    directory_.replace_user(at, profile);
    return json_answer(204, "");
}

// Creates a group below `parent`, or renames the group `at`.
outgoing bare_id_server::legacy_write_group(const request& asked, slot parent, slot at)
{
    const auto body = parse_json(asked.raw->body);
    const auto name = body && body->is_object() ? text_member(*body, "name") : std::string();
    if (name.empty()) return complaint(400, "Group name is missing");
    if (at != no_slot) parent = directory_.group(at).parent;
    for (const auto sibling : parent == no_slot ? directory_.roots() : directory_.group(parent).children)
        if (sibling != at && directory_.group(sibling).name == name)
            return complaint(409, (parent == no_slot ? "Top level group named '" : "Sibling group named '") + name +
                                      "' already exists.");
    if (at != no_slot) {
        if (!silent("group_update")) directory_.rename_group(at, name);
        return json_answer(204, "");
    }
    const auto made = directory_.add_group(random_.uuid(), name, parent);
    auto out = json_answer(201, parent == no_slot ? "" : legacy_group(made).dump());
    out.headers.emplace_back("Location", "https://" + std::string(asked.header("Host")) + "/auth/admin/realms/" +
                                             percent_encode(realm_) + "/groups/" + directory_.group(made).id);
    return out;
}

} // namespace idferry::sandbox
