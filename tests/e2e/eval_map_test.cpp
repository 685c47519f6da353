// `idferry eval map`: the rules of a configuration on a person from stdin.
#include "mapping/json.hpp"
#include "tests/e2e/stage.hpp"
#include "tests/support/told.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace idferry::e2e {
namespace {

struct tried
{
    std::string out;
    int code{-1};
};

tried eval_map(const std::string& arguments, const std::string& person)
{
    const auto file = std::filesystem::temp_directory_path() / ("idferry-eval-" + std::to_string(::getpid()) + ".json");
    std::ofstream(file) << person;
    const std::string line = "'" IDFERRY_BINARY_DIR "/idferry' eval map " + arguments +
                             " -c '" IDFERRY_SOURCE_DIR "/packaging/examples/bare_id-to-showpad.yaml' < '" +
                             file.string() + "' 2>&1";
    tried done;
    FILE* pipe = ::popen(line.c_str(), "r");
    EXPECT_NE(pipe, nullptr);
    if (!pipe) return done;
    char some[4096];
    for (std::size_t n = 0; (n = std::fread(some, 1, sizeof some, pipe)) > 0;) done.out.append(some, n);
    test::tell("program", done.out);
    const int status = ::pclose(pipe);
    done.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    std::filesystem::remove(file);
    return done;
}

constexpr const char* anna =
    R"({"id": "1", "active": true, "title": "Chief", "name": {"givenName": "Anna", "familyName": "Berg"},
        "emails": [{"value": "Anna@Acme.example", "primary": true}], "groups": [{"value": "g", "display": "Sales"}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Sales"}})";

TEST(eval_map, shows_what_the_rules_of_a_sync_make_of_a_person)
{
    const auto done = eval_map("staff-to-showpad", anna);
    EXPECT_EQ(done.code, 0) << done.out;
    EXPECT_EQ(done.out.find("in scope: "), 0U) << done.out;
    EXPECT_NE(done.out.find("\"anna@acme.example\"  <- from email, lower, trim"), std::string::npos) << done.out;
    EXPECT_NE(done.out.find("\"Chief (Sales)\""), std::string::npos) << done.out;
}

TEST(eval_map, has_the_same_as_json)
{
    const auto done = eval_map("staff-to-showpad --format json", anna);
    ASSERT_EQ(done.code, 0) << done.out;
    const auto json = mapping::object_of(done.out);
    ASSERT_TRUE(json.contains("attributes")) << done.out;
    EXPECT_EQ(json.at("in_scope"), true);
    EXPECT_EQ(json.at("attributes").size(), 9U);
}

TEST(eval_map, says_why_somebody_is_out_of_scope_or_rejected)
{
    const auto out = eval_map("staff-to-showpad", R"({"id": "1", "active": false})");
    EXPECT_EQ(out.code, 0);
    EXPECT_EQ(out.out.find("out of scope: active eq true"), 0U) << out.out;
    const auto rejected = eval_map("staff-to-showpad", R"({"id": "1", "active": true, "title": {"a": 1}})");
    EXPECT_EQ(rejected.code, 4) << rejected.out;
    EXPECT_NE(rejected.out.find("rejected: title: "), std::string::npos) << rejected.out;
}

TEST(eval_map, tells_what_is_wrong_with_the_line)
{
    const auto sync = eval_map("staff-to-showpat", anna);
    EXPECT_EQ(sync.code, 1);
    EXPECT_NE(sync.out.find("did you mean 'staff-to-showpad'?"), std::string::npos) << sync.out;
    const auto text = eval_map("staff-to-showpad", "{");
    EXPECT_EQ(text.code, 1);
    EXPECT_NE(text.out.find("not JSON"), std::string::npos) << text.out;
    const auto nobody = eval_map("staff-to-showpad", "");
    EXPECT_EQ(nobody.code, 1);
    EXPECT_NE(nobody.out.find("on stdin"), std::string::npos) << nobody.out;
    const auto groups = eval_map("staff-to-showpad --type groups", R"({"displayName": "Sales North"})");
    EXPECT_EQ(groups.code, 0) << groups.out;
    EXPECT_NE(groups.out.find("\"Sales North\""), std::string::npos) << groups.out;
}

} // namespace
} // namespace idferry::e2e
