// The catalogue of operator messages: what holds for every row, and that its documents are those of the rows.
#include "daemon/log/message.hpp"
#include "daemon/log/reference.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>

namespace {

namespace fs = std::filesystem;
using namespace idferry::daemon::log;

std::string text_of(const fs::path& path)
{
    std::ifstream file(fs::path(IDFERRY_SOURCE_DIR) / path);
    EXPECT_TRUE(file) << path;
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Number → name of every id that was ever given.
std::map<unsigned, std::string> ledger()
{
    std::map<unsigned, std::string> out;
    std::istringstream lines(text_of("tests/daemon/message_ids.txt"));
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || line.front() == '#') continue;
        std::istringstream words(line);
        unsigned number = 0;
        std::string name;
        words >> number >> name;
        EXPECT_TRUE(out.emplace(number, name).second) << "twice in the ledger: " << number;
    }
    return out;
}

TEST(message_catalogue, ids_are_in_order_unique_and_never_given_again)
{
    const auto given = ledger();
    unsigned last = 0;
    std::set<std::string_view> names;
    for (const auto& r : catalogue()) {
        const auto number = static_cast<unsigned>(r.what);
        EXPECT_GT(number, last) << r.name;
        last = number;
        EXPECT_GE(number, 1000u);
        EXPECT_LE(number, 9999u);
        EXPECT_TRUE(names.insert(r.name).second) << r.name;
        const auto known = given.find(number);
        ASSERT_NE(known, given.end()) << number << " " << r.name << " is not in tests/daemon/message_ids.txt: add it";
        EXPECT_EQ(known->second, r.name) << number << " was given to another message: take a new number";
        EXPECT_EQ(&row_of(r.what), &r);
    }
}

TEST(message_catalogue, every_id_of_the_enumeration_has_a_row)
{
    std::istringstream lines(text_of("daemon/log/ids.hpp"));
    std::size_t seen = 0;
    for (std::string line; std::getline(lines, line);) {
        const auto equals = line.find(" = ");
        if (equals == std::string::npos) continue;
        ++seen;
        const auto name = line.substr(line.find_first_not_of(' '), equals - line.find_first_not_of(' '));
        const auto number = std::stoul(line.substr(equals + 3));
        const auto all = catalogue();
        const auto row = std::find_if(all.begin(), all.end(), [&](const auto& r) { return r.name == name; });
        ASSERT_NE(row, all.end()) << name;
        EXPECT_EQ(static_cast<unsigned long>(row->what), number) << name;
    }
    EXPECT_EQ(seen, catalogue().size());
}

// A message that is documented and never said is a promise that nobody keeps.
TEST(message_catalogue, every_message_is_said_by_some_code)
{
    std::string code;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(IDFERRY_SOURCE_DIR) / "daemon")) {
        const auto name = entry.path().filename().string();
        if (entry.path().extension() != ".cpp" || name.starts_with("rows_")) continue;
        std::ifstream file(entry.path());
        code += std::string(std::istreambuf_iterator<char>(file), {}) + "\n";
    }
    const auto is_said = [&](std::string_view name) {
        const auto word = "id::" + std::string(name);
        for (auto at = code.find(word); at != std::string::npos; at = code.find(word, at + 1)) {
            const char next = at + word.size() < code.size() ? code[at + word.size()] : ' ';
            if (next != '_' && (next < 'a' || next > 'z')) return true;
        }
        return false;
    };
    for (const auto& r : catalogue()) EXPECT_TRUE(is_said(r.name)) << r.name;
    EXPECT_FALSE(is_said("nobody_says_this"));
}

TEST(message_catalogue, every_message_says_what_it_means_and_what_to_do)
{
    const auto reserved = reserved_fields();
    for (const auto& r : catalogue()) {
        EXPECT_FALSE(r.text.empty()) << r.name;
        EXPECT_TRUE(r.meaning.ends_with('.')) << r.name;
        EXPECT_GE(r.action.size(), 8u) << r.name << ": say what to do, if only \"Nothing.\"";
        // Whoever is warned must learn more than that there is nothing to do.
        if (r.at >= level::warning) EXPECT_NE(r.action, "Nothing.") << r.name;
        const auto in_text = fields_of(r.text);
        for (const auto name : fields_of(r.action))
            if (name != "key" && name != "command") // what a sentence leaves out and a command needs
                EXPECT_NE(std::find(in_text.begin(), in_text.end(), name), in_text.end()) << r.name << ' ' << name;
        for (const auto name : in_text)
            EXPECT_EQ(std::find(reserved.begin(), reserved.end(), name), reserved.end()) << r.name << ' ' << name;
        // Only debug lines have attribute values.
        for (const auto name : in_text)
            if (name == "before" || name == "after") EXPECT_EQ(r.at, level::debug) << r.name;
    }
}

TEST(message_catalogue, journal_ids_are_128_bits_and_end_in_the_number)
{
    std::set<std::string> seen;
    for (const auto& r : catalogue()) {
        const auto uuid = journal_id(r.what);
        EXPECT_EQ(uuid.size(), 32u);
        EXPECT_EQ(uuid.find_first_not_of("0123456789abcdef"), std::string::npos) << uuid;
        EXPECT_EQ("IDF-" + uuid.substr(28), to_string(r.what));
        EXPECT_TRUE(seen.insert(uuid).second);
    }
}

// syslog(3): 2 critical, 3 error, 4 warning, 5 notice, 6 informational, 7 debug.
TEST(message_catalogue, levels_are_those_of_syslog)
{
    EXPECT_EQ(priority(level::critical), 2);
    EXPECT_EQ(priority(level::error), 3);
    EXPECT_EQ(priority(level::warning), 4);
    EXPECT_EQ(priority(level::notice), 5);
    EXPECT_EQ(priority(level::info), 6);
    EXPECT_EQ(priority(level::debug), 7);
}

TEST(message_catalogue, the_committed_documents_are_those_of_the_rows)
{
    EXPECT_EQ(text_of("docs/messages.md"), messages_page()) << "idferry messages > docs/messages.md";
    EXPECT_EQ(text_of("packaging/systemd/idferry.catalog"), journal_catalogue())
        << "idferry messages --journal > packaging/systemd/idferry.catalog";
}

TEST(message_catalogue, one_message_is_explained_by_id_number_or_name)
{
    for (const auto* asked : {"IDF-4001", "4001", "resource_rejected"}) {
        const auto text = explained(asked);
        EXPECT_TRUE(text.starts_with("IDF-4001 resource_rejected (warning)\n")) << text;
        EXPECT_NE(text.find("What to do: "), std::string::npos);
    }
    EXPECT_EQ(explained("IDF-0001"), "");
    EXPECT_EQ(explained(""), "");
}

TEST(fields_of, finds_words_in_braces_and_leaves_yaml_alone)
{
    EXPECT_EQ(fields_of("{sync}: a secret of {file:} or {}, by {who}"), (std::vector<std::string_view>{"sync", "who"}));
    EXPECT_TRUE(fields_of("open { and nothing").empty());
}

} // namespace
