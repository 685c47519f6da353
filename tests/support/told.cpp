#include "tests/support/told.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace idferry::test {
namespace {

namespace fs = std::filesystem;

// A new name in the folder of what is kept; empty when nothing is.
fs::path next_place(const std::string& kind)
{
    static std::atomic<unsigned> count{0};
    const char* folder = std::getenv("IDFERRY_TOLD");
    if (folder == nullptr || *folder == '\0' || !fs::is_directory(folder)) return {};
    return fs::path(folder) / (kind + "-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
}

} // namespace

void tell(const std::string& name, const std::string& text)
{
    const auto place = next_place(name);
    if (place.empty()) return;
    std::ofstream file(place, std::ios::binary);
    file << text;
    EXPECT_TRUE(file.flush()) << place;
}

void tell_folder(const std::string& folder, const std::set<std::string>& given)
{
    const auto place = next_place("stage");
    if (place.empty()) return;
    std::ofstream list(folder + "/GIVEN");
    for (const auto& name : given) list << name << '\n';
    EXPECT_TRUE(list.flush()) << folder;
    list.close();
    std::error_code why;
    if (std::getenv("IDFERRY_KEEP") == nullptr) {
        fs::rename(folder, place, why);
        if (!why) return;
    }
    // Another file system, or somebody wants to look at the folder.
    fs::create_directories(place);
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        const auto to = place / fs::relative(entry.path(), folder);
        fs::create_directories(to.parent_path());
        EXPECT_TRUE(fs::copy_file(entry.path(), to, why)) << entry.path() << ": " << why.message();
    }
}

} // namespace idferry::test
