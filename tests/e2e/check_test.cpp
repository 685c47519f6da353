// `idferry check`, with and without --live, as an administrator runs it. Nothing is ever written at source or target.
#include "tests/e2e/stage.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace idferry::e2e {
namespace {

const scene small{5, 3, 7, "user_list"};

json connection(const outcome& run, const std::string& name)
{
    const auto all = json::parse(run.out, nullptr, false);
    if (all.is_object() && all.contains("connections"))
        for (const auto& c : all["connections"])
            if (c["name"] == name) return c;
    return json{{"severity", "it is not there"}, {"findings", json::array()}};
}

// The findings of a connection of one severity, as lines.
std::string lines(const json& connection, const std::string& severity)
{
    std::string out;
    for (const auto& f : connection["findings"])
        if (f["severity"] == severity)
            out +=
                f["about"].get<std::string>() + ": " + f["text"].get<std::string>() + " -> " + f.value("do", "") + "\n";
    return out;
}

// Token requests are POST; everything else must be GET.
void expect_reads_only(stage& s)
{
    const auto seen = s.control("GET", "requests?limit=8192");
    for (const auto& r : seen.at("requests")) {
        const auto method = r["method"].get<std::string>();
        const bool token = r["target"].get<std::string>().find("/token") != std::string::npos;
        EXPECT_TRUE(method == "GET" || (method == "POST" && token)) << r.dump();
    }
    EXPECT_FALSE(std::filesystem::exists(s.state()));
}

TEST(check, of_a_good_file_contacts_nobody)
{
    stage s(small);
    const auto run = s.run({"check"});
    EXPECT_EQ(run.code, 0) << run.text();
    EXPECT_NE(run.out.find("no mistakes; "), std::string::npos) << run.text();
    EXPECT_EQ(s.requests(), 0U);
    EXPECT_FALSE(std::filesystem::exists(s.state()));
}

TEST(check, tells_every_mistake_as_text_and_as_json)
{
    stage s(small);
    s.replace_in_config("profile: showpad", "profile: showpat");
    s.replace_in_config("max_removals: 10%", "max_removals: 10");
    auto run = s.run({"check"});
    EXPECT_EQ(run.code, 1) << run.text();
    EXPECT_NE(run.out.find("did you mean 'showpad'?"), std::string::npos) << run.text();
    EXPECT_NE(run.out.find("2 mistakes in " + s.config()), std::string::npos) << run.text();
    run = s.run({"check", "--format", "json"});
    EXPECT_EQ(run.code, 1) << run.text();
    const auto all = json::parse(run.out, nullptr, false);
    ASSERT_TRUE(all.is_object()) << run.text();
    EXPECT_EQ(all["valid"], false);
    ASSERT_EQ(all["mistakes"].size(), 2U);
    EXPECT_EQ(all["mistakes"][1]["path"], "syncs.staff-to-showpad.guards.max_removals");
    EXPECT_GT(all["mistakes"][1]["column"].get<int>(), 1);
}

TEST(check, warns_of_a_secret_that_others_can_read_or_nobody_can)
{
    stage s(small);
    const auto text = s.config_text();
    const auto at = text.find("bearer: {file: \"") + 16;
    const auto file = text.substr(at, text.find('"', at) - at);
    std::filesystem::permissions(file, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
    auto run = s.run({"check"});
    EXPECT_EQ(run.code, 0) << run.text();
    EXPECT_NE(run.out.find("can be read by others"), std::string::npos) << run.text();
    EXPECT_NE(run.out.find("chmod 600 " + file), std::string::npos) << run.text();
    std::filesystem::remove(file);
    run = s.run({"check"});
    EXPECT_EQ(run.code, 0) << run.text();
    EXPECT_NE(run.out.find("a secret cannot be read here: {file: " + file), std::string::npos) << run.text();
}

class live_check : public testing::TestWithParam<std::string>
{
};

TEST_P(live_check, of_what_is_well_finds_no_error_and_writes_nothing)
{
    stage s({30, 5, 7, GetParam()});
    const auto run = s.run({"check", "--live", "--format", "json"});
    EXPECT_EQ(run.code, 0) << run.text();
    const auto bare = connection(run, "bare"), showpad = connection(run, "showpad");
    ASSERT_TRUE(bare.contains("name") && showpad.contains("name")) << run.text();
    EXPECT_NE(bare["severity"], "error") << bare.dump(2);
    EXPECT_NE(showpad["severity"], "error") << showpad.dump(2);
    EXPECT_NE(lines(bare, "ok").find("tokens last 300s"), std::string::npos) << bare.dump(2);
    EXPECT_NE(lines(bare, "ok").find(" of 20 people of the sample are in scope"), std::string::npos) << bare.dump(2);
    EXPECT_NE(lines(showpad, "ok").find("1 users"), std::string::npos) << showpad.dump(2);
    EXPECT_GT(showpad["requests"].get<int>(), 0);
    expect_reads_only(s);

    const auto shown = s.run({"check", "--live"});
    EXPECT_EQ(shown.code, 0) << shown.text();
    EXPECT_NE(shown.out.find(" showpad (https://"), std::string::npos) << shown.text();
}

INSTANTIATE_TEST_SUITE_P(modes, live_check, testing::Values("user_list", "group_walk"),
                         [](const auto& info) { return info.param; });

TEST(live_checks, tell_a_wrong_secret_and_go_on_with_the_others)
{
    stage s(small);
    s.knob("bareid", "client_revoked", true);
    const auto run = s.run({"check", "--live", "--format", "json"});
    EXPECT_EQ(run.code, 1) << run.text();
    const auto bare = connection(run, "bare");
    EXPECT_NE(lines(bare, "error").find("cannot log in"), std::string::npos) << run.text();
    EXPECT_NE(lines(bare, "error").find("invalid_client"), std::string::npos) << run.text();
    EXPECT_NE(connection(run, "showpad")["severity"], "error") << run.text();
    expect_reads_only(s);
}

TEST(live_checks, tell_a_target_that_is_down)
{
    stage s(small);
    s.control("POST", "listen", {{"server", "showpad"}, {"up", false}});
    const auto run = s.run({"check", "--live", "--format", "json"});
    EXPECT_EQ(run.code, 1) << run.text();
    const auto showpad = connection(run, "showpad");
    EXPECT_NE(lines(showpad, "error").find("check that the service runs"), std::string::npos) << run.text();
    EXPECT_NE(connection(run, "bare")["severity"], "error") << run.text();
}

TEST(live_checks, tell_an_expired_token)
{
    stage s(small);
    const auto expired = s.control("POST", "showpad/tokens", {{"user", s.owner()}, {"expired", true}});
    const auto text = s.config_text();
    const auto at = text.find("bearer: {file: \"") + 16;
    const auto file = text.substr(at, text.find('"', at) - at);
    std::ofstream(file) << expired["token"].get<std::string>();
    const auto run = s.run({"check", "--live", "--format", "json"});
    EXPECT_EQ(run.code, 1) << run.text();
    EXPECT_NE(lines(connection(run, "showpad"), "error").find("renew the token"), std::string::npos) << run.text();
    EXPECT_EQ(run.out.find(expired["token"].get<std::string>()), std::string::npos) << "a token is shown";
    EXPECT_EQ(run.err.find(expired["token"].get<std::string>()), std::string::npos) << "a token is shown";
}

TEST(live_checks, tell_what_the_target_cannot_do)
{
    stage s(small);
    s.replace_in_config("    profile: showpad\n",
                        "    profile: showpad\n    patch: auto\n    group: {membership: patch_filter}\n");
    auto run = s.run({"check", "--live", "--format", "json"});
    EXPECT_EQ(run.code, 1) << run.text();
    EXPECT_NE(lines(connection(run, "showpad"), "error").find("group.membership wants PATCH"), std::string::npos)
        << run.text();
    s.knob("showpad", "discovery", "patch_supported");
    run = s.run({"check", "--live", "--format", "json"});
    EXPECT_EQ(run.code, 0) << run.text();
    s.knob("showpad", "discovery", "not_found");
    run = s.run({"check", "--live", "--format", "json"});
    EXPECT_NE(lines(connection(run, "showpad"), "warning").find("cannot be compared"), std::string::npos) << run.text();
    expect_reads_only(s);
}

TEST(live_checks, tell_an_own_account_that_is_nobody)
{
    stage s(small);
    const auto text = s.config_text();
    const auto at = text.find("own_account: ") + 13;
    const auto own = text.substr(at, text.find('\n', at) - at);
    s.replace_in_config("own_account: " + own, "own_account: nobody@acme.example");
    const auto run = s.run({"check", "--live", "--format", "json"});
    EXPECT_EQ(run.code, 0) << run.text();
    EXPECT_NE(lines(connection(run, "showpad"), "warning").find("'nobody@acme.example' of own_account"),
              std::string::npos)
        << run.text();
}

TEST(live_checks, tell_a_group_name_that_the_source_does_not_have)
{
    stage s(small);
    s.replace_in_config("Sales Leads: manager", "Sales Heads: manager");
    const auto run = s.run({"check", "--live", "--format", "json"});
    EXPECT_NE(lines(connection(run, "bare"), "warning").find("no group of the source is called 'Sales Heads'"),
              std::string::npos)
        << run.text();
}

} // namespace
} // namespace idferry::e2e
