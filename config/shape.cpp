#include "config/shape.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace idferry::config {

namespace {

std::string_view kind_name(const node& n)
{
    switch (n.kind()) {
    case node_kind::null: return "nothing";
    case node_kind::scalar: return n.quoted() ? "text in quotes" : "text";
    case node_kind::list: return "a list";
    case node_kind::map: return "a map";
    }
    return "something else";
}

// What the operator wrote, short enough for a message.
std::string shown(const std::string& text)
{
    constexpr std::size_t longest = 60;
    if (text.size() <= longest) return "'" + text + "'";
    auto end = longest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return "'" + text.substr(0, end) + "…'";
}

std::string joined(const std::vector<std::string>& words)
{
    std::string out;
    for (const auto& w : words) out += (out.empty() ? "" : ", ") + w;
    return out;
}

std::shared_ptr<description> describe(description::kind what)
{
    auto d = std::make_shared<description>();
    d->what = what;
    return d;
}

bool plain_scalar(const node& n, diagnostics& out, std::string_view wanted)
{
    if (n.is_scalar() && !n.quoted()) return true;
    if (n.is_scalar())
        out.add(n, "expected " + std::string(wanted) + ": remove the quotes");
    else
        detail::wrong_kind(n, out, wanted);
    return false;
}

template <class N> std::string range_text(N minimum, N maximum)
{
    if constexpr (std::is_integral_v<N>)
        return "from " + std::to_string(minimum) + " to " + std::to_string(maximum);
    else
        return "from " + json_of_number(minimum) + " to " + json_of_number(maximum);
}

// Digits with at most one point; no exponent, no sign but a leading minus. `ends` is set behind it.
std::optional<double> decimal(std::string_view text, std::size_t& ends)
{
    std::size_t i = !text.empty() && text.front() == '-' ? 1 : 0;
    const auto digit = [&] { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
    const auto first = i;
    while (digit()) ++i;
    if (i == first) return std::nullopt;
    if (i < text.size() && text[i] == '.') {
        const auto point = ++i;
        while (digit()) ++i;
        if (i == point) return std::nullopt;
    }
    double value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + i, value, std::chars_format::fixed);
    if (failed != std::errc{} || end != text.data() + i || !std::isfinite(value)) return std::nullopt;
    ends = i;
    return value;
}

struct unit
{
    std::string_view name;
    std::int64_t milliseconds;
};
constexpr unit units[] = {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};

std::optional<std::chrono::milliseconds> duration_of(std::string_view text)
{
    constexpr std::int64_t longest = 36'500LL * 86'400'000; // a hundred years
    std::int64_t total = 0;
    std::size_t next_unit = 0; // each unit once, large to small
    if (text.empty()) return std::nullopt;
    while (!text.empty()) {
        std::int64_t count = 0;
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
        if (failed != std::errc{} || count < 0 || text.front() == '-') return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        const auto letters = std::min(text.find_first_of("0123456789"), text.size());
        const auto name = text.substr(0, letters);
        while (next_unit < std::size(units) && units[next_unit].name != name) ++next_unit;
        if (next_unit == std::size(units)) return std::nullopt;
        if (count > longest / units[next_unit].milliseconds) return std::nullopt;
        total += count * units[next_unit].milliseconds;
        if (total > longest) return std::nullopt;
        ++next_unit;
        text.remove_prefix(letters);
    }
    return std::chrono::milliseconds(total);
}

// The shortest text that `duration_of` reads as this length.
std::string duration_text(std::chrono::milliseconds length)
{
    std::string out;
    auto left = length.count();
    for (const auto& u : units) {
        if (left >= u.milliseconds) out += std::to_string(left / u.milliseconds) + std::string(u.name);
        left %= u.milliseconds;
    }
    return out.empty() ? "0s" : out;
}

} // namespace

