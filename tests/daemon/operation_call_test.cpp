// How a row becomes requests and its answers one value, with a service that a test answers.
#include "connectors/operation_call.hpp"

#include "connectors/clock.hpp"
#include "connectors/http/client.hpp"
#include "connectors/registry.hpp"
#include "daemon/report/calls.hpp"
#include "mapping/json.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/fake_transport.hpp"
#include "tests/support/run.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace {

using namespace idferry;
using connectors::operation_input;
using connectors::page_turning;
using connectors::rest_operation;
using mapping::json;

constexpr rest_operation rows[]{{.resource = "things",
                                 .verb = "list",
                                 .title = "Things",
                                 .method = "GET",
                                 .path = "/r/{realm}/things",
                                 .query = "kind* size",
                                 .paged = true,
                                 .list = "things",
                                 .section = "1"},
                                {.resource = "things",
                                 .verb = "patch",
                                 .title = "A thing",
                                 .method = "PATCH",
                                 .path = "/r/{realm}/things/{thing}:fix",
                                 .body = true,
                                 .envelope = "thing",
                                 .writes = true,
                                 .secret = connectors::answer_secret::keys,
                                 .section = "1"},
                                {.resource = "things",
                                 .verb = "steal",
                                 .title = "Its token",
                                 .method = "POST",
                                 .path = "/r/{realm}/token",
                                 .writes = true,
                                 .secret = connectors::answer_secret::whole,
                                 .section = "1"}};
constexpr connectors::rest_resource kinds[]{{.name = "things", .singular = "thing"}};

class fake_service final : public connectors::operation_service
{
public:
    const connectors::operation_table& table() const override
    {
        static const connectors::operation_table all{.system = "x",
                                                     .document = "x",
                                                     .resources = kinds,
                                                     .operations = rows,
                                                     .id_key = "id group_id",
                                                     .secret_keys = "client_secret"};
        return all;
    }
    std::string base_url() const override { return "https://api.example"; }
    std::optional<std::string> value(std::string_view name) const override
    {
        return name == "realm" ? std::optional<std::string>("a b") : std::nullopt;
    }
    page_turning turning(const rest_operation&) const override { return how; }
    boost::asio::awaitable<connectors::result<connectors::http::response>>
    exchange(connectors::http::request r) override
    {
        asked.push_back(r.method + " " + r.url);
        if (answers.empty()) co_return test::make_json_answer(500, "{}");
        auto next = std::move(answers.front());
        answers.pop_front();
        co_return next;
    }
    connectors::failure failed(const rest_operation&, const connectors::http::request& r,
                               const connectors::http::response& answer) const override
    {
        return connectors::http::failure_of(r, answer, "no");
    }

    page_turning how{page_turning::style::token, "page", "/next/token", 0, "size", 2};
    std::deque<connectors::http::response> answers;
    std::vector<std::string> asked;
};

operation_input given(std::vector<std::string> ids, const char* body = nullptr)
{
    operation_input in;
    in.ids = std::move(ids);
    if (body) in.body = std::make_shared<json>(json::parse(body));
    return in;
}

connectors::result<connectors::operation_answer> carry_out(fake_service& s, const rest_operation& row,
                                                           const operation_input& in, bool follow)
{
    return test::run(connectors::carry_out(s, row, in, follow));
}

TEST(operation_request, fills_the_path_and_wraps_the_body)
{
    const fake_service s;
    const auto made = connectors::make_request(s, rows[1], given({"x/y"}, R"({"name":"n"})"));
    ASSERT_TRUE(made);
    EXPECT_EQ(made->url, "https://api.example/r/a%20b/things/x%2Fy:fix") << "values are data, the verb is not";
    EXPECT_EQ(made->body, R"({"thing":{"name":"n"}})");
    EXPECT_EQ(connectors::make_request(s, rows[1], given({"x"}, R"({"thing":{"name":"n"}})"))->body,
              R"({"thing":{"name":"n"}})")
        << "not wrapped twice";
    auto raw = given({"x"}, R"({"name":"n"})");
    raw.as_it_is = true;
    EXPECT_EQ(connectors::make_request(s, rows[1], raw)->body, R"({"name":"n"})");
    raw.values.emplace("realm", "other");
    EXPECT_EQ(connectors::make_request(s, rows[1], raw)->url, "https://api.example/r/other/things/x:fix");
}

