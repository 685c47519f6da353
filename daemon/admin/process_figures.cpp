#include "daemon/admin/process_figures.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>
#include <unistd.h>

namespace idferry::daemon::admin {

std::optional<std::uint64_t> resident_memory()
{
    std::ifstream file("/proc/self/statm"); // proc_pid_statm(5): size, resident, … in pages
    std::uint64_t size = 0, resident = 0;
    if (!(file >> size >> resident)) return std::nullopt;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::optional<std::uint64_t> open_descriptors()
{
    std::error_code ec;
    std::filesystem::directory_iterator all("/proc/self/fd", ec);
    if (ec) return std::nullopt;
    std::uint64_t count = 0;
    for (; all != std::filesystem::directory_iterator(); all.increment(ec)) {
        if (ec) return std::nullopt;
        ++count;
    }
    return count - 1; // without the one that counts
}

} // namespace idferry::daemon::admin
