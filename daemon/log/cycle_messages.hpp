// What a cycle has to say to the operator: its report as messages. Pure but for what was said before.
#pragma once

#include "daemon/log/message.hpp"
#include "daemon/run/cycle.hpp"
#include "state/link.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace idferry::daemon::log {

// What was said about single resources in the last cycle of each sync, so that a daemon does not repeat it every ten
// minutes. Holds 8 bytes a line.
class said_before
{
public:
    // Begins a cycle of this sync.
    void begin(const std::string& sync);
    // True when the same was said in the cycle before; remembers it for the next one.
    bool again(const std::string& sync, const message& m);

private:
    struct lines
    {
        std::set<std::uint64_t> last, now;
    };
    std::map<std::string, lines, std::less<>> syncs_;
};

struct cycle_telling
{
    bool pushing{true};                    // false: only a plan was made
    std::chrono::milliseconds duration{0}; // of the whole cycle
    bool values{false};                    // also the changes with attribute values, at level debug
    bool stopping{false};                  // the daemon was asked to end
    std::string who{"the command line"};   // who allowed what guards refused
    said_before* before{nullptr};          // a daemon's memory; null: everything is said
};

// The most lines about resources of one kind in one cycle; the rest is one line with their number.
inline constexpr std::size_t most_lines_of_a_kind = 50;

// Everything that the report says, in the order of reading: notices, lists, resources, guards, the end. Sensitive
// values are masked; values are in messages of level debug only.
std::vector<message> messages_of(const run::cycle_report& report, const cycle_telling& how);

// One message for each reject that was there before a cycle and is no longer.
std::vector<message> recovered(const std::vector<state::reject>& before, const std::vector<state::reject>& after);

// "350 ms", "1.2 s", "3 min 20 s"
std::string duration_text(std::chrono::milliseconds d);

} // namespace idferry::daemon::log
