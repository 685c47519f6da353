// Finds digests among many by their leading bits: they are spread evenly, so about four entries share a bucket.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace idferry::mapping {

class digest_buckets
{
public:
    struct range
    {
        std::size_t begin{0}, end{0};
    };

    // No entries: every range is empty.
    digest_buckets() = default;

    // For entries that stand, or are going to stand, in the order of their buckets. `leading(entry)` gives the first 64
    // bits of an entry's digest.
    template <class Entries, class Leading> digest_buckets(const Entries& entries, Leading leading)
    {
        const auto wanted = std::max<std::uint64_t>(entries.size() / 4, 2);
        const auto bits = static_cast<unsigned>(std::bit_width(wanted - 1));
        shift_ = 64 - bits;
        begins_.assign((std::size_t{1} << bits) + 1, 0);
        for (const auto& e : entries) ++begins_[(leading(e) >> shift_) + 1];
        for (std::size_t i = 1; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];
    }

    // Where entries with these leading bits stand.
    range of(std::uint64_t leading) const
    {
        if (begins_.empty()) return {};
        return bucket(static_cast<std::size_t>(leading >> shift_));
    }

    std::size_t count() const { return begins_.empty() ? 0 : begins_.size() - 1; }
    range bucket(std::size_t i) const { return {begins_[i], begins_[i + 1]}; }

    // The entries in the order of their buckets; within one, as they came.
    template <class T, class Entries, class Leading>
    std::vector<T> ordered(const Entries& entries, Leading leading) const
    {
        std::vector<T> out(entries.size());
        auto next = begins_;
        for (const auto& e : entries) out[next[static_cast<std::size_t>(leading(e) >> shift_)]++] = e;
        return out;
    }

private:
    std::vector<std::uint32_t> begins_; // of each bucket, and the end of the last
    unsigned shift_{63};                // leading bits = 64 - shift_
};

} // namespace idferry::mapping
