// Recursive descent over the filter grammar of RFC 7644 section 3.4.2.2. Internal: parse_filter and parse_path use it.
#pragma once

#include "mapping/filter.hpp"
#include "mapping/filter_lexer.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace idferry::mapping {

class filter_parser
{
public:
    filter_parser(filter_cursor& in, const filter_limits& limits) : in_(in), limits_(limits) {}

    // A whole filter, up to the end of the text. Null after a failure.
    std::shared_ptr<const filter> parse_whole();
    // "[…]" after `attribute`, the cursor being at "[".
    std::shared_ptr<const filter> parse_brackets(const attribute_path& attribute);

    const parse_error& error() const { return error_; }

private:
    using node = std::shared_ptr<const filter>;

    node parse_or();
    node parse_and();
    node parse_term();
    node parse_group(bool negated);
    node parse_attribute(std::string_view word);
    node parse_comparison(attribute_path path, std::string_view name);

    // What joins clauses: "and" or "or" with its blanks. `found` tells whether it is here; false = it is here, but
    // wrong.
    bool take_joint(std::string_view joint, bool& found);
    bool close(char bracket, std::size_t opening);
    // True when the word after the current one is an operator: then this one is an attribute, whatever its name.
    bool operator_follows(std::size_t after) const;
    std::optional<parse_error> check_types(const filter& clause, std::size_t operator_at, std::size_t value_at) const;
    node fail(std::size_t position, std::string message);

    filter_cursor& in_;
    const filter_limits& limits_;
    parse_error error_;
    std::string context_; // the attribute whose elements a value filter selects, or empty
    int depth_{0};
};

} // namespace idferry::mapping
