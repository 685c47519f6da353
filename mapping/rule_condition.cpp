#include "mapping/rule_condition.hpp"

#include "mapping/explanation.hpp"
#include "mapping/filter.hpp"

#include <algorithm>

namespace idferry::mapping {

namespace {

enum class group_part
{
    none,
    display,
    path
};

group_part part_named(std::string_view name)
{
    if (same_name(name, "display")) return group_part::display;
    return same_name(name, "path") ? group_part::path : group_part::none;
}

bool names_groups(const attribute_path& p)
{
    return p.urn.empty() && same_name(p.attribute, "groups");
}

void note_literal(group_part part, const filter& f, const config::node& at, group_reading& groups)
{
    const auto name = f.operand->get<std::string>();
    (part == group_part::display ? groups.read.displays : groups.read.paths).insert(name);
    (part == group_part::display ? groups.names : groups.paths).push_back({name, at});
}

bool is_literal(const filter& f, group_part part)
{
    return f.kind == filter_kind::compare && f.op == compare_operator::eq && part != group_part::none && f.operand &&
           f.operand->is_string();
}

// True when an element filter can only hold for groups that it names by a literal. Notes every literal on the way.
bool note_element_filter(const filter& f, const config::node& at, group_reading& groups)
{
    switch (f.kind) {
    case filter_kind::compare: {
        const auto part = part_named(f.path.attribute);
        if (!is_literal(f, part)) return false;
        note_literal(part, f, at, groups);
        return true;
    }
    case filter_kind::logical_and: {
        bool any = false;
        for (const auto& c : f.children) any = note_element_filter(*c, at, groups) || any;
        return any;
    }
    case filter_kind::logical_or: {
        bool all = true;
        for (const auto& c : f.children) all = note_element_filter(*c, at, groups) && all;
        return all;
    }
    default:
        for (const auto& c : f.children) note_element_filter(*c, at, groups);
        return false;
    }
}

bool note_filter(const filter& f, const config::node& at, group_reading& groups)
{
    bool any = false;
    switch (f.kind) {
    case filter_kind::compare:
    case filter_kind::present:
        if (!names_groups(f.path)) return false;
        if (f.path.value_filter) {
            if (!note_element_filter(*f.path.value_filter, at, groups)) groups.read.all = true;
        } else if (const auto part = part_named(f.path.sub_attribute); is_literal(f, part))
            note_literal(part, f, at, groups);
        else
            groups.read.all = true;
        return true;
    case filter_kind::value_path:
        if (!names_groups(f.path)) return false;
        if (!note_element_filter(*f.children.front(), at, groups)) groups.read.all = true;
        return true;
    default:
        for (const auto& c : f.children) any = note_filter(*c, at, groups) || any;
        return any;
    }
}

// Resolves the names of a filter, in order of appearance, and reports those that mean nothing.
class renaming
{
public:
    renaming(const config::node& at, const source_names& names, config::diagnostics& out)
        : at_(at), names_(names), out_(out)
    {
    }

    std::shared_ptr<const filter> apply(const filter& f)
    {
        resolve(f);
        std::size_t next = 0;
        return with_paths(f, [&](const attribute_path&) { return resolved_[next++]; });
    }
    bool uses_alias() const { return uses_alias_; }

private:
    void resolve(const filter& f)
    {
        if (f.kind == filter_kind::logical_and || f.kind == filter_kind::logical_or ||
            f.kind == filter_kind::logical_not) {
            for (const auto& child : f.children) resolve(*child);
            return;
        }
        const auto& text = at_.scalar();
        const auto place = offset_of(text, f.path.attribute.empty() ? f.path.urn : f.path.attribute, from_);
        auto named = f.path;
        // The element filter of a value path is the node's child: it is checked with the path.
        const auto own = named.value_filter;
        if (f.kind == filter_kind::value_path) named.value_filter = f.children.front();
        auto alias = alias_kind::none;
        if (const auto error = names_.rewrite(named, alias))
            out_.add(at_, offset_of(text, error->word, place), error->message);
        named.value_filter = own;
        uses_alias_ = uses_alias_ || alias != alias_kind::none;
        resolved_.push_back(std::move(named));
        from_ = std::min(place + 1, text.size());
    }

    const config::node& at_;
    const source_names& names_;
    config::diagnostics& out_;
    std::vector<attribute_path> resolved_;
    std::size_t from_{0};
    bool uses_alias_{false};
};

json with_aliases(const json& resource)
{
    json copy = resource;
    if (const auto* v = alias_value(resource, alias_kind::email)) copy["email"] = *v;
    if (const auto* v = alias_value(resource, alias_kind::phone)) copy["phone"] = *v;
    return copy;
}

} // namespace

source_condition::source_condition(std::shared_ptr<const filter> test, bool uses_alias, bool reads_groups)
    : test_(std::move(test)), uses_alias_(uses_alias), reads_groups_(reads_groups)
{
}

bool source_condition::matches(const json& resource) const
{
    return uses_alias_ ? test_->matches(with_aliases(resource)) : test_->matches(resource);
}

std::string source_condition::deciding_clause(const json& resource) const
{
    return uses_alias_ ? test_->deciding_clause(with_aliases(resource)) : test_->deciding_clause(resource);
}

explained_clause source_condition::explain(const json& resource, const mask& hides) const
{
    return explain_filter(*test_, uses_alias_ ? with_aliases(resource) : resource, hides);
}

std::optional<source_condition> parse_condition(const config::node& at, const source_names& names,
                                                group_reading& groups, config::diagnostics& out)
{
    if (!at.is_scalar()) {
        out.add(at, "expected a filter, such as 'active eq true'");
        return std::nullopt;
    }
    auto parsed = parse_filter(at.scalar());
    if (auto* error = std::get_if<parse_error>(&parsed)) {
        out.add(at, error->position, error->message);
        return std::nullopt;
    }
    const auto before = out.size();
    renaming names_of_filter(at, names, out);
    auto test = names_of_filter.apply(*std::get<std::shared_ptr<const filter>>(parsed));
    if (out.size() != before) return std::nullopt;
    const bool reads_groups = note_filter(*test, at, groups);
    return source_condition(std::move(test), names_of_filter.uses_alias(), reads_groups);
}

bool note_group_path(const attribute_path& path, const config::node& at, bool lookup, group_reading& groups)
{
    if (!names_groups(path)) return false;
    if (path.value_filter) {
        if (!note_element_filter(*path.value_filter, at, groups)) groups.read.all = true;
    } else if (!lookup)
        groups.read.all = true;
    return true;
}

} // namespace idferry::mapping
