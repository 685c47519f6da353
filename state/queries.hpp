// What can be asked of the store's history: values that say which rows are wanted. An empty field wants any.
#pragma once

#include "state/link.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace idferry::state {

struct reject_filter
{
    std::string type, key;
};

struct reject_counts
{
    std::uint64_t open{0};    // tried again, now or later
    std::uint64_t dropped{0}; // by hand: not tried until something else would be written
};

// Exit codes of a cycle. Finished: it came to its end (0, 2, 4, 6). A success did everything that can be done (0, or 4
// when single resources were rejected); 6 withheld removals because a read was not proved complete, which somebody has
// to look at when it stays so.
constexpr bool finished(int exit_code)
{
    return exit_code == 0 || exit_code == 2 || exit_code == 4 || exit_code == 6;
}
constexpr bool succeeded(int exit_code)
{
    return exit_code == 0 || exit_code == 4;
}

struct audit_query
{
    std::string sync, type, key;
    std::string label; // part of what people called it, upper and lower case of ASCII alike; lines whose values were
                       // erased have none and never fit
    std::optional<operation> what;
    std::string outcome;                    // "done", "rejected", "failed"
    std::optional<time_point> since, until; // since ≤ when < until
    std::int64_t before{0};                 // lines with a smaller id, for paging
    std::size_t limit{100};
};

// Account steps with this status ("" = any) that are due at `due` (nothing = whenever).
struct account_step_query
{
    std::string status;
    std::optional<time_point> due{};
    std::size_t limit{1000};
};

// Links by what people type. The beginning of a label (upper and lower case of ASCII alike), a key or a target id is
// looked up by index. Only when nothing begins with the text, labels and keys that contain it are found, by a scan of
// the narrow index on labels: about 0.4 s of CPU for a million.
struct link_query
{
    std::string text; // empty finds nothing
    std::string sync, type;
    std::size_t limit{20};
    bool contains{true}; // false: beginnings only
};

struct found_link
{
    scope_key scope;
    link value;
};

} // namespace idferry::state
