#include "mapping/mapper.hpp"

#include "mapping/normalise.hpp"
#include "mapping/resource_type.hpp"
#include "mapping/rule.hpp"
#include "mapping/rule_trace.hpp"

#include <unicode/uversion.h>

#include <algorithm>

namespace idferry::mapping {

namespace {

using config::node;

// Changes with the meaning of the rules: everything is mapped anew.
constexpr std::string_view rules_version = "rules 1, ICU " U_ICU_VERSION;

struct parsed_mapping
{
    std::optional<source_condition> scope;
    std::vector<rule> rules; // sorted by path
    std::vector<std::string> match;
    group_reading groups;
    type_profile profile;
    std::string epoch;
    bool members{false};
    bool inherited{false};
};

class rule_mapper final : public mapper
{
public:
    explicit rule_mapper(parsed_mapping m) : m_(std::move(m))
    {
        for (const auto& r : m_.rules) summaries_.push_back({r.path, r.apply, r.text, r.sensitive, r.from_groups});
    }

    mapped_resource map(const json& source) const override
    {
        mapped_resource out;
        out.in_scope = in_scope(source);
        out.scope_clause = m_.scope ? m_.scope->deciding_clause(source) : "no scope: everyone";
        if (!out.in_scope) return out;
        out.desired.attributes.reserve(m_.rules.size());
        for (const auto& r : m_.rules) apply_rule(r, source, m_.profile, out);
        return out;
    }
    explanation explain(const json& source) const override
    {
        auto out = trace_rules(m_.scope, m_.rules, m_.profile, source);
        auto mapped = map(source);
        out.in_scope = mapped.in_scope;
        out.clause = std::move(mapped.scope_clause);
        return out;
    }
    bool in_scope(const json& source) const override { return !m_.scope || m_.scope->matches(source); }
    const std::vector<std::string>& match_attributes() const override { return m_.match; }
    const groups_read& reads_groups() const override { return m_.groups.read; }
    const std::vector<config::located<std::string>>& group_name_literals() const override { return m_.groups.names; }
    const std::vector<config::located<std::string>>& group_path_literals() const override { return m_.groups.paths; }
    const std::string& epoch_text() const override { return m_.epoch; }
    const std::vector<attribute_rule>& rules() const override { return summaries_; }
    bool maps_members() const override { return m_.members; }
    bool inherited_membership() const override { return m_.inherited; }

private:
    parsed_mapping m_;
    std::vector<attribute_rule> summaries_;
};

// The section as it stands, with quoting: what rules can read of the configuration.
void append_node(std::string& to, const node& n)
{
    if (n.is_scalar())
        to += (n.quoted() ? "q" : "p") + to_text(json(n.scalar()));
    else if (n.is_list()) {
        to += '[';
        for (const auto& item : n.items()) {
            append_node(to, item);
            to += ',';
        }
        to += ']';
    } else if (n.is_map()) {
        to += '{';
        for (const auto& e : n.entries()) {
            to += to_text(json(e.key.scalar())) + ':';
            append_node(to, e.value);
            to += ',';
        }
        to += '}';
    } else
        to += '~';
}

std::string profile_text(const type_profile& p)
{
    json single = json::object();
    for (const auto& [name, r] : p.single_valued)
        single[name] = json{{"keep", r.keep == single_value_rule::keep_kind::first},
                            {"force", r.force},
                            {"drop", r.drop},
                            {"compare", r.compare}};
    // Named only where there is one, so that the epochs of other targets stay as they were.
    json lead = json::object();
    if (!p.needs_primary.empty()) lead["needs_primary"] = p.needs_primary;
    json all = json{{"send", p.send},
                    {"never", p.never_send},
                    {"unreturned", p.unreturned},
                    {"fold", p.case_fold},
                    {"lower", p.lower},
                    {"single", single},
                    {"force", p.force},
                    {"compare", p.compare},
                    {"require", p.require},
                    {"empty", p.empty_means},
                    {"allowed", p.allowed_values},
                    {"members", p.members},
                    {"nested", p.nested}};
    all.update(lead);
    return to_text(all);
}

// True when `whole` names `path` or an attribute that it is a part of.
bool covers(std::string_view whole, std::string_view path)
{
    return same_name(whole, path) ||
           (path.size() > whole.size() && path[whole.size()] == '.' && same_name(path.substr(0, whole.size()), whole));
}

class mapping_parser
{
public:
    mapping_parser(const node& section, std::string_view type, std::string_view from, const source_attributes& source,
                   const target_profile& target, config::diagnostics& out)
        : section_(section), type_(type), names_(from, source), source_urn_(source.urn), target_(target), out_(out)
    {
        if (type == from && core_attributes(type).empty()) shared_ = source.names;
        made_.profile = target.of(type);
    }