TEST(operation_request, refuses_what_does_not_fit)
{
    const fake_service s;
    const auto why = [&](const rest_operation& row, const operation_input& in) {
        const auto made = connectors::make_request(s, row, in);
        return made ? std::string("made") : made.error().detail;
    };
    EXPECT_EQ(why(rows[1], given({}, "{}")), "things patch needs THING: nothing was given");
    EXPECT_EQ(why(rows[1], given({"a", "b"}, "{}")), "things patch needs THING: 2 were given");
    EXPECT_EQ(why(rows[1], given({""}, "{}")), "things patch: the thing is empty");
    EXPECT_EQ(why(rows[1], given({"a"})), "things patch needs a body: --data JSON or --data @FILE");
    EXPECT_EQ(why(rows[0], given({})), "things list needs --query kind=…");
    auto in = given({});
    in.query = {{"kind", "x"}, {"sise", "3"}};
    EXPECT_EQ(why(rows[0], in), "things list has no query parameter 'sise'; did you mean 'size'?");
    in.query = {{"kind", "a&b"}, {"size", "3"}, {"page", "p"}};
    EXPECT_EQ(connectors::make_request(s, rows[0], in)->url,
              "https://api.example/r/a%20b/things?kind=a%26b&size=3&page=p");
    in.values.emplace("tenant", "x");
    EXPECT_EQ(why(rows[0], in), "things list has no {tenant} in its path /r/{realm}/things");
}

TEST(operation_pages, are_followed_by_token_and_put_together)
{
    fake_service s;
    s.answers = {
        test::make_json_answer(200, R"({"things":[{"id":"1"},{"id":"2"}],"next":{"token":"t 1"},"total":3})"),
        test::make_json_answer(200, R"({"things":[],"next":{"token":"t2"},"total":3})"),
        test::make_json_answer(200, R"({"things":[{"id":"2"},{"id":"2","group_id":"g"}],"next":{"token":null}})")};
    auto in = given({});
    in.query = {{"kind", "x"}};
    const auto all = carry_out(s, rows[0], in, true);
    ASSERT_TRUE(all) << all.error().detail;
    EXPECT_EQ((*all->body)["things"], json::parse(R"([{"id":"1"},{"id":"2"},{"id":"2","group_id":"g"}])"))
        << "an empty page with a token goes on; a record twice counts once";
    EXPECT_EQ(all->repeated, 1U);
    EXPECT_EQ(all->requests, 3U);
    EXPECT_EQ(s.asked[0], "GET https://api.example/r/a%20b/things?kind=x&size=2");
    EXPECT_EQ(s.asked[1], "GET https://api.example/r/a%20b/things?kind=x&size=2&page=t%201");
}

TEST(operation_pages, by_offset_end_with_a_page_of_nothing_new)
{
    fake_service s;
    s.how = {page_turning::style::offset, "from", "", 1, "", 0};
    s.answers = {test::make_json_answer(200, R"({"things":[{"id":"1"},{"id":"2"}]})"),
                 test::make_json_answer(200, R"({"things":[{"id":"3"}]})"),
                 test::make_json_answer(200, R"({"things":[{"id":"3"}]})")};
    auto in = given({});
    in.query = {{"kind", "x"}};
    const auto all = carry_out(s, rows[0], in, true);
    ASSERT_TRUE(all) << all.error().detail;
    EXPECT_EQ((*all->body)["things"].size(), 3U);
    EXPECT_NE(s.asked[1].find("from=3"), std::string::npos) << s.asked[1];
    EXPECT_NE(s.asked[2].find("from=4"), std::string::npos) << s.asked[2];
}

TEST(operation_pages, that_never_end_are_given_up)
{
    fake_service s;
    const auto same = test::make_json_answer(200, R"({"things":[{"id":"1"}],"next":{"token":"t"}})");
    s.answers = {same, same, same};
    auto in = given({});
    in.query = {{"kind", "x"}};
    const auto all = carry_out(s, rows[0], in, true);
    ASSERT_FALSE(all);
    EXPECT_NE(all.error().detail.find("does not end"), std::string::npos) << all.error().detail;
    EXPECT_LE(s.asked.size(), 3U);
}

TEST(operation_answer, may_be_empty_or_no_json_or_an_error)
{
    fake_service s;
    s.answers = {test::make_answer(200), test::make_answer(201, "", {{"Location", "https://h/things/7"}}),
                 test::make_answer(200, "<html>"), test::make_json_answer(409, "{}")};
    const auto in = given({"1"}, "{}");
    EXPECT_EQ(carry_out(s, rows[1], in, false)->body, nullptr);
    EXPECT_EQ((*carry_out(s, rows[1], in, false)->body)["location"], "https://h/things/7");
    const auto html = carry_out(s, rows[1], in, false);
    ASSERT_FALSE(html);
    EXPECT_TRUE(html.error().outcome_unknown) << "the write may have happened";
    EXPECT_EQ(carry_out(s, rows[1], in, false).error().next, connectors::disposition::conflict);
}

