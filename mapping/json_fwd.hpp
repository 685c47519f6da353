// Forward declaration of the JSON value: for headers.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace idferry::mapping {
using json = nlohmann::json;
}
