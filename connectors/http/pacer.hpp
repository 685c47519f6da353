// How fast one connection may be used: a token bucket and a cap on requests in flight, slowed by 429, recovering after.
// The bucket is pure (time is an argument); `pacer` waits.
#pragma once

#include "connectors/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace idferry::connectors::http {

struct pacer_settings
{
    double requests_per_second{5}; // 0 = unlimited
    int burst{10};
    int concurrency{2};

    bool operator==(const pacer_settings&) const = default;
};

// Pure token bucket: `take` says when the next request may go.
class token_bucket
{
public:
    using time = clock::steady_time;
    token_bucket(double per_second, int burst);
    // Reserves one request and returns the moment from which it may be sent (now or later).
    time take(time now);
    // The server said 429: halves the rate (not below 1/20 of the configured one) and holds everything until `until`.
    void slow_down(time now, time until);
    // An answer without 429: the rate recovers by a twentieth of the configured one per second of peace.
    void peace(time now);
    double rate() const;
    // The moment until which everything is held; long ago when nothing is.
    time held_until() const;

private:
    void refill(time now);

    double configured_, rate_, burst_, tokens_;
    time last_{}, hold_{}, last_trouble_{};
    bool started_{false};
};

class pacer
{
public:
    virtual ~pacer() = default;
    // Holds a slot until destroyed.
    class slot
    {
    public:
        virtual ~slot() = default;
    };
    // Waits for a free slot and a token; first come, first served. Cancellation leaves the queue.
    virtual boost::asio::awaitable<std::unique_ptr<slot>> acquire() = 0;
    virtual void slow_down(std::chrono::milliseconds hold) = 0;
    virtual void peace() = 0;
    virtual std::chrono::milliseconds waited() const = 0;
};

std::unique_ptr<pacer> make_pacer(pacer_settings settings, clock& time);

// One pacer for each connection, however many ends are made of it: syncs that share a connection use it together no
// faster than one alone. One thread.
class pacer_pool
{
public:
    virtual ~pacer_pool() = default;
    // The connection's pacer; a new one once its settings are others than before.
    virtual std::shared_ptr<pacer> of(const std::string& connection, const pacer_settings& settings) = 0;
};

std::unique_ptr<pacer_pool> make_pacer_pool(clock& time);

} // namespace idferry::connectors::http
