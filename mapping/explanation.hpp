// What a mapping makes of one resource, step by step: what `mapper::explain` returns. Plain data, made by the same code
// that maps. What a sensitive rule reads or writes is hidden in it (mask.hpp), so that nobody behind can show it.
#pragma once

#include "mapping/filter.hpp"
#include "mapping/json.hpp"
#include "mapping/mask.hpp"

#include <optional>
#include <string>
#include <vector>

namespace idferry::mapping {

// One filter, or a part of one, with its result.
struct explained_clause
{
    filter_kind kind{filter_kind::compare};
    std::string text; // canonical
    bool holds{false};
    json found; // what its path selects: null, a value, or a list of values; hidden where sensitive
    std::vector<explained_clause> parts; // of and, or and not
};

// What one rule did.
struct explained_rule
{
    enum class result
    {
        value,      // `output` is what the target should hold
        cleared,    // the target should hold nothing
        left_alone, // no value: whatever the target holds stays
        rejected    // `problem` says why; the whole resource is a reject then
    };

    std::string path; // target attribute
    std::string rule; // one line: "from email, lower, trim"
    bool sensitive{false};
    std::optional<explained_clause> when; // its condition
    json input; // what was read: a value, a list, or {path: value} of a template; null = nothing, or it reads nothing
    result what{result::left_alone};
    json output;
    std::vector<std::string> notices;
    std::string problem; // rejected: a sentence
};

struct explanation
{
    bool in_scope{false};
    std::string clause;                    // the clause that decided
    std::optional<explained_clause> scope; // nothing when there is no scope: everyone is in it
    // Every rule, sorted by path: also out of scope, as it would be.
    std::vector<explained_rule> rules;
    json source;    // the resource, with hidden values
    mask hides;     // for the source's other values
    mask at_target; // for what the target and state hold of this resource
};

// A filter and its parts on a resource, outermost first; `hides` masks the values that were found.
explained_clause explain_filter(const filter& f, const json& resource, const mask& hides);

} // namespace idferry::mapping
