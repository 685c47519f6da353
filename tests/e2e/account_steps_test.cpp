// Joiners and leavers of a realm of Beyond Identity: who gets a binding job, how often, and when credentials are
// revoked.
#include "tests/e2e/beyond_stage.hpp"

#include <algorithm>
#include <chrono>
#include <fcntl.h>
#include <sstream>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace idferry::e2e {
namespace {

class account_steps : public beyond_identity
{
protected:
    void SetUp() override
    {
        realm_id_ = s.box().info()["beyond"]["other_realm"].get<std::string>();
        bare_ = bare();
    }

    // `join` and `leave` are the sections of users, as flow YAML.
    void configure(const std::string& join, const std::string& leave = "{action: deactivate}")
    {
        s.write_config("connections:\n" + bare_ + connection("beyond", "other_realm") + R"yaml(
syncs:
  staff:
    source: bare
    target: beyond
    users:
      scope: 'active eq true and emails pr'
      match: [externalId, userName]
      attributes:
        externalId: id
        userName: {from: email, transform: [lower, trim]}
        displayName: {from: email, transform: [lower, trim, {truncate: 64}]}
        emails: {from: emails, collapse: primary}
        active: active
)yaml" + (join.empty() ? "" : "      join: " + join + "\n") +
                       "      leave: " + leave +
                       "\n    guards: {max_removals: 100%, max_removals_count: 500, max_changes: 100%}\n");
        if (authenticator_.empty()) {
            const json body{{"display_name", "Hosted Web"},
                            {"config",
                             {{"type", "hosted_web"},
                              {"authentication_methods", {{{"type", "webauthn_passkey"}}}},
                              {"trusted_origins", json::array()}}}};
            const auto made = s.run({"api", "beyond", "authenticator-configs", "create", "--write", "--format", "json",
                                     "--data", body.dump()});
            ASSERT_EQ(made.code, 0) << made.text();
            authenticator_ = made.plan()["id"].get<std::string>();
        }
    }
    // Everybody in scope, of whom the sync makes an account.
    json people()
    {
        auto out = json::array();
        const auto source = s.people();
        for (const auto& u : source["users"])
            if (u.value("enabled", false) && !u.value("email", "").empty()) out.push_back(u);
        return out;
    }
    // The jobs of one identity, or of all ("").
    std::vector<json> jobs(const std::string& identity = "")
    {
        std::vector<json> out;
        const auto all = realm("other_realm");
        for (const auto& job : all["credential_binding_jobs"])
            if (identity.empty() || job["identity_id"] == identity) out.push_back(job);
        return out;
    }
    std::vector<json> credentials(const std::string& identity)
    {
        std::vector<json> out;
        const auto all = realm("other_realm");
        for (const auto& one : all["credentials"])
            if (one["identity_id"] == identity) out.push_back(one);
        return out;
    }
    std::string id_of(const json& person)
    {
        return identity_in("other_realm", person["email"].get<std::string>()).value("id", "");
    }
    // What a person does with a job, or time.
    void becomes(const json& job, const std::string& state)
    {
        s.control("PATCH", "beyond/jobs/" + job["id"].get<std::string>() + "?realm=" + realm_id_, {{"state", state}});
    }
    // A passkey that somebody has from elsewhere.
    void give_credential(const std::string& identity)
    {
        s.control("POST", "beyond/identities/" + identity + "/credentials?realm=" + realm_id_, json::object());
    }
    void leaves(const json& person) { enable(person, false); }
    void returns(const json& person) { enable(person, true); }
    json steps(const std::string& key = "")
    {
        std::vector<std::string> words{"steps", "staff"};
        if (!key.empty()) words.push_back(key);
        words.insert(words.end(), {"--format", "json"});
        return s.run(words).plan()["steps"];
    }
    // "bind_credential open 1", one for each step of a person.
    std::set<std::string> step_lines(const json& person)
    {
        std::set<std::string> out;
        for (const auto& one : steps(person["uuid"].get<std::string>()))
            out.insert(one["step"].get<std::string>() + " " + one["status"].get<std::string>() + " " +
                       one["attempts"].dump());
        return out;
    }
    // Requests of a run to the API that a predicate fits, in order: "POST /…/credentials/c:revoke".
    std::vector<std::string> asked(const std::string& part)
    {
        std::vector<std::string> out;
        const auto log = s.control("GET", "requests?server=beyond&limit=100000")["requests"];
        for (const auto& one : log) {
            const auto line = one.value("method", "") + " " + one.value("target", one.value("path", ""));
            if (line.find(part) != std::string::npos) out.push_back(line);
        }
        return out;
    }
    std::vector<std::string> lines_of_audit(const json& person, const std::string& operation)
    {
        const auto run = s.run({"audit", "staff", "--key", person["uuid"].get<std::string>(), "--format", "json"});
        std::vector<std::string> out;
        const auto all = run.plan();
        for (const auto& line : all["audit"])
            if (line["operation"] == operation) out.push_back(line["outcome"].get<std::string>());
        return out;
    }

private:
    void enable(const json& person, bool on)
    {
        s.control("PATCH", "bareid/users/" + person["uuid"].get<std::string>(), {{"enabled", on}});
    }
    std::string realm_id_, bare_, authenticator_;
};

