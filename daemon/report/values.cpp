#include "daemon/report/values.hpp"

#include "mapping/json.hpp"

#include <algorithm>

namespace idferry::daemon::report {

using mapping::json;

value_mask::value_mask(const source& from, const state::scope_key& scope)
{
    const auto* sync = from.find(scope.sync);
    const auto* type = mapping::find_resource_type(scope.type);
    if (sync && type) rules_ = sync->find(*type);
}

bool value_mask::hides(const std::string& path) const
{
    if (!rules_) return true;
    const auto& rules = rules_->rules->rules();
    return std::any_of(rules.begin(), rules.end(), [&](const auto& r) {
        // "name" holds "name.givenName", and the other way round.
        const bool same = r.path == path || r.path.starts_with(path + ".") || path.starts_with(r.path + ".");
        return r.sensitive && same;
    });
}

json value_mask::object(const std::string& text) const
{
    if (text.empty() || !shows()) return nullptr;
    auto values = mapping::object_of(text);
    for (auto& [path, value] : values.items())
        if (hides(path)) value = masked;
    return values;
}

json value_mask::value(const std::string& path, const std::string& text) const
{
    if (!shows()) return nullptr;
    if (hides(path)) return masked;
    json value;
    mapping::json_error wrong;
    return mapping::parse_json(text, value, wrong) ? value : json(text);
}

} // namespace idferry::daemon::report
