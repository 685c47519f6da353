#include "tests/sandbox/knobs.hpp"

#include <algorithm>

namespace idferry::sandbox {

json knob_table::get() const
{
    auto out = json::object();
    for (const auto& row : rows_) std::visit([&](const auto* value) { out[row.name] = *value; }, row.value);
    return out;
}

std::string knob_table::set(std::string_view name, const json& value)
{
    const auto row = std::find_if(rows_.begin(), rows_.end(), [&](const auto& r) { return r.name == name; });
    if (row == rows_.end()) return "unknown knob: " + std::string(name);
    const auto text = value.is_string() ? value.get<std::string>() : value.dump();
    if (auto* const* flag = std::get_if<bool*>(&row->value)) {
        const bool on = text == "true" || text == "on" || text == "yes" || text == "1";
        if (!on && text != "false" && text != "off" && text != "no" && text != "0")
            return std::string(name) + ": true or false wanted, not " + text;
        **flag = on;
    } else if (auto* const* number = std::get_if<std::int64_t*>(&row->value)) {
        const auto parsed = parse_integer(text);
        if (!parsed) return std::string(name) + ": a whole number wanted, not " + text;
        **number = *parsed;
    } else {
        if (!row->allowed.empty() && std::find(row->allowed.begin(), row->allowed.end(), text) == row->allowed.end()) {
            std::string list;
            for (const auto& one : row->allowed) list += (list.empty() ? "" : " | ") + one;
            return std::string(name) + ": one of " + list + " wanted, not " + text;
        }
        **std::get_if<std::string*>(&row->value) = text;
    }
    return {};
}

std::string knob_table::set(const json& object)
{
    if (!object.is_object()) return "an object of knobs wanted";
    for (auto member = object.begin(); member != object.end(); ++member)
        if (auto error = set(member.key(), member.value()); !error.empty()) return error;
    return {};
}

void knob_table::reset()
{
    for (auto& row : rows_)
        std::visit([&](auto* value) { *value = std::get<std::remove_pointer_t<decltype(value)>>(row.initial); },
                   row.value);
}

} // namespace idferry::sandbox
