// Names of schemas as RFC 7643 section 8.7 gives them, so that tests do not take the product's word for them.
#pragma once

namespace idferry::test {

inline constexpr const char* core_user = "urn:ietf:params:scim:schemas:core:2.0:User";

} // namespace idferry::test
