// The include policy: that it finds what it forbids, that it is consistent, and that the tree and CMake follow it.
#include "tests/checks/include_policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace idferry::tests::checks {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::filesystem::path policy_root{IDFERRY_SOURCE_DIR};

const include_policy& ours()
{
    static const include_policy policy{read_text(policy_root / "tests/checks/include_policy.json")};
    return policy;
}

bool is_cmake(const std::filesystem::path& file)
{
    return file.filename() == "CMakeLists.txt";
}

std::vector<source_file> tree()
{
    return read_tree(policy_root, {"config", "mapping", "connectors", "state", "daemon", "tests"}, is_cpp);
}

std::string found_in(std::string path, std::string text)
{
    return to_text(ours().check({std::move(path), std::move(text)}));
}

struct snippet
{
    const char* path;
    const char* text;
};

class allowed : public testing::TestWithParam<snippet>
{
};

TEST_P(allowed, passes)
{
    EXPECT_EQ(found_in(GetParam().path, GetParam().text), "");
}

constexpr snippet allowed_edges[] = {
    snippet{"mapping/mapper.cpp", "#include \"config/shape.hpp\"\n#include <vector>\n"},
    snippet{"connectors/bare_id/bare_id_source.cpp",
            "#include \"connectors/source.hpp\"\n#include \"connectors/http/client.hpp\"\n"},
    snippet{"connectors/registry.cpp", "#include \"connectors/scim/scim_target.hpp\"\n"},
    snippet{"connectors/scim/scim_target.cpp", "#include \"connectors/scim/scim_settings.hpp\"\n"},
    snippet{"daemon/reconcile/planner.cpp", "#include \"state/link.hpp\"\n#include \"mapping/digest.hpp\"\n"},
    snippet{"daemon/run/cycle.cpp", "#include \"state/store.hpp\"\n#include \"connectors/target.hpp\"\n"},
    snippet{"tests/sandbox/main.cpp",
            "#include \"connectors/http/listener.hpp\"\n#include \"tests/sandbox/person.hpp\"\n"}};
INSTANTIATE_TEST_SUITE_P(edges, allowed, testing::ValuesIn(allowed_edges));

constexpr snippet allowed_headers_and_words[] = {
    snippet{"connectors/source.hpp", "#include <boost/asio/awaitable.hpp>\n"},
    snippet{"connectors/http/beast_transport.cpp", "#include <boost/beast/http.hpp>\n#include <openssl/ssl.h>\n"},
    snippet{"mapping/json.hpp", "#include <nlohmann/json.hpp>\n"},
    snippet{"state/sqlite/database.cpp", "#include <sqlite3.h>\n"},
    snippet{"connectors/clock.cpp", "auto t = std::chrono::steady_clock::now();\n"},
    snippet{"config/secret.cpp", "auto v = std::getenv(name);\n"},
    snippet{"daemon/run/cycle.cpp",
            "// clock::now() is not called here\nauto t = time.now();\nlog(\"::now() getenv\");\n"}};
INSTANTIATE_TEST_SUITE_P(headers_and_words, allowed, testing::ValuesIn(allowed_headers_and_words));

class forbidden : public testing::TestWithParam<snippet>
{
};

TEST_P(forbidden, is_found)
{
    EXPECT_THAT(ours().check({GetParam().path, GetParam().text}), Not(IsEmpty())) << GetParam().text;
}

