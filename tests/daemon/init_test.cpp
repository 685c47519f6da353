// `idferry init`: whatever it writes, the loader accepts; what it cannot know, it asks for or names.
#include "connectors/registry.hpp"
#include "daemon/cli/starter_file.hpp"
#include "daemon/run/settings.hpp"
#include "tests/support/own_folder.hpp"
#include "tests/support/program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace idferry;
using namespace idferry::daemon::cli;
using test::run_program;
using testing::HasSubstr;
using testing::Not;

const std::string binary = IDFERRY_BINARY_DIR "/idferry";
const std::string instance = "db0c1370-dcc7-47c8-aac6-580043c46a98";

std::optional<daemon::run::settings> loaded(const std::string& text)
{
    config::diagnostics mistakes;
    auto parsed = daemon::run::parse_settings(text, "starter.yaml", mistakes);
    for (const auto& m : mistakes.sorted()) ADD_FAILURE() << m.text() << "\n" << text;
    return parsed;
}

std::vector<std::string> line(std::vector<std::string> more)
{
    std::vector<std::string> argv{binary,         "init",
                                  "--instance",   instance,
                                  "--company",    "acme",
                                  "--realm",      "Mitarbeitende",
                                  "--client-id",  "client",
                                  "--base-url",   "https://scim.acme.example/v2",
                                  "--source-url", "https://people.acme.example/v2"};
    for (const char* one : {"--tenant", "0001f1f460b1ace6", "--application", "38833c36", "--application-realm", "6c1f",
                            "--application-client", "api-client", "--source-realm", "8f5b", "--target-realm", "9a6c"})
        argv.emplace_back(one);
    argv.insert(argv.end(), more.begin(), more.end());
    return argv;
}

TEST(init, every_pair_of_source_and_target_is_accepted_by_the_loader)
{
    test::own_folder folder;
    for (const auto source : starter_sources())
        for (const auto target : starter_targets())
            for (const bool groups : {false, true})
                for (const auto* own : {"", "provisioning@acme.example"}) {
                    auto argv = line({"--source", std::string(source), "--target", std::string(target), "--out", "-"});
                    if (groups) argv.push_back("--groups");
                    if (*own != '\0') argv.insert(argv.end(), {"--own-account", own});
                    const auto r = run_program(argv);
                    ASSERT_EQ(r.exit_code, 0) << r.err;
                    const auto settings = loaded(r.out);
                    ASSERT_TRUE(settings);
                    ASSERT_EQ(settings->syncs.size(), 1u);
                    const auto& sync = settings->syncs.front();
                    EXPECT_EQ(sync.name.text(), "staff-to-" + std::string(target));
                    EXPECT_EQ(sync.types.size(), groups ? 2u : 1u);
                    if (target == "beyond_identity") {
                        EXPECT_EQ(sync.target->address(),
                                  "https://api-us.beyondidentity.com/v1/tenants/0001f1f460b1ace6/realms/9a6c");
                        continue;
                    }
                    EXPECT_EQ(sync.target->own_account(), own);
                    EXPECT_EQ(sync.target->address(), "https://scim.acme.example/v2");
                }
}

// Whoever adds a connector is told to add it here: each type that can be a source or a target may be chosen.
TEST(init, knows_every_connector)
{
    for (const auto& type : connectors::connector_types()) {
        config::diagnostics mistakes;
        const auto section =
            config::parse_yaml("type: " + std::string(type.name) + "\n" + std::string(type.stand_in), "", mistakes);
        ASSERT_TRUE(section);
        const auto c = connectors::parse_connection(*section, "x", mistakes);
        ASSERT_TRUE(c) << type.name;
        const auto& sources = starter_sources();
        const auto& targets = starter_targets();
        if (c->can_be_source())
            EXPECT_NE(std::find(sources.begin(), sources.end(), type.name), sources.end()) << type.name;
        if (c->can_be_target())
            EXPECT_NE(std::find(targets.begin(), targets.end(), type.name), targets.end()) << type.name;
    }
}

