#include "daemon/run/checking_judge.hpp"

#include "mapping/core_schema.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace idferry::daemon::run {

namespace {

constexpr int days_of_warning = 14;

const connectors::attribute_support* supported(const std::vector<connectors::attribute_support>& all,
                                               std::string_view path)
{
    const auto it = std::ranges::find_if(
        all, [&](const connectors::attribute_support& a) { return mapping::same_name(a.path, path); });
    return it == all.end() ? nullptr : &*it;
}

} // namespace

std::string remedy(const connectors::failure& f)
{
    if (f.status == 401) return "renew the token or the secret: the service does not accept it";
    if (f.status == 403) return "give these credentials the right to do this";
    if (f.status == 404) return "check the address: base_url, or instance and paths";
    if (f.next == connectors::disposition::retry)
        return f.status == 0 ? "check that the service runs and can be reached from here: address, network, proxy, TLS"
                             : "try again later: the service itself has trouble";
    return "mend what the message says, then check again";
}

finding judge_expiry(std::string about, std::chrono::sys_seconds end, std::chrono::sys_seconds now)
{
    const auto days = std::chrono::floor<std::chrono::days>(end - now).count();
    const auto date = fmt::format("{:%Y-%m-%d %H:%M} UTC", end);
    if (end <= now) return {severity::error, std::move(about), "the token expired at " + date, "have a new one issued"};
    if (days < days_of_warning)
        return {severity::warning, std::move(about),
                fmt::format("the token expires in {} {}, at {}", days, days == 1 ? "day" : "days", date),
                "have a new one issued before that"};
    return {severity::ok, std::move(about), fmt::format("the token is good for {} days, until {}", days, date), ""};
}

void judge_group_names(const std::string& about, const sync_settings& s,
                       const std::vector<reconcile::group_entry>& groups, bool complete, std::vector<finding>& out)
{
    if (groups.empty()) return;
    for (const auto& t : s.types)
        for (const auto& literal : t.rules->group_name_literals()) {
            std::vector<std::string> fits;
            for (const auto& g : groups)
                if (g.name == literal.value) fits.push_back(g.path.empty() ? g.key : g.path);
            const auto where = literal.at.where().text();
            if (fits.size() > 1)
                out.push_back({severity::error, about,
                               fmt::format("{}: the group name '{}' fits {} groups of the source: {}", where,
                                           literal.value, fits.size(), fmt::join(fits, ", ")),
                               "use groups.path to say which one is meant"});
            else if (fits.empty() && complete)
                out.push_back({severity::warning, about,
                               fmt::format("{}: no group of the source is called '{}'", where, literal.value),
                               "check its spelling; letter case counts"});
        }
}

void judge_attributes(const std::string& about, const type_settings& t, const connectors::type_survey& seen,
                      std::vector<finding>& out)
{
    if (!seen.attributes) return;
    for (const auto& rule : t.rules->rules()) {
        // Common attributes stand in no schema (RFC 7643 section 3.1).
        if (mapping::same_name(rule.path, "externalId")) continue;
        const auto* found = supported(*seen.attributes, rule.path);
        if (!found)
            out.push_back({severity::warning, about,
                           fmt::format("'{}' is mapped, but is not in the target's schema", rule.path),
                           "it will probably not be kept: remove the rule, or accept that under accept_not_kept"});
        else if (found->read_only)
            out.push_back({severity::warning, about,
                           fmt::format("'{}' is mapped, but the target's schema says that it is read-only", rule.path),
                           "it will not be written: remove the rule"});
    }
    if (t.leave.action != leave_action::deactivate) return;
    const auto* active = supported(*seen.attributes, "active");
    if (active && !active->read_only) return;
    out.push_back({severity::error, about,
                   fmt::format("people who leave are to be deactivated, but `active` {} the target's schema",
                               active ? "is read-only in" : "is not in"),
                   "use leave: {action: delete} or {action: keep}"});
}

} // namespace idferry::daemon::run
