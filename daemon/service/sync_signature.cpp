#include "daemon/service/sync_signature.hpp"

#include "daemon/run/account_step_settings.hpp"
#include "daemon/run/hint_settings.hpp"

#include <fmt/format.h>

namespace idferry::daemon::service {

namespace {

std::string schedule_of(const schedule::timetable& t)
{
    auto text = fmt::format("every {} at {} full {} leaves {} jitter {} zone {}", t.every ? t.every->count() : -1,
                            t.at ? t.at->text() : "-", t.full ? t.full->text() : "-", t.leaves ? t.leaves->text() : "-",
                            t.jitter.count(), t.zone.name());
    for (const auto& b : t.blackout) text += " not " + b.text();
    return text;
}

std::string connection_of(const std::string& name, const connectors::connection& c)
{
    auto text = fmt::format("{} {} {} {}", name, c.type(), c.address(), c.own_account());
    for (const auto& s : c.secrets()) text += " " + s.text();
    return text;
}

} // namespace

std::string signature_of(const run::sync_settings& s)
{
    const auto& g = s.guards;
    // The epoch stands for scope, matching and mapping; the rest is what it leaves out.
    auto text = fmt::format("{}\n{}\n{}\n{}\n", s.epoch.hex(), connection_of(s.source_name, *s.source),
                            connection_of(s.target_name, *s.target), schedule_of(s.schedule));
    if (s.hints) text += fmt::format("hints {}\n", s.hints->every.count());
    text += fmt::format("guards {} {} {} {} {} {}\n", g.max_removals, g.max_removals_count, g.max_changes,
                        g.min_population, g.max_shrink, g.max_members_removed);
    for (const auto& x : s.sentinels) text += "sentinel " + x.text + "\n";
    for (const auto& p : s.protect) text += "protect " + p->text() + "\n";
    for (const auto& t : s.types) {
        text += fmt::format("{} leave {} {}", t.type->name, static_cast<int>(t.leave.action),
                            t.leave.then_delete_after ? t.leave.then_delete_after->count() : -1);
        for (const auto& path : t.accept_not_kept) text += " " + path;
        if (t.steps) text += "\nsteps " + run::text_of(*t.steps);
        text += "\n";
    }
    return text;
}

} // namespace idferry::daemon::service
