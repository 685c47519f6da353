// How a long read or push is going: told to whoever shows it.
#pragma once

#include <cstdint>
#include <string_view>

namespace idferry::daemon::run {

class progress
{
public:
    virtual ~progress() = default;
    // A phase begins ("reading people"); `total` is 0 while unknown.
    virtual void begin(std::string_view phase, std::uint64_t total) = 0;
    // Absolute count within the phase; called often, so it must be cheap.
    virtual void at(std::uint64_t done) = 0;
    virtual void end() = 0;
};

// Says nothing.
class silent_progress final : public progress
{
public:
    void begin(std::string_view, std::uint64_t) override {}
    void at(std::uint64_t) override {}
    void end() override {}
};

} // namespace idferry::daemon::run
