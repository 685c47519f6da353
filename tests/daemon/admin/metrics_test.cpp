// The metrics: what they say after cycles and exchanges, which series go with a reload, and what promtool says.
#include "daemon/admin/figures.hpp"
#include "daemon/admin/process_figures.hpp"
#include "tests/daemon/admin/admin_stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

namespace idferry::test {

using daemon::admin::figure;
using daemon::admin::figure_kind;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

// A cycle with everything in it that is counted.
daemon::run::cycle_report full_report()
{
    daemon::run::cycle_report r;
    r.sync = "staff";
    r.plan.emplace();
    r.plan->counts["user"].read = 10;
    r.plan->counts["user"].active_links = 7;
    const auto add = [&](daemon::reconcile::situation why, state::operation what) {
        daemon::reconcile::change c;
        c.type = &mapping::user_type;
        c.why = why;
        c.what = what;
        r.plan->changes.push_back(c);
    };
    add(daemon::reconcile::situation::absent, state::operation::create);
    add(daemon::reconcile::situation::source_missing, state::operation::deactivate);
    r.plan->unproved.push_back({"people", "a page was repeated"});
    r.pushed.emplace();
    r.pushed->done = 3;
    return r;
}

void audited(admin_stage& s, state::operation op)
{
    state::audit_entry e;
    e.when = s.stage.time.now();
    e.scope = {mapping::sync_name("staff"), "user"};
    e.key = mapping::source_key("u1");
    e.label = "anna@acme.example";
    e.what = op;
    e.outcome = "done";
    ASSERT_TRUE(s.stage.store->commit({state::append_audit{e}}));
}

void feed(admin_stage& s, const daemon::run::cycle_report& report)
{
    const auto& sync = s.stage.daemon->settings()->syncs.front();
    audited(s, state::operation::update); // by an earlier cycle: not counted again
    s.stage.time.advance(std::chrono::seconds(1));
    s.figures->cycle_begun(sync, "schedule", true);
    s.stage.time.advance(std::chrono::seconds(3));
    if (report.pushed)
        for (const auto op : {state::operation::create, state::operation::create, state::operation::remove})
            audited(s, op);
    connectors::http::client_counters client;
    client.retries = 4;
    s.figures->client_ended("bare", client);
    client.waited = std::chrono::milliseconds(1500);
    s.figures->client_ended("showpad", client);
    s.figures->cycle_ended(sync, report, "schedule", true);
}

// What `promtool check metrics` prints, and its exit code; nothing when it is not installed.
std::optional<std::pair<int, std::string>> promtool(const std::string& text)
{
    const std::string tool = "/usr/bin/promtool";
    if (!std::ifstream(tool)) return std::nullopt;
    scratch_folder folder;
    const auto file = folder.path + "/metrics", said = folder.path + "/said";
    std::ofstream(file) << text;
    const int code = std::system((tool + " check metrics < " + file + " > " + said + " 2>&1").c_str());
    std::ifstream in(said);
    return std::pair{code, std::string(std::istreambuf_iterator<char>(in), {})};
}

} // namespace

TEST(figures, have_prometheus_text_format)
{
    figure counter("a_total", "Things.", figure_kind::counter);
    counter.add({{"kind", "x\"y\\z\nw"}}, 2);
    counter.add({{"kind", "x\"y\\z\nw"}});
    figure times("b_seconds", "Times.", figure_kind::histogram, {0.5, 1});
    for (const double v : {0.1, 0.5, 0.7, 9.0}) times.observe({}, v);
    figure empty("c", "Never.", figure_kind::gauge);
    const auto text = daemon::admin::figures_text({&counter, &times, &empty});
    EXPECT_THAT(text, AllOf(HasSubstr("# HELP a_total Things.\n# TYPE a_total counter\n"),
                            HasSubstr("a_total{kind=\"x\\\"y\\\\z\\nw\"} 3\n")));
    // A value on a bound belongs to its bucket (le = less or equal); buckets are cumulative.
    EXPECT_THAT(text, AllOf(HasSubstr("b_seconds_bucket{le=\"0.5\"} 2\n"), HasSubstr("b_seconds_bucket{le=\"1\"} 3\n"),
                            HasSubstr("b_seconds_bucket{le=\"+Inf\"} 4\n"), HasSubstr("b_seconds_count 4\n"),
                            HasSubstr("b_seconds_sum 10.3\n")));
    EXPECT_THAT(text, Not(HasSubstr("# TYPE c ")));
}

