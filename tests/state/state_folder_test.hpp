// A state folder of a test's own, filled, killed and looked at.
#pragma once

#include "tests/conformance/store_conformance.hpp"
#include "tests/state/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

namespace idferry::tests {

inline std::unique_ptr<state::store> opened(const std::string& folder,
                                            state::open_mode mode = state::open_mode::read_write)
{
    auto s = state::open_store(folder, mode);
    EXPECT_TRUE(s.has_value()) << s.error().message;
    return s ? std::move(*s) : nullptr;
}

class state_folder_test : public testing::Test
{
protected:
    void SetUp() override { root = make_temporary_folder(); }
    void TearDown() override { remove_temporary_folder(root); }

    std::string folder() const { return root + "/state"; }
    std::string file() const { return folder() + "/state.db"; }

    void fill(int people, std::size_t padding = 0)
    {
        auto s = opened(folder());
        std::vector<state::update> updates;
        for (int i = 0; i < people; ++i) {
            const auto n = std::to_string(i);
            updates.emplace_back(state::put_link{users, make_link("k" + n, "t" + n)});
            std::get<state::put_link>(updates.back()).value.desired += std::string(padding, ' ');
            updates.emplace_back(
                state::put_input{users, {key_of("k" + n), mapping::fast_digest(n), state::input_status::linked}});
        }
        ASSERT_TRUE(s->commit(updates).has_value());
    }

    // Runs `body` in a child that kills itself at its end, as kill -9 would: no destructor, no checkpoint.
    template <class F> void in_killed_child(F body)
    {
        const auto child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            body();
            ::kill(::getpid(), SIGKILL);
            ::_exit(1);
        }
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status));
    }

    std::string root;
    const state::scope_key users = scope_of("staff", "users");
};

} // namespace idferry::tests