constexpr snippet forbidden_edges[] = {
    snippet{"config/node.cpp", "#include \"mapping/ids.hpp\"\n"},
    snippet{"mapping/mapper.cpp", "#include \"connectors/source.hpp\"\n"},
    snippet{"mapping/mapper.cpp", "#include \"state/link.hpp\"\n"},
    snippet{"connectors/source.hpp", "#include \"state/link.hpp\"\n"},
    snippet{"connectors/scim/scim_target.cpp", "#include \"connectors/bare_id/bare_id_source.hpp\"\n"},
    snippet{"connectors/source.hpp", "#include \"connectors/scim/scim_target.hpp\"\n"},
    snippet{"connectors/http/client.hpp", "#include \"connectors/source.hpp\"\n"},
    snippet{"connectors/http/client.hpp", "#include \"mapping/ids.hpp\"\n"},
    snippet{"state/store.hpp", "#include \"connectors/failure.hpp\"\n"},
    snippet{"daemon/reconcile/planner.cpp", "#include \"connectors/target.hpp\"\n"},
    snippet{"daemon/reconcile/planner.cpp", "#include \"state/store.hpp\"\n"},
    snippet{"daemon/run/cycle.cpp", "#include \"daemon/cli/arguments.hpp\"\n"},
    snippet{"daemon/run/cycle.cpp", "#include \"connectors/scim/scim_target.hpp\"\n"},
    snippet{"daemon/run/cycle.cpp", "#include \"tests/support/fake_clock.hpp\"\n"},
    snippet{"connectors/scim/scim_target.cpp", "#include \"connectors/http/byte_stream.hpp\"\n"},
    snippet{"tests/sandbox/main.cpp", "#include \"connectors/http/transport.hpp\"\n"},
    snippet{"tests/sandbox/main.cpp", "#include \"mapping/json.hpp\"\n"},
    snippet{"tests/sandbox/main.cpp", "#include \"tests/support/fake_clock.hpp\"\n"},
    snippet{"mapping/mapper.cpp", "#include \"ids.hpp\"\n"},
    snippet{"mapping/mapper.cpp", "#  include <mapping/ids.hpp>\n"},
    snippet{"tools/helper.cpp", "int x;\n"}};
INSTANTIATE_TEST_SUITE_P(edges, forbidden, testing::ValuesIn(forbidden_edges));

constexpr snippet forbidden_headers_and_words[] = {
    snippet{"connectors/source.hpp", "#include <boost/asio/steady_timer.hpp>\n"},
    snippet{"connectors/http/client.hpp", "#include <boost/beast/http.hpp>\n"},
    snippet{"connectors/scim/scim_target.cpp", "#include <boost/beast/http.hpp>\n"},
    snippet{"mapping/mapper.cpp", "#include <boost/asio/awaitable.hpp>\n"},
    snippet{"state/store.hpp", "#include <boost/asio/awaitable.hpp>\n"},
    snippet{"daemon/reconcile/planner.hpp", "#include <boost/asio/awaitable.hpp>\n"},
    snippet{"mapping/mapper.cpp", "#include <nlohmann/json.hpp>\n"},
    snippet{"daemon/run/cycle.cpp", "#include <nlohmann/json.hpp>\n"},
    snippet{"state/store.hpp", "#include <sqlite3.h>\n"},
    snippet{"daemon/run/cycle.cpp", "#include <sqlite3.h>\n"},
    snippet{"mapping/mapper.cpp", "#include <yaml-cpp/yaml.h>\n"},
    snippet{"config/node.hpp", "#include <yaml-cpp/yaml.h>\n"},
    snippet{"daemon/cli/main.cpp", "#include <openssl/ssl.h>\n"},
    snippet{"connectors/source.hpp", "#include <simdjson.h>\n"},
    snippet{"config/node.cpp", "#include <curl/curl.h>\n"},
    snippet{"config/node.cpp", "#include <boost/algorithm/string.hpp>\n"},
    snippet{"mapping/mapper.cpp", "#include <fstream>\n"},
    snippet{"daemon/reconcile/planner.cpp", "#include <iostream>\n"},
    snippet{"daemon/run/cycle.cpp", "auto t = std::chrono::system_clock::now();\n"},
    snippet{"mapping/mapper.cpp", "auto v = getenv(\"TZ\");\n"},
    snippet{"tests/daemon/cycle_test.cpp", "std::this_thread::sleep_for(1s);\n"},
    snippet{"config/node.hpp", "using namespace std;\n"}};
INSTANTIATE_TEST_SUITE_P(headers_and_words, forbidden, testing::ValuesIn(forbidden_headers_and_words));

TEST(include_policy, says_what_and_where)
{
    EXPECT_EQ(found_in("mapping/mapper.cpp", "// a line\n#include \"state/link.hpp\"\n"),
              "mapping/mapper.cpp:2: mapping may not include state/values (state/link.hpp)\n");
    EXPECT_THAT(found_in("connectors/source.hpp", "#include <boost/beast/http.hpp>\n"),
                HasSubstr("everybody else sees transport.hpp"));
}

