// A set of source keys that costs 16 bytes an entry (at most 32 with its free places), whatever the keys' length: for
// finding repeated records in lists of a million people. Keys are held as seeded 128-bit digests.
#pragma once

#include "mapping/digest.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace idferry::connectors {

class key_set
{
public:
    // True when the key was not there yet.
    bool insert(std::string_view key)
    {
        if ((size_ + 1) * 4 > slots_.size() * 3) grow();
        if (!place(slots_, digest_of(key))) return false;
        ++size_;
        return true;
    }
    bool contains(std::string_view key) const
    {
        if (slots_.empty()) return false;
        const auto d = digest_of(key);
        for (auto i = d.low & (slots_.size() - 1);; i = (i + 1) & (slots_.size() - 1)) {
            if (slots_[i] == d) return true;
            if (slots_[i] == mapping::digest{}) return false;
        }
    }
    // Fetches the place where the key belongs into the cache: worth it when many keys follow each other.
    void prefetch(std::string_view key) const
    {
        if (!slots_.empty()) __builtin_prefetch(&slots_[digest_of(key).low & (slots_.size() - 1)]);
    }
    std::uint64_t size() const { return size_; }

private:
    using table = std::vector<mapping::digest>;

    // The all-zero digest marks a free place.
    static mapping::digest digest_of(std::string_view key)
    {
        auto d = mapping::fast_digest(key, 0x1df3);
        if (d == mapping::digest{}) d.low = 1;
        return d;
    }
    static bool place(table& slots, const mapping::digest& d)
    {
        for (auto i = d.low & (slots.size() - 1);; i = (i + 1) & (slots.size() - 1)) {
            if (slots[i] == d) return false;
            if (slots[i] == mapping::digest{}) {
                slots[i] = d;
                return true;
            }
        }
    }
    void grow()
    {
        table larger(slots_.empty() ? 64 : slots_.size() * 2);
        for (const auto& d : slots_)
            if (d != mapping::digest{}) place(larger, d);
        slots_ = std::move(larger);
    }

    table slots_;
    std::uint64_t size_{0};
};

} // namespace idferry::connectors
