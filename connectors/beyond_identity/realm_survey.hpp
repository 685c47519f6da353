// What a realm says about itself before anything is written to it: its name, our scopes, whether optional filters work.
#pragma once

#include "connectors/beyond_identity/resources.hpp"

#include <string>
#include <vector>

namespace idferry::connectors::beyond_identity {

// Notices for the operator. Fails with `stop` when the realm is not there, or is the Beyond Identity Admin realm
// without write.admin_realm.
boost::asio::awaitable<result<std::vector<std::string>>> discover_realm(resources& r);

// The same, and a page of each type.
boost::asio::awaitable<result<target_survey>> survey_realm(resources& r,
                                                           std::vector<const mapping::resource_type*> types);

} // namespace idferry::connectors::beyond_identity
