#include "tests/checks/coroutine_rules.hpp"

#include <algorithm>
#include <optional>

namespace idferry::tests::checks {
namespace {

using tokens = std::vector<token>;

bool is_identifier(std::string_view text)
{
    return !text.empty() && (text.front() == '_' || (text.front() >= 'a' && text.front() <= 'z') ||
                             (text.front() >= 'A' && text.front() <= 'Z'));
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> choices)
{
    return std::ranges::find(choices, text) != choices.end();
}

// The index of the bracket that closes the one at `open`, or the end.
std::size_t closing(const tokens& all, std::size_t open)
{
    std::size_t depth = 0;
    for (auto i = open; i < all.size(); ++i) {
        if (is_one_of(all[i].text, {"(", "[", "{"}))
            ++depth;
        else if (is_one_of(all[i].text, {")", "]", "}"}) && --depth == 0)
            return i;
    }
    return all.size();
}

// The index of the bracket that opens the one at `close`; `close` itself when there is none.
std::size_t opening(const tokens& all, std::size_t close)
{
    std::size_t depth = 0;
    for (auto i = close + 1; i-- > 0;) {
        if (is_one_of(all[i].text, {")", "]", "}"}))
            ++depth;
        else if (is_one_of(all[i].text, {"(", "[", "{"}) && --depth == 0)
            return i;
    }
    return close;
}

// A lambda whose introducer's "[" is at `at`.
struct lambda
{
    bool captures{false};
    std::size_t body{0}; // its "{"
    std::size_t end{0};  // its "}"
};

std::optional<lambda> lambda_at(const tokens& all, std::size_t at)
{
    if (all[at].text != "[" || (at + 1 < all.size() && all[at + 1].text == "[")) return {};
    if (at > 0) {
        const auto& before = all[at - 1].text;
        const bool keyword = is_one_of(before, {"return", "co_return", "co_await", "co_yield", "throw", "case"});
        if (!keyword && (is_identifier(before) || is_one_of(before, {")", "]", "["})))
            return {}; // a subscript, an attribute, or names in `auto [a, b]`
    }
    lambda found;
    auto i = closing(all, at);
    found.captures = i > at + 1;
    ++i;
    const auto limit = std::min(all.size(), i + 200);
    while (i < limit && all[i].text != "{") {
        if (is_one_of(all[i].text, {";", ")", "]", "}", "=", ","}) && all[i - 1].text != "<" && all[i].text != ",")
            return {};
        i = all[i].text == "(" ? closing(all, i) + 1 : i + 1;
    }
    if (i >= limit) return {};
    found.body = i;
    found.end = closing(all, i);
    return found;
}

bool is_coroutine(const tokens& all, const lambda& candidate)
{
    for (auto i = candidate.body + 1; i < candidate.end && i < all.size(); ++i) {
        if (const auto nested = lambda_at(all, i)) {
            i = nested->end;
            continue;
        }
        if (is_one_of(all[i].text, {"co_await", "co_return", "co_yield"})) return true;
    }
    return false;
}

// Where the statement that holds token `at` begins, or nothing when `at` is inside parentheses or an initialiser.
std::optional<std::size_t> statement_start(const tokens& all, std::size_t at)
{
    for (auto i = at; i-- > 0;) {
        const auto& text = all[i].text;
        if (is_one_of(text, {";", "{", "}", "else", "do"})) return i + 1;
        if (text == "(") return {};
        if (text == ")") {
            const auto open = opening(all, i);
            const bool control =
                open > 0 && is_one_of(all[open - 1].text, {"if", "for", "while", "switch", "constexpr", "catch"});
            if (control) return i + 1;
            return {};
        }
        if (text == "]")
            i = opening(all, i);
        else if (text == ":") {
            // A label: `case x:`, `default:`.
            for (auto j = i; j-- > 0;) {
                if (is_one_of(all[j].text, {"case", "default"})) return i + 1;
                if (!is_identifier(all[j].text) && all[j].text != "::") return {};
            }
        }
    }
    return 0;
}

bool is_allowed_prefix(const tokens& all, std::size_t from, std::size_t await)
{
    if (from == await) return true;
    if (from + 1 == await) return all[from].text == "co_return";
    if (all[await - 1].text != "=") return false;
    // A declaration or an assignment to a plain name: nothing that computes, nothing that chooses.
    for (auto i = from; i + 1 < await; ++i) {
        const auto& text = all[i].text;
        const bool number = text.front() >= '0' && text.front() <= '9';
        if (is_one_of(text, {"throw", "return", "co_yield"})) return false;
        if (!is_identifier(text) && !number &&
            !is_one_of(text, {"::", "<", ">", ",", "[", "]", "&", "&&", "*", ".", "->"}))
            return false;
    }
    return true;
}

std::optional<std::string> operand_mistake(const tokens& all, std::size_t await)
{
    std::size_t depth = 0;
    for (auto i = await + 1; i < all.size(); ++i) {
        const auto& text = all[i].text;
        if (depth == 0 && text == ";") return {};
        if (text == "co_await") return "another co_await is inside its operand";
        if (text == "{" || (depth == 0 && text == "}")) return "a braced list is in its statement: name it first";
        if (text == "?") return "a ?: is in its statement: choose first";
        if (const auto inner = lambda_at(all, i); inner && inner->captures)
            return "a capturing lambda is among its arguments: name it first";
        if (is_one_of(text, {"(", "["}))
            ++depth;
        else if (is_one_of(text, {")", "]"})) {
            if (depth == 0) return "it is inside parentheses";
            --depth;
        } else if (depth == 0 && is_one_of(text, {"&&", "||", "==", "!=", "+", "-", "=", "|", "^", "/", "%"}))
            return "it is part of a larger expression";
    }
    return "its statement does not end";
}

} // namespace

std::vector<finding> check_coroutines(const source_file& file)
{
    std::vector<finding> findings;
    const auto all = tokenise(file.text);
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].text == "co_await") {
            const auto start = statement_start(all, i);
            const auto mistake = operand_mistake(all, i);
            if (!start || !is_allowed_prefix(all, *start, i))
                findings.push_back({file.path, all[i].line, "co_await must stand alone in a statement"});
            else if (mistake)
                findings.push_back({file.path, all[i].line, "co_await must stand alone in a statement: " + *mistake});
        }
        if (const auto found = lambda_at(all, i); found && found->captures && is_coroutine(all, *found)) {
            const bool named_local =
                i >= 3 && all[i - 1].text == "=" && is_identifier(all[i - 2].text) && all[i - 3].text == "auto";
            if (!named_local)
                findings.push_back({file.path, all[i].line,
                                    "a capturing lambda is a coroutine but not a named local: make it a function, or "
                                    "let a plain lambda call one"});
        }
    }
    return findings;
}

} // namespace idferry::tests::checks
