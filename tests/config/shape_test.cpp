// Combinators: every mistake is reported with its place, all of them at once.
#include "config/secret.hpp"
#include "config/shape.hpp"

#include <gmock/gmock.h>

namespace idferry::config {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

template <class T> struct outcome
{
    std::optional<T> value;
    std::vector<std::string> problems;
};

template <class T> outcome<T> read(const shape<T>& s, std::string_view yaml)
{
    diagnostics out;
    const auto tree = parse_yaml(yaml, "t.yaml", out);
    outcome<T> o;
    if (tree) o.value = s.parse(*tree, out);
    for (const auto& d : out.sorted()) o.problems.push_back(d.text());
    return o;
}

// The value under "v", accepted without a word.
template <class T> std::optional<T> accepted(const shape<T>& s, const std::string& value)
{
    const auto o = read(s, value);
    EXPECT_THAT(o.problems, IsEmpty()) << value;
    return o.value;
}

template <class T> std::string refused(const shape<T>& s, const std::string& value)
{
    const auto o = read(s, value);
    EXPECT_FALSE(o.value.has_value()) << value;
    EXPECT_EQ(o.problems.size(), 1U) << value;
    return o.problems.empty() ? "" : o.problems[0];
}

enum class colour
{
    red,
    green
};

struct inner
{
    std::int64_t burst{1};
    std::optional<double> share;
};
struct outer
{
    std::string name;
    inner rate;
    colour paint{colour::red};
    std::vector<std::string> words;
    std::chrono::milliseconds every{0};
};

shape<outer> outer_shape()
{
    auto rate = section<inner>()
                    .optional("burst", &inner::burst, integer(1, 1000), "requests at once")
                    .optional("share", &inner::share, percentage(), "share of something")
                    .check([](const inner& v, const node& n, diagnostics& out) {
                        if (v.burst == 13) out.add(*n.find("burst"), "thirteen is refused");
                    })
                    .shape();
    return section<outer>()
        .required("name", &outer::name, non_empty_text(), "what it is called")
        .optional("rate", &outer::rate, rate, "limits")
        .optional("paint", &outer::paint, choice<colour>({{"red", colour::red}, {"green", colour::green}}), "")
        .optional("words", &outer::words, one_or_list_of(text()), "")
        .optional("every", &outer::every, duration(), "")
        .shape();
}

} // namespace

TEST(shape, a_good_section_is_read)
{
    const auto o =
        read(outer_shape(), "name: x\nrate: {burst: 7, share: 12.5%}\npaint: green\nwords: [a, 10]\nevery: 10m\n");
    EXPECT_THAT(o.problems, IsEmpty());
    ASSERT_TRUE(o.value.has_value());
    EXPECT_EQ(o.value->name, "x");
    EXPECT_EQ(o.value->rate.burst, 7);
    EXPECT_DOUBLE_EQ(o.value->rate.share.value(), 0.125);
    EXPECT_EQ(o.value->paint, colour::green);
    EXPECT_THAT(o.value->words, ElementsAre("a", "10"));
    EXPECT_EQ(o.value->every, 10min);
    EXPECT_THAT(read(outer_shape(), "name: x\nwords: one\n").value->words, ElementsAre("one"));
}

TEST(shape, all_mistakes_of_a_file_are_reported_at_once_with_their_places)
{
    const auto o = read(outer_shape(), "nmae: x\n"
                                       "rate:\n"
                                       "  burst: many\n"
                                       "  share: 10\n"
                                       "  brust: 1\n"
                                       "paint: gren\n"
                                       "words: {a: 1}\n"
                                       "every: 10\n"
                                       "name: ' '\n"
                                       "something_else: 1\n");
    EXPECT_FALSE(o.value.has_value());
    EXPECT_THAT(
        o.problems,
        ElementsAre(
            "t.yaml:1:1: nmae: unknown key 'nmae'; did you mean 'name'?",
            "t.yaml:3:10: rate.burst: expected a whole number, found 'many'",
            "t.yaml:4:10: rate.share: expected a percentage from 0% to 100%, such as 10%, found '10'",
            "t.yaml:5:3: rate.brust: unknown key 'brust'; did you mean 'burst'?",
            "t.yaml:6:8: paint: unknown value 'gren'; did you mean 'green'? Known: red, green",
            "t.yaml:7:8: words: expected text, found a map",
            "t.yaml:8:8: every: expected a duration such as 500ms, 90s, 1h30m or 30d (units d, h, m, s, ms, "
            "large to small), found '10'",
            "t.yaml:9:7: name: this must not be empty",
            "t.yaml:10:1: something_else: unknown key 'something_else'; known keys: name, rate, paint, words, every"));
}

