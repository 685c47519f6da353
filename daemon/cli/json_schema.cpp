#include "daemon/cli/json_schema.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace idferry::daemon::cli {

namespace {

using config::description;
using mapping::json;
using kind = config::description::kind;

json parsed(const std::string& text)
{
    json value;
    mapping::json_error error;
    if (!mapping::parse_json(text, value, error))
        throw std::logic_error("a description holds what is no JSON: " + text);
    return value;
}

json bound(double value)
{
    return value == std::floor(value) ? json(static_cast<std::int64_t>(value)) : json(value);
}

// The one word of the key `type` of a section, or "".
std::string type_word(const description& d)
{
    if (d.what != kind::section) return {};
    for (const auto& key : d.keys)
        if (key.name == "type" && key.required && key.value && key.value->choices.size() == 1)
            return key.value->choices.front();
    return {};
}

class emitter
{
public:
    json whole(const description& root, const std::string& title)
    {
        json out = inside(root);
        out["$schema"] = "https://json-schema.org/draft/2020-12/schema";
        out["title"] = title;
        if (!root.doc.empty()) out["description"] = root.doc;
        if (!named_.empty()) out["$defs"] = named_;
        return out;
    }

private:
    json shape(const std::shared_ptr<const description>& d)
    {
        if (!d) return json::object();
        if (d->name.empty()) return told(*d, inside(*d));
        // Entered before its inside is made, so that a shape may hold itself.
        const bool known = named_.contains(d->name);
        if (!known) named_[d->name] = nullptr;
        if (!known || !named_[d->name].is_null()) {
            auto made = told(*d, inside(*d));
            if (known && made != named_[d->name])
                throw std::logic_error("two shapes are called '" + d->name + "' and differ");
            named_[d->name] = std::move(made);
        }
        return {{"$ref", "#/$defs/" + d->name}};
    }

    static json told(const description& d, json out)
    {
        if (!d.doc.empty()) out["description"] = d.doc;
        for (const auto& e : d.examples) out["examples"].push_back(parsed(e));
        return out;
    }

    json inside(const description& d)
    {
        switch (d.what) {
        case kind::any: return json::object();
        case kind::text: return text(d);
        case kind::boolean: return {{"type", "boolean"}};
        case kind::integer:
        case kind::number: {
            json out{{"type", d.what == kind::integer ? "integer" : "number"}};
            if (d.minimum != d.maximum) {
                out["minimum"] = bound(d.minimum);
                out["maximum"] = bound(d.maximum);
            }
            return out;
        }
        case kind::choice: {
            json out{{"enum", d.choices}};
            // Words that YAML reads as truth values when they are not quoted.
            for (const auto& word : d.choices)
                if (word == "true" || word == "false") out["enum"].push_back(word == "true");
            return out;
        }
        case kind::list: {
            json out{{"type", "array"}, {"items", shape(d.element)}};
            if (d.least > 0) out["minItems"] = d.least;
            return out;
        }
        case kind::map: {
            json out{{"type", "object"}, {"additionalProperties", shape(d.element)}};
            if (d.least > 0) out["minProperties"] = d.least;
            return out;
        }
        case kind::section: return section(d);
        case kind::one_of: return one_of(d);
        }
        return json::object();
    }

    static json text(const description& d)
    {
        json types{"string"};
        if (!d.text_only) {
            types.push_back("number");
            types.push_back("boolean");
        }
        if (d.or_nothing) types.push_back("null");
        json out{{"type", types.size() == 1 ? types.front() : types}};
        if (!d.pattern.empty()) out["pattern"] = d.pattern;
        return out;
    }

    json section(const description& d)
    {
        json out{{"type", "object"}, {"additionalProperties", false}, {"properties", json::object()}};
        for (const auto& key : d.keys) {
            auto value = shape(key.value);
            if (!key.doc.empty()) value["description"] = key.doc;
            if (!key.standard.empty()) value["default"] = parsed(key.standard);
            out["properties"][key.name] = std::move(value);
            if (key.required) out["required"].push_back(key.name);
        }
        for (const auto& rule : d.rules) out["allOf"].push_back(together(rule));
        return out;
    }

    static json together(const description::key_rule& rule)
    {
        using what = description::key_rule::kind;
        json all = json::array();
        for (const auto& key : rule.keys) all.push_back({{"required", {key}}});
        if (rule.what == what::at_least_one) return {{"anyOf", all}};
        if (rule.what == what::exactly_one) return {{"oneOf", all}};
        json none = json::array();
        for (std::size_t i = 0; i < rule.keys.size(); ++i)
            for (std::size_t k = i + 1; k < rule.keys.size(); ++k)
                none.push_back({{"required", {rule.keys[i], rule.keys[k]}}});
        return {{"not", {{"anyOf", none}}}};
    }

    // Sections that are told apart by `type` become conditions: an editor then complains about the right one.
    json one_of(const description& d)
    {
        const bool by_type = !d.alternatives.empty() &&
                             std::ranges::none_of(d.alternatives, [](const auto& a) { return type_word(*a).empty(); });
        json all = json::array();
        if (!by_type) {
            for (const auto& a : d.alternatives) all.push_back(shape(a));
            return {{"anyOf", all}};
        }
        json words = json::array();
        for (const auto& a : d.alternatives) {
            words.push_back(type_word(*a));
            all.push_back({{"if", {{"properties", {{"type", {{"const", type_word(*a)}}}}}}}, {"then", shape(a)}});
        }
        return {
            {"type", "object"}, {"required", {"type"}}, {"properties", {{"type", {{"enum", words}}}}}, {"allOf", all}};
    }

    json named_ = json::object();
};

} // namespace

json json_schema(const description& root, const std::string& title)
{
    return emitter().whole(root, title);
}

} // namespace idferry::daemon::cli