const char* const by_mail = "{credential: {delivery: email, authenticator: Hosted Web, attempts: 2}}";
// Every open job is looked at in every cycle.
const char* const watched = "{credential: {delivery: email, authenticator: Hosted Web, attempts: 2, look: 1ms}}";

TEST_F(account_steps, joiners_get_one_job_each_and_a_cycle_without_change_asks_nothing)
{
    configure(by_mail);
    const auto plan = s.plan();
    EXPECT_EQ(plan.code, 2);
    std::size_t created = 0;
    const auto planned = plan.plan();
    for (const auto& change : planned["changes"]) {
        ++created;
        EXPECT_EQ(change["steps"], json::array({"a credential binding job by e-mail"})) << change;
    }
    const auto wanted = people();
    ASSERT_EQ(created, wanted.size());
    EXPECT_EQ(planned["requests"], 2 * created) << "an account and a job each";
    EXPECT_TRUE(jobs().empty()) << "a plan makes none";
    const auto text = s.run({"plan"});
    EXPECT_NE(text.out.find("and a credential binding job by e-mail"), std::string::npos) << text.out.substr(0, 1000);

    sync_well();
    for (const auto& p : wanted) {
        const auto of_one = jobs(id_of(p));
        ASSERT_EQ(of_one.size(), 1U) << p["email"];
        EXPECT_EQ(of_one[0]["delivery_method"], "EMAIL");
        EXPECT_EQ(of_one[0]["state"], "LINK_SENT");
    }
    EXPECT_EQ(steps().size(), wanted.size());
    EXPECT_EQ(step_lines(wanted[0]), std::set<std::string>{"bind_credential open 1"});
    EXPECT_EQ(lines_of_audit(wanted[0], "bind_credential"), std::vector<std::string>{"done"});
    expect_an_empty_plan();
    s.control("DELETE", "requests");
    sync_well();
    EXPECT_TRUE(asked("credential").empty()) << asked("credential").front();
    EXPECT_EQ(jobs().size(), wanted.size());

    // Where people are shown, their steps are.
    const auto key = wanted[0]["uuid"].get<std::string>();
    const auto explained = s.run({"explain", "staff", key, "--format", "json"});
    EXPECT_EQ(explained.plan()["state"]["steps"][0]["status"], "open") << explained.text();
    EXPECT_EQ(s.run({"status", "--format", "json"}).plan()["syncs"][0]["steps"]["open"], wanted.size());
}

