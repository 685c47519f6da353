// The sandbox's own pseudo-random numbers (splitmix64): the same on every machine and with every standard library.
#pragma once

#include <cstdint>
#include <string>

namespace idferry::sandbox {

class random_stream
{
public:
    explicit random_stream(std::uint64_t seed, std::uint64_t lane = 0)
        : state_(seed * 0x9E3779B97F4A7C15ULL ^ (lane + 1) * 0xD1B54A32D192ED03ULL)
    {
        next();
        next();
    }

    std::uint64_t next()
    {
        state_ += 0x9E3779B97F4A7C15ULL;
        auto z = state_;
        z = (z ^ z >> 30U) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ z >> 27U) * 0x94D049BB133111EBULL;
        return z ^ z >> 31U;
    }

    std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }
    bool percent(unsigned share) { return below(100) < share; }

    // `bytes` random bytes as lower-case hex.
    std::string hex(std::size_t bytes)
    {
        static constexpr char digits[] = "0123456789abcdef";
        std::string out;
        std::uint64_t word = 0;
        for (std::size_t at = 0; at < bytes; ++at) {
            if (at % 8 == 0) word = next();
            out += digits[word >> 4U & 15U];
            out += digits[word & 15U];
            word >>= 8U;
        }
        return out;
    }

    // A version 4 UUID.
    std::string uuid()
    {
        auto text = hex(16);
        text[12] = '4';
        text[16] = "89ab"[below(4)];
        return text.substr(0, 8) + '-' + text.substr(8, 4) + '-' + text.substr(12, 4) + '-' + text.substr(16, 4) + '-' +
               text.substr(20);
    }

private:
    std::uint64_t state_;
};

} // namespace idferry::sandbox
