// The mapping of one resource type: scope, matching and attribute rules, parsed with their places and applied as a
// pure function. No I/O, no clock, no logging.
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
    std::string scope_clause;        // the clause that decided
    desired_resource desired;        // when in scope
    std::optional<std::string> rejected; // a sentence with the attribute and what to do; `desired` is then not to be used
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

class mapper
{
public:
    virtual ~mapper() = default;

    // Applies scope and rules to one SCIM-shaped source resource.
    virtual mapped_resource map(const json& source) const = 0;
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

// Parses `users:` or `groups:` of a sync (keys scope, match, attributes, members, membership; the keys that daemon
// owns, such as leave, are passed in `other_keys` and skipped). Every mistake is reported with its place: an unknown
// key, path, transform, a bad filter or template, a duplicate target attribute, an attribute that `profile` requires
// and no rule fills, one that the target does not keep.
std::shared_ptr<const mapper> parse_mapping(const config::node& section, std::string_view type,
                                            const source_attributes& source, const target_profile& profile,
                                            const std::vector<std::string>& other_keys, config::diagnostics& out);

} // namespace idferry::mapping
