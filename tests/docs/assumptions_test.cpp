// docs/connectors/*.md: what is assumed of a service has a row with the switch, the default that it really has, and how
// an operator finds out; and no key of a connection is without a place, so that a new switch needs one of them.
#include "connectors/bare_id/rest_tables.hpp"
#include "connectors/beyond_identity/operations.hpp"
#include "connectors/scim/operations.hpp"
#include "daemon/cli/command.hpp"
#include "mapping/json.hpp"
#include "tests/docs/connection_text.hpp"
#include "tests/docs/connector_keys.hpp"
#include "tests/docs/documents.hpp"
#include "tests/docs/tables.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;
using namespace idferry;
using config::description;
using kind = description::kind;
using mapping::json;
using test::named_switch;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* assumed = "What is assumed";
constexpr const char* harmless = "Not known, and nothing depends on it";

struct page
{
    const char* file;
    std::string_view type, profile;
};
constexpr page pages[] = {{"bare_id.md", "bare_id", ""},
                          {"beyond-identity.md", "beyond_identity", ""},
                          {"scim.md", "scim", "generic"},
                          {"showpad.md", "scim", "showpad"},
                          {"beyond-identity-scim.md", "scim", "beyond_identity"}};

std::string text_of(const page& p)
{
    return test::document(fs::path("docs/connectors") / p.file);
}

std::vector<test::table> tables_of(const page& p, const char* title)
{
    return test::tables_of(test::section_of(text_of(p), title));
}

const description::key* key_of(const page& p, std::string_view path)
{
    const auto* found = test::key_at(test::described(p.type), path);
    return found ? found : test::key_at(test::described_sync(), path);
}

// A default as an administrator would write it: the form that the pages have.
std::string written(const json& v)
{
    if (v == "null") return v.dump(); // without quotes it is nothing
    if (v.is_string()) return v.get<std::string>();
    if (!v.is_array()) return v.dump();
    std::string all;
    for (const auto& one : v) all += (all.empty() ? "" : ", ") + written(one);
    return "[" + all + "]";
}

// Another value than this one, as YAML, that a key of this kind may have.
std::string other_value(const description& d, const std::string& than)
{
    switch (d.what) {
    case kind::boolean: return than == "true" ? "false" : "true";
    case kind::integer: return than == "7" ? "8" : "7";
    case kind::choice: return d.choices.front() == than ? d.choices.back() : d.choices.front();
    case kind::list: return "[other]";
    case kind::map: return d.element && d.element->what == kind::list ? "{other: [other]}" : "{other: other}";
    case kind::section: return "{burst: 1}"; // of `rate`
    default: return "/other";
    }
}

// "a.b.c" and "v" → "a: {b: {c: v}}".
std::string yaml_of(std::string_view path, const std::string& value)
{
    std::string out, close;
    for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
        out += std::string(path.substr(0, dot)) + ": {";
        close += "}";
        path.remove_prefix(dot + 1);
    }
    return out + std::string(path) + ": " + value + close + "\n";
}

// With a profile, a default is what changes nothing when it is written down; another value changes something.
void expect_default_of_profile(const page& p, std::string_view profile, const named_switch& s, const description& value)
{
    auto given = s.standard, other = other_value(value, s.standard);
    if (!s.exact) given = s.standard == "on" ? "{enabled: true}" : "{enabled: false}";
    if (!s.exact) other = s.standard == "on" ? "{enabled: false}" : "{enabled: true}";
    const auto usual = test::connection_text(p.type, profile, "");
    ASSERT_NE(usual, "");
    EXPECT_TRUE(test::connection_text(p.type, profile, yaml_of(s.key, given)) == usual)
        << s.key << " of profile " << profile << " is not " << s.standard;
    EXPECT_FALSE(test::connection_text(p.type, profile, yaml_of(s.key, other)) == usual)
        << s.key << ": " << other << " makes no difference";
}

void expect_default(const page& p, const std::string& heading, const named_switch& s, const description::key& key)
{
    const bool legacy = heading == "Profile `keycloak_admin`";
    const bool call = key.standard.starts_with("{\"enabled\"");
    if (call) EXPECT_TRUE(!s.exact && (s.standard == "on" || s.standard == "off")) << s.key << ": on or off";
    if (s.key == "profile") return;
    if (legacy || (p.type == "scim" && key.standard.empty())) {
        if (s.exact || call) expect_default_of_profile(p, legacy ? "keycloak_admin" : p.profile, s, *key.value);
        return;
    }
    if (key.standard.empty()) {
        EXPECT_FALSE(s.exact) << s.key << " has no default that the loader tells: say it in words";
        return;
    }
    json standard;
    mapping::json_error error;
    ASSERT_TRUE(mapping::parse_json(key.standard, standard, error)) << s.key;
    if (call) {
        EXPECT_EQ(s.standard == "on", standard.at("enabled").get<bool>()) << s.key;
        return;
    }
    EXPECT_TRUE(s.exact) << s.key << ": the default stands between backticks";
    EXPECT_EQ(s.standard, written(standard)) << s.key;
}

