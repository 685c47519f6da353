// Every whole configuration that a page of docs/ shows is valid.
#include "daemon/run/settings.hpp"
#include "tests/docs/documents.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace {

namespace fs = std::filesystem;
using namespace idferry;

bool has_line(const std::string& text, const std::string& line)
{
    return text.starts_with(line + "\n") || text.find("\n" + line + "\n") != std::string::npos;
}

TEST(pages, whole_configurations_in_them_are_valid)
{
    std::size_t seen = 0;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(IDFERRY_SOURCE_DIR) / "docs")) {
        if (entry.path().extension() != ".md") continue;
        for (const auto& yaml : test::blocks(test::document(entry.path()), "yaml")) {
            // Others are pieces.
            if (!has_line(yaml, "connections:") || !has_line(yaml, "syncs:")) continue;
            ++seen;
            config::diagnostics mistakes;
            const auto parsed = daemon::run::parse_settings(yaml, entry.path().filename().string(), mistakes);
            for (const auto& m : mistakes.sorted()) ADD_FAILURE() << m.text();
            EXPECT_TRUE(parsed.has_value());
        }
    }
    EXPECT_GE(seen, 1u);
}

} // namespace
