#include "daemon/report/text_parts.hpp"

#include "daemon/reconcile/plan_text.hpp"
#include "mapping/json.hpp"

#include <fmt/format.h>

namespace idferry::daemon::report {

using mapping::json;

std::string text_of(const json& j, const char* name)
{
    if (!j.is_object()) return {};
    const auto it = j.find(name);
    return it != j.end() && it->is_string() ? it->get<std::string>() : std::string();
}

std::int64_t number_of(const json& j, const char* name)
{
    if (!j.is_object()) return 0;
    const auto it = j.find(name);
    if (it == j.end()) return 0;
    if (it->is_array()) return static_cast<std::int64_t>(it->size());
    return it->is_number_integer() ? it->get<std::int64_t>() : 0;
}

std::string age_of(const json& j, const char* name, const text_style& style)
{
    const auto time = time_of(text_of(j, name));
    return time ? age_text(*time, style.now) : "-";
}

std::string next_try_of(const json& reject, const text_style& style)
{
    const auto time = time_of(text_of(reject, "next_try"));
    return !time || *time <= style.now ? "in the next cycle" : age_text(*time, style.now);
}

std::string took_of(const json& cycle)
{
    const auto it = cycle.find("seconds");
    if (it == cycle.end() || !it->is_number()) return "-";
    const auto seconds = it->get<double>();
    if (seconds < 10) return fmt::format("{:.1f} s", seconds);
    return reconcile::shown_duration(std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)));
}

tone tone_of_result(const std::string& result)
{
    if (result == "done") return tone::good;
    return result == "rejects" || result == "withheld" ? tone::doubtful : tone::bad;
}

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines{""};
    for (const char c : text) {
        if (c == '\n')
            lines.emplace_back();
        else
            lines.back() += c;
    }
    return lines;
}

} // namespace idferry::daemon::report
