// The syntax tree of an expression: the part of jq's language that a mapping may use. Expressions are parsed here and
// written anew for libjq (expression_program), so that libjq never sees text of the configuration: what this parser
// does not know cannot run. Private to expression*.
#pragma once

#include "config/node.hpp"
#include "mapping/rule_path.hpp"

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace idferry::mapping::jq {

// The longest expression, and how deeply its parts may stand in each other.
inline constexpr std::size_t max_text = 8192;
inline constexpr int max_depth = 100;

enum class syntax
{
    identity,    // .
    descent,     // ..
    literal,     // a number, true, false or null: text as written
    text,        // text: the value
    joined,      // "a\(…)b": pieces (texts around the parts), parts; text: format or ""
    format,      // text: "@base64"
    variable,    // text: name without $
    member,      // parts[0] . text
    index,       // parts[0] [ parts[1] ]
    slice,       // parts[0] [ parts[1] : parts[2] ]; either may be null
    each,        // parts[0] []
    optional,    // parts[0] ?
    pipe,        // parts[0] | parts[1]
    comma,       // parts, separated by commas
    alternative, // parts[0] // parts[1]
    operation,   // parts[0] text parts[1]
    negation,    // - parts[0]
    list,        // [ parts[0] ]; no part: []
    object,      // parts: key, value, key, value, …; a shorthand's value is null
    binding,     // parts[0] as $text | parts[1]
    reduction,   // reduce parts[0] as $text (parts[1]; parts[2])
    condition,   // if parts[0] then parts[1] else parts[2] end; parts[2] may be null
    attempt,     // try parts[0] catch parts[1]; parts[1] may be null
    call         // text(parts…)
};

struct tree
{
    syntax kind{syntax::identity};
    std::size_t at{0}; // byte offset in the expression
    std::string text;
    std::vector<std::string> pieces;
    std::vector<std::unique_ptr<tree>> parts;
};

// Parses the whole text; nothing, with the reason in `wrong`, when it is not jq or not allowed. Names of functions and
// variables are checked too.
std::unique_ptr<tree> parse(std::string_view text, parse_error& wrong);

// What a function does with its arguments, and what it costs.
enum class arguments
{
    none,
    on_input,   // evaluated with the call's own input: select(f), has(key)
    on_elements // with what is inside it: map(f), sort_by(f)
};
enum class cost
{
    constant, // whatever the size of the input
    linear,   // in the size of the input
    copying,  // each element copies what was made before it
    product   // in the size of the input times that of the argument
};
struct function
{
    std::string_view name;
    std::size_t arity;
    arguments given;
    cost price;
};
// The allowed function of that name and number of arguments, or nullptr.
const function* find_function(std::string_view name, std::size_t arity);
// Whether a function of that name is allowed, with any number of arguments.
bool is_function(std::string_view name);
// Why there is no such function, and what to do instead.
std::string refusal(std::string_view name, std::size_t arity);
bool known_format(std::string_view name);
// The word of jq that is not allowed here ("def", "reduce" is), with why; "" for any other.
std::string_view refused_keyword(std::string_view word);
bool is_keyword(std::string_view word);

// What an expression reads of the resource, as far as its text tells.
struct reading_of_source
{
    bool everything{false};           // it hands the whole resource on
    std::set<std::string> attributes; // members of the resource that it names
    bool groups() const { return everything || attributes.contains("groups"); }
};
// Follows the resource through the expression; a name that the source cannot have is reported at its place in `at`.
reading_of_source read_source(const tree& t, const config::node& at, const source_names& names,
                              config::diagnostics& out);

// The program for libjq: the same meaning, with every step and size reported to expression_machine.
std::string program_text(const tree& t);

} // namespace idferry::mapping::jq
