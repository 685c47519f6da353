// The JSON Schema (draft 2020-12) of what a description accepts: for editors, and for whoever checks a file without us.
#pragma once

#include "config/description.hpp"
#include "mapping/json.hpp"

namespace idferry::daemon::cli {

// Shapes with a name stand under `$defs`. What a schema cannot say (a filter's grammar, references between sections) is
// left to `idferry check`: the schema accepts everything that the loader accepts, and refuses what it can.
// Two shapes with one name that differ are a defect: std::logic_error.
mapping::json json_schema(const config::description& root, const std::string& title);

} // namespace idferry::daemon::cli
