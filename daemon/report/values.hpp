// Attribute values that state keeps, for people who may see them: sensitive ones are masked.
#pragma once

#include "daemon/report/source.hpp"

#include <string>

namespace idferry::daemon::report {

// Knows which attributes of one sync and type are sensitive. Without the sync's configuration it shows no value at all.
class value_mask
{
public:
    value_mask(const source& from, const state::scope_key& scope);

    bool shows() const { return rules_ != nullptr; }
    bool hides(const std::string& path) const;
    // The JSON object of a column of state (path → value), sensitive values replaced by "(sensitive)"; null when it is
    // empty, or nothing may be shown.
    mapping::json object(const std::string& text) const;
    // The same for one value in JSON text.
    mapping::json value(const std::string& path, const std::string& text) const;

private:
    const run::type_settings* rules_{nullptr};
};

inline constexpr const char* masked = "(sensitive)";

} // namespace idferry::daemon::report
