#include "daemon/run/context.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace idferry::daemon::run {

void throw_exception_from_error(const cycle_error& e, const boost::source_location&)
{
    throw std::runtime_error(e.message);
}

cycle_error state_error(const state::error& e)
{
    return {e.message};
}

cycle_error source_error(const cycle_context& c, const connectors::failure& f)
{
    return {fmt::format("reading source '{}' failed: {}", c.sync.source_name, f.detail), false, true,
            refuses_credentials(f)};
}

cycle_error target_error(const cycle_context& c, const connectors::failure& f)
{
    return {fmt::format("target '{}': {}", c.sync.target_name, f.detail), true, false, refuses_credentials(f)};
}

bool refuses_credentials(const connectors::failure& f)
{
    return f.next == connectors::disposition::stop &&
           (f.status == 401 || f.status == 403 || f.code == "invalid_client" || f.code == "invalid_grant" ||
            f.code == "unauthorized_client" || f.code == "access_denied");
}

cycle_error stopped_error()
{
    return {"stopped before it was done, as asked; the next cycle begins anew"};
}

} // namespace idferry::daemon::run
