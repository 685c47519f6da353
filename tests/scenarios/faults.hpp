// One failure at the Nth outside call of a run, whichever end is called; and a count of the calls.
#pragma once

#include "connectors/failure.hpp"

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>

namespace idferry::tests {

enum class fault
{
    none,
    refused,      // nobody answers: not carried out, and known not to be
    lost_request, // not carried out, and nobody knows
    lost_answer,  // carried out, and nobody knows
    killed        // carried out; the process ends before it hears of it
};

// The process ends here: nothing after this is done, nothing unwritten is kept.
struct killed : std::runtime_error
{
    killed() : std::runtime_error("killed") {}
};

class fault_plan
{
public:
    void set(fault kind, std::size_t at) { kind_ = kind, at_ = at, calls_ = 0, hit_ = false; }
    std::size_t calls() const { return calls_; }
    bool hit() const { return hit_; }

    class call
    {
    public:
        explicit call(fault kind) : kind_(kind) {}
        // Why it is not carried out, or nothing.
        std::optional<connectors::failure> before() const
        {
            if (kind_ == fault::refused) return down(false);
            if (kind_ == fault::lost_request) return down(true);
            return std::nullopt;
        }
        // What is heard after it was carried out, or nothing.
        std::optional<connectors::failure> after() const
        {
            if (kind_ == fault::killed) throw killed();
            if (kind_ == fault::lost_answer) return down(true);
            return std::nullopt;
        }

    private:
        static connectors::failure down(bool unknown)
        {
            connectors::failure f;
            f.next = connectors::disposition::retry;
            f.detail = unknown ? "the connection was cut" : "connection refused";
            f.outcome_unknown = unknown;
            return f;
        }
        fault kind_;
    };
    // Only `refused` happens to calls that read: nothing else would make a difference there.
    // To be asked once at each outside call, before it is carried out.
    call next(bool writes)
    {
        const bool counts = writes || kind_ == fault::refused;
        const bool now = counts && ++calls_ == at_ && kind_ != fault::none;
        hit_ = hit_ || now;
        return call(now ? kind_ : fault::none);
    }

private:
    fault kind_{fault::none};
    std::size_t at_{0}, calls_{0};
    bool hit_{false};
};

} // namespace idferry::tests
