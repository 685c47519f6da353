// Text → tree: jq 1.6's operators, without assignments.
#include "mapping/expression_parser.hpp"

#include <algorithm>
#include <array>

namespace idferry::mapping::jq {

namespace {

constexpr int longest_chain = 200;

} // namespace

std::unique_ptr<tree> parse(std::string_view text, parse_error& wrong)
{
    if (text.size() > max_text) {
        wrong = {"the expression is longer than " + std::to_string(max_text) + " bytes", max_text};
        return nullptr;
    }
    if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
        wrong = {"a NUL character", nul};
        return nullptr;
    }
    return parser(text, wrong).whole();
}

branch parser::whole()
{
    auto made = pipe();
    skip();
    if (!failed_ && at_ < text_.size()) unexpected("");
    return failed_ ? nullptr : std::move(made);
}

void parser::skip()
{
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (c == '#')
            while (at_ < text_.size() && text_[at_] != '\n') ++at_;
        else if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
            ++at_;
        else
            return;
    }
}

bool parser::take(std::string_view wanted)
{
    skip();
    if (!text_.substr(at_).starts_with(wanted)) return false;
    at_ += wanted.size();
    return true;
}

std::string_view parser::peek_word()
{
    skip();
    auto end = at_;
    if (begins_word(next()))
        while (end < text_.size() && (begins_word(text_[end]) || is_digit(text_[end]))) ++end;
    return text_.substr(at_, end - at_);
}

bool parser::take_word(std::string_view wanted)
{
    if (peek_word() != wanted) return false;
    at_ += wanted.size();
    return true;
}

std::string_view parser::word()
{
    const auto found = peek_word();
    at_ += found.size();
    return found;
}

branch parser::fail(std::size_t at, std::string message)
{
    if (!failed_) wrong_ = {std::move(message), at};
    failed_ = true;
    at_ = text_.size();
    return nullptr;
}

branch parser::unexpected(std::string_view wanted)
{
    skip();
    std::string message = "the expression ends too early";
    if (at_ < text_.size()) {
        auto end = at_ + 1;
        if (begins_word(next()))
            end = at_ + peek_word().size();
        else
            while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0U) == 0x80U) ++end;
        message = "unexpected '" + std::string(text_.substr(at_, end - at_)) + "'";
    }
    if (!wanted.empty()) message += "; expected " + std::string(wanted);
    return fail(at_, std::move(message));
}

bool parser::expect(std::string_view wanted)
{
    if (take(wanted)) return true;
    unexpected("'" + std::string(wanted) + "'");
    return false;
}

bool parser::expect_word(std::string_view wanted)
{
    if (take_word(wanted)) return true;
    unexpected("'" + std::string(wanted) + "'");
    return false;
}

bool parser::deep()
{
    if (depth_ <= max_depth) return false;
    fail(at_, "the expression is nested too deeply");
    return true;
}

bool parser::too_long(int operators)
{
    if (operators < longest_chain) return false;
    fail(at_, "more than " + std::to_string(longest_chain) + " operators in a row; put the values into a list");
    return true;
}

branch parser::pipe()
{
    const level inside(depth_);
    if (deep()) return nullptr;
    auto left = comma();
    skip();
    const auto at = at_;
    if (failed_ || next() != '|') return left;
    ++at_;
    auto right = pipe();
    return make(syntax::pipe, at, "", std::move(left), std::move(right));
}

branch parser::comma()
{
    auto first = alternative();
    skip();
    if (failed_ || next() != ',') return first;
    auto all = make(syntax::comma, at_, "", std::move(first));
    while (!failed_ && take(",")) all->parts.push_back(alternative());
    return all;
}

branch parser::alternative()
{
    const level inside(depth_);
    if (deep()) return nullptr;
    auto left = either();
    refuse_assignment();
    skip();
    const auto at = at_;
    if (!take("//")) return left;
    auto right = alternative();
    return make(syntax::alternative, at, "", std::move(left), std::move(right));
}

void parser::refuse_assignment()
{
    skip();
    static constexpr auto signs = std::to_array<std::string_view>({"//=", "|=", "+=", "-=", "*=", "/=", "%=", "="});
    const auto rest = text_.substr(at_);
    const auto hit = std::ranges::find_if(signs, [&](std::string_view s) { return rest.starts_with(s); });
    if (hit != signs.end() && !rest.starts_with("=="))
        fail(at_, "'" + std::string(*hit) +
                      "' changes a value in place, which is not allowed: write {name: value}, or . + {name: value}" +
                      (*hit == "=" ? "; equality is '=='" : ""));
}

branch parser::either()
{
    auto left = both();
    for (int n = 0; !failed_ && peek_word() == "or" && !too_long(n); ++n)
        left = operation("or", std::move(left), [this] { return both(); });
    return left;
}

branch parser::both()
{
    auto left = comparison();
    for (int n = 0; !failed_ && peek_word() == "and" && !too_long(n); ++n)
        left = operation("and", std::move(left), [this] { return comparison(); });
    return left;
}

std::string_view parser::comparison_sign()
{
    skip();
    for (const std::string_view sign : {"==", "!=", "<=", ">=", "<", ">"})
        if (text_.substr(at_).starts_with(sign)) return sign;
    return {};
}

branch parser::comparison()
{
    auto left = sum();
    const auto sign = failed_ ? std::string_view() : comparison_sign();
    if (sign.empty()) return left;
    left = operation(sign, std::move(left), [this] { return sum(); });
    if (!failed_ && !comparison_sign().empty())
        return fail(at_, "comparisons cannot follow each other; join them with 'and', or use parentheses");
    return left;
}

branch parser::sum()
{
    auto left = product();
    int n = 0;
    for (skip(); !failed_ && (next() == '+' || next() == '-') && next(1) != '=' && !too_long(n); skip(), ++n)
        left = operation(text_.substr(at_, 1), std::move(left), [this] { return product(); });
    return left;
}

branch parser::product()
{
    auto left = operand();
    int n = 0;
    for (skip(); !failed_ && (next() == '*' || next() == '/' || next() == '%') && next(1) != '=' && !too_long(n);
         skip(), ++n) {
        if (next() == '/' && next(1) == '/') break;
        if (next() == '%')
            return fail(at_, "'%' is not allowed in an expression: jq stops the program on some numbers");
        left = operation(text_.substr(at_, 1), std::move(left), [this] { return operand(); });
    }
    return left;
}

branch parser::operand()
{
    skip();
    const auto at = at_;
    if (next() != '-') return postfix(true);
    ++at_;
    auto of = postfix(true);
    return make(syntax::negation, at, "", std::move(of));
}

} // namespace idferry::mapping::jq
