// Root hands itself over to the owner of the state folder. Each case runs in a process of its own: there is no way
// back.
#include "state/folder.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <functional>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace idferry::state {
namespace {

constexpr uid_t somebody = 64'321; // an account that no system has
constexpr gid_t their_group = 64'322;

// Exit code of `work` in a child process.
int in_a_child(const std::function<int()>& work)
{
    const auto child = ::fork();
    if (child == 0) ::_exit(work());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class owner : public testing::Test
{
protected:
    void SetUp() override
    {
        if (::geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
    }
    const std::string folder_{std::filesystem::path(testing::TempDir()) /
                              ("idferry-owner-" + std::to_string(::getpid()))};
    void TearDown() override { std::filesystem::remove_all(folder_); }
};

TEST_F(owner, is_taken_on_for_good_and_what_is_made_is_theirs)
{
    ASSERT_TRUE(make_private_folder(folder_));
    ASSERT_EQ(::chown(folder_.c_str(), somebody, their_group), 0);
    EXPECT_EQ(in_a_child([&] {
                  if (!become_owner(folder_)) return 1;
                  if (::getuid() != somebody || ::geteuid() != somebody || ::getegid() != their_group) return 2;
                  if (::getgroups(0, nullptr) != 0) return 3; // root's groups are gone
                  if (::setuid(0) == 0) return 4;             // and there is no way back
                  return make_private_folder(folder_ + "/inner") ? 0 : 5;
              }),
              0);
    struct stat made = {};
    ASSERT_EQ(::stat((folder_ + "/inner").c_str(), &made), 0);
    EXPECT_EQ(made.st_uid, somebody);
}

TEST_F(owner, of_roots_own_folder_and_of_a_missing_one_stays_root)
{
    ASSERT_TRUE(make_private_folder(folder_));
    EXPECT_EQ(in_a_child([&] { return become_owner(folder_) && ::geteuid() == 0 ? 0 : 1; }), 0);
    EXPECT_EQ(in_a_child([&] { return become_owner(folder_ + "/missing") && ::geteuid() == 0 ? 0 : 1; }), 0);
}

TEST_F(owner, that_cannot_be_found_out_is_an_error)
{
    EXPECT_EQ(in_a_child([&] { return become_owner("/dev/null/folder") ? 1 : 0; }), 0);
}

} // namespace
} // namespace idferry::state
