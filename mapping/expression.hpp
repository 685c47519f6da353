// Expressions: jq programs, for what the other forms of a rule cannot say. Written as
//
//   expression: '.emails[] | select(.type == "work") | .value'
//
// "." is the whole source resource, in SCIM shape; groups stand in the order of their texts, whatever order the source
// lists them in. The outcome: nothing (`empty`) is absent, null and [] clear, one value is the value, several values,
// or a list, are a list. A whole number beyond 2^53, which jq cannot hold, comes in as text.
//
// The language is jq 1.6 without definitions, modules, assignments, regular expressions, dates, what reads anything but
// the resource, what writes, and what need not end: mapping/expression_functions.cpp lists what there is. An attribute
// of the resource that its schema does not have is a mistake, because jq would read it as null. Work and sizes are
// bounded (expression_machine.hpp) by counting, so that the outcome never depends on how fast the machine is.
#pragma once

#include "mapping/json.hpp"
#include "mapping/rule_condition.hpp"
#include "mapping/rule_path.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>

namespace idferry::mapping {

class expression
{
public:
    struct result
    {
        source_values::reading state{source_values::reading::absent};
        json::array_t values;
        bool many{false};
        std::optional<std::string> rejected; // a sentence without values
    };

    virtual ~expression() = default;
    // One thread at a time.
    virtual result run(const json& source) const = 0;
    virtual bool reads_groups() const = 0;
    // The attributes of the resource that it names; nothing when it may read all of them.
    virtual std::optional<std::set<std::string>> attributes() const = 0;
    // The expression in one line, shortened: for the rule's text.
    virtual const std::string& text() const = 0;
};

// Parses a scalar node; a mistake is reported at its character. Notes in `groups` when it may read memberships: then
// all of them count, because jq may do anything with them.
std::unique_ptr<const expression> parse_expression(const config::node& at, const source_names& names,
                                                   group_reading& groups, config::diagnostics& out);

} // namespace idferry::mapping