TEST(shape, a_missing_key_and_a_wrong_kind_are_reported)
{
    EXPECT_EQ(refused(outer_shape(), "paint: red\n"), "t.yaml:1:1: missing key 'name': what it is called");
    EXPECT_EQ(refused(outer_shape(), "[1]"), "t.yaml:1:1: expected a map, found a list");
    EXPECT_EQ(refused(outer_shape(), "text"), "t.yaml:1:1: expected a map, found text");
    EXPECT_EQ(refused(outer_shape(), ""), "t.yaml:1:1: expected a map, found nothing");
    EXPECT_EQ(refused(outer_shape(), "name:\n"), "t.yaml:1:1: name: expected text, found nothing");
    EXPECT_EQ(refused(outer_shape(), "name: x\nrate: {burst: 13}\n"), "t.yaml:2:15: rate.burst: thirteen is refused");
    EXPECT_EQ(refused(list_of(text()), "a: 1"), "t.yaml:1:1: expected a list, found a map");
    EXPECT_EQ(refused(map_of(text()), "[a]"), "t.yaml:1:1: expected a map, found a list");
    EXPECT_EQ(refused(boolean(), "[a]"), "t.yaml:1:1: expected true or false, found a list");
}

TEST(shape, booleans_are_true_or_false)
{
    EXPECT_EQ(accepted(boolean(), "true"), true);
    EXPECT_EQ(accepted(boolean(), "False"), false);
    for (const auto* v : {"yes", "no", "on", "off", "1", "tRUE"})
        EXPECT_THAT(refused(boolean(), v), HasSubstr("expected true or false")) << v;
    EXPECT_THAT(refused(boolean(), "'true'"), HasSubstr("remove the quotes"));
}

TEST(shape, integers_are_exact)
{
    EXPECT_EQ(accepted(integer(-5, 5), "-5"), -5);
    EXPECT_EQ(accepted(integer(0, INT64_MAX), "9223372036854775807"), INT64_MAX);
    EXPECT_EQ(accepted(integer(0, 5), "0"), 0);
    for (const auto* v : {"007", "0x10", "1.0", "1e3", "1_000", "+1", "--1", "1 2", "-"})
        EXPECT_THAT(refused(integer(-1000, 1000), v), HasSubstr("expected a whole number, found")) << v;
    EXPECT_THAT(refused(integer(1, 10), "11"), HasSubstr("from 1 to 10, found '11'"));
    EXPECT_THAT(refused(integer(1, 10), "99999999999999999999999"), HasSubstr("from 1 to 10"));
    EXPECT_THAT(refused(integer(1, 10), "'5'"), HasSubstr("remove the quotes"));
}

TEST(shape, numbers_have_a_range)
{
    EXPECT_EQ(accepted(number(0, 100), "2.5"), 2.5);
    EXPECT_EQ(accepted(number(-1, 100), "-0.5"), -0.5);
    for (const auto* v : {".inf", "nan", "1.", ".5", "1e5", "0x1", "1,5"})
        EXPECT_THAT(refused(number(0, 1e9), v), HasSubstr("expected a number")) << v;
    EXPECT_THAT(refused(number(0, 0.5), "0.6"), HasSubstr("from 0 to 0.5"));
}

TEST(shape, durations_have_units)
{
    EXPECT_EQ(accepted(duration(), "500ms"), 500ms);
    EXPECT_EQ(accepted(duration(), "90s"), 90s);
    EXPECT_EQ(accepted(duration(), "1h30m"), 90min);
    EXPECT_EQ(accepted(duration(), "30d"), 720h);
    EXPECT_EQ(accepted(duration(), "1d2h3m4s5ms"), 26h + 3min + 4s + 5ms);
    EXPECT_EQ(accepted(duration(), "0s"), 0ms);
    EXPECT_EQ(accepted(duration(), "'90s'"), 90s);
    for (const auto* v : {"90", "-1s", "1.5h", "s", "1m1h", "1s1s", "1 h", "1h 30m", "1w", "1S",
                          "99999999999999999999s", "40000d", "9223372036854775807ms", "10m5", "''"})
        EXPECT_THAT(refused(duration(), v), HasSubstr("expected a duration")) << v;
}

