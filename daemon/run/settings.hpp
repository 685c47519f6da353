// The whole configuration, parsed: connections and syncs. Composes what each layer describes and parses itself, and
// collects every mistake with its place.
#pragma once

#include "connectors/registry.hpp"
#include "daemon/reconcile/guards.hpp"
#include "daemon/schedule/timetable.hpp"
#include "mapping/mapper.hpp"
#include "mapping/resource_type.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace idferry::daemon::run {

// What happens to a resource that left the source or the scope.
enum class leave_action
{
    deactivate, // set `active` false
    remove,     // delete
    keep        // nothing; the link stays
};

// When a leaver's credentials are revoked, at a target where accounts have them.
enum class revocation
{
    never,
    before, // the account is deactivated
    after
};

struct leave_settings
{
    leave_action action{leave_action::deactivate};
    revocation revoke_credentials{revocation::never};           // with deactivate
    std::optional<std::chrono::milliseconds> then_delete_after; // after deactivate; cancelled on return
};

struct account_step_settings; // account_step_settings.hpp
struct hint_settings;         // hint_settings.hpp
struct sharing_settings;      // sharing_settings.hpp

// One resource type of a sync.
struct type_settings
{
    const mapping::resource_type* type{nullptr};
    const mapping::resource_type* from{nullptr}; // what it is made of at the source; mostly the same type
    std::shared_ptr<const mapping::mapper> rules;
    leave_settings leave;
    std::vector<std::string> accept_not_kept;           // attribute paths whose loss at the target is accepted
    std::shared_ptr<const account_step_settings> steps; // what joiners and leavers need beside; null = nothing
};

struct sync_settings
{
    mapping::sync_name name;
    std::string source_name, target_name;
    std::shared_ptr<const connectors::connection> source, target;
    schedule::timetable schedule;     // the daemon runs by it
    std::vector<type_settings> types; // in push order
    reconcile::guard_settings guards;
    std::vector<reconcile::sentinel> sentinels;
    std::vector<std::shared_ptr<const mapping::filter>> protect; // over target resources
    std::shared_ptr<const hint_settings> hints;                  // null = the source is only read as a whole
    std::shared_ptr<const sharing_settings> shared; // other syncs at the same target; null = there are none
    mapping::digest epoch; // everything that changes what a record means: part of each input digest

    const type_settings* find(const mapping::resource_type& t) const;
};

// `retention:` how long the state keeps what only the history commands need.
struct retention_settings
{
    std::chrono::milliseconds values{std::chrono::hours(24 * 180)}; // audit lines: labels, before and after
    std::chrono::milliseconds cycles{std::chrono::hours(24 * 90)};
};

struct settings
{
    std::map<std::string, std::shared_ptr<const connectors::connection>> connections;
    std::vector<sync_settings> syncs; // in file order
    retention_settings retention;
    std::string digest; // of the file's text: a saved plan refuses when it moved
};

// The whole file, described from what the loader itself uses: for the JSON Schema and the reference.
std::shared_ptr<const config::description> describe_settings();

// Parses a configuration text. Returns nothing when there is any mistake; all of them are in `out`.
std::optional<settings> parse_settings(std::string_view text, const std::string& file_name, config::diagnostics& out);
std::optional<settings> load_settings(const std::string& path, config::diagnostics& out);

} // namespace idferry::daemon::run
