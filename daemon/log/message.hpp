// One operator message: an id and the values of its fields. Plain data; a logger writes it.
//
//   log.say(message(id::cycle_failed).with("sync", name).with("reason", *report.error));
#pragma once

#include "daemon/log/catalogue.hpp"

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace idferry::daemon::log {

using field_value = std::variant<std::string, std::int64_t, double, bool>;

// The most bytes that one field, and a whole sentence, may have; the rest is cut off at a code point and "…" set.
inline constexpr std::size_t most_field_bytes = 1000;
inline constexpr std::size_t most_text_bytes = 4000;

class message
{
public:
    explicit message(id what) : what_(what) {}

    // Sets a field (a lower-case word with underscores, not one of `reserved_fields`). Control characters in text are
    // escaped, invalid UTF-8 is replaced, and length is bounded, so that a value may come from outside. Never a
    // secret; an attribute value only in a message of level debug.
    message& with(std::string_view name, std::string_view value);
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    message& with(std::string_view name, T value)
    {
        return set(name, static_cast<std::int64_t>(value));
    }
    message& with(std::string_view name, double value) { return set(name, value); }
    template <std::same_as<bool> T> message& with(std::string_view name, T value) { return set(name, value); }

    id what() const { return what_; }
    level at() const { return row_of(what_).at; }
    const std::vector<std::pair<std::string, field_value>>& fields() const { return fields_; }
    // The field's value as text, "" when it is not set.
    std::string field(std::string_view name) const;

    // The sentence, and what to do, with the fields in. A field that is not set shows as "?".
    std::string text() const;
    std::string action() const;
    // Fields that the templates name and nobody set: a defect of the caller, for tests.
    std::vector<std::string_view> missing() const;

private:
    message& set(std::string_view name, field_value value);
    std::string filled(std::string_view text) const;

    id what_;
    std::vector<std::pair<std::string, field_value>> fields_;
};

// What a JSON line has of its own; no field is called so.
std::span<const std::string_view> reserved_fields();

// Text made fit for one line: control and direction characters escaped, invalid UTF-8 replaced, cut to `most` bytes.
std::string one_line(std::string_view text, std::size_t most = most_field_bytes);

} // namespace idferry::daemon::log
