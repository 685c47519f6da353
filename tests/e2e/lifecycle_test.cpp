// What happens to people over time: leaving and returning, renaming, swapping names, adopting who is there already, and
// whom nothing may happen to.
#include "tests/e2e/stage.hpp"

#include <gtest/gtest.h>

namespace idferry::e2e {
namespace {

class lifecycle : public testing::Test
{
protected:
    lifecycle() : s({60, 12, 7, "user_list"}) {}

    void first_sync()
    {
        const auto run = s.run({"sync"});
        ASSERT_EQ(run.code, 0) << run.text();
    }

    // The n-th person in scope who is neither sentinel nor manager.
    expected_person somebody(std::size_t n = 0)
    {
        for (const auto& [key, p] : expected_people(s.people()))
            if (p.user_name != "helene.brandt@acme.example" && p.role == "tablet" && !p.groups.empty() && n-- == 0)
                return p;
        throw std::runtime_error("too few people");
    }

    json user_at_target(const std::string& user_name)
    {
        json found;
        const auto target = s.target_in_full();
        for (const auto& u : target["users"])
            if (u["userName"] == user_name) {
                EXPECT_TRUE(found.is_null()) << user_name << " is there twice";
                found = u;
            }
        return found;
    }

    std::set<std::string> planned(const std::vector<std::string>& more = {})
    {
        std::vector<std::string> arguments{"plan", "--format", "json"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const auto run = s.run(arguments);
        EXPECT_TRUE(run.plan().is_object()) << run.text();
        return run.plan().is_object() ? change_lines(run.plan()) : std::set<std::string>{run.text()};
    }

    void sync_well(const std::vector<std::string>& more = {})
    {
        std::vector<std::string> arguments{"sync"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const auto run = s.run(arguments);
        EXPECT_EQ(run.code, 0) << run.text();
    }

    void expect_in_step()
    {
        EXPECT_EQ(difference(expected_lines(s.people()), lines_of_target(s.target(), s.owner())), "");
        EXPECT_EQ(difference({}, planned()), "");
    }

    static std::set<std::string> leaving(const expected_person& p)
    {
        std::set<std::string> out{"deactivate user " + p.user_name};
        for (const auto& g : p.groups) out.insert("members " + g + ": -" + p.user_name);
        return out;
    }

    static json scim_user(const std::string& user_name, const std::string& external_id = "")
    {
        auto u = account_by_hand(user_name, user_name);
        u["title"] = "kept by hand";
        if (!external_id.empty()) u["externalId"] = external_id;
        return u;
    }

    stage s;
};

TEST_F(lifecycle, who_is_disabled_is_deactivated_and_comes_back)
{
    first_sync();
    const auto p = somebody();
    const auto before = user_at_target(p.user_name);
    s.control("PATCH", "bareid/users/" + p.key, {{"enabled", false}});
    EXPECT_EQ(difference(leaving(p), planned()), "");
    sync_well();
    EXPECT_EQ(user_at_target(p.user_name)["active"], false);
    expect_in_step();

    s.control("PATCH", "bareid/users/" + p.key, {{"enabled", true}});
    const auto lines = planned();
    EXPECT_TRUE(lines.contains("update user " + p.user_name + ": active")) << difference({}, lines);
    sync_well();
    const auto after = user_at_target(p.user_name);
    EXPECT_EQ(after["active"], true);
    EXPECT_EQ(after["id"], before["id"]);
    expect_in_step();
}

TEST_F(lifecycle, who_is_deleted_and_made_again_with_the_same_id_comes_back)
{
    first_sync();
    const auto p = somebody(1);
    const auto before = user_at_target(p.user_name);
    auto record = s.control("GET", "bareid/users/" + p.key);
    record["groups"] = json::array();
    const auto source = s.people();
    for (const auto& g : source["groups"])
        if (p.groups.contains(g["name"].get<std::string>())) record["groups"].push_back(g["uuid"]);
    s.control("DELETE", "bareid/users/" + p.key);
    sync_well();
    EXPECT_EQ(user_at_target(p.user_name)["active"], false);
    s.control("POST", "bareid/users", record);
    sync_well();
    EXPECT_EQ(user_at_target(p.user_name)["id"], before["id"]);
    EXPECT_EQ(user_at_target(p.user_name)["active"], true);
    expect_in_step();
}

TEST_F(lifecycle, who_is_deleted_and_made_again_with_another_id_gets_the_old_account)
{
    first_sync();
    const auto p = somebody(1);
    auto record = s.control("GET", "bareid/users/" + p.key);
    s.control("DELETE", "bareid/users/" + p.key);
    sync_well();
    record["uuid"] = "11111111-2222-4333-8444-555555555555";
    s.control("POST", "bareid/users", record);
    // The account is linked to the person who left: nobody knows that both are one, so it is told and not guessed.
    const auto run = s.run({"sync"});
    EXPECT_EQ(run.code, 4) << run.text();
    EXPECT_NE(run.out.find(p.user_name), std::string::npos) << run.text();
    EXPECT_EQ(user_at_target(p.user_name)["active"], false);
}

TEST_F(lifecycle, who_left_is_deleted_after_the_grace_period)
{
    s.replace_in_config("then_delete_after: 30d", "then_delete_after: 1ms");
    first_sync();
    const auto p = somebody(2);
    s.control("DELETE", "bareid/users/" + p.key);
    sync_well();
    EXPECT_EQ(user_at_target(p.user_name)["active"], false);
    EXPECT_EQ(difference({"remove user " + p.user_name}, planned()), "");
    sync_well();
    EXPECT_TRUE(user_at_target(p.user_name).is_null());
    expect_in_step();
}

TEST_F(lifecycle, a_new_name_is_an_update)
{
    first_sync();
    const auto p = somebody();
    const auto before = user_at_target(p.user_name);
    s.control("PATCH", "bareid/users/" + p.key,
              {{"email", "Newly.Wed@acme.example"}, {"username", "newly.wed"}, {"lastName", "Wed"}});
    const auto lines = planned();
    ASSERT_EQ(lines.size(), 1U) << difference({}, lines);
    EXPECT_EQ(lines.begin()->find("update user newly.wed@acme.example: "), 0U) << *lines.begin();
    sync_well();
    EXPECT_TRUE(user_at_target(p.user_name).is_null());
    EXPECT_EQ(user_at_target("newly.wed@acme.example")["id"], before["id"]);
    expect_in_step();
}

TEST_F(lifecycle, two_people_swap_their_names)
{
    first_sync();
    const auto a = somebody(0);
    const auto b = somebody(1);
    const auto id_of_a = user_at_target(a.user_name)["id"];
    const auto id_of_b = user_at_target(b.user_name)["id"];
    s.control("PATCH", "bareid/users/" + a.key, {{"email", b.email}});
    s.control("PATCH", "bareid/users/" + b.key, {{"email", a.email}});
    EXPECT_EQ(planned().size(), 2U);
    sync_well();
    EXPECT_EQ(user_at_target(a.user_name)["id"], id_of_b);
    EXPECT_EQ(user_at_target(b.user_name)["id"], id_of_a);
    expect_in_step();
}

TEST_F(lifecycle, who_is_at_the_target_already_is_adopted)
{
    const auto p = somebody();
    s.control("POST", "showpad/users", scim_user(p.user_name));
    const auto before = user_at_target(p.user_name);
    const auto lines = planned();
    EXPECT_TRUE(lines.contains("adopt user " + p.user_name)) << difference({}, lines);
    first_sync();
    EXPECT_EQ(user_at_target(p.user_name)["id"], before["id"]);
    expect_in_step();
}

TEST_F(lifecycle, an_account_of_somebody_else_is_not_adopted)
{
    const auto p = somebody();
    s.control("POST", "showpad/users", scim_user(p.user_name, "somebody-elses-key"));
    const auto before = user_at_target(p.user_name);
    const auto run = s.run({"sync"});
    EXPECT_EQ(run.code, 4) << run.text();
    EXPECT_NE(run.out.find("belongs to somebody else"), std::string::npos) << run.text();
    EXPECT_EQ(user_at_target(p.user_name), before);
}

TEST_F(lifecycle, people_who_were_never_ours_are_left_alone)
{
    s.control("POST", "showpad/users", scim_user("consultant@partner.example"));
    const auto before = user_at_target("consultant@partner.example");
    first_sync();
    const auto group = *somebody().groups.begin();
    s.control("PUT", "showpad/groups/" + segment(group) + "/members/consultant%40partner.example");
    s.control("DELETE", "bareid/users/" + somebody().key); // a member goes, so that the group's list is written
    sync_well();
    EXPECT_EQ(user_at_target("consultant@partner.example")["active"], before["active"]);
    bool still_member = false;
    const auto target = s.target();
    for (const auto& g : target["groups"])
        if (g[0] == group)
            still_member = std::find(g[1].begin(), g[1].end(), "consultant@partner.example") != g[1].end();
    EXPECT_TRUE(still_member) << "a member added by hand was removed from " << group;
}

TEST_F(lifecycle, the_group_of_all_users_is_skipped)
{
    s.replace_in_config("'not (displayName eq \"All users\") and not (displayName eq \"projects\")'",
                        "'not (displayName eq \"projects\")'");
    const auto before = s.target_in_full()["groups"];
    ASSERT_EQ(before.size(), 1U);
    const auto run = s.run({"sync"});
    EXPECT_EQ(run.code, 0) << run.text();
    EXPECT_NE(run.out.find("All users"), std::string::npos) << "it does not say so: " << run.text();
    EXPECT_EQ(difference(expected_lines(s.people()), lines_of_target(s.target(), s.owner())), "");
    int named = 0;
    const auto target = s.target();
    for (const auto& g : target["groups"]) named += lower(g[0].get<std::string>()) == "all users" ? 1 : 0;
    EXPECT_EQ(named, 1);
    EXPECT_EQ(s.run({"plan"}).code, 0);
}

TEST_F(lifecycle, the_owner_and_our_own_account_are_not_touched)
{
    // Somebody at the source has the owner's address, and leaves later.
    const auto owner_before = user_at_target(s.owner());
    ASSERT_TRUE(owner_before.is_object());
    s.control("POST", "bareid/users",
              {{"uuid", "11111111-2222-4333-8444-555555555555"},
               {"username", "the.owner"},
               {"email", s.owner()},
               {"groups", {"/staff"}},
               {"attributes", {{"firstName", {{"values", {"Not"}}}}, {"lastName", {{"values", {"TheOwner"}}}}}}});
    const auto run = s.run({"sync"});
    EXPECT_EQ(user_at_target(s.owner()), owner_before);
    EXPECT_NE(run.out.find("left alone"), std::string::npos) << run.text();
    EXPECT_EQ(run.code, 0) << run.text();
    s.control("DELETE", "bareid/users/11111111-2222-4333-8444-555555555555");
    sync_well();
    EXPECT_EQ(user_at_target(s.owner()), owner_before);
    expect_in_step();
}

TEST_F(lifecycle, what_was_changed_at_the_target_is_seen_and_put_right_with_refresh)
{
    first_sync();
    const auto a = somebody(0);
    const auto b = somebody(1);
    const auto c = somebody(2);
    s.control("PATCH", "showpad/users/" + segment(a.user_name), {{"name", {{"familyName", "Changed"}}}});
    s.control("DELETE", "showpad/groups/" + segment(*b.groups.begin()) + "/members/" + segment(b.user_name));
    s.control("PATCH", "showpad/users/" + segment(c.user_name), {{"active", false}});
    EXPECT_EQ(difference({}, planned()), "") << "the target is not read without need";
    EXPECT_EQ(
        difference({"update user " + a.user_name + ": name.familyName",
                    "members " + *b.groups.begin() + ": +" + b.user_name, "update user " + c.user_name + ": active"},
                   planned({"--refresh"})),
        "");
    sync_well({"--refresh"});
    EXPECT_EQ(difference({}, planned({"--refresh"})), "");
    expect_in_step();
}

TEST_F(lifecycle, who_was_deleted_at_the_target_is_seen_with_refresh)
{
    first_sync();
    const auto p = somebody();
    s.control("DELETE", "showpad/users/" + segment(p.user_name));
    const auto run = s.run({"plan", "--refresh", "--format", "json"});
    ASSERT_TRUE(run.plan().is_object()) << run.text();
    const auto told = notes(run.plan(), "drift");
    const auto lines = change_lines(run.plan());
    EXPECT_TRUE(std::any_of(told.begin(), told.end(),
                            [&](const auto& n) { return n.find(p.user_name) != std::string::npos; }) ||
                lines.contains("create user " + p.user_name))
        << run.text();
}

TEST_F(lifecycle, what_the_target_does_not_keep_is_shown_and_not_written_for_ever)
{
    s.knob("showpad", "not_kept", "title");
    const auto run = s.run({"sync"});
    EXPECT_EQ(run.code, 0) << run.text();
    for (int again = 0; again < 2; ++again) {
        const auto plan = s.plan();
        EXPECT_EQ(plan.code, 0) << plan.text();
        ASSERT_TRUE(plan.plan().is_object());
        EXPECT_EQ(difference({}, change_lines(plan.plan())), "");
        EXPECT_FALSE(notes(plan.plan(), "not_kept").empty());
        const auto writes = s.requests("showpad", "PUT") + s.requests("showpad", "POST");
        sync_well();
        EXPECT_EQ(s.requests("showpad", "PUT") + s.requests("showpad", "POST"), writes) << "it was written again";
    }
    s.replace_in_config("      leave: {action: deactivate",
                        "      accept_not_kept: [title]\n      leave: {action: deactivate");
    const auto accepted = s.plan();
    EXPECT_TRUE(notes(accepted.plan(), "not_kept").empty()) << accepted.text();
}

TEST_F(lifecycle, an_answer_that_is_lost_makes_nobody_twice)
{
    first_sync();
    int n = 0;
    for (const char* kind : {"lost", "reset_after", "500_after_commit", "503_after_commit", "garbage", "html_after"}) {
        SCOPED_TRACE(kind);
        s.control("POST", "bareid/users", newcomer("new.comer" + std::to_string(++n)));
        s.control("POST", "faults",
                  {{"server", "showpad"}, {"method", "POST"}, {"path", "/Users"}, {"kind", kind}, {"count", 1}});
        s.run({"sync"}); // however it ends
        s.control("DELETE", "faults");
        sync_well();
        expect_in_step();
    }
}

TEST_F(lifecycle, access_that_the_target_does_not_keep_is_a_reject)
{
    s.knob("showpad", "not_kept", "roles");
    const auto run = s.run({"sync"});
    EXPECT_EQ(run.code, 4) << run.text();
    EXPECT_NE(run.out.find("roles"), std::string::npos) << run.text();
}

} // namespace
} // namespace idferry::e2e
