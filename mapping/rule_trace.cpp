#include "mapping/rule_trace.hpp"

namespace idferry::mapping {

namespace {

std::vector<source_path> paths_read(const rule& r)
{
    auto out = r.from;
    if (r.filled) r.filled->collect_paths(out);
    return out;
}

// An alias is the list that it stands for, and the other way round.
void hide_source(mask& hides, const source_path& path)
{
    hides.hide(path.path());
    const auto& name = path.path().attribute;
    if (path.is_alias()) hides.hide(same_name(name, "email") ? "emails.value" : "phoneNumbers.value");
    if (!path.path().urn.empty()) return;
    if (same_name(name, "emails")) hides.hide("email");
    if (same_name(name, "phoneNumbers")) hides.hide("phone");
}

void hide_source(mask& hides, const expression& computed)
{
    const auto names = computed.attributes();
    if (!names) hides.hide_all();
    if (!names) return;
    for (const auto& name : *names) {
        attribute_path whole; // a name with colons is an extension
        (name.find(':') == std::string::npos ? whole.attribute : whole.urn) = name;
        hides.hide(whole);
        if (name == "emails") hides.hide("email");
        if (name == "phoneNumbers") hides.hide("phone");
    }
}

explained_rule run(const rule& r, const type_profile& profile, const json& source)
{
    explained_rule out;
    out.path = r.path;
    out.rule = r.text;
    out.sensitive = r.sensitive;
    mapped_resource made;
    apply_rule(r, source, profile, made, &out.input);
    for (auto& n : made.notices) out.notices.push_back(std::move(n.message));
    if (made.rejected) {
        out.what = explained_rule::result::rejected;
        out.problem = std::move(*made.rejected);
    } else if (!made.desired.attributes.empty()) {
        out.output = std::move(made.desired.attributes.front().value);
        out.what = out.output.is_null() ? explained_rule::result::cleared : explained_rule::result::value;
    }
    return out;
}

} // namespace

explanation trace_rules(const std::optional<source_condition>& scope, const std::vector<rule>& rules,
                        const type_profile& profile, const json& source)
{
    explanation out;
    for (const auto& r : rules) {
        auto done = run(r, profile, source);
        if (r.sensitive) {
            for (const auto& path : paths_read(r)) hide_source(out.hides, path);
            if (r.computed) hide_source(out.hides, *r.computed);
            out.hides.hide_texts(done.input);
            out.hides.hide_texts(done.output);
            out.at_target.hide(r.path);
        }
        out.rules.push_back(std::move(done));
    }
    out.at_target.hide_texts_of(out.hides);
    // All that is hidden is known now.
    for (std::size_t i = 0; i < rules.size(); ++i) {
        auto& done = out.rules[i];
        done.input = rules[i].sensitive ? hidden(done.input) : out.hides.value(done.input);
        if (rules[i].sensitive) done.output = hidden(done.output);
        if (rules[i].when) done.when = rules[i].when->explain(source, out.hides);
    }
    if (scope) out.scope = scope->explain(source, out.hides);
    out.source = out.hides.resource(source);
    return out;
}

} // namespace idferry::mapping
