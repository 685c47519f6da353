// What happened in the pretended Bare.ID, as Keycloak tells it (apis: Bare.ID, section 8): events of users and of
// administrators, and how an API shows them. Thread-safe: tokens are issued under a shared lock.
#pragma once

#include "tests/sandbox/random.hpp"
#include "tests/sandbox/sandbox_clock.hpp"
#include "tests/sandbox/web.hpp"

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::sandbox {

struct bare_event
{
    bool admin{false};
    std::int64_t time_ms{0};
    std::string type;     // of a user's event; of an administrator's: the operation
    std::string user;     // whose; of an administrator's: who did it
    std::string client;   // by which application
    std::string resource; // administrator's: type of the resource
    std::string path;     // administrator's: users/<id>, …
    std::string sent;     // administrator's: the body, as a text; "" = nothing
};

// The knobs of events, as the server has them.
struct bare_event_knobs
{
    std::string kind{"on"};      // on | not_found | forbidden
    bool admin_events{true};     // event/v1 has a list of them
    std::int64_t lost{0};        // so many of those to come are never told
    std::int64_t delay_s{0};     // how long it takes until one is told
    bool doubled{false};         // each is told twice
    std::string order{"newest"}; // newest | oldest | mixed
    std::int64_t retention_s{0}; // older ones are forgotten; 0 = never
    std::string time{"ms"};      // event/v1: ms | ms_text | rfc3339
    bool uuid_names{false};      // event/v1: userUuid in place of userId
    bool filters{true};          // else every parameter but paging is ignored
    bool dates_by_day{false};    // dateFrom and dateTo only as yyyy-MM-dd
    bool paging{true};           // else the first page for ever
    std::int64_t cap{0};         // most per answer; 0 = what was asked for
    bool resource_types{true};   // older versions do not tell the type of the resource
    bool representation{false};  // those of administrators tell what was sent, passwords too
};

class bare_events
{
public:
    explicit bare_events(const sandbox_clock& clock) : clock_(clock) {}

    // Written down now. `lost`: counted down instead, when it is above 0.
    void add(bare_event one, std::int64_t& lost);
    void clear();

    // An answer: its items in wire form, as asked for by the query; a complaint about the query when `refused` is set.
    struct part
    {
        std::vector<json> items;
        std::string refused;
    };
    part find(const request& asked, bool admin, const std::string& realm, bool legacy, const bare_event_knobs& k) const;

    // How many of each there are: for metrics.
    std::size_t count(bool admin) const;
    std::size_t count(std::string_view type) const;

private:
    json wire(const bare_event& one, const std::string& realm, bool legacy, const bare_event_knobs& k) const;

    const sandbox_clock& clock_;
    mutable std::mutex mutex_;
    std::deque<bare_event> all_; // oldest first
};

} // namespace idferry::sandbox
