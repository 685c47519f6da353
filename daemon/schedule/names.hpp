// Names of days and months, as schedules write them: three letters, in any case. Private to this folder.
#pragma once

#include <optional>
#include <string_view>

namespace idferry::daemon::schedule {

inline constexpr std::string_view weekday_names = "SUNMONTUEWEDTHUFRISAT"; // Sunday is 0
inline constexpr std::string_view month_names = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";

// The index of `text` among `names`; nothing when it is none of them.
inline std::optional<int> name_index(std::string_view text, std::string_view names)
{
    if (text.size() != 3) return std::nullopt;
    for (std::size_t i = 0; i + 3 <= names.size(); i += 3) {
        bool same = true;
        for (std::size_t c = 0; c < 3; ++c) same = same && (text[c] & ~0x20) == names[i + c];
        if (same) return static_cast<int>(i / 3);
    }
    return std::nullopt;
}

} // namespace idferry::daemon::schedule
