// Writes that end differently from what their answer says: Bare.ID's people on their way to Showpad. The items of the
// Bare.ID document's minimum test list that concern writing are shown here, where something is written.
#include "tests/e2e/stage.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace idferry::e2e {
namespace {

const json nobody{{"schemas", {"urn:ietf:params:scim:api:messages:2.0:ListResponse"}},
                  {"totalResults", 0},
                  {"startIndex", 1},
                  {"itemsPerPage", 0},
                  {"Resources", json::array()}};

std::size_t accounts_named(stage& s, const std::string& user_name)
{
    const auto dump = s.target_in_full();
    return static_cast<std::size_t>(std::count_if(dump["users"].begin(), dump["users"].end(),
                                                  [&](const json& u) { return u["userName"] == user_name; }));
}

TEST(write_faults, bareid_minimum_list_504_after_commit_create_makes_no_duplicate)
{
    stage s({60, 12, 7, "user_list"});
    s.control("POST", "faults",
              {{"server", "showpad"},
               {"method", "POST"},
               {"path", "/Users"},
               {"kind", "504_after_commit"},
               {"count", 3},
               {"skip", 2}});
    const auto run = s.run({"sync"});
    EXPECT_EQ(run.code, 0) << run.text();
    EXPECT_EQ(difference(expected_lines(s.people()), lines_of_target(s.target(), s.owner())), "") << run.text();
    for (const auto& [key, person] : expected_people(s.people())) EXPECT_EQ(accounts_named(s, person.user_name), 1U);
    EXPECT_EQ(s.run({"plan"}).code, 0);
}

TEST(write_faults, bareid_minimum_list_409_is_looked_up_and_adopted)
{
    stage s({60, 12, 7, "user_list"});
    ASSERT_EQ(s.run({"sync"}).code, 0);
    s.control("POST", "bareid/users", newcomer());
    // Somebody else makes the account after we have asked for it, and before we make it.
    s.control("POST", "showpad/users", account_by_hand("new.comer@acme.example", "new.comer@acme.example"));
    s.control("POST", "faults",
              {{"server", "showpad"},
               {"method", "GET"},
               {"path", "/Users?startIndex"},
               {"kind", "200"},
               {"body", nobody.dump()}});
    s.control("DELETE", "requests");
    const auto run = s.run({"sync"});
    EXPECT_EQ(run.code, 0) << run.text();
    const auto log = s.control("GET", "requests?limit=100000")["requests"];
    const auto refused = std::any_of(log.begin(), log.end(), [](const json& r) {
        return r["server"] == "showpad" && r["method"] == "POST" && r["status"] == 409;
    });
    EXPECT_TRUE(refused) << "the account was not made by us: " << log.dump();
    EXPECT_EQ(accounts_named(s, "new.comer@acme.example"), 1U);
    EXPECT_EQ(difference(expected_lines(s.people()), lines_of_target(s.target(), s.owner())), "") << run.text();
    EXPECT_EQ(s.run({"plan"}).code, 0);
}

TEST(write_faults, bareid_minimum_list_write_ignored_silently_is_detected)
{
    stage s({60, 12, 7, "user_list"});
    ASSERT_EQ(s.run({"sync"}).code, 0);
    s.knob("showpad", "not_kept", "active");
    const auto people = expected_people(s.people());
    const auto leaver = std::find_if(people.begin(), people.end(), [](const auto& p) {
        return p.second.role == "tablet" && p.second.user_name != "helene.brandt@acme.example";
    });
    s.control("DELETE", "bareid/users/" + leaver->first);
    const auto run = s.run({"sync"});
    EXPECT_EQ(run.code, 4) << run.text();
    EXPECT_NE(run.text().find("access is not as it should be: active: false was sent, the target kept true"),
              std::string::npos)
        << run.text();
    EXPECT_EQ(s.run({"plan"}).code, 2) << "it stays in every plan until it is so";
    s.knob("showpad", "not_kept", "");
    EXPECT_EQ(s.run({"sync"}).code, 0);
    EXPECT_EQ(s.run({"plan"}).code, 0);
}

} // namespace
} // namespace idferry::e2e
