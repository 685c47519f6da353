// Sees every secret that the daemon resolves, and tells when one changed, cannot be read, or is a token that ends soon.
// Keeps keyed digests, never a secret.
#pragma once

#include "config/secret.hpp"
#include "connectors/clock.hpp"
#include "daemon/log/logger.hpp"
#include "daemon/service/service_observer.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace idferry::daemon::service {

class secret_watch final : public service_observer
{
public:
    // `out` and `time` outlive it; `key` makes the digests useless elsewhere.
    secret_watch(log::logger& out, const connectors::clock& time, config::secret_resolver resolve, std::string key);

    // Resolves for one connection; the watch outlives it. A service in `admin:` counts as a connection of that name.
    config::secret_resolver of(const std::string& connection);

    // After a reload: which secrets it cannot have read again.
    void configured(const run::settings& settings, bool reload) override;

private:
    struct known
    {
        std::string digest; // of the value that was resolved last; "" = none yet
        std::string wrong;  // why it cannot be read, or ""
        std::optional<std::chrono::sys_seconds> end_told;
    };
    std::variant<config::secret, std::string> look(const std::string& connection, const config::secret_ref& ref);
    void look_at_end(const std::string& connection, const std::string& token, known& k);

    log::logger& out_;
    const connectors::clock& time_;
    config::secret_resolver resolve_;
    std::string key_;
    std::map<std::pair<std::string, std::string>, known> known_; // connection, reference
    std::set<std::string> exposed_;                              // each told once
};

} // namespace idferry::daemon::service
