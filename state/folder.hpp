// The state folder on disk: private to its owner.
#pragma once

#include "state/store.hpp"

#include <string>

namespace idferry::state {

// Creates the folder and its missing parents with mode 0700; an existing one is left as it is.
result<void> make_private_folder(const std::string& folder);

// Run as root, the process becomes the owner of the folder for good (user, group, supplementary groups), so that what a
// command leaves there is the daemon's and not root's. Nothing happens for anybody else, for a folder that root owns,
// and for one that is missing. Fails when the folder cannot be looked at or the owner cannot be taken on: then nothing
// in it may be touched.
result<void> become_owner(const std::string& folder);

} // namespace idferry::state
