#include "connectors/http/retry_policy.hpp"

#include "tests/support/fake_transport.hpp"

#include <gtest/gtest.h>

namespace idferry::connectors::http {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::make_answer;

namespace {

// 1994-11-06 08:49:37 UTC: the example of RFC 9110 section 5.6.7.
const clock::wall_time example_date =
    clock::wall_time(std::chrono::sys_days(std::chrono::year{1994} / 11 / 6)) + hours(8) + minutes(49) + seconds(37);

failure broken(disposition next, bool outcome_unknown)
{
    failure f;
    f.next = next;
    f.outcome_unknown = outcome_unknown;
    return f;
}

std::optional<milliseconds> after(const std::string& method, const response& answer, int attempt = 1)
{
    return retry_after_answer({}, method, answer, attempt, 0.5, example_date);
}

} // namespace

TEST(http_date, the_three_forms_of_rfc_9110)
{
    EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), example_date);
    EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), example_date);
    EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), example_date);
    EXPECT_EQ(parse_http_date("  Sun, 06 Nov 1994 08:49:37 GMT "), example_date);
}

TEST(http_date, what_is_no_date_gives_nothing)
{
    for (const char* text :
         {"", "soon", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 31 Feb 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
          "Foo, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT and more", "Sun Nov 66 08:49:37 1994",
          "1994-11-06T08:49:37Z"})
        EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
}

TEST(wait_asked_for, retry_after_in_seconds_and_as_date)
{
    EXPECT_EQ(wait_asked_for(make_answer(429, "", {{"Retry-After", "120"}}), example_date), seconds(120));
    EXPECT_EQ(wait_asked_for(make_answer(429, "", {{"retry-after", " 0 "}}), example_date), seconds(0));
    EXPECT_EQ(wait_asked_for(make_answer(503, "", {{"Retry-After", "Sun, 06 Nov 1994 08:50:37 GMT"}}), example_date),
              seconds(60));
    EXPECT_EQ(wait_asked_for(make_answer(503, "", {{"Retry-After", "Sun, 06 Nov 1994 08:00:00 GMT"}}), example_date),
              seconds(0));
    EXPECT_EQ(wait_asked_for(make_answer(503, "", {{"Retry-After", "-5"}}), example_date), seconds(0));
    EXPECT_EQ(wait_asked_for(make_answer(503, "", {{"Retry-After", "soon"}}), example_date), std::nullopt);
    EXPECT_EQ(wait_asked_for(make_answer(503), example_date), std::nullopt);
}

TEST(wait_asked_for, a_boundless_number_is_bounded)
{
    const auto wait = wait_asked_for(make_answer(503, "", {{"Retry-After", "99999999999999999999999"}}), example_date);
    ASSERT_TRUE(wait.has_value());
    EXPECT_GT(*wait, hours(24 * 365));
    EXPECT_LT(*wait, hours(24 * 367));
}

TEST(wait_asked_for, rate_limit_reset_in_seconds_or_as_epoch)
{
    EXPECT_EQ(wait_asked_for(make_answer(429, "", {{"RateLimit-Reset", "30"}}), example_date), seconds(30));
    EXPECT_EQ(wait_asked_for(make_answer(429, "", {{"X-RateLimit-Reset", "7"}}), example_date), seconds(7));
    const auto epoch = std::chrono::duration_cast<seconds>(example_date.time_since_epoch()).count();
    EXPECT_EQ(wait_asked_for(make_answer(429, "", {{"X-RateLimit-Reset", std::to_string(epoch + 45)}}), example_date),
              seconds(45));
    EXPECT_EQ(wait_asked_for(make_answer(429, "", {{"X-RateLimit-Reset", std::to_string(epoch - 45)}}), example_date),
              seconds(0));
    EXPECT_EQ(wait_asked_for(make_answer(429, "", {{"Retry-After", "2"}, {"RateLimit-Reset", "30"}}), example_date),
              seconds(2));
}

TEST(backoff, doubles_up_to_the_cap_and_is_jittered_fully)
{
    retry_settings s;
    s.base = milliseconds(500);
    s.cap = milliseconds(60000);
    EXPECT_EQ(backoff(s, 1, 0.0), milliseconds(0));
    EXPECT_EQ(backoff(s, 1, 0.5), milliseconds(250));
    EXPECT_EQ(backoff(s, 2, 0.5), milliseconds(500));
    EXPECT_EQ(backoff(s, 4, 0.5), milliseconds(2000));
    EXPECT_EQ(backoff(s, 8, 0.5), milliseconds(30000)); // 500 · 2^7 = 64000 > cap
    EXPECT_EQ(backoff(s, 1000, 0.5), milliseconds(30000));
}

