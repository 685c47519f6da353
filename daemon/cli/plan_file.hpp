// A saved plan: what `plan --out` writes (0600) and `apply` reads.
#pragma once

#include <optional>
#include <string>

namespace idferry::daemon::cli {

struct saved_plan
{
    std::string sync;
    std::string id;     // reconcile::plan::id, hexadecimal
    std::string config; // digest of the configuration file
    bool refresh{false};
    std::string
        key; // of a first plan, made without a state: what keyed `id`. Digests of single values in `shown` have another
    std::string shown; // plan_json: for people and tools; `apply` plans again and compares `id`
};

// Returns "" or the reason.
std::string write_plan_file(const std::string& path, const saved_plan& plan);
std::optional<saved_plan> read_plan_file(const std::string& path, std::string& error);

} // namespace idferry::daemon::cli
