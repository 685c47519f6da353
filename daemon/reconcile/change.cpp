#include "daemon/reconcile/change.hpp"

#include "mapping/json.hpp"

#include <algorithm>

namespace idferry::daemon::reconcile {

bool change::switches_off() const
{
    return !is_removal() && std::any_of(deltas.begin(), deltas.end(), [](const auto& d) {
        return d.path == "active" && d.new_value && *d.new_value == false;
    });
}

} // namespace idferry::daemon::reconcile
