// Visits the values a path selects, without collecting them. Internal: select() and filter::matches() use it.
#pragma once

#include "mapping/filter.hpp"
#include "mapping/filter_lexer.hpp"
#include "mapping/json.hpp"

namespace idferry::mapping {

// The member of that name, exactly written or else without case; null when there is none.
const json* find_member(const json& object, std::string_view name);

// The object that holds the path's attribute: the resource itself, or the extension its URN names. For a URN that may
// also be an extension's own name ("urn:x:User" split before "User") `whole` is set to that extension.
const json* find_container(const json& resource, const attribute_path& path, const json*& whole);

namespace selection {

// Calls `visit` on a value, or on every element of an array; true once a call has returned true.
template <class Visit> bool fan_out(const json& value, Visit&& visit)
{
    if (!value.is_array()) {
        return visit(value);
    }
    for (const json& element : value) {
        if (visit(element)) {
            return true;
        }
    }
    return false;
}

} // namespace selection

// Calls `visit(const json&)` on every selected value until it returns true; whether it did.
template <class Visit> bool visit_selected(const json& resource, const attribute_path& path, Visit&& visit)
{
    if (!resource.is_object()) {
        // An element of a simple multi-valued attribute is its own value.
        return path.urn.empty() && path.sub_attribute.empty() && equal_names(path.attribute, "value") &&
               visit(resource);
    }
    const json* whole = nullptr;
    const json* container = find_container(resource, path, whole);
    if (whole != nullptr) {
        return visit(*whole);
    }
    const json* value =
        container != nullptr && container->is_object() ? find_member(*container, path.attribute) : nullptr;
    if (value == nullptr) {
        return false;
    }
    const bool multi_valued = value->is_array();
    return selection::fan_out(*value, [&](const json& element) {
        if (path.value_filter != nullptr && (element.is_null() || !path.value_filter->matches(element))) {
            return false;
        }
        if (path.sub_attribute.empty()) {
            return static_cast<bool>(visit(element));
        }
        if (!element.is_object()) {
            return multi_valued && !element.is_null() && equal_names(path.sub_attribute, "value") && visit(element);
        }
        const json* sub_value = find_member(element, path.sub_attribute);
        return sub_value != nullptr && selection::fan_out(*sub_value, visit);
    });
}

} // namespace idferry::mapping
