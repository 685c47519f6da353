// Credentials and the jobs that bind them (apis: Beyond Identity, sections 5.7, 5.8, 6.6 and 6.7).
#include "connectors/beyond_identity/credentials.hpp"
#include "tests/connectors/beyond_identity/realm_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace idferry::connectors::beyond_identity {

using mapping::json;
using mapping::target_id;
using test::error_about;
using test::list_of;
using test::realm_bench;
using test::run;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace {

const std::string link = "https://auth.test.example/v1/tenants/t/realms/r/identities/i1/credential-binding-jobs/j1"
                         ":invokeAuthenticator?token=x7Kq9";

// Section 5.8's object.
std::string job(const std::string& id, const std::string& state, const std::string& delivery = "EMAIL",
                const std::string& more = "")
{
    return "{\"id\":\"" + id + "\",\"identity_id\":\"i1\",\"delivery_method\":\"" + delivery + "\",\"state\":\"" +
           state + "\",\"expire_time\":\"2022-06-23T14:31:03.770Z\",\"create_time\":\"2022-06-16T14:31:03.770905Z\"" +
           more + "}";
}

std::string authenticators()
{
    return list_of("authenticator_configs",
                   {R"({"id":"a1","display_name":"Hosted Web"})", R"({"id":"a2","display_name":"Twice"})",
                    R"({"id":"a3","display_name":"Twice"})"},
                   3);
}

binding_request request(link_delivery how, const std::string& authenticator)
{
    return {target_id("i1"), how, authenticator, "https://app.example/done"};
}

binding_job::time_point at(const char* text)
{
    return *read_time(text);
}

TEST(beyond_identity_times, have_any_number_of_digits_behind_the_point)
{
    using std::chrono::milliseconds;
    EXPECT_EQ(at("1970-01-01T00:00:00Z").time_since_epoch(), milliseconds(0));
    EXPECT_EQ(at("1970-01-02T00:00:01.5Z").time_since_epoch(), milliseconds(86'401'500));
    EXPECT_EQ(at("2022-06-16T14:31:03.770905Z"), at("2022-06-16T14:31:03.770Z"));
    for (const char* wrong :
         {"", "Z", "2022-06-16", "2022-13-16T14:31:03Z", "2022-06-16T14:31:03", "2022-06-16T24:31:03Z",
          "2022-06-16T14:31:03.x7Z", "2022-06-16T14:31:03.1234567890Z", "2022-06-16 14:31:03Z"})
        EXPECT_FALSE(read_time(wrong)) << wrong;
}

TEST(beyond_identity_jobs, come_in_seven_states_of_which_an_older_service_knows_four)
{
    const auto state = [](const std::string& word) { return decode_job(json::parse(job("j1", word)))->state; };
    for (const char* open : {"LINK_SENT", "LINK_OPENED", "REQUEST_DELIVERED", "SOMETHING_NEW"})
        EXPECT_EQ(state(open), job_state::open) << open;
    EXPECT_EQ(state("COMPLETE"), job_state::bound);
    EXPECT_EQ(state("EXPIRED"), job_state::expired);
    EXPECT_EQ(state("FAILED_TO_SEND"), job_state::failed);
    EXPECT_EQ(state("REVOKED"), job_state::revoked);
    // There EXPIRED is not told, but the time is.
    const auto old = *decode_job(json::parse(job("j1", "LINK_OPENED")));
    EXPECT_EQ(old.state_at(at("2022-06-23T14:31:03.769Z")), job_state::open);
    EXPECT_EQ(old.state_at(at("2022-06-23T14:31:03.770Z")), job_state::expired);
    EXPECT_EQ(decode_job(json::parse(job("j1", "LINK_OPENED", "EMAIL", ",\"credential_id\":\"c1\"")))->state,
              job_state::bound);
    EXPECT_FALSE(decode_job(json::parse("{\"state\":\"LINK_SENT\"}")));
    EXPECT_FALSE(decode_job(json::parse("[]")));
}

TEST(beyond_identity_steps, an_email_job_names_the_authenticator_by_its_id)
{
    realm_bench b;
    b.then(200, authenticators()).then(200, "{\"credential_binding_job\":" + job("j1", "LINK_SENT") + "}");
    const auto made = run(b.target().steps()->bind(request(link_delivery::email, "Hosted Web")));
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(made->job.id, "j1");
    EXPECT_EQ(made->job.word, "LINK_SENT");
    EXPECT_EQ(made->job.delivery, link_delivery::email);
    EXPECT_EQ(made->job.expires, at("2022-06-23T14:31:03.770Z"));
    EXPECT_TRUE(made->link.empty());
    EXPECT_THAT(b.asked(),
                ElementsAre("GET /authenticator-configs?page_size=100", "POST /identities/i1/credential-binding-jobs"));
    EXPECT_EQ(b.sent().at(0), json::parse(R"({"job":{"delivery_method":"EMAIL","authenticator_config_id":"a1",
                                           "post_binding_redirect_uri":"https://app.example/done"}})"));
    // Asked once.
    b.then(200, "{\"credential_binding_job\":" + job("j2", "LINK_SENT") + "}");
    EXPECT_TRUE(run(b.target().steps()->bind(request(link_delivery::email, "Hosted Web"))));
    EXPECT_EQ(b.asked().size(), 3U);
}

