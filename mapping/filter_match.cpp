// Evaluation of a filter on a resource.
#include "mapping/filter.hpp"
#include "mapping/filter_compare.hpp"
#include "mapping/filter_select.hpp"
#include "mapping/json.hpp"

#include <algorithm>
#include <array>
#include <compare>

namespace idferry::mapping {

namespace {

// `pr` (RFC 7644 section 3.4.2.2): not null, not empty, and for a complex value at least one node that is present.
bool has_content(const json& value)
{
    switch (value.type()) {
    case json::value_t::null:
    case json::value_t::discarded: return false;
    case json::value_t::string: return !value.get_ref<const std::string&>().empty();
    case json::value_t::array:
    case json::value_t::object:
        return std::any_of(value.begin(), value.end(), [](const json& part) { return has_content(part); });
    default: return true;
    }
}

bool order_holds(std::partial_ordering order, compare_operator op)
{
    switch (op) {
    case compare_operator::eq: return order == 0;
    case compare_operator::ne: return order != 0;
    case compare_operator::gt: return order > 0;
    case compare_operator::ge: return order >= 0;
    case compare_operator::lt: return order < 0;
    case compare_operator::le: return order <= 0;
    default: return false;
    }
}

bool text_holds(std::string_view value, compare_operator op, std::string_view operand)
{
    switch (op) {
    case compare_operator::eq: return value == operand;
    case compare_operator::ne: return value != operand;
    case compare_operator::co: return value.find(operand) != std::string_view::npos;
    case compare_operator::sw: return value.starts_with(operand);
    case compare_operator::ew: return value.ends_with(operand);
    default:
        // char_traits<char> orders bytes as unsigned, which in UTF-8 is the order of code points.
        return order_holds(value.compare(operand) <=> 0, op);
    }
}

// Folds into a buffer on the stack when the text is short and ASCII, which nearly every value is.
bool folded_text_holds(std::string_view value, compare_operator op, std::string_view operand)
{
    std::array<char, 128> buffer;
    if (value.size() <= buffer.size()) {
        std::size_t i = 0;
        for (; i < value.size() && static_cast<unsigned char>(value[i]) < 0x80; ++i) {
            const char c = value[i];
            buffer[i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        }
        if (i == value.size()) {
            return text_holds({buffer.data(), i}, op, operand);
        }
    }
    return text_holds(fold_case(value), op, operand);
}

bool string_holds(const std::string& value, compare_operator op, const comparison_operand& operand)
{
    if (operand.exact) {
        return text_holds(value, op, operand.text);
    }
    const bool ordering = op != compare_operator::co && op != compare_operator::sw && op != compare_operator::ew;
    if (operand.moment && ordering) {
        if (const auto moment = parse_date_time(value)) {
            return order_holds(*moment <=> *operand.moment, op);
        }
    }
    return folded_text_holds(value, op, operand.text);
}

bool number_holds(const json& value, compare_operator op, const json& operand)
{
    // 64 bits of precision: every 64-bit integer and every double is exact in it.
    const auto exact_number = [](const json& number) {
        return number.is_number_unsigned()  ? static_cast<long double>(number.get<std::uint64_t>())
               : number.is_number_integer() ? static_cast<long double>(number.get<std::int64_t>())
                                            : static_cast<long double>(number.get<double>());
    };
    return order_holds(exact_number(value) <=> exact_number(operand), op);
}

bool value_holds(const json& value, compare_operator op, const json& operand, const comparison_operand& prepared)
{
    if (value.is_string() && operand.is_string()) {
        return string_holds(value.get_ref<const std::string&>(), op, prepared);
    }
    if (value.is_number() && operand.is_number()) {
        return number_holds(value, op, operand);
    }
    const bool equal = value.is_boolean() && operand.is_boolean() && value.get<bool>() == operand.get<bool>();
    return op == compare_operator::eq ? equal : op == compare_operator::ne && !equal;
}

bool is_present(const json& resource, const attribute_path& path)
{
    return visit_selected(resource, path, [](const json& value) { return has_content(value); });
}

bool comparison_holds(const filter& clause, const json& resource)
{
    if (clause.operand == nullptr) {
        return false;
    }
    const json& operand = *clause.operand;
    if (operand.is_null()) {
        // Unassigned, null and empty are one state (RFC 7643 section 2.5).
        const bool present = is_present(resource, clause.path);
        return clause.op == compare_operator::eq ? !present : clause.op == compare_operator::ne && present;
    }
    comparison_operand made_here;
    const comparison_operand* prepared = clause.prepared.get();
    if (prepared == nullptr) {
        const bool exact = comparison_rules{}.case_exact(clause.path.attribute, clause.path.sub_attribute);
        made_here = prepare_operand(operand, exact);
        prepared = &made_here;
    }
    bool assigned = false;
    const bool holds = visit_selected(resource, clause.path, [&](const json& selected) {
        const json* value = selected.is_object() ? find_member(selected, "value") : &selected;
        if (value == nullptr || value->is_null()) {
            return false;
        }
        assigned = true;
        return value_holds(*value, clause.op, operand, *prepared);
    });
    return holds || (!assigned && clause.op == compare_operator::ne);
}

bool selection_holds(const filter& clause, const json& resource)
{
    return visit_selected(resource, clause.path, [&clause](const json& element) {
        return !element.is_null() && !clause.children.empty() && clause.children.front()->matches(element);
    });
}

} // namespace

bool comparison_rules::case_exact(std::string_view attribute, std::string_view sub_attribute) const
{
    struct exact_attribute
    {
        std::string_view attribute;
        std::string_view sub_attribute;
    };
    // Identifiers, references and binary values (RFC 7643 sections 2.3.6, 2.3.7, 3.1, 4 and its errata).
    static constexpr std::array<exact_attribute, 11> exact_attributes{{{"id", ""},
                                                                       {"externalId", ""},
                                                                       {"profileUrl", ""},
                                                                       {"meta", "resourceType"},
                                                                       {"meta", "location"},
                                                                       {"meta", "version"},
                                                                       {"members", "value"},
                                                                       {"groups", "value"},
                                                                       {"manager", "value"},
                                                                       {"photos", "value"},
                                                                       {"x509Certificates", "value"}}};
    if (equal_names(sub_attribute, "$ref") || equal_names(attribute, "$ref")) {
        return true;
    }
    return std::any_of(exact_attributes.begin(), exact_attributes.end(), [&](const exact_attribute& exact) {
        // A comparison on a whole complex attribute compares its `value`.
        return equal_names(exact.attribute, attribute) && (equal_names(exact.sub_attribute, sub_attribute) ||
                                                           (sub_attribute.empty() && exact.sub_attribute == "value"));
    });
}

bool filter::matches(const json& resource) const
{
    const auto child_matches = [&resource](const std::shared_ptr<const filter>& child) {
        return child->matches(resource);
    };
    switch (kind) {
    case filter_kind::compare: return comparison_holds(*this, resource);
    case filter_kind::present: return is_present(resource, path);
    case filter_kind::value_path: return selection_holds(*this, resource);
    case filter_kind::logical_and: return std::all_of(children.begin(), children.end(), child_matches);
    case filter_kind::logical_or: return std::any_of(children.begin(), children.end(), child_matches);
    case filter_kind::logical_not: return !children.empty() && !children.front()->matches(resource);
    }
    return false;
}

std::string filter::deciding_clause(const json& resource) const
{
    if (kind == filter_kind::logical_not && !children.empty()) {
        return "not (" + children.front()->deciding_clause(resource) + ")";
    }
    if (kind == filter_kind::logical_and || kind == filter_kind::logical_or) {
        // One false clause decides an "and", one true clause an "or"; otherwise all of them did.
        const bool decisive = kind == filter_kind::logical_or;
        for (const auto& child : children) {
            if (child->matches(resource) == decisive) {
                return child->deciding_clause(resource);
            }
        }
    }
    return text();
}

} // namespace idferry::mapping
