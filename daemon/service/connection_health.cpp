#include "daemon/service/connection_health.hpp"

#include "connectors/source.hpp"

namespace idferry::daemon::service {

using log::id;
using log::message;

std::vector<log::message> connection_health::after(const run::sync_settings& sync, const run::cycle_report& report)
{
    std::vector<message> out;
    const auto name = sync.name.text();
    const auto failed = [&](const std::string& connection, id down, const std::string& reason) {
        auto& t = down_[{name, connection}];
        ++t.cycles;
        const auto what = report.credentials_refused ? id::token_refused : down;
        if (t.said == what) return;
        t.said = what;
        out.push_back(message(what).with("sync", name).with("connection", connection).with("reason", reason));
    };
    const auto works = [&](const std::string& connection) {
        const auto t = down_.find({name, connection});
        if (t == down_.end()) return;
        out.push_back(message(id::connection_back)
                          .with("sync", name)
                          .with("connection", connection)
                          .with("failures", t->second.cycles));
        down_.erase(t);
    };
    if (report.source_failed)
        failed(sync.source_name, id::source_down, *report.source_failed);
    else if (report.plan)
        works(sync.source_name);
    if (report.target_failed)
        failed(sync.target_name, id::target_down, *report.target_failed);
    else if (report.plan && !report.error && report.costs.target_requests > 0)
        works(sync.target_name);
    return out;
}

} // namespace idferry::daemon::service
