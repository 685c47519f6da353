#include "daemon/schedule/time_zone.hpp"

#include <unicode/basictz.h>
#include <unicode/timezone.h>
#include <unicode/tztrans.h>

namespace idferry::daemon::schedule {

namespace chrono = std::chrono;

struct time_zone::data
{
    std::unique_ptr<icu::TimeZone> zone;
    const icu::BasicTimeZone* changes{nullptr}; // the same, when it can tell its changes
};

namespace {

UDate milliseconds(chrono::sys_seconds at)
{
    return static_cast<UDate>(at.time_since_epoch().count()) * 1000;
}

chrono::sys_seconds seconds(UDate at)
{
    return chrono::sys_seconds{chrono::seconds{static_cast<std::int64_t>(at / 1000)}};
}

} // namespace

std::optional<time_zone> time_zone::find(const std::string& name)
{
    auto all = std::make_shared<data>();
    all->zone.reset(name.empty() ? icu::TimeZone::detectHostTimeZone()
                                 : icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)));
    if (!all->zone) return std::nullopt;
    icu::UnicodeString id;
    all->zone->getID(id);
    std::string known;
    id.toUTF8String(known);
    // ICU answers an unknown name with a zone of this id, and takes "GMT+1" for a custom one.
    if (!name.empty() && (known == "Etc/Unknown" || known != name)) return std::nullopt;
    all->changes = dynamic_cast<const icu::BasicTimeZone*>(all->zone.get());
    time_zone zone;
    zone.data_ = std::move(all);
    zone.name_ = std::move(known);
    return zone;
}

time_zone time_zone::utc()
{
    return *find("Etc/UTC");
}

time_zone time_zone::machine()
{
    const auto own = find("");
    return own ? *own : utc();
}

chrono::seconds time_zone::offset_at(chrono::sys_seconds at) const
{
    std::int32_t raw = 0, saving = 0;
    UErrorCode error = U_ZERO_ERROR;
    data_->zone->getOffset(milliseconds(at), false, raw, saving, error);
    return U_FAILURE(error) ? chrono::seconds(0) : chrono::seconds((raw + saving) / 1000);
}

std::optional<chrono::sys_seconds> time_zone::next_change(chrono::sys_seconds after) const
{
    icu::TimeZoneTransition change;
    // Changes of a name alone are none.
    while (data_->changes && data_->changes->getNextTransition(milliseconds(after), false, change)) {
        after = seconds(change.getTime());
        if (offset_at(after) != offset_at(after - chrono::seconds(1))) return after;
    }
    return std::nullopt;
}

std::optional<chrono::sys_seconds> time_zone::last_change(chrono::sys_seconds at) const
{
    icu::TimeZoneTransition change;
    bool inclusive = true;
    while (data_->changes && data_->changes->getPreviousTransition(milliseconds(at), inclusive, change)) {
        at = seconds(change.getTime());
        inclusive = false;
        if (offset_at(at) != offset_at(at - chrono::seconds(1))) return at;
    }
    return std::nullopt;
}

chrono::local_seconds time_zone::local(chrono::sys_seconds at) const
{
    return chrono::local_seconds{at.time_since_epoch() + offset_at(at)};
}

chrono::sys_seconds next_run(const cron& expression, const time_zone& zone, chrono::sys_seconds after)
{
    constexpr auto second = chrono::seconds(1);
    // Between two changes of the offset local time runs on evenly; `from` is the first instant that may be meant.
    for (auto from = after + second;;) {
        const auto offset = zone.offset_at(from);
        const auto change = zone.next_change(from);
        const auto at = [&](chrono::local_seconds local) {
            return chrono::sys_seconds{local.time_since_epoch() - offset};
        };
        const auto last = zone.last_change(from);
        const auto put_back = last ? zone.offset_at(*last - second) - offset : chrono::seconds(0);
        auto fits = expression.next(zone.local(from) - second);
        // The hour that comes twice, for the second time.
        if (last && put_back > chrono::seconds(0) && !expression.every_hour())
            while (at(fits) < *last + put_back) fits = expression.next(fits);
        if (!change || at(fits) < *change) return at(fits);
        const auto put_forward = zone.offset_at(*change) - offset;
        if (put_forward > chrono::seconds(0) && at(fits) < *change + put_forward) return *change;
        from = *change;
    }
}

} // namespace idferry::daemon::schedule
