// The state folder on disk: private to its owner.
#pragma once

#include "state/store.hpp"

#include <string>

namespace idferry::state {

// Creates the folder and its missing parents with mode 0700; an existing one is left as it is.
result<void> make_private_folder(const std::string& folder);

} // namespace idferry::state
