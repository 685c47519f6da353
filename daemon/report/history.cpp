#include "daemon/report/history.hpp"

#include "daemon/run/time_text.hpp"
#include "mapping/json.hpp"

namespace idferry::daemon::report {

using mapping::json;

namespace {

bool is_text(const json& j, const char* name)
{
    const auto it = j.find(name);
    return it != j.end() && it->is_string();
}

const char* result_of(int exit_code, const json& summary)
{
    switch (exit_code) {
    case 0:
    case 2: return "done";
    case 3: return "refused";
    case 4: return "rejects";
    case 6: return "withheld";
    default: break;
    }
    if (is_text(summary, "error")) return "failed";
    if (is_text(summary, "stopped")) return "stopped";
    const auto moved = summary.find("moved");
    return moved != summary.end() && *moved == true ? "moved" : "failed";
}

} // namespace

json cycle_json(const state::cycle_row& row, bool whole)
{
    json j = mapping::object_of(row.summary);
    const auto* result = result_of(row.exit_code, j);
    if (!whole)
        for (const char* list : {"notes", "unproved", "refused"})
            if (const auto it = j.find(list); it != j.end() && it->is_array()) *it = it->size();
    j["id"] = row.id;
    j["sync"] = row.sync.text();
    j["started"] = run::time_text(row.started);
    j["ended"] = run::time_text(row.ended);
    j["seconds"] = static_cast<double>((row.ended - row.started).count()) / 1000.0;
    j["exit_code"] = row.exit_code;
    j["result"] = result;
    return j;
}

json_result history_json(const source& from, const mapping::sync_name& sync, std::size_t limit, std::int64_t before)
{
    auto rows = from.state.recent_cycles(sync, limit + 1, before);
    if (!rows) return rows.error();
    json j{{"sync", sync.text()}, {"cycles", json::array()}, {"next", nullptr}};
    for (const auto& row : *rows) {
        if (j["cycles"].size() == limit) {
            if (limit > 0) j["next"] = j["cycles"].back()["id"];
            break;
        }
        j["cycles"].push_back(cycle_json(row, false));
    }
    return give(std::move(j));
}

json_result show_cycle_json(const source& from, std::int64_t id)
{
    auto row = from.state.cycle(id);
    if (!row) return row.error();
    return give(*row ? cycle_json(**row, true) : json());
}

} // namespace idferry::daemon::report
