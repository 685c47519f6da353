#include "mapping/rule_path.hpp"

#include "mapping/filter.hpp"
#include "mapping/resource_type.hpp"

#include <algorithm>
#include <cctype>

namespace idferry::mapping {

namespace {

constexpr std::string_view source_urn_prefix = "urn:idferry:source:";

std::vector<std::string> names_of(std::span<const schema_attribute> all)
{
    std::vector<std::string> out;
    for (const auto& a : all) out.emplace_back(a.name);
    return out;
}

std::vector<std::string> sub_names_of(const schema_attribute& a)
{
    return {a.sub_attributes.begin(), a.sub_attributes.end()};
}

void append_names(std::vector<std::string>& to, std::vector<std::string> more)
{
    to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

bool truthy_primary(const json& element)
{
    const auto* p = member_named(element, "primary");
    return p && ((p->is_boolean() && p->get<bool>()) ||
                 (p->is_string() && same_name(p->get_ref<const std::string&>(), "true")));
}

// The element that stands for a list, judged by the sub-attribute that is wanted from it.
const json* primary_element(const json& list, std::string_view wanted)
{
    const json* first = nullptr;
    for (const auto& e : list) {
        if (!wanted.empty()) {
            const auto* v = member_named(e, wanted);
            if (!v || v->is_null()) continue;
        }
        if (truthy_primary(e)) return &e;
        if (!first) first = &e;
    }
    return first;
}

// An inner filter speaks of the element's sub-attributes.
std::optional<name_error> check_inner(const filter& f, const schema_attribute& known)
{
    if (f.kind == filter_kind::compare || f.kind == filter_kind::present) {
        const auto subs = sub_names_of(known);
        const auto& name = f.path.attribute;
        if (std::ranges::none_of(subs, [&](const auto& s) { return same_name(s, name); }))
            return name_error{
                "'" + std::string(known.name) + "' has no sub-attribute '" + name + "'" + suggestion(name, subs), name};
    }
    for (const auto& child : f.children)
        if (auto e = check_inner(*child, known)) return e;
    return std::nullopt;
}

} // namespace

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates)
{
    const auto near = config::nearest(word, candidates);
    return near ? "; did you mean '" + *near + "'?" : "";
}

std::size_t offset_of(std::string_view text, std::string_view word, std::size_t from)
{
    if (word.empty()) return from;
    const auto part_of_name = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '$';
    };
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') quoted = !quoted;
        if (quoted && text[i] == '\\') ++i;
        if (quoted || i < from || text.substr(i, word.size()) != word) continue;
        const auto end = i + word.size();
        const bool begins = i == 0 || !part_of_name(word.front()) || !part_of_name(text[i - 1]);
        const bool ends = end == text.size() || !part_of_name(word.back()) || !part_of_name(text[end]);
        if (begins && ends) return i;
    }
    return from;
}

const json* alias_value(const json& resource, alias_kind alias)
{
    const auto* list = member_named(resource, alias == alias_kind::email ? "emails" : "phoneNumbers");
    if (!list || !list->is_array()) return nullptr;
    const auto* e = primary_element(*list, "value");
    return e ? member_named(*e, "value") : nullptr;
}

source_path::source_path(attribute_path path, alias_kind alias, bool whole_list)
    : path_(std::move(path)), alias_(alias), whole_list_(whole_list)
{
}

std::string source_path::text() const
{
    return path_.text();
}

source_values source_path::read(const json& resource, bool primary) const
{
    using reading = source_values::reading;
    source_values out;
    const auto settle = [&out] {
        std::erase_if(out.values, [](const json* v) { return v->is_null(); });
        out.state = out.values.empty() ? reading::null : reading::value;
    };
    if (alias_ != alias_kind::none) {
        if (const auto* v = alias_value(resource, alias_)) {
            out.values.push_back(v);
            settle();
        } else {
            const auto* list = member_named(resource, alias_ == alias_kind::email ? "emails" : "phoneNumbers");
            if (list && (list->is_null() || (list->is_array() && list->empty()))) out.state = reading::null;
        }
        return out;
    }
    const auto* container = path_.urn.empty() ? &resource : member_named(resource, path_.urn);
    const auto* at = !container                ? nullptr
                     : path_.attribute.empty() ? container
                                               : member_named(*container, path_.attribute);
    if (!at) return out;
    if (at->is_null() || (at->is_array() && at->empty())) {
        out.state = reading::null;
        return out;
    }
    out.many = at->is_array();
    if (path_.value_filter) {
        for (const auto* v : select(resource, path_)) out.values.push_back(v);
        if (primary && out.values.size() > 1) out.values.resize(1);
    } else if (!at->is_array()) {
        const auto* v = path_.sub_attribute.empty() ? at : member_named(*at, path_.sub_attribute);
        if (v) out.values.push_back(v);
    } else {
        const auto take = [&](const json& e) {
            const auto* v = path_.sub_attribute.empty() ? &e : member_named(e, path_.sub_attribute);
            if (v) out.values.push_back(v);
        };
        if (!primary)
            std::ranges::for_each(*at, take);
        else if (const auto* e = primary_element(*at, path_.sub_attribute))
            take(*e);
    }
    if (!out.values.empty()) settle();
    return out;
}

