// Roles, assignments and configuration objects read from the sandbox over TLS: whole, with their proofs, references and
// marks, and without a secret.
#include "connectors/beyond_identity/object_kinds.hpp"
#include "mapping/desired_resource.hpp"
#include "tests/connectors/beyond_identity/beyond_box.hpp"
#include "tests/support/run.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

namespace idferry::tests {
namespace {

using connectors::list_kind;
using mapping::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<std::string> every_type{"resource_server",      "role",        "theme",      "identity_provider",
                                          "authenticator_config", "application", "sso_config", "assignment",
                                          "group_assignment",     "group_role"};

const mapping::resource_type& type_named(const std::string& name)
{
    return *connectors::beyond_identity::kind_named(name)->type;
}

// Everything of one read.
struct whole_read
{
    std::map<std::string, std::map<std::string, json>> objects;                      // by type and key, decoded
    std::map<std::pair<std::string, std::string>, std::vector<std::string>> members; // by type and owner
    std::map<connectors::list_ref, connectors::list_end> ends;
    std::vector<connectors::list_ref> order; // of the ends
    std::string bytes;                       // of all records
    std::optional<connectors::failure> failed;

    const connectors::list_end& end(const std::string& type) const { return ends.at({list_kind::groups, "", type}); }
    const json& named(const std::string& type, const std::string& name) const
    {
        for (const auto& [key, object] : objects.at(type))
            if (object.value("display_name", json()) == name) return object;
        static const json none;
        ADD_FAILURE() << "no " << type << " " << name;
        return none;
    }
    std::set<std::string> managed(const std::string& type) const
    {
        std::set<std::string> out;
        if (const auto all = objects.find(type); all != objects.end())
            for (const auto& [key, object] : all->second)
                if (object.value(std::string(mapping::managed_mark), false)) out.insert(text(object, "display_name"));
        return out;
    }
};

whole_read read_all(connectors::source& source, connectors::read_request request)
{
    whole_read out;
    const auto read = source.read(request);
    for (;;) {
        auto event = test::run(read->next());
        if (!event) {
            out.failed = event.error();
            return out;
        }
        if (!*event) return out;
        if (const auto* end = std::get_if<connectors::list_end>(&**event)) {
            out.ends[end->list] = *end;
            out.order.push_back(end->list);
            continue;
        }
        const auto& page = std::get<connectors::page>(**event);
        for (const auto& b : page.bad) ADD_FAILURE() << page.list.text() << " " << b.key << ": " << b.why;
        for (const auto& r : page.records) {
            out.bytes += r.bytes;
            if (page.list.kind == list_kind::members)
                out.members[{page.list.type, page.list.owner}].emplace_back(r.key);
            if (page.list.kind != list_kind::groups || page.list.type.empty()) continue;
            const auto decoded = source.decode(type_named(page.list.type), r.bytes, {});
            EXPECT_TRUE(decoded) << r.bytes;
            if (decoded) out.objects[page.list.type][std::string(r.key)] = *decoded;
        }
    }
}

connectors::read_request of_types(std::vector<std::string> types)
{
    connectors::read_request r;
    r.groups = r.people = false;
    r.types = std::move(types);
    return r;
}

// Every value of members with these names, at any depth.
void collect(const json& from, const std::set<std::string>& names, std::set<std::string>& out)
{
    if (from.is_structured())
        for (auto at = from.begin(); at != from.end(); ++at) {
            if (from.is_object() && names.contains(at.key()) && at->is_string()) out.insert(at->get<std::string>());
            collect(*at, names, out);
        }
}

struct source_world
{
    std::string name;
    std::vector<std::string> knobs;
};

class object_source : public testing::TestWithParam<source_world>
{
protected:
    object_source() : box("realm", "page_size: 7\n", GetParam().knobs, 60) {}

    whole_read read(std::vector<std::string> types = every_type)
    {
        source = box.connection().make_source(box.environment());
        return read_all(*source, of_types(std::move(types)));
    }
    const sandbox_json& named(const sandbox_json& all, const std::string& name)
    {
        for (const auto& one : all)
            if (text(one, "display_name") == name) return one;
        static const sandbox_json none;
        ADD_FAILURE() << "the sandbox has no " << name;
        return none;
    }

