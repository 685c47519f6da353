// The store on disk: the contract, crashes, permissions, the schema and the audit trail.
#include "state/audit_chain.hpp"
#include "state/writer_lock.hpp"
#include "tests/state/raw_sqlite.hpp"
#include "tests/state/state_folder_test.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <sys/stat.h>

namespace idferry::tests {

using namespace state;
using testing::HasSubstr;

namespace {

using sqlite_store_test = state_folder_test;

mode_t mode_of(const std::string& path)
{
    struct stat info = {};
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777U : 0;
}

} // namespace

INSTANTIATE_TEST_SUITE_P(memory, store_conformance,
                         testing::Values(store_under_test{
                             "memory", [](const std::string&) { return make_memory_store(); }, false}));
INSTANTIATE_TEST_SUITE_P(disk, store_conformance,
                         testing::Values(store_under_test{
                             "disk", [](const std::string& folder) { return opened(folder + "/state"); }, true}));

TEST_F(sqlite_store_test, a_kill_between_begin_and_commit_leaves_the_intents)
{
    in_killed_child([&] {
        auto s = open_store(folder(), open_mode::read_write);
        if (!s) ::_exit(2);
        if (!(*s)->commit({put_link{users, make_link("done", "1")}})) ::_exit(3);
        if (!(*s)->begin(
                {intent{0, users, key_of("open"), operation::create, {}, "{}", "{\"userName\":\"x\"}", at(1)}}))
            ::_exit(4);
        s->release(); // NOLINT: nothing is closed
    });
    auto s = opened(folder());
    ASSERT_NE(s, nullptr);
    const auto intents = s->open_intents(users.sync).value();
    ASSERT_EQ(intents.size(), 1U);
    EXPECT_EQ(intents[0].key.text(), "open");
    EXPECT_EQ(intents[0].match_values, "{\"userName\":\"x\"}");
    EXPECT_TRUE(s->find_link(users, key_of("done")).value().has_value());
}

TEST_F(sqlite_store_test, a_kill_while_committing_loses_no_committed_row_and_keeps_transactions_whole)
{
    fill(1);
    int report[2];
    ASSERT_EQ(::pipe(report), 0);
    for (int round = 0; round < 5; ++round) {
        const auto child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) { // commits pairs for ever and tells each one that is durable
            auto s = open_store(folder(), open_mode::read_write);
            if (!s) ::_exit(2);
            for (int i = 0;; ++i) {
                const auto n = std::to_string(round) + "-" + std::to_string(i);
                if (!(*s)->commit(
                        {put_link{users, make_link("a" + n, "ta" + n)}, put_link{users, make_link("b" + n, "tb" + n)}}))
                    ::_exit(3);
                if (::write(report[1], &i, sizeof i) != sizeof i) ::_exit(4);
            }
        }
        int last = -1;
        while (last < round * 3) ASSERT_EQ(::read(report[0], &last, sizeof last), static_cast<ssize_t>(sizeof last));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        auto s = opened(folder());
        ASSERT_NE(s, nullptr);
        for (int i = 0; i <= last; ++i) {
            const auto n = std::to_string(round) + "-" + std::to_string(i);
            EXPECT_TRUE(s->find_link(users, key_of("a" + n)).value().has_value()) << n;
            EXPECT_TRUE(s->find_link(users, key_of("b" + n)).value().has_value()) << n;
        }
        std::uint64_t rows = 0;
        ASSERT_TRUE(s->for_each_link(users, [&](const link&) { ++rows; }).has_value());
        EXPECT_EQ(rows, s->count_active_links(users).value());
        EXPECT_EQ(rows % 2, 1U) << "half a transaction";
        // What the child told after we stopped reading belongs to this round.
        pollfd_drain(report[0]);
    }
    ::close(report[0]);
    ::close(report[1]);
}

TEST_F(sqlite_store_test, files_are_private)
{
    const auto before = ::umask(0);
    {
        auto s = opened(folder());
        ASSERT_NE(s, nullptr);
        ASSERT_TRUE(s->commit({put_link{users, make_link("a", "1")}}).has_value());
        EXPECT_EQ(mode_of(folder()), 0700U);
        EXPECT_EQ(mode_of(file()), 0600U);
        EXPECT_EQ(mode_of(file() + "-wal"), 0600U);
        EXPECT_EQ(mode_of(file() + "-shm"), 0600U);
        auto lock = take_writer_lock(folder(), users.sync);
        ASSERT_TRUE(lock.has_value());
        EXPECT_EQ(mode_of(folder() + "/staff.lock"), 0600U);
    }
    ::umask(before);
    ASSERT_EQ(::chmod(file().c_str(), 0644), 0);
    opened(folder());
    EXPECT_EQ(mode_of(file()), 0600U) << "a file that was left open to others is closed to them";
}

