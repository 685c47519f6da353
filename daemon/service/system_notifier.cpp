#include "daemon/service/system_notifier.hpp"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <time.h>

namespace idferry::daemon::service {

namespace {

class systemd_notifier final : public system_notifier
{
public:
    systemd_notifier()
    {
        std::uint64_t microseconds = 0;
        if (::sd_watchdog_enabled(0, &microseconds) > 0)
            watchdog_ = std::chrono::milliseconds(std::max<std::uint64_t>(1, microseconds / 1000));
    }

    void ready() override { tell("READY=1"); }
    void reloading() override
    {
        timespec now{};
        ::clock_gettime(CLOCK_MONOTONIC, &now);
        tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.tv_sec * 1'000'000 + now.tv_nsec / 1000));
    }
    void stopping() override { tell("STOPPING=1"); }
    void status(const std::string& line) override
    {
        if (line == last_) return;
        last_ = line;
        std::string one = line;
        for (auto& ch : one)
            if (ch == '\n' || ch == '\r') ch = ' ';
        tell("STATUS=" + one);
    }
    void alive() override { tell("WATCHDOG=1"); }
    std::optional<std::chrono::milliseconds> watchdog() const override { return watchdog_; }

private:
    static void tell(const std::string& text) { ::sd_notify(0, text.c_str()); }

    std::optional<std::chrono::milliseconds> watchdog_;
    std::string last_;
};

} // namespace

std::unique_ptr<system_notifier> make_systemd_notifier()
{
    return std::make_unique<systemd_notifier>();
}

} // namespace idferry::daemon::service