TEST(beyond_identity_steps, a_link_that_is_returned_is_a_secret)
{
    realm_bench b;
    b.then(200, authenticators())
        .then(200, "{\"credential_binding_job\":" + job("j1", "LINK_SENT", "RETURN") +
                       ",\"credential_binding_link\":\"" + link + "\"}");
    const auto made = run(b.target().steps()->bind(request(link_delivery::link, "a1")));
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(made->link.reveal(), link);
    EXPECT_EQ(b.sent().at(0)["job"]["delivery_method"], "RETURN");
}

TEST(beyond_identity_steps, an_answer_without_its_link_says_nothing_of_it_and_may_have_been_carried_out)
{
    realm_bench b;
    b.then(200, authenticators()).then(200, "{\"credential_binding_job\":" + job("j1", "LINK_SENT", "RETURN") + "}");
    const auto made = run(b.target().steps()->bind(request(link_delivery::link, "a1")));
    ASSERT_FALSE(made);
    EXPECT_TRUE(made.error().outcome_unknown);
    b.then(200, "{\"credential_binding_link\":\"" + link + "\"}");
    const auto shapeless = run(b.target().steps()->bind(request(link_delivery::link, "a1")));
    ASSERT_FALSE(shapeless);
    EXPECT_THAT(shapeless.error().detail, Not(HasSubstr("x7Kq9")));
}

TEST(beyond_identity_steps, an_authenticator_nobody_has_or_several_have_is_said_so)
{
    realm_bench b;
    b.otherwise = [](const http::request&) { return test::make_json_answer(200, authenticators()); };
    const auto none = run(b.target().steps()->find_authenticator("Hosted"));
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().next, disposition::reject);
    EXPECT_THAT(none.error().detail, HasSubstr("'Hosted'"));
    const auto two = run(b.target().steps()->find_authenticator("Twice"));
    ASSERT_FALSE(two);
    EXPECT_THAT(two.error().detail, HasSubstr("a2, a3"));
    EXPECT_EQ(run(b.target().steps()->find_authenticator("a3")).value(), "a3");
}

TEST(beyond_identity_steps, who_has_no_address_is_one_reject)
{
    realm_bench b;
    b.then(200, authenticators())
        .then(422, error_about("unprocessable_entity", "Identity missing email address", "Identity", {"i1"}));
    const auto made = run(b.target().steps()->bind(request(link_delivery::email, "a1")));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().next, disposition::reject);
    EXPECT_FALSE(made.error().outcome_unknown);
    EXPECT_THAT(made.error().detail, HasSubstr("Identity missing email address"));
}

TEST(beyond_identity_steps, lost_creations_are_unknown)
{
    realm_bench b;
    b.then(200, authenticators()).then(504, ""); // a gateway gave up waiting
    const auto made = run(b.target().steps()->bind(request(link_delivery::email, "a1")));
    ASSERT_FALSE(made);
    EXPECT_TRUE(made.error().outcome_unknown);
}