TEST(shape, percentages_have_their_sign)
{
    EXPECT_DOUBLE_EQ(accepted(percentage(), "10%").value(), 0.10);
    EXPECT_DOUBLE_EQ(accepted(percentage(), "0%").value(), 0.0);
    EXPECT_DOUBLE_EQ(accepted(percentage(), "100%").value(), 1.0);
    EXPECT_DOUBLE_EQ(accepted(percentage(), "0.5%").value(), 0.005);
    for (const auto* v : {"10", "0.1", "-1%", "-0%", "101%", "1e1%", "10 %", "10%%", "'%'", "x%"})
        EXPECT_THAT(refused(percentage(), v), HasSubstr("expected a percentage")) << v;
}

TEST(shape, located_values_lead_back_to_their_place)
{
    const auto o = read(map_of(at(text())), "a: x\n'b.c': y\n");
    ASSERT_TRUE(o.value.has_value());
    ASSERT_EQ(o.value->size(), 2U);
    const auto& [key, value] = o.value->at(1);
    EXPECT_EQ(key.value, "b.c");
    EXPECT_EQ(key.at.where().text(), "t.yaml:2:1");
    EXPECT_EQ(value.value, "y");
    EXPECT_EQ(value.at.where().text(), "t.yaml:2:8");
}

TEST(shape, a_check_is_reported_at_the_value)
{
    const auto even =
        checked<std::int64_t>(integer(0, 100), [](const std::int64_t& v) { return v % 2 == 0 ? "" : "must be even"; });
    EXPECT_EQ(accepted(even, "2"), 2);
    EXPECT_EQ(refused(even, "3"), "t.yaml:1:1: must be even");
}

TEST(shape, messages_stay_short)
{
    EXPECT_LT(refused(boolean(), std::string(5000, 'x')).size(), 200U);
}

TEST(shape, descriptions_say_what_is_read)
{
    const auto doc = outer_shape().doc;
    ASSERT_EQ(doc->what, description::kind::section);
    ASSERT_EQ(doc->keys.size(), 5U);
    EXPECT_EQ(doc->keys[0].name, "name");
    EXPECT_TRUE(doc->keys[0].required);
    EXPECT_EQ(doc->keys[0].doc, "what it is called");
    EXPECT_EQ(doc->keys[1].value->what, description::kind::section);
    EXPECT_EQ(doc->keys[1].value->keys[0].value->maximum, 1000);
    EXPECT_EQ(doc->keys[2].value->what, description::kind::choice);
    EXPECT_THAT(doc->keys[2].value->choices, ElementsAre("red", "green"));
    EXPECT_EQ(doc->keys[3].value->what, description::kind::one_of);
    EXPECT_EQ(map_of(text()).doc->element->what, description::kind::text);
    EXPECT_EQ(described(text(), "new words").doc->doc, "new words");
}

TEST(service_url, good_ones_are_kept_as_written)
{
    for (const auto* v : {"https://acme.showpad.biz/api/users/scim/v2", "https://acme.example:8443",
                          "HTTPS://Acme.Example/A%20b?x=1", "http://127.0.0.1:8080/x", "http://127.9.9.9",
                          "http://localhost:1/", "http://LOCALHOST", "http://[::1]:8080/x", "http://[0:0:0:0:0:0:0:1]/",
                          "http://[::ffff:127.0.0.1]/", "https://[2001:db8::1]/scim", "https://10.0.0.1/",
                          "https://acme.login.bare.id/auth/realms/tenant/protocol/openid-connect/token",
                          "https://surrealm.example/REALMS", "https://xn--mnchen-3ya.example/",
                          "https://ours-your.example/for-your-eyes"})
        EXPECT_EQ(accepted(service_url(), "'" + std::string(v) + "'"), v);
}

