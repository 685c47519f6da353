#include "mapping/mask.hpp"

#include "mapping/core_schema.hpp"

#include <algorithm>

namespace idferry::mapping {

namespace {

constexpr std::size_t shortest_inside = 3; // a shorter text would be found in every other word

void collect_texts(const json& v, std::vector<std::string>& out)
{
    if (v.is_string() && !v.get_ref<const std::string&>().empty()) out.push_back(v.get<std::string>());
    if (v.is_structured())
        for (const auto& child : v) collect_texts(child, out);
}

// The core schemas' URNs are as good as none.
std::string_view schema_of(std::string_view urn)
{
    return same_name(urn, "urn:ietf:params:scim:schemas:core:2.0:User") ||
                   same_name(urn, "urn:ietf:params:scim:schemas:core:2.0:Group")
               ? std::string_view()
               : urn;
}

} // namespace

json hidden(const json& v)
{
    if (v.is_null()) return v;
    if (!v.is_structured()) return hidden_value;
    auto out = v;
    for (auto& child : out) child = hidden(child);
    return out;
}

void mask::hide(const attribute_path& path)
{
    parts_.push_back({std::string(schema_of(path.urn)), path.attribute, path.sub_attribute});
}

void mask::hide(std::string_view path)
{
    const auto parsed = parse_path(path);
    if (const auto* known = std::get_if<attribute_path>(&parsed)) hide(*known);
}

void mask::hide_texts(const json& value)
{
    collect_texts(value, texts_);
    // Longer ones first: a text may be part of another one.
    std::ranges::sort(texts_,
                      [](const auto& a, const auto& b) { return a.size() != b.size() ? a.size() > b.size() : a < b; });
    texts_.erase(std::unique(texts_.begin(), texts_.end()), texts_.end());
}

void mask::hide_texts_of(const mask& other)
{
    hide_texts(json(other.texts_));
}

bool mask::hides(const attribute_path& path) const
{
    return all_ || std::ranges::any_of(parts_, [&](const part& p) {
               const bool same =
                   same_name(p.urn, schema_of(path.urn)) &&
                   (same_name(p.attribute, path.attribute) || p.attribute.empty() || path.attribute.empty());
               return same && (p.sub_attribute.empty() || path.sub_attribute.empty() ||
                               same_name(p.sub_attribute, path.sub_attribute));
           });
}

bool mask::hides(std::string_view path) const
{
    const auto parsed = parse_path(path);
    const auto* known = std::get_if<attribute_path>(&parsed);
    return all_ || (known && hides(*known));
}

json mask::resource(const json& whole) const
{
    return whole.is_object() ? members(whole, {}) : value(whole);
}

json mask::members(const json& object, std::string_view urn) const
{
    auto out = json::object();
    for (const auto& [name, v] : object.items()) {
        const bool extension = urn.empty() && v.is_object() && name.starts_with("urn:");
        out[name] = extension ? members(v, schema_of(name)) : attribute(v, urn, name);
    }
    return out;
}

json mask::attribute(const json& v, std::string_view urn, std::string_view name) const
{
    if (all_) return hidden(v);
    std::vector<std::string_view> subs;
    for (const auto& p : parts_) {
        if (!same_name(p.urn, urn)) continue;
        if (p.attribute.empty()) return hidden(v);
        // Flattened names ("name.familyName") are as good as nested ones.
        if (!p.sub_attribute.empty() && same_name(p.attribute + "." + p.sub_attribute, name)) return hidden(v);
        if (!same_name(p.attribute, name)) continue;
        if (p.sub_attribute.empty()) return hidden(v);
        subs.push_back(p.sub_attribute);
    }
    if (subs.empty()) return value(v);
    const auto one = [&](const json& element) {
        if (!element.is_object()) return hidden(element);
        auto out = json::object();
        for (const auto& [sub, inner] : element.items())
            out[sub] = std::ranges::any_of(subs, [&, s = std::string_view(sub)](auto x) { return same_name(x, s); })
                           ? hidden(inner)
                           : value(inner);
        return out;
    };
    if (!v.is_array()) return one(v);
    auto out = json::array();
    for (const auto& element : v) out.push_back(one(element));
    return out;
}

json mask::flat(const json& by_path) const
{
    if (!by_path.is_object()) return value(by_path);
    auto out = json::object();
    for (const auto& [path, v] : by_path.items()) out[path] = hides(std::string_view(path)) ? hidden(v) : value(v);
    return out;
}

json mask::value(const json& v) const
{
    if (all_) return hidden(v);
    if (v.is_string()) return text(v.get_ref<const std::string&>());
    auto out = v;
    if (out.is_structured())
        for (auto& child : out) child = value(child);
    return out;
}

std::string mask::text(std::string_view s) const
{
    std::string out(s);
    for (const auto& t : texts_) {
        if (out == t) return std::string(hidden_value);
        if (t.size() < shortest_inside) continue;
        for (auto at = out.find(t); at != std::string::npos; at = out.find(t, at + hidden_value.size()))
            out.replace(at, t.size(), hidden_value);
    }
    return out;
}

} // namespace idferry::mapping
