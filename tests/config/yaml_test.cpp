// The located tree: places, paths, limits, and every kind of text that is not a configuration.
#include "config/node.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace idferry::config {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

struct parsed
{
    std::optional<node> tree;
    std::vector<std::string> problems;
};

parsed parse(std::string_view text)
{
    diagnostics out;
    parsed p;
    p.tree = parse_yaml(text, "t.yaml", out);
    for (const auto& d : out.sorted()) p.problems.push_back(d.text());
    return p;
}

node tree_of(std::string_view text)
{
    auto p = parse(text);
    EXPECT_THAT(p.problems, IsEmpty());
    return p.tree.value_or(node());
}

// Follows keys and [n] from the root.
node at_path(const node& root, const std::vector<std::string>& steps)
{
    node n = root;
    for (const auto& s : steps) {
        if (n.is_list())
            n = n.items().at(static_cast<std::size_t>(std::stoi(s)));
        else
            n = n.find(s).value();
    }
    return n;
}

} // namespace

TEST(yaml, every_value_and_key_has_its_place_and_path)
{
    const auto root = tree_of("connections:\n"
                              "  bare:\n"
                              "    rate: {burst: 10, \"per second\": '5'}\n"
                              "protect:\n"
                              "  - one\n"
                              "  -   two\n");
    const auto burst = at_path(root, {"connections", "bare", "rate", "burst"});
    EXPECT_EQ(burst.where().text(), "t.yaml:3:19");
    EXPECT_EQ(burst.path(), "connections.bare.rate.burst");
    EXPECT_FALSE(burst.quoted());
    const auto& quoted = at_path(root, {"connections", "bare", "rate"}).entries().at(1);
    EXPECT_EQ(quoted.key.where().text(), "t.yaml:3:23");
    EXPECT_EQ(quoted.value.where().text(), "t.yaml:3:37");
    EXPECT_EQ(quoted.value.path(), "connections.bare.rate[per second]");
    EXPECT_TRUE(quoted.value.quoted());
    EXPECT_EQ(quoted.value.scalar(), "5");
    EXPECT_EQ(at_path(root, {"protect", "1"}).where().text(), "t.yaml:6:7");
    EXPECT_EQ(at_path(root, {"protect", "1"}).path(), "protect[1]");
    EXPECT_EQ(root.path(), "");
    EXPECT_FALSE(root.find("nothing").has_value());
}

TEST(yaml, columns_count_characters_not_bytes)
{
    const auto root = tree_of("{größe: 1, Straße: 2}\n");
    EXPECT_EQ(at_path(root, {"größe"}).where().text(), "t.yaml:1:9");
    EXPECT_EQ(root.entries().at(1).key.where().text(), "t.yaml:1:12");
    EXPECT_EQ(at_path(root, {"Straße"}).where().text(), "t.yaml:1:20");
}

TEST(yaml, null_is_nothing_unless_quoted)
{
    const auto root = tree_of("a:\nb: ~\nc: null\nd: 'null'\ne: ''\n");
    EXPECT_TRUE(root.find("a")->is_null());
    EXPECT_TRUE(root.find("b")->is_null());
    EXPECT_TRUE(root.find("c")->is_null());
    EXPECT_TRUE(root.find("d")->is_scalar());
    EXPECT_TRUE(root.find("e")->is_scalar());
}

TEST(yaml, an_empty_file_is_a_null_root)
{
    for (const auto* text : {"", "\n\n", "# only a comment\n", "---\n", "\xEF\xBB\xBF"}) {
        const auto p = parse(text);
        ASSERT_TRUE(p.tree.has_value()) << text;
        EXPECT_TRUE(p.tree->is_null()) << text;
        EXPECT_THAT(p.problems, IsEmpty()) << text;
    }
}

TEST(yaml, a_byte_order_mark_and_crlf_do_not_move_places)
{
    const auto root = tree_of("\xEF\xBB\xBF"
                              "a: 1\r\nb: {c: 2}\r\n");
    EXPECT_EQ(at_path(root, {"a"}).where().text(), "t.yaml:1:4");
    EXPECT_EQ(at_path(root, {"b", "c"}).where().text(), "t.yaml:2:8");
    EXPECT_EQ(at_path(root, {"a"}).scalar(), "1");
}

