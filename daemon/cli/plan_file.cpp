#include "daemon/cli/plan_file.hpp"

#include "mapping/json.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace idferry::daemon::cli {

std::string write_plan_file(const std::string& path, const saved_plan& plan)
{
    mapping::json j{{"format", "idferry-plan/1"},
                    {"sync", plan.sync},
                    {"id", plan.id},
                    {"config", plan.config},
                    {"refresh", plan.refresh}};
    if (!plan.key.empty()) j["key"] = plan.key;
    mapping::json shown;
    mapping::json_error error;
    mapping::json_limits limits;
    limits.max_bytes = std::size_t{4} << 30;
    if (mapping::parse_json(plan.shown, shown, error, limits)) j["plan"] = std::move(shown);
    const auto text = mapping::to_text(j) + "\n";
    // Beside the file and then in its place, so that nobody ever reads half a plan.
    const auto beside = path + ".new";
    const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return fmt::format("{}: cannot be written: {}", path, std::strerror(errno));
    bool good = ::fchmod(fd, 0600) == 0;
    for (std::size_t done = 0; good && done < text.size();) {
        const auto n = ::write(fd, text.data() + done, text.size() - done);
        if (n <= 0)
            good = false;
        else
            done += static_cast<std::size_t>(n);
    }
    good = ::fsync(fd) == 0 && good;
    good = ::close(fd) == 0 && good;
    if (!good || ::rename(beside.c_str(), path.c_str()) != 0) {
        const auto why = fmt::format("{}: cannot be written: {}", path, std::strerror(errno));
        ::unlink(beside.c_str());
        return why;
    }
    return {};
}

std::optional<saved_plan> read_plan_file(const std::string& path, std::string& error)
{
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        error = fmt::format("{}: cannot be read: check that it exists and may be read", path);
        return std::nullopt;
    }
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    mapping::json j;
    mapping::json_error e;
    mapping::json_limits limits;
    limits.max_bytes = std::size_t{4} << 30;
    if (!mapping::parse_json(text, j, e, limits) || !j.is_object() ||
        j.value("format", std::string()) != "idferry-plan/1") {
        error = fmt::format("{}: is not a saved plan{}", path,
                            e.message.empty() ? "" : fmt::format(": {} (offset {})", e.message, e.offset));
        return std::nullopt;
    }
    const auto field = [&](const char* name) {
        return j.contains(name) && j[name].is_string() ? j[name].get<std::string>() : std::string();
    };
    saved_plan plan{field("sync"), field("id"), field("config"), j.contains("refresh") && j["refresh"] == true,
                    field("key"),  ""};
    if (plan.sync.empty() || plan.id.size() != 32) {
        error = fmt::format("{}: is not a saved plan: sync or id is missing", path);
        return std::nullopt;
    }
    return plan;
}

} // namespace idferry::daemon::cli