TEST(connector_pages, every_one_is_known)
{
    std::set<std::string> there, known;
    for (const auto& entry : fs::directory_iterator(fs::path(IDFERRY_SOURCE_DIR) / "docs/connectors"))
        there.insert(entry.path().filename().string());
    for (const auto& p : pages) known.insert(p.file);
    EXPECT_EQ(there, known);
}

TEST(connector_pages, each_row_has_what_is_assumed_a_switch_and_a_way_to_find_out)
{
    std::size_t rows = 0;
    for (const auto& p : pages) {
        SCOPED_TRACE(p.file);
        const auto all = tables_of(p, assumed);
        ASSERT_FALSE(all.empty());
        for (const auto& t : all) {
            EXPECT_EQ(t.header, "| assumed | switch, default | how to find out |");
            EXPECT_FALSE(t.rows.empty()) << t.heading;
            for (const auto& row : t.rows) {
                ++rows;
                SCOPED_TRACE(row.empty() ? t.heading : row.front());
                ASSERT_EQ(row.size(), 3U);
                for (const auto& cell : row) EXPECT_GT(cell.size(), 2U);
                constexpr std::string_view none = "none needed: ";
                const auto switches = test::switches_in(row[1]);
                const bool has_default =
                    std::ranges::any_of(switches, [](const named_switch& s) { return !s.standard.empty(); });
                EXPECT_NE(has_default, row[1].starts_with(none)) << "either a switch with its default, or " << none;
            }
        }
    }
    EXPECT_GT(rows, 150U);
}

TEST(connector_pages, each_row_of_what_is_not_known_has_a_reason)
{
    for (const auto& p : pages) {
        SCOPED_TRACE(p.file);
        const auto all = tables_of(p, harmless);
        ASSERT_EQ(all.size(), 1U);
        EXPECT_EQ(all.front().header, "| not known | why nothing depends on it |");
        EXPECT_GE(all.front().rows.size(), 5U);
        for (const auto& row : all.front().rows) {
            ASSERT_EQ(row.size(), 2U);
            EXPECT_GT(std::min(row[0].size(), row[1].size()), 5U) << row[0];
        }
    }
}

void names_of_keys(const description& d, std::set<const description*>& seen, std::set<std::string>& out)
{
    if (!seen.insert(&d).second) return;
    for (const auto& key : d.keys) {
        out.insert(key.name);
        if (key.value) names_of_keys(*key.value, seen, out);
    }
    if (d.element) names_of_keys(*d.element, seen, out);
    for (const auto& a : d.alternatives)
        if (a) names_of_keys(*a, seen, out);
}

// "`method: PATCH`": what else can be set.
TEST(connector_pages, every_other_setting_has_a_key)
{
    std::set<const description*> seen;
    std::set<std::string> known;
    names_of_keys(*daemon::run::describe_settings(), seen, known);
    std::size_t settings = 0;
    for (const auto& p : pages)
        for (const auto& t : tables_of(p, assumed))
            for (const auto& row : t.rows)
                for (const auto& span : test::code_spans(row.at(1))) {
                    const auto colon = span.text.find(": ");
                    if (colon == std::string::npos || !test::looks_like_a_key(span.text.substr(0, colon))) continue;
                    ++settings;
                    EXPECT_TRUE(known.contains(span.text.substr(0, colon))) << p.file << ": " << span.text;
                }
    EXPECT_GE(settings, 8U);
}

TEST(connector_pages, every_switch_is_a_key_and_has_the_default_that_stands_there)
{
    std::size_t named = 0, defaults = 0;
    for (const auto& p : pages)
        for (const auto& t : tables_of(p, assumed))
            for (const auto& row : t.rows)
                for (const auto& s : test::switches_in(row.at(1))) {
                    SCOPED_TRACE(std::string(p.file) + ", " + t.heading + ": " + s.key);
                    ++named;
                    const auto* key = key_of(p, s.key);
                    ASSERT_TRUE(key) << "there is no such key";
                    if (s.standard.empty()) continue;
                    ++defaults;
                    expect_default(p, t.heading, s, *key);
                }
    EXPECT_GT(named, 180U);
    EXPECT_GT(defaults, 170U);
}

