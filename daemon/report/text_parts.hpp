// What the texts of this folder share: fields of a report's JSON, and how they are said.
#pragma once

#include "daemon/report/table.hpp"
#include "daemon/report/text.hpp"

#include <string>
#include <vector>

namespace idferry::daemon::report {

// A text field, or "" where there is none.
std::string text_of(const mapping::json& j, const char* name);
// A number, or the length of a list; 0 where there is neither.
std::int64_t number_of(const mapping::json& j, const char* name);
// "3 min ago" of a time field, or "-".
std::string age_of(const mapping::json& j, const char* name, const text_style& style);
// "in 5 min", or when it is due: "in the next cycle".
std::string next_try_of(const mapping::json& reject, const text_style& style);
// "1.2 s" of a cycle.
std::string took_of(const mapping::json& cycle);
tone tone_of_result(const std::string& result);
std::vector<std::string> lines_of(const std::string& text);

} // namespace idferry::daemon::report
