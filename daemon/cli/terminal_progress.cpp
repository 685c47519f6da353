#include "daemon/cli/terminal_progress.hpp"

#include "daemon/reconcile/plan_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace idferry::daemon::cli {

namespace {

constexpr auto redraw = std::chrono::milliseconds(100);
constexpr auto line_every = std::chrono::seconds(10);
constexpr std::uint64_t bar_width = 20;

class stderr_progress final : public run::progress
{
public:
    stderr_progress(std::FILE* out, bool terminal, const connectors::clock& time, std::string sync)
        : out_(out), terminal_(terminal), time_(time), sync_(std::move(sync))
    {
    }

    void begin(std::string_view phase, std::uint64_t total) override
    {
        phase_ = phase;
        total_ = total;
        done_ = 0;
        started_ = shown_ = time_.steady();
    }

    void at(std::uint64_t done) override
    {
        done_ = done;
        const auto now = time_.steady();
        if (now - shown_ < (terminal_ ? std::chrono::duration_cast<std::chrono::steady_clock::duration>(redraw)
                                      : std::chrono::duration_cast<std::chrono::steady_clock::duration>(line_every)))
            return;
        shown_ = now;
        show(now);
    }

    void end() override
    {
        if (drawn_ && terminal_) std::fputs("\r\x1b[K", out_);
        drawn_ = false;
    }

private:
    void show(connectors::clock::steady_time now)
    {
        const auto seconds = std::chrono::duration<double>(now - started_).count();
        const auto line = progress_line(phase_, done_, total_, seconds, terminal_);
        if (terminal_)
            std::fputs(("\r\x1b[K" + line).c_str(), out_);
        else
            std::fputs((sync_ + ": " + line + "\n").c_str(), out_);
        std::fflush(out_);
        drawn_ = true;
    }

    std::FILE* out_;
    bool terminal_;
    const connectors::clock& time_;
    std::string sync_, phase_;
    std::uint64_t total_{0}, done_{0};
    connectors::clock::steady_time started_{}, shown_{};
    bool drawn_{false};
};

} // namespace

std::string progress_line(const std::string& phase, std::uint64_t done, std::uint64_t total, double seconds, bool bar)
{
    auto line = phase;
    const bool known = total > 0 && done <= total;
    if (bar && known) {
        const auto filled = done * bar_width / total;
        line += fmt::format("  [{}{}]", std::string(filled, '#'), std::string(bar_width - filled, '-'));
    }
    line += known ? fmt::format("  {} of {}", done, total) : fmt::format("  {}", done);
    if (seconds <= 0 || done == 0) return line;
    const auto rate = static_cast<double>(done) / seconds;
    line += rate >= 10 ? fmt::format("  {:.0f}/s", rate) : fmt::format("  {:.1f}/s", rate);
    if (known)
        line += fmt::format("  {} left", reconcile::shown_duration(std::chrono::milliseconds(static_cast<std::int64_t>(
                                             1000.0 * static_cast<double>(total - done) / rate))));
    return line;
}

std::unique_ptr<run::progress> make_progress(std::FILE* out, bool terminal, const connectors::clock& time,
                                             std::string sync)
{
    return std::make_unique<stderr_progress>(out, terminal, time, std::move(sync));
}

} // namespace idferry::daemon::cli
