// Bare.ID and Beyond Identity into one Showpad, with precedence; and one source into two targets.
#include "tests/e2e/beyond_stage.hpp"

#include <algorithm>

namespace idferry::e2e {
namespace {

class several_sources : public beyond_identity
{
protected:
    static std::string staff_sync(const std::string& yields)
    {
        return R"yaml(  staff:
    source: bare
    target: showpad
)yaml" + yields +
               R"yaml(    users:
      scope: 'active eq true and emails pr'
      attributes:
        externalId: id
        userName: {from: email, transform: [lower, trim]}
        name.givenName: name.givenName
        name.familyName: name.familyName
        active: active
        emails: {from: emails, collapse: primary}
        roles: {from: groups.display, lookup: {Sales Leads: manager}, default: tablet, collapse: first}
        title: {template: "{title} (staff)", when: 'title pr'}
    groups:
      scope: 'not (displayName eq "All users") and not (displayName eq "projects")'
      attributes: {displayName: displayName}
      members: true
    guards: {max_removals: 10%, max_removals_count: 50, max_changes: 50%, min_population: 20}
)yaml";
    }
    static std::string hr_sync()
    {
        return R"yaml(  hr:
    source: beyond
    target: showpad
    users:
      scope: 'active eq true and emails pr'
      attributes:
        externalId: id
        userName: {from: email, transform: [lower, trim]}
        name.givenName: name.givenName
        name.familyName: name.familyName
        active: active
        emails: {from: emails, collapse: primary}
        title: {template: "{title} (hr)", when: 'title pr'}
    guards: {max_removals: 10%, max_removals_count: 50, max_changes: 50%, min_population: 20}
)yaml";
    }
    void SetUp() override
    {
        ends = "connections:\n" + bare() + connection("beyond", "realm") + showpad() + "\nsyncs:\n";
        s.write_config(ends + staff_sync("    yields_to: [hr]\n") + hr_sync());
    }

    outcome sync(const std::string& name, std::vector<std::string> more = {}, int code = 0)
    {
        more.insert(more.begin(), {"sync", name});
        auto run = s.run(more);
        EXPECT_EQ(run.code, code) << name << "\n" << run.text();
        return run;
    }
    std::set<std::string> plan_of(const std::string& name)
    {
        const auto run = s.run({"plan", name, "--refresh", "--format", "json"});
        EXPECT_TRUE(run.plan().is_object()) << run.text();
        return run.plan().is_object() ? change_lines(run.plan()) : std::set<std::string>{run.text()};
    }
    void expect_peace()
    {
        EXPECT_EQ(difference({}, plan_of("staff")), "");
        EXPECT_EQ(difference({}, plan_of("hr")), "");
    }
    // staff, hr, staff: then each has seen what the other has.
    void settle()
    {
        sync("staff");
        sync("hr");
        sync("staff");
        expect_peace();
    }
    std::uint64_t writes()
    {
        std::uint64_t n = 0;
        for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) n += s.requests("showpad", method);
        return n;
    }
    json account(const std::string& user_name)
    {
        const auto target = s.target_in_full();
        json found;
        for (const auto& u : target["users"])
            if (u["userName"] == user_name) {
                EXPECT_TRUE(found.is_null()) << user_name << " is there twice";
                found = u;
            }
        return found;
    }

    // Somebody with a title whom both sources have.
    struct both
    {
        std::string mail, in_bare, in_beyond, title;
    };
    both somebody()
    {
        const auto people = expected_people(s.people());
        const auto source = realm("realm");
        for (const auto& one : source["identities"]) {
            if (one["status"] != "active" || !one["traits"].contains("primary_email_address")) continue;
            const auto mail = lower(one["traits"]["primary_email_address"].get<std::string>());
            for (const auto& [key, p] : people)
                if (p.user_name == mail && !p.title.empty() && !p.groups.empty() &&
                    account(mail).value("title", "").ends_with(" (hr)"))
                    return {mail, key, one["id"].get<std::string>(), account(mail)["title"].get<std::string>()};
        }
        throw std::runtime_error("nobody is in both");
    }

    std::string ends;
};

