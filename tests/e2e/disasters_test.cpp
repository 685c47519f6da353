// What may go wrong with a source or a target → exit code and message. In none of these cases is anything removed, and
// nobody's access changes: the target's whole state is compared before and after.
#include "tests/e2e/stage.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace idferry::e2e {
namespace {

struct disaster
{
    std::string name;
    std::string mode;
    std::string paging; // of the configuration and the server: none, offset, page, token
    std::function<void(stage&)> strike;
    int plan_code; // any_failure: the bytes decide how early it is noticed
    int sync_code;
    std::vector<std::string> says; // on stdout or stderr, of plan and of sync
};

std::function<void(stage&)> bare(const char* knob, json value)
{
    return [knob, value](stage& s) { s.knob("bareid", knob, value); };
}

std::function<void(stage&)> answer(const char* what, const char* endpoints)
{
    return [what, endpoints](stage& s) {
        s.knob("bareid", "answer", what);
        s.knob("bareid", "answer_for", endpoints);
    };
}

void revoke_client(stage& s)
{
    s.knob("bareid", "client_revoked", true);
    s.control("POST", "bareid/revoke");
}

void target_goes_down(stage& s)
{
    // With nobody to write for, the target is not needed.
    s.control("POST", "bareid/users", newcomer());
    s.control("POST", "listen", {{"server", "showpad"}, {"up", false}});
}

void another_instance(stage& s)
{
    const auto& info = s.box().info()["bareid"];
    s.replace_in_config("instance: " + info["instance"].get<std::string>(),
                        "instance: " + info["other_instance"].get<std::string>());
}

// Wrong in everything: the credentials fit the other instance, which exists and is empty.
void another_instance_and_realm(stage& s)
{
    const auto& info = s.box().info()["bareid"];
    another_instance(s);
    s.replace_in_config("token_url: " + info["token_url"].get<std::string>(),
                        "token_url: " + info["other_token_url"].get<std::string>());
}

// Members lists are cut, and the people themselves cannot be asked.
void cut_and_silent(stage& s)
{
    s.knob("bareid", "truncate_group", "Sales=10");
    s.knob("bareid", "answer", "html");
    s.knob("bareid", "answer_for", "user_groups");
}

void cut_leads_and_silent(stage& s)
{
    cut_and_silent(s);
    s.knob("bareid", "truncate_group", "Sales Leads=1");
}

constexpr int any_failure = -1; // 1, 3 or 6

// Bytes that are no answer, on every list of people and on every record.
std::function<void(stage&)> bytes(const char* kind)
{
    return [kind](stage& s) {
        s.control("POST", "faults", {{"server", "bareid"}, {"path", "/users"}, {"kind", kind}, {"count", -1}});
    };
}

const std::vector<disaster> disasters{
    {"empty_list",
     "user_list",
     "offset",
     answer("empty_list", "user_list"),
     3,
     3,
     {"guard empty_source: the source returned nobody", "REFUSED: nothing was written"}},
    {"everything_empty", "user_list", "offset", answer("empty_list", "all"), 3, 3, {"guard empty_source"}},
    {"empty_list_in_a_walk", "group_walk", "none", answer("empty_list", "group_users"), 3, 3, {"guard empty_source"}},
    {"half_the_people",
     "user_list",
     "offset",
     bare("shrink_users", 100),
     3,
     3,
     {"guard shrunken_source: the source returned", "guard max_removals"}},
    {"half_the_people_in_a_walk",
     "group_walk",
     "none",
     bare("shrink_users", 100),
     3,
     3,
     {"guard shrunken_source", "guard max_removals"}},

    // A manager is who stands in the group "Sales Leads": its list is cut to one, to nobody, and the group of everybody
    // in sales.
    {"one_group_list_truncated",
     "user_list",
     "offset",
     bare("truncate_group", "Sales Leads=1"),
     0,
     0,
     {"not proved complete: members of /staff/Sales/Sales Leads"}},
    {"one_group_list_empty",
     "user_list",
     "offset",
     bare("truncate_group", "Sales Leads=0"),
     0,
     0,
     {"not proved complete: members of /staff/Sales/Sales Leads"}},
    {"one_large_group_list_truncated",
     "user_list",
     "offset",
     bare("truncate_group", "Sales=10"),
     3,
     3,
     {"not proved complete: members of /staff/Sales", "guard max_members_removed"}},
    {"one_group_list_truncated_in_a_walk", "group_walk", "none", bare("truncate_group", "Sales Leads=1"), 0, 0, {}},
    {"one_large_group_list_truncated_in_a_walk",
     "group_walk",
     "none",
     bare("truncate_group", "Sales=10"),
     3,
     3,
     {"guard"}},
    {"truncated_and_nobody_can_be_asked", "user_list", "offset", cut_and_silent, 3, 3, {"guard max_members_removed"}},
    {"leads_truncated_and_nobody_can_be_asked", "user_list", "offset", cut_leads_and_silent, 6, 6, {"withheld"}},
    {"leads_truncated_and_nobody_can_be_asked_in_a_walk",
     "group_walk",
     "none",
     cut_leads_and_silent,
     6,
     6,
     {"withheld"}},

    {"page_one_for_ever_offset",
     "user_list",
     "offset",
     bare("page_one_for_ever", true),
     3,
     3,
     {"paging is not honoured", "guard shrunken_source"}},
    {"page_one_for_ever_page",
     "user_list",
     "page",
     bare("page_one_for_ever", true),
     3,
     3,
     {"paging is not honoured", "guard shrunken_source"}},
    {"page_one_for_ever_token",
     "user_list",
     "token",
     bare("page_one_for_ever", true),
     3,
     3,
     {"paging is not honoured", "guard shrunken_source"}},
    {"page_one_for_ever_in_a_walk",
     "group_walk",
     "offset",
     bare("page_one_for_ever", true),
     3,
     3,
     {"paging is not honoured"}},

    {"404_on_everything",
     "user_list",
     "offset",
     answer("not_found", "all"),
     1,
     1,
     {"404", "wrong instance, or the API is switched off"}},
    {"404_on_everything_in_a_walk",
     "group_walk",
     "none",
     answer("not_found", "all"),
     1,
     1,
     {"404", "wrong instance, or the API is switched off"}},
    {"404_on_every_person",
     "group_walk",
     "none",
     answer("not_found", "group_users,user_get,user_groups"),
     3,
     3,
     {"guard empty_source"}},
    {"empty_object",
     "user_list",
     "offset",
     answer("empty_object", "all"),
     3,
     3,
     {"not proved complete: people", "guard empty_source"}},
    {"empty_object_in_a_walk",
     "group_walk",
     "none",
     answer("empty_object", "all"),
     3,
     3,
     {"not proved complete", "guard empty_source"}},
    {"html_with_200",
     "user_list",
     "offset",
     answer("html", "all"),
     3,
     3,
     {"not proved complete: people", "guard empty_source"}},
    {"html_with_200_in_a_walk",
     "group_walk",
     "none",
     answer("html", "all"),
     3,
     3,
     {"not proved complete", "guard empty_source"}},
    {"null_lists", "user_list", "offset", answer("null_list", "all"), 3, 3, {"guard empty_source"}},
    {"revoked_client", "user_list", "offset", revoke_client, 1, 1, {"token endpoint", "invalid_client"}},
    {"revoked_client_in_a_walk", "group_walk", "none", revoke_client, 1, 1, {"token endpoint", "invalid_client"}},
    {"target_down", "user_list", "offset", target_goes_down, 1, 1, {"target 'showpad'", "Connection refused"}},
    {"unknown_instance",
     "user_list",
     "offset",
     bare("wrong_instance", true),
     1,
     1,
     {"404", "wrong instance, or the API is switched off"}},
    {"instance_of_another_realm",
     "user_list",
     "offset",
     another_instance,
     1,
     1,
     {"403", "the token belongs to another instance"}},
    {"instance_that_is_empty", "user_list", "offset", another_instance_and_realm, 3, 3, {"guard empty_source"}},
    {"instance_that_is_empty_in_a_walk", "group_walk", "none", another_instance_and_realm, 1, 1, {"/staff"}},

    {"no_json", "user_list", "offset", bytes("garbage"), any_failure, any_failure, {}},
    {"no_json_in_a_walk", "group_walk", "none", bytes("garbage"), any_failure, any_failure, {}},
    {"half_a_json", "user_list", "offset", bytes("truncated_json"), any_failure, any_failure, {}},
    {"half_a_json_in_a_walk", "group_walk", "none", bytes("truncated_json"), any_failure, any_failure, {}},
    {"too_deep", "user_list", "offset", bytes("deep"), any_failure, any_failure, {}},
    {"too_deep_in_a_walk", "group_walk", "none", bytes("deep"), any_failure, any_failure, {}},
    {"no_body", "user_list", "offset", bytes("empty_body"), any_failure, any_failure, {}},
    {"cut_connection", "user_list", "offset", bytes("truncated"), any_failure, any_failure, {}},
    {"reset_connection_in_a_walk", "group_walk", "none", bytes("reset"), any_failure, any_failure, {}},
    {"server_error", "user_list", "offset", bytes("500"), any_failure, any_failure, {"500"}},
    {"server_error_in_a_walk", "group_walk", "none", bytes("500"), any_failure, any_failure, {"500"}},
    {"forbidden_in_a_walk", "group_walk", "none", bytes("403"), any_failure, any_failure, {"403"}},
};

[[maybe_unused]] void PrintTo(const disaster& d, std::ostream* out)
{
    *out << d.name;
}

class disaster_case : public testing::TestWithParam<disaster>
{
};

TEST_P(disaster_case, takes_nothing_from_anybody)
{
    const auto& d = GetParam();
    stage s({200, 12, 7, d.mode});
    s.knob("bareid", "paging", d.paging);
    const auto paging = d.paging == "page"    ? std::string("{style: page, size: 50, size_param: size, first_page: 0}")
                        : d.paging == "token" ? std::string("{style: token, size: 50, size_param: pageSize}")
                                              : "{style: " + d.paging + ", size: 50}";
    if (d.mode == "user_list")
        s.replace_in_config("paging: {style: offset, size: 200}", "paging: " + paging);
    else if (d.paging != "none")
        s.replace_in_config("source: {mode: group_walk",
                            "paging: {style: " + d.paging + ", size: 8}\n    source: {mode: group_walk");
    const auto first = s.run({"sync"});
    ASSERT_EQ(first.code, 0) << first.text();
    const auto before = s.target_in_full().dump();
    ASSERT_NE(s.target().dump().find("\"manager\""), std::string::npos) << "nobody's access could be lowered";
    const auto good_config = s.config_text();

    d.strike(s);
    const auto check = [&](const char* command, const outcome& run, int code) {
        if (code == any_failure)
            EXPECT_TRUE(run.code == 1 || run.code == 3 || run.code == 6) << command << ": " << run.text();
        else
            EXPECT_EQ(run.code, code) << command << ": " << run.text();
        for (const auto& wanted : d.says)
            EXPECT_NE((run.out + run.err).find(wanted), std::string::npos)
                << command << " does not say: " << wanted << "\n"
                << run.text();
        EXPECT_EQ(s.target_in_full().dump(), before) << "after " << command << ": " << run.text();
    };
    check("plan", s.run({"plan"}), d.plan_code);
    check("sync", s.run({"sync"}), d.sync_code);
    // What was recorded by the first must not make the second believe.
    check("the second sync", s.run({"sync"}), d.sync_code);

    s.control("POST", "reset?what=knobs,faults");
    s.knob("bareid", "paging", d.paging);
    s.control("POST", "listen", {{"server", "showpad"}, {"up", true}});
    s.write_config(good_config);
    const auto after = s.run({"sync"});
    EXPECT_EQ(after.code, 0) << "once it is over: " << after.text();
    EXPECT_EQ(difference(expected_lines(s.people(), d.mode == "group_walk" ? std::vector<std::string>{"/staff"}
                                                                           : std::vector<std::string>{}),
                         lines_of_target(s.target(), s.owner(), false)),
              "");
}

INSTANTIATE_TEST_SUITE_P(table, disaster_case, testing::ValuesIn(disasters),
                         [](const auto& info) { return info.param.name; });

} // namespace
} // namespace idferry::e2e
