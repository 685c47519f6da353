// What the API shows of state and configuration, and rejects changed by hand. What the reports say is tested with them.
#include "tests/daemon/admin/admin_stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace idferry::test {

using testing::HasSubstr;

namespace {

class admin_reads : public testing::Test
{
protected:
    admin_reads()
    {
        const mapping::sync_name staff("staff");
        state::link l;
        l.key = mapping::source_key("u/1");
        l.target = mapping::target_id("t1");
        l.label = "anna@acme.example";
        state::reject r;
        r.scope = {staff, "user"};
        r.key = mapping::source_key("u2");
        r.label = "bob@acme.example";
        r.error = "the target refused it";
        state::cycle_row c;
        c.sync = staff;
        c.started = c.ended = s.stage.time.now();
        c.summary = "{}";
        state::audit_entry e;
        e.when = s.stage.time.now();
        e.scope = {staff, "user"};
        e.key = l.key;
        e.label = l.label;
        e.what = state::operation::create;
        e.outcome = "done";
        EXPECT_TRUE(s.stage.store->commit(
            {state::put_link{{staff, "user"}, l}, state::put_reject{r}, state::put_cycle{c}, state::append_audit{e}}));
    }

    mapping::json get(const std::string& target, int status = 200)
    {
        const auto a = s.local("GET", target);
        EXPECT_EQ(a.status, status) << target << ": " << a.body;
        return admin_stage::json_of(a.body);
    }

    admin_stage s;
};

} // namespace

TEST_F(admin_reads, status)
{
    const auto j = get("/api/v1/status");
    EXPECT_EQ(j["version"], IDFERRY_VERSION);
    EXPECT_EQ(j["started"], "2026-01-01T00:00:00.000Z");
    ASSERT_EQ(j["syncs"].size(), 2u);
    EXPECT_EQ(j["syncs"][0]["name"], "staff");
    EXPECT_EQ(j["syncs"][0]["state"], "idle");
    EXPECT_EQ(j["syncs"][0]["rejects"], 1);
    EXPECT_EQ(j["syncs"][0]["links"]["users"], 1);
    EXPECT_EQ(j["connections"].size(), 3u);
    s.stage.runner.takes["staff"] = std::chrono::minutes(1);
    ASSERT_EQ(s.local("POST", "/api/v1/syncs/staff/run", "{}").status, 202);
    s.stage.settle();
    EXPECT_EQ(get("/api/v1/status")["syncs"][0]["state"], "running");
    s.stage.pass(std::chrono::minutes(2));
}

TEST_F(admin_reads, history_cycles_and_audit)
{
    const auto history = get("/api/v1/syncs/staff/history?limit=5");
    ASSERT_EQ(history["cycles"].size(), 1u);
    const auto id = history["cycles"][0]["id"].get<int>();
    EXPECT_EQ(get("/api/v1/cycles/" + std::to_string(id))["sync"], "staff");
    get("/api/v1/cycles/999", 404);
    get("/api/v1/cycles/x", 404);
    get("/api/v1/syncs/nobody/history", 404);
    EXPECT_EQ(get("/api/v1/audit?sync=staff&operation=create&since=1d")["audit"].size(), 1u);
    EXPECT_EQ(get("/api/v1/audit?who=ANNA")["audit"].size(), 1u);
    EXPECT_EQ(get("/api/v1/audit?operation=remove")["audit"].size(), 0u);
    EXPECT_EQ(get("/api/v1/audit/verify")["ok"], true);
    EXPECT_THAT(get("/api/v1/audit?operation=explode", 400)["error"].get<std::string>(), HasSubstr("explode"));
    EXPECT_THAT(get("/api/v1/audit?since=yesterday", 400)["error"].get<std::string>(), HasSubstr("since"));
    EXPECT_THAT(get("/api/v1/audit?limit=0", 400)["error"].get<std::string>(), HasSubstr("limit"));
    EXPECT_THAT(get("/api/v1/audit?limti=5", 400)["error"].get<std::string>(), HasSubstr("limti"));
}

TEST_F(admin_reads, a_long_audit_trail_is_left_to_the_command)
{
    admin::router routes;
    admin::add_read_routes(routes, {*s.stage.daemon, *s.figures, 0});
    const auto found = routes.find("GET", {"api", "v1", "audit", "verify"});
    ASSERT_NE(found.found, nullptr);
    const auto answer = found.found->answer({});
    EXPECT_EQ(answer.status, 409);
    EXPECT_THAT(answer.body, HasSubstr("idferry audit --verify"));
}

TEST_F(admin_reads, people)
{
    const auto found = get("/api/v1/people?q=anna");
    ASSERT_EQ(found["people"].size(), 1u);
    EXPECT_EQ(found["people"][0]["key"], "u/1");
    EXPECT_EQ(get("/api/v1/syncs/staff/people/u%2F1")["link"]["target_id"], "t1"); // a key may hold anything
    get("/api/v1/syncs/staff/people/unknown", 404);
}

TEST_F(admin_reads, rejects_are_tried_again_or_dropped)
{
    EXPECT_EQ(get("/api/v1/rejects?sync=staff")["rejects"].size(), 1u);
    get("/api/v1/rejects?sync=nobody", 404);
    EXPECT_EQ(s.local("POST", "/api/v1/syncs/staff/rejects/retry", R"({"type":"user","key":"other"})").status, 404);
    const auto retried = s.local("POST", "/api/v1/syncs/staff/rejects/retry", R"({"type":"user","key":"u2"})");
    EXPECT_EQ(retried.status, 200);
    EXPECT_EQ(admin_stage::json_of(retried.body)["retried"], 1);
    EXPECT_EQ(s.local("POST", "/api/v1/syncs/staff/rejects/drop", "{}").status, 200);
    EXPECT_EQ(get("/api/v1/rejects?sync=staff")["rejects"].size(), 0u);
    EXPECT_EQ(get("/api/v1/rejects?sync=staff&dropped=true")["rejects"].size(), 1u);
    EXPECT_EQ(get("/api/v1/quarantine")["quarantine"].size(), 0u);
}

} // namespace idferry::test