TEST(yaml, offsets_lead_into_scalars)
{
    struct example
    {
        const char* text;
        std::size_t offset;
        const char* place;
    };
    const example examples[] = {
        {"f: active eq true", 7, "t.yaml:1:11"},   // plain: at "eq"
        {"f: 'active eq true'", 7, "t.yaml:1:12"}, // the quote comes first
        {"f: \"active eq true\"", 7, "t.yaml:1:12"},
        {"f: 'a ''b'' c'", 6, "t.yaml:1:13"},       // a 'b' c: each doubled quote is two columns
        {"f: \"a \\\"b\\\" c\"", 6, "t.yaml:1:13"}, // the same with backslashes
        {"f: \"\\u00e4\\x41b\"", 3, "t.yaml:1:15"}, // ä is two bytes of the value, six of the source
        {"f: 'ä eq 1'", 3, "t.yaml:1:7"},           // columns are characters
        {"f: &anchor 'ab'", 1, "t.yaml:1:14"},
        {"f: !!str ab", 1, "t.yaml:1:11"},
        {"f: |\n  one\n  two three\n", 8, "t.yaml:3:7"},   // literal: at "three"
        {"f: >-\n  one\n  two three\n", 8, "t.yaml:3:7"},  // folded
        {"f: one\n  two three\n", 8, "t.yaml:2:7"},        // plain over two lines
        {"f: 'one\n  two\n\n  three'\n", 8, "t.yaml:4:3"}, // an empty line is a line feed
        {"f: ab", 2, "t.yaml:1:6"},                        // the end
        {"f: ab", 99, "t.yaml:1:6"},                       // beyond the end
    };
    for (const auto& e : examples)
        EXPECT_EQ(tree_of(e.text).find("f")->where_in_scalar(e.offset).text(), e.place) << e.text;
}

TEST(yaml, aliases_are_copies_with_the_path_of_their_use)
{
    const auto root = tree_of("base: &b {x: 1}\nuse: *b\nlist: [*b]\n");
    EXPECT_EQ(at_path(root, {"use", "x"}).path(), "use.x");
    EXPECT_EQ(at_path(root, {"use", "x"}).where().text(), "t.yaml:1:14");
    EXPECT_EQ(at_path(root, {"list", "0", "x"}).path(), "list[0].x");
}

TEST(yaml, merges_yield_to_the_maps_own_keys)
{
    const auto root =
        tree_of("a: &a {x: 1, y: 1, z: 1}\nb: &b {y: 2, z: 2}\nc:\n  x: 3\n  <<: [*b, *a]\nd:\n  '<<': 4\n");
    EXPECT_EQ(at_path(root, {"c", "x"}).scalar(), "3");
    EXPECT_EQ(at_path(root, {"c", "y"}).scalar(), "2");
    EXPECT_EQ(at_path(root, {"c", "z"}).scalar(), "2");
    EXPECT_EQ(root.find("c")->entries().size(), 3U);
    EXPECT_EQ(at_path(root, {"d", "<<"}).scalar(), "4") << "quoted, it is a key like any other";
}

TEST(yaml, mistakes_name_their_place)
{
    struct mistake
    {
        const char* text;
        std::vector<std::string> problems;
    };
    const mistake mistakes[] = {
        {"a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n", {"t.yaml:5:3: b: duplicate key 'c': it is given at t.yaml:3:3 already"}},
        {"{a: 1, 'a': 2, b: 1, \"b\": 1}",
         {"t.yaml:1:8: duplicate key 'a': it is given at t.yaml:1:2 already",
          "t.yaml:1:22: duplicate key 'b': it is given at t.yaml:1:16 already"}},
        {"a: [1, 2\n", {"t.yaml:1:4: YAML syntax: the '[' that opens here is not closed"}},
        {"a: 'open\n", {"t.yaml:1:4: YAML syntax: the quote that opens here is not closed"}},
        {"a: \"open \\\" \n", {"t.yaml:1:4: YAML syntax: the quote that opens here is not closed"}},
        {"a: &x 'it''s\n", {"t.yaml:1:4: YAML syntax: the quote that opens here is not closed"}},
        {"a: b: c\n", {"t.yaml:1:5: YAML syntax: illegal map value"}},
        {"a:\n\tb: 1\n",
         {"t.yaml:2:3: YAML syntax: illegal map value; this line is indented with a tab, YAML wants blanks"}},
        {"a: x\n b: y\n", {"t.yaml:2:3: YAML syntax: illegal map value"}},
        {"a: *nobody\n", {"t.yaml:1:4: YAML syntax: the referenced anchor is not defined"}},
        {"a: &x [1, *x]\n", {"t.yaml:1:11: this alias stands inside the value that it names"}},
        {"a: 1\n---\nb: 2\n", {"t.yaml:2:1: a second YAML document begins here; only one is read"}},
        {"a: !secret x\nb: !thing [1]\n",
         {"t.yaml:1:4: YAML tags such as '!secret' have no meaning here; remove it",
          "t.yaml:2:4: YAML tags such as '!thing' have no meaning here; remove it"}},
        {"? [a, b]\n: 1\nc: 2\n", {"t.yaml:1:3: a key must be a plain word or quoted text"}},
        {"a: {<<: 5}\n", {"t.yaml:1:9: a: only maps can be merged with '<<'"}},
        {"a: {<<: [{b: 1}, 5]}\n", {"t.yaml:1:18: a: only maps can be merged with '<<'"}},
    };
    for (const auto& m : mistakes) EXPECT_EQ(parse(m.text).problems, m.problems) << m.text;
}

