// Faults asked for by tests: each waits for matching requests and spoils the answer, before or after the server did its
// work.
#pragma once

#include "tests/sandbox/sandbox_clock.hpp"
#include "tests/sandbox/web.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace idferry::sandbox {

struct fault
{
    std::string server; // "" = any
    std::string method; // "" = any
    std::string path;   // a part of the target; "" = any
    // Before the server acts: a status as number ("401" … "504"), html, html_503, reset, close.
    // After it acted: lost, reset_after, truncated, truncated_json, garbage, deep, empty_body, html_after, or
    // "<status>_after_commit".
    // Either way: slow (only waits).
    std::string kind;
    std::int64_t count{1};   // -1 = for ever
    std::int64_t skip{0};    // so many matching requests pass first
    std::string retry_after; // seconds | date:<seconds> | reset:<seconds> (RateLimit-Reset) | a text taken as it is
    std::int64_t delay_ms{0};
    std::string body; // instead of the default one
};

class fault_list
{
public:
    explicit fault_list(const sandbox_clock& clock) : clock_(clock) {}

    // An error text, or "".
    std::string add(const json& one);
    void clear();
    json list() const;

    // Passes the request through the first fault that takes it, or straight to `handle`.
    answer apply(std::string_view server, const incoming& in, const std::function<answer()>& handle);

private:
    outgoing status_answer(const fault& one, std::string_view server, int status) const;

    const sandbox_clock& clock_;
    mutable std::mutex mutex_;
    std::vector<fault> faults_;
};

std::string http_date(std::int64_t seconds_since_1970);

} // namespace idferry::sandbox
