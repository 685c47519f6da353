// The part of the store's contract that is about account steps, and about inputs that are opened again.
#include "tests/conformance/store_conformance.hpp"

#include <gmock/gmock.h>

#include <map>

namespace idferry::tests {

using namespace state;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

namespace {

account_step make_step(const scope_key& scope, const std::string& key, const std::string& name,
                       const std::string& status, std::int64_t next)
{
    account_step s;
    s.scope = scope;
    s.key = key_of(key);
    s.step = name;
    s.status = status;
    s.changed = at(5);
    s.next_look = at(next);
    return s;
}

std::vector<std::string> names(const result<std::vector<account_step>>& all)
{
    if (!all) return {"failed: " + all.error().message};
    std::vector<std::string> out;
    for (const auto& s : *all) out.push_back(s.key.text() + " " + s.step);
    return out;
}

} // namespace

TEST_P(store_conformance, account_steps_are_kept_whole_and_replaced_by_key_and_step)
{
    auto step = make_step(users, "a", "bind", "open", 100);
    step.remote = "job-1";
    step.note = "LINK_SENT";
    step.attempts = 2;
    commit({put_account_step{make_step(users, "a", "bind", "wanted", 1)}, put_account_step{step},
            put_account_step{make_step(users, "a", "revoke", "wanted", 1)},
            put_account_step{make_step(users, "b", "bind", "wanted", 1)},
            put_account_step{make_step(other, "a", "bind", "wanted", 1)}});
    reopen();
    EXPECT_THAT(names(store->account_steps(users)), ElementsAre("a bind", "a revoke", "b bind"));
    EXPECT_THAT(names(store->account_steps(other)), ElementsAre("a bind"));
    EXPECT_THAT(names(store->account_steps(scope_of("nobody", "users"))), IsEmpty());
    const auto of_a = store->account_steps_of(users, key_of("a"));
    ASSERT_EQ(names(of_a), (std::vector<std::string>{"a bind", "a revoke"}));
    const auto& kept = of_a->front();
    EXPECT_EQ(kept.scope, users);
    EXPECT_EQ(kept.status, "open");
    EXPECT_EQ(kept.remote, "job-1");
    EXPECT_EQ(kept.note, "LINK_SENT");
    EXPECT_EQ(kept.attempts, 2);
    EXPECT_EQ(kept.changed, at(5));
    EXPECT_EQ(kept.next_look, at(100));
    EXPECT_THAT(names(store->account_steps_of(users, key_of("c"))), IsEmpty());
}

TEST_P(store_conformance, account_steps_are_found_when_they_are_due)
{
    auto never = make_step(users, "d", "bind", "done", 0);
    never.next_look = account_step::never;
    commit({put_account_step{make_step(users, "a", "bind", "open", 30)},
            put_account_step{make_step(users, "b", "bind", "open", 20)},
            put_account_step{make_step(users, "c", "bind", "wanted", 20)},
            put_account_step{make_step(users, "c", "revoke", "wanted", 10)}, put_account_step{never},
            put_account_step{make_step(other, "a", "bind", "open", 1)}});
    reopen();
    const auto due = [&](const std::string& status, std::optional<std::int64_t> when, std::size_t limit) {
        account_step_query q;
        q.status = status;
        if (when) q.due = at(*when);
        q.limit = limit;
        return names(store->find_account_steps(users, q));
    };
    EXPECT_THAT(due("open", 19, 10), IsEmpty());
    EXPECT_THAT(due("open", 20, 10), ElementsAre("b bind"));
    EXPECT_THAT(due("open", 1000, 10), ElementsAre("b bind", "a bind"));
    EXPECT_THAT(due("open", 1000, 1), ElementsAre("b bind"));
    EXPECT_THAT(due("", 20, 10), ElementsAre("c revoke", "b bind", "c bind"));
    EXPECT_THAT(due("", std::nullopt, 10), ElementsAre("c revoke", "b bind", "c bind", "a bind", "d bind"));
    EXPECT_THAT(due("done", std::nullopt, 10), ElementsAre("d bind"));
    EXPECT_THAT(store->count_account_steps(users).value(),
                ElementsAre(Pair("done", 1U), Pair("open", 2U), Pair("wanted", 2U)));
    EXPECT_THAT(store->count_account_steps(scope_of("nobody", "users")).value(), IsEmpty());
}

TEST_P(store_conformance, account_steps_are_forgotten_one_by_one_and_with_their_link)
{
    commit({put_link{users, make_link("a", "1")}, put_link{users, make_link("b", "2")},
            put_account_step{make_step(users, "a", "bind", "open", 1)},
            put_account_step{make_step(users, "a", "revoke", "open", 1)},
            put_account_step{make_step(users, "b", "bind", "open", 1)},
            put_account_step{make_step(other, "b", "bind", "open", 1)}});
    commit({forget_account_step{users, key_of("a"), "revoke"}, forget_account_step{users, key_of("z"), "revoke"}});
    EXPECT_THAT(names(store->account_steps(users)), ElementsAre("a bind", "b bind"));
    commit({remove_link{users, key_of("b")}});
    reopen();
    EXPECT_THAT(names(store->account_steps(users)), ElementsAre("a bind"));
    EXPECT_THAT(names(store->account_steps(other)), ElementsAre("b bind"));
}

TEST_P(store_conformance, an_input_that_is_opened_again_waits_whatever_its_digest)
{
    const auto digest = mapping::fast_digest("x");
    commit({put_input{users, {key_of("a"), digest, input_status::linked}},
            put_input{users, {key_of("b"), digest, input_status::linked}}, reopen_input{users, key_of("a")},
            reopen_input{users, key_of("z")}, reopen_input{scope_of("nobody", "users"), key_of("a")}});
    reopen();
    std::map<std::string, input_status> found;
    ASSERT_TRUE(store->for_each_input(users, [&](const input_row& r) {
        EXPECT_EQ(r.input, digest);
        found[r.key.text()] = r.status;
    }));
    EXPECT_THAT(found, ElementsAre(Pair("a", input_status::waiting), Pair("b", input_status::linked)));
}

} // namespace idferry::tests