TEST_F(sqlite_store_test, the_schema_holds_what_it_promises)
{
    fill(1);
    EXPECT_EQ(raw_sqlite_text(file(), "PRAGMA journal_mode"), "wal");
    EXPECT_EQ(raw_sqlite_number(file(),
                                "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
                                " AND name NOT LIKE 'sqlite_%' AND strict = 0"),
              0);
    for (const auto* table : {"inputs", "links", "memberships", "rejects", "not_kept"})
        EXPECT_EQ(
            raw_sqlite_number(file(), "SELECT wr FROM pragma_table_list WHERE name = '" + std::string(table) + "'"), 1)
            << table;
    EXPECT_EQ(
        raw_sqlite_text(file(),
                        "SELECT group_concat(name) FROM (SELECT name FROM pragma_table_list WHERE schema = 'main'"
                        " AND name NOT LIKE 'sqlite_%' ORDER BY name)"),
        "account_steps,audit,audit_values,cycles,dialects,inputs,intents,links,list_sizes,member_lists,members_removed,"
        "memberships,meta,not_kept,"
        "quarantine,rejects,scopes,watermarks");
}

TEST_F(sqlite_store_test, tampering_with_the_audit_trail_shows)
{
    const auto write_trail = [&] {
        std::filesystem::remove_all(folder());
        auto s = opened(folder());
        for (int i = 1; i <= 5; ++i)
            ASSERT_TRUE(s->commit({append_audit{make_audit(std::to_string(i), operation::update, "done", i * 10)}})
                            .has_value());
    };
    struct tampering
    {
        std::string sql;
        std::optional<std::int64_t> first_bad;
        std::string problem;
    };
    const std::vector<tampering> cases{
        {"UPDATE audit SET outcome = 'failed' WHERE id = 2", 2, "the row was changed"},
        {"UPDATE audit SET time = time + 1 WHERE id = 3", 3, "the row was changed"},
        {"UPDATE audit SET target = 'other' WHERE id = 1", 1, "the row was changed"},
        {"UPDATE scopes SET type = 'groups'", 1, "the row was changed"},
        {"UPDATE audit_values SET after = '{}' WHERE id = 4", 4, "its values were changed"},
        {"UPDATE audit_values SET label = '' WHERE id = 4", 4, "its values were changed"},
        {"DELETE FROM audit_values WHERE id = 3; DELETE FROM audit WHERE id = 3", 4, "a row before it is missing"},
        {"DELETE FROM audit_values WHERE id = 5; DELETE FROM audit WHERE id = 5", std::nullopt, "missing at the end"},
        {"UPDATE audit SET hash = lower(hex(randomblob(32))) WHERE id = 2", 2, "the row was changed"},
    };
    for (const auto& c : cases) {
        write_trail();
        ASSERT_EQ(verify_audit(*opened(folder())).value().problem, "");
        raw_sqlite(file(), c.sql);
        const auto report = verify_audit(*opened(folder())).value();
        EXPECT_THAT(report.problem, HasSubstr(c.problem)) << c.sql;
        EXPECT_EQ(report.first_bad, c.first_bad) << c.sql;
    }
}

TEST_F(sqlite_store_test, a_folder_that_cannot_be_used_is_named)
{
    write_bytes(root + "/file", "x");
    const auto s = open_store(root + "/file/state", open_mode::read_write);
    ASSERT_TRUE(s.has_error());
    EXPECT_EQ(s.error().what, error::kind::unreadable);
    EXPECT_THAT(s.error().message, HasSubstr(root + "/file"));
    EXPECT_FALSE(open_store("", open_mode::read_write).has_value());
}

TEST_F(sqlite_store_test, a_path_with_odd_characters_is_only_a_path)
{
    const auto odd = root + "/state ?mode=memory&x=%41#\xC3\xBC";
    ASSERT_TRUE(opened(odd)->commit({put_link{users, make_link("a", "1")}}).has_value());
    EXPECT_TRUE(std::filesystem::exists(odd + "/state.db"));
    EXPECT_EQ(opened(odd, open_mode::read_only)->count_active_links(users).value(), 1U);
}

TEST_F(sqlite_store_test, a_held_write_lock_gives_busy)
{
    fill(1);
    auto s = opened(folder());
    const auto holder = raw_sqlite_hold(file(), "BEGIN IMMEDIATE");
    const auto refused = s->commit({put_list_size{users.sync, "people", 1}});
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error().what, error::kind::busy);
    raw_sqlite_release(holder);
    EXPECT_TRUE(s->commit({put_list_size{users.sync, "people", 1}}).has_value());
}

} // namespace idferry::tests