TEST_F(account_steps, a_job_is_followed_until_a_credential_is_bound_or_the_last_one_expired)
{
    configure(watched);
    sync_well();
    const auto all = people();
    const auto binds = all[0], sleeps = all[1];
    becomes(jobs(id_of(binds))[0], "COMPLETE");
    becomes(jobs(id_of(sleeps))[0], "EXPIRED");
    EXPECT_EQ(s.plan().code, 0) << "a look is no difference";
    sync_well();
    EXPECT_EQ(step_lines(binds), std::set<std::string>{"bind_credential done 1"});
    EXPECT_EQ(step_lines(sleeps), std::set<std::string>{"bind_credential open 2"});
    ASSERT_EQ(jobs(id_of(sleeps)).size(), 2U);
    for (const auto& job : jobs(id_of(sleeps)))
        if (job["state"] == "LINK_SENT") becomes(job, "EXPIRED");

    const auto last = s.run({"sync"});
    EXPECT_EQ(last.code, 4) << last.text();
    EXPECT_EQ(step_lines(sleeps), std::set<std::string>{"bind_credential given_up 2"});
    sync_well();
    EXPECT_EQ(jobs(id_of(sleeps)).size(), 2U) << "not more than two";
    const auto key = sleeps["uuid"].get<std::string>();
    const auto plan = s.run({"plan"});
    EXPECT_EQ(plan.code, 0);
    EXPECT_NE(plan.out.find("2 credential binding jobs came to nothing, the last one expired unused; idferry rejects "
                            "retry staff " +
                            key),
              std::string::npos)
        << plan.out;
    EXPECT_EQ(s.run({"rejects", "retry", "staff", key}).code, 0);
    sync_well();
    EXPECT_EQ(jobs(id_of(sleeps)).size(), 3U);
    EXPECT_EQ(step_lines(sleeps), std::set<std::string>{"bind_credential open 1"});
    const auto other_jobs = jobs(id_of(all[2]));
    EXPECT_EQ(other_jobs.size(), 1U) << "nobody else got another one";
}

TEST_F(account_steps, an_older_service_says_nothing_of_expiry_but_when_it_is)
{
    configure(watched);
    s.knob("beyond", "era", "seed");
    sync_well();
    const auto p = people()[0];
    s.control("PATCH",
              "beyond/jobs/" + jobs(id_of(p))[0]["id"].get<std::string>() +
                  "?realm=" + s.box().info()["beyond"]["other_realm"].get<std::string>(),
              {{"expire_time", "2020-01-01T00:00:00.000Z"}});
    sync_well();
    EXPECT_EQ(jobs(id_of(p)).size(), 2U);
}

TEST_F(account_steps, returned_links_go_to_the_program_alone)
{
    s.give_secret("links", "");
    s.write_file("hand-over.sh", "cat >> \"$1\"\necho \"$IDFERRY_SYNC $IDFERRY_LABEL\" >> \"$2\"\n");
    const auto in = [&](const char* name) { return "'" + s.folder() + "/" + name + "'"; };
    configure("{credential: {delivery: return, authenticator: Hosted Web, deliver: {command: [/bin/sh, " +
              in("hand-over.sh") + ", " + in("links") + ", " + in("whose") + "]}}}");
    const auto run = s.run({"sync", "-vv"});
    EXPECT_EQ(run.code, 0) << run.text();
    const auto wanted = people();
    const auto links = read_all(s.folder() + "/links"), whose = read_all(s.folder() + "/whose");
    EXPECT_EQ(static_cast<std::size_t>(std::count(links.begin(), links.end(), '\n')), wanted.size());
    for (const auto& p : wanted) {
        const auto of_one = jobs(id_of(p));
        ASSERT_EQ(of_one.size(), 1U);
        EXPECT_EQ(of_one[0]["delivery_method"], "RETURN");
        EXPECT_NE(links.find(of_one[0]["id"].get<std::string>() + ":invokeAuthenticator?token="), std::string::npos);
        EXPECT_NE(whose.find("staff " + lower(p["email"].get<std::string>()) + "\n"), std::string::npos) << whose;
    }
    // Nowhere else: tests/told looks at everything, and this at what is likeliest.
    s.run({"audit", "staff", "--format", "json"});
    s.run({"steps", "staff", "--format", "json"});
    const auto at = links.find("token=");
    const auto token = links.substr(at, links.find('\n', at) - at);
    EXPECT_EQ(read_all(s.state() + "/state.db").find(token), std::string::npos);
    EXPECT_EQ(run.text().find(token), std::string::npos);

    // Whoever needs a link by hand is told how to get a new one, and it works.
    const auto key = wanted[0]["uuid"].get<std::string>();
    const auto told = s.run({"steps", "staff", key, "--show-secrets"});
    EXPECT_EQ(told.code, 0) << told.text();
    EXPECT_NE(told.out.find("idferry api beyond credential-binding-jobs create " + id_of(wanted[0])), std::string::npos)
        << told.out;
    EXPECT_EQ(jobs(id_of(wanted[0])).size(), 1U) << "it made none itself";
}

