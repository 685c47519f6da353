#include "tests/e2e/nothing_written.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>

namespace idferry::e2e {

std::map<std::string, std::string> contents(const std::string& folder)
{
    std::map<std::string, std::string> out;
    for (const auto& e : std::filesystem::recursive_directory_iterator(folder)) {
        struct stat s{};
        ::stat(e.path().c_str(), &s);
        out[e.path().string()] = std::to_string(s.st_mode) + " " + std::to_string(s.st_mtim.tv_sec) + "." +
                                 std::to_string(s.st_mtim.tv_nsec) + " " +
                                 (e.is_regular_file() ? read_all(e.path()) : "");
    }
    return out;
}

void expect_only_reads(stage& s)
{
    const auto log = s.control("GET", "requests?limit=100000");
    ASSERT_EQ(log["dropped"], 0);
    ASSERT_GT(log["requests"].size(), 5U) << "it asked nothing at all";
    for (const auto& r : log["requests"])
        EXPECT_TRUE(r["method"] == "GET" || (r["method"] == "POST" && r["endpoint"] == "token")) << r.dump();
}

} // namespace idferry::e2e
