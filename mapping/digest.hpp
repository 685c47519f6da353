// Digests: 128 bits, for change detection (XXH3, fast) and for plans and sensitive values (SHA-256 based, keyed).
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace idferry::mapping {

struct digest
{
    std::uint64_t high{0};
    std::uint64_t low{0};

    auto operator<=>(const digest&) const = default;
    // 32 lower-case hexadecimal characters.
    std::string hex() const;
    // 16 bytes, big-endian: the form kept in state.
    std::array<unsigned char, 16> bytes() const;
    static digest from_bytes(const unsigned char* sixteen);
    // Order-free sum: a set has one digest, however it is ordered.
    digest& operator+=(const digest& other);
};

// For hashed containers: a digest is its own hash.
struct digest_hash
{
    std::size_t operator()(const digest& d) const noexcept { return static_cast<std::size_t>(d.low); }
};

// XXH3-128 of the bytes, seeded. Not collision-resistant against an adversary: the source is trusted not to craft
// collisions, the seed is per state file.
digest fast_digest(std::string_view bytes, std::uint64_t seed = 0);

// Mixes an epoch or a membership into a digest (not commutative).
digest combine(const digest& a, const digest& b);

// First 128 bits of SHA-256 over the bytes, or of HMAC-SHA-256 where a key is given: for plan digests and for values
// that must not be guessable.
digest strong_digest(std::string_view bytes);
digest keyed_digest(std::string_view key, std::string_view bytes);

} // namespace idferry::mapping
