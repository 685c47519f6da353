// One attribute rule: how a target attribute's value is made from a source resource. The forms are described in
// mapping/mapper.hpp.
#pragma once

#include "mapping/expression.hpp"
#include "mapping/mapper.hpp"
#include "mapping/rule_condition.hpp"
#include "mapping/template.hpp"
#include "mapping/transform.hpp"

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace idferry::mapping {

// `lookup:`: the entries by key, with their rank in the file: of several values the one written first is first.
struct lookup_table
{
    struct entry
    {
        json value;
        std::size_t rank{0};
    };
    std::unordered_map<std::string, entry> entries;
};

enum class collapse_kind
{
    none,
    primary, // the primary element, else the first
    first,
    join,
    one_per // one element per value of a sub-attribute: the primary one, else the first
};

enum class absent_action
{
    by_default, // clear when the rule reads groups and they are known, else leave
    leave,
    clear,
    reject
};

struct rule
{
    target_attribute target;
    std::string path; // target.path as text
    std::string text; // one line: "from email, lower, trim"
    config::node at;  // its key

    std::vector<source_path> from;
    std::optional<json> constant;
    std::optional<value_template> filled;       // `template:`
    std::unique_ptr<const expression> computed; // `expression:`
    std::optional<source_condition> when;
    std::vector<std::unique_ptr<const transform>> transforms;
    std::optional<lookup_table> lookup;
    collapse_kind collapse{collapse_kind::none};
    std::string collapse_with;     // join: the separator; one_per: the sub-attribute
    std::optional<json> fallback;  // `default:`
    std::string link;              // resource type that values refer to, or ""
    json element = json::object(); // sub-attributes set on every element
    apply_mode apply{apply_mode::always};
    absent_action on_absent{absent_action::by_default};
    bool sensitive{false};
    bool value_from_groups{false};    // `from`, `template` or `expression` reads groups
    bool from_groups{false};          // that, or `when` does
    bool required{false};             // the target cannot be without it
    std::vector<std::string> allowed; // canonical values of the attribute (or of a list's `value`), or empty
};

// Computes the rule's value and adds it to `out`, with notices; sets or extends `out.rejected`. `read` (optional) gets
// what `from`, `template` or `expression` read of the source, before anything changed it.
void apply_rule(const rule& r, const json& source, const type_profile& profile, mapped_resource& out,
                json* read = nullptr);

// The form in which a rule's raw values go to its attribute: elements for a list, one value else. A sentence when they
// do not fit.
std::variant<json, std::string> shaped_value(const rule& r, json::array_t values, bool many);
// The first value that the attribute does not allow, or nothing.
std::optional<std::string> not_allowed(const rule& r, const json& value);

struct rule_context
{
    const source_names& names;
    const type_profile& profile;
    std::string_view type;
    group_reading& groups;
    config::diagnostics& out;
};

// The keys of a rule that is a map, described; what stands in no description is refused.
const std::vector<config::description::key>& rule_keys();

// Parses one entry of `attributes:`; nothing (after reporting) when it is wrong.
std::optional<rule> parse_rule(const config::node& key, const config::node& value, rule_context& context);

// A YAML value as JSON: quoted scalars are text; true, false, null and JSON numbers are typed; all else is text.
json constant_value(const config::node& n);

} // namespace idferry::mapping
