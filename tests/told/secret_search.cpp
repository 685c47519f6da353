#include "tests/told/secret_search.hpp"

#include <algorithm>
#include <cstring>

namespace idferry::told {
namespace {

constexpr std::size_t shortest = 8, longest = 16;

std::uint64_t eight_bytes(const char* at)
{
    std::uint64_t out = 0;
    std::memcpy(&out, at, sizeof out);
    return out;
}

std::size_t hash_of(std::uint64_t bytes)
{
    return bytes * 0x9E3779B97F4A7C15ULL >> 44U;
}

bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string_view longest_run(std::string_view text)
{
    std::string_view best;
    for (std::size_t from = 0; from < text.size();) {
        auto end = from;
        while (end < text.size() && is_word(text[end])) ++end;
        if (end - from > best.size()) best = text.substr(from, end - from);
        from = end + 1;
    }
    return best;
}

// What stands in the Base64 of any text that has `run` at a position that leaves `shift` when divided by three.
std::string within_base64(std::string_view run, std::size_t shift)
{
    static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const auto bytes = std::string(shift, '\0') + std::string(run);
    std::string out;
    for (std::size_t i = 0; i + 3 <= bytes.size(); i += 3) {
        const auto byte = [&](std::size_t n) {
            return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i + n]));
        };
        const auto three = byte(0) << 16U | byte(1) << 8U | byte(2);
        for (const unsigned bits : {18U, 12U, 6U, 0U}) out += digits[three >> bits & 63U];
    }
    return out.substr(shift == 0 ? 0 : shift + 1); // these also hold bits of what stands before
}

} // namespace

secret_search::secret_search(const std::vector<secret>& secrets)
    : secrets_(secrets), first_(std::make_unique<std::bitset<1U << 20U>>())
{
    std::sort(secrets_.begin(), secrets_.end(), [](const auto& a, const auto& b) { return a.text < b.text; });
    secrets_.erase(
        std::unique(secrets_.begin(), secrets_.end(), [](const auto& a, const auto& b) { return a.text == b.text; }),
        secrets_.end());
    for (const auto& s : secrets_) {
        auto run = longest_run(s.text);
        if (run.size() < longest) run = s.text; // as Base64 may be: as a whole then
        if (run.size() < shortest) {
            too_short_.push_back(s);
            continue;
        }
        add(run, s);
        for (std::size_t shift = 0; shift < 3; ++shift) add(within_base64(run, shift), s);
    }
}

void secret_search::add(std::string_view text, const secret& of)
{
    if (text.size() < shortest) return;
    for (const auto part : {text.substr(0, longest), text.substr(text.size() - std::min(longest, text.size()))}) {
        const auto key = eight_bytes(part.data());
        first_->set(hash_of(key));
        needles_.emplace(key, needle{std::string(part), &of});
    }
}

void secret_search::look(std::string_view text, const std::function<void(const secret&, std::size_t)>& tell) const
{
    for (std::size_t at = 0; at + shortest <= text.size(); ++at) {
        const auto key = eight_bytes(text.data() + at);
        if (!first_->test(hash_of(key))) continue;
        const auto [from, to] = needles_.equal_range(key);
        for (auto n = from; n != to; ++n)
            if (text.substr(at).starts_with(n->second.text)) {
                tell(*n->second.of, at);
                break;
            }
    }
}

} // namespace idferry::told
