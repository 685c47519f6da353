// What names the service accepts (apis: Beyond Identity, section 4.2), judged before it is asked. Pure.
#pragma once

#include "connectors/beyond_identity/beyond_identity_settings.hpp"
#include "mapping/json_fwd.hpp"

#include <string>
#include <string_view>

namespace idferry::connectors::beyond_identity {

// Why this text cannot be `what` ("userName"), with the character and its place, and the transform that mends it; ""
// when it can. It never holds the text itself.
std::string why_no_name(std::string_view what, std::string_view text, std::size_t longest, length_unit unit);

// The same for everything in an `identity` or `group` body that is about to be sent; "" when all is well.
std::string why_not_sent(const mapping::json& body, const name_settings& names);

} // namespace idferry::connectors::beyond_identity