    std::shared_ptr<const mapper> parse(const std::vector<std::string>& other_keys)
    {
        const auto before = out_.size();
        if (!section_.is_map()) {
            config::detail::wrong_kind(section_, out_, "a map with 'attributes'");
            return nullptr;
        }
        auto keys = describe_mapping(type_);
        for (const auto& name : other_keys) keys.push_back({name, false, "", nullptr});
        config::detail::check_keys(section_, out_, keys);
        if (const auto n = section_.find("scope")) made_.scope = parse_condition(*n, names_, made_.groups, out_);
        read_members();
        const auto attributes = section_.find("attributes");
        const bool named = attributes && read_attributes(*attributes);
        if (!shared_.empty()) copy_the_rest();
        if (!attributes && shared_.empty() && core_attributes(type_).empty())
            out_.add(section_, "attributes: is missing, and nothing is copied from another type of resource");
        if (named || (!attributes && !shared_.empty())) {
            check_target(attributes ? *attributes : section_);
            read_match();
        }
        if (out_.size() != before) return nullptr;
        std::ranges::sort(made_.rules, {}, &rule::path);
        describe_epoch();
        return std::make_shared<rule_mapper>(std::move(made_));
    }

private:
    void read_members()
    {
        const auto keys = describe_mapping(type_);
        const bool known = std::ranges::any_of(keys, [](const auto& key) { return key.name == "members"; });
        if (const auto n = section_.find("members"); n && known)
            if (const auto v = config::boolean().parse(*n, out_)) {
                made_.members = *v;
                const auto* type = find_resource_type(type_);
                if (*v && (!type || !type->has_members))
                    out_.add(*n, "only groups have members");
                else if (*v && !made_.profile.members)
                    out_.add(*n, "the target keeps no members of groups");
            }
        if (const auto n = section_.find("membership"))
            if (const auto v = config::choice<bool>({{"direct", false}, {"inherited", true}}).parse(*n, out_))
                made_.inherited = *v;
    }

    // False when there is no map of rules at all.
    bool read_attributes(const node& attributes)
    {
        if (!attributes.is_map() || attributes.entries().empty()) {
            out_.add(attributes, "expected a map from target attributes to rules");
            return false;
        }
        rule_context context{names_, made_.profile, type_, made_.groups, out_};
        for (const auto& e : attributes.entries()) {
            const auto target = resolve_target(e.key.scalar(), type_);
            if (const auto* known = std::get_if<target_attribute>(&target))
                note_target(e.key, known->path.text());
            else
                misspelt_.push_back(e.key.scalar());
            if (auto r = parse_rule(e.key, e.value, context)) made_.rules.push_back(std::move(*r));
        }
        return true;
    }

    // What both ends have under one name, and no rule says anything about.
    void copy_the_rest()
    {
        std::string text;
        for (const auto& name : shared_) {
            if (std::ranges::find(made_.profile.send, name) == made_.profile.send.end()) continue;
            if (std::ranges::any_of(targets_, [&](const auto& t) { return same_name(t.first, name); })) continue;
            text += to_text(json(name)) + ": " + to_text(json(name)) + "\n";
        }
        if (text.empty()) return;
        const auto all = config::parse_yaml(text, section_.where().file, out_);
        if (!all) return;
        rule_context context{names_, made_.profile, type_, made_.groups, out_};
        for (const auto& e : all->entries()) {
            note_target(e.key, e.key.scalar());
            if (auto r = parse_rule(e.key, e.value, context)) {
                r->on_absent = absent_action::clear;
                const auto& first = made_.profile.given_once;
                if (std::ranges::find(first, e.key.scalar()) != first.end()) r->apply = apply_mode::create;
                made_.rules.push_back(std::move(*r));
            }
        }
    }

    void note_target(const node& key, const std::string& path)
    {
        for (const auto& [other, at] : targets_) {
            if (same_name(other, path))
                out_.add(key, "'" + path + "' is mapped already at " + at.where().text());
            else if (covers(other, path) || covers(path, other)) {
                out_.add(key,
                         "'" + path + "' and '" + other + "' (" + at.where().text() + ") write the same attribute");
                return; // what else is wrong with it follows from this
            }
        }
        targets_.emplace_back(path, key);
    }

