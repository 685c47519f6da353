// What `check` says without contacting anybody, and what it makes of what targets tell.
#include "daemon/run/checking.hpp"
#include "daemon/run/checking_judge.hpp"
#include "tests/support/own_folder.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

namespace idferry::test {
namespace {

namespace run = daemon::run;
using namespace std::chrono_literals;
using testing::HasSubstr;

std::string good()
{
    std::ifstream file(std::string(IDFERRY_SOURCE_DIR) + "/tests/mistakes/good.yaml");
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string changed(const std::string& from, const std::string& to)
{
    auto text = good();
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

std::variant<config::secret, std::string> resolved(const config::secret_ref&)
{
    return config::secret("s3cret-value");
}

// 2026-03-27 is a Friday; clocks in Berlin are put forward on Sunday the 29th at 02:00.
const daemon::schedule::instant friday{std::chrono::sys_days{std::chrono::year{2026} / 3 / 27} + 5h};

run::offline_check check(const std::string& text, daemon::schedule::instant now = friday,
                         const config::secret_resolver& secrets = resolved)
{
    config::diagnostics wrong;
    const auto all = run::parse_settings(text, "idferry.yaml", wrong);
    for (const auto& d : wrong.sorted()) ADD_FAILURE() << d.text();
    if (!all) return {};
    return run::check_offline(*all, secrets, now);
}

std::string texts(const run::offline_check& c)
{
    std::string out;
    for (const auto& f : c.findings) out += f.about + ": " + f.text + " -> " + f.todo + "\n";
    return out;
}

std::vector<std::string> times(const run::offline_check& c, const std::string& sync)
{
    std::vector<std::string> out;
    for (const auto& o : c.outlooks)
        if (o.sync == sync)
            for (const auto& r : o.next) out.push_back(r.local + (r.full ? " full" : "") + (r.moved ? " moved" : ""));
    return out;
}

TEST(offline_check, names_what_is_left_open)
{
    const auto said = texts(check(good()));
    EXPECT_THAT(said, HasSubstr("connection wiki: own_account is not known"));
    EXPECT_THAT(said, testing::Not(HasSubstr("connection showpad: own_account")));
    EXPECT_THAT(said, HasSubstr("sync staff-to-wiki: it has no schedule: the daemon runs it only when it is asked to"));
    EXPECT_THAT(said, HasSubstr("sync staff-to-wiki: it has no sentinels"));
    EXPECT_THAT(said, testing::Not(HasSubstr("sync staff-to-showpad: it has no s")));
    EXPECT_THAT(said, testing::Not(HasSubstr("no sync uses it")));
    EXPECT_THAT(said, testing::Not(HasSubstr("s3cret")));
}

TEST(offline_check, names_a_connection_that_nobody_uses_and_a_sync_that_never_reads_its_target)
{
    auto text = changed("syncs:\n", "  spare:\n    type: scim\n    base_url: https://spare.acme.example/scim\n"
                                    "    auth: {bearer: {env: T}}\nsyncs:\n");
    EXPECT_THAT(texts(check(text)), HasSubstr("connection spare: no sync uses it"));
    text = changed("full: \"0 3 * * *\", ", "");
    EXPECT_THAT(texts(check(text)), HasSubstr("sync staff-to-showpad: it never reads its target by itself"));
    text = changed("leave: {action: deactivate, then_delete_after: 30d}", "leave: {action: delete}");
    EXPECT_THAT(texts(check(text)), HasSubstr("people who leave are deleted at once"));
}

TEST(offline_check, tells_secrets_that_cannot_be_read_and_how_to_give_them)
{
    const auto said = texts(check(good(), friday, [](const config::secret_ref& ref) {
        return std::variant<config::secret, std::string>(ref.text() + ": it is not there");
    }));
    EXPECT_THAT(said, HasSubstr("connection bare: a secret cannot be read here: {credential: bareid-secret}: it is not "
                                "there -> give it to the daemon by LoadCredential="));
    EXPECT_THAT(said,
                HasSubstr("connection showpad: a secret cannot be read here: {file: /run/secrets/showpad-token}"));
    EXPECT_THAT(said, HasSubstr("connection wiki: a secret cannot be read here: {env: WIKI_SECRET}: it is not there -> "
                                "set the variable"));
}

TEST(offline_check, judges_the_token_of_the_admin_endpoint_like_every_secret)
{
    config::diagnostics wrong;
    const auto all = run::parse_settings(good(), "idferry.yaml", wrong);
    ASSERT_TRUE(all);
    const own_folder folder;
    run::admin_settings admin;
    admin.tcp.emplace();
    admin.tcp->token.from = config::secret_ref::kind::file;
    admin.tcp->token.name = folder.file("token");
    const auto said = [&] {
        const auto only_admin = [&](const config::secret_ref& ref) {
            return ref.from == config::secret_ref::kind::file && ref.name == admin.tcp->token.name
                       ? config::resolve(ref)
                       : resolved(ref);
        };
        return texts(run::check_offline(*all, only_admin, friday, admin));
    };
    EXPECT_THAT(said(), HasSubstr("admin.tcp.token: a secret cannot be read here: {file: " + folder.file("token")));
    const auto write = [&](const std::string& text, std::filesystem::perms mode) {
        folder.write("token", text);
        std::filesystem::permissions(folder.file("token"), mode);
    };
    using std::filesystem::perms;
    const auto own = perms::owner_read | perms::owner_write;
    write("\n", own);
    EXPECT_THAT(said(), HasSubstr("admin.tcp.token: a secret cannot be read here: {file: " + folder.file("token") +
                                  "} is empty"));
    write("fifteen-letters", own);
    EXPECT_THAT(said(), HasSubstr("admin.tcp.token: {file: " + folder.file("token") + "} is too short: 16 characters"));
    EXPECT_THAT(said(), testing::Not(HasSubstr("fifteen-letters")));
    write("0123456789abcdef", own | perms::others_read);
    EXPECT_THAT(said(), HasSubstr("admin.tcp.token: a secret can be read by others: "));
    write("0123456789abcdef", own);
    EXPECT_THAT(said(), testing::Not(HasSubstr("admin.tcp.token")));
}

// now is 06:00 in Berlin; the window is Mon-Fri 08:00-09:30.
TEST(offline_check, tells_the_next_three_runs)
{
    EXPECT_EQ(
        times(check(good()), "staff-to-showpad"),
        (std::vector<std::string>{"2026-03-27 06:10 +01:00", "2026-03-27 06:20 +01:00", "2026-03-27 06:30 +01:00"}));
    EXPECT_TRUE(times(check(good()), "staff-to-wiki").empty());
}

TEST(offline_check, tells_what_a_blackout_moves)
{
    const daemon::schedule::instant before{std::chrono::sys_days{std::chrono::year{2026} / 3 / 27} + 6h + 45min};
    EXPECT_EQ(times(check(good(), before), "staff-to-showpad"),
              (std::vector<std::string>{"2026-03-27 07:55 +01:00", "2026-03-27 09:30 +01:00 moved",
                                        "2026-03-27 09:40 +01:00"}));
}

TEST(offline_check, tells_full_runs_and_the_change_of_clocks)
{
    const auto text = changed("{every: 10m, jitter: 30s, full: \"0 3 * * *\",", "{full: \"0 3 * * *\",");
    EXPECT_EQ(times(check(text), "staff-to-showpad"),
              (std::vector<std::string>{"2026-03-28 03:00 +01:00 full", "2026-03-29 03:00 +02:00 full",
                                        "2026-03-30 03:00 +02:00 full"}));
}

TEST(live_judgement, of_a_token_by_its_last_days)
{
    const std::chrono::sys_seconds now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};
    EXPECT_EQ(run::judge_expiry("c", now, now).how, run::severity::error);
    EXPECT_EQ(run::judge_expiry("c", now - 1s, now).how, run::severity::error);
    EXPECT_EQ(run::judge_expiry("c", now + 1s, now).how, run::severity::warning);
    const auto soon = run::judge_expiry("c", now + 13 * 24h + 23h, now);
    EXPECT_EQ(soon.how, run::severity::warning);
    EXPECT_THAT(soon.text, HasSubstr("expires in 13 days, at 2026-12-05 23:00 UTC"));
    EXPECT_EQ(run::judge_expiry("c", now + 14 * 24h, now).how, run::severity::ok);
}

// The users of staff-to-wiki, which maps userName, displayName and nickName and deactivates leavers.
class schema_judgement : public testing::Test
{
protected:
    void SetUp() override
    {
        config::diagnostics wrong;
        all_ = run::parse_settings(good(), "idferry.yaml", wrong);
        ASSERT_TRUE(all_);
    }
    std::vector<run::finding> judge(std::optional<std::vector<connectors::attribute_support>> attributes)
    {
        connectors::type_survey seen;
        seen.attributes = std::move(attributes);
        std::vector<run::finding> out;
        run::judge_attributes("sync x", all_->syncs.at(1).types.at(0), seen, out);
        return out;
    }
    std::optional<run::settings> all_;
};

TEST_F(schema_judgement, finds_nothing_where_everything_is_kept)
{
    EXPECT_TRUE(judge({{{"username"}, {"displayName"}, {"nickName"}, {"active"}}}).empty()) << "names have no case";
    EXPECT_TRUE(judge(std::nullopt).empty()) << "an unpublished schema says nothing";
}

TEST_F(schema_judgement, names_what_is_missing_or_read_only)
{
    const auto found = judge({{{"userName"}, {"displayName", true}, {"active"}}});
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].text, "'displayName' is mapped, but the target's schema says that it is read-only");
    EXPECT_EQ(found[1].text, "'nickName' is mapped, but is not in the target's schema");
    for (const auto& f : found) EXPECT_EQ(f.how, run::severity::warning);
}

TEST_F(schema_judgement, refuses_a_leave_that_cannot_be_done)
{
    for (const auto& active : {std::vector<connectors::attribute_support>{}, {{"active", true}}}) {
        std::vector<connectors::attribute_support> all{{"userName"}, {"displayName"}, {"nickName"}};
        all.insert(all.end(), active.begin(), active.end());
        const auto found = judge(all);
        ASSERT_EQ(found.size(), 1U);
        EXPECT_EQ(found[0].how, run::severity::error);
        EXPECT_THAT(found[0].text, HasSubstr("`active`"));
        EXPECT_THAT(found[0].todo, HasSubstr("leave: {action: delete}"));
    }
}

TEST(remedies, differ_by_what_happened)
{
    const auto of = [](connectors::disposition next, int status) {
        connectors::failure f;
        f.next = next;
        f.status = status;
        return run::remedy(f);
    };
    using enum connectors::disposition;
    EXPECT_THAT(of(stop, 401), HasSubstr("renew the token"));
    EXPECT_THAT(of(stop, 403), HasSubstr("right"));
    EXPECT_THAT(of(not_found, 404), HasSubstr("address"));
    EXPECT_THAT(of(retry, 0), HasSubstr("network"));
    EXPECT_THAT(of(retry, 503), HasSubstr("later"));
}

} // namespace
} // namespace idferry::test
