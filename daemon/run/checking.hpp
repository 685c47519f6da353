// What can be said about a configuration before it is used: `idferry check`. Never writes anything, anywhere.
//
// Offline: what the loader accepts and an administrator should still know. Live: logs in at every connection, reads a
// sample of each source and the capabilities of each target, and compares them with what the syncs want.
#pragma once

#include "connectors/registry.hpp"
#include "daemon/run/admin_shape.hpp"
#include "daemon/run/settings.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace idferry::daemon::run {

enum class severity
{
    ok,
    warning, // works, and somebody should look at it
    error    // does not work
};

struct finding
{
    severity how{severity::ok};
    std::string about; // "connection showpad", "sync staff-to-showpad"
    std::string text;  // what is the case
    std::string todo;  // what to do about it; "" for what is well
};

// When a sync runs next, if its last cycle begins now; without the random delay.
struct outlook
{
    std::string sync;
    std::string zone;                    // name of the time zone, "" = the machine's
    std::chrono::milliseconds jitter{0}; // each begins up to that much later
    struct run
    {
        schedule::instant when{};
        bool full{false};
        bool moved{false}; // by a blackout
        std::string local; // "2026-03-29 03:00 +02:00" in the sync's zone
    };
    std::vector<run> next; // at most three; none = it only runs when it is asked to
};

struct offline_check
{
    std::vector<finding> findings; // warnings, in the order of the file
    std::vector<outlook> outlooks; // one for each sync
};

// `secrets` is asked for every reference of the file, the token of `admin` among them; a secret itself is not kept.
offline_check check_offline(const settings& all, const config::secret_resolver& secrets, schedule::instant now,
                            const admin_settings& admin = {});

// What became of one connection.
struct connection_check
{
    std::string name, address;
    severity worst{severity::ok};
    std::chrono::milliseconds latency{0}; // of one request, on average; 0 = there was none
    std::uint64_t requests{0};            // token requests left out
    std::vector<finding> findings;        // what is well first
};

// Every connection that is a source or a target of a sync, in their order of names. One that does not answer takes as
// long as its own `retry` says.
boost::asio::awaitable<std::vector<connection_check>> check_live(const settings& all,
                                                                 const connectors::environment& env);

severity worst_of(const std::vector<finding>& findings);
const char* to_string(severity s);

} // namespace idferry::daemon::run