namespace detail {

void wrong_kind(const node& n, diagnostics& out, std::string_view wanted)
{
    out.add(n, "expected " + std::string(wanted) + ", found " + std::string(kind_name(n)));
}

void unknown_choice(const node& n, diagnostics& out, const std::vector<std::string>& known)
{
    if (!n.is_scalar()) {
        wrong_kind(n, out, "one of " + joined(known));
        return;
    }
    const auto near = nearest(n.scalar(), known);
    out.add(n, "unknown value " + shown(n.scalar()) + (near ? "; did you mean '" + *near + "'? Known: " : "; known: ") +
                   joined(known));
}

std::shared_ptr<const description> describe_choice(std::vector<std::string> names)
{
    auto d = describe(description::kind::choice);
    d->choices = std::move(names);
    return d;
}

std::shared_ptr<const description> describe_list(std::shared_ptr<const description> element)
{
    auto d = describe(description::kind::list);
    d->element = std::move(element);
    return d;
}

std::shared_ptr<const description> describe_map(std::shared_ptr<const description> element)
{
    auto d = describe(description::kind::map);
    d->element = std::move(element);
    return d;
}

std::shared_ptr<const description> describe_one_of(std::vector<std::shared_ptr<const description>> alternatives)
{
    auto d = describe(description::kind::one_of);
    d->alternatives = std::move(alternatives);
    return d;
}

void check_keys(const node& n, diagnostics& out, const std::vector<description::key>& known)
{
    std::vector<std::string> names;
    for (const auto& k : known) names.push_back(k.name);
    for (const auto& e : n.entries()) {
        if (std::ranges::find(names, e.key.scalar()) != names.end()) continue;
        const auto near = nearest(e.key.scalar(), names);
        out.add(e.key, "unknown key " + shown(e.key.scalar()) +
                           (near ? "; did you mean '" + *near + "'?" : "; known keys: " + joined(names)));
    }
    for (const auto& k : known)
        if (k.required && !n.find(k.name))
            out.add(n, "missing key '" + k.name + "'" + (k.doc.empty() ? "" : ": " + k.doc));
}

void section_keys::add(std::string_view name, bool required, std::string_view doc,
                       std::shared_ptr<const description> value, std::string standard, reader read)
{
    keys_.push_back({std::string(name), required, std::string(doc), std::move(value), std::move(standard)});
    readers_.push_back(std::move(read));
}

std::shared_ptr<const description> section_keys::describe() const
{
    auto d = std::make_shared<description>();
    d->what = description::kind::section;
    d->keys = keys_;
    d->rules = rules_;
    return d;
}

bool section_keys::read(const node& n, void* whole, diagnostics& out) const
{
    if (!n.is_map()) {
        wrong_kind(n, out, "a map");
        return false;
    }
    const auto before = out.size();
    check_keys(n, out, keys_);
    for (std::size_t i = 0; i < keys_.size(); ++i)
        if (const auto value = n.find(keys_[i].name)) readers_[i](*value, whole, out);
    return out.size() == before;
}

} // namespace detail

shape<std::string> text()
{
    return {[](const node& n, diagnostics& out) -> std::optional<std::string> {
                if (n.is_scalar()) return n.scalar();
                detail::wrong_kind(n, out, "text");
                return std::nullopt;
            },
            describe(description::kind::text), json_of_text};
}

shape<std::string> non_empty_text()
{
    auto d = describe(description::kind::text);
    d->pattern = "\\S";
    return {[](const node& n, diagnostics& out) -> std::optional<std::string> {
                if (!n.is_scalar()) {
                    detail::wrong_kind(n, out, "text");
                    return std::nullopt;
                }
                if (n.scalar().find_first_not_of(" \t\r\n") == std::string::npos) {
                    out.add(n, "this must not be empty");
                    return std::nullopt;
                }
                return n.scalar();
            },
            d, json_of_text};
}

shape<bool> boolean()
{
    return {[](const node& n, diagnostics& out) -> std::optional<bool> {
                if (!plain_scalar(n, out, "true or false")) return std::nullopt;
                const auto& t = n.scalar();
                if (t == "true" || t == "True" || t == "TRUE") return true;
                if (t == "false" || t == "False" || t == "FALSE") return false;
                out.add(n, "expected true or false, found " + shown(t));
                return std::nullopt;
            },
            describe(description::kind::boolean), [](const bool& v) { return std::string(v ? "true" : "false"); }};
}

