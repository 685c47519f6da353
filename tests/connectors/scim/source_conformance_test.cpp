// The contract of sources for a SCIM source, over TLS: a strict RFC 7644 provider with the generated organisation and
// its nested groups, Showpad, and Beyond Identity's own SCIM server, which shows nobody who is in a group.
#include "tests/conformance/source_conformance.hpp"
#include "tests/connectors/scim/scim_box.hpp"

#include <algorithm>
#include <map>

namespace idferry::tests {
namespace {

class scim_world : public source_world
{
public:
    scim_world(const std::string& server, const std::string& keys, std::vector<std::string> knobs,
               const char* realm = "")
        : box_(server, keys, std::move(knobs), 60, realm)
    {
        if (server == "showpad") fill();
    }

    std::unique_ptr<connectors::source> open() override { return box_.connection().make_source(box_.environment()); }
    std::vector<person> people() override
    {
        std::vector<person> all;
        const auto now = box_.state();
        for (const auto& u : now["users"]) {
            person p{text(u, "id"), text(u, "userName"), u.value("active", false), {}};
            for (const auto& g : u.value("groups", sandbox_json::array())) p.groups.push_back(text(g, "value"));
            all.push_back(std::move(p));
        }
        return all;
    }
    std::vector<group> groups() override
    {
        std::vector<group> all;
        const auto now = box_.state();
        for (const auto& g : now["groups"]) all.push_back({text(g, "id"), text(g, "displayName")});
        return all;
    }
    void rename(const std::string& key, const std::string& name) override
    {
        box_.edit("PATCH", "users/" + key, {{"userName", name}});
    }
    void remove(const std::string& key) override { box_.edit("DELETE", "users/" + key); }
    void leave_all_groups(const std::string& key) override
    {
        std::map<std::string, std::string> names;
        for (auto& g : groups()) names[g.key] = g.name;
        for (const auto& p : people())
            for (const auto& g : p.key == key ? p.groups : std::vector<std::string>())
                if (names[g] != "All Users")
                    box_.edit("DELETE", "groups/" + g + "/members/" + key); // Showpad's default
    }

    void suffer(trouble what) override
    {
        const auto fault = [&](const char* kind, const char* body = "") {
            sandbox_json one{{"server", box_.server()}, {"method", "GET"}, {"kind", kind}, {"count", -1}};
            if (*body != '\0') one["body"] = body;
            box_.control("POST", "faults", one);
        };
        switch (what) {
        case trouble::down: box_.control("POST", "listen", {{"server", box_.server()}, {"up", false}}); break;
        case trouble::refused: fault("401"); break;
        case trouble::nowhere: fault("404"); break;
        case trouble::html: fault("html"); break;
        case trouble::empty_object: fault("200", "{}"); break;
        case trouble::truncated: fault("truncated_json"); break;
        }
    }
    void recover() override
    {
        box_.control("POST", "listen", {{"server", box_.server()}, {"up", true}});
        box_.control("DELETE", "faults");
    }
    std::vector<std::string> writes_seen() override { return box_.writes(); }

protected:
    scim_box box_;

private:
    // Showpad starts with one owner and the group of all users.
    void fill()
    {
        std::vector<std::string> ids;
        for (int i = 0; i < 34; ++i) {
            const auto name = "person" + std::to_string(i) + "@acme.example";
            ids.push_back(text(box_.edit("POST", "users",
                                         {{"schemas", {mapping::core_user_schema}},
                                          {"userName", name},
                                          {"active", i % 5 != 0},
                                          {"name", {{"givenName", "A"}, {"familyName", "B"}}},
                                          {"emails", {{{"value", name}, {"type", "work"}}}}}),
                               "id"));
        }
        for (int g = 0; g < 6; ++g) {
            auto members = sandbox_json::array();
            for (std::size_t i = static_cast<std::size_t>(g); i < ids.size(); i += static_cast<std::size_t>(g) + 2)
                members.push_back({{"value", ids[i]}});
            box_.edit("POST", "groups",
                      {{"schemas", {mapping::core_group_schema}},
                       {"displayName", "Group " + std::to_string(g)},
                       {"members", g == 5 ? sandbox_json::array() : members}});
        }
    }
};

class beyond_scim_world final : public scim_world
{
public:
    beyond_scim_world(const std::string& keys, std::vector<std::string> knobs)
        : scim_world("beyond", "profile: beyond_identity\n" + keys, std::move(knobs), "realm")
    {
    }