TEST(beyond_identity_steps, a_job_is_looked_at_and_all_of_a_persons_are_listed)
{
    realm_bench b;
    b.then(200, job("j1", "REQUEST_DELIVERED"));
    const auto one = run(b.target().steps()->look(target_id("i1"), "j1"));
    ASSERT_TRUE(one) << one.error().detail;
    EXPECT_EQ(one->word, "REQUEST_DELIVERED");
    b.then(404, error_about("not_found", "credential binding job not found", "CredentialBindingJob", {"j2"}));
    const auto gone = run(b.target().steps()->look(target_id("i1"), "j2"));
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().next, disposition::not_found);
    b.then(200, list_of("credential_binding_jobs", {job("j1", "COMPLETE")}, 2, "more"))
        .then(200, list_of("credential_binding_jobs", {job("j2", "EXPIRED")}, 2));
    const auto all = run(b.target().steps()->jobs(target_id("i1")));
    ASSERT_TRUE(all) << all.error().detail;
    ASSERT_EQ(all->size(), 2U);
    EXPECT_EQ(all->at(1).state, job_state::expired);
    EXPECT_THAT(b.asked(), ElementsAre("GET /identities/i1/credential-binding-jobs/j1",
                                       "GET /identities/i1/credential-binding-jobs/j2",
                                       "GET /identities/i1/credential-binding-jobs?page_size=200",
                                       "GET /identities/i1/credential-binding-jobs?page_size=200&page_token=more"));
}

TEST(beyond_identity_steps, credentials_are_known_whole_or_not_at_all)
{
    realm_bench b;
    const std::string active = R"({"id":"c1","state":"ACTIVE","csr_type":"WEBAUTHN","jwk_json":"{}"})";
    const std::string revoked = R"({"id":"c2","state":"REVOKED","csr_type":"JWT","jwk_json":"{}"})";
    b.then(200, list_of("credentials", {active, revoked}, 2));
    const auto all = run(b.target().steps()->credentials(target_id("i1")));
    ASSERT_TRUE(all) << all.error().detail;
    ASSERT_EQ(all->size(), 2U);
    EXPECT_TRUE(all->at(0).active);
    EXPECT_FALSE(all->at(1).active);
    b.then(200, list_of("credentials", {active}, 2)); // the service counts one more
    const auto part = run(b.target().steps()->credentials(target_id("i1")));
    ASSERT_FALSE(part);
    EXPECT_EQ(part.error().next, disposition::retry);
}

TEST(beyond_identity_steps, what_is_revoked_or_gone_already_is_done)
{
    realm_bench b;
    auto& steps = *b.target().steps();
    b.then(200, R"({"id":"c1","state":"REVOKED"})");
    EXPECT_TRUE(run(steps.revoke(target_id("i1"), "c1")));
    b.then(404, error_about("not_found", "credential not found", "Credential", {"c2"}));
    EXPECT_TRUE(run(steps.revoke(target_id("i1"), "c2")));
    b.then(409, error_about("conflict", "credential binding job is complete", "CredentialBindingJob", {"j1"}));
    EXPECT_TRUE(run(steps.revoke_job(target_id("i1"), "j1")));
    EXPECT_THAT(b.asked(),
                ElementsAre("POST /identities/i1/credentials/c1:revoke", "POST /identities/i1/credentials/c2:revoke",
                            "POST /identities/i1/credential-binding-jobs/j1:revoke"));
    b.then(500, "");
    EXPECT_FALSE(run(steps.revoke(target_id("i1"), "c3")));
}

TEST(beyond_identity_steps, a_missing_scope_is_named)
{
    realm_bench b;
    b.granted = "identities:read";
    b.otherwise = [](const http::request&) {
        return test::make_json_answer(403, R"({"code":"forbidden","message":"forbidden"})");
    };
    const auto all = run(b.target().steps()->credentials(target_id("i1")));
    ASSERT_FALSE(all);
    EXPECT_EQ(all.error().next, disposition::stop);
    EXPECT_THAT(all.error().detail, HasSubstr("credentials:read"));
}

} // namespace
} // namespace idferry::connectors::beyond_identity