TEST(process_figures, are_those_of_this_process)
{
    const auto before = daemon::admin::open_descriptors();
    ASSERT_TRUE(before);
    EXPECT_GE(*before, 3u);
    std::ifstream one_more("/proc/self/stat");
    EXPECT_EQ(daemon::admin::open_descriptors(), *before + 1);
    EXPECT_GT(daemon::admin::resident_memory().value_or(0), 1024u * 1024);
}

TEST(metrics, count_cycles_changes_and_resources)
{
    admin_stage s;
    feed(s, full_report());
    const auto text = s.figures->text();
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(s.stage.time.now().time_since_epoch()).count();
    for (const std::string line :
         {"idferry_changes_total{operation=\"create\",sync=\"staff\",type=\"user\"} 2",
          "idferry_changes_total{operation=\"delete\",sync=\"staff\",type=\"user\"} 1",
          "idferry_resources{situation=\"absent\",sync=\"staff\",type=\"user\"} 1",
          "idferry_resources{situation=\"source_missing\",sync=\"staff\",type=\"user\"} 1",
          "idferry_resources{situation=\"confirmed\",sync=\"staff\",type=\"user\"} 6",    // 7 links, one is leaving
          "idferry_resources{situation=\"out_of_scope\",sync=\"staff\",type=\"user\"} 3", // 10 read, 6 confirmed, 1 new
          "idferry_unproved_lists{sync=\"staff\"} 1", "idferry_connection_retries_total{connection=\"bare\"} 4",
          "idferry_connection_rate_limit_wait_seconds_total{connection=\"showpad\"} 1.5",
          "idferry_cycle_duration_seconds_bucket{sync=\"staff\",le=\"2.5\"} 0",
          "idferry_cycle_duration_seconds_bucket{sync=\"staff\",le=\"5\"} 1", "idferry_rejects{sync=\"staff\"} 0",
          "idferry_quarantine{sync=\"staff\"} 0", "idferry_sync_last_success_timestamp_seconds{sync=\"sales\"} 0",
          "idferry_config_reload_success 1", "idferry_build_info{version=\"" IDFERRY_VERSION "\"} 1"})
        EXPECT_THAT(text, HasSubstr(line + "\n"));
    EXPECT_THAT(text,
                HasSubstr("idferry_sync_last_cycle_timestamp_seconds{sync=\"staff\"} " + std::to_string(now) + "\n"));
}

TEST(metrics, a_failed_cycle_is_no_success_and_a_plan_no_cycle)
{
    admin_stage s;
    daemon::run::cycle_report failed;
    failed.error = "the source is down";
    feed(s, failed);
    const auto& sync = s.stage.daemon->settings()->syncs.front();
    s.figures->cycle_ended(sync, full_report(), "by hand", false);
    const auto text = s.figures->text();
    EXPECT_THAT(text, AllOf(HasSubstr("idferry_cycles_total{outcome=\"error\",sync=\"staff\"} 1\n"),
                            HasSubstr("idferry_sync_last_success_timestamp_seconds{sync=\"staff\"} 0\n"),
                            HasSubstr("idferry_cycle_duration_seconds_count{sync=\"staff\"} 1\n"),
                            Not(HasSubstr("idferry_changes_total{"))));
}

TEST(metrics, guards_quarantine_and_a_refused_reload_show)
{
    admin_stage s;
    daemon::run::cycle_report refused;
    refused.plan.emplace();
    refused.refused.push_back({daemon::reconcile::guard::max_removals, "user", "60 of 100", {}});
    feed(s, refused);
    ASSERT_TRUE(s.stage.store->commit({state::put_quarantine{{mapping::sync_name("staff"), {}, "down", 3, {}}}}));
    s.figures->reload_refused({});
    EXPECT_THAT(s.figures->text(),
                AllOf(HasSubstr("idferry_guard_refusals_total{guard=\"max_removals\",sync=\"staff\"} 1\n"),
                      HasSubstr("idferry_quarantine{sync=\"staff\"} 1\n"),
                      HasSubstr("idferry_cycles_total{outcome=\"refused\",sync=\"staff\"} 1\n"),
                      HasSubstr("idferry_config_reload_success 0\n")));
}

