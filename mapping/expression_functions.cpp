// The functions that an expression may call, and the words that it may not use.
#include "mapping/expression_tree.hpp"

#include <algorithm>
#include <array>

namespace idferry::mapping::jq {

namespace {

using enum arguments;
using enum cost;

// Left out on purpose: what reads the world (env, input, now, …), what need not end (recurse, while, …), what can make
// a value of any size from a number (implode, splits, setpath), and regular expressions, whose library can take for
// ever on one text.
constexpr auto functions = std::to_array<function>({
    {"IN", 1, on_input, product},
    {"IN", 2, on_input, product},
    {"add", 0, none, copying},
    {"all", 0, none, linear},
    {"all", 1, on_elements, linear},
    {"all", 2, on_input, linear},
    {"any", 0, none, linear},
    {"any", 1, on_elements, linear},
    {"any", 2, on_input, linear},
    {"arrays", 0, none, constant},
    {"ascii_downcase", 0, none, linear},
    {"ascii_upcase", 0, none, linear},
    {"booleans", 0, none, constant},
    {"ceil", 0, none, constant},
    {"contains", 1, on_input, product},
    {"del", 1, on_input, copying},
    {"empty", 0, none, constant},
    {"endswith", 1, on_input, linear},
    {"error", 0, none, linear},
    {"error", 1, on_input, linear},
    {"first", 0, none, constant},
    {"first", 1, on_input, constant},
    {"flatten", 0, none, copying},
    {"flatten", 1, on_input, copying},
    {"floor", 0, none, constant},
    {"from_entries", 0, none, copying},
    {"getpath", 1, on_input, linear},
    {"group_by", 1, on_elements, linear},
    {"has", 1, on_input, constant},
    {"in", 1, on_input, constant},
    {"index", 1, on_input, product},
    {"indices", 1, on_input, product},
    {"inside", 1, on_input, product},
    {"isempty", 1, on_input, constant},
    {"iterables", 0, none, constant},
    {"join", 1, on_input, copying},
    {"keys", 0, none, linear},
    {"keys_unsorted", 0, none, linear},
    {"last", 0, none, constant},
    {"last", 1, on_input, constant},
    {"length", 0, none, linear},
    {"limit", 2, on_input, constant},
    {"ltrimstr", 1, on_input, linear},
    {"map", 1, on_elements, linear},
    {"max", 0, none, linear},
    {"max_by", 1, on_elements, linear},
    {"min", 0, none, linear},
    {"min_by", 1, on_elements, linear},
    {"not", 0, none, constant},
    {"nth", 1, on_input, constant},
    {"nulls", 0, none, constant},
    {"numbers", 0, none, constant},
    {"objects", 0, none, constant},
    {"range", 1, on_input, constant},
    {"range", 2, on_input, constant},
    {"reverse", 0, none, linear},
    {"rindex", 1, on_input, product},
    {"round", 0, none, constant},
    {"rtrimstr", 1, on_input, linear},
    {"scalars", 0, none, constant},
    {"select", 1, on_input, constant},
    {"sort", 0, none, linear},
    {"sort_by", 1, on_elements, linear},
    {"split", 1, on_input, linear},
    {"startswith", 1, on_input, linear},
    {"strings", 0, none, constant},
    {"to_entries", 0, none, linear},
    {"tojson", 0, none, linear},
    {"tonumber", 0, none, linear},
    {"tostring", 0, none, linear},
    {"type", 0, none, constant},
    {"unique", 0, none, linear},
    {"unique_by", 1, on_elements, linear},
    {"utf8bytelength", 0, none, constant},
    {"values", 0, none, constant},
    {"with_entries", 1, on_elements, copying},
});

struct reason
{
    std::string_view name;
    std::string_view why;
};

constexpr std::string_view outside = "an expression sees only the resource, nothing of the machine that it runs on";
constexpr std::string_view endless = "it need not end; use map, select, first, any, all or reduce";
constexpr std::string_view by_regex =
    "jq's regular expressions can take for ever on one text; use startswith, endswith, split or contains, or a "
    "'transform: {replace: …}' after the expression";
constexpr std::string_view by_date = "use 'transform: {date: …}' after the expression";
constexpr std::string_view by_size = "it can make a value of any size";

constexpr auto refused_functions = std::to_array<reason>({
    {"env", outside},
    {"input", outside},
    {"inputs", outside},
    {"input_filename", outside},
    {"input_line_number", outside},
    {"get_jq_origin", outside},
    {"get_prog_origin", outside},
    {"get_search_list", outside},
    {"modulemeta", outside},
    {"builtins", outside},
    {"debug", "an expression writes nothing; try it with 'idferry eval map'"},
    {"stderr", "an expression writes nothing; try it with 'idferry eval map'"},
    {"halt", "use empty, or error(\"why\") to reject the resource"},
    {"halt_error", "use empty, or error(\"why\") to reject the resource"},
    {"now", "an expression has no clock: the same resource always gives the same value"},
    {"localtime", "an expression has no clock: the same resource always gives the same value"},
    {"strflocaltime", "an expression has no clock: the same resource always gives the same value"},
    {"mktime", by_date},
    {"gmtime", by_date},
    {"strftime", by_date},
    {"strptime", by_date},
    {"todate", by_date},
    {"fromdate", by_date},
    {"date", by_date},
    {"dateadd", by_date},
    {"datesub", by_date},
    {"todateiso8601", by_date},
    {"fromdateiso8601", by_date},
    {"recurse", endless},
    {"recurse_down", endless},
    {"repeat", endless},
    {"while", endless},
    {"until", endless},
    {"walk", endless},
    {"combinations", by_size},
    {"setpath", "write {name: value}, or . + {name: value}"},
    {"map_values", "use map for lists, with_entries({key, value: (…)}) for maps"},
    {"implode", by_size},
    {"explode", "use split(\"\") for the characters of a text"},
    {"test", by_regex},
    {"match", by_regex},
    {"capture", by_regex},
    {"scan", by_regex},
    {"splits", by_regex},
    {"sub", by_regex},
    {"gsub", by_regex},
    {"ascii", by_regex},
    {"trim", "use 'transform: trim' after the expression"},
    {"abs", "it is no function of this jq (1.6)"},
});

constexpr auto refused_keywords = std::to_array<reason>({
    {"def", "functions cannot be defined"},
    {"import", "modules cannot be used"},
    {"include", "modules cannot be used"},
    {"module", "modules cannot be used"},
    {"foreach", "use reduce, or map"},
    {"label", "use first(…) or limit(n; …)"},
    {"break", "use first(…) or limit(n; …)"},
    {"__loc__", "an expression does not know where it stands"},
});

constexpr auto other_keywords =
    std::to_array<std::string_view>({"as", "reduce", "if", "then", "elif", "else", "end", "and", "or", "try", "catch"});

} // namespace

const function* find_function(std::string_view name, std::size_t arity)
{
    const auto hit =
        std::ranges::find_if(functions, [&](const function& f) { return f.name == name && f.arity == arity; });
    return hit == functions.end() ? nullptr : &*hit;
}

bool is_function(std::string_view name)
{
    return std::ranges::find(functions, name, &function::name) != functions.end();
}

std::string refusal(std::string_view name, std::size_t arity)
{
    const std::string quoted = "'" + std::string(name) + "'";
    if (name == "split" && arity == 2)
        return "'split' with a regular expression is not allowed: " + std::string(by_regex);
    if (const auto hit = std::ranges::find(refused_functions, name, &reason::name); hit != refused_functions.end())
        return quoted + " is not allowed in an expression: " + std::string(hit->why);
    std::vector<std::string> names;
    std::string wanted;
    for (const auto& f : functions) {
        names.emplace_back(f.name);
        if (f.name == name)
            wanted += (wanted.empty() ? "" : " or ") + (f.arity == 0 ? std::string("no") : std::to_string(f.arity));
    }
    if (!wanted.empty())
        return quoted + " takes " + wanted + (wanted == "1" ? " argument" : " arguments") +
               ", separated by ';', and has " + std::to_string(arity) + " here";
    return quoted + " is no function that an expression may call" + suggestion(name, names) +
           "; a text is written in double quotes, an attribute with a '.' before it";
}

bool known_format(std::string_view name)
{
    return name == "@text" || name == "@json" || name == "@base64" || name == "@uri" || name == "@html" ||
           name == "@csv" || name == "@tsv";
}

std::string_view refused_keyword(std::string_view word)
{
    const auto hit = std::ranges::find(refused_keywords, word, &reason::name);
    return hit == refused_keywords.end() ? std::string_view() : hit->why;
}

bool is_keyword(std::string_view word)
{
    return std::ranges::find(other_keywords, word) != other_keywords.end() || !refused_keyword(word).empty();
}

} // namespace idferry::mapping::jq
