// Files that are not ours to write, and reading that leaves no trace.
#include "tests/state/raw_sqlite.hpp"
#include "tests/state/state_folder_test.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <map>
#include <random>

namespace idferry::tests {

using namespace state;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

using sqlite_file_test = state_folder_test;

} // namespace

TEST_F(sqlite_file_test, a_newer_schema_is_named_and_not_touched)
{
    fill(3);
    raw_sqlite(file(), "PRAGMA user_version = 4711; PRAGMA wal_checkpoint(TRUNCATE)");
    const auto before = folder_content(folder());
    for (const auto mode : {open_mode::read_write, open_mode::read_only}) {
        const auto s = open_store(folder(), mode);
        ASSERT_TRUE(s.has_error());
        EXPECT_EQ(s.error().what, error::kind::newer_schema);
        EXPECT_THAT(s.error().message, HasSubstr(file()));
        EXPECT_THAT(s.error().message, HasSubstr("4711"));
        EXPECT_THAT(s.error().message, HasSubstr("up to 3"));
        EXPECT_EQ(folder_content(folder()), before);
    }
}

TEST_F(sqlite_file_test, a_newer_schema_that_is_only_in_the_log_is_not_touched)
{
    fill(3);
    in_killed_child([&] { raw_sqlite_left_open(file(), "PRAGMA user_version = 4711"); });
    const auto database = file_bytes(file());
    const auto log = file_bytes(file() + "-wal");
    ASSERT_FALSE(log.empty());
    for (const auto mode : {open_mode::read_write, open_mode::read_only}) {
        const auto s = open_store(folder(), mode);
        ASSERT_TRUE(s.has_error());
        EXPECT_EQ(s.error().what, error::kind::newer_schema) << s.error().message;
        EXPECT_TRUE(file_bytes(file()) == database);
        EXPECT_TRUE(file_bytes(file() + "-wal") == log);
    }
}

TEST_F(sqlite_file_test, what_is_not_a_state_file_is_not_touched)
{
    std::filesystem::create_directory(folder());
    fill(200);
    const auto good = file_bytes(file());
    auto other_program = good, smashed = good, cut = good.substr(0, good.size() / 2);
    other_program.replace(68, 4, "ABCD");
    for (std::size_t page = 1; page < good.size() / 8192; ++page)
        smashed.replace(page * 8192, 64, std::string(64, '\xA5'));
    const std::map<std::string, std::string> cases{
        {"text", "users: []\n"},
        {"text of a page's length", std::string(8192, 'x')},
        {"cut in the header", good.substr(0, 40)},
        {"cut in the middle", cut},
        {"another program's", other_program},
        {"smashed pages", smashed},
    };
    for (const auto& [name, bytes] : cases) {
        std::filesystem::remove_all(folder());
        std::filesystem::create_directory(folder());
        write_bytes(file(), bytes);
        const auto before = folder_content(folder());
        for (const auto mode : {open_mode::read_write, open_mode::read_only}) {
            const auto s = open_store(folder(), mode);
            ASSERT_TRUE(s.has_error()) << name;
            EXPECT_EQ(s.error().what, error::kind::corrupt) << name << ": " << s.error().message;
            EXPECT_THAT(s.error().message, HasSubstr(file())) << name;
            EXPECT_TRUE(file_bytes(file()) == bytes) << name;
            EXPECT_EQ(folder_content(folder()), before) << name;
        }
    }
}

TEST_F(sqlite_file_test, damage_that_is_found_later_stops_all_writing)
{
    fill(6000, 1500); // larger than what is checked when it is opened
    ASSERT_GT(std::filesystem::file_size(file()), 8U * 1024 * 1024);
    auto bytes = file_bytes(file());
    for (std::size_t page = 40; page < bytes.size() / 8192; ++page)
        bytes.replace(page * 8192, 64, std::string(64, '\xA5'));
    write_bytes(file(), bytes);
    {
        auto s = opened(folder());
        ASSERT_NE(s, nullptr);
        const auto scanned = s->for_each_link(users, [](const link&) {});
        ASSERT_TRUE(scanned.has_error());
        EXPECT_EQ(scanned.error().what, error::kind::corrupt) << scanned.error().message;
        const auto written = s->commit({put_list_size{users.sync, "people", 1}});
        ASSERT_TRUE(written.has_error());
        EXPECT_EQ(written.error().what, error::kind::corrupt);
    }
    EXPECT_TRUE(file_bytes(file()) == bytes);
}

TEST_F(sqlite_file_test, reading_a_missing_state_creates_nothing)
{
    auto s = opened(folder(), open_mode::read_only);
    ASSERT_NE(s, nullptr);
    EXPECT_EQ(s->count_active_links(users).value(), 0U);
    EXPECT_TRUE(s->commit({put_link{users, make_link("a", "1")}}).has_value()) << "what a run learns lives for the run";
    s.reset();
    EXPECT_THAT(folder_content(root), IsEmpty());
}