source_names::source_names(std::string_view type, const source_attributes& source) : type_(type), source_(source) {}

std::variant<source_path, parse_error> source_names::resolve(std::string_view text) const
{
    // Resources without a schema of ours name the places of their API's objects, "protocol_config/type".
    if (core_attributes(type_).empty() && std::ranges::find(source_.names, text) != source_.names.end()) {
        attribute_path place;
        place.urn = source_.urn;
        place.attribute = text;
        return source_path(std::move(place), alias_kind::none, false);
    }
    auto parsed = parse_path(text);
    if (auto* error = std::get_if<parse_error>(&parsed)) return *error;
    auto& path = std::get<attribute_path>(parsed);
    auto alias = alias_kind::none;
    if (auto error = rewrite(path, alias)) return parse_error{error->message, offset_of(text, error->word)};
    const auto* known = path.urn.empty() ? find_attribute(core_attributes(type_), path.attribute) : nullptr;
    return source_path(std::move(path), alias, known && known->multi_valued);
}

std::optional<name_error> source_names::check_parts(attribute_path& path, const schema_attribute& known) const
{
    path.attribute = known.name;
    const auto subs = sub_names_of(known);
    if (!path.sub_attribute.empty()) {
        const auto hit = std::ranges::find_if(subs, [&](const auto& s) { return same_name(s, path.sub_attribute); });
        if (hit == subs.end())
            return name_error{subs.empty() ? "'" + path.attribute + "' has no sub-attributes"
                                           : "'" + path.attribute + "' has no sub-attribute '" + path.sub_attribute +
                                                 "'" + suggestion(path.sub_attribute, subs),
                              path.sub_attribute};
        path.sub_attribute = *hit;
    }
    if (path.value_filter) {
        if (subs.empty()) return name_error{"'" + path.attribute + "' has no sub-attributes to filter by", "["};
        return check_inner(*path.value_filter, known);
    }
    return std::nullopt;
}

std::optional<name_error> source_names::rewrite(attribute_path& path, alias_kind& alias) const
{
    alias = alias_kind::none;
    if (same_name(path.urn, core_user_schema) || same_name(path.urn, core_group_schema)) path.urn.clear();
    if (!path.urn.empty()) return rewrite_extension(path);
    return rewrite_bare(path, alias);
}

std::optional<name_error> source_names::rewrite_extension(attribute_path& path) const
{
    if (same_name(path.urn, enterprise_user_schema)) {
        path.urn = enterprise_user_schema;
        if (path.attribute.empty()) return std::nullopt;
        const auto known = enterprise_attributes(type_);
        if (const auto* a = find_attribute(known, path.attribute)) return check_parts(path, *a);
        return name_error{"the enterprise extension has no attribute '" + path.attribute + "'" +
                              suggestion(path.attribute, names_of(known)),
                          path.attribute};
    }
    if (same_name(path.urn, source_.urn)) {
        path.urn = source_.urn;
        if (path.attribute.empty()) return std::nullopt;
        const auto hit =
            std::ranges::find_if(source_.names, [&](const auto& n) { return same_name(n, path.attribute); });
        if (hit != source_.names.end())
            path.attribute = *hit;
        else if (!source_.open)
            return name_error{"the source has no attribute '" + path.attribute + "'" +
                                  suggestion(path.attribute, source_.names),
                              path.attribute};
        return std::nullopt;
    }
    // A source may have a schema of its own for another type of resource: its names stand there whole.
    const auto whole = path.urn + ":" + path.attribute;
    if (std::ranges::any_of(source_.names, [&](const auto& n) { return same_name(n, whole); })) return std::nullopt;
    if (path.urn.size() >= source_urn_prefix.size() &&
        same_name(path.urn.substr(0, source_urn_prefix.size()), source_urn_prefix))
        return name_error{"the source of this sync is '" + source_.urn + "', not '" + path.urn + "'", path.urn};
    return std::nullopt; // an extension that a SCIM source may have
}

