// Templates: "{name.givenName} {name.familyName} ({department})".
//
// A placeholder is a path or an alias of the source; `{{` and `}}` are braces. A placeholder without a value makes the
// whole template absent (or null, when the source holds an explicit null), so that no half-empty text is written; one
// with a question mark, {name.middleName?}, is empty text instead. A template whose placeholders are all empty is
// absent. Numbers and booleans are written as text. A placeholder with several values is a reject, never a guess.
#pragma once

#include "mapping/rule_condition.hpp"
#include "mapping/rule_path.hpp"

#include <optional>
#include <string>
#include <vector>

namespace idferry::mapping {

class value_template
{
public:
    struct result
    {
        source_values::reading state{source_values::reading::absent};
        std::string text;
        std::optional<std::string> rejected;
    };

    result fill(const json& source) const;
    // What the placeholders read: {path: value}, null where there is none.
    json inputs(const json& source) const;
    // Appends every path that is read.
    void collect_paths(std::vector<source_path>& out) const;
    bool reads_groups() const { return reads_groups_; }
    const std::string& text() const { return text_; }

    friend std::optional<value_template> parse_template(const config::node&, const source_names&, group_reading&,
                                                        config::diagnostics&);

private:
    struct part
    {
        std::string literal;              // before the placeholder
        std::optional<source_path> value; // none in the last part
        bool optional{false};
    };
    std::vector<part> parts_;
    std::string text_;
    bool reads_groups_{false};
};

// Parses a scalar node; every mistake is reported at its character.
std::optional<value_template> parse_template(const config::node& at, const source_names& names, group_reading& groups,
                                             config::diagnostics& out);

} // namespace idferry::mapping