TEST_F(sqlite_file_test, reading_leaves_the_folder_as_it_is)
{
    fill(50);
    const auto before = folder_content(folder());
    ASSERT_EQ(before.size(), 1U) << "closed cleanly, there is one file";
    {
        auto s = opened(folder(), open_mode::read_only);
        ASSERT_NE(s, nullptr);
        EXPECT_EQ(s->count_active_links(users).value(), 50U);
        EXPECT_TRUE(s->find_link(users, key_of("k7")).value().has_value());
        const auto refused = s->commit({put_list_size{users.sync, "people", 1}});
        ASSERT_TRUE(refused.has_error());
        EXPECT_THAT(refused.error().message, HasSubstr("reading only"));
        EXPECT_TRUE(s->begin({intent{}}).has_error());
        EXPECT_EQ(folder_content(folder()), before) << "while it is open";
    }
    EXPECT_EQ(folder_content(folder()), before);
}

TEST_F(sqlite_file_test, reading_after_a_kill_sees_the_log_and_leaves_the_folder_as_it_is)
{
    fill(5);
    in_killed_child([&] {
        auto s = open_store(folder(), open_mode::read_write);
        if (!s || !(*s)->commit({put_link{users, make_link("in the log", "x")}})) ::_exit(2);
        s->release(); // NOLINT
    });
    const auto before = folder_content(folder());
    ASSERT_TRUE(before.contains("state.db-wal"));
    ASSERT_TRUE(before.contains("state.db-shm"));
    {
        auto s = opened(folder(), open_mode::read_only);
        ASSERT_NE(s, nullptr);
        EXPECT_EQ(s->count_active_links(users).value(), 6U);
        EXPECT_TRUE(s->find_link(users, key_of("in the log")).value().has_value());
    }
    EXPECT_EQ(folder_content(folder()), before);
    // The same with the log's index gone, as in a copied folder.
    std::filesystem::remove(file() + "-shm");
    const auto copied = folder_content(folder());
    {
        auto s = opened(folder(), open_mode::read_only);
        ASSERT_NE(s, nullptr);
        EXPECT_EQ(s->count_active_links(users).value(), 6U);
        EXPECT_TRUE(s->commit({put_list_size{users.sync, "people", 1}}).has_error());
    }
    EXPECT_EQ(folder_content(folder()), copied);
}

TEST_F(sqlite_file_test, a_reader_works_beside_a_writer)
{
    auto writer = opened(folder());
    ASSERT_TRUE(writer->commit({put_link{users, make_link("a", "1")}}).has_value());
    auto reader = opened(folder(), open_mode::read_only);
    ASSERT_NE(reader, nullptr);
    EXPECT_EQ(reader->count_active_links(users).value(), 1U);
    ASSERT_TRUE(writer->commit({put_link{users, make_link("b", "2")}}).has_value());
    EXPECT_EQ(reader->count_active_links(users).value(), 2U);
}

