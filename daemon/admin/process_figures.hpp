// What the kernel says about this process.
#pragma once

#include <cstdint>
#include <optional>

namespace idferry::daemon::admin {

// proc(5): resident memory in bytes; the number of open file descriptors. Nothing where /proc does not tell.
std::optional<std::uint64_t> resident_memory();
std::optional<std::uint64_t> open_descriptors();

} // namespace idferry::daemon::admin
