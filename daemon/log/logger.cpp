#include "daemon/log/logger.hpp"

#include "daemon/log/json_line.hpp"

#include <fmt/format.h>
#include <spdlog/details/log_msg.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <systemd/sd-journal.h>

#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdlib>

namespace idferry::daemon::log {

namespace {

spdlog::level::level_enum spdlog_level(level l)
{
    switch (l) {
    case level::debug: return spdlog::level::debug;
    case level::info: return spdlog::level::info;
    case level::notice: return spdlog::level::info;
    case level::warning: return spdlog::level::warn;
    case level::error: return spdlog::level::err;
    case level::critical: return spdlog::level::critical;
    }
    return spdlog::level::err;
}

// Lines on a stream: spdlog lays them out, colours, locks and flushes.
class stream_logger final : public logger
{
public:
    stream_logger(const log_options& o, const connectors::clock& time, std::FILE* out)
        : threshold_(o.threshold), json_(o.as == format::json), prefixed_(o.as == format::journal), time_(time),
          sink_(out, o.colour && o.as == format::text && ::isatty(::fileno(out)) != 0 ? spdlog::color_mode::always
                                                                                      : spdlog::color_mode::never)
    {
        // journald has a time of its own; %n is our word for the level, for spdlog has no "notice".
        const auto* pattern = json_ ? "%v" : prefixed_ ? "%v" : "%Y-%m-%dT%H:%M:%S.%eZ %^%-8n%$ %v";
        sink_.set_formatter(std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc, "\n"));
    }

    bool wants(level at) const override { return at >= threshold_; }

    void say(const message& m) noexcept override
    try {
        if (!wants(m.at())) return;
        const auto now = time_.now();
        const auto line = json_ ? json_line(m, now) : prefixed_ ? prefixed_text(m) : text(m);
        spdlog::details::log_msg entry(
            std::chrono::time_point_cast<spdlog::log_clock::duration>(now), spdlog::source_loc{},
            spdlog::string_view_t(to_string(m.at()).data(), to_string(m.at()).size()), spdlog_level(m.at()), line);
        sink_.log(entry);
        sink_.flush();
    } catch (...) {
        // A full pipe or a closed terminal must not stop a sync.
    }

private:
    static bool with_action(const message& m) { return m.at() >= level::warning; }

    static std::string text(const message& m)
    {
        auto out = fmt::format("{} {}", to_string(m.what()), m.text());
        if (with_action(m)) out += "\n    what to do: " + m.action();
        return out;
    }

    // sd-daemon(3): "<4>" before each line gives its priority.
    static std::string prefixed_text(const message& m)
    {
        auto out = fmt::format("<{}>{} {}", priority(m.at()), to_string(m.what()), m.text());
        if (with_action(m)) out += fmt::format("\n<{}>    what to do: {}", priority(m.at()), m.action());
        return out;
    }

    level threshold_;
    bool json_, prefixed_;
    const connectors::clock& time_;
    spdlog::sinks::ansicolor_sink<spdlog::details::console_mutex> sink_;
};

class journal_logger final : public logger
{
public:
    journal_logger(const log_options& o, journal_send send, std::unique_ptr<logger> otherwise)
        : threshold_(o.threshold), send_(std::move(send)), otherwise_(std::move(otherwise))
    {
    }

    bool wants(level at) const override { return at >= threshold_; }

    void say(const message& m) noexcept override
    try {
        if (!wants(m.at())) return;
        auto fields = journal_fields(m);
        std::vector<iovec> parts;
        for (auto& f : fields) parts.push_back({f.data(), f.size()});
        // Without a journal the line must not be lost: whoever reads stderr gets it.
        if (send_(parts.data(), static_cast<int>(parts.size())) < 0) otherwise_->say(m);
    } catch (...) {
        otherwise_->say(m);
    }

private:
    level threshold_;
    journal_send send_;
    std::unique_ptr<logger> otherwise_;
};

class silent_logger final : public logger
{
public:
    bool wants(level) const override { return false; }
    void say(const message&) noexcept override {}
};

} // namespace

std::optional<format> format_of(std::string_view word)
{
    if (word == "text") return format::text;
    if (word == "json") return format::json;
    if (word == "journal") return format::journal;
    if (word == "auto") return format::automatic;
    return std::nullopt;
}

level threshold_of(int verbose)
{
    return verbose > 0 ? level::debug : level::info;
}

format chosen_format(int descriptor, std::string_view journal_stream)
{
    struct stat facts{};
    if (journal_stream.empty() || ::fstat(descriptor, &facts) != 0) return format::text;
    return journal_stream == fmt::format("{}:{}", facts.st_dev, facts.st_ino) ? format::journal : format::text;
}

std::unique_ptr<logger> make_logger(const log_options& options, const connectors::clock& time, std::FILE* out,
                                    journal_send send)
{
    auto o = options;
    if (o.as == format::automatic) {
        const auto* stream = ::secure_getenv("JOURNAL_STREAM");
        o.as = chosen_format(::fileno(out), stream == nullptr ? "" : stream);
    }
    auto lines = std::make_unique<stream_logger>(o, time, out);
    if (o.as != format::journal) return lines;
    if (!send) send = [](const iovec* fields, int count) { return ::sd_journal_sendv(fields, count); };
    return std::make_unique<journal_logger>(o, std::move(send), std::move(lines));
}

std::unique_ptr<logger> make_silent_logger()
{
    return std::make_unique<silent_logger>();
}

} // namespace idferry::daemon::log
