// Reads an expression, character by character. Private to expression_parser.cpp (operators) and expression_terms.cpp.
#pragma once

#include "mapping/expression_tree.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::mapping::jq {

using branch = std::unique_ptr<tree>;

// The first mistake counts, and nothing is read after it: then every branch is null or of no use.
class parser
{
public:
    parser(std::string_view text, parse_error& wrong) : text_(text), wrong_(wrong) {}
    branch whole();

private:
    static bool begins_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }

    // Characters. `skip` goes over white space and comments; what takes or peeks skips first, but for `next`.
    void skip();
    char next(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
    bool take(std::string_view wanted);
    std::string_view peek_word();
    bool take_word(std::string_view wanted);
    std::string_view word();

    branch fail(std::size_t at, std::string message);
    branch unexpected(std::string_view wanted);
    bool expect(std::string_view wanted);
    bool expect_word(std::string_view wanted);
    // Counts how deeply parts stand in each other while it lives; `deep()` fails when that is too much.
    class level
    {
    public:
        explicit level(int& depth) : depth_(depth) { ++depth_; }
        ~level() { --depth_; }
        level(const level&) = delete;
        level& operator=(const level&) = delete;

    private:
        int& depth_;
    };
    bool deep();
    bool too_long(int operators);

    template <class... Parts> static branch make(syntax kind, std::size_t at, std::string_view text, Parts... parts)
    {
        auto made = std::make_unique<tree>();
        made->kind = kind;
        made->at = at;
        made->text = text;
        (made->parts.push_back(std::move(parts)), ...);
        return made;
    }

    // Operators, the loosest first.
    branch pipe();
    branch comma();
    branch alternative();
    void refuse_assignment();
    branch either();
    branch both();
    std::string_view comparison_sign();
    branch comparison();
    branch sum();
    branch product();
    branch operand();
    template <class Operand> branch operation(std::string_view sign, branch left, Operand operand)
    {
        const auto at = at_;
        at_ += sign.size();
        auto right = operand();
        return make(syntax::operation, at, sign, std::move(left), std::move(right));
    }

    // A term and what follows it directly: .name, [..], ?, and with `binding`: as $x | …
    branch postfix(bool binding);
    branch bind(branch of);
    branch bracket(branch of);
    branch named(std::size_t at, branch of);
    branch term();
    branch dotted();
    branch enclosed();
    branch number();
    std::string bound_variable();
    std::string variable_name();
    branch variable();
    branch format();
    branch text_term(const std::string& format);
    bool add_piece(std::size_t begin, std::vector<std::string>& pieces);
    branch object();
    bool object_entry(tree& to);
    branch object_value();
    branch worded();
    branch call(std::size_t at, std::string_view name);
    branch condition(std::size_t at);
    branch reduction(std::size_t at);
    template <class Body> branch in_scope_of(const std::string& name, Body body)
    {
        scope_.push_back(name);
        auto made = body();
        scope_.pop_back();
        return made;
    }

    std::string_view text_;
    parse_error& wrong_;
    std::size_t at_{0};
    int depth_{0};
    bool failed_{false};
    std::vector<std::string> scope_; // variables bound here
};

} // namespace idferry::mapping::jq
