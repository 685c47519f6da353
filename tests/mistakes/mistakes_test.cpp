// Every mistake of cases.yaml is told once, at its place, with the words that help.
#include "daemon/run/settings.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace idferry::tests {
namespace {

constexpr std::string_view sign = "\xC2\xA7"; // §

std::string text_of(const std::string& name)
{
    std::ifstream file(std::string(IDFERRY_SOURCE_DIR) + "/tests/mistakes/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct mistake_case
{
    std::string name, text, hides;
    int line{1}, column{1};
    std::vector<std::string> says;
    std::size_t messages{1};
};

[[maybe_unused]] void PrintTo(const mistake_case& c, std::ostream* out)
{
    *out << c.name;
}

void replace(std::string& text, const std::string& from, const std::string& to, const std::string& name)
{
    const auto at = text.find(from);
    if (at == std::string::npos) throw std::logic_error(name + ": good.yaml does not hold what the case replaces");
    text.replace(at, from.size(), to);
}

// Takes the sign out; the place where it stood, in code points.
void take_place(mistake_case& c)
{
    const auto at = c.text.find(sign);
    if (at == std::string::npos) return;
    c.text.erase(at, sign.size());
    const auto before = std::string_view(c.text).substr(0, at);
    c.line = 1 + static_cast<int>(std::ranges::count(before, '\n'));
    const auto line_begin = before.rfind('\n');
    c.column = 1;
    for (const char byte : before.substr(line_begin == std::string_view::npos ? 0 : line_begin + 1))
        if ((static_cast<unsigned char>(byte) & 0xC0U) != 0x80U) ++c.column;
}

std::string bytes_of(const std::string& hex)
{
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    return out;
}

std::vector<mistake_case> read_cases()
{
    config::diagnostics wrong;
    const auto tree = config::parse_yaml(text_of("cases.yaml"), "cases.yaml", wrong);
    if (!tree || !wrong.empty()) throw std::logic_error("cases.yaml cannot be read");
    const auto good = text_of("good.yaml");
    std::vector<mistake_case> all;
    for (const auto& n : tree->items()) {
        const auto word = [&](const char* key) { return n.find(key) ? n.find(key)->scalar() : std::string(); };
        mistake_case c;
        c.name = word("name");
        c.hides = word("hides");
        if (n.find("bytes"))
            c.text = bytes_of(word("bytes"));
        else if (n.find("text"))
            c.text = word("text");
        else {
            c.text = good;
            replace(c.text, word("from"), word("to"), c.name);
            if (n.find("drop")) replace(c.text, word("drop"), "", c.name);
        }
        take_place(c);
        if (const auto place = n.find("place")) {
            c.line = std::stoi(place->items().at(0).scalar());
            c.column = std::stoi(place->items().at(1).scalar());
        }
        const auto says = *n.find("says");
        for (const auto& w : says.items()) c.says.push_back(w.scalar());
        if (n.find("messages")) c.messages = std::stoul(word("messages"));
        all.push_back(std::move(c));
    }
    return all;
}

class mistake : public testing::TestWithParam<mistake_case>
{
};

TEST_P(mistake, is_told_at_its_place)
{
    const auto& c = GetParam();
    config::diagnostics out;
    EXPECT_FALSE(daemon::run::parse_settings(c.text, "idferry.yaml", out));
    std::string all;
    for (const auto& d : out.sorted()) all += d.text() + "\n";
    EXPECT_EQ(out.size(), c.messages) << all;
    if (!c.hides.empty()) {
        EXPECT_EQ(all.find(c.hides), std::string::npos) << all;
    }
    const auto told = out.sorted();
    const auto here = std::ranges::find_if(told, [&](const config::diagnostic& d) {
        return d.where.line == c.line && d.where.column == c.column &&
               std::ranges::all_of(c.says, [&](const auto& w) { return d.text().find(w) != std::string::npos; });
    });
    EXPECT_NE(here, told.end()) << "expected at " << c.line << ":" << c.column << ", found\n" << all;
}

INSTANTIATE_TEST_SUITE_P(all, mistake, testing::ValuesIn(read_cases()),
                         [](const auto& info) { return info.param.name; });

TEST(mistakes, are_at_least_forty_in_a_file_that_is_good_without_them)
{
    EXPECT_GE(read_cases().size(), 40U);
    config::diagnostics out;
    EXPECT_TRUE(daemon::run::parse_settings(text_of("good.yaml"), "good.yaml", out));
    for (const auto& d : out.sorted()) ADD_FAILURE() << d.text();
}

} // namespace
} // namespace idferry::tests