TEST_F(several_sources, who_comes_first_writes_and_nobody_fights)
{
    settle();
    const auto p = somebody();
    EXPECT_EQ(account(p.mail)["externalId"], p.in_beyond);
    EXPECT_TRUE(account(p.mail).contains("roles")) << "what only the other one maps is written by that one";

    const auto before = writes();
    for (int i = 0; i < 4; ++i) {
        sync("hr", i % 2 ? std::vector<std::string>{"--refresh"} : std::vector<std::string>{});
        sync("staff", i % 2 ? std::vector<std::string>{} : std::vector<std::string>{"--refresh"});
    }
    EXPECT_EQ(writes(), before);

    // Both change: each writes what is its own, once.
    s.control("PATCH", "beyond/identities/" + p.in_beyond, {{"title", "Chief"}});
    s.control("PATCH", "bareid/users/" + p.in_bare, {{"attributes", {{"title", "Boss"}}}});
    sync("staff");
    EXPECT_EQ(account(p.mail)["title"], p.title);
    sync("hr");
    EXPECT_EQ(account(p.mail)["title"], "Chief (hr)");
    const auto after = writes();
    for (int i = 0; i < 4; ++i) {
        sync("staff");
        sync("hr");
    }
    EXPECT_EQ(writes(), after);
    expect_peace();
}

TEST_F(several_sources, any_order_of_cycles_comes_to_the_same)
{
    sync("hr");
    sync("staff");
    sync("hr");
    expect_peace();
    const auto p = somebody();
    EXPECT_EQ(account(p.mail)["externalId"], p.in_beyond);
}

TEST_F(several_sources, who_leaves_one_source_stays_with_the_other_and_who_leaves_both_is_deactivated)
{
    settle();
    const auto p = somebody();
    const auto id = account(p.mail)["id"];
    s.control("DELETE", "beyond/identities/" + p.in_beyond);
    const auto before = writes();
    const auto run = sync("hr");
    EXPECT_NE(run.out.find("stays at the target: sync 'staff'"), std::string::npos) << run.text();
    EXPECT_EQ(writes(), before) << "nothing is taken away";
    EXPECT_EQ(account(p.mail)["active"], true);
    EXPECT_EQ(difference({}, plan_of("hr")), "");

    sync("staff");
    EXPECT_EQ(account(p.mail)["externalId"], p.in_bare);
    EXPECT_TRUE(account(p.mail)["title"].get<std::string>().ends_with(" (staff)")) << account(p.mail);
    expect_peace();

    s.control("DELETE", "bareid/users/" + p.in_bare);
    sync("staff");
    EXPECT_EQ(account(p.mail)["active"], false);
    EXPECT_EQ(account(p.mail)["id"], id);
    expect_peace();
}

TEST_F(several_sources, the_one_that_yields_takes_nothing_away_either)
{
    settle();
    const auto p = somebody();
    s.control("DELETE", "bareid/users/" + p.in_bare);
    sync("staff");
    EXPECT_EQ(account(p.mail)["active"], true);
    EXPECT_EQ(account(p.mail)["title"], p.title);
    expect_peace();
    // Its groups came from that source alone.
    const auto target = s.target_in_full();
    for (const auto& g : target["groups"])
        if (g["displayName"] != "All Users") // Showpad's own: everybody
            EXPECT_EQ(g.dump().find(account(p.mail)["id"].get<std::string>()), std::string::npos) << g["displayName"];
    s.control("DELETE", "beyond/identities/" + p.in_beyond);
    sync("hr");
    EXPECT_EQ(account(p.mail)["active"], false);
    expect_peace();
}

TEST_F(several_sources, a_sync_that_is_taken_out_of_the_configuration_leaves_everything_to_the_other)
{
    settle();
    const auto p = somebody();
    s.write_config(ends + staff_sync(""));
    const auto refused = sync("staff", {}, 3); // everybody changes: a person is to look at that
    const auto said = refused.out + refused.err;
    const auto allowed = said.find("max_changes=");
    ASSERT_NE(allowed, std::string::npos) << refused.text();
    sync("staff",
         {"--allow", said.substr(allowed, said.find_first_not_of("abcdef0123456789", allowed + 12) - allowed)});
    EXPECT_EQ(account(p.mail)["externalId"], p.in_bare);
    EXPECT_TRUE(account(p.mail)["title"].get<std::string>().ends_with(" (staff)"));
    EXPECT_EQ(difference({}, plan_of("staff")), "");
}

TEST_F(several_sources, without_a_word_nobody_takes_over_what_another_one_has)
{
    s.write_config(ends + staff_sync("") + hr_sync());
    sync("staff");
    const auto before = s.target_in_full();
    const auto run = s.run({"sync", "hr"});
    EXPECT_EQ(run.code, 4) << run.text();
    EXPECT_NE(run.out.find("nothing says how the two share it"), std::string::npos) << run.text();
    EXPECT_NE(run.out.find("yields_to: [staff]"), std::string::npos) << run.text();
    // Who is in that source alone is created; everybody else is as before.
    const auto after = s.target_in_full();
    std::map<std::string, json> now;
    for (const auto& u : after["users"]) now.emplace(u["id"].get<std::string>(), u);
    for (const auto& u : before["users"]) EXPECT_EQ(now[u["id"].get<std::string>()], u);
    EXPECT_NE(s.run({"check"}).out.find("neither yields to the other"), std::string::npos);
}

