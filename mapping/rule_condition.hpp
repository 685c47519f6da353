// A filter over the source (`scope:`, `when:`): its names resolved, and what it reads of groups noted.
#pragma once

#include "mapping/rule_path.hpp"

namespace idferry::mapping {

struct explained_clause;
class mask;

// What a mapping reads of groups, gathered while its parts are parsed.
struct group_reading
{
    groups_read read;
    std::vector<config::located<std::string>> names; // literals compared with groups.display
    std::vector<config::located<std::string>> paths; // literals compared with groups.path
};

class source_condition
{
public:
    source_condition(std::shared_ptr<const filter> test, bool uses_alias, bool reads_groups);

    bool matches(const json& resource) const;
    std::string deciding_clause(const json& resource) const;
    // The filter and its parts with their results; `hides` masks the values that were found.
    explained_clause explain(const json& resource, const mask& hides) const;
    bool reads_groups() const { return reads_groups_; }
    std::string text() const { return test_->text(); }

private:
    std::shared_ptr<const filter> test_;
    bool uses_alias_; // email or phone: the resource is extended by them before the filter sees it
    bool reads_groups_;
};

// Parses a scalar node as a filter; every mistake is reported at its character.
std::optional<source_condition> parse_condition(const config::node& at, const source_names& names,
                                                group_reading& groups, config::diagnostics& out);

// Notes what reading this path means for groups: literals of a value filter, else all groups. Returns true when the
// path reads groups. `lookup` tells that the values are only compared with known keys, which the caller notes.
bool note_group_path(const attribute_path& path, const config::node& at, bool lookup, group_reading& groups);

} // namespace idferry::mapping
