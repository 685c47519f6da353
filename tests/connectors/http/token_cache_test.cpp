#include "connectors/http/token_cache.hpp"

#include "tests/support/fake_clock.hpp"
#include "tests/support/fake_transport.hpp"
#include "tests/support/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/system/system_error.hpp>

namespace idferry::connectors::http {

using std::chrono::seconds;
using test::fake_clock;
using test::fake_transport;
using test::make_answer;
using test::make_json_answer;
using testing::HasSubstr;
using testing::Not;
using authorization_t = result<std::string>;

namespace {

constexpr const char* token_url = "https://auth.example.org/realms/r/protocol/openid-connect/token?x=1";

config::secret_ref reference(config::secret_ref::kind kind = config::secret_ref::kind::env, std::string name = "SECRET")
{
    config::secret_ref r;
    r.from = kind;
    r.name = std::move(name);
    return r;
}

config::secret_resolver always(std::string value)
{
    return [value](const config::secret_ref&) { return config::secret(value); };
}

response good(const std::string& token, const std::string& more = R"(,"expires_in":300)")
{
    return make_json_answer(200, R"({"access_token":")" + token + R"(","token_type":"bearer")" + more + "}");
}

struct token_cache_test : testing::Test
{
    client_credentials_settings settings;
    fake_clock time{fake_clock::mode::manual};
    fake_transport wire;
    std::string secret{"s3cret"};