TEST(include_policy, finds_a_circle_and_an_unknown_name_in_itself)
{
    const include_policy circular{R"({"units": [{"name": "a", "files": ["a/**"], "may_include": ["b"]},
        {"name": "b", "files": ["b/**"], "may_include": ["c"]}, {"name": "c", "files": ["c/**"], "may_include": ["a"]}],
        "third_party": [], "words": [], "libraries": {}})"};
    EXPECT_THAT(to_text(circular.check_itself()), HasSubstr("a -> b -> c -> a"));
    const include_policy unknown{R"({"units": [{"name": "a", "files": ["a/**"], "may_include": ["nobody"]}],
        "third_party": [], "words": [], "libraries": {"l": ["a", "none"]}})"};
    EXPECT_EQ(unknown.check_itself().size(), 2U);
}

TEST(include_policy, is_consistent)
{
    EXPECT_EQ(to_text(ours().check_itself()), "");
}

TEST(include_policy, finds_headers_that_include_each_other)
{
    const source_file a{"config/a.hpp", "#include \"config/b.hpp\"\n"};
    const source_file b{"config/b.hpp", "#include \"config/c.hpp\"\n"};
    const source_file c{"config/c.hpp", "#include \"config/a.hpp\"\n"};
    EXPECT_EQ(check_header_cycles({a, b}).size(), 0U);
    EXPECT_THAT(to_text(check_header_cycles({a, b, c})),
                HasSubstr("config/a.hpp -> config/b.hpp -> config/c.hpp -> config/a.hpp"));
}

TEST(include_policy, holds_in_the_tree)
{
    const auto files = tree();
    ASSERT_GT(files.size(), 20U);
    auto findings = check_header_cycles(files);
    for (const auto& file : files) {
        const auto found = ours().check(file);
        findings.insert(findings.end(), found.begin(), found.end());
    }
    EXPECT_TRUE(findings.empty()) << to_text(findings) << "the policy is tests/checks/include_policy.json";
}

TEST(link_lines, are_read_with_and_without_sources)
{
    const auto links =
        link_lines({{"CMakeLists.txt",
                     "function(idferry_library name)\n  target_link_libraries(${name} PUBLIC x)\nendfunction()\n"
                     "idferry_library(idferry_a SOURCES a.cpp LINKS idferry_b fmt::fmt) # LINKS none\n"
                     "add_library(idferry_b STATIC b.cpp)\ntarget_link_libraries(idferry_b PUBLIC\n  idferry_c)\n"}});
    EXPECT_THAT(links.at("idferry_a"), testing::ElementsAre("idferry_b", "fmt::fmt"));
    EXPECT_THAT(links.at("idferry_b"), testing::ElementsAre("idferry_c"));
    EXPECT_EQ(links.size(), 2U);
}

TEST(link_lines, that_contradict_the_policy_are_found)
{
    const auto found = [](const char* text) { return to_text(ours().check_links({{"CMakeLists.txt", text}})); };
    EXPECT_EQ(found("idferry_library(idferry_config SOURCES x)\nidferry_library(idferry_mapping SOURCES x LINKS "
                    "idferry_config)\n"),
              "");
    EXPECT_THAT(
        found("idferry_library(idferry_config SOURCES x)\nidferry_library(idferry_mapping SOURCES x LINKS fmt::fmt)\n"),
        HasSubstr("idferry_mapping may include idferry_config but does not link it"));
    EXPECT_THAT(found("idferry_library(idferry_state SOURCES x)\nidferry_library(idferry_bare_id SOURCES x LINKS "
                      "idferry_state)\n"),
                HasSubstr("idferry_bare_id links idferry_state"));
    EXPECT_THAT(found("idferry_library(idferry_bare_id SOURCES x)\nidferry_library(idferry_scim SOURCES x LINKS "
                      "idferry_bare_id)\n"),
                HasSubstr("idferry_scim links idferry_bare_id"));
}

TEST(link_lines, agree_with_the_policy)
{
    const auto files = read_tree(policy_root, {"config", "mapping", "connectors", "state", "daemon"}, is_cmake);
    ASSERT_EQ(link_lines(files).contains("idferry_mapping"), true);
    const auto findings = ours().check_links(files);
    EXPECT_TRUE(findings.empty()) << to_text(findings);
}

} // namespace
} // namespace idferry::tests::checks
