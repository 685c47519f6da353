// What a person changes in a state folder, through the commands of the table.
#include "daemon/cli/command_line.hpp"
#include "daemon/cli/commands.hpp"
#include "state/store.hpp"
#include "state/writer_lock.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>

namespace idferry::test {
namespace {

using namespace daemon::cli;

const state::scope_key users{mapping::sync_name("staff"), "user"};

class by_hand : public testing::Test
{
protected:
    void SetUp() override
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "idferry-by-hand-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder = pattern;
        commit({state::put_quarantine{{users.sync, at(1), "503 from the target", 4, at(1000)}},
                state::put_reject{{users, mapping::source_key("a"), "anna", state::operation::create, "no", 1, at(1),
                                   at(1'000'000'000'000'000), "x", false}},
                state::put_reject{{users, mapping::source_key("b"), "bert", state::operation::create, "no", 1, at(1),
                                   at(1'000'000'000'000'000), "x", false}}});
    }
    void TearDown() override { std::filesystem::remove_all(folder); }

    static state::time_point at(std::int64_t ms) { return state::time_point(std::chrono::milliseconds(ms)); }
    void commit(const std::vector<state::update>& updates) const
    {
        auto s = state::open_store(folder, state::open_mode::read_write);
        ASSERT_TRUE(s.has_value()) << s.error().message;
        ASSERT_TRUE((*s)->commit(updates).has_value());
    }
    int run(const command& c, const std::vector<std::pair<std::string, std::string>>& values) const
    {
        invocation given(c);
        given.set("state", {folder});
        given.set("config", {folder + "/none.yaml"});
        if (c.positionals.size() > 0) given.set("SYNC", {"staff"});
        for (const auto& [name, value] : values) given.set(name, {value});
        return c.run(given);
    }
    state::reject reject(const std::string& key) const
    {
        auto s = state::open_store(folder, state::open_mode::read_only);
        auto rows = (*s)->rejects(users.sync, {"user", key});
        return rows && rows->size() == 1 ? rows->front() : state::reject{};
    }
    bool isolated() const
    {
        auto s = state::open_store(folder, state::open_mode::read_only);
        return (*s)->find_quarantine(users.sync).value().has_value();
    }

    std::string folder;
};

TEST_F(by_hand, a_quarantine_is_released_once)
{
    ASSERT_TRUE(isolated());
    EXPECT_EQ(run(quarantine_release_command(), {}), 0);
    EXPECT_FALSE(isolated());
    EXPECT_EQ(run(quarantine_release_command(), {}), 1) << "it is in none any more";
    EXPECT_EQ(run(quarantine_release_command(), {{"SYNC", "other"}}), 1) << "nobody knows that sync";
}

TEST_F(by_hand, one_reject_or_all_are_dropped_and_tried_again)
{
    EXPECT_EQ(run(rejects_drop_command(), {}), 1) << "a key, or --all";
    EXPECT_EQ(run(rejects_drop_command(), {{"KEY", "a"}, {"all", ""}}), 1) << "not both";
    EXPECT_EQ(run(rejects_drop_command(), {{"KEY", "a"}, {"type", "group"}}), 1);
    EXPECT_FALSE(reject("a").dropped);
    EXPECT_EQ(run(rejects_drop_command(), {{"KEY", "a"}, {"type", "user"}}), 0);
    EXPECT_TRUE(reject("a").dropped);
    EXPECT_FALSE(reject("b").dropped);
    EXPECT_EQ(run(rejects_drop_command(), {{"KEY", "a"}}), 1) << "it is dropped already";
    const auto before = reject("b").next_try;
    EXPECT_EQ(run(rejects_retry_command(), {{"all", ""}}), 0);
    EXPECT_FALSE(reject("a").dropped);
    EXPECT_LT(reject("b").next_try, before);
}

TEST_F(by_hand, the_line_is_read_as_it_is_typed)
{
    const auto line = [&](std::vector<std::string> words) {
        words.insert(words.begin(), "idferry");
        words.insert(words.end(), {"--state", folder, "-c", folder + "/none.yaml"});
        std::vector<char*> argv;
        for (auto& w : words) argv.push_back(w.data());
        return run_command_line(static_cast<int>(argv.size()), argv.data());
    };
    EXPECT_EQ(line({"rejects", "drop", "staff", "a"}), 0) << "two names, each its own";
    EXPECT_TRUE(reject("a").dropped);
    EXPECT_EQ(line({"rejects", "show", "staff", "a", "--format", "json"}), 0);
    EXPECT_EQ(line({"rejects", "retry", "--all", "staff"}), 0);
    EXPECT_FALSE(reject("a").dropped);
    EXPECT_EQ(line({"rejects", "drop", "staff", "a", "b"}), 1);
}

TEST_F(by_hand, nothing_is_written_while_another_process_is_at_work)
{
    auto lock = state::take_writer_lock(folder, users.sync);
    ASSERT_TRUE(lock.has_value());
    EXPECT_EQ(run(rejects_drop_command(), {{"KEY", "a"}}), 5);
    EXPECT_EQ(run(rejects_retry_command(), {{"all", ""}}), 5);
    EXPECT_EQ(run(quarantine_release_command(), {}), 5);
    EXPECT_FALSE(reject("a").dropped);
    EXPECT_TRUE(isolated());
    EXPECT_EQ(run(rejects_list_command(), {}), 0) << "reading needs no lock";
    EXPECT_EQ(run(quarantine_list_command(), {}), 0);
}

} // namespace
} // namespace idferry::test
