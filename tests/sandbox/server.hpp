// One pretended system: a pure function from request to answer over its own directory, with knobs.
//
// Thread-safety: every public call may be made from any thread; reads of the directory share one lock.
#pragma once

#include "tests/sandbox/knobs.hpp"
#include "tests/sandbox/web.hpp"

#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>

namespace idferry::sandbox {

class server
{
public:
    server() { knobs_.add("latency_ms", latency_ms_); }
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    virtual ~server() = default;

    virtual std::string_view name() const = 0;
    virtual answer handle(const incoming& in) = 0;

    // The directory as JSON text. `compact` names people by their natural keys and leaves ids out.
    virtual std::string dump(bool compact) = 0;
    // The same of one part, where the system has parts (a realm); "" = all.
    virtual std::string dump_part(bool compact, std::string_view) { return dump(compact); }
    // Replaces the directory by a full dump. An error text, or "".
    virtual std::string load(const json& state) = 0;
    // Back to what it held at the start; tokens stay valid.
    virtual void reset_data() = 0;
    // An edit behind the API's back: /__sandbox/<name>/<path…>. `path` holds what follows the name.
    virtual answer edit(const request& asked, const std::vector<std::string>& path) = 0;

    json knob_values()
    {
        const std::shared_lock lock(mutex_);
        return knobs_.get();
    }
    std::int64_t latency_ms() const
    {
        const std::shared_lock lock(mutex_);
        return latency_ms_;
    }
    std::string set_knobs(const json& object)
    {
        const std::unique_lock lock(mutex_);
        auto error = knobs_.set(object);
        knobs_changed();
        return error;
    }
    void reset_knobs()
    {
        const std::unique_lock lock(mutex_);
        knobs_.reset();
        knobs_changed();
    }

protected:
    virtual void knobs_changed() {} // called under the exclusive lock

    mutable std::shared_mutex mutex_;
    knob_table knobs_;
    std::int64_t latency_ms_{0}; // before every answer
};

} // namespace idferry::sandbox
