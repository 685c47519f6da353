// What every report is made from.
#pragma once

#include "daemon/run/settings.hpp"
#include "mapping/json_fwd.hpp"
#include "state/store.hpp"

#include <optional>

namespace idferry::daemon::report {

struct source
{
    state::store& state;
    const run::settings* settings{nullptr}; // null: the configuration cannot be read
    state::time_point now{};

    const run::sync_settings* find(const mapping::sync_name& sync) const;
};

// JSON for machines; fails when state cannot be read.
using json_result = state::result<mapping::json>;
json_result give(mapping::json j); // JSON converts to anything, so it is not left to conversions

// RFC 3339 text, or null.
mapping::json time_or_null(const std::optional<state::time_point>& t);

} // namespace idferry::daemon::report
