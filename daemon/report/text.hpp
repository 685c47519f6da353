// Reports for people: each takes the JSON of the report of its name. Pure.
#pragma once

#include "mapping/json_fwd.hpp"
#include "state/link.hpp"

#include <string>

namespace idferry::daemon::report {

struct text_style
{
    state::time_point now{}; // ages are told from here
    bool colour{false};
};

std::string status_text(const mapping::json& status, const text_style& style);
// Several syncs' histories one after another, in the order given.
std::string history_text(const mapping::json& history, const text_style& style);
std::string cycle_text(const mapping::json& cycle, const text_style& style);
std::string rejects_text(const mapping::json& rejects, const text_style& style);
// One reject with everything that is known about it.
std::string reject_text(const mapping::json& reject, const text_style& style);
std::string steps_text(const mapping::json& steps, const text_style& style);
std::string quarantines_text(const mapping::json& quarantines, const text_style& style);
std::string audit_text(const mapping::json& audit, const text_style& style);
std::string verify_text(const mapping::json& verified, const text_style& style);
std::string people_text(const mapping::json& people, const text_style& style);
std::string person_text(const mapping::json& person, const text_style& style);

} // namespace idferry::daemon::report
