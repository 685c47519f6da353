// What `check --live` makes of what it was told: pure. Internal to daemon/run.
#pragma once

#include "connectors/failure.hpp"
#include "connectors/target.hpp"
#include "daemon/reconcile/directory.hpp"
#include "daemon/run/checking.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace idferry::daemon::run {

// What to do about a failure, by what it means.
std::string remedy(const connectors::failure& f);

// A token that ends at `end`: an error once it has expired, a warning in its last 14 days.
finding judge_expiry(std::string about, std::chrono::sys_seconds end, std::chrono::sys_seconds now);

// The group names that a sync writes against the groups of the source: one that fits several is an error, one that fits
// none a warning, where all of them are known.
void judge_group_names(const std::string& about, const sync_settings& s,
                       const std::vector<reconcile::group_entry>& groups, bool complete, std::vector<finding>& out);

// The attributes that a sync maps against those of the target's schema, as far as that is published: missing or
// read-only ones, and `active` where leavers are deactivated.
void judge_attributes(const std::string& about, const type_settings& t, const connectors::type_survey& seen,
                      std::vector<finding>& out);

} // namespace idferry::daemon::run
