// Transforms: small text functions that a rule applies in order. Written as a name, or as a map of one name and its
// argument:
//
//   lower, upper              full Unicode case mapping, without a language's special cases
//   trim                      white space removed from both ends (Unicode)
//   squeeze                   each run of white space becomes one blank, and the ends are trimmed
//   ascii, {ascii: de}        letters of any script in ASCII; `de` writes ä as ae, ß as ss. What has none is dropped
//   digits                    only the decimal digits, as 0 to 9
//   text                      a number or boolean as text
//   e164, {e164: {country: DE}}  a telephone number in international form, where that is exact: an international number
//                             ("+49 (0)30 1234"), or, with a country, one with its national or international prefix.
//                             Anything else is dropped with a notice, never guessed
//   {replace: {pattern: RE2, with: TEXT}}  every match; \1 to \9 in TEXT are groups
//   {split: ","}, {join: ", "}             one text into several values (trimmed, empty ones dropped), several into one
//   {prefix: x}, {suffix: x}, {truncate: n}  truncate counts code points
//   date, {date: date_time}, {date: {to: date | date_time, from: iso | epoch_ms | epoch_s}}
//                             ISO 8601, RFC 3339 or an epoch → an xsd:date (as written) or xsd:dateTime (in UTC;
//                             without a zone where none is given). A JSON number is milliseconds since 1970 unless
//                             `from` says otherwise. What is no date is dropped with a notice
//
// On a list each value is transformed; a complex value by its `value`. Another JSON type than text is a reject.
// Not thread-safe: ICU transliterators are used by one thread at a time.
#pragma once

#include "config/node.hpp"
#include "mapping/json.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace idferry::mapping {

class transform
{
public:
    virtual ~transform() = default;
    // Changes the values in place. What cannot be expressed is removed, and said in `dropped`. Returns why the resource
    // has to be rejected, or nothing. No message holds a value.
    virtual std::optional<std::string> apply(json::array_t& values, std::vector<std::string>& dropped) const = 0;
    // "lower", "truncate 20": for the rule's one line.
    const std::string& text() const { return text_; }

protected:
    explicit transform(std::string text) : text_(std::move(text)) {}

private:
    std::string text_;
};

// Parses one transform; nothing (after reporting) when it is wrong.
std::unique_ptr<const transform> parse_transform(const config::node& at, config::diagnostics& out);

} // namespace idferry::mapping
