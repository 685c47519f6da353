// Which groups hold a role: read, given and taken over TLS, with the identities that hold it left alone.
#include "tests/connectors/beyond_identity/object_bench.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <optional>
#include <set>

namespace idferry::tests {
namespace {

using connectors::list_kind;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct role_world
{
    std::string name;
    std::vector<std::string> knobs;
    std::string keys{};
};

class group_roles : public testing::TestWithParam<role_world>, protected object_bench
{
protected:
    group_roles() : object_bench("realm", GetParam().keys, GetParam().knobs, 40)
    {
        const auto now = box.state();
        for (const auto& one : now["groups"]) groups.push_back(text(one, "id"));
        for (const auto& one : now["roles"])
            if (text(one, "display_name") == "Readers") role = text(one, "id");
        person = text(now["identities"][0], "id");
        box.edit("PUT", "roles/" + role + "/identities/" + person);
        for (const auto& id : held()) box.edit("DELETE", "roles/" + role + "/groups/" + id);
    }

    std::set<std::string> held()
    {
        const auto all = kept("roles", role).value("groups", sandbox_json::array());
        return all.get<std::set<std::string>>();
    }
    static std::set<std::string> ids(const json& members)
    {
        std::set<std::string> out;
        for (const auto& m : members) out.insert(m["value"].get<std::string>());
        return out;
    }
    std::set<std::string> all_groups() const { return {groups.begin(), groups.end()}; }

    std::vector<std::string> groups;
    std::string role, person;
};

const mapping::resource_type& of_groups = mapping::group_role_type;

// Who belongs to one role, as a source gives them.
struct role_members
{
    std::multiset<std::string> keys;
    std::optional<connectors::list_end> end;
};

role_members read_members(const beyond_box& box, const char* type, const std::string& role)
{
    const auto source = box.connection().make_source(box.environment());
    connectors::read_request request;
    request.groups = request.people = false;
    request.types = {type};
    role_members out;
    const auto read = source->read(request);
    for (;;) {
        auto event = test::run(read->next());
        EXPECT_TRUE(event) << event.error().detail;
        if (!event || !*event) return out;
        const connectors::list_ref wanted{list_kind::members, role, type};
        if (const auto* end = std::get_if<connectors::list_end>(&**event)) {
            if (end->list == wanted) out.end = *end;
            continue;
        }
        const auto& page = std::get<connectors::page>(**event);
        if (page.list == wanted)
            for (const auto& r : page.records) out.keys.emplace(r.key);
    }
}

TEST_P(group_roles, are_read_whole_beside_the_identities)
{
    for (const auto& id : groups) box.edit("PUT", "roles/" + role + "/groups/" + id);
    const auto got = read_members(box, "group_role", role);
    EXPECT_EQ(got.keys, std::multiset<std::string>(groups.begin(), groups.end()));
    ASSERT_TRUE(got.end);
    EXPECT_EQ(got.end->state, connectors::proof::complete) << got.end->why;
    EXPECT_EQ(got.end->size, groups.size());
    // The list of identities tells how many groups there are, and has none of them.
    const auto people = read_members(box, "role", role);
    EXPECT_EQ(people.keys, std::multiset<std::string>{person});
    ASSERT_TRUE(people.end);
    EXPECT_EQ(people.end->state, connectors::proof::complete) << people.end->why;
    EXPECT_EQ(people.end->beside, groups.size());
    for (const auto& id : groups) box.edit("DELETE", "roles/" + role + "/groups/" + id);
    const auto none = read_members(box, "group_role", role);
    EXPECT_THAT(none.keys, IsEmpty());
    ASSERT_TRUE(none.end);
    EXPECT_EQ(none.end->state, connectors::proof::complete) << "nobody, and that is proved: " << none.end->why;
}

TEST_P(group_roles, are_given_and_taken_and_identities_stay)
{
    ASSERT_GE(groups.size(), 3U);
    const auto in = members(of_groups, role, groups, {});
    ASSERT_TRUE(in) << in.error().detail;
    EXPECT_EQ(ids(in->body["members"]), all_groups());
    EXPECT_THAT(in->refused, IsEmpty());
    EXPECT_EQ(held(), all_groups());
    const auto at_most = GetParam().keys.empty() ? 1000U : 2U;
    EXPECT_EQ(box.writes().size(), (groups.size() + at_most - 1) / at_most);
    const auto out = members(of_groups, role, {}, {groups[0], groups[1]});
    ASSERT_TRUE(out) << out.error().detail;
    EXPECT_EQ(held(), (std::set<std::string>{groups.begin() + 2, groups.end()}));
    EXPECT_EQ(kept("roles", role)["identities"], sandbox_json::array({person}));
    // What is so already is not sent.
    const auto before = box.writes().size();
    ASSERT_TRUE(members(of_groups, role, {groups[2]}, {groups[0]}));
    EXPECT_EQ(box.writes().size(), before);
}

TEST_P(group_roles, one_unknown_group_keeps_no_other_out)
{
    auto all = groups;
    all.insert(all.begin() + 1, "ffffffffffffffff");
    const auto in = members(of_groups, role, all, {});
    ASSERT_TRUE(in) << in.error().detail;
    EXPECT_EQ(held(), all_groups());
    ASSERT_THAT(in->refused, SizeIs(1));
    EXPECT_EQ(in->refused.front().id.text(), "ffffffffffffffff");
}

TEST_P(group_roles, belong_to_roles_that_are_there)
{
    const auto roles = listed(of_groups);
    EXPECT_EQ(roles, listed(mapping::role_type));
    const auto there = read(of_groups, role);
    ASSERT_TRUE(there) << there.error().detail;
    EXPECT_EQ(there->body["display_name"], "Readers");
    EXPECT_FALSE(text(there->body, "resource_server_id").empty()) << "of two roles of one name this is the one";
    const auto made =
        create(of_groups, {{"display_name", "Nobody"}, {"resource_server_id", there->body["resource_server_id"]}});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().next, connectors::disposition::reject);
    EXPECT_THAT(made.error().detail, HasSubstr("no role 'Nobody'"));
    const auto gone = remove(of_groups, role);
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().next, connectors::disposition::reject);
    EXPECT_THAT(gone.error().detail, HasSubstr("role"));
    EXPECT_EQ(read(of_groups, "ffffffffffffffff").error().next, connectors::disposition::not_found);
    EXPECT_THAT(box.writes(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    beyond_identity, group_roles,
    testing::Values(role_world{"current", {}}, role_world{"older_documents", {"beyond.era=seed"}},
                    role_world{"short_pages", {"beyond.short_pages=2", "beyond.next_page_token=null"}},
                    role_world{"few_in_a_request", {}, "write: {members_per_request: 2}\n"},
                    role_world{"unknown_are_not_named", {"beyond.unknown_member=unnamed"}},
                    role_world{"unknown_are_a_bad_request", {"beyond.unknown_member=bad_request"}}),
    [](const auto& p) { return p.param.name; });

TEST(group_roles_of_the_vendor, are_not_changed)
{
    object_bench b("admin_realm", "write: {admin_realm: true}\n", {}, 12);
    const auto roles = b.listed(of_groups);
    ASSERT_THAT(roles, SizeIs(1));
    const auto team = text(b.box.edit("POST", "groups", {{"display_name", "Team"}, {"description", ""}}), "id");
    EXPECT_EQ(b.members(of_groups, roles.front(), {team}, {}).error().code, "mutability");
    EXPECT_THAT(b.box.writes(), IsEmpty());
}

} // namespace
} // namespace idferry::tests
