// The mapping of one resource type: scope, matching and attribute rules, parsed with their places and applied as a
// pure function. No I/O, no clock, no logging. One thread at a time (transliteration is not thread-safe).
//
//   users:
//     scope: 'active eq true and groups.display eq "Sales"'   # filter; without it everyone is in scope
//     match: [externalId, userName]     # mapped attributes, in order; default: externalId and userName (groups:
//                                       # displayName), as far as they are mapped
//     membership: direct                # or inherited
//     members: true                     # groups only
//     attributes:
//       TARGET ATTRIBUTE: RULE
//
// A target attribute is a core attribute (`userName`, `name.givenName`, `emails`), an enterprise one (bare or by its
// URN), or any other extension's by its URN. Lists (emails, roles, …) are mapped whole. A rule is a path of the source
// (`title`), or a map with exactly one origin:
//
//   from: PATH            or [PATH, PATH]: the first that has a value. Aliases: rule_path.hpp
//   constant: VALUE       any YAML value; quoted = text, else true/false/null/number are typed
//   template: TEXT        template.hpp
//   expression: TEXT      a restricted jq program over the whole resource: expression.hpp
//
// and any of these, which act in this order:
//
//   when: FILTER          does not hold: the rule has no value
//   transform: NAME       or a list; transform.hpp
//   lookup: {KEY: VALUE}  keys are compared exactly; a value without an entry is left out. Several found ones stand in
//                         the order of the table, so that `collapse: first` takes the entry written first
//   collapse: primary     the primary value of a list, else the first | first | join (", ") | {join: "; "} |
//                         {one_per: type}: one value for each type, the primary one, else the first
//   link: group           each value is the source key of another resource of this sync: a link reference
//   type: work            set as `type` on every value of a list; element: {SUB: VALUE} sets any sub-attributes
//   default: VALUE        where there is no value or null, for whatever reason; neither transformed nor looked up
//   on_absent: leave      where there is still no value: leave the target's | clear it | reject the resource (a null
//                         is rejected too)
//   apply: always         or create, if_empty
//   sensitive: true       masked in plans
//
// Memberships are a set: values read from `groups` stand in the order of their texts, or of the lookup.
//
// A value has three states: absent (leave alone), null (clear), value. Missing at the source is absent; null and [] are
// null. Without `on_absent`, absent is left alone, except where groups are the reason (a `when` over groups that does
// not hold, groups that are not in the lookup) and the resource has its `groups`: nothing found is knowledge then, and
// clears. An attribute that the target requires is never cleared. Several values for an attribute that holds one, and
// a value that the target does not allow, reject the resource. No notice or rejection holds a value.
//
// Bare names are those of RFC 7643, of the enterprise extension and of source_attributes::names; an attribute that an
// open source does not list is written with the source's URN.
#pragma once

#include "config/shape.hpp"
#include "mapping/desired_resource.hpp"
#include "mapping/filter.hpp"
#include "mapping/target_profile.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace idferry::mapping {

// The attribute names a source offers beyond the core and enterprise schemas: for aliases and for checking paths.
struct source_attributes
{
    std::string urn;                // "urn:idferry:source:bare_id:bare"
    std::vector<std::string> names; // known ones; a source with free attributes may offer more
    bool open{true};                // other names may exist as well
};

// Which groups a mapping's outcome depends on: by `groups.display` or `groups.path` in a scope, lookup or rule.
struct groups_read
{
    bool all{false};
    std::set<std::string> displays; // literal names compared with groups.display
    std::set<std::string> paths;    // literal paths compared with groups.path
    bool any() const { return all || !displays.empty() || !paths.empty(); }
};

// Something worth telling, about this resource: a value that was dropped, a default that was used.
struct mapping_notice
{
    std::string path;
    std::string message;
};

struct mapped_resource
{
    bool in_scope{false};
    std::string scope_clause; // the clause that decided
    desired_resource desired; // when in scope
    std::optional<std::string>
        rejected; // a sentence with the attribute and what to do; `desired` is then not to be used
    std::vector<mapping_notice> notices;
};

// What is the same for every resource about one target attribute: desired_attribute without its value. Lets a plan keep
// only texts (desired_resource::text) and find the rest again.
struct attribute_rule
{
    std::string path;
    apply_mode apply{apply_mode::always};
    std::string rule;
    bool sensitive{false};
    bool from_groups{false};
};

struct explanation;

class mapper
{
public:
    virtual ~mapper() = default;

    // Applies scope and rules to one SCIM-shaped source resource.
    virtual mapped_resource map(const json& source) const = 0;
    // The same step by step (explanation.hpp), for people who ask why. Rules are tried whatever the scope says.
    virtual explanation explain(const json& source) const = 0;
    // Only the scope.
    virtual bool in_scope(const json& source) const = 0;

    // Target attribute paths of `match:`, in order.
    virtual const std::vector<std::string>& match_attributes() const = 0;
    virtual const groups_read& reads_groups() const = 0;
    // Literal group names and paths with the place where they are written: each must fit exactly one source group.
    virtual const std::vector<config::located<std::string>>& group_name_literals() const = 0;
    virtual const std::vector<config::located<std::string>>& group_path_literals() const = 0;
    // Text of everything that a rule can read: part of the epoch in input digests.
    virtual const std::string& epoch_text() const = 0;
    // One entry per target attribute that rules can fill, sorted by path.
    virtual const std::vector<attribute_rule>& rules() const = 0;
    virtual bool maps_members() const = 0;
    // How memberships count: only direct ones, or those of the groups' ancestors too.
    virtual bool inherited_membership() const = 0;
};

// The desired resource again, from its text and the rules that made it. A path that no rule fills any more is left out.
desired_resource inflate(const std::string& text, const std::vector<attribute_rule>& rules);

// The keys of `users:` or `groups:` that parse_mapping reads, described: for the JSON Schema and the reference.
std::vector<config::description::key> describe_mapping(std::string_view type);
// A filter, for descriptions elsewhere.
std::shared_ptr<const config::description> describe_filter();

// Parses `users:` or `groups:` of a sync (keys scope, match, attributes, members, membership; the keys that daemon
// owns, such as leave, are passed in `other_keys` and skipped). Every mistake is reported with its place: an unknown
// key, path, transform, a bad filter or template, a duplicate target attribute, an attribute that `profile` requires
// and no rule fills, one that the target does not keep. `from` is the type that the resources have at the source, "" =
// the same. Types without a core schema (configuration objects, roles) copy every attribute that both ends have and no
// rule names.
std::shared_ptr<const mapper> parse_mapping(const config::node& section, std::string_view type,
                                            const source_attributes& source, const target_profile& profile,
                                            const std::vector<std::string>& other_keys, config::diagnostics& out,
                                            std::string_view from = {});

} // namespace idferry::mapping
