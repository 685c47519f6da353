// How values compare in a filter: case folding, dateTime order, and a comparison's operand prepared once.
#pragma once

#include "mapping/json_fwd.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace idferry::mapping {

// An xsd:dateTime (with date, time and, unless it is UTC, a zone). A value without a zone counts as UTC.
struct date_time
{
    std::int64_t seconds{0}; // since 1970-01-01T00:00:00Z
    std::string fraction;    // decimal digits after the point, without trailing zeros

    // Chronological: fractions compare digit by digit, which is exact at any length.
    auto operator<=>(const date_time&) const = default;
};

// The instant, or nothing when the text is not an xsd:dateTime to the letter.
std::optional<date_time> parse_date_time(std::string_view text);

// Full Unicode case folding, then NFC: two texts that differ only in case or in the way their accents are composed
// become equal. Bytes that are not UTF-8 become U+FFFD.
std::string fold_case(std::string_view text);

// The right-hand side of a comparison, made ready when the filter is parsed.
struct comparison_operand
{
    bool exact{false};               // compares byte by byte
    std::string text;                // of a string: folded unless exact
    std::optional<date_time> moment; // of a string that is a dateTime, unless exact
};

comparison_operand prepare_operand(const json& operand, bool exact);

} // namespace idferry::mapping
