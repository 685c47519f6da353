// Events of an instance, taken apart: what each is about, when it happened, and how it is told from the same one again.
// Pure.
#pragma once

#include "connectors/bare_id/event_settings.hpp"
#include "mapping/json_fwd.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::connectors::bare_id {

// One event. Neither a person nor a group: noise.
struct happening
{
    std::int64_t time{0}; // milliseconds since 1970
    std::string identity; // by time, type, user and path: the same one again has the same
    std::string person, group;
    bool is_noise() const { return person.empty() && group.empty(); }
};

struct event_page
{
    std::vector<happening> events; // in the order of the answer
    std::uint64_t items{0};        // with those that could not be read
    std::uint64_t unreadable{0};   // without a time
    std::string wrong;             // the answer is no list of events; "" = it is
};

// `admin`: of the list of administrators' events.
event_page read_events(const event_settings& config, bool admin, const json_pointer& list, std::string_view body);

// Milliseconds since 1970 of a number, of digits in a text, or of an RFC 3339 text.
std::optional<std::int64_t> event_time(const mapping::json& value);

// How a moment is written for the query; "" with form none.
std::string date_text(std::int64_t ms, date_form form);

// How far one list was read, and which of the events at its end had come already.
struct list_mark
{
    std::optional<std::int64_t> time;
    std::set<std::string> seen;
};

// Both lists' marks, as state keeps them.
struct event_mark
{
    list_mark user, admin;
    std::string text() const;
    // A text that is not ours is no mark.
    static event_mark of(std::string_view text);
};

} // namespace idferry::connectors::bare_id
