// What descriptions tell beyond what a shape accepts: defaults from the members themselves, names, examples.
#include "config/shape.hpp"

#include <gtest/gtest.h>

namespace idferry::config {
namespace {

using namespace std::chrono_literals;

struct settings
{
    std::chrono::milliseconds every{90min};
    std::chrono::milliseconds never{0};
    double share{0.075};
    double rate{2.5};
    std::int64_t count{50};
    bool on{true};
    std::string word;
    std::string quoted{"say \"a\\b\""};
    std::vector<std::string> words{"a", "b"};
    std::vector<std::string> none;
    located<std::string> placed{"x", {}};
    std::optional<std::int64_t> unset;
    int colour{2};
};

std::shared_ptr<const description> described()
{
    using s = settings;
    return section<s>()
        .optional("every", &s::every, duration(), "")
        .optional("never", &s::never, duration(), "")
        .optional("share", &s::share, percentage(), "")
        .optional("rate", &s::rate, number(0, 10), "")
        .optional("count", &s::count, integer(0, 100), "")
        .optional("on", &s::on, boolean(), "")
        .optional("word", &s::word, text(), "")
        .optional("quoted", &s::quoted, text(), "")
        .optional("words", &s::words, list_of(text()), "")
        .optional("none", &s::none, one_or_list_of(text()), "")
        .optional("placed", &s::placed, at(text()), "")
        .optional("unset", &s::unset, integer(0, 100), "")
        .optional("colour", &s::colour, choice<int>({{"red", 1}, {"green", 2}}), "")
        .shape()
        .doc;
}

TEST(description, tells_defaults_as_they_are_written)
{
    std::map<std::string, std::string> told;
    const auto all = described();
    for (const auto& key : all->keys) told[key.name] = key.standard;
    const std::map<std::string, std::string> wanted{{"every", "\"1h30m\""},
                                                    {"never", "\"0s\""},
                                                    {"share", "\"7.5%\""},
                                                    {"rate", "2.5"},
                                                    {"count", "50"},
                                                    {"on", "true"},
                                                    {"word", ""},
                                                    {"quoted", R"("say \"a\\b\"")"},
                                                    {"words", R"(["a", "b"])"},
                                                    {"none", "[]"},
                                                    {"placed", "\"x\""},
                                                    {"unset", ""},
                                                    {"colour", "\"green\""}};
    EXPECT_EQ(told, wanted);
}

TEST(description, of_what_is_required_has_no_default)
{
    const auto d = section<settings>().required("count", &settings::count, integer(0, 100), "").shape().doc;
    EXPECT_EQ(d->keys.at(0).standard, "");
    EXPECT_TRUE(d->keys.at(0).required);
}

// A default must be something that the shape itself accepts.
TEST(description, tells_durations_that_are_read_back_as_the_same)
{
    for (const auto length : {0ms, 1ms, 999ms, 1000ms, 90s + 0ms, 25h + 0ms, 24h * 400 + 1ms, 61min + 61s + 61ms}) {
        const auto shown = duration().show(length);
        diagnostics out;
        const auto tree = parse_yaml(shown, "t.yaml", out);
        ASSERT_TRUE(tree) << shown;
        EXPECT_EQ(duration().parse(*tree, out), length) << shown;
    }
}

TEST(description, carries_a_name_and_which_keys_go_together)
{
    const auto s = named(section<settings>()
                             .optional("on", &settings::on, boolean(), "")
                             .together({description::key_rule::kind::at_most_one, {"on", "off"}})
                             .shape(),
                         "switch", "what it does", {"{}"});
    EXPECT_EQ(s.doc->name, "switch");
    EXPECT_EQ(s.doc->doc, "what it does");
    EXPECT_EQ(s.doc->examples, std::vector<std::string>{"{}"});
    ASSERT_EQ(s.doc->rules.size(), 1U);
    EXPECT_EQ(s.doc->rules[0].keys, (std::vector<std::string>{"on", "off"}));
}

TEST(description, writes_control_characters_as_json_does)
{
    EXPECT_EQ(json_of_text("a\nb\x01"), R"("a\u000ab\u0001")");
}

} // namespace
} // namespace idferry::config
