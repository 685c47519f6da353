// One writer per sync, across processes and within one.
#include "state/writer_lock.hpp"

#include "tests/state/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

namespace idferry::tests {

using namespace state;
using testing::HasSubstr;

namespace {

class writer_lock_test : public testing::Test
{
protected:
    void SetUp() override { folder = make_temporary_folder(); }
    void TearDown() override { remove_temporary_folder(folder); }
    std::string folder;
};

const mapping::sync_name staff("staff");

} // namespace

TEST_F(writer_lock_test, a_second_lock_is_refused_until_the_first_is_gone)
{
    auto first = take_writer_lock(folder, staff);
    ASSERT_TRUE(first.has_value()) << first.error().message;
    const auto second = take_writer_lock(folder, staff);
    ASSERT_TRUE(second.has_error());
    EXPECT_EQ(second.error().what, error::kind::busy);
    EXPECT_THAT(second.error().message, HasSubstr("staff"));
    EXPECT_THAT(second.error().message, HasSubstr("process " + std::to_string(::getpid())));
    EXPECT_TRUE(take_writer_lock(folder, mapping::sync_name("partners")).has_value()) << "another sync is free";
    first->reset();
    EXPECT_TRUE(take_writer_lock(folder, staff).has_value());
}

TEST_F(writer_lock_test, another_process_excludes_us_and_its_kill_frees_the_lock)
{
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        auto held = take_writer_lock(folder, staff);
        const char answer = held ? 'y' : 'n';
        if (::write(ready[1], &answer, 1) != 1) ::_exit(2);
        for (;;) ::pause();
    }
    char answer = 0;
    ASSERT_EQ(::read(ready[0], &answer, 1), 1);
    ASSERT_EQ(answer, 'y');
    const auto refused = take_writer_lock(folder, staff);
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error().what, error::kind::busy);
    EXPECT_THAT(refused.error().message, HasSubstr("process " + std::to_string(child)));
    ::kill(child, SIGKILL);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    EXPECT_TRUE(take_writer_lock(folder, staff).has_value());
    ::close(ready[0]);
    ::close(ready[1]);
}

TEST_F(writer_lock_test, the_lock_is_not_handed_to_programs_that_we_start)
{
    auto held = take_writer_lock(folder, staff);
    ASSERT_TRUE(held.has_value());
    const auto child = ::fork(); // a program that is started and outlives the lock
    ASSERT_GE(child, 0);
    if (child == 0) {
        ::execl("/bin/sh", "sh", "-c", "read x", nullptr);
        ::_exit(2);
    }
    held->reset();
    // Until the child has become another program it still holds a copy; that ends by itself.
    bool free = false;
    for (int i = 0; i < 100'000 && !free; ++i) free = take_writer_lock(folder, staff).has_value();
    EXPECT_TRUE(free);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
}

TEST_F(writer_lock_test, every_name_is_a_file_of_its_own_inside_the_folder)
{
    std::vector<std::unique_ptr<writer_lock>> held;
    const std::vector<std::string> names{"a",
                                         "A",
                                         "a/b",
                                         "a%2fb",
                                         "../x",
                                         ".",
                                         "..",
                                         ".hidden",
                                         "",
                                         "ü",
                                         "a b",
                                         "a\nb",
                                         std::string(300, 'x'),
                                         std::string(301, 'x')};
    for (const auto& name : names) {
        auto lock = take_writer_lock(folder + "/new/state", mapping::sync_name(name));
        ASSERT_TRUE(lock.has_value()) << name << ": " << lock.error().message;
        held.push_back(std::move(*lock));
    }
    const auto content = folder_content(folder);
    EXPECT_EQ(content.size(), names.size() + 2) << "one file each, and the two folders";
    for (const auto& [name, bytes] : content) EXPECT_TRUE(name.starts_with("new/")) << name;
}

} // namespace idferry::tests
