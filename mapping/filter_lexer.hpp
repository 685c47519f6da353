// The words of filters and paths: a cursor over the text, attribute names with their URNs, and JSON values.
// Internal to the parsers of this folder.
#pragma once

#include "mapping/attribute_path.hpp"
#include "mapping/json_fwd.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace idferry::mapping {

// ASCII without case: names, operators and URNs (RFC 7643 section 2.1).
bool equal_names(std::string_view a, std::string_view b);

// True for the URN of a core schema: its attributes stand at the top of a resource.
bool is_core_schema(std::string_view urn);

// Reads a text from left to right.
class filter_cursor
{
public:
    explicit filter_cursor(std::string_view text) : text_(text) {}

    std::size_t position() const { return at_; }
    void move_to(std::size_t position) { at_ = position; }
    bool done() const { return at_ >= text_.size(); }
    // The next character, or NUL at the end.
    char peek() const { return done() ? '\0' : text_[at_]; }
    // Skips one character when it is `c`.
    bool take(char c);
    // Skips blanks and line breaks; how many.
    std::size_t skip_blanks();
    // What comes before the next blank, bracket, parenthesis or quote; not consumed.
    std::string_view word() const;
    std::string_view text() const { return text_; }

private:
    std::string_view text_;
    std::size_t at_{0};
};

// Splits "urn:…:name.sub", "name.sub" or a bare schema URN into `out`. `position` is where `token` begins.
std::optional<parse_error> parse_attribute_token(std::string_view token, std::size_t position, attribute_path& out);

// Checks one attribute name: a letter, then letters, digits, "-" and "_"; or "$ref".
std::optional<parse_error> check_attribute_name(std::string_view name, std::size_t position);

// Reads one JSON value of a comparison: a string, a number, true, false or null.
std::optional<parse_error> read_compare_value(filter_cursor& in, json& out);

// The text in quotes for a message: printable, at most 24 bytes.
std::string quoted_excerpt(std::string_view text);

} // namespace idferry::mapping