    beyond_box box;
    std::unique_ptr<connectors::source> source;
};

TEST_P(object_source, reads_every_type_whole_with_its_proof)
{
    const auto now = box.state();
    const auto all = read();
    ASSERT_FALSE(all.failed) << all.failed->detail;
    const std::map<std::string, std::string> lists{{"resource_server", "resource_servers"},
                                                   {"role", "roles"},
                                                   {"theme", "themes"},
                                                   {"identity_provider", "identity_providers"},
                                                   {"authenticator_config", "authenticator_configs"},
                                                   {"application", "applications"},
                                                   {"sso_config", "sso_configs"},
                                                   {"assignment", "sso_configs"},
                                                   {"group_assignment", "sso_configs"},
                                                   {"group_role", "roles"}};
    for (const auto& type : every_type) {
        EXPECT_EQ(all.end(type).state, connectors::proof::complete) << type << ": " << all.end(type).why;
        ASSERT_TRUE(all.objects.contains(type)) << type;
        std::set<std::string> there, wanted;
        for (const auto& [key, object] : all.objects.at(type)) {
            there.insert(text(object, "id"));
            if (type != "theme") EXPECT_EQ(key, text(object, "id"));
        }
        for (const auto& one : now[lists.at(type)]) wanted.insert(text(one, "id"));
        EXPECT_EQ(there, wanted) << type;
        EXPECT_EQ(all.end(type).size, wanted.size()) << type;
        EXPECT_FALSE(wanted.empty()) << type;
        // Every record has every name of its type.
        const auto names = box.connection().attributes_of(type_named(type)).names;
        for (const auto& [key, object] : all.objects.at(type))
            for (const auto& name : names) EXPECT_TRUE(object.contains(name)) << type << " " << name;
    }
    // Lists first, then members.
    const auto first_members =
        std::ranges::find(all.order, list_kind::members, &connectors::list_ref::kind) - all.order.begin();
    EXPECT_EQ(static_cast<std::size_t>(first_members), every_type.size());
    for (const auto& [list, end] : all.ends) EXPECT_EQ(end.state, connectors::proof::complete) << list.text();
}

TEST_P(object_source, gives_references_as_links_and_settings_as_they_are)
{
    const auto now = box.state();
    const auto all = read();
    const auto& expenses = all.named("application", "Expenses");
    EXPECT_EQ(expenses["resource_server_id"],
              mapping::link_reference("resource_server", text(named(now["resource_servers"], "Expenses API"), "id")));
    EXPECT_EQ(
        expenses["authenticator_config_id"],
        mapping::link_reference("authenticator_config", text(named(now["authenticator_configs"], "Hosted Web"), "id")));
    EXPECT_EQ(expenses["protocol_config/grant_type"], json::array({"authorization_code"}));
    EXPECT_EQ(expenses["protocol_config/token_configuration/expires_after"], 86400);
    const auto& console = all.named("authenticator_config", "Console");
    EXPECT_EQ(console["config/onboarding_configuration/verification_method/idp_id"],
              mapping::link_reference("identity_provider",
                                      text(named(now["identity_providers"], "Corporate Directory"), "id")));
    const auto& platform = all.named("authenticator_config", "Platform Authenticator");
    const auto group = now["authenticator_configs"].dump();
    const auto& allowed = platform["config/roaming_auth_config/allowed_user_group_ids"];
    ASSERT_EQ(allowed.size(), 1U);
    EXPECT_THAT(group, HasSubstr(allowed[0]["$link"]["key"].get<std::string>()));
    EXPECT_EQ(allowed[0]["$link"]["type"], "group");
    EXPECT_EQ(platform["config/trusted_origins"], json::array());
    const auto& approvers = all.named("role", "Approvers");
    EXPECT_EQ(approvers["scopes"], json::array({"expenses:approve", "expenses:read"}));
    EXPECT_EQ(approvers["resource_server_id"]["$link"]["type"], "resource_server");
    EXPECT_EQ(all.objects.at("theme").at("theme")["email_realm_name"], "Acme Staff");
    // Lists show less of an SSO configuration than it has: it is read alone.
    EXPECT_EQ(all.named("sso_config", "Travel")["payload/pkce"], "s256");
    EXPECT_EQ(all.named("sso_config", "Partners")["payload/client_id"], "partners-of-acme");
}

TEST_P(object_source, shows_no_secret_and_nothing_that_the_service_made)
{
    std::set<std::string> secrets, made;
    const auto now = box.state();
    collect(now, {"client_secret", "okta_token"}, secrets);
    collect(now["applications"], {"client_id"}, made);
    ASSERT_GE(secrets.size(), 4U);
    const auto all = read();
    for (const auto& s : secrets) EXPECT_EQ(all.bytes.find(s), std::string::npos) << "a secret is in a record";
    for (const auto& s : made)
        if (!s.empty()) EXPECT_EQ(all.bytes.find(s), std::string::npos) << s;
    EXPECT_EQ(all.bytes.find("/callback?"), std::string::npos);
    EXPECT_EQ(all.bytes.find("application_tile_id"), std::string::npos);
}

TEST_P(object_source, marks_what_sso_configurations_made)
{
    const auto all = read();
    EXPECT_EQ(all.managed("application"), std::set<std::string>{"Travel"});
    EXPECT_EQ(all.managed("authenticator_config"), std::set<std::string>{"Travel"});
    EXPECT_EQ(all.managed("resource_server"), std::set<std::string>{"Travel"});
    EXPECT_EQ(all.managed("identity_provider"), std::set<std::string>{"Partners"});
    EXPECT_THAT(all.managed("role"), IsEmpty());
    EXPECT_THAT(all.managed("sso_config"), IsEmpty());
}

TEST_P(object_source, tells_who_was_assigned_directly_from_who_is_in_a_group)
{
    const auto now = box.state();
    std::string helene, group, everybody;
    for (const auto& one : now["identities"])
        if (text(one["traits"], "username") == "helene.brandt") helene = text(one, "id");
    const auto& intranet = named(now["sso_configs"], "Intranet");
    group = intranet["groups"][0].get<std::string>();
    // She is in the group as well: the service lists her twice.
    box.edit("PUT", "groups/" + group + "/members/" + helene);
    const auto all = read({"assignment", "group_assignment", "role"});
    const auto id = text(intranet, "id");
    EXPECT_EQ(all.members.at({"assignment", id}), std::vector<std::string>{helene});
    EXPECT_EQ(all.members.at({"group_assignment", id}), std::vector<std::string>{group});
    const auto& end = all.ends.at({list_kind::members, id, "assignment"});
    EXPECT_EQ(end.state, connectors::proof::complete);
    EXPECT_EQ(end.size, 1U);
    // Nobody directly: the group's members are none of the list.
    box.edit("DELETE", "sso_configs/" + id + "/identities/" + helene);
    const auto later = read({"assignment"});
    EXPECT_FALSE(later.members.contains({"assignment", id}));
    EXPECT_EQ(later.ends.at({list_kind::members, id, "assignment"}).state, connectors::proof::complete);
    EXPECT_EQ(later.ends.at({list_kind::members, id, "assignment"}).size, 0U);
}

TEST_P(object_source, reads_who_holds_a_role_over_several_pages)
{
    const auto now = box.state();
    std::set<std::string> wanted;
    const auto role = text(named(now["roles"], "Readers"), "id");
    for (std::size_t i = 0; i < 20; ++i) {
        wanted.insert(text(now["identities"][i], "id"));
        box.edit("PUT", "roles/" + role + "/identities/" + text(now["identities"][i], "id"));
    }
    const auto all = read({"role"});
    const auto& got = all.members.at({"role", role});
    EXPECT_EQ(std::set<std::string>(got.begin(), got.end()), wanted);
    EXPECT_EQ(got.size(), 20U) << "its groups are no members in this sense, and nobody is there twice";
    EXPECT_EQ(all.ends.at({list_kind::members, role, "role"}).state, connectors::proof::complete);
}

INSTANTIATE_TEST_SUITE_P(
    beyond_identity, object_source,
    testing::Values(source_world{"current", {}}, source_world{"older_documents", {"beyond.era=seed"}},
                    source_world{"short_pages", {"beyond.short_pages=2", "beyond.next_page_token=null"}},
                    source_world{"external_payloads",
                                 {"beyond.payload_shape=external", "beyond.total_size_absent=true"}}),
    [](const auto& p) { return p.param.name; });

TEST(object_source_of_the_admin_realm, marks_what_the_vendor_manages)
{
    beyond_box box("admin_realm", "", {}, 12);
    const auto source = box.connection().make_source(box.environment());
    const auto all = read_all(*source, of_types({"resource_server", "role", "application", "theme"}));
    ASSERT_FALSE(all.failed) << all.failed->detail;
    EXPECT_EQ(all.managed("resource_server"), std::set<std::string>{"Beyond Identity Management API"});
    EXPECT_EQ(all.managed("role"), std::set<std::string>{"Super Administrators"});
    EXPECT_EQ(all.managed("application"), std::set<std::string>{"Beyond Identity Management API"});
    EXPECT_EQ(all.end("theme").size, 0U) << "the default theme is nobody's";
    EXPECT_EQ(all.end("theme").state, connectors::proof::complete);
    box.knob("default_theme", "without_id");
    const auto again = read_all(*source, of_types({"theme"}));
    EXPECT_EQ(again.end("theme").size, 0U);
    EXPECT_EQ(again.end("theme").state, connectors::proof::complete);
}

TEST(object_source_of_a_realm, marks_no_role_by_its_name_alone)
{
    beyond_box box("realm", "", {}, 12);
    box.edit("PATCH", "roles/Readers", {{"display_name", "Super Administrators"}});
    const auto source = box.connection().make_source(box.environment());
    const auto all = read_all(*source, of_types({"role"}));
    ASSERT_FALSE(all.failed) << all.failed->detail;
    EXPECT_EQ(text(all.named("role", "Super Administrators"), "display_name"), "Super Administrators");
    EXPECT_THAT(all.managed("role"), IsEmpty());
}

class one_source : public testing::Test
{
protected:
    one_source() : box("realm", "", {}, 30), source(box.connection().make_source(box.environment())) {}
    void fail(const char* path)
    {
        box.control("POST", "faults",
                    {{"server", "beyond"}, {"method", "GET"}, {"path", path}, {"kind", "500"}, {"count", -1}});
    }
    beyond_box box;
    std::unique_ptr<connectors::source> source;
};

TEST_F(one_source, a_list_that_fails_is_not_proved_and_the_others_are)
{
    fail("/authenticator-configs");
    const auto all = read_all(*source, of_types({"theme", "authenticator_config", "application"}));
    ASSERT_FALSE(all.failed) << all.failed->detail;
    EXPECT_EQ(all.end("theme").state, connectors::proof::complete);
    EXPECT_EQ(all.end("authenticator_config").state, connectors::proof::unproved);
    EXPECT_THAT(all.end("authenticator_config").why, HasSubstr("500"));
    EXPECT_EQ(all.end("application").state, connectors::proof::complete);
}

TEST_F(one_source, without_the_sso_configurations_nobody_says_which_applications_they_made)
{
    fail("/sso-configs");
    const auto all = read_all(*source, of_types({"theme", "application"}));
    ASSERT_FALSE(all.failed) << all.failed->detail;
    EXPECT_FALSE(all.objects.contains("application")) << "none is shown as if it were anybody's own";
    EXPECT_EQ(all.end("application").state, connectors::proof::unproved);
    EXPECT_THAT(all.end("application").why, HasSubstr("made by SSO configurations"));
}

TEST_F(one_source, a_count_that_does_not_fit_proves_nothing)
{
    box.knob("total_size_wrong", 1);
    const auto all = read_all(*source, of_types({"resource_server", "role", "sso_config"}));
    for (const auto* type : {"resource_server", "role", "sso_config"})
        EXPECT_EQ(all.end(type).state, connectors::proof::unproved) << type;
}

TEST_F(one_source, a_missing_scope_ends_the_read_and_is_named)
{
    box.knob("missing_scopes", "sso-configs:read");
    const auto all = read_all(*source, of_types({"sso_config"}));
    ASSERT_TRUE(all.failed);
    EXPECT_EQ(all.failed->next, connectors::disposition::stop);
    EXPECT_THAT(all.failed->detail, HasSubstr("sso-configs:read"));
}

TEST_F(one_source, a_sample_is_never_complete_and_has_no_members)
{
    auto request = of_types(every_type);
    request.max_records = 1;
    const auto all = read_all(*source, request);
    ASSERT_FALSE(all.failed) << all.failed->detail;
    for (const auto& type : every_type) {
        EXPECT_EQ(all.end(type).state, connectors::proof::unproved) << type;
        EXPECT_LE(all.objects.at(type).size(), 1U) << type;
    }
    EXPECT_TRUE(all.members.empty());
}

TEST_F(one_source, groups_come_first_and_people_last)
{
    connectors::read_request request;
    request.types = {"role", "sso_config"};
    const auto all = read_all(*source, request);
    ASSERT_GE(all.order.size(), 4U);
    EXPECT_EQ(all.order[0], (connectors::list_ref{list_kind::groups, ""}));
    EXPECT_EQ(all.order[1], (connectors::list_ref{list_kind::groups, "", "role"}));
    EXPECT_EQ(all.order[2], (connectors::list_ref{list_kind::groups, "", "sso_config"}));
    EXPECT_EQ(all.order.back().kind, list_kind::people);
}

} // namespace
} // namespace idferry::tests
