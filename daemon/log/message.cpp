#include "daemon/log/message.hpp"

#include "daemon/reconcile/plan_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace idferry::daemon::log {

namespace {

// The length of the UTF-8 sequence at the beginning of `s` (Unicode 15, table 3-7), 0 when it is none.
std::size_t sequence(std::string_view s)
{
    const auto at = [&](std::size_t i) { return i < s.size() ? static_cast<unsigned char>(s[i]) : 0U; };
    const auto tail = [&](std::size_t i) { return (at(i) & 0xC0U) == 0x80U; };
    const auto lead = at(0);
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF) {
        if (!tail(1) || !tail(2)) return 0;
        if (lead == 0xE0 && at(1) < 0xA0) return 0;  // longer than needed
        return lead == 0xED && at(1) > 0x9F ? 0 : 3; // a surrogate
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        if (!tail(1) || !tail(2) || !tail(3)) return 0;
        if (lead == 0xF0 && at(1) < 0x90) return 0;
        return lead == 0xF4 && at(1) > 0x8F ? 0 : 4; // beyond U+10FFFF
    }
    return 0;
}

// At most `most` bytes, cut between code points, with "…" (3 bytes) in place of the rest.
std::string cut(std::string text, std::size_t most)
{
    if (text.size() <= most) return text;
    auto end = most - 3;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text.resize(end);
    return text + "…";
}

std::string shown(const field_value& v)
{
    if (const auto* text = std::get_if<std::string>(&v)) return *text;
    if (const auto* n = std::get_if<std::int64_t>(&v)) return fmt::format("{}", *n);
    if (const auto* d = std::get_if<double>(&v)) return fmt::format("{}", *d);
    return std::get<bool>(v) ? "true" : "false";
}

} // namespace

std::string one_line(std::string_view text, std::size_t most)
{
    // What is cut off in the end need not be looked at: a value from outside may be megabytes.
    bool long_one = text.size() > most;
    if (long_one) text = text.substr(0, most + 4);
    std::string valid;
    while (!text.empty()) {
        const auto n = sequence(text);
        if (n == 0) {
            if (long_one && text.size() < 4) break; // the cut went through a sequence
            valid += "\xEF\xBF\xBD";                // U+FFFD
            text.remove_prefix(1);
            continue;
        }
        // Line and paragraph separator end a line for some readers.
        if (text.starts_with("\xE2\x80\xA8") || text.starts_with("\xE2\x80\xA9"))
            valid += text[2] == '\xA8' ? "\\u2028" : "\\u2029";
        else
            valid += text.substr(0, n);
        text.remove_prefix(n);
    }
    auto line = reconcile::printable(valid);
    if (long_one && line.size() <= most) line += "…";
    return cut(std::move(line), most);
}

std::span<const std::string_view> reserved_fields()
{
    static constexpr std::array<std::string_view, 6> names{"time", "level", "id", "name", "message", "do"};
    return names;
}

message& message::with(std::string_view name, std::string_view value)
{
    return set(name, one_line(value));
}

message& message::set(std::string_view name, field_value value)
{
    for (auto& [known, old] : fields_)
        if (known == name) {
            old = std::move(value);
            return *this;
        }
    fields_.emplace_back(std::string(name), std::move(value));
    return *this;
}

std::string message::field(std::string_view name) const
{
    for (const auto& [known, value] : fields_)
        if (known == name) return shown(value);
    return {};
}

std::string message::filled(std::string_view text) const
{
    std::string out;
    for (const auto name : fields_of(text)) {
        // fields_of gives views into `text`: what stands before each is copied.
        const auto at = static_cast<std::size_t>(name.data() - text.data());
        out += text.substr(0, at - 1);
        const auto known = std::any_of(fields_.begin(), fields_.end(), [&](const auto& f) { return f.first == name; });
        out += known ? field(name) : "?";
        text.remove_prefix(at + name.size() + 1);
    }
    return cut(out.append(text), most_text_bytes);
}

std::string message::text() const
{
    return filled(row_of(what_).text);
}

std::string message::action() const
{
    return filled(row_of(what_).action);
}

std::vector<std::string_view> message::missing() const
{
    std::vector<std::string_view> out;
    for (const auto text : {row_of(what_).text, row_of(what_).action})
        for (const auto name : fields_of(text))
            if (std::none_of(fields_.begin(), fields_.end(), [&](const auto& f) { return f.first == name; }))
                out.push_back(name);
    return out;
}

} // namespace idferry::daemon::log