TEST_F(account_steps, a_link_that_was_not_handed_over_ends_and_another_one_follows)
{
    s.give_secret("links", "");
    s.write_file("hand-over.sh", "exit 3\n");
    configure("{credential: {delivery: return, authenticator: Hosted Web, attempts: 1, deliver: {command: [/bin/sh, '" +
              s.folder() + "/hand-over.sh', '" + s.folder() + "/links']}}}");
    const auto failed = s.run({"sync"});
    EXPECT_EQ(failed.code, 4) << failed.text();
    EXPECT_NE(failed.out.find("was not handed over: /bin/sh ended with exit code 3"), std::string::npos)
        << failed.text();
    const auto p = people()[0];
    ASSERT_EQ(jobs(id_of(p)).size(), 1U);
    EXPECT_EQ(jobs(id_of(p))[0]["state"], "REVOKED");
    EXPECT_EQ(step_lines(p), std::set<std::string>{"bind_credential wanted 0"})
        << "nobody had it, so it does not count";
    EXPECT_EQ(s.plan().code, 2);

    s.write_file("hand-over.sh", "cat >> \"$1\"\n");
    sync_well();
    EXPECT_EQ(jobs(id_of(p)).size(), 2U);
    EXPECT_EQ(step_lines(p), std::set<std::string>{"bind_credential open 1"});
    expect_an_empty_plan();
}

