// Looking resources up: whole lists, and by a unique attribute.
#pragma once

#include "connectors/scim/scim_inventory.hpp"
#include "connectors/scim/scim_session.hpp"

#include <functional>
#include <vector>

namespace idferry::connectors::scim {

boost::asio::awaitable<result<inventory_end>> list_all(session& s, const mapping::resource_type& type,
                                                       std::function<void(remote_resource)> each);

// `attribute eq "value"`, each hit compared again. A filter that is refused, or that is answered with resources that do
// not match, is remembered as unavailable and fails with `reject`, code "unsupported".
boost::asio::awaitable<result<std::vector<remote_resource>>> find_equal(session& s, const mapping::resource_type& type,
                                                                        std::string attribute, std::string value);

// The resource that was just created, by its name (userName, displayName): a filter where there is one, else the list.
// `retry` with outcome_unknown when exactly one cannot be found.
boost::asio::awaitable<result<remote_resource>> locate_created(session& s, const mapping::resource_type& type,
                                                               std::string name);

// Nothing when nobody has the userName: from what this session has seen, else by asking. `conflict`, code "uniqueness",
// when somebody has it.
boost::asio::awaitable<result<void>> confirm_free_name(session& s, std::string user_name);

// "userName" or "displayName".
std::string_view naming_attribute(const mapping::resource_type& type);

enum class match_kind
{
    equal,      // as the attribute compares (RFC 7643 section 7)
    other_case, // equal but for case, in an attribute where case counts
    different
};
match_kind matches(const mapping::json& resource, const std::string& attribute, const std::string& value);

} // namespace idferry::connectors::scim
