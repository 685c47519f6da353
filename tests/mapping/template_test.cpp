#include "mapping/template.hpp"

#include "tests/mapping/mapping_fixture.hpp"

namespace idferry::mapping::test {
namespace {

const json anna = json::parse(R"({
    "userName": "anna", "title": "Chief", "active": true, "name": {"givenName": "Anna", "familyName": "Beispiel", "middleName": null},
    "emails": [{"value": "home@x.example", "type": "home"}, {"value": "anna@acme.example", "type": "work", "primary": true}],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Sales"},
    "urn:idferry:source:bare_id:bare": {"kostenstelle": 4711}})");

struct fill_case
{
    const char* name;
    const char* text;
    const char* wanted; // "" = absent
};

class template_text : public testing::TestWithParam<fill_case>
{
};

TEST_P(template_text, is_filled_from_the_source)
{
    const auto value = value_of("displayName", std::string("{template: '") + GetParam().text + "'}", anna);
    EXPECT_EQ(value.value_or(json("")), json(GetParam().wanted));
}

INSTANTIATE_TEST_SUITE_P(
    all, template_text,
    testing::Values(
        fill_case{"two_parts", "{name.givenName} {name.familyName}", "Anna Beispiel"},
        fill_case{"bare_extension_name", "{title} ({department})", "Chief (Sales)"},
        fill_case{"urn", "{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department}!", "Sales!"},
        fill_case{"source_attribute_is_a_number", "{kostenstelle}-x", "4711-x"},
        fill_case{"boolean", "a={active}", "a=true"},
        fill_case{"alias_is_the_primary", "<{email}>", "<anna@acme.example>"},
        fill_case{"doubled_braces", "{{{title}}}", "{Chief}"},
        fill_case{"value_filter", R"({emails[type eq "home"].value})", "home@x.example"},
        fill_case{"case_of_names", "{NAME.GIVENNAME}", "Anna"}, fill_case{"absent_part", "{title} {nickName}", ""},
        fill_case{"optional_part", "{title}{nickName?}", "Chief"}, fill_case{"all_parts_absent", "x{nickName?}", ""},
        fill_case{"optional_null", "{title} {name.middleName?}", "Chief "}),
    [](const auto& info) { return info.param.name; });

TEST(value_template, is_null_when_a_part_was_cleared_at_the_source)
{
    const auto value = value_of("displayName", "{template: '{title} {name.middleName}'}", anna);
    ASSERT_TRUE(value.has_value());
    EXPECT_TRUE(value->is_null());
}

TEST(value_template, never_guesses_between_values)
{
    auto two = anna;
    two["emails"][0]["type"] = "work";
    const auto why = rejection_of("displayName", R"({template: '{emails[type eq "work"].value}'})", two);
    EXPECT_NE(why.find("2 values"), std::string::npos) << why;
}

struct template_mistake_case
{
    const char* name;
    const char* text; // begins at column 28, after the quote
    const char* place;
    const char* wanted;
};

class template_mistake : public testing::TestWithParam<template_mistake_case>
{
};

TEST_P(template_mistake, is_reported_at_its_character)
{
    const auto p = parse_one("displayName", std::string("{template: '") + GetParam().text + "'}");
    EXPECT_FALSE(p.rules);
    ASSERT_EQ(p.errors.size(), 1U) << p.all_errors();
    EXPECT_NE(p.errors[0].find(GetParam().place), std::string::npos) << p.errors[0];
    EXPECT_NE(p.errors[0].find(GetParam().wanted), std::string::npos) << p.errors[0];
}

INSTANTIATE_TEST_SUITE_P(
    all, template_mistake,
    testing::Values(template_mistake_case{"open", "ab{title", "map.yaml:2:30: ", "'{' without '}'"},
                    template_mistake_case{"closed", "ab}", "map.yaml:2:30: ", "'}' without '{'"},
                    template_mistake_case{"unknown_name", "a {titel}", "map.yaml:2:31: ", "did you mean 'title'?"},
                    template_mistake_case{"unknown_sub", "{name.givenNam}",
                                          "map.yaml:2:34: ", "did you mean 'givenName'?"},
                    template_mistake_case{"empty", "x{}", "map.yaml:2:30: ", "empty placeholder"},
                    template_mistake_case{"several_values", "{emails.value}", "map.yaml:2:29: ", "several values"},
                    template_mistake_case{"nothing_to_fill", "abc", "map.yaml:2:27: ", "'constant'"},
                    template_mistake_case{"bad_path", "{name..x}", "map.yaml:2:", ""}),
    [](const auto& info) { return info.param.name; });

} // namespace
} // namespace idferry::mapping::test