shape<std::int64_t> integer(std::int64_t minimum, std::int64_t maximum)
{
    auto d = describe(description::kind::integer);
    d->minimum = static_cast<double>(minimum);
    d->maximum = static_cast<double>(maximum);
    return {[minimum, maximum](const node& n, diagnostics& out) -> std::optional<std::int64_t> {
                if (!plain_scalar(n, out, "a whole number")) return std::nullopt;
                const auto& t = n.scalar();
                const auto digits = std::string_view(t).substr(t.starts_with('-') ? 1 : 0);
                std::int64_t value = 0;
                const auto [end, failed] = std::from_chars(t.data(), t.data() + t.size(), value);
                const bool all_digits =
                    !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
                if (!all_digits || (digits.size() > 1 && digits.front() == '0')) {
                    out.add(n, "expected a whole number, found " + shown(t));
                    return std::nullopt;
                }
                if (failed != std::errc{} || end != t.data() + t.size() || value < minimum || value > maximum) {
                    out.add(n, "expected a whole number " + range_text(minimum, maximum) + ", found " + shown(t));
                    return std::nullopt;
                }
                return value;
            },
            d, [](const std::int64_t& v) { return std::to_string(v); }};
}

shape<double> number(double minimum, double maximum)
{
    auto d = describe(description::kind::number);
    d->minimum = minimum;
    d->maximum = maximum;
    return {[minimum, maximum](const node& n, diagnostics& out) -> std::optional<double> {
                if (!plain_scalar(n, out, "a number")) return std::nullopt;
                std::size_t ends = 0;
                const auto value = decimal(n.scalar(), ends);
                if (!value || ends != n.scalar().size()) {
                    out.add(n, "expected a number, found " + shown(n.scalar()));
                    return std::nullopt;
                }
                if (*value < minimum || *value > maximum) {
                    out.add(n, "expected a number " + range_text(minimum, maximum) + ", found " + shown(n.scalar()));
                    return std::nullopt;
                }
                return *value;
            },
            d, json_of_number};
}

shape<std::chrono::milliseconds> duration()
{
    auto d = describe(description::kind::text);
    d->name = "duration";
    d->doc = "a length of time: numbers with the units d, h, m, s and ms, from large to small";
    d->examples = {"\"500ms\"", "\"90s\"", "\"1h30m\"", "\"30d\""};
    d->text_only = true;
    d->pattern = "^(?=.)([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$";
    return {[](const node& n, diagnostics& out) -> std::optional<std::chrono::milliseconds> {
                if (!n.is_scalar()) {
                    detail::wrong_kind(n, out, "a duration such as 90s or 1h30m");
                    return std::nullopt;
                }
                auto value = duration_of(n.scalar());
                if (!value)
                    out.add(n, "expected a duration such as 500ms, 90s, 1h30m or 30d (units d, h, m, s, ms, large to "
                               "small), found " +
                                   shown(n.scalar()));
                return value;
            },
            d, [](const std::chrono::milliseconds& v) { return json_of_text(duration_text(v)); }};
}

shape<double> percentage()
{
    auto d = describe(description::kind::text);
    d->name = "percentage";
    d->doc = "a share from 0% to 100%";
    d->examples = {"\"10%\"", "\"2.5%\""};
    d->text_only = true;
    d->pattern = "^(100(\\.0+)?|[0-9]{1,2}(\\.[0-9]+)?)%$";
    return {[](const node& n, diagnostics& out) -> std::optional<double> {
                if (!n.is_scalar()) {
                    detail::wrong_kind(n, out, "a percentage such as 10%");
                    return std::nullopt;
                }
                const auto& t = n.scalar();
                std::size_t ends = 0;
                const auto value = decimal(t, ends);
                if (!value || ends + 1 != t.size() || t.back() != '%' || *value < 0 || *value > 100 ||
                    t.front() == '-') {
                    out.add(n, "expected a percentage from 0% to 100%, such as 10%, found " + shown(t));
                    return std::nullopt;
                }
                return *value / 100.0;
            },
            d, [](const double& v) { return json_of_text(json_of_number(std::round(v * 1e6) / 1e4) + "%"); }};
}

} // namespace idferry::config
