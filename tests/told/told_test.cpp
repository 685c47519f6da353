// The search for secrets finds them: planted ones of every form, and that it had too little to look at.
#include "tests/support/own_folder.hpp"
#include "tests/told/examine.hpp"
#include "tests/told/secret_search.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace idferry::told {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string token = "sandbox.0123456789abcdef0123456789abcdef0123456789abcdef";
const std::string client = "s+00112233445566778899aabbccddeeff/%:\u00fc";

bool found(const std::string& secret_text, const std::string& text)
{
    std::size_t count = 0;
    secret_search({{"kind", secret_text}}).look(text, [&](const secret&, std::size_t) { ++count; });
    return count > 0;
}

TEST(secret_search, finds_a_secret_plain_encoded_or_in_part)
{
    EXPECT_TRUE(found(token, token));
    EXPECT_TRUE(found(token, "Authorization: Bearer " + token + "\r\n"));
    EXPECT_TRUE(found(token, "x" + token.substr(0, 30) + "...")) << "cut behind";
    EXPECT_TRUE(found(token, "..." + token.substr(30))) << "cut in front";
    EXPECT_TRUE(found(token, std::string(5000, '\0') + token + std::string(5000, '\0'))) << "in a binary file";
    EXPECT_TRUE(found(client, "client_secret=s%2B00112233445566778899aabbccddeeff%2F%25%3A%C3%BC&x")) << "of a form";
    EXPECT_TRUE(found(client, R"("s+00112233445566778899aabbccddeeff\/%:\u00fc")")) << "of JSON";
    // RFC 4648 of "idferry:s+00112233445566778899aabbccddeeff", "a:" and "ab:" in front of the same: three alignments.
    EXPECT_TRUE(found(client, "Basic aWRmZXJyeTpzKzAwMTEyMjMzNDQ1NTY2Nzc4ODk5YWFiYmNjZGRlZWZm"));
    EXPECT_TRUE(found(client, "Basic YTpzKzAwMTEyMjMzNDQ1NTY2Nzc4ODk5YWFiYmNjZGRlZWZm"));
    EXPECT_TRUE(found(client, "Basic YWI6cyswMDExMjIzMzQ0NTU2Njc3ODg5OWFhYmJjY2RkZWVmZg=="));
    EXPECT_TRUE(found("hunter2hunter2", "password hunter2hunter2"));
    EXPECT_TRUE(found("wfL34mu/EzRK+zgl7Iv/iSAS", "key wfL34mu/EzRK+zgl7Iv/iSAS"));
}

TEST(secret_search, finds_nothing_where_nothing_is)
{
    EXPECT_FALSE(found(token, ""));
    EXPECT_FALSE(found(token, "sandbox.0123456"));
    EXPECT_FALSE(found(token, "sandbox. and 0123456789abcde"));
    EXPECT_FALSE(found(client, "s+ and /%: and what else"));
    EXPECT_THAT(secret_search({{"pin", "1234567"}}).too_short(), ElementsAre(secret{"pin", "1234567"}));
}

class examine_test : public testing::Test
{
protected:
    examine_test()
    {
        put("issued", "access token\t" + token + "\nclient secret\t" + client + "\naccess token\t" + token + "\n");
        put("stage-1-1/GIVEN", "bareid-secret\n");
        put("stage-1-1/bareid-secret", client);
        put("stage-1-1/run1.err", "all is well\n");
        put("stage-1-1/state/state.db", "some rows");
        put("program-1-2", "usage: idferry\n");
    }
    void put(const std::string& name, const std::string& text)
    {
        fs::create_directories(fs::path(folder.file(name)).parent_path());
        folder.write(name, text);
    }
    examined look(const expected& least = {}, const std::vector<fs::path>& more = {})
    {
        return examine(folder.path(), more, least);
    }
    test::own_folder folder;
};

TEST_F(examine_test, says_what_it_looked_at)
{
    const auto seen = look({.secrets = {{"access token", 1}, {"client secret", 1}},
                            .files = {{"run1.err", 1}, {"state.db", 1}, {"state/", 1}}});
    EXPECT_TRUE(seen.good()) << testing::PrintToString(seen.findings) << testing::PrintToString(seen.missing);
    EXPECT_EQ(seen.files, 4U); // GIVEN, run1.err, state.db, program-1-2
    EXPECT_EQ(seen.given, 1U);
    EXPECT_EQ(seen.summary(), "looked for 2 secrets (1 access token, 1 client secret) in 4 files, 0 MB; 1 files that "
                              "were given secrets on purpose were left out; 0 found");
}

TEST_F(examine_test, finds_what_is_planted_wherever_it_is)
{
    for (const std::string place : {"stage-1-1/run1.err", "stage-1-1/state/state.db", "stage-1-1/answers/7",
                                    "program-1-2", "stage-1-1/state/bareid-secret", "stage-1-1/bareid-secret.new",
                                    "stage-1-1/GIVEN", "stage-2-1/bareid-secret"}) {
        const fs::path file = folder.file(place);
        const auto before = fs::exists(file) ? folder.read(place) : "";
        put(place, before + "\nBearer " + token + "\n");
        const auto seen = look();
        EXPECT_FALSE(seen.good()) << place;
        ASSERT_FALSE(seen.findings.empty()) << place;
        EXPECT_THAT(seen.findings.front(), HasSubstr("access token in " + place));
        EXPECT_THAT(seen.findings.front(), testing::Not(HasSubstr(token.substr(8, 16))));
        put(place, before);
    }
    EXPECT_TRUE(look().good());
}

TEST_F(examine_test, finds_it_in_the_log_of_the_run)
{
    const test::own_folder elsewhere;
    elsewhere.write("LastTest.log", "[ FAILED ] " + client + "\n");
    EXPECT_THAT(look({}, {elsewhere.file("LastTest.log")}).findings.size(), testing::Ge(1U));
    EXPECT_THAT(look({}, {elsewhere.file("no-such.log")}).missing.size(), testing::Ge(1U));
}

TEST_F(examine_test, fails_when_it_had_too_little)
{
    EXPECT_THAT(look({.secrets = {{"access token", 2}}, .files = {}}).missing,
                ElementsAre("secrets, access token: 1, expected are 2 at least")); // the same one twice is one
    EXPECT_THAT(look({.secrets = {{"admin token", 1}}, .files = {}}).missing,
                ElementsAre("secrets, admin token: 0, expected are 1 at least"));
    EXPECT_THAT(look({.secrets = {}, .files = {{"answers/", 1}}}).missing,
                ElementsAre("files answers/: 0, expected are 1 at least"));
    EXPECT_THAT(look({.secrets = {}, .files = {{"bareid-secret", 1}}}).missing.size(), 1U)
        << "left out, so not searched";
    EXPECT_FALSE(examine(folder.file("no-such-folder"), {}, {}).good());
    put("issued", "access token\tshort\n");
    EXPECT_FALSE(look().good());
    put("issued", token + "\n");
    EXPECT_FALSE(look().good());
}

} // namespace
} // namespace idferry::told