TEST(init, awkward_answers_stay_what_they_are)
{
    starter_answers a;
    a.instance = instance;
    a.company = "acme";
    a.realm = "Mit arbeitende/ü";
    a.client_id = "null";
    a.source_secret = "file:/run/it's \"here\": yes";
    a.base_url = "https://scim.acme.example/v2?tenant=1&x='y'";
    a.target_secret = "credential:123";
    a.own_account = "#not a: comment";
    a.scope = R"(displayName eq "O'Neill \"x\"" and active eq true)";
    a.sync = "yes";
    const auto settings = loaded(starter_text(a));
    ASSERT_TRUE(settings);
    const auto& sync = settings->syncs.front();
    EXPECT_EQ(sync.name.text(), "yes");
    EXPECT_EQ(sync.target->own_account(), "#not a: comment");
    EXPECT_EQ(sync.target->address(), a.base_url);
    EXPECT_THAT(starter_text(a), HasSubstr("/realms/Mit%20arbeitende%2F%C3%BC/protocol/"));
}

TEST(init, writes_a_file_that_check_accepts_with_mode_0640_and_never_over_another)
{
    test::own_folder folder;
    const auto file = folder.file("idferry.yaml");
    const auto first = run_program(line({"--out", file}));
    ASSERT_EQ(first.exit_code, 0) << first.err;
    EXPECT_THAT(first.err, HasSubstr("idferry plan -c " + file));
    struct stat facts{};
    ASSERT_EQ(::stat(file.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 07777U, 0640u);
    EXPECT_TRUE(loaded(folder.read("idferry.yaml")));
    const auto before = folder.read("idferry.yaml");

    const auto again = run_program(line({"--out", file, "--sync", "other"}));
    EXPECT_EQ(again.exit_code, 1);
    EXPECT_THAT(again.err, HasSubstr("it is there already; --force replaces it"));
    EXPECT_EQ(folder.read("idferry.yaml"), before);

    EXPECT_EQ(run_program(line({"--out", file, "--sync", "other", "--force"})).exit_code, 0);
    EXPECT_THAT(folder.read("idferry.yaml"), HasSubstr("  other:\n"));
    std::set<std::string> names;
    for (const auto& e : std::filesystem::directory_iterator(folder.path())) names.insert(e.path().filename());
    EXPECT_EQ(names, std::set<std::string>{"idferry.yaml"}); // nothing half-written is left behind

    const auto nowhere = run_program(line({"--out", folder.file("no/such/folder")}));
    EXPECT_EQ(nowhere.exit_code, 1);
    EXPECT_THAT(nowhere.err, HasSubstr("No such file or directory"));
}

TEST(init, names_every_option_that_is_missing_at_once)
{
    test::own_folder folder;
    const auto r = run_program({binary, "init", "--out", folder.file("x.yaml")});
    EXPECT_EQ(r.exit_code, 1);
    for (const auto* option : {"--instance", "--company", "--realm", "--client-id", "--base-url"})
        EXPECT_THAT(r.err, HasSubstr(option));
    // What has a proposal, or may be unknown, is not asked for here.
    for (const auto* option : {"--source-secret", "--scope", "--own-account"})
        EXPECT_THAT(r.err, Not(HasSubstr(option)));
    EXPECT_EQ(folder.read("x.yaml"), "");
    const auto with_url =
        run_program({binary, "init", "--token-url", "https://login.acme.example/token", "--out", "-"});
    EXPECT_THAT(with_url.err, Not(HasSubstr("--company")));
}

TEST(init, refuses_what_the_loader_would_refuse_and_says_which_option)
{
    const auto said = [](std::vector<std::string> more) {
        more.insert(more.end(), {"--out", "-"});
        const auto r = run_program(line(std::move(more)));
        EXPECT_EQ(r.exit_code, 1);
        EXPECT_EQ(r.out, "");
        return r.err;
    };
    EXPECT_THAT(said({"--scope", "active equals true"}), HasSubstr("--scope: "));
    EXPECT_THAT(said({"--token-url", "http://login.acme.example/token"}), HasSubstr("--token-url: "));
    EXPECT_THAT(said({"--target-secret", "hunter2"}), HasSubstr("--target-secret: give where the secret is found"));
    EXPECT_THAT(said({"--target-secret", "hunter2"}), Not(HasSubstr("hunter2")));
    EXPECT_THAT(said({"--source-secret", "file:relative"}), HasSubstr("whole path"));
    EXPECT_THAT(said({"--sync", "a\nb"}), HasSubstr("control character"));
    const auto placeholder =
        run_program({binary, "init", "--instance", "00000000-0000-0000-0000-000000000000", "--company", "acme",
                     "--realm", "r", "--client-id", "c", "--base-url", "https://scim.acme.example", "--out", "-"});
    EXPECT_EQ(placeholder.exit_code, 1);
    EXPECT_THAT(placeholder.err, HasSubstr("--instance: "));
}

TEST(init, asks_on_a_terminal_until_it_has_what_it_needs)
{
    if (!test::has_terminals()) GTEST_SKIP() << "there are no terminals here (/dev/pts)";
    test::own_folder folder;
    test::program_options o;
    o.dialogue = {
        {"Source of people (bare_id, beyond_identity, or scim for any SCIM 2.0 service provider) [bare_id]: ", "\n"},
        {"[showpad]: ", "scimm\n"},
        {"'scimm' is none of them: showpad, scim", ""},
        {"[showpad]: ", "scim\n"},
        {"instanceUId): ", "\n"},
        {"this is needed", ""},
        {"instanceUId): ", "  " + instance + "  \n"},
        {"(acme in https://acme.login.bare.id): ", "acme\n"},
        {"as it stands in the login's address: ", "Mitarbeitende\n"},
        {"Client id of the Bare.ID API client: ", "client\n"},
        {"[file:/etc/idferry/bareid-secret]: ", "\n"},
        {"scim/v2): ", "http://scim.acme.example/v2\n"}, // plain HTTP is refused
        {"scim/v2): ", "https://scim.acme.example/v2\n"},
        {"[file:/etc/idferry/scim-token]: ", "credential:scim-token\n"},
        {"when you do not know it yet: ", "provisioning@acme.example\n"},
        {"[active eq true]: ", "active eq\n"},
        {"[active eq true]: ", "department eq \"Sales\"\n"},
        {"[staff-to-scim]: ", "\n"},
        {"Groups and their members too?", "yes\n"},
        {"Wrote ", ""}};
    const auto r = run_program({binary, "init", "--out", folder.file("idferry.yaml")}, o);
    EXPECT_EQ(r.exit_code, 0) << r.out;
    const auto text = folder.read("idferry.yaml");
    const auto settings = loaded(text);
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->syncs.front().types.size(), 2u);
    EXPECT_THAT(text, HasSubstr("auth: {bearer: {credential: scim-token}}"));
    EXPECT_THAT(text, HasSubstr(R"(scope: "department eq \"Sales\"")"));
}

TEST(init, that_is_left_in_the_middle_writes_nothing)
{
    if (!test::has_terminals()) GTEST_SKIP() << "there are no terminals here (/dev/pts)";
    test::own_folder folder;
    test::program_options o;
    o.dialogue = {{"[bare_id]: ", "\n"}, {"[showpad]: ", "\x04"}}; // Ctrl-D
    const auto r = run_program({binary, "init", "--out", folder.file("idferry.yaml")}, o);
    EXPECT_EQ(r.exit_code, 1);
    EXPECT_THAT(r.out, HasSubstr("stopped, nothing was written"));
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

} // namespace