TEST(yaml, the_tree_stays_usable_after_a_duplicate_key)
{
    const auto p = parse("a: 1\na: 2\n");
    ASSERT_TRUE(p.tree.has_value());
    EXPECT_EQ(p.tree->find("a")->scalar(), "1");
    EXPECT_FALSE(parse("a: [1").tree.has_value());
}

TEST(yaml, text_that_is_not_utf8_is_refused_with_its_place)
{
    const std::string cases[] = {
        "a: 1\nb: x\xFFy\n",            // never a byte of UTF-8
        "a: 1\nb: x\xC3(\n",            // cut off
        "a: 1\nb: x\xC0\xAF\n",         // overlong
        "a: 1\nb: x\xED\xA0\x80\n",     // half a surrogate pair
        "a: 1\nb: x\xF4\x90\x80\x80\n", // beyond U+10FFFF
        "a: 1\nb: x\xE2\x82",           // at the end of the file
    };
    for (const auto& text : cases)
        EXPECT_THAT(parse(text).problems, ElementsAre("t.yaml:2:5: not UTF-8: save the file in that encoding")) << text;
    EXPECT_THAT(parse(std::string("\xFF\xFE"
                                  "a\0:\0",
                                  6))
                    .problems,
                ElementsAre(HasSubstr("t.yaml:1:1: not UTF-8")));
}

TEST(yaml, control_characters_are_refused_with_their_place)
{
    EXPECT_THAT(parse(std::string("a: x\0y\n", 7)).problems, ElementsAre("t.yaml:1:5: a control character; remove it"));
    EXPECT_THAT(parse("a: 1\nb: \x1b[31m\n").problems, ElementsAre("t.yaml:2:4: a control character; remove it"));
    EXPECT_THAT(parse("a: \x7F\n").problems, ElementsAre("t.yaml:1:4: a control character; remove it"));
    EXPECT_THAT(parse("a: 1\tb\n").problems, IsEmpty());
}

TEST(yaml, an_alias_bomb_is_refused)
{
    std::string text = "a: &a [x, x, x, x, x, x, x, x, x]\n";
    for (char c = 'b'; c <= 'i'; ++c) {
        const auto before = std::string("*") + static_cast<char>(c - 1);
        text += std::string(1, c) + ": &" + c + " [" + before;
        for (int i = 0; i < 8; ++i) text += ", " + before;
        text += "]\n";
    }
    const auto p = parse(text);
    EXPECT_FALSE(p.tree.has_value());
    ASSERT_EQ(p.problems.size(), 1U);
    EXPECT_THAT(p.problems[0], HasSubstr("aliases expand to more than 100,000 values"));
}

TEST(yaml, a_merge_bomb_is_refused)
{
    std::string text = "m0: &m0 {";
    for (int i = 0; i < 500; ++i) text += "k" + std::to_string(i) + ": 1, ";
    text += "}\n";
    for (int i = 0; i < 400; ++i) text += "n" + std::to_string(i) + ": {<<: *m0}\n";
    EXPECT_THAT(parse(text).problems, ElementsAre(HasSubstr("more than 100,000 values")));
    std::string chain = "m0: &m0 {a: 1}\n"; // each merges the one before: deep, not wide
    for (int i = 1; i < 500; ++i)
        chain += "m" + std::to_string(i) + ": &m" + std::to_string(i) + " {<<: *m" + std::to_string(i - 1) + "}\n";
    EXPECT_THAT(parse(chain).problems, ElementsAre(HasSubstr("nested deeper than 64 levels")));
}