// The keys that the tables of a type's pages name with a default.
std::set<std::string> keys_in_tables(std::string_view type)
{
    std::set<std::string> all;
    for (const auto& p : pages) {
        if (p.type != type) continue;
        for (const auto& t : tables_of(p, assumed))
            for (const auto& row : t.rows)
                for (const auto& s : test::switches_in(row.at(1)))
                    if (!s.standard.empty()) all.insert(s.key);
    }
    return all;
}

TEST(connector_pages, every_key_of_a_connection_is_in_a_table_or_assumes_nothing)
{
    std::size_t assumptions = 0;
    for (const auto& type : connectors::connector_types()) {
        const test::key_walk keys(type.name, keys_in_tables(type.name));
        EXPECT_THAT(keys.complaints, IsEmpty()) << type.name;
        assumptions += keys.assumptions;
    }
    EXPECT_GT(assumptions, 20U); // else the marks are no longer found in what keys say
}

TEST(connector_pages, a_switch_without_a_row_is_found)
{
    const auto without = [](std::string_view type, const char* key) {
        auto told = keys_in_tables(type);
        EXPECT_EQ(told.erase(key), 1U);
        return test::key_walk(type, std::move(told)).complaints;
    };
    EXPECT_THAT(without("bare_id", "ops.user_delete"),
                ElementsAre(StartsWith("ops.user_delete switches an assumption (target: deletes a person")));
    EXPECT_THAT(without("beyond_identity", "filters.external_id"),
                ElementsAre(StartsWith("filters.external_id switches an assumption")));
    EXPECT_THAT(without("beyond_identity", "write.clear"), ElementsAre(HasSubstr("has no place")));
    EXPECT_THAT(without("scim", "source.confirm_end"), ElementsAre(HasSubstr("has no place")));
}

TEST(connector_pages, a_cell_is_read_as_it_is_meant)
{
    const auto all = test::switches_in("`write.clear`: `null`; or `empty_text`. `ops.user_list`: off (see `x.y`); "
                                       "`a.b`, `c`: as the kind has them; `method: PATCH`, `offset`, `page`");
    std::vector<std::string> found;
    for (const auto& s : all) found.push_back(s.key + (s.exact ? "=" : "~") + s.standard);
    EXPECT_THAT(found, ElementsAre("write.clear=null", "ops.user_list~off", "x.y~", "a.b~as the kind has them",
                                   "c~as the kind has them"));
    EXPECT_THAT(test::cells_of("| a | `b\\|c` |  |"), ElementsAre("a", "`b|c`", ""));
}

bool is_command(const std::string& text)
{
    return std::ranges::any_of(daemon::cli::all_commands(), [&](const daemon::cli::command& c) {
        return text == c.name || text.starts_with(std::string(c.name) + " ");
    });
}

bool is_operation(std::string_view type, const std::string& resource, const std::string& verb)
{
    std::vector<const connectors::operation_table*> tables;
    if (type == "bare_id") tables = {&connectors::bare_id::gateway_table(), &connectors::bare_id::keycloak_table()};
    if (type == "beyond_identity") tables = {&connectors::beyond_identity::operations()};
    if (type == "scim") tables = {&connectors::scim::operations()};
    return std::ranges::any_of(tables, [&](const auto* t) { return connectors::find_operation(*t, resource, verb); });
}

// Also in the rest of a page: a command that an operator is told to type is one.
TEST(connector_pages, every_command_in_them_is_one)
{
    std::size_t commands = 0, operations = 0;
    for (const auto& p : pages)
        for (const auto& span : test::code_spans(text_of(p))) {
            constexpr std::string_view us = "idferry ", api = "api CONNECTION ";
            if (!span.text.starts_with(us) || span.text.find('\n') != std::string::npos) continue;
            const auto line = span.text.substr(us.size());
            EXPECT_TRUE(is_command(line)) << p.file << ": " << span.text;
            ++commands;
            if (!line.starts_with(api)) continue;
            const auto words = connectors::words(std::string_view(line).substr(api.size()));
            ASSERT_GE(words.size(), 2U) << p.file << ": " << span.text;
            EXPECT_TRUE(is_operation(p.type, std::string(words[0]), std::string(words[1])))
                << p.file << ": " << span.text;
            ++operations;
        }
    EXPECT_GT(commands, 80U);
    EXPECT_GT(operations, 50U);
}

} // namespace