TEST_F(several_sources, explain_says_who_writes_what)
{
    settle();
    const auto p = somebody();
    const auto told = json::parse(s.run({"explain", "staff", p.in_bare, "--format", "json"}).out);
    ASSERT_EQ(told["sharing"]["others"].size(), 1u) << told.dump(1);
    EXPECT_EQ(told["sharing"]["others"][0]["sync"], "hr");
    EXPECT_EQ(told["sharing"]["others"][0]["key"], p.in_beyond);
    EXPECT_EQ(told["sharing"]["others"][0]["comes"], "before");
    std::map<std::string, std::string> by;
    for (const auto& a : told["sharing"]["attributes"])
        by[a["attribute"].get<std::string>()] = a["sync"].get<std::string>();
    EXPECT_EQ(by["title"], "hr");
    EXPECT_EQ(by["externalId"], "hr");
    EXPECT_EQ(by["roles"], "staff");
    EXPECT_EQ(told["target"]["differs"], json::array());
    const auto text = s.run({"explain", "staff", p.in_bare}).out;
    EXPECT_NE(text.find("with sync hr, " + p.mail), std::string::npos) << text;
    EXPECT_NE(text.find("written by hr"), std::string::npos) << text;
}

// --- one source, two targets ---

class two_targets : public several_sources
{
protected:
    void SetUp() override
    {
        const auto info = s.box().info()["strict"];
        ends = "connections:\n" + bare() + showpad() +
               "  strict:\n    type: scim\n    base_url: " + info["base_url"].get<std::string>() +
               "\n    own_account: nobody\n    auth: {bearer: {file: '" + s.folder() +
               "/strict-token'}}\n    tls: {ca_file: '" + s.folder() +
               "/ca.pem'}\n    rate: {requests_per_second: 0, burst: 100, concurrency: 4}\n"
               "    retry: {tries: 2, base: 5ms, cap: 10ms}\n\nsyncs:\n";
        auto wiki = staff_sync("");
        wiki.replace(wiki.find("  staff:"), 8, "  wiki:");
        wiki.replace(wiki.find("target: showpad"), 15, "target: strict");
        wiki.erase(wiki.find("        roles:"), wiki.find("        title:") - wiki.find("        roles:"));
        s.write_config(ends + staff_sync("") + wiki);
    }
};

TEST_F(two_targets, each_sync_reads_once_and_keeps_its_own_links)
{
    const auto lists = [&] { return s.requests("bareid", "GET"); };
    sync("staff");
    const auto first = lists();
    sync("wiki");
    EXPECT_EQ(lists(), 2 * first) << "one read for each, of the same requests";
    EXPECT_EQ(difference({}, plan_of("staff")), "");
    EXPECT_EQ(difference({}, plan_of("wiki")), "");
    const auto told = [&](const char* name) {
        const auto people = expected_people(s.people());
        return json::parse(s.run({"explain", name, people.begin()->first, "--format", "json"}).out);
    };
    const auto staff = told("staff"), wiki = told("wiki");
    ASSERT_TRUE(staff["state"]["link"].is_object() && wiki["state"]["link"].is_object());
    EXPECT_NE(staff["state"]["link"]["target_id"], wiki["state"]["link"]["target_id"]);
    EXPECT_TRUE(staff["sharing"]["others"].empty());
}

TEST_F(two_targets, a_target_that_fails_holds_the_other_one_up_in_nothing)
{
    s.run({"sync"});
    const auto people = expected_people(s.people());
    const auto key = people.begin()->first;
    s.control("PATCH", "bareid/users/" + key, {{"lastName", "Changed"}});
    s.control("POST", "faults", {{"server", "showpad"}, {"kind", "503"}, {"count", -1}});
    const auto run = s.run({"sync"});
    EXPECT_EQ(run.code, 1) << run.text();
    EXPECT_EQ(difference({}, plan_of("wiki")), "");
    s.control("DELETE", "faults");
    EXPECT_FALSE(plan_of("staff").empty());
    sync("staff");
    EXPECT_EQ(account(people.begin()->second.user_name)["name"]["familyName"], "Changed");
}

} // namespace
} // namespace idferry::e2e
