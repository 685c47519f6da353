// Looks for secrets in texts of any kind, whole or in part, plain or in Base64. Many secrets and much text at once: one
// pass over the text.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace idferry::told {

struct secret
{
    std::string kind; // "access token"
    std::string text;
    bool operator==(const secret&) const = default;
};

class secret_search
{
public:
    // A secret is found by its longest run of letters and digits (whatever quotes and percent signs an encoding puts
    // around it): by the first 16 and by the last 16 characters of that run, so that a text that was cut, or a database
    // that has it on two pages, shows it too; and by the same of the run's Base64, as part of whatever was encoded.
    // Where no run is that long, the whole text counts.
    explicit secret_search(const std::vector<secret>& secrets);

    // Secrets of fewer than 8 characters: they cannot be looked for.
    const std::vector<secret>& too_short() const { return too_short_; }

    // Tells each place where one occurs.
    void look(std::string_view text, const std::function<void(const secret& found, std::size_t at)>& tell) const;

private:
    struct needle
    {
        std::string text;
        const secret* of;
    };
    void add(std::string_view text, const secret& of);

    std::vector<secret> secrets_, too_short_;
    std::unordered_multimap<std::uint64_t, needle> needles_; // by their first eight bytes
    std::unique_ptr<std::bitset<1U << 20U>> first_;          // hashes of these: says "no" at nearly every place
};

} // namespace idferry::told
