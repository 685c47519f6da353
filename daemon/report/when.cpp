#include "daemon/report/when.hpp"

#include "daemon/report/table.hpp"

#include <charconv>
#include <string>

namespace idferry::daemon::report {

std::optional<state::time_point> parse_when(std::string_view text, state::time_point now)
{
    if (text.size() == 10) return time_of(std::string(text) + "T00:00:00.000Z");
    if (text.size() == 20 && text.back() == 'Z') return time_of(std::string(text.substr(0, 19)) + ".000Z");
    if (text.size() == 24) return time_of(text);
    if (text.size() < 2 || text.size() > 6) return std::nullopt;
    int n = 0;
    const auto* end = text.data() + text.size() - 1;
    const auto [stopped, error] = std::from_chars(text.data(), end, n);
    if (error != std::errc() || stopped != end || n < 0) return std::nullopt;
    switch (text.back()) {
    case 'm': return now - std::chrono::minutes(n);
    case 'h': return now - std::chrono::hours(n);
    case 'd': return now - std::chrono::hours(24) * n;
    default: return std::nullopt;
    }
}

} // namespace idferry::daemon::report
