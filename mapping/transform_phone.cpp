// Telephone numbers in E.164 form, only where the text says exactly which number it is.
#include "mapping/transform_text.hpp"

#include <algorithm>
#include <array>

namespace idferry::mapping {

// How a country's numbers are dialled, from its numbering plan.
struct phone_country
{
    std::string_view iso;
    std::string_view code;          // calling code
    std::string_view trunk;         // national prefix, left out in international form
    std::string_view international; // prefix for calls abroad
    std::size_t shortest;           // digits of a national significant number
    std::size_t longest;
    bool trunk_optional{false}; // national numbers are written without it too, and never begin with it
};

namespace {

constexpr std::array countries{
    phone_country{"AT", "43", "0", "00", 4, 13},        phone_country{"AU", "61", "0", "0011", 9, 9},
    phone_country{"BE", "32", "0", "00", 8, 9},         phone_country{"BG", "359", "0", "00", 7, 9},
    phone_country{"CA", "1", "1", "011", 10, 10, true}, phone_country{"CH", "41", "0", "00", 9, 9},
    phone_country{"CZ", "420", "", "00", 9, 9},         phone_country{"DE", "49", "0", "00", 5, 13},
    phone_country{"DK", "45", "", "00", 8, 8},          phone_country{"ES", "34", "", "00", 9, 9},
    phone_country{"FI", "358", "0", "00", 5, 12},       phone_country{"FR", "33", "0", "00", 9, 9},
    phone_country{"GB", "44", "0", "00", 7, 10},        phone_country{"GR", "30", "", "00", 10, 10},
    phone_country{"HR", "385", "0", "00", 8, 9},        phone_country{"HU", "36", "06", "00", 8, 9},
    phone_country{"IE", "353", "0", "00", 7, 10},       phone_country{"IN", "91", "0", "00", 10, 10},
    phone_country{"IT", "39", "", "00", 6, 11},         phone_country{"JP", "81", "0", "010", 9, 10},
    phone_country{"LI", "423", "", "00", 7, 9},         phone_country{"LU", "352", "", "00", 4, 11},
    phone_country{"NL", "31", "0", "00", 9, 9},         phone_country{"NO", "47", "", "00", 8, 8},
    phone_country{"NZ", "64", "0", "00", 8, 10},        phone_country{"PL", "48", "", "00", 9, 9},
    phone_country{"PT", "351", "", "00", 9, 9},         phone_country{"RO", "40", "0", "00", 9, 9},
    phone_country{"SE", "46", "0", "00", 7, 10},        phone_country{"SI", "386", "0", "00", 8, 8},
    phone_country{"SK", "421", "0", "00", 9, 9},        phone_country{"TR", "90", "0", "00", 10, 10},
    phone_country{"UA", "380", "0", "00", 9, 9},        phone_country{"US", "1", "1", "011", 10, 10, true},
    phone_country{"ZA", "27", "0", "00", 9, 9},
};

// The dialled digits of a text, and where "(0)" stood among them.
struct dialled
{
    bool plus{false};
    std::string digits;
    std::optional<std::size_t> zero_in_brackets;
};

// Separators people write: blanks of several widths, hyphens, dots, brackets and one slash.
std::size_t separator_size(std::string_view rest)
{
    static constexpr std::array wide{std::string_view("\xC2\xA0"),     std::string_view("\xE2\x80\xAF"),
                                     std::string_view("\xE2\x80\x89"), std::string_view("\xE2\x80\x90"),
                                     std::string_view("\xE2\x80\x91"), std::string_view("\xE2\x80\x93")};
    if (std::string_view(" \t-.()/").find(rest.front()) != std::string_view::npos) return 1;
    for (const auto w : wide)
        if (rest.starts_with(w)) return w.size();
    return 0;
}

std::optional<dialled> read_dialled(std::string_view text, std::string& why)
{
    if (text.size() >= 4 && (text.starts_with("tel:") || text.starts_with("TEL:"))) text.remove_prefix(4);
    dialled out;
    int slashes = 0;
    for (std::size_t i = 0; i < text.size();) {
        const auto rest = text.substr(i);
        if (rest.starts_with("(0)")) {
            if (out.zero_in_brackets) {
                why = "it has '(0)' twice";
                return std::nullopt;
            }
            out.zero_in_brackets = out.digits.size();
            i += 3;
        } else if (rest.front() >= '0' && rest.front() <= '9') {
            out.digits += rest.front();
            ++i;
        } else if (rest.front() == '+' && out.digits.empty() && !out.plus) {
            out.plus = true;
            ++i;
        } else if (const auto n = separator_size(rest); n > 0) {
            if (rest.front() == '/' && ++slashes > 1) {
                why = "it looks like several numbers";
                return std::nullopt;
            }
            i += n;
        } else {
            why = "it holds more than a number";
            return std::nullopt;
        }
    }
    return out;
}

const phone_country* country_of(std::string_view digits)
{
    const auto hit =
        std::ranges::find_if(countries, [&](const phone_country& c) { return digits.starts_with(c.code); });
    return hit == countries.end() ? nullptr : &*hit;
}

std::optional<std::string> international_number(const std::string& digits, std::optional<std::size_t> zero,
                                                std::string& why)
{
    const auto* c = country_of(digits);
    if (zero && (!c || c->trunk != "0" || *zero != c->code.size())) {
        why = "'(0)' does not stand right after a country code that has it as national prefix";
        return std::nullopt;
    }
    if (c && c->trunk == "0" && digits.size() > c->code.size() && digits[c->code.size()] == '0') {
        why = "a national prefix follows the country code";
        return std::nullopt;
    }
    const auto national = c ? digits.size() - c->code.size() : 0;
    if (digits.empty() || digits.front() == '0' || digits.size() > 15 || (!c && digits.size() < 7) ||
        (c && (national < c->shortest || national > c->longest))) {
        why = "its length fits no number of that country";
        return std::nullopt;
    }
    return "+" + digits;
}

} // namespace

const phone_country* find_phone_country(std::string_view iso)
{
    const auto hit = std::ranges::find(countries, iso, &phone_country::iso);
    return hit == countries.end() ? nullptr : &*hit;
}

std::vector<std::string> phone_country_names()
{
    std::vector<std::string> out;
    for (const auto& c : countries) out.emplace_back(c.iso);
    return out;
}

std::optional<std::string> to_e164(std::string_view text, const phone_country* home, std::string& why)
{
    auto number = read_dialled(text, why);
    if (!number) return std::nullopt;
    if (number->plus) return international_number(number->digits, number->zero_in_brackets, why);
    if (!home) {
        why = "it has no '+', and the transform no country";
        return std::nullopt;
    }
    const std::string_view digits = number->digits;
    if (digits.starts_with(home->international)) {
        const auto prefix = home->international.size();
        if (number->zero_in_brackets && *number->zero_in_brackets < prefix) {
            why = "'(0)' does not stand right after a country code that has it as national prefix";
            return std::nullopt;
        }
        if (number->zero_in_brackets) *number->zero_in_brackets -= prefix;
        return international_number(std::string(digits.substr(prefix)), number->zero_in_brackets, why);
    }
    std::string national(digits);
    if (number->zero_in_brackets) {
        if (*number->zero_in_brackets != 0 || home->trunk != "0") {
            why = "'(0)' stands where no national prefix can be";
            return std::nullopt;
        }
    } else if (!home->trunk.empty() && digits.starts_with(home->trunk)) {
        national.erase(0, home->trunk.size());
    } else if (!home->trunk.empty() && !home->trunk_optional) {
        why = "it has neither an international nor a national prefix";
        return std::nullopt;
    }
    if (!home->trunk.empty() && national.starts_with('0')) {
        why = "its national prefix is repeated";
        return std::nullopt;
    }
    return international_number(std::string(home->code) + national, std::nullopt, why);
}

} // namespace idferry::mapping
