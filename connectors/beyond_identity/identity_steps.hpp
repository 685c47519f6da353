// Credentials of identities and the jobs that bind them (connectors/account_steps.hpp; apis: Beyond Identity, sections
// 6.6 and 6.7).
#pragma once

#include "connectors/account_steps.hpp"
#include "connectors/beyond_identity/session.hpp"

#include <memory>

namespace idferry::connectors::beyond_identity {

std::unique_ptr<account_steps> make_identity_steps(std::shared_ptr<session> through);

} // namespace idferry::connectors::beyond_identity
