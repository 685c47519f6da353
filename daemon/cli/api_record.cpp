#include "daemon/cli/api_record.hpp"

#include <pwd.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace idferry::daemon::cli {

namespace {

// (uid_t)-1 in /proc/self/loginuid: nobody logged in (a service, a container).
constexpr unsigned long nobody = 4294967295UL;

} // namespace

std::string operator_name()
{
    unsigned long login = nobody;
    const bool known = static_cast<bool>(std::ifstream("/proc/self/loginuid") >> login) && login < nobody;
    const auto id = known ? static_cast<uid_t>(login) : ::getuid();
    const auto* account = ::getpwuid(id);
    return account != nullptr && account->pw_name != nullptr ? account->pw_name : "uid " + std::to_string(id);
}

state::result<call_record> call_record::open(const std::string& folder)
{
    call_record out;
    std::error_code ignored;
    if (!std::filesystem::is_directory(folder, ignored)) return out;
    auto opened = state::open_store(folder, state::open_mode::read_write);
    if (!opened) return opened.error();
    out.store_ = std::move(*opened);
    return out;
}

state::result<void> call_record::add(const report::call_made& call)
{
    if (!store_) return {};
    return store_->commit({state::append_audit{report::audit_line_of(call)}});
}

} // namespace idferry::daemon::cli
