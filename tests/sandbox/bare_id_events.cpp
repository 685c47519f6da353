#include "tests/sandbox/bare_id_events.hpp"

#include "tests/sandbox/beyond_identity_text.hpp"

#include <algorithm>
#include <optional>
#include <tuple>

namespace idferry::sandbox {
namespace {

constexpr std::size_t most_kept = 300000;
constexpr std::int64_t day_ms = 86'400'000;

// "2026-11-22": the first moment of that day.
std::optional<std::int64_t> day_start(std::string_view text)
{
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto year = parse_integer(text.substr(0, 4)), month = parse_integer(text.substr(5, 2)),
               day = parse_integer(text.substr(8, 2));
    if (!year || !month || !day || *month < 1 || *month > 12 || *day < 1 || *day > 31) return std::nullopt;
    // Days since 1970 by the civil calendar.
    const auto y = *year - (*month <= 2 ? 1 : 0);
    const auto era = y / 400;
    const auto of_era = y - era * 400;
    const auto of_year = (153 * (*month + (*month > 2 ? -3 : 9)) + 2) / 5 + *day - 1;
    const auto in_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return (era * 146097 + in_era - 719468) * day_ms;
}

// Both ends are inclusive; a day means all of it.
std::optional<std::int64_t> moment(std::string_view text, bool by_day, bool end)
{
    if (const auto day = day_start(text)) return end ? *day + day_ms - 1 : *day;
    if (by_day) return std::nullopt;
    return parse_integer(text);
}

std::vector<std::string> values_of(const request& asked, std::string_view name)
{
    std::vector<std::string> out;
    for (const auto& [key, value] : asked.query)
        if (key == name) out.push_back(value);
    return out;
}

bool named(const std::vector<std::string>& wanted, const std::string& held)
{
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), held) != wanted.end();
}

// "users/*" fits what begins so.
bool path_fits(std::string_view wanted, std::string_view held)
{
    if (wanted.ends_with('*')) return held.starts_with(wanted.substr(0, wanted.size() - 1));
    return wanted == held;
}

} // namespace

void bare_events::add(bare_event one, std::int64_t& lost)
{
    const std::lock_guard lock(mutex_);
    if (lost > 0) {
        --lost;
        return;
    }
    one.time_ms = clock_.now_ms();
    all_.push_back(std::move(one));
    if (all_.size() > most_kept) all_.pop_front();
}

void bare_events::clear()
{
    const std::lock_guard lock(mutex_);
    all_.clear();
}

std::size_t bare_events::count(bool admin) const
{
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(
        std::count_if(all_.begin(), all_.end(), [&](const bare_event& e) { return e.admin == admin; }));
}

std::size_t bare_events::count(std::string_view type) const
{
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(
        std::count_if(all_.begin(), all_.end(), [&](const bare_event& e) { return !e.admin && e.type == type; }));
}

json bare_events::wire(const bare_event& one, const std::string& realm, bool legacy, const bare_event_knobs& k) const
{
    json out;
    if (legacy || k.time == "ms")
        out["time"] = one.time_ms;
    else
        out["time"] = k.time == "rfc3339" ? beyond_time(one.time_ms, 3) : std::to_string(one.time_ms);
    if (one.admin) {
        out["realmId"] = realm;
        out["authDetails"] = {
            {"realmId", realm}, {"clientId", one.client}, {"userId", one.user}, {"ipAddress", "127.0.0.1"}};
        out["operationType"] = one.type;
        if (k.resource_types) out["resourceType"] = one.resource;
        out["resourcePath"] = one.path;
        if (k.representation && !one.sent.empty()) out["representation"] = one.sent;
        return out;
    }
    out["type"] = one.type;
    out["realmId"] = realm;
    out["clientId"] = one.client;
    out[!legacy && k.uuid_names ? "userUuid" : "userId"] = one.user;
    out["sessionId"] = nullptr;
    out["ipAddress"] = "127.0.0.1";
    if (one.type.ends_with("_ERROR")) out["error"] = "invalid_client_credentials";
    out["details"] = {{"username", "sandbox"}};
    return out;
}

bare_events::part bare_events::find(const request& asked, bool admin, const std::string& realm, bool legacy,
                                    const bare_event_knobs& k) const
{
    part out;
    std::int64_t first = 0, max = 100;
    for (const auto& [name, value] : {std::pair("first", &first), std::pair("max", &max)})
        if (const auto text = asked.parameter(name)) {
            const auto number = parse_integer(*text);
            if (!number || *number < 0) {
                out.refused = std::string(name) + " is no number";
                return out;
            }
            *value = *number;
        }
    std::optional<std::int64_t> from, to;
    for (const auto& [name, value, end] : {std::tuple("dateFrom", &from, false), std::tuple("dateTo", &to, true)})
        if (const auto text = asked.parameter(name); text && k.filters) {
            *value = moment(*text, k.dates_by_day, end);
            if (!*value) {
                out.refused = "Invalid value for '" + std::string(name) + "', expected format is yyyy-MM-dd";
                return out;
            }
        }
    const auto types = values_of(asked, admin ? "operationTypes" : "type");
    const auto resources = values_of(asked, "resourceTypes");
    const auto one_value = [&](std::string_view name) { return std::string(asked.parameter(name).value_or("")); };
    const auto user = one_value(admin ? "authUser" : "user"), client = one_value(admin ? "authClient" : "client"),
               path = one_value("resourcePath");
    if (!k.paging) first = 0;
    if (k.cap > 0) max = std::min(max, k.cap);

    const std::lock_guard lock(mutex_);
    std::vector<const bare_event*> found;
    const auto now = clock_.now_ms();
    for (const auto& e : all_) {
        if (e.admin != admin || now < e.time_ms + k.delay_s * 1000) continue;
        if (k.retention_s > 0 && e.time_ms < now - k.retention_s * 1000) continue;
        if (k.filters) {
            if (!named(types, e.type) || (admin && k.resource_types && !named(resources, e.resource))) continue;
            if (!user.empty() && e.user != user) continue;
            if (!client.empty() && e.client != client) continue;
            if (admin && !path.empty() && !path_fits(path, e.path)) continue;
            if ((from && e.time_ms < *from) || (to && e.time_ms > *to)) continue;
        }
        found.push_back(&e);
        if (k.doubled) found.push_back(&e);
    }
    const auto direction = asked.parameter("direction");
    const bool oldest = k.order == "oldest" || (k.filters && direction == "asc");
    if (!oldest) std::reverse(found.begin(), found.end());
    if (k.order == "mixed") // the same on every call, so that pages fit together
        std::sort(found.begin(), found.end(), [](const bare_event* a, const bare_event* b) {
            const std::hash<std::string> mixed;
            return std::tuple(mixed(a->path + a->user), a->time_ms, a) <
                   std::tuple(mixed(b->path + b->user), b->time_ms, b);
        });
    const auto count = static_cast<std::int64_t>(found.size());
    for (auto at = std::min(first, count); at < std::min(count, first + max); ++at)
        out.items.push_back(wire(*found[static_cast<std::size_t>(at)], realm, legacy, k));
    return out;
}

} // namespace idferry::sandbox
