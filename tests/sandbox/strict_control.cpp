#include "tests/sandbox/strict.hpp"

#include <algorithm>

namespace idferry::sandbox {
namespace {

constexpr const char* enterprise_user = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

// A generated person in SCIM's shape: several e-mails and phones, some with a primary one and some without.
json scim_user_of(const person& who)
{
    json user{{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:User", enterprise_user}},
              {"externalId", who.employee_id.empty() ? who.id : who.employee_id},
              {"userName", who.username},
              {"active", who.enabled}};
    if (!who.first.empty() || !who.last.empty()) user["name"] = {{"givenName", who.first}, {"familyName", who.last}};
    if (!who.title.empty()) user["title"] = who.title;
    if (!who.locale.empty()) user["locale"] = who.locale;
    const bool names_primary = who.username.size() % 2 == 0;
    if (!who.second_email.empty()) user["emails"].push_back({{"value", who.second_email}, {"type", "home"}});
    if (!who.email.empty()) {
        json work{{"value", who.email}, {"type", "work"}};
        if (names_primary) work["primary"] = true;
        user["emails"].push_back(std::move(work));
    }
    for (const auto& phone : who.phones) user["phoneNumbers"].push_back({{"value", phone}, {"type", "work"}});
    if (!who.mobile.empty()) {
        json mobile{{"value", who.mobile}, {"type", "mobile"}};
        if (names_primary) mobile["primary"] = true;
        user["phoneNumbers"].push_back(std::move(mobile));
    }
    json extension = json::object();
    for (const auto& [name, value] : {std::pair<const char*, const std::string*>{"employeeNumber", &who.employee_id},
                                      {"department", &who.department},
                                      {"costCenter", &who.cost_center}})
        if (!value->empty()) extension[name] = *value;
    if (!extension.empty()) user[enterprise_user] = std::move(extension);
    return user;
}

outgoing strict_edit_error(int status, const std::string& text)
{
    return json_answer(status, json{{"error", text}}.dump());
}

} // namespace

void strict_server::clear()
{
    resources_.clear();
    users_.clear();
    groups_.clear();
    by_id_.clear();
    by_name_.clear();
    by_external_.clear();
    random_ = random_stream(seed_, 0x737472);
}

slot strict_server::add_person(const person& who)
{
    strict_resource made;
    if (take(scim_user_of(who), true, no_slot, made)) return no_slot;
    made.id = who.id;
    return insert(std::move(made));
}

void strict_server::fill()
{
    clear();
    std::vector<planned_group> planned;
    std::vector<std::vector<slot>> members;
    generate(
        *people_,
        [&](const planned_group& group) {
            planned.push_back(group);
            members.emplace_back();
        },
        [&](person&& who) {
            const auto at = add_person(who);
            for (const auto group : who.groups) members[group].push_back(at);
        });
    std::vector<slot> made(planned.size());
    for (auto at = planned.size(); at-- > 0;) { // children before parents, which have them as members
        strict_resource group;
        group.user = false;
        group.id = planned[at].id;
        group.name = planned[at].name;
        group.text = json{{"schemas", {group_model().core.urn}}, {"displayName", group.name}}.dump();
        group.members = members[at];
        for (auto child = at + 1; child < planned.size(); ++child)
            if (planned[child].parent == at) group.members.push_back(made[child]);
        made[at] = insert(std::move(group), true);
    }
}

void strict_server::fill_if_wanted()
{
    if (!people_) return;
    {
        const std::shared_lock lock(mutex_);
        if (filled_) return;
    }
    const std::unique_lock lock(mutex_);
    if (!filled_) fill();
    filled_ = true;
}

void strict_server::reset_data()
{
    const std::unique_lock lock(mutex_);
    clear();
    filled_ = false;
}

// Compact: [userName, externalId, the text] and [group name, [member names, sorted]], sorted.
std::string strict_server::dump(bool compact)
{
    fill_if_wanted();
    const std::shared_lock lock(mutex_);
    std::string out = "{";
    for (const bool users : {true, false}) {
        std::vector<std::string> lines;
        for (const auto at : users ? users_ : groups_) {
            const auto& one = resources_[at];
            std::string text;
            if (!compact) {
                append(text, at, "");
            } else if (users) {
                text = "[" + json_string(one.name) + "," + json_string(one.external_id) + "," + one.text + "]";
            } else {
                std::vector<std::string> names;
                for (const auto member : one.members) names.push_back(json_string(resources_[member].name));
                std::sort(names.begin(), names.end());
                text = "[" + json_string(one.name) + ",[";
                for (std::size_t name = 0; name < names.size(); ++name) text += (name > 0 ? "," : "") + names[name];
                text += "]]";
            }
            lines.push_back(std::move(text));
        }
        if (compact) std::sort(lines.begin(), lines.end());
        out += users ? "\"users\":[" : ",\"groups\":[";
        for (std::size_t line = 0; line < lines.size(); ++line) out.append(line > 0 ? ",\n" : "\n").append(lines[line]);
        out += "]";
    }
    return out + "}";
}

std::string strict_server::load(const json& state)
{
    if (!state.is_object() || !state.contains("users") || !state.contains("groups"))
        return name_ + ": users or groups missing";
    const std::unique_lock lock(mutex_);
    clear();
    filled_ = true;
    for (const auto& user : state["users"]) {
        strict_resource made;
        if (const auto problem = take(user, true, no_slot, made)) {
            clear();
            return name_ + ": " + problem.detail;
        }
        made.id = user.value("id", std::string());
        insert(std::move(made));
    }
    // A group may hold one that comes later: first all of them without members.
    std::vector<std::pair<slot, const json*>> groups;
    for (const auto& group : state["groups"]) {
        strict_resource made;
        auto bare = group;
        bare.erase("members");
        if (const auto problem = take(bare, false, no_slot, made)) {
            clear();
            return name_ + ": " + problem.detail;
        }
        made.id = group.value("id", std::string());
        groups.emplace_back(insert(std::move(made)), &group);
    }
    for (const auto& [at, group] : groups) {
        strict_resource next;
        if (const auto problem = take(*group, false, at, next)) return name_ + ": " + problem.detail;
        store(at, std::move(next));
    }
    return {};
}

// POST users, groups · GET, PATCH (merge patch), DELETE users/{u}, groups/{g} · PUT, DELETE groups/{g}/members/{u}
answer strict_server::edit(const request& asked, const std::vector<std::string>& path)
{
    fill_if_wanted();
    const std::unique_lock lock(mutex_);
    auto done = [](outgoing out) { return answer{std::move(out), "edit", "control"}; };
    if (path.empty() || (path[0] != "users" && path[0] != "groups"))
        return done(strict_edit_error(404, "unknown edit"));
    const bool users = path[0] == "users";
    if (path.size() == 1 && asked.method == "POST") return done(create(asked, users, ""));
    auto named = [&](bool user, const std::string& key) {
        const auto at = find(key);
        return at != no_slot && resources_[at].user == user ? at : find_name(user, key);
    };
    const auto at = path.size() > 1 ? named(users, path[1]) : no_slot;
    if (at == no_slot) return done(strict_edit_error(404, "no such resource"));
    if (path.size() == 4 && path[2] == "members" && !users) {
        auto member = named(true, path[3]);
        if (member == no_slot) member = named(false, path[3]);
        if (member == no_slot) return done(strict_edit_error(404, "no such member"));
        auto next = resources_[at];
        std::erase(next.members, member);
        if (asked.method == "PUT") next.members.push_back(member);
        store(at, std::move(next));
        ++resources_[at].version;
        return done(one(200, at, asked, ""));
    }
    if (asked.method == "GET") return done(one(200, at, asked, ""));
    if (asked.method == "DELETE") {
        remove(at);
        return done(json_answer(200, "{\"ok\":true}"));
    }
    const auto changes = parse_json(asked.raw->body);
    if (asked.method != "PATCH" || !changes || !changes->is_object())
        return done(strict_edit_error(400, "PATCH with an object wanted"));
    auto changed = whole(at, "");
    changed.merge_patch(*changes);
    return done(replace(asked, at, changed, "", 200));
}

} // namespace idferry::sandbox
