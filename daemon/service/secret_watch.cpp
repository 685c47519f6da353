#include "daemon/service/secret_watch.hpp"

#include "connectors/http/jwt.hpp"
#include "daemon/run/time_text.hpp"
#include "mapping/digest.hpp"

namespace idferry::daemon::service {

using log::id;
using log::message;

namespace {
constexpr std::chrono::hours warned_before{14 * 24}; // as `idferry check --live` warns
}

secret_watch::secret_watch(log::logger& out, const connectors::clock& time, config::secret_resolver resolve,
                           std::string key)
    : out_(out), time_(time), resolve_(std::move(resolve)), key_(std::move(key))
{
}

config::secret_resolver secret_watch::of(const std::string& connection)
{
    return [this, connection](const config::secret_ref& ref) { return look(connection, ref); };
}

std::variant<config::secret, std::string> secret_watch::look(const std::string& connection,
                                                             const config::secret_ref& ref)
{
    if (auto open = config::exposure(ref); open && exposed_.insert(*open).second)
        out_.say(message(id::secret_exposed).with("reason", *open));
    auto found = resolve_(ref);
    auto& k = known_[{connection, ref.text()}];
    if (const auto* why = std::get_if<std::string>(&found)) {
        if (k.wrong != *why)
            out_.say(message(id::secret_unreadable).with("connection", connection).with("reason", *why));
        k.wrong = *why;
        return found;
    }
    k.wrong.clear();
    const auto& value = std::get<config::secret>(found).reveal();
    auto digest = mapping::keyed_digest(key_, value).hex();
    if (!k.digest.empty() && k.digest != digest)
        out_.say(message(id::secret_picked_up).with("connection", connection).with("reference", ref.text()));
    k.digest = std::move(digest);
    // A command makes a new token each time it is asked; its short life is no news.
    if (ref.from != config::secret_ref::kind::command) look_at_end(connection, value, k);
    return found;
}

void secret_watch::look_at_end(const std::string& connection, const std::string& token, known& k)
{
    const auto end = connectors::http::jwt_expiry(token);
    if (!end || end == k.end_told || *end - time_.now() > warned_before) return;
    k.end_told = end;
    out_.say(message(id::token_expires_soon)
                 .with("connection", connection)
                 .with("until", run::time_text(std::chrono::time_point_cast<std::chrono::milliseconds>(*end))));
}

void secret_watch::configured(const run::settings& settings, bool reload)
{
    using kind = config::secret_ref::kind;
    if (!reload) return;
    for (const auto& [name, connection] : settings.connections)
        for (const auto& ref : connection->secrets())
            if (ref.from == kind::env || ref.from == kind::credential)
                out_.say(message(id::secret_needs_restart).with("connection", name).with("reference", ref.text()));
}

} // namespace idferry::daemon::service
