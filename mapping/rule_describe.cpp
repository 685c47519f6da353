// What `users:`, `groups:` and one rule may hold, as descriptions. The parsers refuse every key that is not here, and a
// test sees that they read each one that is.
#include "mapping/resource_type.hpp"
#include "mapping/rule.hpp"

namespace idferry::mapping {

namespace {

using config::description;
using kind = config::description::kind;
using described = std::shared_ptr<const description>;

described make(description d)
{
    return std::make_shared<const description>(std::move(d));
}

description of(kind what, std::string name = {}, std::string doc = {}, std::vector<std::string> examples = {})
{
    description d;
    d.what = what;
    d.name = std::move(name);
    d.doc = std::move(doc);
    d.examples = std::move(examples);
    return d;
}

described only_text(std::string name, std::string doc, std::vector<std::string> examples)
{
    auto d = of(kind::text, std::move(name), std::move(doc), std::move(examples));
    d.pattern = "\\S";
    d.text_only = true;
    return make(std::move(d));
}

described plain_text()
{
    return make(of(kind::text));
}

described words(std::vector<std::string> choices)
{
    auto d = of(kind::choice);
    d.choices = std::move(choices);
    return make(std::move(d));
}

described list(described element, std::size_t least = 0)
{
    auto d = of(kind::list);
    d.element = std::move(element);
    d.least = least;
    return make(std::move(d));
}

described map(described element, std::size_t least = 0)
{
    auto d = of(kind::map);
    d.element = std::move(element);
    d.least = least;
    return make(std::move(d));
}

described any_of(std::vector<described> alternatives, std::string name = {}, std::string doc = {},
                 std::vector<std::string> examples = {})
{
    auto d = of(kind::one_of, std::move(name), std::move(doc), std::move(examples));
    d.alternatives = std::move(alternatives);
    return make(std::move(d));
}

// A map with exactly this key.
described only_key(std::string name, std::string doc, described value)
{
    auto d = of(kind::section);
    d.keys.push_back({std::move(name), true, std::move(doc), std::move(value)});
    return make(std::move(d));
}

described section(std::vector<description::key> keys)
{
    auto d = of(kind::section);
    d.keys = std::move(keys);
    return make(std::move(d));
}

described path()
{
    return only_text(
        "path",
        "an attribute of a person or group of the source (RFC 7644 paths over RFC 7643 names). `email` and "
        "`phone` are the primary values; an attribute of the enterprise extension or of the source may "
        "be named bare when only one is called so",
        {"\"userName\"", "\"name.givenName\"", "\"email\"", R"("emails[type eq \"work\"].value")",
         "\"groups.display\""});
}

described filter_text()
{
    return only_text("filter",
                     "an RFC 7644 filter: eq, ne, co, sw, ew, gt, ge, lt, le and pr, joined by and, or, not and "
                     "brackets",
                     {R"("active eq true and groups.display eq \"Sales\"")", R"("title pr")"});
}

described amount(std::int64_t minimum, std::int64_t maximum)
{
    auto d = of(kind::integer);
    d.minimum = static_cast<double>(minimum);
    d.maximum = static_cast<double>(maximum);
    return make(std::move(d));
}

described transform_description()
{
    const auto text_map = [](const char* name, const char* doc) { return only_key(name, doc, plain_text()); };
    const auto date = any_of({words({"date", "date_time"}),
                              section({{"to", false, "what is written", words({"date", "date_time"}), "\"date\""},
                                       {"from", false,
                                        "what the value is written as: ISO 8601, or a number since 1970; a JSON number "
                                        "counts as milliseconds when this is missing",
                                        words({"iso", "epoch_ms", "epoch_s"})}})});
    return any_of(
        {words({"lower", "upper", "trim", "squeeze", "digits", "text", "ascii", "e164", "date"}),
         only_key("ascii", "letters of any script in ASCII; `de` writes ä as ae and ß as ss", words({"de"})),
         only_key("e164", "a telephone number in international form, where that is exact; else it is left out",
                  section({{"country", true, "two letters, whose national prefix is understood", plain_text()}})),
         only_key("date", "an ISO 8601 date or a count since 1970 as a date or a dateTime", date),
         only_key("replace", "every match of a regular expression (RE2); \\1 to \\9 are its groups",
                  section({{"pattern", true, "the regular expression", plain_text()},
                           {"with", true, "what stands there instead; nothing removes the match",
                            [] {
                                auto d = of(kind::text);
                                d.or_nothing = true;
                                return make(std::move(d));
                            }()}})),
         only_key("truncate", "the first so many characters", amount(1, 100'000)),
         text_map("split", "one text into several values at this separator"),
         text_map("join", "several values into one text with this between them"),
         text_map("prefix", "this in front of the text"), text_map("suffix", "this behind the text")},
        "transform",
        "a change of text. By name alone: `lower`, `upper`, `trim` (white space at the ends), `squeeze` (runs of white "
        "space too), `digits` (only those), `text` (of a number or a truth value), `ascii`, `e164`, `date`. On a list "
        "each value is changed",
        {"\"lower\"", R"({"truncate": 40})", R"({"replace": {"pattern": "@.*", "with": "@acme.example"}})"});
}

described rule_description()
{
    auto d = of(kind::section);
    d.keys = rule_keys();
    d.rules = {{description::key_rule::kind::exactly_one, {"from", "constant", "template", "expression"}}};
    return any_of(
        {path(), make(std::move(d))}, "rule",
        "how the value of one target attribute is made: a path of the source, or a map with one origin (from, "
        "constant, template or expression) and what is done with it, in the order of this table. A person for whom no "
        "value results keeps what the target has, unless `on_absent` says otherwise",
        {"\"name.givenName\"", R"({"from": "email", "transform": ["lower", "trim"]})",
         R"({"from": "groups.display", "lookup": {"Sales Leads": "manager"}, "default": "tablet", "collapse": "first"})"});
}

} // namespace

std::shared_ptr<const config::description> describe_filter()
{
    return filter_text();
}

const std::vector<config::description::key>& rule_keys()
{
    static const std::vector<config::description::key> keys = [] {
        std::vector<std::string> types;
        for (const auto* t : resource_types()) types.emplace_back(t->name);
        const auto any = make(of(kind::any));
        const std::vector<config::description::key> all{
            {"from", false, "a path of the source; of several the first that has a value",
             any_of({path(), list(path(), 1)})},
            {"constant", false, "a fixed value: text, number, truth value, list or map; nothing clears the attribute",
             any},
            {"template", false,
             "text with placeholders: {title} is replaced by the attribute, and without one there is no value at all; "
             "{title?} may be empty; {{ and }} are braces",
             only_text("template", "text with paths in braces",
                       {R"("{name.givenName} {name.familyName}")", R"j("{title} ({department?})")j"})},
            {"expression", false,
             "a jq program over the whole resource, for what the others cannot say. No value is absent, null clears, "
             "several values are a list. It reads nothing but the resource, and its work and sizes are limited",
             only_text("expression", "a jq 1.6 program without definitions, assignments and regular expressions",
                       {R"j(".title // empty")j", R"j(".emails | map(select(.type == \"work\"))")j"})},
            {"when", false, "when this filter does not hold, the rule has no value", filter_text()},
            {"transform", false, "changes of the text, in this order",
             any_of({transform_description(), list(transform_description())})},
            {"lookup", false,
             "a table from source values to target values. Keys are compared exactly, a value without an entry is left "
             "out, and several values stand in the order of the table",
             map(any, 1)},
            {"collapse", false,
             "how several values become one: `primary` (else the first), `first`, `join` (with \", \"), {join: TEXT}, "
             "or {one_per: type} to keep one of each type. Without it several values for an attribute that holds one "
             "are a reject",
             any_of({words({"primary", "first", "join"}), only_key("join", "the text between the values", plain_text()),
                     only_key("one_per", "the sub-attribute of which each value is kept once", plain_text())})},
            {"link", false,
             "each value is the key of another resource of this sync; the target gets that resource's id",
             words(types)},
            {"type", false, "set as `type` on each value of a list: work", plain_text()},
            {"element", false, "sub-attributes set on each value of a list", map(any)},
            {"default", false, "the value when there is none; neither transformed nor looked up", any},
            {"on_absent", false,
             "when there is still no value: `leave` what the target has, `clear` it, or `reject` the person. When it "
             "is "
             "missing, the target's value is left, except that a rule over groups clears it once the groups are known",
             words({"leave", "clear", "reject"})},
            {"apply", false,
             "when the value is written: always, only when the person is created, or only while the target has none",
             words({"always", "create", "if_empty"}), "\"always\""},
            {"sensitive", false, "hide the value in plans and never store it readable", make(of(kind::boolean)),
             "false"}};
        return all;
    }();
    return keys;
}

std::vector<config::description::key> describe_mapping(std::string_view type)
{
    const auto* known = find_resource_type(type);
    const bool members = known && known->has_members;
    const bool directory = !known || is_person(*known) || known == &group_type;
    const auto who = directory ? std::string(members ? "groups" : "people") : std::string(known->section);
    const std::string usual = !directory ? "What the target keeps unique, else display_name"
                              : members  ? "externalId and displayName, as far as they are mapped"
                                         : "externalId and userName, as far as they are mapped";
    std::vector<config::description::key> keys{
        {"scope", false, "which " + who + " of the source this is about; all of them when it is missing",
         filter_text()},
        {"match", false,
         "mapped attributes by which an existing resource of the target is recognised, in this order; exactly one must "
         "fit, else the resource is rejected. " +
             usual + ", when it is missing",
         any_of({plain_text(), list(plain_text(), 1)})},
        {"attributes", directory,
         directory ? "the target's attributes and how each is made; what is not named here is never touched"
                   : "what is not copied as it is: the target's attributes and how each is made",
         map(rule_description(), 1)}};
    if (members)
        keys.push_back({"members", false,
                        directory ? "keep the groups' members in step too; members that are not ours stay"
                                  : "keep their members in step too; members that are not ours stay",
                        make(of(kind::boolean)), "false"});
    else if (directory)
        keys.push_back({"members", false, "only groups have members", words({"false"}), "false"});
    if (directory)
        keys.push_back({"membership", false,
                        "whose groups count: `direct` memberships only, or `inherited` from subgroups too",
                        words({"direct", "inherited"}), "\"direct\""});
    return keys;
}

} // namespace idferry::mapping
