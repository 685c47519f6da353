// The descriptions of rules and of `users:` and `groups:` say what the parsers read, and nothing else.
#include "mapping/resource_type.hpp"
#include "mapping/rule.hpp"

#include "tests/mapping/mapping_fixture.hpp"

#include <map>

namespace idferry::mapping::test {
namespace {

std::string keys_text(const std::vector<config::description::key>& keys)
{
    std::string all;
    for (const auto& k : keys) all += k.name + " ";
    return all;
}

// Each key with a value that its reader must refuse: a key that nobody reads would pass.
TEST(rule_description, has_only_keys_that_are_read)
{
    const std::map<std::string, std::string> wrong{{"from", "{from: [title, nowhere]}"},
                                                   {"constant", "{constant: [a, b]}"},
                                                   {"template", "{template: '{nowhere}'}"},
                                                   {"expression", "{expression: '.a |'}"},
                                                   {"when", "{from: title, when: 'title'}"},
                                                   {"transform", "{from: title, transform: nothing}"},
                                                   {"lookup", "{from: title, lookup: a}"},
                                                   {"collapse", "{from: title, collapse: last}"},
                                                   {"link", "{from: title, link: nobody}"},
                                                   {"type", "{from: title, type: work}"},
                                                   {"element", "{from: title, element: {a: b}}"},
                                                   {"default", "{from: title, default: [a, b]}"},
                                                   {"on_absent", "{from: title, on_absent: stop}"},
                                                   {"apply", "{from: title, apply: never}"},
                                                   {"sensitive", "{from: title, sensitive: very}"}};
    for (const auto& key : rule_keys()) {
        ASSERT_TRUE(wrong.contains(key.name)) << "add a wrong value of '" << key.name << "' to this test";
        const auto p = parse_one("title", wrong.at(key.name));
        EXPECT_FALSE(p.rules) << key.name << " is described, but nobody reads it";
        EXPECT_EQ(p.all_errors().find("unknown key"), std::string::npos) << p.all_errors();
    }
}

TEST(rule_description, is_where_the_parser_takes_its_keys_from)
{
    const auto p = parse_one("title", "{from: title, format: x}");
    ASSERT_EQ(p.errors.size(), 1U);
    EXPECT_NE(p.errors[0].find("unknown key 'format'"), std::string::npos);
    for (const auto& key : rule_keys()) {
        EXPECT_NE(p.errors[0].find(key.name), std::string::npos) << key.name << " is not among the known keys";
        EXPECT_FALSE(key.doc.empty()) << key.name;
        EXPECT_TRUE(key.value) << key.name;
    }
}

TEST(mapping_description, has_only_keys_that_are_read)
{
    const std::map<std::string, std::string> wrong{{"scope", "scope: 'title'"},
                                                   {"match", "match: nickName"},
                                                   {"attributes", "attributes: {}"},
                                                   {"members", "members: perhaps"},
                                                   {"membership", "membership: deep"}};
    for (const auto* type : {&user_type, &group_type}) {
        const auto keys = describe_mapping(type->name);
        for (const auto& key : keys) {
            ASSERT_TRUE(wrong.contains(key.name)) << "add a wrong value of '" << key.name << "' to this test";
            const auto good = key.name == "attributes" ? "" : "\nattributes: {displayName: displayName}";
            const auto p = parse_section(wrong.at(key.name) + good, {}, type->name);
            EXPECT_FALSE(p.rules) << key.name << " is described, but nobody reads it";
            EXPECT_EQ(p.all_errors().find("unknown key"), std::string::npos) << p.all_errors();
            EXPECT_FALSE(key.doc.empty()) << key.name;
        }
        const auto p = parse_section("nothing: 1\nattributes: {displayName: displayName}", {}, type->name);
        ASSERT_EQ(p.errors.size(), 1U);
        for (const auto& key : keys)
            EXPECT_NE(p.errors[0].find(key.name), std::string::npos) << key.name << " of " << keys_text(keys);
    }
}

} // namespace
} // namespace idferry::mapping::test
