// What the files of the API share: adding a route that asks the running daemon, and the answers that refuse.
#pragma once

#include "daemon/admin/api.hpp"

#include <string>

namespace idferry::daemon::admin {

// A route that is answered from the daemon alone; `answer` is called on the daemon's thread.
void add_route(router& all, const api_parts& parts, const char* method, const char* pattern,
               outgoing (*answer)(service::service_control&, const call&));

outgoing refused(const refusal& r);
// 404 with the name.
outgoing no_such_sync(const std::string& name);

} // namespace idferry::daemon::admin