TEST(service_url, bad_ones_are_refused_at_the_byte)
{
    struct mistake
    {
        const char* yaml;
        const char* place; // column of a value that begins in column 1
        const char* says;
    };
    const mistake mistakes[] = {
        {"ftp://acme.example/x", "t.yaml:1:1", "expected https://"},
        {"file:///etc/passwd", "t.yaml:1:1", "expected https://"},
        {"acme.example/x", "t.yaml:1:1", "not an absolute URL"},
        {"https:/acme.example", "t.yaml:1:1", "the host is missing"},
        {"'https://'", "t.yaml:1:2", "the host is missing"},
        {"https:///x", "t.yaml:1:1", "the host is missing"},
        {"http://acme.example/", "t.yaml:1:1", "plain http is allowed for loopback only"},
        {"http://127.0.0.1.acme.example/", "t.yaml:1:8", "the host is malformed"},
        {"https://10.0.0.1x/", "t.yaml:1:9", "the host is malformed"},
        {"http://localhost.acme.example/", "t.yaml:1:1", "plain http"},
        {"http://2130706433/", "t.yaml:1:1", "plain http"},
        {"http://[::2]/", "t.yaml:1:1", "plain http"},
        {"http://[::ffff:10.0.0.1]/", "t.yaml:1:1", "plain http"},
        {"https://user:pass@acme.example/", "t.yaml:1:9", "no user name or password"},
        {"http://localhost@acme.example/", "t.yaml:1:8", "no user name or password"},
        {"'https://acme.example/x#part'", "t.yaml:1:24", "no fragment"},
        {"https://acme.example/a b", "t.yaml:1:23", "no blanks"},
        {"https://münchen.example/", "t.yaml:1:10", "beyond ASCII"},
        {"\"https://acme.example/\\n\"", "t.yaml:1:23", "control characters"},
        {"https://acme.example:99999/", "t.yaml:1:9", "port"},
        {"https://acme.example:65536/", "t.yaml:1:9", "port"},
        {"https://acme.example:x/", "t.yaml:1:9", "the host is malformed"},
        {"https://acme.example:0/", "t.yaml:1:9", "port"},
        {"https://acme%2eexample/", "t.yaml:1:9", "host name"},
        {"https://TENANT.login.bare.id/auth", "t.yaml:1:9", "'TENANT' is a placeholder"},
        {"https://acme.login.bare.id/auth/realms/REALM/protocol", "t.yaml:1:40", "'REALM' is a placeholder"},
        {"https://api.bare.id/INSTANCE/users", "t.yaml:1:21", "'INSTANCE' is a placeholder"},
        {"https://<tenant>.login.bare.id/", "t.yaml:1:9", "'<tenant>' is a placeholder"},
        {"'https://{tenant}.login.bare.id/'", "t.yaml:1:10", "'{tenant}' is a placeholder"},
        {"https://acme.example/<your id", "t.yaml:1:22", "'<' is a placeholder"},
        {"https://your-tenant.showpad.biz/", "t.yaml:1:9", "'your-tenant' is a placeholder"},
        {"https://acme.example/your_realm/x", "t.yaml:1:22", "'your_realm' is a placeholder"},
        {"https://changeme.example/", "t.yaml:1:9", "'changeme' is a placeholder"},
        {"https://acme.example/ChangeMe", "t.yaml:1:22", "'ChangeMe' is a placeholder"},
        {"https://acme.example/00000000-0000-0000-0000-000000000000/users", "t.yaml:1:22", "is a placeholder"},
        {"''", "t.yaml:1:2", "expected a URL, found nothing"},
        {"[a]", "t.yaml:1:1", "expected a URL, found a list"},
    };
    for (const auto& m : mistakes) {
        const auto problem = refused(service_url(), m.yaml);
        EXPECT_THAT(problem, testing::StartsWith(std::string(m.place) + ": ")) << m.yaml;
        EXPECT_THAT(problem, HasSubstr(m.says)) << m.yaml;
    }
    EXPECT_THAT(refused(service_url(), "https://acme.example/" + std::string(3000, 'x')),
                HasSubstr("longer than 2048"));
}

TEST(service_url, loopback_is_told_by_the_host)
{
    EXPECT_TRUE(is_loopback_url("https://127.0.0.1/"));
    EXPECT_TRUE(is_loopback_url("http://localhost:8080/x"));
    EXPECT_TRUE(is_loopback_url("http://[::1]/"));
    EXPECT_FALSE(is_loopback_url("https://acme.example/127.0.0.1"));
    EXPECT_FALSE(is_loopback_url("http://128.0.0.1/"));
    EXPECT_FALSE(is_loopback_url("http://127.0.0.1.acme.example/"));
    EXPECT_FALSE(is_loopback_url("localhost"));
    EXPECT_FALSE(is_loopback_url(""));
}

} // namespace idferry::config
