// Columns, ages and colours of reports for people. Pure.
#pragma once

#include "state/link.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::daemon::report {

enum class tone
{
    plain,
    good,
    bad,
    doubtful,
    quiet,
    strong
};

struct cell
{
    std::string text; // control characters are escaped where it is printed
    tone look{tone::plain};

    cell(std::string t, tone l = tone::plain) : text(std::move(t)), look(l) {} // NOLINT: a text is a cell
    cell(const char* t) : text(t) {}                                           // NOLINT
};

// Text in a tone, when colours are wanted.
std::string coloured(std::string_view text, tone look, bool colour);

// Rows under a head, two blanks between columns, the last column as long as it is. A cell holds `widest` code points at
// most, but for the last of a row.
class table
{
public:
    explicit table(std::vector<std::string> head, std::size_t widest = 48) : head_(std::move(head)), widest_(widest) {}
    void add(std::vector<cell> row) { rows_.push_back(std::move(row)); }
    bool empty() const { return rows_.empty(); }
    std::string text(bool colour) const;

private:
    std::vector<std::string> head_;
    std::vector<std::vector<cell>> rows_;
    std::size_t widest_;
};

// "12 s ago", "3 min ago", "5 h ago", "4 d ago", "in 2 min", "now".
std::string age_text(state::time_point t, state::time_point now);
// The time of an RFC 3339 text as run::time_text writes it; nothing when it is none.
std::optional<state::time_point> time_of(std::string_view text);

} // namespace idferry::daemon::report
