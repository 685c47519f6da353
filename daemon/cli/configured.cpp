#include "daemon/cli/configured.hpp"

#include "daemon/cli/recorded.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>

namespace idferry::daemon::cli {

std::optional<run::settings> load_or_complain(const std::string& path)
{
    config::diagnostics mistakes;
    auto loaded = run::load_settings(path, mistakes);
    if (loaded) return loaded;
    for (const auto& d : mistakes.sorted()) complain(d.text());
    complain(fmt::format("idferry: {} {} in {}", mistakes.size(), mistakes.size() == 1 ? "mistake" : "mistakes", path));
    return std::nullopt;
}

const run::sync_settings* find_or_complain(const run::settings& all, const std::string& name, const std::string& path)
{
    std::vector<std::string> names;
    for (const auto& s : all.syncs) {
        if (s.name.text() == name) return &s;
        names.push_back(s.name.text());
    }
    const auto near = config::nearest(name, names);
    complain(fmt::format("idferry: there is no sync '{}' in {}{}", name, path,
                         near ? fmt::format("; did you mean '{}'?", *near) : ""));
    return nullptr;
}

connectors::environment real_environment(connectors::clock& clock)
{
    const auto told = std::make_shared<std::set<std::string>>();
    const auto resolve = [told](const config::secret_ref& ref) {
        if (auto open = config::exposure(ref); open && told->insert(*open).second)
            complain(fmt::format("warning: {}", *open));
        return config::resolve(ref);
    };
    return {clock, resolve, [](connectors::http::transport_settings s) {
                return connectors::http::make_beast_transport(std::move(s));
            }};
}

} // namespace idferry::daemon::cli