TEST_F(account_steps, a_kill_while_a_link_is_handed_over_gives_nobody_a_second_one)
{
    // Every program hands its link over, says so, and is not done yet: it waits until it is told to go on.
    s.give_secret("links", "");
    s.give_secret("jobs", "");
    s.write_file("hand-over.sh", "cat >> \"$1/links\"\necho \"$IDFERRY_JOB\" >> \"$1/jobs\"\n"
                                 "[ -e \"$1/go\" ] || read -r line < \"$1/gate\"\n");
    ASSERT_EQ(::mkfifo((s.folder() + "/gate").c_str(), 0600), 0);
    configure("{credential: {delivery: return, authenticator: Hosted Web, look: 1ms, deliver: {command: [/bin/sh, '" +
              s.folder() + "/hand-over.sh', '" + s.folder() + "']}}}");
    const auto lines = [&](const char* file) {
        const auto text = read_all(s.folder() + "/" + file);
        return std::count(text.begin(), text.end(), '\n');
    };
    auto run = s.start({"sync"});
    while (run->running() && lines("jobs") < 2) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    run->kill_hard();
    run->wait();
    const auto given = lines("jobs");
    ASSERT_GE(given, 2);
    s.write_file("go", "");
    const int gate = ::open((s.folder() + "/gate").c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_EQ(::write(gate, "\n\n\n\n\n\n\n\n", 8), 8); // whoever waits, and whoever is about to
    sync_well();
    ::close(gate);

    // The document: the person has the link once the program ended with 0; what was cut off is followed, not repeated.
    // (A job may have been recorded when its program had not begun: its link reached nobody, and that is told, too.)
    const auto wanted = people();
    std::istringstream told(read_all(s.folder() + "/jobs"));
    std::multiset<std::string> handed;
    for (std::string line; std::getline(told, line);) handed.insert(line);
    std::ptrdiff_t unsure = 0;
    for (const auto& p : wanted) {
        std::vector<json> live;
        for (const auto& job : jobs(id_of(p)))
            if (job["state"] != "REVOKED") live.push_back(job);
        ASSERT_EQ(live.size(), 1U) << p["email"];
        EXPECT_EQ(step_lines(p), std::set<std::string>{"bind_credential open 1"});
        const auto note = steps(p["uuid"].get<std::string>())[0]["note"].get<std::string>();
        const bool in_doubt = note.find("whether it arrived is not known") != std::string::npos;
        unsure += in_doubt ? 1 : 0;
        const auto times = handed.count(live[0]["id"].get<std::string>());
        EXPECT_LE(times, 1U) << p["email"];
        EXPECT_TRUE(times == 1 || in_doubt) << p["email"];
    }
    EXPECT_LE(handed.size(), wanted.size()) << "nobody's second link";
    EXPECT_GE(unsure, given);
    EXPECT_LE(unsure, 4) << "no more than were under way at once";
    expect_an_empty_plan();

    // Used after all: the doubt is over.
    const auto p = wanted[0];
    becomes(jobs(id_of(p)).back(), "COMPLETE");
    sync_well();
    EXPECT_EQ(step_lines(p), std::set<std::string>{"bind_credential done 1"});
}

TEST_F(account_steps, leavers_lose_their_credentials_before_or_after_the_suspension)
{
    for (const std::string when : {"before", "after"}) {
        configure(by_mail, "{action: deactivate, revoke_credentials: " + when + "}");
        sync_well();
        const auto all = people();
        const auto p = when == "before" ? all[0] : all[1];
        const auto id = id_of(p);
        give_credential(id);
        give_credential(id);
        ASSERT_EQ(credentials(id).size(), 2U);
        leaves(p);
        const auto plan = s.run({"plan"});
        EXPECT_NE(plan.out.find(when == "before" ? "and the credentials are revoked first"
                                                 : "and the credentials are revoked after it"),
                  std::string::npos)
            << plan.out;
        s.control("DELETE", "requests");
        sync_well();
        for (const auto& one : credentials(id)) EXPECT_EQ(one["state"], "REVOKED");
        EXPECT_EQ(jobs(id)[0]["state"], "REVOKED") << "its link would bind another one";
        EXPECT_EQ(lines_of_audit(p, "revoke_credential"), (std::vector<std::string>{"done", "done"}));
        EXPECT_EQ(step_lines(p), (std::set<std::string>{"bind_credential cancelled 1", "revoke_credentials done 0"}));
        const auto writes = asked("/identities/" + id);
        const auto place = [&](const std::string& part) {
            return std::find_if(writes.begin(), writes.end(),
                                [&](const auto& line) { return line.find(part) != std::string::npos; }) -
                   writes.begin();
        };
        if (when == "before")
            EXPECT_LT(place(":revoke"), place("PATCH"));
        else
            EXPECT_LT(place("PATCH"), place(":revoke"));
        expect_an_empty_plan();
    }
}

TEST_F(account_steps, a_revocation_that_fails_holds_no_suspension_up_and_is_tried_again)
{
    configure("", "{action: deactivate, revoke_credentials: before}");
    sync_well();
    const auto p = people()[0];
    const auto id = id_of(p);
    give_credential(id);
    leaves(p);
    s.control("POST", "faults",
              {{"server", "beyond"}, {"method", "POST"}, {"path", "/credentials/"}, {"kind", "500"}, {"count", -1}});
    const auto failed = s.run({"sync"});
    EXPECT_EQ(failed.code, 4) << failed.text();
    EXPECT_EQ(identity_in("other_realm", p["email"].get<std::string>())["status"], "suspended");
    EXPECT_EQ(credentials(id)[0]["state"], "ACTIVE");
    EXPECT_EQ(s.plan().code, 2);
    s.control("DELETE", "faults");
    sync_well();
    EXPECT_EQ(credentials(id)[0]["state"], "REVOKED");
    EXPECT_EQ(lines_of_audit(p, "revoke_credential"), std::vector<std::string>{"done"});
    expect_an_empty_plan();
}

TEST_F(account_steps, who_comes_back_gets_a_job_unless_there_is_a_credential)
{
    configure(by_mail, "{action: deactivate, revoke_credentials: after}");
    sync_well();
    const auto all = people();
    const auto with = all[0], without = all[1];
    give_credential(id_of(without));
    leaves(without);
    sync_well();
    configure(by_mail); // who leaves now keeps what they have
    give_credential(id_of(with));
    leaves(with);
    sync_well();
    returns(with);
    returns(without);
    sync_well();
    EXPECT_EQ(step_lines(with), std::set<std::string>{"bind_credential done 0"});
    EXPECT_EQ(step_lines(without), std::set<std::string>{"bind_credential open 1"});
    EXPECT_EQ(jobs(id_of(with)).size(), 1U);
    EXPECT_EQ(jobs(id_of(without)).size(), 2U);
    expect_an_empty_plan();
}

TEST_F(account_steps, who_was_found_there_gets_a_job_only_where_that_is_configured)
{
    const auto all = people();
    const auto realm_id = s.box().info()["beyond"]["other_realm"].get<std::string>();
    for (const std::size_t i : {0, 1})
        s.control("POST", "beyond/identities?realm=" + realm_id,
                  {{"display_name", "By Hand"},
                   {"username", all[i]["email"].get<std::string>()},
                   {"primary_email_address", all[i]["email"].get<std::string>()}});
    leaves(all[1]);
    configure(by_mail);
    sync_well();
    EXPECT_TRUE(jobs(id_of(all[0])).empty());
    EXPECT_TRUE(step_lines(all[0]).empty());
    returns(all[1]);
    configure("{credential: {delivery: email, authenticator: Hosted Web, for: all}}");
    sync_well();
    EXPECT_EQ(jobs(id_of(all[1])).size(), 1U);
    EXPECT_TRUE(jobs(id_of(all[0])).empty()) << "taken over before that was asked for";
}

TEST_F(account_steps, who_was_found_there_and_comes_back_gets_a_job)
{
    const auto p = people()[0];
    s.control("POST", "beyond/identities?realm=" + s.box().info()["beyond"]["other_realm"].get<std::string>(),
              {{"display_name", "By Hand"},
               {"username", p["email"].get<std::string>()},
               {"primary_email_address", p["email"].get<std::string>()}});
    for (const std::string leave : {"{action: deactivate}", "{action: deactivate, revoke_credentials: after}"}) {
        configure(by_mail, leave);
        sync_well();
        const auto before = jobs(id_of(p)).size();
        leaves(p);
        sync_well();
        returns(p);
        const auto plan = s.run({"plan"});
        EXPECT_NE(plan.out.find("a credential binding job by e-mail"), std::string::npos) << plan.out;
        sync_well();
        EXPECT_EQ(jobs(id_of(p)).size(), before + 1) << leave;
        for (const auto& job : jobs(id_of(p)))
            if (job["state"] == "LINK_SENT") becomes(job, "EXPIRED");
    }
}

TEST_F(account_steps, a_lost_answer_makes_no_second_job)
{
    configure(by_mail);
    s.control("POST", "faults",
              {{"server", "beyond"},
               {"method", "POST"},
               {"path", "/credential-binding-jobs"},
               {"kind", "504_after_commit"},
               {"count", 3},
               {"skip", 2}});
    const auto run = s.run({"sync"});
    EXPECT_EQ(run.code, 4) << run.text();
    sync_well();
    for (const auto& p : people()) {
        EXPECT_EQ(jobs(id_of(p)).size(), 1U) << p["email"];
        EXPECT_EQ(step_lines(p), std::set<std::string>{"bind_credential open 1"});
        EXPECT_EQ(lines_of_audit(p, "bind_credential"), std::vector<std::string>{"done"});
    }
    expect_an_empty_plan();
}

TEST_F(account_steps, kills_lose_nobodys_job_and_make_none_twice)
{
    configure(by_mail);
    const auto least = people().size();
    for (std::size_t made = 0; made + 5 < least; made += 7) {
        auto run = s.start({"sync"});
        const auto there = [&] { return s.requests("beyond", "POST"); };
        const auto from = there();
        while (run->running() && there() < from + 9) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        run->kill_hard();
        run->wait();
    }
    sync_well();
    for (const auto& p : people()) EXPECT_EQ(jobs(id_of(p)).size(), 1U) << p["email"];
    expect_an_empty_plan();
}

TEST_F(account_steps, a_missing_scope_ends_the_steps_and_nothing_else)
{
    configure(by_mail);
    s.knob("beyond", "missing_scopes", "credential-binding-jobs:create");
    const auto run = s.run({"sync"});
    EXPECT_EQ(run.code, 4) << run.text();
    EXPECT_NE(run.out.find("credential-binding-jobs:create"), std::string::npos) << run.text();
    EXPECT_EQ(realm("other_realm")["identities"].size(), people().size());
    EXPECT_LT(asked("/credential-binding-jobs").size(), 10U) << "the first refusals are enough";
    s.knob("beyond", "missing_scopes", "");
    sync_well();
    EXPECT_EQ(jobs().size(), people().size());
}

TEST_F(account_steps, a_target_without_credentials_refuses_them_with_their_place)
{
    const std::string leave = "leave: {action: deactivate";
    s.replace_in_config(leave, "join: {credential: {delivery: email, authenticator: x}}\n      " + leave +
                                   ", revoke_credentials: after");
    const auto run = s.run({"check"});
    EXPECT_EQ(run.code, 1);
    const std::string none = "accounts of type scim have no credentials that idferry could have bound or revoked";
    EXPECT_NE(run.out.find("users.join"), std::string::npos) << run.text();
    EXPECT_NE(run.out.find("users.leave.revoke_credentials"), std::string::npos) << run.text();
    EXPECT_NE(run.out.find(none), std::string::npos) << run.text();
}

} // namespace
} // namespace idferry::e2e