TEST(operation_secrets, are_masked_wherever_they_are)
{
    const fake_service s;
    const auto answer =
        json::parse(R"({"id":"1","config":{"client_secret":"s","client_id":"c"},"n":[{"client_secret":null}],
                                        "url":"https://h/x:invoke?token=abc","next_page_token":"t"})");
    const auto masked = connectors::without_secrets(s.table(), rows[1], answer);
    EXPECT_EQ(masked, json::parse(R"({"id":"1","config":{"client_secret":"***","client_id":"c"},
                                      "n":[{"client_secret":null}],"url":"***","next_page_token":"t"})"));
    EXPECT_EQ(connectors::without_secrets(s.table(), rows[2], json::parse(R"({"any":{"name":"x"},"ok":true,"n":7})")),
              json::parse(R"({"any":{"name":"***"},"ok":true,"n":"***"})"))
        << "nobody knows its keys, so nothing of it is shown";
}

TEST(audit_line, of_a_call_says_who_did_what_and_belongs_to_no_sync)
{
    daemon::report::call_made call;
    call.connection = "beyond", call.resource = "groups", call.verb = "add-members", call.method = "POST";
    call.key = "81490afab171aef0", call.who = "anna", call.outcome = "done";
    const auto line = daemon::report::audit_line_of(call);
    EXPECT_TRUE(daemon::report::are_calls(line.scope.sync));
    EXPECT_EQ(line.scope.sync.text(), "api:beyond");
    EXPECT_EQ(line.label, "anna: groups add-members");
    EXPECT_EQ(line.what, state::operation::members);
    EXPECT_TRUE(line.before.empty() && line.after.empty());
    call.verb = "create";
    EXPECT_EQ(daemon::report::audit_line_of(call).what, state::operation::create);
    call.verb = "delete", call.method = "DELETE";
    EXPECT_EQ(daemon::report::audit_line_of(call).what, state::operation::remove);
    call.verb = "revoke", call.method = "POST";
    EXPECT_EQ(daemon::report::audit_line_of(call).what, state::operation::update);
    EXPECT_FALSE(daemon::report::are_calls(mapping::sync_name("staff-to-showpad")));
}

// A connection of the configuration, with a transport that a test answers.
TEST(beyond_identity_calls, go_to_the_realm_with_a_correlation_id_and_name_missing_scopes)
{
    config::diagnostics mistakes;
    const auto yaml = config::parse_yaml("type: beyond_identity\nregion: eu\ntenant: 0001f1f460b1ace6\n"
                                         "realm: 8f5bec58229e6f29\nauth: {bearer: {env: T}}\n",
                                         "", mistakes);
    const auto connection = connectors::parse_connection(*yaml, "beyond", mistakes);
    for (const auto& m : mistakes.sorted()) ADD_FAILURE() << m.text();
    ASSERT_NE(connection, nullptr);
    test::fake_clock time;
    test::fake_transport* wire = nullptr;
    const connectors::environment env{time,
                                      [](const config::secret_ref&) { return config::secret("a-token-for-tests"); },
                                      [&](connectors::http::transport_settings) {
                                          auto made = std::make_unique<test::fake_transport>();
                                          wire = made.get();
                                          return made;
                                      }};
    const auto service = connection->make_operations(env);
    ASSERT_NE(service, nullptr);
    const auto* row = connectors::find_operation(service->table(), "groups", "get");
    wire->then(test::make_json_answer(200, R"({"id":"81490afab171aef0"})"));
    const auto got = test::run(connectors::carry_out(*service, *row, given({"81490afab171aef0"}), false));
    ASSERT_TRUE(got) << got.error().detail;
    const auto& sent = wire->requests().at(0);
    EXPECT_EQ(sent.url, "https://api-eu.beyondidentity.com/v1/tenants/0001f1f460b1ace6/realms/8f5bec58229e6f29/groups/"
                        "81490afab171aef0");
    EXPECT_EQ(test::header_of(sent, "Authorization"), "Bearer a-token-for-tests");
    EXPECT_FALSE(test::header_of(sent, "x-correlation_id").empty());
    EXPECT_EQ(test::header_of(sent, "x-correlation_id"), test::header_of(sent, "x-correlation-id"));

    wire->then(test::make_json_answer(403, R"({"code":"forbidden","message":"forbidden"})"));
    const auto refused = test::run(connectors::carry_out(*service, *row, given({"81490afab171aef0"}), false));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, 403);
    EXPECT_NE(refused.error().detail.find("forbidden"), std::string::npos) << refused.error().detail;
}

} // namespace
