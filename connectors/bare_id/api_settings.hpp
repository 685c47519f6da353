// `api:` of a connection: what `idferry api` may call beyond the calls of `ops`, and where those are.
#pragma once

#include "config/shape.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace idferry::connectors::bare_id {

struct api_call_settings
{
    std::optional<bool> enabled;
    std::optional<std::string> method;
    std::optional<std::string> path; // the same placeholders as the usual one's
};

// By name: "events list".
using api_settings = std::vector<std::pair<config::located<std::string>, api_call_settings>>;

// A name that neither profile has, and a path with another placeholder, are mistakes.
config::shape<api_settings> api_shape();

} // namespace idferry::connectors::bare_id