struct answer_case
{
    const char* method;
    int status;
    bool retry_after;
    bool again;
};

TEST(retry_after_answer, by_method_and_status)
{
    const answer_case table[] = {
        {"GET", 408, false, true},   {"GET", 425, false, true},    {"GET", 429, false, true},
        {"GET", 500, false, true},   {"GET", 502, false, true},    {"GET", 503, false, true},
        {"GET", 504, false, true},   {"GET", 200, false, false},   {"GET", 400, false, false},
        {"GET", 401, false, false},  {"GET", 404, true, false},    {"GET", 501, false, false},
        {"PUT", 500, false, true},   {"PUT", 429, false, true},    {"DELETE", 502, false, true},
        {"HEAD", 503, false, true},  {"PUT", 409, false, false},   {"POST", 429, false, true},
        {"POST", 408, false, true},  {"POST", 425, false, true},   {"POST", 500, true, false},
        {"POST", 502, true, false},  {"POST", 504, false, false},  {"POST", 503, false, false},
        {"POST", 503, true, true},   {"PATCH", 503, true, true},   {"PATCH", 503, false, false},
        {"PATCH", 429, false, true}, {"PATCH", 500, false, false},
    };
    for (const auto& c : table) {
        auto answer = make_answer(c.status);
        if (c.retry_after) answer.headers.emplace_back("Retry-After", "1");
        EXPECT_EQ(after(c.method, answer).has_value(), c.again) << c.method << " " << c.status << " " << c.retry_after;
    }
}

TEST(retry_after_answer, waits_as_long_as_asked_but_not_longer_than_allowed)
{
    EXPECT_EQ(after("GET", make_answer(429, "", {{"Retry-After", "7"}})), seconds(7));
    EXPECT_EQ(after("GET", make_answer(429, "", {{"Retry-After", "300"}})), seconds(300));
    EXPECT_EQ(after("GET", make_answer(429, "", {{"Retry-After", "301"}})), std::nullopt);
    EXPECT_EQ(after("GET", make_answer(429, "", {{"Retry-After", "0"}})), milliseconds(250));
    EXPECT_EQ(after("GET", make_answer(429, "", {{"RateLimit-Reset", "3"}})), seconds(3));
    // Services send their window with every answer: it says nothing about a broken gateway.
    EXPECT_EQ(after("GET", make_answer(502, "", {{"RateLimit-Reset", "3600"}})), milliseconds(250));
}

TEST(retry_after_answer, the_tries_are_counted)
{
    retry_settings s;
    s.max_tries = 3;
    EXPECT_TRUE(retry_after_answer(s, "GET", make_answer(503), 1, 0, example_date).has_value());
    EXPECT_TRUE(retry_after_answer(s, "GET", make_answer(503), 2, 0, example_date).has_value());
    EXPECT_FALSE(retry_after_answer(s, "GET", make_answer(503), 3, 0, example_date).has_value());
}

TEST(retry_after_failure, by_method_outcome_and_disposition)
{
    const auto again = [](const char* method, const failure& f, int attempt = 1) {
        return retry_after_failure({}, method, f, attempt, 0.5).has_value();
    };
    for (const char* method : {"GET", "HEAD", "PUT", "DELETE"}) {
        EXPECT_TRUE(again(method, broken(disposition::retry, true))) << method;
        EXPECT_TRUE(again(method, broken(disposition::retry, false))) << method;
    }
    for (const char* method : {"POST", "PATCH"}) {
        EXPECT_FALSE(again(method, broken(disposition::retry, true))) << method;
        EXPECT_TRUE(again(method, broken(disposition::retry, false))) << method;
    }
    for (const auto next : {disposition::stop, disposition::reject, disposition::conflict, disposition::not_found})
        EXPECT_FALSE(again("GET", broken(next, false))) << to_string(next);
    EXPECT_TRUE(again("GET", broken(disposition::retry, false), 4));
    EXPECT_FALSE(again("GET", broken(disposition::retry, false), 5));
}

TEST(retry_after_failure, honours_the_wait_that_was_asked_for)
{
    auto f = broken(disposition::retry, false);
    f.retry_after = seconds(20);
    EXPECT_EQ(retry_after_failure({}, "GET", f, 1, 0.5), seconds(20));
    f.retry_after = seconds(3000);
    EXPECT_EQ(retry_after_failure({}, "GET", f, 1, 0.5), std::nullopt);
}

} // namespace idferry::connectors::http