    std::vector<person> people() override
    {
        const auto now = box_.state();
        std::map<std::string, std::vector<std::string>> in;
        for (const auto& g : now["groups"])
            for (const auto& m : g["members"]) in[m.get<std::string>()].push_back(text(g, "id"));
        std::vector<person> all;
        for (const auto& u : now["identities"])
            all.push_back({text(u, "id"), text(u["traits"], "username"), u.value("status", "active") != "suspended",
                           in[text(u, "id")]});
        return all;
    }
    std::vector<group> groups() override
    {
        std::vector<group> all;
        const auto now = box_.state();
        for (const auto& g : now["groups"]) all.push_back({text(g, "id"), text(g, "display_name")});
        return all;
    }
    bool shows_memberships() override { return false; }
    void rename(const std::string& key, const std::string& name) override
    {
        box_.edit("PATCH", "identities/" + key, {{"username", name.substr(0, 64)}});
    }
    void remove(const std::string& key) override { box_.edit("DELETE", "identities/" + key); }
    void leave_all_groups(const std::string& key) override { box_.edit("DELETE", "identities/" + key + "/groups"); }

    void suffer(trouble what) override
    {
        if (what != trouble::refused) return scim_world::suffer(what);
        box_.control("POST", "beyond/revoke");
        box_.knob("client_revoked", true);
    }
    void recover() override
    {
        scim_world::recover();
        box_.knob("client_revoked", false);
    }
};

source_under_test provider(const std::string& name, const std::string& server, const std::string& keys,
                           std::vector<std::string> knobs = {})
{
    return {name, [=] { return std::make_unique<scim_world>(server, keys, knobs); }};
}

source_under_test beyond(const std::string& name, const std::string& keys, std::vector<std::string> knobs = {})
{
    knobs.emplace_back("beyond.scim_rate_per_minute=0");
    return {name, [=] { return std::make_unique<beyond_scim_world>(keys, knobs); }};
}

INSTANTIATE_TEST_SUITE_P(
    scim, source_conformance,
    testing::Values(
        provider("strict", "people", ""),
        provider("strict_short_pages", "people", "paging: {count: 12}\n", {"people.max_page=7", "people.etag=false"}),
        provider("strict_full_last_page", "people", "paging: {count: 20}\n"),
        provider("strict_lists_without_members", "people", "", {"people.members_in_lists=false"}),
        provider("strict_each_group", "people", "source: {memberships: group_reads}\n"),
        provider("strict_groups_of_users", "people", "source: {memberships: user_groups}\n"),
        provider("strict_by_cursor_only", "people", "paging: {count: 11}\n", {"people.cursor=only"}),
        provider("strict_by_cursor_wanted", "people", "paging: {count: 20, cursor: true}\n", {"people.cursor=offered"}),
        provider("strict_without_discovery", "people", "discovery: {spc: skip}\nsource: {leave_out: [meta]}\n"),
        provider("showpad", "showpad", "profile: showpad\n"),
        provider("showpad_short_pages", "showpad", "profile: showpad\npaging: {count: 6}\n",
                 {"showpad.max_page=5", "showpad.discovery=garbage"}),
        provider("showpad_lists_without_members", "showpad", "profile: showpad\n", {"showpad.members_in_lists=false"}),
        beyond("beyond_identity", ""), beyond("beyond_identity_short_pages", "paging: {count: 13}\n"),
        // Whoever forgets to say that members are hidden is not told that nobody is in any group.
        beyond("beyond_identity_automatic", "source: {memberships: auto}\n"),
        beyond("beyond_identity_by_users", "source: {memberships: user_groups}\n")),
    [](const auto& p) { return p.param.name; });

} // namespace
} // namespace idferry::tests
