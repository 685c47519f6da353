// A logger that keeps what is said. A message with a field missing fails the test at once: that is a defect of whoever
// says it. Header only: who uses it links idferry_log.
#pragma once

#include "daemon/log/logger.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

namespace idferry::test {

class collected_log final : public daemon::log::logger
{
public:
    explicit collected_log(daemon::log::level threshold = daemon::log::level::debug) : threshold_(threshold) {}

    bool wants(daemon::log::level at) const override { return at >= threshold_; }
    void say(const daemon::log::message& m) noexcept override
    {
        for (const auto name : m.missing())
            ADD_FAILURE() << daemon::log::to_string(m.what()) << " was said without '" << name << "': " << m.text();
        const std::lock_guard held(lock_);
        if (wants(m.at())) said_.push_back(m);
    }

    // A copy, for a daemon's threads may go on.
    std::vector<daemon::log::message> said() const
    {
        const std::lock_guard held(lock_);
        return said_;
    }
    std::size_t count(daemon::log::id what) const
    {
        const auto all = said();
        return static_cast<std::size_t>(
            std::count_if(all.begin(), all.end(), [what](const auto& m) { return m.what() == what; }));
    }
    // The sentences, one a line: for EXPECT_THAT and for failures.
    std::string text() const
    {
        std::string out;
        for (const auto& m : said()) out += daemon::log::to_string(m.what()) + " " + m.text() + "\n";
        return out;
    }
    void clear()
    {
        const std::lock_guard held(lock_);
        said_.clear();
    }

private:
    daemon::log::level threshold_;
    mutable std::mutex lock_;
    std::vector<daemon::log::message> said_;
};

} // namespace idferry::test
