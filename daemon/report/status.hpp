// Is it well: what the first command and the first page show.
#pragma once

#include "daemon/report/source.hpp"

#include <map>
#include <string>
#include <vector>

namespace idferry::daemon::report {

// What only a running daemon knows about a sync.
struct live_sync
{
    std::string state; // "idle", "running", "waiting", "quarantine", "blackout"
    std::optional<state::time_point> next;
    bool next_full{false};
    std::optional<state::time_point> running_since;
    std::string trigger, phase;
    std::uint64_t done{0}, total{0};
};

struct status_input
{
    std::string version;
    std::optional<state::time_point> started; // of the daemon; nothing = no daemon answered
    std::string no_daemon;                    // why none answered; "" = not asked, or it answered
    std::string state_folder;                 // whose state this is; "" = not known
    std::string config_file;
    std::string config_digest; // "" = that of the settings
    std::optional<state::time_point> config_loaded;
    std::vector<std::string> config_mistakes;
    std::map<std::string, live_sync> live; // by sync; without it the state is told from what is recorded
};

// {"version","now","started": time or null,
//  "daemon":{"answers": whether this is what it knows, "why_not": text or null},"state_folder": text or null,
//  "config":{"file","digest","loaded": time or null,"error": text or null},
//  "syncs":[{"name","configured","source","target","schedule":
//  text,"state","next","next_full","running_since","trigger",
//            "phase","done","total","last": cycle_json or null,"last_success": time or null,"age_seconds": since then
//            or null,"links":{"users":n,"groups":n},"rejects":n,"dropped":n,"quarantine": quarantine_json or null}],
//  "connections":[{"name","type","address","secrets":[{"reference","rotation": "picked up" | "needs a restart"}]}]}
// Syncs of the configuration in its order, then those that only state knows ("configured": false).
json_result status_json(const source& from, const status_input& input);

// "every 10 min, full at 0 3 * * *", "on request": the timetable in words.
std::string schedule_text(const schedule::timetable& t);

} // namespace idferry::daemon::report
