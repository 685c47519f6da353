#include "daemon/report/source.hpp"

#include "daemon/run/time_text.hpp"
#include "mapping/json.hpp"

#include <utility>

namespace idferry::daemon::report {

const run::sync_settings* source::find(const mapping::sync_name& sync) const
{
    if (settings)
        for (const auto& s : settings->syncs)
            if (s.name == sync) return &s;
    return nullptr;
}

json_result give(mapping::json j)
{
    return json_result(boost::system::in_place_value, std::move(j));
}

mapping::json time_or_null(const std::optional<state::time_point>& t)
{
    return t ? mapping::json(run::time_text(*t)) : mapping::json();
}

} // namespace idferry::daemon::report
