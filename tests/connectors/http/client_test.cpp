#include "connectors/http/client.hpp"

#include "tests/support/fake_clock.hpp"
#include "tests/support/fake_transport.hpp"
#include "tests/support/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/system/system_error.hpp>

namespace idferry::connectors::http {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::fake_clock;
using test::fake_transport;
using test::make_answer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace {

// Tokens "Bearer t1", "Bearer t2", …: a refused one is followed by the next, `renewals` times.
class counting_tokens final : public token_source
{
public:
    explicit counting_tokens(int renewals) : left_(renewals) {}
    boost::asio::awaitable<result<std::string>> authorization() override
    {
        co_return "Bearer t" + std::to_string(number_);
    }
    bool refused(const std::string&) override
    {
        if (left_-- <= 0) return false;
        ++number_;
        return true;
    }
    std::uint64_t requests() const override { return static_cast<std::uint64_t>(number_); }

private:
    int left_;
    int number_{1};
};

struct client_test : testing::Test
{
    fake_clock time;
    fake_transport wire;
    client_settings settings;
    std::shared_ptr<token_source> tokens{std::make_shared<counting_tokens>(100)};

    client_test() { settings.pace = {0, 1, 4}; }
    std::unique_ptr<client> make() { return make_client(wire, time, tokens, settings); }
    result<response> call(client& c, const std::string& method = "GET",
                          const std::string& url = "https://api.example.org/v1/users?x=1")
    {
        return test::run(c.call(request(method, url)));
    }
    std::string used(std::size_t i) { return test::header_of(wire.requests().at(i), "Authorization"); }
};

} // namespace

TEST_F(client_test, adds_credentials_and_returns_the_answer)
{
    wire.then(make_answer(200, "hello"));
    auto c = make();
    const auto a = call(*c);
    EXPECT_EQ(a.value().body, "hello");
    EXPECT_EQ(used(0), "Bearer t1");
    EXPECT_EQ(c->counters().requests, 1u);
    EXPECT_EQ(c->counters().bytes_in, 5u);
    EXPECT_EQ(c->counters().retries, 0u);
    EXPECT_EQ(c->counters().token_requests, 1u);
}

TEST_F(client_test, without_credentials_nothing_is_added)
{
    tokens.reset();
    wire.then(make_answer(401));
    auto c = make();
    EXPECT_EQ(call(*c).value().status, 401);
    EXPECT_EQ(used(0), "");
    EXPECT_EQ(wire.requests().size(), 1u);
}

TEST_F(client_test, an_error_that_repeats_the_credentials_is_cleaned)
{
    class long_token final : public token_source
    {
    public:
        boost::asio::awaitable<result<std::string>> authorization() override { co_return "Bearer s3cr3t-token-value"; }
        bool refused(const std::string&) override { return false; }
        std::uint64_t requests() const override { return 0; }
    };
    tokens = std::make_shared<long_token>();
    wire.then(make_answer(403, R"({"detail":"token s3cr3t-token-value may not: Bearer s3cr3t-token-value"})"));
    auto c = make();
    EXPECT_EQ(call(*c).value().body, R"({"detail":"token *** may not: Bearer ***"})");
}

TEST_F(client_test, a_401_renews_the_token_once)
{
    wire.then(make_answer(401)).then(make_answer(200));
    auto c = make();
    EXPECT_EQ(call(*c, "POST").value().status, 200);
    EXPECT_EQ(used(0), "Bearer t1");
    EXPECT_EQ(used(1), "Bearer t2");
}

TEST_F(client_test, a_repeated_401_is_the_answer)
{
    wire.then(make_answer(401)).then(make_answer(401)).then(make_answer(200));
    auto c = make();
    EXPECT_EQ(call(*c).value().status, 401);
    EXPECT_EQ(wire.requests().size(), 2u);
}

TEST_F(client_test, a_401_to_a_fixed_token_is_the_answer)
{
    tokens = std::make_shared<counting_tokens>(0);
    wire.then(make_answer(401)).then(make_answer(200));
    auto c = make();
    EXPECT_EQ(call(*c).value().status, 401);
    EXPECT_EQ(wire.requests().size(), 1u);
}

TEST_F(client_test, a_403_renews_the_token_only_where_it_may_mean_a_stale_one)
{
    wire.then(make_answer(403)).then(make_answer(200));
    auto plain = make();
    EXPECT_EQ(call(*plain, "POST").value().status, 403);
    settings.renew_on_403 = true;
    wire.then(make_answer(403)).then(make_answer(200));
    auto c = make();
    EXPECT_EQ(call(*c, "POST").value().status, 200); // the answer left over, and no 403 to renew for
    EXPECT_EQ(call(*c, "POST").value().status, 200);
    EXPECT_EQ(used(3), "Bearer t2");
}

TEST_F(client_test, a_token_that_is_forbidden_right_after_it_was_got_is_not_renewed_again)
{
    settings.renew_on_403 = true;
    auto c = make();
    wire.then(make_answer(403))
        .then(make_answer(403))
        .then(make_answer(403))
        .then(make_answer(401))
        .then(make_answer(200));
    EXPECT_EQ(call(*c).value().status, 403);
    EXPECT_EQ(used(1), "Bearer t2");
    EXPECT_EQ(call(*c).value().status, 403) << "the same token, which a new one would not change";
    EXPECT_EQ(wire.requests().size(), 3u);
    EXPECT_EQ(call(*c).value().status, 200) << "a 401 renews it as ever";
    EXPECT_EQ(used(4), "Bearer t3");
}

TEST_F(client_test, retries_with_backoff_and_counts)
{
    wire.then(test::broken_exchange(true)).then(make_answer(502)).then(make_answer(200));
    auto c = make();
    EXPECT_EQ(call(*c).value().status, 200);
    EXPECT_THAT(time.sleeps(), ElementsAre(milliseconds(250), milliseconds(500))); // 0.5 · 500, 0.5 · 1000
    EXPECT_EQ(c->counters().requests, 3u);
    EXPECT_EQ(c->counters().retries, 2u);
    EXPECT_EQ(c->counters().waited, milliseconds(750));
}

TEST_F(client_test, gives_the_last_answer_or_failure_when_the_tries_are_used_up)
{
    settings.retry.max_tries = 3;
    wire.on_request([](const request&) { return make_answer(503, "no"); });
    auto c = make();
    EXPECT_EQ(call(*c).value().status, 503);
    EXPECT_EQ(wire.requests().size(), 3u);
    wire.on_request([](const request&) { return test::broken_exchange(false, "refused"); });
    EXPECT_EQ(call(*c).error().detail, "refused");
    EXPECT_EQ(wire.requests().size(), 6u);
}

TEST_F(client_test, a_post_with_an_unknown_outcome_is_not_repeated)
{
    wire.then(test::broken_exchange(true)).then(make_answer(201));
    auto c = make();
    const auto a = call(*c, "POST");
    ASSERT_TRUE(a.has_error());
    EXPECT_TRUE(a.error().outcome_unknown);
    EXPECT_EQ(wire.requests().size(), 1u);
}

TEST_F(client_test, a_post_that_certainly_did_nothing_is_repeated_with_its_body)
{
    wire.then(test::broken_exchange(false)).then(make_answer(201));
    auto c = make();
    request r("POST", "https://api.example.org/v1/users");
    r.body = "{}";
    EXPECT_EQ(test::run(c->call(r)).value().status, 201);
    EXPECT_EQ(wire.requests().at(1).body, "{}");
}

TEST_F(client_test, a_429_waits_as_told_and_slows_everybody)
{
    settings.pace = {10, 1, 4};
    wire.then(make_answer(429, "", {{"Retry-After", "3"}})).then(make_answer(200)).then(make_answer(200));
    auto c = make();
    const auto began = time.steady();
    EXPECT_EQ(call(*c).value().status, 200);
    EXPECT_EQ(time.steady() - began, seconds(3));
    // The rate is halved: the next one waits 200 ms instead of 100.
    EXPECT_EQ(call(*c).value().status, 200);
    EXPECT_EQ(time.steady() - began, milliseconds(3200));
}

TEST_F(client_test, a_wish_that_is_too_long_ends_the_tries)
{
    wire.then(make_answer(429, "", {{"Retry-After", "86400"}}));
    auto c = make();
    EXPECT_EQ(call(*c).value().status, 429);
    EXPECT_EQ(wire.requests().size(), 1u);
}

TEST_F(client_test, keeps_to_the_concurrency)
{
    settings.pace = {0, 1, 2};
    wire.on_request([](const request&) { return make_answer(200); });
    wire.hold();
    auto c = make();
    std::vector<test::task<result<response>>> all;
    for (int i = 0; i < 6; ++i) all.emplace_back(c->call(request("GET", "https://api.example.org/")));
    test::settle();
    EXPECT_EQ(wire.in_flight(), 2u);
    wire.release();
    for (auto& t : all) EXPECT_EQ(t.get().value().status, 200);
    EXPECT_EQ(wire.most_in_flight(), 2u);
}

TEST_F(client_test, a_get_follows_redirects_on_the_same_origin)
{
    for (const int status : {301, 302, 307, 308}) {
        fake_transport one;
        one.then(make_answer(status, "", {{"Location", "../v2/people?page=2#top"}})).then(make_answer(200, "there"));
        auto c = make_client(one, time, tokens, settings);
        EXPECT_EQ(call(*c).value().body, "there");
        EXPECT_THAT(one.lines(), ElementsAre("GET https://api.example.org/v1/users?x=1",
                                             "GET https://api.example.org/v2/people?page=2"));
        EXPECT_EQ(test::header_of(one.requests().at(1), "Authorization"), "Bearer t1");
    }
}

TEST_F(client_test, no_redirect_to_another_origin)
{
    for (const char* to : {"https://evil.example.net/v1/users", "http://api.example.org/v1/users",
                           "https://api.example.org:8443/v1/users", "//evil.example.net/",
                           "https://api.example.org@evil.example.net/"}) {
        fake_transport one;
        one.then(make_answer(302, "", {{"Location", to}}));
        auto c = make_client(one, time, tokens, settings);
        EXPECT_EQ(call(*c).value().status, 302) << to;
        EXPECT_EQ(one.requests().size(), 1u) << to;
    }
}

TEST_F(client_test, a_redirect_that_names_the_default_port_is_the_same_origin)
{
    wire.then(make_answer(302, "", {{"Location", "https://API.example.org:443/b"}})).then(make_answer(200));
    auto c = make();
    EXPECT_EQ(call(*c).value().status, 200);
}

TEST_F(client_test, redirects_end_after_five)
{
    wire.on_request([](const request&) { return make_answer(302, "", {{"Location", "/again"}}); });
    auto c = make();
    EXPECT_EQ(call(*c).value().status, 302);
    EXPECT_EQ(wire.requests().size(), 6u);
}

TEST_F(client_test, a_write_follows_no_redirect)
{
    wire.then(make_answer(307, "", {{"Location", "/elsewhere"}}));
    auto c = make();
    EXPECT_EQ(call(*c, "PUT").value().status, 307);
}

TEST_F(client_test, a_wait_between_tries_can_be_cancelled)
{
    fake_clock slow(fake_clock::mode::manual);
    wire.then(make_answer(503)).then(make_answer(200));
    auto c = make_client(wire, slow, tokens, settings);
    test::task<result<response>> t(c->call(request("GET", "https://api.example.org/")));
    test::settle();
    ASSERT_EQ(slow.sleeping(), 1u);
    t.cancel();
    test::settle();
    ASSERT_TRUE(t.done());
    EXPECT_THROW(t.get(), boost::system::system_error);
    EXPECT_EQ(wire.requests().size(), 1u);
}

TEST_F(client_test, a_cancelled_exchange_frees_its_slot)
{
    settings.pace = {0, 1, 1};
    wire.on_request([](const request&) { return make_answer(200); });
    wire.hold();
    auto c = make();
    test::task<result<response>> t(c->call(request("GET", "https://api.example.org/")));
    test::settle();
    t.cancel();
    EXPECT_THROW(t.get(), boost::system::system_error);
    wire.release();
    EXPECT_EQ(call(*c).value().status, 200);
}

TEST(failure_of, says_what_happens_next)
{
    const auto next = [](int status) {
        return failure_of(request("GET", "https://h/p"), make_answer(status), "").next;
    };
    EXPECT_EQ(next(400), disposition::reject);
    EXPECT_EQ(next(401), disposition::stop);
    EXPECT_EQ(next(403), disposition::stop);
    EXPECT_EQ(next(404), disposition::not_found);
    EXPECT_EQ(next(409), disposition::conflict);
    EXPECT_EQ(next(412), disposition::conflict);
    EXPECT_EQ(next(422), disposition::reject);
    for (const int status : {408, 425, 429, 500, 502, 503, 504}) EXPECT_EQ(next(status), disposition::retry) << status;
    EXPECT_EQ(next(302), disposition::stop);
}

TEST(failure_of, names_the_request_without_its_query)
{
    const auto f = failure_of(request("PUT", "https://h.example/p/7?token=abc"),
                              make_answer(429, "", {{"Retry-After", "9"}}), "too\r\nfast");
    EXPECT_EQ(f.detail, "PUT https://h.example/p/7: status 429: too  fast");
    EXPECT_EQ(f.status, 429);
    EXPECT_EQ(f.retry_after, seconds(9));
    EXPECT_THAT(f.detail, Not(HasSubstr("abc")));
}

TEST(failure_of, a_gateway_does_not_know_whether_a_write_happened)
{
    const auto unknown = [](const char* method, int status) {
        return failure_of(request(method, "https://h/p"), make_answer(status), "").outcome_unknown;
    };
    EXPECT_TRUE(unknown("POST", 502));
    EXPECT_TRUE(unknown("POST", 500));
    EXPECT_FALSE(unknown("POST", 503));
    EXPECT_FALSE(unknown("POST", 429));
    EXPECT_FALSE(unknown("GET", 502));
}

TEST(failure_of, names_a_redirect_that_was_not_followed)
{
    const auto f = failure_of(request("GET", "https://h/p"),
                              make_answer(302, "", {{"Location", "https://login.example/in?state=1"}}), "");
    EXPECT_THAT(f.detail, HasSubstr("https://login.example/in"));
    EXPECT_THAT(f.detail, Not(HasSubstr("state")));
}

} // namespace idferry::connectors::http
