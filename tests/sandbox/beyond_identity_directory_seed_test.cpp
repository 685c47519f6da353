// The samples of the seed for tenants, realms, identities and groups: request and answer, one test per operation.
#include "tests/sandbox/beyond_identity_fixture.hpp"

namespace idferry::sandbox {
namespace {

constexpr std::string_view tenant_sample =
    R"({"id":"000176d94fd7b4d1","display_name":"Test Tenant","create_time":"2022-01-28T12:00:02.423Z","update_time":"2022-04-19T15:17:21.186Z"})";
constexpr std::string_view realm_sample =
    R"({"id":"19a95130480dfa79","tenant_id":"0001f1f460b1ace6","display_name":"Test Realm","classification":"SECURE_WORKFORCE","create_time":"2022-05-18T18:00:01.167Z","update_time":"2022-05-19T14:23:01.327Z"})";
constexpr std::string_view group_sample =
    R"({"id":"81490afab171aef0","realm_id":"7df92e4a38ba0993","tenant_id":"0001b42d80372976","display_name":"Realm Administrators","description":"A group of realm administrators.","create_time":"2022-03-14T03:42:52.905657Z","update_time":"2022-06-14T05:55:23.823187Z"})";
constexpr std::string_view identity_sample =
    R"({"id":"e372db224c06e850","realm_id":"8f5bec58229e6f29","tenant_id":"0001f1f460b1ace6","display_name":"Test Identity","create_time":"2022-04-12T05:53:07.119Z","update_time":"2022-06-16T14:31:03.770Z"})";

class beyond_seed : public beyond_fixture
{
protected:
    beyond_seed() { knobs(R"({"beyond":{"era":"seed"}})"); }