    void check_target(const node& attributes)
    {
        const auto& p = made_.profile;
        for (const auto& target : targets_) {
            const auto& path = target.first;
            const auto& key = target.second;
            const auto whole = [&](const std::string& q) { return covers(q, path); };
            const auto part_of_list = [&](const std::string& q) { return is_core_list(path) && covers(path, q); };
            if (std::ranges::any_of(p.never_send, whole))
                out_.add(key, "'" + path + "' is read-only at the target" + profile_name());
            else if (!p.send.empty() && std::ranges::none_of(p.send, whole) &&
                     std::ranges::none_of(p.send, part_of_list))
                out_.add(key,
                         "the target" + profile_name() + " does not keep '" + path + "'" + suggestion(path, p.send));
        }
        const auto fits = [](const std::string& path, const std::string& needed) {
            return covers(path, needed) || covers(needed, path);
        };
        for (const auto& needed : p.require)
            if (std::ranges::none_of(targets_, [&](const auto& t) { return fits(t.first, needed); }) &&
                std::ranges::none_of(misspelt_, [&](const auto& path) { return fits(path, needed); }))
                out_.add(key_of("attributes").where(), attributes.path(),
                         "the target" + profile_name() + " requires '" + needed + "', and no rule fills it");
    }

    // Where a key of the section is written: its value's place is that of the first thing inside.
    const node& key_of(std::string_view name) const
    {
        for (const auto& e : section_.entries())
            if (e.key.scalar() == name) return e.key;
        return section_;
    }

    std::string profile_name() const { return target_.name.empty() ? "" : " (profile " + target_.name + ")"; }

    const std::string* mapped(std::string_view path) const
    {
        for (const auto& [target, key] : targets_)
            if (same_name(target, path) || (is_core_list(target) && same_name(target + ".value", path))) return &target;
        return nullptr;
    }

    void read_match()
    {
        const auto match = section_.find("match");
        if (!match) {
            for (const char* usual : {"externalId", type_ == group_type.name ? "displayName" : "userName"})
                if (const auto* path = mapped(usual)) made_.match.push_back(*path);
            if (!core_attributes(type_).empty()) return;
            auto usual = made_.profile.unique;
            usual.emplace_back("display_name");
            for (const auto& path : usual)
                if (const auto* known = mapped(path); known && made_.match.empty()) made_.match.push_back(*known);
            return;
        }
        const auto before = out_.size();
        const auto wanted = config::one_or_list_of(config::at(config::non_empty_text())).parse(*match, out_);
        if (!wanted || out_.size() != before) return;
        if (wanted->empty()) out_.add(*match, "an empty list; name at least one attribute");
        for (const auto& m : *wanted) {
            const auto target = resolve_target(m.value, type_);
            const auto* known = std::get_if<target_attribute>(&target);
            const auto* path = mapped(known ? known->path.text() : m.value);
            std::vector<std::string> candidates;
            for (const auto& t : targets_) candidates.push_back(t.first);
            if (!path)
                out_.add(m.at, "'" + m.value + "' is not mapped, so nobody can be matched by it" +
                                   suggestion(m.value, candidates));
            else if (std::ranges::find(made_.match, *path) != made_.match.end())
                out_.add(m.at, "'" + *path + "' is named twice");
            else
                made_.match.push_back(*path);
        }
    }

    void describe_epoch()
    {
        auto& text = made_.epoch;
        text = std::string(rules_version) + "; type " + type_ + "; source " + source_urn_ + "; ";
        for (const auto& name : shared_) text += name + ' ';
        for (const char* key : {"scope", "match", "attributes", "members", "membership"})
            if (const auto n = section_.find(key)) {
                text += std::string(key) + ' ';
                append_node(text, *n);
                text += "; ";
            }
        // A bare name may come to mean another attribute when the source's own list changes.
        if (made_.scope) text += made_.scope->text() + "; ";
        for (const auto& r : made_.rules) text += r.path + " = " + r.text + "; ";
        text += "profile " + profile_text(made_.profile);
    }

    const node& section_;
    std::string type_;
    source_names names_;
    std::string source_urn_;
    const target_profile& target_;
    config::diagnostics& out_;
    parsed_mapping made_;
    std::vector<std::pair<std::string, node>> targets_;
    std::vector<std::string> shared_;   // attributes of one name at both ends, copied unless a rule says otherwise
    std::vector<std::string> misspelt_; // keys that name no attribute as they are written
};

} // namespace

desired_resource inflate(const std::string& text, const std::vector<attribute_rule>& rules)
{
    desired_resource out;
    json values;
    json_error error;
    if (!parse_json(text, values, error) || !values.is_object()) return out;
    for (const auto& r : rules)
        if (auto value = values.find(r.path); value != values.end())
            out.attributes.push_back({r.path, std::move(*value), r.apply, r.rule, r.sensitive, r.from_groups});
    std::ranges::sort(out.attributes, {}, &desired_attribute::path);
    return out;
}

std::shared_ptr<const mapper> parse_mapping(const config::node& section, std::string_view type,
                                            const source_attributes& source, const target_profile& profile,
                                            const std::vector<std::string>& other_keys, config::diagnostics& out,
                                            std::string_view from)
{
    return mapping_parser(section, type, from.empty() ? type : from, source, profile, out).parse(other_keys);
}

} // namespace idferry::mapping
