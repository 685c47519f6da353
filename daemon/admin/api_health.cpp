#include "daemon/admin/api.hpp"

#include "mapping/json.hpp"

namespace idferry::daemon::admin {

namespace {

// Why the daemon does not do its work now. Names of syncs only: this is told without a token.
std::vector<std::string> not_ready(service::service_control& control)
{
    std::vector<std::string> reasons;
    if (auto known = control.state().syncs(); !known) reasons.emplace_back("the state cannot be read");
    const auto syncs = control.syncs();
    std::size_t isolated = 0;
    for (const auto& s : syncs) isolated += s.state == service::sync_state::isolated ? 1 : 0;
    if (!syncs.empty() && isolated == syncs.size()) reasons.emplace_back("every sync is in quarantine");
    return reasons;
}

} // namespace

void add_health_routes(router& all, api_parts parts)
{
    all.add({"GET", "/healthz", [](const call&) { return json_answer(200, {{"status", "ok"}}); }});
    all.add({"GET", "/readyz", [parts](const call&) {
                 const auto reasons = not_ready(parts.control);
                 return json_answer(reasons.empty() ? 200 : 503,
                                    {{"status", reasons.empty() ? "ready" : "not ready"}, {"reasons", reasons}});
             }});
    all.add(
        {"GET", "/metrics", [parts](const call&) { return text_answer(metrics::content_type, parts.figures.text()); }});
}

} // namespace idferry::daemon::admin
