// Time as the sandbox sees it: the machine's, plus what a test asked to skip. The only place that reads a clock.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace idferry::sandbox {

class sandbox_clock
{
public:
    // Milliseconds since 1970.
    std::int64_t now_ms() const
    {
        const auto since = std::chrono::system_clock::now().time_since_epoch();
        return std::chrono::duration_cast<std::chrono::milliseconds>(since).count() + skipped_ms_.load();
    }
    void skip_ms(std::int64_t amount) { skipped_ms_ += amount; }

private:
    std::atomic<std::int64_t> skipped_ms_{0};
};

} // namespace idferry::sandbox