    token_cache_test()
    {
        settings.token_url = token_url;
        settings.client_id = "idferry";
        settings.client_secret = reference();
    }
    std::shared_ptr<token_source> make() { return make_client_credentials(settings, always(secret), wire, time); }
    authorization_t ask(token_source& t) { return test::run(t.authorization()); }
};

} // namespace

TEST_F(token_cache_test, asks_by_basic_and_keeps_the_token)
{
    wire.then(good("t1"));
    auto t = make();
    EXPECT_EQ(ask(*t).value(), "Bearer t1");
    EXPECT_EQ(ask(*t).value(), "Bearer t1");
    ASSERT_EQ(wire.requests().size(), 1u);
    const auto& r = wire.requests()[0];
    EXPECT_EQ(r.method, "POST");
    EXPECT_EQ(r.url, token_url);
    EXPECT_EQ(r.body, "grant_type=client_credentials");
    EXPECT_EQ(test::header_of(r, "Content-Type"), "application/x-www-form-urlencoded");
    EXPECT_EQ(test::header_of(r, "Authorization"), "Basic aWRmZXJyeTpzM2NyZXQ="); // base64 of idferry:s3cret
    EXPECT_EQ(t->requests(), 1u);
}

TEST_F(token_cache_test, basic_form_encodes_id_and_secret_first)
{
    settings.client_id = "a b";
    secret = "p+:%/~\xC3\xA4";
    wire.then(good("t"));
    ask(*make());
    // base64 of a+b:p%2B%3A%25%2F%7E%C3%A4
    EXPECT_EQ(test::header_of(wire.requests()[0], "Authorization"), "Basic YStiOnAlMkIlM0ElMjUlMkYlN0UlQzMlQTQ=");
}

TEST_F(token_cache_test, basic_without_form_encoding_for_old_servers)
{
    settings.basic_form_urlencode = false;
    settings.client_id = "a b";
    secret = "p+:%";
    wire.then(good("t"));
    ask(*make());
    EXPECT_EQ(test::header_of(wire.requests()[0], "Authorization"), "Basic YSBiOnArOiU="); // base64 of a b:p+:%
}

TEST_F(token_cache_test, post_puts_id_and_secret_into_the_form)
{
    settings.auth = client_credentials_settings::client_auth::post;
    settings.scope = "users groups";
    secret = "p+&=";
    wire.then(good("t"));
    ask(*make());
    const auto& r = wire.requests()[0];
    EXPECT_EQ(r.body, "grant_type=client_credentials&scope=users+groups&client_id=idferry&client_secret=p%2B%26%3D");
    EXPECT_EQ(test::header_of(r, "Authorization"), "");
}

TEST_F(token_cache_test, renews_ahead_of_expiry)
{
    wire.then(good("t1")).then(good("t2"));
    auto t = make();
    ask(*t);
    time.advance(seconds(269)); // 300 − min(30, 150)
    EXPECT_EQ(ask(*t).value(), "Bearer t1");
    time.advance(seconds(1));
    EXPECT_EQ(ask(*t).value(), "Bearer t2");
}

TEST_F(token_cache_test, a_short_life_is_used_by_half)
{
    wire.then(good("t1", R"(,"expires_in":20)")).then(good("t2"));
    auto t = make();
    ask(*t);
    time.advance(seconds(9));
    EXPECT_EQ(ask(*t).value(), "Bearer t1");
    time.advance(seconds(1));
    EXPECT_EQ(ask(*t).value(), "Bearer t2");
}

TEST_F(token_cache_test, a_missing_or_wrong_life_counts_as_a_minute)
{
    for (const char* more :
         {"", R"(,"expires_in":0)", R"(,"expires_in":-5)", R"(,"expires_in":"soon")", R"(,"expires_in":null)"}) {
        wire.then(good("t1", more)).then(good("t2"));
        auto t = make();
        ask(*t);
        time.advance(seconds(29));
        EXPECT_EQ(ask(*t).value(), "Bearer t1") << more;
        time.advance(seconds(1)); // 60 − min(30, 30)
        EXPECT_EQ(ask(*t).value(), "Bearer t2") << more;
    }
}

TEST_F(token_cache_test, a_life_in_quotes_or_with_a_fraction_counts)
{
    for (const char* more : {R"(,"expires_in":"300")", R"(,"expires_in":300.0)"}) {
        wire.then(good("t1", more));
        auto t = make();
        ask(*t);
        time.advance(seconds(269));
        EXPECT_EQ(ask(*t).value(), "Bearer t1") << more;
    }
}

TEST_F(token_cache_test, concurrent_callers_share_one_request)
{
    wire.then(good("t1"));
    wire.hold();
    auto t = make();
    test::task<authorization_t> a(t->authorization()), b(t->authorization()), c(t->authorization());
    test::settle();
    EXPECT_EQ(wire.requests().size(), 1u);
    wire.release();
    EXPECT_EQ(a.get().value(), "Bearer t1");
    EXPECT_EQ(b.get().value(), "Bearer t1");
    EXPECT_EQ(c.get().value(), "Bearer t1");
    EXPECT_EQ(wire.requests().size(), 1u);
}

TEST_F(token_cache_test, concurrent_callers_share_a_failure)
{
    wire.then(make_answer(503)).then(good("t1"));
    wire.hold();
    auto t = make();
    test::task<authorization_t> a(t->authorization()), b(t->authorization());
    test::settle();
    wire.release();
    EXPECT_EQ(a.get().error().next, disposition::retry);
    EXPECT_EQ(b.get().error().next, disposition::retry);
    EXPECT_EQ(wire.requests().size(), 1u);
    EXPECT_EQ(ask(*t).value(), "Bearer t1"); // a later call asks again
}

TEST_F(token_cache_test, cancelling_the_caller_that_asks_does_not_break_the_others)
{
    wire.then(good("t1"));
    wire.hold();
    auto t = make();
    test::task<authorization_t> a(t->authorization()), b(t->authorization());
    test::settle();
    a.cancel();
    test::settle();
    EXPECT_THROW(a.get(), boost::system::system_error);
    EXPECT_FALSE(b.done());
    wire.release();
    EXPECT_EQ(b.get().value(), "Bearer t1");
}

TEST_F(token_cache_test, cancelling_a_caller_that_waits_does_not_break_the_others)
{
    wire.then(good("t1"));
    wire.hold();
    auto t = make();
    test::task<authorization_t> a(t->authorization()), b(t->authorization()), c(t->authorization());
    test::settle();
    b.cancel();
    wire.release();
    EXPECT_THROW(b.get(), boost::system::system_error);
    EXPECT_EQ(a.get().value(), "Bearer t1");
    EXPECT_EQ(c.get().value(), "Bearer t1");
    EXPECT_EQ(wire.requests().size(), 1u);
}

TEST_F(token_cache_test, a_refused_token_is_dropped_unless_another_is_there_already)
{
    wire.then(good("t1")).then(good("t2"));
    auto t = make();
    ask(*t);
    EXPECT_TRUE(t->refused("Bearer t1"));
    EXPECT_EQ(ask(*t).value(), "Bearer t2");
    EXPECT_TRUE(t->refused("Bearer t1")); // a slow answer to the old one
    EXPECT_EQ(ask(*t).value(), "Bearer t2");
    EXPECT_EQ(wire.requests().size(), 2u);
}

struct error_case
{
    int status;
    const char* body;
    disposition next;
};

TEST_F(token_cache_test, errors_are_classified_by_error_then_by_status)
{
    const error_case table[] = {
        {401, R"({"error":"unauthorized_client","error_description":"Invalid client or Invalid client credentials"})",
         disposition::stop},
        {400, R"({"error":"invalid_client","error_description":"Invalid client credentials"})", disposition::stop},
        {401, R"({"error":"unauthorized_client","error_description":"Client not enabled to retrieve service account"})",
         disposition::stop},
        {401, R"({"error":"invalid_request","error_description":"User 'service-account-x' disabled"})",
         disposition::stop},
        {400, R"({"error":"invalid_scope"})", disposition::stop},
        {400, R"({"error":"unsupported_grant_type"})", disposition::stop},
        {404, R"({"error":"Realm does not exist"})", disposition::stop},
        {403, R"({"error":"invalid_request","error_description":"HTTPS required"})", disposition::stop},
        {503, R"({"error":"invalid_client"})", disposition::stop},
        {400, R"({"error":"temporarily_unavailable"})", disposition::retry},
        {429, "<html>slow down</html>", disposition::retry},
        {502, "<html>bad gateway</html>", disposition::retry},
        {503, "", disposition::retry},
        {404, "<html>not found</html>", disposition::stop},
        {302, "", disposition::stop},
        {200, "<html>log in</html>", disposition::stop},
        {200, "[]", disposition::stop},
        {200, "{}", disposition::stop},
        {200, R"({"access_token":42})", disposition::stop},
        {200, R"({"access_token":"a\r\nX-Evil: 1"})", disposition::stop},
        {200, R"({"access_token":"a","token_type":"mac"})", disposition::stop},
    };
    for (const auto& c : table) {
        fake_transport one;
        one.then(make_answer(c.status, c.body));
        auto t = make_client_credentials(settings, always(secret), one, time);
        const auto got = ask(*t);
        ASSERT_TRUE(got.has_error()) << c.status << " " << c.body;
        EXPECT_EQ(got.error().next, c.next) << c.status << " " << c.body;
        EXPECT_EQ(got.error().status, c.status);
        EXPECT_THAT(got.error().detail, HasSubstr("https://auth.example.org/realms/r/protocol/openid-connect/token"));
        EXPECT_THAT(got.error().detail, Not(HasSubstr("s3cret")));
    }
}

TEST_F(token_cache_test, the_servers_words_are_quoted_without_the_secret)
{
    wire.then(make_answer(401, R"({"error":"invalid_client","error_description":"wrong: s3cret"})"));
    const auto f = ask(*make()).error();
    EXPECT_THAT(f.detail, HasSubstr("invalid_client"));
    EXPECT_THAT(f.detail, Not(HasSubstr("s3cret")));
    EXPECT_EQ(f.code, "invalid_client");
}

TEST_F(token_cache_test, a_refused_client_is_remembered_for_a_minute)
{
    wire.then(make_answer(401, R"({"error":"invalid_client"})")).then(good("t1"));
    auto t = make();
    EXPECT_EQ(ask(*t).error().next, disposition::stop);
    time.advance(seconds(59));
    EXPECT_EQ(ask(*t).error().next, disposition::stop);
    EXPECT_EQ(wire.requests().size(), 1u);
    time.advance(seconds(1));
    EXPECT_EQ(ask(*t).value(), "Bearer t1");
}

TEST_F(token_cache_test, a_broken_exchange_can_be_repeated_whatever_left)
{
    wire.then(test::broken_exchange(true));
    const auto f = ask(*make()).error();
    EXPECT_EQ(f.next, disposition::retry);
    EXPECT_FALSE(f.outcome_unknown);
}

TEST_F(token_cache_test, an_unreadable_secret_stops_without_a_request)
{
    auto t = make_client_credentials(
        settings, [](const config::secret_ref&) { return std::string("is not set"); }, wire, time);
    const auto f = ask(*t).error();
    EXPECT_EQ(f.next, disposition::stop);
    EXPECT_THAT(f.detail, HasSubstr("is not set"));
    EXPECT_TRUE(wire.requests().empty());
}

TEST_F(token_cache_test, retry_after_of_the_endpoint_is_passed_on)
{
    wire.then(make_answer(429, "", {{"Retry-After", "17"}}));
    EXPECT_EQ(ask(*make()).error().retry_after, seconds(17));
}

TEST(bearer_token, is_resolved_once_and_fixed_in_the_environment)
{
    int asked = 0;
    auto t = make_bearer_token(reference(), [&](const config::secret_ref&) {
        ++asked;
        return config::secret("abc");
    });
    EXPECT_EQ(asked, 0);
    EXPECT_EQ(test::run(t->authorization()).value(), "Bearer abc");
    EXPECT_EQ(test::run(t->authorization()).value(), "Bearer abc");
    EXPECT_EQ(asked, 1);
    EXPECT_FALSE(t->refused("Bearer abc"));
    EXPECT_EQ(t->requests(), 0u);
}

TEST(bearer_token, a_file_is_read_again_when_the_token_is_refused)
{
    std::string content = "old";
    auto t = make_bearer_token(reference(config::secret_ref::kind::file, "/run/token"),
                               [&](const config::secret_ref&) { return config::secret(content); });
    EXPECT_EQ(test::run(t->authorization()).value(), "Bearer old");
    EXPECT_FALSE(t->refused("Bearer old")); // nothing new in it
    content = "new";
    EXPECT_TRUE(t->refused("Bearer old"));
    EXPECT_EQ(test::run(t->authorization()).value(), "Bearer new");
    EXPECT_TRUE(t->refused("Bearer old")); // an answer to the old one: the new one is there
}

TEST(bearer_token, a_token_that_would_break_the_header_is_refused_unseen)
{
    auto t = make_bearer_token(reference(), [](const config::secret_ref&) { return config::secret("ab\ncd"); });
    const auto f = test::run(t->authorization()).error();
    EXPECT_EQ(f.next, disposition::stop);
    EXPECT_THAT(f.detail, Not(HasSubstr("cd")));
}

} // namespace idferry::connectors::http