std::optional<name_error> source_names::rewrite_bare(attribute_path& path, alias_kind& alias) const
{
    const auto core = core_attributes(type_);
    if (const auto* a = find_attribute(core, path.attribute)) return check_parts(path, *a);
    const bool user = type_ == user_type.name;
    if (user && (same_name(path.attribute, "email") || same_name(path.attribute, "phone"))) {
        if (!path.sub_attribute.empty() || path.value_filter)
            return name_error{"'" + path.attribute + "' is already a value: write it alone, or use '" +
                                  (same_name(path.attribute, "email") ? "emails" : "phoneNumbers") + "'",
                              path.attribute};
        alias = same_name(path.attribute, "email") ? alias_kind::email : alias_kind::phone;
        path.attribute = alias == alias_kind::email ? "email" : "phone";
        return std::nullopt;
    }
    const auto enterprise = enterprise_attributes(type_);
    const auto* extension = find_attribute(enterprise, path.attribute);
    const auto own = std::ranges::find_if(source_.names, [&](const auto& n) { return same_name(n, path.attribute); });
    if (extension && own != source_.names.end())
        return name_error{"'" + path.attribute + "' is ambiguous: write '" + std::string(enterprise_user_schema) + ":" +
                              std::string(extension->name) + "' or '" + source_.urn + ":" + *own + "'",
                          path.attribute};
    if (extension) {
        path.urn = enterprise_user_schema;
        return check_parts(path, *extension);
    }
    if (own != source_.names.end()) {
        path.urn = source_.urn;
        path.attribute = *own;
        return std::nullopt;
    }
    if (core.empty() && source_.names.empty()) return std::nullopt; // a type without a schema of ours
    auto candidates = names_of(core);
    append_names(candidates, names_of(enterprise));
    append_names(candidates, source_.names);
    if (user) append_names(candidates, {"email", "phone"});
    auto hint = suggestion(path.attribute, candidates);
    if (hint.empty() && source_.open)
        hint = "; an attribute of the source itself is written '" + source_.urn + ":" + path.attribute + "'";
    return name_error{"unknown attribute '" + path.attribute + "'" + hint, path.attribute};
}

std::variant<target_attribute, parse_error> resolve_target(std::string_view text, std::string_view type)
{
    if (core_attributes(type).empty() && text.find('/') != std::string_view::npos) {
        target_attribute place;
        place.path.attribute = text;
        return place;
    }
    auto parsed = parse_path(text);
    if (auto* error = std::get_if<parse_error>(&parsed)) return *error;
    auto& p = std::get<attribute_path>(parsed);
    const auto fail = [&](std::string message, std::string_view word) {
        return parse_error{std::move(message), offset_of(text, word)};
    };
    if (p.attribute.empty()) return fail("names a whole extension; name one of its attributes", p.urn);
    if (same_name(p.urn, core_user_schema) || same_name(p.urn, core_group_schema)) p.urn.clear();
    const auto core = core_attributes(type);
    const auto enterprise = enterprise_attributes(type);
    const schema_attribute* known = nullptr;
    if (p.urn.empty()) {
        known = find_attribute(core, p.attribute);
        if (!known && (known = find_attribute(enterprise, p.attribute))) p.urn = enterprise_user_schema;
        if (!known && !core.empty()) {
            auto candidates = names_of(core);
            append_names(candidates, names_of(enterprise));
            return fail("unknown target attribute '" + p.attribute + "'" + suggestion(p.attribute, candidates),
                        p.attribute);
        }
    } else if (same_name(p.urn, enterprise_user_schema)) {
        known = find_attribute(enterprise, p.attribute);
        if (!known)
            return fail("the enterprise extension has no attribute '" + p.attribute + "'" +
                            suggestion(p.attribute, names_of(enterprise)),
                        p.attribute);
        p.urn = enterprise_user_schema;
    }
    target_attribute out;
    out.known = known != nullptr;
    if (known) {
        p.attribute = known->name;
        if (known->read_only)
            return fail("'" + p.attribute + "' is read-only at every SCIM target (RFC 7643)", p.attribute);
        if (same_name(p.attribute, "members"))
            return fail("members are not mapped by a rule; write 'members: true' beside 'attributes'", p.attribute);
        const auto subs = sub_names_of(*known);
        if (known->multi_valued && (!p.sub_attribute.empty() || p.value_filter))
            return fail("'" + p.attribute + "' is mapped as a whole: use '" + p.attribute +
                            "', and 'type: …' in its rule for the type of its values",
                        p.value_filter ? "[" : p.sub_attribute);
        if (!p.sub_attribute.empty()) {
            const auto hit = std::ranges::find_if(subs, [&](const auto& s) { return same_name(s, p.sub_attribute); });
            if (hit == subs.end())
                return fail("'" + p.attribute + "' has no sub-attribute '" + p.sub_attribute + "'" +
                                suggestion(p.sub_attribute, subs),
                            p.sub_attribute);
            p.sub_attribute = *hit;
        }
        out.list = known->multi_valued;
        out.complex = !known->multi_valued && !subs.empty() && p.sub_attribute.empty();
    }
    if (p.value_filter) return fail("a target attribute is named without a filter", "[");
    out.path = {p.urn, p.attribute, p.sub_attribute};
    return out;
}

} // namespace idferry::mapping
