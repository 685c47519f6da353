#include "mapping/normalise.hpp"

#include "mapping/core_schema.hpp"
#include "mapping/json.hpp"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>

namespace idferry::mapping {

namespace {

bool is_ascii_text(std::string_view s)
{
    return std::ranges::all_of(s, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

enum class letter_case
{
    keep,
    lower,
    fold
};

// Canonically equivalent texts become one text (NFC), and case is mapped where it is asked for.
std::string shaped_text(const std::string& s, letter_case wanted, bool compose)
{
    if (is_ascii_text(s)) {
        if (wanted == letter_case::keep) return s;
        std::string out = s;
        for (auto& c : out)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
        return out;
    }
    auto text = icu::UnicodeString::fromUTF8(s);
    if (wanted == letter_case::lower) text.toLower(icu::Locale::getRoot());
    if (wanted == letter_case::fold) text.foldCase();
    if (compose) {
        UErrorCode status = U_ZERO_ERROR;
        const auto* nfc = icu::Normalizer2::getNFCInstance(status);
        if (U_SUCCESS(status)) {
            auto composed = nfc->normalize(text, status);
            if (U_SUCCESS(status)) text = std::move(composed);
        }
    }
    std::string out;
    return text.toUTF8String(out);
}

bool names_path(const std::vector<std::string>& list, std::string_view path)
{
    return std::ranges::any_of(list, [&](const std::string& p) { return same_name(p, path); });
}

// True when the list has "<attribute>.<sub>".
bool names_sub(const std::vector<std::string>& list, std::string_view attribute, std::string_view sub)
{
    return std::ranges::any_of(list, [&](const std::string& p) {
        return p.size() == attribute.size() + 1 + sub.size() && p[attribute.size()] == '.' &&
               same_name(std::string_view(p).substr(0, attribute.size()), attribute) &&
               same_name(std::string_view(p).substr(attribute.size() + 1), sub);
    });
}

template <class Map> const typename Map::mapped_type* entry_of(const Map& map, std::string_view path)
{
    for (const auto& [key, value] : map)
        if (same_name(key, path)) return &value;
    return nullptr;
}

json literal(const std::string& text)
{
    if (text == "true" || text == "false") return text == "true";
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"' && text.find('\\') == std::string::npos)
        return json(text.substr(1, text.size() - 2));
    json value;
    json_error error;
    return parse_json(text, value, error) ? value : json(text); // a profile's literal that is no JSON is meant as text
}

bool is_true(const json& v)
{
    return v.is_boolean() ? v.get<bool>() : v.is_string() && same_name(v.get_ref<const std::string&>(), "true");
}

bool is_primary(const json& element)
{
    const auto* p = member_named(element, "primary");
    return p && is_true(*p);
}

// RFC 7643 section 4.1.2 has "work", "home" and "other": the last is nobody's first address.
bool is_of_type_other(const json& element)
{
    const auto* type = member_named(element, "type");
    return type && type->is_string() && same_name(type->get_ref<const std::string&>(), "other");
}

bool is_link(const json& v)
{
    return v.is_object() && v.size() == 1 && v.contains("$link");
}

void remove_member(json& object, std::string_view name)
{
    auto& members = object.get_ref<json::object_t&>();
    for (auto it = members.begin(); it != members.end();)
        it = same_name(it->first, name) ? members.erase(it) : std::next(it);
}

// Null and empty members mean "unassigned" (RFC 7643 section 2.5).
void drop_unassigned(json& object)
{
    auto& members = object.get_ref<json::object_t&>();
    for (auto it = members.begin(); it != members.end();)
        it = it->second.is_null() || (it->second.is_array() && it->second.empty()) ? members.erase(it) : std::next(it);
}

void set_member(json& object, const std::string& name, json value)
{
    remove_member(object, name);
    object[name] = std::move(value);
}

bool sorts_before(const json& a, const json& b)
{
    return to_text(a) < to_text(b);
}

void sort_unique(json& list)
{
    auto& all = list.get_ref<json::array_t&>();
    if (all.size() < 2) return;
    std::ranges::sort(all, sorts_before);
    all.erase(std::unique(all.begin(), all.end()), all.end());
}

// The same (type, value) pair must not repeat (RFC 7643 section 2.4): the primary one stays, else the first.
void drop_repeats(json::array_t& elements)
{
    if (elements.size() < 2) return;
    const auto key = [](const json& e) {
        json k = json::array({nullptr, nullptr});
        if (const auto* v = member_named(e, "value")) k[0] = *v;
        if (const auto* t = member_named(e, "type")) k[1] = *t;
        return k[0].is_null() ? e : k;
    };
    json::array_t kept;
    std::vector<json> keys;
    for (auto& e : elements) {
        auto k = key(e);
        const auto hit = std::ranges::find(keys, k);
        if (hit == keys.end()) {
            keys.push_back(std::move(k));
            kept.push_back(std::move(e));
        } else if (auto& other = kept[static_cast<std::size_t>(hit - keys.begin())];
                   is_primary(e) && !is_primary(other))
            other = std::move(e);
    }
    elements = std::move(kept);
}

void lower_subs(json& element, const std::string& attribute, const type_profile& profile)
{
    if (profile.lower.empty()) return;
    for (auto& [name, value] : element.items())
        if (value.is_string() && names_sub(profile.lower, attribute, name))
            value = shaped_text(value.get_ref<const std::string&>(), letter_case::lower, false);
}

std::size_t kept_element(const json::array_t& elements, const single_value_rule& rule)
{
    if (rule.keep == single_value_rule::keep_kind::primary_first)
        for (std::size_t i = 0; i < elements.size(); ++i)
            if (is_primary(elements[i])) return i;
    return 0;
}

json canonical_list(const std::string& attribute, const json& value, const type_profile& profile, std::string* notice)
{
    json::array_t elements;
    const auto take = [&](const json& v) {
        if (v.is_null() || v.is_array()) return;
        json e = v.is_object() && !is_link(v) ? v : json{{"value", v}};
        drop_unassigned(e);
        if (e.empty()) return;
        lower_subs(e, attribute, profile);
        elements.push_back(std::move(e));
    };
    if (value.is_array())
        std::ranges::for_each(value, take);
    else
        take(value);

    drop_repeats(elements);
    const auto* single = entry_of(profile.single_valued, attribute);
    if (single && elements.size() > 1) {
        if (notice)
            *notice = "the target keeps one value; " + std::to_string(elements.size() - 1) + " of " +
                      std::to_string(elements.size()) + " were left out";
        auto kept = std::move(elements[kept_element(elements, *single)]);
        elements.clear();
        elements.push_back(std::move(kept));
    }
    bool primary_seen = false; // at most one (section 2.4): the first wins; false is the same as missing
    for (auto& e : elements) {
        if (member_named(e, "primary")) {
            const bool keep = is_primary(e) && !primary_seen;
            remove_member(e, "primary");
            if (keep) e["primary"] = primary_seen = true;
        }
        if (single) {
            for (const auto& sub : single->drop) remove_member(e, sub);
            for (const auto& [sub, text] : single->force) set_member(e, sub, literal(text));
        }
        if (const auto* force = entry_of(profile.force, attribute))
            for (const auto& [sub, text] : *force) set_member(e, sub, literal(text));
    }
    if (elements.empty()) return nullptr;
    if (!primary_seen && names_path(profile.needs_primary, attribute)) {
        const auto lead = std::ranges::find_if(elements, [](const json& e) { return !is_of_type_other(e); });
        if (lead != elements.end()) (*lead)["primary"] = true;
    }
    json out(std::move(elements));
    sort_unique(out);
    return out;
}

json folded(const json& v, bool fold)
{
    if (!v.is_string()) return v;
    return shaped_text(v.get_ref<const std::string&>(), fold ? letter_case::fold : letter_case::keep, true);
}

json comparable_element(const std::string& attribute, const json& element, const type_profile& profile)
{
    const std::vector<std::string>* counted = nullptr;
    if (const auto* single = entry_of(profile.single_valued, attribute))
        counted = &single->compare;
    else
        counted = entry_of(profile.compare, attribute);
    json out = json::object();
    for (const auto& [name, value] : element.items()) {
        const bool counts =
            counted ? names_path(*counted, name)
                    : !same_name(name, "display") && !same_name(name, "primary") && !same_name(name, "$ref");
        if (!counts) continue;
        std::string key;
        for (char c : name) key += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        // A type is a canonical value, never case-exact (RFC 7643 section 7).
        out[key] = folded(value, same_name(name, "type") || names_sub(profile.case_fold, attribute, name));
    }
    return out;
}

bool is_boolean_text(const json& v)
{
    return v.is_string() &&
           (same_name(v.get_ref<const std::string&>(), "true") || same_name(v.get_ref<const std::string&>(), "false"));
}

bool same_comparable(const json& a, const json& b)
{
    if (a == b) return true;
    if (a.is_boolean() && is_boolean_text(b)) return a.get<bool>() == is_true(b);
    if (b.is_boolean() && is_boolean_text(a)) return b.get<bool>() == is_true(a);
    return false;
}

template <class Known>
std::vector<attribute_delta> differences(const desired_resource& desired, const type_profile& profile, Known&& known)
{
    std::vector<attribute_delta> out;
    for (const auto& a : desired.attributes) {
        if (a.apply == apply_mode::create) continue;
        std::optional<json> old;
        if (!known(a, old)) continue;
        const auto was = old ? comparable_value(a.path, *old, profile) : json(nullptr);
        if (a.apply == apply_mode::if_empty && !was.is_null()) continue;
        if (same_comparable(comparable_value(a.path, a.value, profile), was)) continue;
        out.push_back({a.path, std::move(old), a.value, a.rule, a.sensitive, a.from_groups});
    }
    std::ranges::sort(out, {}, &attribute_delta::path);
    return out;
}

} // namespace

json canonical_value(const std::string& path, const json& value, const type_profile& profile, std::string* notice)
{
    if (value.is_null()) return nullptr;
    const auto p = split_path(path);
    const auto attribute = p.urn.empty() ? p.attribute : p.urn + ":" + p.attribute;
    if (p.sub_attribute.empty() &&
        ((p.urn.empty() && is_core_list(p.attribute)) || entry_of(profile.single_valued, attribute)))
        return canonical_list(attribute, value, profile, notice);
    if (value.is_array()) {
        json out = json::array();
        for (const auto& v : value)
            if (!v.is_null()) out.push_back(v);
        if (path.find('/') == std::string::npos) sort_unique(out); // a setting's list stands in its own order
        return out.empty() ? json(nullptr) : out;
    }
    if (value.is_object() && !is_link(value)) {
        json out = value;
        drop_unassigned(out);
        lower_subs(out, attribute, profile);
        return out.empty() ? json(nullptr) : out;
    }
    if (value.is_string() && names_path(profile.lower, path))
        return shaped_text(value.get_ref<const std::string&>(), letter_case::lower, false);
    return value;
}

json comparable_value(const std::string& path, const json& value, const type_profile& profile)
{
    if (const auto* empty = entry_of(profile.empty_means, path); empty && literal(*empty) == value) return nullptr;
    auto v = canonical_value(path, value, profile);
    if (v.is_null() || is_link(v)) return v;
    const auto p = split_path(path);
    const auto attribute = p.urn.empty() ? p.attribute : p.urn + ":" + p.attribute;
    if (const auto* empty = entry_of(profile.empty_means, path); empty && literal(*empty) == v) return nullptr;
    if (same_name(path, "active") && is_boolean_text(v)) return is_true(v);
    if (v.is_array()) {
        json out = json::array();
        for (const auto& e : v) {
            auto c = e.is_object() ? comparable_element(attribute, e, profile)
                                   : folded(e, names_path(profile.case_fold, path));
            if (!c.is_object() || !c.empty()) out.push_back(std::move(c));
        }
        sort_unique(out);
        if (out.empty()) return nullptr;
        // A list whose only text is what the target holds for "nothing" is nothing: [{"value": ""}].
        if (const auto* empty = entry_of(profile.empty_means, path))
            if (out.size() == 1 && out[0].is_object() && out[0].value("value", json()) == literal(*empty))
                return nullptr;
        return out;
    }
    if (v.is_object()) {
        json out = json::object();
        for (const auto& [name, sub] : v.items())
            out[name] = folded(sub, names_sub(profile.case_fold, attribute, name));
        return out;
    }
    return folded(v, names_path(profile.case_fold, path));
}

std::vector<attribute_delta> diff(const desired_resource& desired, const json& known, const type_profile& profile)
{
    return differences(desired, profile, [&](const desired_attribute& a, std::optional<json>& old) {
        if (const auto* v = member_named(known, a.path)) old = *v;
        return true;
    });
}

std::vector<attribute_delta> diff_with_resource(const desired_resource& desired, const json& resource,
                                                const type_profile& profile)
{
    return differences(desired, profile, [&](const desired_attribute& a, std::optional<json>& old) {
        const auto p = split_path(a.path);
        if (names_path(profile.unreturned, a.path) ||
            (!p.sub_attribute.empty() && names_path(profile.unreturned, p.attribute)))
            return false;
        old = value_at(resource, a.path);
        return true;
    });
}

std::vector<attribute_delta> creation(const desired_resource& desired)
{
    std::vector<attribute_delta> out;
    for (const auto& a : desired.attributes)
        if (!a.value.is_null()) out.push_back({a.path, std::nullopt, a.value, a.rule, a.sensitive, a.from_groups});
    return out;
}

std::vector<std::string> missing_required(const desired_resource& desired, const type_profile& profile)
{
    std::vector<std::string> out;
    for (const auto& needed : profile.require) {
        const bool filled = std::ranges::any_of(desired.attributes, [&](const desired_attribute& a) {
            if (a.value.is_null()) return false;
            if (same_name(a.path, needed)) return true;
            const auto p = split_path(needed); // "emails.value" within "emails", "name.givenName" within "name"
            if (p.sub_attribute.empty() || !same_name(a.path, plain_path{p.urn, p.attribute, ""}.text())) return false;
            if (a.value.is_object()) return member_named(a.value, p.sub_attribute) != nullptr;
            return a.value.is_array() && std::ranges::any_of(a.value, [&](const json& e) {
                       return member_named(e, p.sub_attribute) != nullptr;
                   });
        });
        if (!filled) out.push_back(needed);
    }
    return out;
}

} // namespace idferry::mapping
