#include "tests/sandbox/scim_filter.hpp"

#include <chrono>

namespace idferry::sandbox {
namespace {

bool is_ordered(std::string_view op)
{
    return op == "gt" || op == "lt" || op == "ge" || op == "le";
}

template <class T> bool ordered_as(std::string_view op, const T& left, const T& right)
{
    if (op == "eq") return left == right;
    if (op == "gt") return left > right;
    if (op == "lt") return left < right;
    if (op == "ge") return left >= right;
    return op == "le" && left <= right;
}

bool compare_one(const json& value, std::string_view op, const json& wanted, const scim_attribute* attribute)
{
    if (op == "ne") return !compare_one(value, "eq", wanted, attribute);
    if (value.is_string() && wanted.is_string()) {
        auto left = value.get<std::string>();
        auto right = wanted.get<std::string>();
        if (attribute != nullptr && attribute->type == scim_type::date_time) {
            const auto a = scim_time(left);
            const auto b = scim_time(right);
            if (a && b && (is_ordered(op) || op == "eq")) return ordered_as(op, *a, *b);
        }
        if (attribute == nullptr || !attribute->case_exact) {
            left = fold(left);
            right = fold(right);
        }
        if (op == "co") return left.find(right) != std::string::npos;
        if (op == "sw") return left.starts_with(right);
        if (op == "ew") return left.ends_with(right);
        return ordered_as(op, left, right);
    }
    if (value.is_number() && wanted.is_number()) return ordered_as(op, value.get<double>(), wanted.get<double>());
    return op == "eq" && value == wanted;
}

bool holds_something(const json& value)
{
    if (value.is_null() || (value.is_string() && value.get_ref<const std::string&>().empty())) return false;
    return !(value.is_structured() && value.empty());
}

const json* member_at(const json& resource, const scim_path& path, const scim_model& model)
{
    const json* at = &resource;
    if (!path.urn.empty() && model.is_extension(path.urn))
        at = find_member(resource, path.urn);
    else if (!path.urn.empty() && !model.knows(path.urn))
        return nullptr;
    return at == nullptr ? nullptr : find_member(*at, path.attribute);
}

// How a filter sees what it is applied to.
template <class Values, class Find, class Element> struct filter_judge
{
    Values values;   // path → values
    Find find;       // path → characteristics of what is compared, or null
    Element element; // path, inner filter → does one element fit?

    bool fits(const scim_filter& filter) const
    {
        switch (filter.what) {
        case scim_filter::kind::both: return fits(filter.parts[0]) && fits(filter.parts[1]);
        case scim_filter::kind::either: return fits(filter.parts[0]) || fits(filter.parts[1]);
        case scim_filter::kind::negated: return !fits(filter.parts[0]);
        case scim_filter::kind::element: return element(filter.path, filter.parts[0]);
        case scim_filter::kind::present:
            for (const auto* value : values(filter.path))
                if (holds_something(*value)) return true;
            return false;
        case scim_filter::kind::compared: break;
        }
        const auto found = values(filter.path);
        if (filter.value.is_null()) {
            bool any = false;
            for (const auto* value : found) any = any || holds_something(*value);
            return filter.op == "eq" ? !any : filter.op == "ne" && any;
        }
        if (found.empty()) return filter.op == "ne";
        for (const auto* value : found)
            if (compare_one(*value, filter.op, filter.value, find(filter.path))) return true;
        return false;
    }
};

template <class V, class F, class E> filter_judge(V, F, E) -> filter_judge<V, F, E>;

const scim_attribute* compared_attribute(const scim_path& path, const scim_model& model)
{
    const auto* attribute = model.find(path.urn, path.attribute);
    if (attribute == nullptr) return nullptr;
    if (!path.sub.empty()) return attribute->sub(path.sub);
    return attribute->type == scim_type::complex ? attribute->sub("value") : attribute;
}

} // namespace

std::optional<std::int64_t> scim_time(std::string_view text)
{
    auto number = [&](std::size_t at, std::size_t length) {
        return at + length <= text.size() ? parse_integer(text.substr(at, length)) : std::nullopt;
    };
    const auto year = number(0, 4), month = number(5, 2), day = number(8, 2), hour = number(11, 2),
               minute = number(14, 2), second = number(17, 2);
    if (!year || !month || !day || !hour || !minute || !second || text[4] != '-' || text[7] != '-' ||
        (text[10] != 'T' && text[10] != 't') || text[13] != ':' || text[16] != ':')
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    std::int64_t ms =
        (std::chrono::sys_days(date).time_since_epoch().count() * 86400LL + *hour * 3600 + *minute * 60 + *second) *
        1000;
    std::size_t at = 19;
    if (at < text.size() && text[at] == '.') {
        std::int64_t scale = 100;
        for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
            ms += scale * (text[at] - '0');
    }
    const auto zone = text.substr(std::min(at, text.size()));
    if (zone == "Z" || zone == "z") return ms;
    if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return std::nullopt;
    const auto hours = parse_integer(zone.substr(1, 2));
    const auto minutes = parse_integer(zone.substr(4, 2));
    if (!hours || !minutes) return std::nullopt;
    return ms - (zone[0] == '+' ? 1 : -1) * (*hours * 60 + *minutes) * 60000;
}

std::vector<const json*> values_at(const json& resource, const scim_path& path, const scim_model& model)
{
    std::vector<const json*> out;
    const auto* value = member_at(resource, path, model);
    if (value == nullptr || value->is_null()) return out;
    auto take = [&](const json& one) {
        if (!one.is_object()) {
            if (path.sub.empty()) out.push_back(&one);
            return;
        }
        const auto* inner = find_member(one, path.sub.empty() ? std::string_view("value") : std::string_view(path.sub));
        if (inner != nullptr && !inner->is_null())
            out.push_back(inner);
        else if (inner == nullptr && path.sub.empty())
            out.push_back(&one);
    };
    if (value->is_array())
        for (const auto& one : *value) take(one);
    else
        take(*value);
    return out;
}

std::string check_scim_filter(const scim_filter& filter, const scim_model& model)
{
    for (const auto& part : filter.parts)
        if (filter.what != scim_filter::kind::element)
            if (auto error = check_scim_filter(part, model); !error.empty()) return error;
    if (filter.what == scim_filter::kind::compared && is_ordered(filter.op)) {
        const auto* attribute = compared_attribute(filter.path, model);
        if (filter.value.is_boolean() ||
            (attribute != nullptr && (attribute->type == scim_type::boolean || attribute->type == scim_type::binary)))
            return filter.path.attribute + " cannot be compared by " + filter.op;
    }
    return {};
}

bool fits_scim_element(const scim_filter& filter, const json& element, const scim_attribute& attribute)
{
    auto values = [&](const scim_path& path) {
        std::vector<const json*> out;
        const json* value = element.is_object()                           ? find_member(element, path.attribute)
                            : same_ignoring_case(path.attribute, "value") ? &element
                                                                          : nullptr;
        if (value != nullptr && !value->is_null()) out.push_back(value);
        return out;
    };
    return filter_judge{values, [&](const scim_path& path) { return attribute.sub(path.attribute); },
                        [](const scim_path&, const scim_filter&) { return false; }}
        .fits(filter);
}

bool fits_scim_filter(const scim_filter& filter, const json& resource, const scim_model& model)
{
    auto element = [&](const scim_path& path, const scim_filter& inner) {
        const auto* list = member_at(resource, path, model);
        const auto* attribute = model.find(path.urn, path.attribute);
        static const scim_attribute unknown;
        if (list == nullptr) return false;
        if (!list->is_array()) return fits_scim_element(inner, *list, attribute == nullptr ? unknown : *attribute);
        for (const auto& one : *list)
            if (fits_scim_element(inner, one, attribute == nullptr ? unknown : *attribute)) return true;
        return false;
    };
    return filter_judge{[&](const scim_path& path) { return values_at(resource, path, model); },
                        [&](const scim_path& path) { return compared_attribute(path, model); }, element}
        .fits(filter);
}

} // namespace idferry::sandbox