TEST(metrics, series_of_syncs_and_connections_that_are_gone_are_gone_too)
{
    admin_stage s;
    feed(s, full_report());
    s.figures->exchanged("bare", "GET", 200, std::chrono::milliseconds(20));
    s.figures->exchanged("old", "GET", 200, std::chrono::milliseconds(20));
    ASSERT_THAT(s.figures->text(), AllOf(HasSubstr("sync=\"staff\""), HasSubstr("connection=\"old\"")));
    s.stage.text = configuration_with({{"sales", ""}});
    ASSERT_EQ(s.local("POST", "/api/v1/reload", "{}").status, 200);
    s.figures->configured(*s.stage.daemon->settings(), true);
    EXPECT_THAT(s.figures->text(), AllOf(Not(HasSubstr("sync=\"staff\"")), HasSubstr("sync=\"sales\""),
                                         Not(HasSubstr("connection=\"old\"")), HasSubstr("connection=\"bare\"")));
}

TEST(metrics, are_those_that_the_document_lists)
{
    admin_stage s;
    auto all = full_report();
    all.refused.push_back({daemon::reconcile::guard::max_removals, "user", "60 of 100", {}});
    feed(s, all);
    s.figures->exchanged("showpad", "GET", 200, std::chrono::milliseconds(30));
    s.figures->connections_changed("showpad", 1);
    std::map<std::string, std::string> served, documented;
    std::istringstream text(s.figures->text());
    for (std::string line; std::getline(text, line);)
        if (line.starts_with("# TYPE ")) {
            const auto blank = line.find(' ', 7);
            served[line.substr(7, blank - 7)] = line.substr(blank + 1);
        }
    std::ifstream page(IDFERRY_SOURCE_DIR "/docs/metrics.md");
    for (std::string line; std::getline(page, line);) {
        if (!line.starts_with("| `")) continue;
        const auto end = line.find('`', 3), type = line.find("| ", end) + 2;
        documented[line.substr(3, end - 3)] = line.substr(type, line.find(' ', type) - type);
    }
    EXPECT_FALSE(documented.empty());
    EXPECT_EQ(served, documented);
}

TEST(metrics, promtool_has_nothing_to_say_about_the_endpoints_answer)
{
    admin_stage s;
    feed(s, full_report());
    daemon::run::cycle_report refused;
    refused.plan.emplace();
    refused.refused.push_back({daemon::reconcile::guard::max_removals, "user", "60 of 100", {}});
    feed(s, refused);
    for (const int status : {200, 429, 0})
        s.figures->exchanged("showpad", "PATCH", status, std::chrono::milliseconds(30));
    s.figures->connections_changed("showpad", 1);
    const auto answer = s.tcp("GET", "/metrics");
    ASSERT_EQ(answer.status(), 200);
    EXPECT_EQ(answer.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_THAT(answer.body(),
                AllOf(HasSubstr("idferry_connection_requests_total{connection=\"showpad\",method=\"PATCH\","
                                "status=\"error\"} 1\n"),
                      HasSubstr("idferry_connection_pool_connections{connection=\"showpad\"} 1\n"),
                      HasSubstr("\nprocess_resident_memory_bytes "), HasSubstr("\nprocess_open_fds "),
                      HasSubstr("\nprocess_start_time_seconds ")));
    const auto judged = promtool(answer.body());
    if (!judged) GTEST_SKIP() << "promtool (Debian package prometheus) is not installed";
    EXPECT_EQ(judged->first, 0) << judged->second;
    EXPECT_EQ(judged->second, "");
    EXPECT_NE(promtool("a b c\n")->first, 0); // it would have said so
}

} // namespace idferry::test
