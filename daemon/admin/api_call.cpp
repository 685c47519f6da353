#include "daemon/admin/api_call.hpp"

#include <fmt/format.h>

namespace idferry::daemon::admin {

void add_route(router& all, const api_parts& parts, const char* method, const char* pattern,
               outgoing (*answer)(service::service_control&, const call&))
{
    auto& control = parts.control;
    all.add({method, pattern, [&control, answer](const call& c) { return answer(control, c); }});
}

outgoing refused(const refusal& r)
{
    return error_answer(r.status, r.text);
}

outgoing no_such_sync(const std::string& name)
{
    return error_answer(404, fmt::format("there is no sync '{}'", name));
}

} // namespace idferry::daemon::admin