    void begin_realms() { begin("0001f1f460b1ace6", "19a95130480dfa79", parsed(realm_sample)); }
    void begin_groups()
    {
        auto group = parsed(group_sample);
        group["members"] = {"e372db224c06e850", "3a28d4f28b57cc93"};
        begin("0001b42d80372976", "7df92e4a38ba0993",
              {{"identities", json::array({{{"id", "e372db224c06e850"}}, {{"id", "3a28d4f28b57cc93"}}})},
               {"groups", json::array({group})}});
    }
    void begin_identities()
    {
        auto one = parsed(identity_sample);
        one["traits"] = {{"type", "traits_v0"}, {"username", "test"}};
        begin("0001f1f460b1ace6", "8f5bec58229e6f29", {{"identities", json::array({one})}});
    }
    const std::set<std::string> made{"id", "create_time", "update_time"};
    const std::set<std::string> touched{"update_time"};
    const std::set<std::string> unshown{"status", "traits"}; // folded away in the seed's samples
};

TEST_F(beyond_seed, retrieve_an_existing_tenant)
{
    begin("000176d94fd7b4d1", "19a95130480dfa79", {{"tenant", parsed(tenant_sample)}});
    expect_sample(api("GET", ""), tenant_sample);
    expect_unauthorized("GET", "");
}

TEST_F(beyond_seed, patch_a_tenant)
{
    begin("000176d94fd7b4d1", "19a95130480dfa79", {{"tenant", parsed(tenant_sample)}});
    expect_sample(api("PATCH", "", R"({"tenant":{"display_name":"Test Tenant"}})"), tenant_sample, touched);
}

TEST_F(beyond_seed, create_a_new_realm)
{
    begin("0001f1f460b1ace6", "7df92e4a38ba0993");
    auto sample = parsed(realm_sample); // the documents answer another classification than was asked for
    sample["classification"] = "SECURE_CUSTOMER";
    sample["create_time"] = sample["update_time"] = "2022-06-22T21:46:08.930278Z";
    expect_sample(
        api("POST", "/realms", R"({"realm":{"display_name":"Test Realm","classification":"SECURE_CUSTOMER"}})"),
        sample.dump(), made);
}

TEST_F(beyond_seed, list_realms_for_a_tenant)
{
    begin_realms();
    const auto given = api("GET", "/realms");
    EXPECT_EQ(given.body["total_size"], 2); // the admin realm is there besides
    auto sample = parsed(realm_sample);
    sample.erase("classification"); // lists leave it out
    for (const auto& one : given.body["realms"])
        if (one["id"] == sample["id"]) EXPECT_EQ(one.dump(), sample.dump());
    EXPECT_FALSE(given.body.contains("next_page_token"));
}

TEST_F(beyond_seed, retrieve_an_existing_realm)
{
    begin_realms();
    expect_sample(api("GET", "~"), realm_sample);
    expect_missing(api("GET", "/realms/0000000000000000"), "Realm", "0000000000000000", "realm not found");
}

TEST_F(beyond_seed, patch_a_realm)
{
    begin_realms();
    auto sample = parsed(realm_sample);
    sample["update_time"] = "2022-05-19T14:23:01.327000Z";
    expect_sample(api("PATCH", "~", R"({"realm":{"display_name":"Test Realm"}})"), sample.dump(), touched);
}

TEST_F(beyond_seed, delete_a_realm)
{
    begin_groups();
    expect_unauthorized("DELETE", "~");
    const auto held = api("DELETE", "~");
    EXPECT_EQ(held.status, 409);
    EXPECT_EQ(held.out.body, R"({"code":"conflict","message":"realm has children"})");
    begin_realms();
    expect_empty(api("DELETE", "~"));
    EXPECT_EQ(api("GET", "~").status, 404);
}

TEST_F(beyond_seed, create_a_new_group)
{
    begin_groups();
    expect_sample(
        api("POST", "~/groups",
            R"({"group":{"display_name":"Realm Administrators","description":"A group of realm administrators."}})"),
        group_sample, made);
}

TEST_F(beyond_seed, list_groups_for_a_realm)
{
    begin_groups();
    expect_sample(api("GET", "~/groups"), only("groups", group_sample));
}

TEST_F(beyond_seed, retrieve_an_existing_group)
{
    begin_groups();
    expect_sample(api("GET", "~/groups/81490afab171aef0"), group_sample);
    expect_missing(api("GET", "~/groups/4822738be6b7f658"), "Group", "4822738be6b7f658", "group not found");
}

TEST_F(beyond_seed, patch_a_group)
{
    begin_groups();
    expect_sample(api("PATCH", "~/groups/81490afab171aef0", R"({"group":{"display_name":"Realm Administrators"}})"),
                  group_sample, touched);
}

TEST_F(beyond_seed, delete_a_group)
{
    begin_groups();
    expect_unauthorized("DELETE", "~/groups/81490afab171aef0");
    const auto held = api("DELETE", "~/groups/81490afab171aef0");
    EXPECT_EQ(held.status, 409);
    EXPECT_EQ(held.out.body, R"({"code":"conflict","message":"group has children"})");
    api("POST", "~/groups/81490afab171aef0:deleteMembers",
        R"({"identity_ids":["e372db224c06e850","3a28d4f28b57cc93"]})");
    expect_empty(api("DELETE", "~/groups/81490afab171aef0"));
}

TEST_F(beyond_seed, add_members_to_a_group)
{
    begin_groups();
    expect_sample(api("POST", "~/groups/81490afab171aef0:addMembers",
                      R"({"identity_ids":["e372db224c06e850","3a28d4f28b57cc93"]})"),
                  group_sample);
    EXPECT_EQ(api("GET", "~/groups/81490afab171aef0:listMembers").body["total_size"], 2);
}

TEST_F(beyond_seed, delete_members_from_a_group)
{
    begin_groups();
    expect_sample(api("POST", "~/groups/81490afab171aef0:deleteMembers",
                      R"({"identity_ids":["e372db224c06e850","3a28d4f28b57cc93"]})"),
                  group_sample);
    EXPECT_EQ(api("GET", "~/groups/81490afab171aef0:listMembers").out.body, R"({"identities":[],"total_size":0})");
}

TEST_F(beyond_seed, list_members_for_a_group)
{
    begin("0001f1f460b1ace6", "8f5bec58229e6f29",
          {{"identities", json::array({parsed(identity_sample)})},
           {"groups", json::array({{{"id", "81490afab171aef0"},
                                    {"display_name", "Realm Administrators"},
                                    {"members", {"e372db224c06e850"}}}})}});
    expect_sample(api("GET", "~/groups/81490afab171aef0:listMembers"), only("identities", identity_sample), {},
                  unshown);
}

TEST_F(beyond_seed, create_a_new_identity)
{
    begin_identities();
    expect_sample(
        api("POST", "~/identities",
            R"({"identity":{"display_name":"Test Identity","traits":{"type":"traits_v0","username":"test2","primary_email_address":"test@example.com"}}})"),
        identity_sample, made, unshown);
    const auto taken = api(
        "POST", "~/identities",
        R"({"identity":{"display_name":"Test Identity","traits":{"type":"traits_v0","username":"TEST","primary_email_address":"test@example.com"}}})");
    EXPECT_EQ(taken.status, 409);
    EXPECT_EQ(
        taken.out.body,
        R"({"code":"conflict","message":"username already exists","details":[{"type":"ResourceInfo","resource_type":"Identity","id":"e372db224c06e850","description":"username already exists"}]})");
}

TEST_F(beyond_seed, list_identities_for_a_realm)
{
    begin_identities();
    expect_sample(api("GET", "~/identities"), only("identities", identity_sample), {}, unshown);
    expect_sample(api("GET", "~/identities?filter=" + percent_encode(R"(traits.username eq "test")")),
                  only("identities", identity_sample), {}, unshown);
}

TEST_F(beyond_seed, retrieve_an_existing_identity)
{
    begin_identities();
    expect_sample(api("GET", "~/identities/e372db224c06e850"), identity_sample, {}, unshown);
    expect_missing(api("GET", "~/identities/0000000000000000"), "Identity", "0000000000000000", "identity not found");
}

TEST_F(beyond_seed, patch_an_identity)
{
    begin_identities();
    expect_sample(
        api("PATCH", "~/identities/e372db224c06e850",
            R"({"identity":{"display_name":"Test Identity","traits":{"type":"traits_v0","primary_email_address":"test@example.com"}}})"),
        identity_sample, touched, unshown);
}

TEST_F(beyond_seed, delete_an_identity)
{
    begin_groups();
    expect_unauthorized("DELETE", "~/identities/e372db224c06e850");
    const auto held = api("DELETE", "~/identities/e372db224c06e850");
    EXPECT_EQ(held.status, 409);
    EXPECT_EQ(held.out.body, R"({"code":"conflict","message":"identity has children"})");
    begin_identities();
    expect_empty(api("DELETE", "~/identities/e372db224c06e850"));
}

TEST_F(beyond_seed, list_group_memberships_for_an_identity)
{
    begin_groups();
    expect_sample(api("GET", "~/identities/e372db224c06e850:listGroups"), only("groups", group_sample));
}

} // namespace
} // namespace idferry::sandbox
