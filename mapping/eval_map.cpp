#include "mapping/eval_map.hpp"

#include "config/node.hpp"
#include "mapping/explanation.hpp"

#include <algorithm>

namespace idferry::mapping {

namespace {

constexpr std::string_view source_urn = "urn:idferry:source:";

const char* apply_name(apply_mode mode)
{
    switch (mode) {
    case apply_mode::create: return "create";
    case apply_mode::if_empty: return "if_empty";
    case apply_mode::always: break;
    }
    return "always";
}

const char* state_name(explained_rule::result what)
{
    switch (what) {
    case explained_rule::result::value: return "value";
    case explained_rule::result::cleared: return "clear";
    case explained_rule::result::rejected: return "rejected";
    case explained_rule::result::left_alone: break;
    }
    return "absent";
}

// A source that has what this resource has.
source_attributes attributes_of(const json* resource)
{
    source_attributes out{std::string(source_urn) + "scim:source", {}, true};
    if (!resource || !resource->is_object()) return out;
    for (const auto& [name, value] : resource->items()) {
        if (!name.starts_with(source_urn)) continue;
        out.urn = name;
        if (value.is_object())
            for (const auto& [own, ignored] : value.items()) out.names.push_back(own);
        break;
    }
    return out;
}

} // namespace

json try_mapping(const mapper& rules, const json& resource)
{
    const auto explained = rules.explain(resource);
    std::string rejected;
    json out{{"in_scope", explained.in_scope}, {"clause", explained.clause}, {"attributes", json::array()}};
    for (const auto& r : explained.rules) {
        const auto rule =
            std::ranges::find_if(rules.rules(), [&](const attribute_rule& known) { return known.path == r.path; });
        json line{{"path", r.path},
                  {"rule", r.rule},
                  {"input", r.input},
                  {"when", r.when ? json(r.when->holds) : json()},
                  {"state", state_name(r.what)},
                  {"value", r.output},
                  {"apply", rule == rules.rules().end() ? "always" : apply_name(rule->apply)},
                  {"from_groups", rule != rules.rules().end() && rule->from_groups},
                  {"notices", r.notices}};
        if (!r.problem.empty()) rejected += (rejected.empty() ? "" : "; ") + r.problem;
        out["attributes"].push_back(std::move(line));
    }
    out["rejected"] = rejected.empty() ? json() : json(rejected);
    return out;
}

std::string mapping_text(const json& tried)
{
    const auto text = [](const json& at, const char* name) { return at.at(name).get_ref<const std::string&>(); };
    const bool in_scope = tried.at("in_scope").get<bool>();
    std::string out = (in_scope ? "in scope: " : "out of scope: ") + text(tried, "clause") + "\n";
    std::size_t width = 0;
    for (const auto& a : tried.at("attributes")) width = std::max(width, text(a, "path").size());
    for (const auto& a : tried.at("attributes")) {
        const auto path = text(a, "path");
        out += "  " + path + std::string(width - path.size(), ' ') + "  ";
        const auto state = text(a, "state");
        if (state == "value")
            out += to_text(a.at("value"));
        else
            out += state == "clear" ? "cleared" : state == "absent" ? "left as it is" : "rejected";
        if (a.at("apply") != "always") out += a.at("apply") == "create" ? " (on create)" : " (if empty)";
        out += "  <- " + text(a, "rule") + "\n";
        for (const auto& n : a.at("notices"))
            out += std::string(width + 4, ' ') + "note: " + n.get<std::string>() + "\n";
    }
    if (!tried.at("rejected").is_null()) out += "rejected: " + text(tried, "rejected") + "\n";
    return out;
}

json try_mapping_section(const json& input, std::string_view type, const json* resource)
{
    json out{{"valid", false}, {"errors", json::array()}, {"result", nullptr}};
    config::diagnostics mistakes;
    const auto text = input.is_string() ? input.get<std::string>() : to_text(input);
    std::shared_ptr<const mapper> rules;
    if (const auto tree = config::parse_yaml(text, "input", mistakes))
        rules = parse_mapping(*tree, type, attributes_of(resource), {}, {"leave", "accept_not_kept"}, mistakes);
    for (const auto& m : mistakes.sorted()) out["errors"].push_back(m.text());
    if (!rules || !mistakes.empty()) return out;
    out["valid"] = true;
    if (resource) out["result"] = try_mapping(*rules, *resource);
    return out;
}

} // namespace idferry::mapping
