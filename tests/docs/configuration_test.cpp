// docs/configuration.md is what `idferry schema --format markdown` prints, and tells every key.
#include "daemon/cli/json_schema.hpp"
#include "daemon/cli/reference_page.hpp"
#include "daemon/run/settings.hpp"
#include "tests/docs/documents.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace {

using namespace idferry;
using config::description;
using described = std::shared_ptr<const description>;

std::string page_in_the_tree()
{
    return test::document("docs/configuration.md");
}

void each_key(const described& d, const std::string& path, std::set<const description*>& seen,
              const std::function<void(const std::string&, const description::key&)>& f)
{
    if (!d || !seen.insert(d.get()).second) return;
    for (const auto& key : d->keys) {
        f(path + "." + key.name, key);
        each_key(key.value, path + "." + key.name, seen, f);
    }
    each_key(d->element, path + "[]", seen, f);
    for (const auto& a : d->alternatives) each_key(a, path, seen, f);
}

TEST(configuration_reference, is_what_the_loader_describes)
{
    const auto made = daemon::cli::reference_page(*daemon::run::describe_settings());
    EXPECT_EQ(page_in_the_tree(), made) << "run: idferry schema --format markdown > docs/configuration.md";
}

TEST(configuration_reference, has_a_sentence_for_every_key)
{
    const auto page = page_in_the_tree();
    std::set<const description*> seen;
    int keys = 0;
    each_key(daemon::run::describe_settings(), "", seen, [&](const std::string& path, const description::key& key) {
        ++keys;
        EXPECT_FALSE(key.doc.empty()) << path;
        EXPECT_FALSE(key.doc.ends_with('.')) << path << ": the page adds the full stop where one belongs";
        EXPECT_NE(page.find(key.name), std::string::npos) << path;
    });
    EXPECT_GT(keys, 150);
}

TEST(configuration_reference, links_only_to_sections_that_are_there)
{
    const auto page = page_in_the_tree();
    for (auto at = page.find("](#"); at != std::string::npos; at = page.find("](#", at + 1)) {
        const auto name = page.substr(at + 3, page.find(')', at) - at - 3);
        EXPECT_NE(page.find("\n## " + name + "\n"), std::string::npos) << name;
    }
}

TEST(json_schema, is_the_same_every_time_and_refers_only_to_what_it_has)
{
    const auto one = daemon::cli::json_schema(*daemon::run::describe_settings(), "x");
    const auto two = daemon::cli::json_schema(*daemon::run::describe_settings(), "x");
    EXPECT_EQ(one.dump(), two.dump());
    const auto text = one.dump();
    constexpr std::string_view before = "\"#/$defs/";
    for (auto at = text.find(before); at != std::string::npos; at = text.find(before, at + 1)) {
        const auto begin = at + before.size();
        const auto name = text.substr(begin, text.find('"', begin) - begin);
        EXPECT_TRUE(one["$defs"].contains(name)) << name;
    }
}

} // namespace