TEST_F(sqlite_file_test, random_damage_is_an_error_or_harmless_and_never_a_crash)
{
    fill(60);
    const auto good = file_bytes(file());
    std::mt19937 random(7); // the same damage every time
    int refused = 0;
    for (int round = 0; round < 200; ++round) {
        auto bytes = good;
        for (int i = 0; i < 8; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
        if (round % 4 == 0) bytes.resize(random() % bytes.size());
        write_bytes(file(), bytes);
        auto s = open_store(folder(), open_mode::read_only);
        if (!s) {
            ++refused;
            EXPECT_FALSE(s.error().message.empty());
        } else {
            (void)(*s)->for_each_link(users, [](const link&) {});
            (void)(*s)->for_each_input(users, [](const input_row&) {});
            (void)(*s)->find_link(users, key_of("k7"));
            (void)(*s)->digest_key();
        }
        EXPECT_TRUE(file_bytes(file()) == bytes);
    }
    EXPECT_GT(refused, 50) << "a file that is cut off is always found";
}

TEST_F(sqlite_file_test, a_reader_works_beside_another_process_that_writes)
{
    fill(1);
    int to_child[2], to_us[2];
    ASSERT_EQ(::pipe(to_child), 0);
    ASSERT_EQ(::pipe(to_us), 0);
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) { // one commit for each byte it gets
        auto s = open_store(folder(), open_mode::read_write);
        if (!s) ::_exit(2);
        char c = 0;
        for (int i = 0; ::write(to_us[1], "x", 1) == 1 && ::read(to_child[0], &c, 1) == 1; ++i) {
            const auto n = "new" + std::to_string(i);
            if (!(*s)->commit({put_link{users, make_link(n, n)}})) ::_exit(3);
        }
        ::_exit(0);
    }
    char c = 0;
    std::unique_ptr<state::store> first;
    for (std::uint64_t commits = 0; commits < 5; ++commits) {
        ASSERT_EQ(::read(to_us[0], &c, 1), 1);
        auto s = open_store(folder(), open_mode::read_only);
        ASSERT_TRUE(s.has_value()) << commits << ": " << s.error().message;
        EXPECT_EQ((*s)->count_active_links(users).value(), 1 + commits);
        if (first && commits > 1) {
            EXPECT_EQ(first->count_active_links(users).value(), 1 + commits) << "a reader that stays";
        }
        if (commits == 1) first = std::move(*s);
        auto writer = opened(folder());
        ASSERT_NE(writer, nullptr) << "a second process may write as well";
        ASSERT_EQ(::write(to_child[1], "x", 1), 1);
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    for (const int fd : {to_child[0], to_child[1], to_us[0], to_us[1]}) ::close(fd);
}

TEST_F(sqlite_file_test, damage_in_a_file_that_is_being_written_to_is_called_busy)
{
    fill(6000, 1500);
    auto reader = opened(folder(), open_mode::read_only); // closed cleanly: read without locks
    auto bytes = file_bytes(file());
    for (std::size_t page = 40; page < bytes.size() / 8192; ++page)
        bytes.replace(page * 8192, 64, std::string(64, '\xA5'));
    write_bytes(file(), bytes + std::string(8192, '\0'));
    const auto scanned = reader->for_each_link(users, [](const link&) {});
    ASSERT_TRUE(scanned.has_error());
    EXPECT_EQ(scanned.error().what, error::kind::busy);
    EXPECT_THAT(scanned.error().message, HasSubstr("written to while it was read"));
}

TEST_F(sqlite_file_test, an_empty_file_is_an_empty_state_and_is_migrated)
{
    std::filesystem::create_directory(folder());
    write_bytes(file(), "");
    {
        auto s = opened(folder(), open_mode::read_only);
        ASSERT_NE(s, nullptr);
        EXPECT_EQ(s->count_active_links(users).value(), 0U);
    }
    EXPECT_TRUE(file_bytes(file()) == "");
    fill(2);
    EXPECT_EQ(opened(folder())->count_active_links(users).value(), 2U);
}

TEST_F(sqlite_file_test, version_0_is_migrated_by_a_writer_and_copied_by_a_reader)
{
    std::filesystem::create_directory(folder());
    // What a first start leaves that was killed before its migration: a database without tables.
    raw_sqlite(file(), "CREATE TABLE t (x); DROP TABLE t; PRAGMA application_id = 1768187513; VACUUM");
    const auto before = folder_content(folder());
    ASSERT_FALSE(file_bytes(file()).empty());
    {
        auto s = opened(folder(), open_mode::read_only);
        ASSERT_NE(s, nullptr);
        EXPECT_EQ(s->count_active_links(users).value(), 0U);
        EXPECT_EQ(s->digest_key().value().size(), 64U);
    }
    EXPECT_EQ(folder_content(folder()), before);
    fill(2);
    EXPECT_EQ(raw_sqlite_number(file(), "PRAGMA user_version"), 3);
    EXPECT_EQ(raw_sqlite_number(file(), "PRAGMA application_id"), 1768187513);
    EXPECT_EQ(opened(folder())->count_active_links(users).value(), 2U);
}

TEST_F(sqlite_file_test, version_1_gets_the_later_steps_and_keeps_what_it_holds)
{
    {
        auto s = opened(folder());
        ASSERT_NE(s, nullptr);
        ASSERT_TRUE(s->commit({put_link{users, make_link("anna", "t1")},
                               put_reject{{users, key_of("b"), "b", operation::update, "no", 1, at(1), at(2), {}, {}}},
                               append_audit{make_audit("anna", operation::create, "done", 5)}})
                        .has_value());
    }
    raw_sqlite(file(), "DROP INDEX links_by_label; DROP INDEX audit_by_key; DROP INDEX audit_not_done;"
                       "DROP INDEX audit_by_label; ALTER TABLE rejects DROP COLUMN attempt;"
                       "ALTER TABLE rejects DROP COLUMN dropped; DROP TABLE account_steps; PRAGMA user_version = 1");
    const auto before = folder_content(folder());
    const auto judge = [&](store& s) {
        EXPECT_EQ(s.search_links({"a@acme", "", "", 5}).value().size(), 1U);
        const auto rejects = s.rejects(users.sync).value();
        ASSERT_EQ(rejects.size(), 1U);
        EXPECT_FALSE(rejects[0].dropped);
        EXPECT_EQ(rejects[0].attempt, "");
        int lines = 0;
        audit_query by_name;
        by_name.label = "LABEL OF anna";
        EXPECT_TRUE(s.audit(by_name, [&](const audit_row&) { ++lines; }).has_value());
        EXPECT_EQ(lines, 1);
    };
    judge(*opened(folder(), open_mode::read_only));
    EXPECT_EQ(folder_content(folder()), before) << "a reader migrates its copy in memory alone";
    judge(*opened(folder()));
    EXPECT_EQ(raw_sqlite_number(file(), "PRAGMA user_version"), 3);
}

} // namespace idferry::tests
