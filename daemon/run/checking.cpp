#include "daemon/run/checking.hpp"

#include "connectors/registry.hpp"
#include "daemon/run/sharing_settings.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace idferry::daemon::run {

namespace {

namespace chrono = std::chrono;

void warn(std::vector<finding>& out, std::string about, std::string text, std::string todo)
{
    out.push_back({severity::warning, std::move(about), std::move(text), std::move(todo)});
}

std::string what_to_do(const config::secret_ref& ref)
{
    using kind = config::secret_ref::kind;
    switch (ref.from) {
    case kind::env: return "set the variable for the daemon (Environment= or EnvironmentFile= of its unit)";
    case kind::file: return "write the secret into that file, readable by the daemon's user alone";
    case kind::credential:
        return "give it to the daemon by LoadCredential= of its unit; outside of the service it cannot be seen, so "
               "this may be well";
    case kind::command: return "run the command by hand as the daemon's user";
    }
    return {};
}

// Tells what is wrong with one secret here; `shortest` in characters.
void look_at_secret(const std::string& about, const config::secret_ref& ref, const config::secret_resolver& secrets,
                    std::size_t shortest, std::vector<finding>& out)
{
    const auto resolved = secrets(ref);
    if (const auto* why = std::get_if<std::string>(&resolved))
        warn(out, about, "a secret cannot be read here: " + *why, what_to_do(ref));
    else if (std::get<config::secret>(resolved).reveal().size() < shortest)
        warn(out, about, fmt::format("{} is too short: {} characters at least are needed", ref.text(), shortest),
             "make another one: `openssl rand -hex 32`");
    if (auto open = config::exposure(ref)) {
        const auto cut = open->find("; run ");
        warn(out, about, "a secret can be read by others: " + open->substr(0, cut),
             cut == std::string::npos ? "chmod 600 " + ref.name : open->substr(cut + 2));
    }
}

std::string zone_offset(chrono::seconds offset)
{
    const auto minutes = chrono::duration_cast<chrono::minutes>(offset).count();
    return fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+', std::abs(minutes) / 60, std::abs(minutes) % 60);
}

std::string local_text(schedule::instant when, const schedule::time_zone& zone)
{
    const auto at = chrono::floor<chrono::seconds>(when);
    const auto offset = zone.offset_at(at);
    const chrono::sys_seconds shown(at.time_since_epoch() + offset);
    return fmt::format("{:%Y-%m-%d %H:%M} {}", shown, zone_offset(offset));
}

outlook look_ahead(const sync_settings& s, schedule::instant now)
{
    outlook o;
    o.sync = s.name.text();
    o.zone = s.schedule.zone.name();
    o.jitter = s.schedule.jitter;
    schedule::past_cycles past{now, now};
    auto open = s.schedule; // the same without blackouts, to see what they move
    open.blackout.clear();
    auto at = now;
    for (int i = 0; i < 3; ++i) {
        const auto next = schedule::plan_next(s.schedule, past, at, 0);
        if (!next) break;
        const auto without = schedule::plan_next(open, past, at, 0);
        o.next.push_back(
            {next->when, next->full, without && without->when != next->when, local_text(next->when, s.schedule.zone)});
        past.last = next->when;
        if (next->full) past.last_full = next->when;
        at = next->when;
    }
    return o;
}

// What the target's configuration keeps from this sync; who leaves was judged with the file.
void look_at_limits(const sync_settings& s, const type_settings& type, std::vector<finding>& out)
{
    const auto tell = [&](connectors::write_kind what, std::string_view follows) {
        const auto why = s.target->cannot(*type.type, what);
        if (!why.empty())
            warn(out, "sync " + s.name.text(), fmt::format("{} {}: {}", type.type->section, follows, why),
                 "change the target's connection as it says, or leave it at that");
    };
    tell(connectors::write_kind::create, "that are not at the target yet are rejected");
    tell(connectors::write_kind::update, "that differ are rejected");
    if (type.type->has_members && type.leave.action == leave_action::remove)
        tell(connectors::write_kind::remove, "that leave the source are rejected");
}

void look_at_sync(const sync_settings& s, std::vector<finding>& out)
{
    const auto about = "sync " + s.name.text();
    const auto& t = s.schedule;
    if (!t.every && !t.at && !t.full)
        warn(out, about, "it has no schedule: the daemon runs it only when it is asked to",
             "give schedule: {every: 10m}, or run it by `idferry sync`");
    else if (!t.full)
        warn(out, about, "it never reads its target by itself, so changes made there by others are not seen",
             "give schedule: full, such as full: \"0 3 * * *\"");
    if (s.sentinels.empty())
        warn(out, about, "it has no sentinels: a read that silently lacks people is judged by its size alone",
             "name one or two people who are always there under guards: sentinels");
    for (const auto& type : s.types) look_at_limits(s, type, out);
    if (s.shared)
        for (const auto& [type, others] : s.shared->others)
            for (const auto& other : others)
                if (!other.related && other.name < s.name.text())
                    warn(out, about,
                         fmt::format("it writes the same target as sync '{}' ({} resources), and neither yields to the "
                                     "other: what one of them is linked to is refused to the other",
                                     other.name, type),
                         fmt::format("give yields_to: [{}], or the same in the other one", other.name));
    for (const auto& type : s.types)
        if (type.leave.action == leave_action::remove && mapping::is_person(*type.type))
            warn(out, about, "people who leave are deleted at once, and cannot be brought back by idferry",
                 "consider leave: {action: deactivate, then_delete_after: 30d}");
}

} // namespace

offline_check check_offline(const settings& all, const config::secret_resolver& secrets, schedule::instant now,
                            const admin_settings& admin)
{
    offline_check out;
    std::set<std::string> sources, targets;
    for (const auto& s : all.syncs) {
        sources.insert(s.source_name);
        targets.insert(s.target_name);
    }
    for (const auto& [name, c] : all.connections) {
        const auto about = "connection " + name;
        for (const auto& ref : c->secrets()) look_at_secret(about, ref, secrets, 1, out.findings);
        if (targets.contains(name) && c->own_account().empty())
            warn(out.findings, about,
                 "own_account is not known: the account that these credentials belong to is not protected from its own "
                 "sync",
                 "give own_account: its userName or id");
        if (!sources.contains(name) && !targets.contains(name))
            warn(out.findings, about, "no sync uses it", "remove it, or name it as source or target of a sync");
    }
    for (const auto& s : all.syncs) {
        look_at_sync(s, out.findings);
        out.outlooks.push_back(look_ahead(s, now));
    }
    if (admin.tcp) look_at_secret("admin.tcp.token", admin.tcp->token, secrets, shortest_admin_token, out.findings);
    return out;
}

severity worst_of(const std::vector<finding>& findings)
{
    auto worst = severity::ok;
    for (const auto& f : findings) worst = std::max(worst, f.how);
    return worst;
}

const char* to_string(severity s)
{
    switch (s) {
    case severity::ok: return "ok";
    case severity::warning: return "warning";
    case severity::error: return "error";
    }
    return "error";
}

} // namespace idferry::daemon::run
