// docs/operations.md: each operation of the documents → what of idferry uses it → the test that exercised it over TLS.
// The page is made here, from the list of the documents' operations, from what the binary lists, and from the tests
// that are compiled into this program; each of those tests fails unless the sandbox answered its operation
// (api_fixture).
#include "tests/e2e/api_fixture.hpp"
#include "tests/support/seed_operations.hpp"

#include <algorithm>
#include <fstream>
#include <set>

namespace idferry::e2e {
namespace {

std::set<std::string> compiled_tests()
{
    std::set<std::string> out;
    const auto* all = testing::UnitTest::GetInstance();
    for (int s = 0; s < all->total_test_suite_count(); ++s) {
        const auto* suite = all->GetTestSuite(s);
        for (int t = 0; t < suite->total_test_count(); ++t)
            out.insert(std::string(suite->name()) + "." + suite->GetTestInfo(t)->name());
    }
    return out;
}

std::string test_of(std::string_view connection, std::string_view resource, std::string_view verb)
{
    auto name = std::string(resource) + "_" + std::string(verb);
    std::ranges::replace(name, '-', '_');
    return "api_" + std::string(connection) + "." + name;
}

constexpr std::string_view head = R"(# Operations

Every operation of the documents that idferry is built from: Beyond Identity's API reference, Bare.ID's description of its API client, Showpad's
article on SCIM. What of a sync uses it, how an operator reaches it ([`idferry api`](operating.md#calling-an-api-by-hand)), and the test that exercised it
over TLS against the sandbox. This page is made by `e2e_test` (`operations_page`), which fails when an operation has no command or no test; each test fails
unless the sandbox was asked exactly that operation and answered it.

Bare.ID's document names areas, not paths: the paths here are the connector's first guess, off until a connection switches them on
([Bare.ID](connectors/bare_id.md)).
)";

constexpr std::string_view table_head = R"(
| operation | request | a sync | `idferry api` | exercised by |
|---|---|---|---|---|
)";

struct operations_page : api_beyond
{
    void SetUp() override
    {
        api_test::SetUp();
        of_the_command();
    }

    json table_of(const std::string& connection)
    {
        const auto listed = here().run({"api", connection, "--format", "json"});
        EXPECT_EQ(listed.code, 0) << listed.text();
        return json::parse(listed.out, nullptr, false);
    }
};

std::string seed_lines(const std::set<std::string>& tests)
{
    std::string out, system;
    for (const auto& s : test::seed_operations) {
        if (s.system != system) {
            system = s.system;
            out += "\n## " + system + "\n" + std::string(table_head);
        }
        std::string command = "every call", by = "every test of `api_" + std::string(s.connection) + "`";
        if (!s.resource.empty()) {
            const auto name = test_of(s.connection, s.resource, s.verb);
            EXPECT_TRUE(tests.contains(name)) << s.title << " has no test " << name;
            command = "`" + std::string(s.resource) + " " + std::string(s.verb) + "`";
            by = "`" + name + "`";
        }
        const auto sync = s.used_by.empty() || s.resource.empty() ? std::string() : std::string(s.used_by);
        out += "| " + std::string(s.title) + " | `" + std::string(s.method) + " " + std::string(s.path) + "` | " +
               sync + " | " + command + " | " + by + " |\n";
    }
    return out;
}

TEST_F(operations_page, is_true_and_complete)
{
    const auto tests = compiled_tests();
    auto page = std::string(head) + seed_lines(tests);
    page +=
        "\n## Beyond the documents\n\nWhat newer documents have, or what stands behind an area that a document only "
        "names.\n";
    for (const auto& [connection, title] :
         {std::pair("beyond", "Beyond Identity, current specification"), std::pair("bare", "Bare.ID, gateway"),
          std::pair("legacy", "Bare.ID, User Legacy API"), std::pair("showpad", "SCIM")}) {
        const auto table = table_of(connection);
        std::string lines;
        for (const auto& o : table["operations"]) {
            const auto resource = o["resource"].get<std::string>(), verb = o["verb"].get<std::string>();
            const bool documented = std::ranges::any_of(test::seed_operations, [&](const auto& s) {
                return s.connection == connection && s.resource == resource && s.verb == verb;
            });
            if (documented) continue;
            const auto name = test_of(connection, resource, verb);
            // The legacy API is the same as Keycloak's everywhere: its calls are tried by kind.
            const bool tried = tests.contains(name);
            EXPECT_TRUE(tried || connection == std::string("legacy")) << "no test " << name;
            lines += "| " + o["title"].get<std::string>() + " | `" + o["method"].get<std::string>() + " " +
                     o["path"].get<std::string>() + "` | `" + resource + " " + verb + "` | " +
                     (tried ? "`" + name + "`" : "") + " |\n";
        }
        if (lines.empty()) continue;
        page += std::string("\n### ") + title +
                "\n\n| operation | request | `idferry api` | exercised by |\n|---|---|---|---|\n" + lines;
    }
    const std::string made = IDFERRY_BINARY_DIR "/operations.md";
    std::ofstream(made, std::ios::binary) << page;
    EXPECT_EQ(read_all(IDFERRY_SOURCE_DIR "/docs/operations.md") == page, true)
        << "the page is another one: cp " << made << " docs/operations.md";
}

} // namespace
} // namespace idferry::e2e
