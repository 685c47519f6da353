// The SCIM target behind connectors/target.hpp.
#pragma once

#include "connectors/clock.hpp"
#include "connectors/http/client.hpp"
#include "connectors/scim/scim_profile.hpp"
#include "connectors/target.hpp"

#include <memory>
#include <string>

namespace idferry::connectors::scim {

struct target_parts
{
    std::unique_ptr<http::transport> through; // may be null when `client` does not need it to be kept
    std::unique_ptr<http::client> client;
    clock& time;
    dialect wire;
    mapping::target_profile holds;
    std::string base_url;
};

std::unique_ptr<target> make_scim_target(target_parts parts);

} // namespace idferry::connectors::scim
