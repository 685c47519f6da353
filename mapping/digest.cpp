#include "mapping/digest.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <xxhash.h>

#include <stdexcept>

namespace idferry::mapping {

namespace {

std::uint64_t big_endian_word(const unsigned char* eight)
{
    std::uint64_t word = 0;
    for (int i = 0; i < 8; ++i) {
        word = (word << 8U) | eight[i];
    }
    return word;
}

void put_big_endian(std::uint64_t word, unsigned char* eight)
{
    for (int i = 7; i >= 0; --i) {
        eight[i] = static_cast<unsigned char>(word & 0xffU);
        word >>= 8U;
    }
}

const unsigned char* as_octets(std::string_view bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

} // namespace

std::string digest::hex() const
{
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(32);
    for (const unsigned char byte : bytes()) {
        text.push_back(digits[byte >> 4U]);
        text.push_back(digits[byte & 0x0fU]);
    }
    return text;
}

std::array<unsigned char, 16> digest::bytes() const
{
    std::array<unsigned char, 16> result{};
    put_big_endian(high, result.data());
    put_big_endian(low, result.data() + 8);
    return result;
}

digest digest::from_bytes(const unsigned char* sixteen)
{
    return {big_endian_word(sixteen), big_endian_word(sixteen + 8)};
}

digest& digest::operator+=(const digest& other)
{
    // One 128-bit addition: commutative and associative, and unlike xor it does not cancel a pair of equal elements.
    const std::uint64_t sum = low + other.low;
    high += other.high + (sum < low ? 1U : 0U);
    low = sum;
    return *this;
}

digest fast_digest(std::string_view bytes, std::uint64_t seed)
{
    const XXH128_hash_t hash = XXH3_128bits_withSeed(bytes.data(), bytes.size(), seed);
    return {hash.high64, hash.low64};
}

digest combine(const digest& a, const digest& b)
{
    std::array<unsigned char, 32> both{};
    put_big_endian(a.high, both.data());
    put_big_endian(a.low, both.data() + 8);
    put_big_endian(b.high, both.data() + 16);
    put_big_endian(b.low, both.data() + 24);
    const XXH128_hash_t hash = XXH3_128bits(both.data(), both.size());
    return {hash.high64, hash.low64};
}

digest strong_digest(std::string_view bytes)
{
    std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
    SHA256(as_octets(bytes), bytes.size(), hash.data());
    return digest::from_bytes(hash.data());
}

digest keyed_digest(std::string_view key, std::string_view bytes)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned int size = 0;
    // OpenSSL takes a null key as "keep the previous one", so an empty key is passed as an empty string.
    const void* key_bytes = key.empty() ? "" : key.data();
    if (HMAC(EVP_sha256(), key_bytes, static_cast<int>(key.size()), as_octets(bytes), bytes.size(), hash.data(),
             &size) == nullptr) {
        throw std::runtime_error("HMAC-SHA-256 is not available in this OpenSSL");
    }
    return digest::from_bytes(hash.data());
}

} // namespace idferry::mapping