TEST(yaml, deep_nesting_is_refused_in_every_style)
{
    const auto repeat = [](const std::string& part, int times) {
        std::string all;
        for (int i = 0; i < times; ++i) all += part;
        return all;
    };
    std::string stairs;
    for (int i = 0; i < 1000; ++i) stairs += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
    for (const auto& bomb : {repeat("[", 50'000), repeat("{a: ", 50'000), repeat("- ", 500'000), repeat("? ", 500'000),
                             repeat("[\n", 50'000), repeat("[a, ", 50'000), stairs})
        EXPECT_THAT(parse(bomb).problems, ElementsAre(HasSubstr("nested deeper than 64 levels"))) << bomb.substr(0, 20);
    EXPECT_THAT(parse(repeat("[", 200'000)).problems, ElementsAre(HasSubstr("more than 100,000 values")));
    EXPECT_THAT(parse(repeat("[", 64) + repeat("]", 64)).problems, IsEmpty());
    EXPECT_THAT(parse(repeat("[", 65) + repeat("]", 65)).problems,
                ElementsAre("t.yaml:1:65: nested deeper than 64 levels"));
    // Aliases must not get around it.
    std::string chain = "a0: &a0 [x]\n";
    for (int i = 1; i < 100; ++i)
        chain += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
    EXPECT_THAT(parse(chain).problems, ElementsAre(HasSubstr("nested deeper than 64 levels")));
}

TEST(yaml, too_much_is_refused)
{
    std::string many;
    for (int i = 0; i < 100'001; ++i) many += "- a\n";
    EXPECT_THAT(parse(many).problems,
                ElementsAre("t.yaml:100000:3: more than 100,000 values: split the file or use fewer"));
    EXPECT_THAT(parse(std::string(10'000'000, 'x')).problems,
                ElementsAre("t.yaml: larger than 4 MiB: not a configuration file"));
}

TEST(yaml, damaged_text_never_crashes)
{
    const std::string good =
        "connections:\n  bare: &b {type: bare_id, auth: {bearer: {file: /x}}}\nsyncs:\n  - *b\n  - \"q\\u00e4\"\n"
        "  - |\n    text\n  - >\n    folded\n? k\n: !!str v\nm: {<<: *b}\n";
    const std::string alphabet = "[]{}:,&*!|>'\"%@`#-?\n\t \\\xC3\xFF<~a";
    for (std::size_t i = 0; i < good.size(); ++i)
        for (const char c : alphabet) {
            auto text = good;
            text[i] = c;
            const auto p = parse(text);
            EXPECT_TRUE(p.tree.has_value() || !p.problems.empty()) << text;
            for (std::size_t k = 0; p.tree && k < p.tree->entries().size(); ++k)
                EXPECT_GT(p.tree->entries()[k].value.where_in_scalar(2).line, 0);
        }
    for (std::size_t i = 0; i < good.size(); ++i) parse(good.substr(0, i));
}

TEST(load_yaml, an_unreadable_file_is_a_mistake)
{
    const auto problems_of = [](const std::string& path) {
        diagnostics out;
        EXPECT_FALSE(load_yaml(path, out).has_value());
        return out.sorted().at(0).text();
    };
    EXPECT_EQ(problems_of("/nowhere/idferry.yaml"), "/nowhere/idferry.yaml: cannot be read: No such file or directory");
    EXPECT_EQ(problems_of("/tmp"), "/tmp: cannot be read: it is a folder");
    EXPECT_EQ(problems_of("/dev/zero"), "/dev/zero: cannot be read: it is not a regular file");
}

TEST(load_yaml, a_file_is_read_and_named)
{
    std::string path = (std::filesystem::temp_directory_path() / "idferry-yaml-XXXXXX").string();
    ASSERT_GE(::mkstemp(path.data()), 0);
    std::ofstream(path) << "a: 1\n";
    diagnostics out;
    const auto tree = load_yaml(path, out);
    ASSERT_TRUE(tree.has_value());
    EXPECT_EQ(tree->find("a")->where().text(), path + ":1:4");
    std::filesystem::remove(path);
}

TEST(diagnostics, come_in_the_order_of_the_file)
{
    diagnostics out;
    out.add({"b.yaml", 1, 1}, "", "fourth");
    out.add({"a.yaml", 2, 5}, "x", "third");
    out.add({"a.yaml", 2, 1}, "", "first of two at one place");
    out.add({"a.yaml", 2, 1}, "", "second of two at one place");
    std::vector<std::string> texts;
    for (const auto& d : out.sorted()) texts.push_back(d.text());
    EXPECT_THAT(texts, ElementsAre("a.yaml:2:1: first of two at one place", "a.yaml:2:1: second of two at one place",
                                   "a.yaml:2:5: x: third", "b.yaml:1:1: fourth"));
}

TEST(nearest, finds_slips_and_refuses_strangers)
{
    const std::vector<std::string> known{"attributes", "match", "scope", "leave", "guards", "at"};
    EXPECT_EQ(nearest("attribute", known), "attributes");
    EXPECT_EQ(nearest("atributes", known), "attributes");
    EXPECT_EQ(nearest("attriubtes", known), "attributes"); // neighbours swapped
    EXPECT_EQ(nearest("Scope", known), "scope");
    EXPECT_EQ(nearest("guard", known), "guards");
    EXPECT_EQ(nearest("mapping", known), std::nullopt);
    EXPECT_EQ(nearest("xy", known), std::nullopt);
    EXPECT_EQ(nearest("", known), std::nullopt);
    EXPECT_EQ(nearest(std::string(10'000, 'a'), known), std::nullopt);
}

} // namespace idferry::config
