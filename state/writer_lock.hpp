// One kernel file lock per sync, held for a cycle: a killed process blocks nobody.
#pragma once

#include "mapping/ids.hpp"
#include "state/store.hpp"

#include <memory>
#include <string>

namespace idferry::state {

class writer_lock
{
public:
    virtual ~writer_lock() = default;
};

// Takes `folder`/<sync>.lock without waiting; `busy` (with the holder's process id where it is known) when another
// process or another lock of this process holds it.
result<std::unique_ptr<writer_lock>> take_writer_lock(const std::string& folder, const mapping::sync_name& sync);

} // namespace idferry::state
