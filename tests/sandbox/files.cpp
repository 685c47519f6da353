#include "tests/sandbox/files.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

namespace idferry::sandbox {
namespace {

[[noreturn]] void file_trouble(const std::string& path)
{
    throw std::runtime_error(path + ": " + std::strerror(errno));
}

void replace(std::string& text, std::string_view placeholder, const std::string& value)
{
    for (auto at = text.find(placeholder); at != std::string::npos; at = text.find(placeholder, at + value.size()))
        text.replace(at, placeholder.size(), value);
}

constexpr std::string_view configuration_template =
    R"yaml(# Made by idferry-sandbox for the sandbox that runs now. Try: idferry -c THIS-FILE --state DIR plan
connections:
  bare:
    type: bare_id
    api_base: @BARE@
    instance: @INSTANCE@
    auth:
      token_url: @TOKEN_URL@
      client_id: @CLIENT@
      client_secret: {file: "@DIR@/bareid-secret"}
@SOURCE@
    rate: {requests_per_second: 0, burst: 100, concurrency: 4}
    tls: {ca_file: "@DIR@/ca.pem"}
  showpad:
    type: scim
    profile: showpad
    base_url: @SHOWPAD@
    own_account: @OWNER@
    auth: {bearer: {file: "@DIR@/showpad-token"}}
    rate: {requests_per_second: 0, burst: 100, concurrency: 4}
    tls: {ca_file: "@DIR@/ca.pem"}

syncs:
  staff-to-showpad:
    source: bare
    target: showpad
    users:
      scope: 'active eq true and emails pr'
      match: [externalId, userName]
      attributes:
        externalId: id
        userName: {from: email, transform: [lower, trim]}
        name.givenName: name.givenName
        name.familyName: name.familyName
        active: active
        emails: {from: emails, collapse: primary}
        roles: {from: groups.display, lookup: {Sales Leads: manager}, default: tablet, collapse: first}
        title: {template: "{title} ({department})", when: 'title pr', on_absent: clear}
        locale: {from: locale, apply: create}
      leave: {action: deactivate, then_delete_after: 30d}
    groups:
      scope: 'not (displayName eq "All users") and not (displayName eq "projects")'
      attributes: {displayName: displayName}
      members: true
    guards: {max_removals: 10%, max_removals_count: 50, max_changes: 50%, min_population: 20, sentinels: ['userName eq "helene.brandt"']}
    protect: ['userName eq "@OWNER@"', 'roles.value eq "owner"']
)yaml";

constexpr std::string_view group_walk_source = "    source: {mode: group_walk, groups: [/staff]}";
constexpr std::string_view user_list_source = R"(    source: {mode: user_list, hydrate: false}
    ops: {user_list: {enabled: true}}
    paging: {style: offset, size: 200})";

} // namespace

void make_private_directory(const std::string& path)
{
    std::error_code error;
    const auto parent = std::filesystem::path(path).parent_path();
    if (!parent.empty()) std::filesystem::create_directories(parent, error);
    if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) file_trouble(path);
}

void write_file(const std::string& path, const std::string& text, int mode)
{
    const auto beside = path + ".new." + std::to_string(getpid());
    unlink(beside.c_str());
    const int file = open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, static_cast<mode_t>(mode));
    if (file < 0) file_trouble(beside);
    std::size_t done = 0;
    while (done < text.size()) {
        const auto written = write(file, text.data() + done, text.size() - done);
        if (written < 0) {
            close(file);
            file_trouble(beside);
        }
        done += static_cast<std::size_t>(written);
    }
    close(file);
    if (rename(beside.c_str(), path.c_str()) != 0) file_trouble(path);
}

std::string read_file(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file) file_trouble(path);
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

std::string example_configuration(const json& info, const std::string& directory, const std::string& mode)
{
    std::string text(configuration_template);
    replace(text, "@BARE@", info["bareid"]["api_base"].get<std::string>());
    replace(text, "@INSTANCE@", info["bareid"]["instance"].get<std::string>());
    replace(text, "@TOKEN_URL@", info["bareid"]["token_url"].get<std::string>());
    replace(text, "@CLIENT@", info["bareid"]["client_id"].get<std::string>());
    replace(text, "@SOURCE@", std::string(mode == "user_list" ? user_list_source : group_walk_source));
    replace(text, "@SHOWPAD@", info["showpad"]["base_url"].get<std::string>());
    replace(text, "@OWNER@", info["showpad"]["owner"].get<std::string>());
    replace(text, "@DIR@", std::filesystem::absolute(directory).lexically_normal().string());
    return text;
}

} // namespace idferry::sandbox
