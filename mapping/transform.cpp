#include "mapping/transform.hpp"

#include "config/shape.hpp"
#include "mapping/core_schema.hpp"
#include "mapping/transform_text.hpp"

#include <re2/re2.h>

#include <cmath>
#include <functional>

namespace idferry::mapping {

namespace {

using config::node;

// What became of one value.
struct conversion
{
    std::optional<json> value;
    std::string dropped;  // why there is none
    std::string rejected; // why the resource cannot be mapped
};

using converter = std::function<conversion(const json&)>;

// The text inside a value: itself, or a complex value's `value`.
json* inner_value(json& v)
{
    if (!v.is_object()) return &v;
    auto* found = const_cast<json*>(member_named(v, "value"));
    return found && !found->is_object() && !found->is_array() ? found : nullptr;
}

class each_value final : public transform
{
public:
    each_value(std::string text, converter convert) : transform(std::move(text)), convert_(std::move(convert)) {}

    std::optional<std::string> apply(json::array_t& values, std::vector<std::string>& dropped) const override
    {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            auto* inner = inner_value(values[i]);
            if (!inner) return "'" + text() + "' needs text, and this is a complex value without 'value'";
            auto converted = convert_(*inner);
            if (!converted.rejected.empty()) return converted.rejected;
            if (!converted.value) {
                dropped.push_back(std::move(converted.dropped));
                continue;
            }
            *inner = std::move(*converted.value);
            if (kept != i) values[kept] = std::move(values[i]);
            ++kept;
        }
        values.resize(kept);
        return std::nullopt;
    }

private:
    converter convert_;
};

class split_text final : public transform
{
public:
    split_text(std::string text, std::string by) : transform(std::move(text)), separator_(std::move(by)) {}

    std::optional<std::string> apply(json::array_t& values, std::vector<std::string>&) const override
    {
        json::array_t out;
        for (auto& v : values) {
            auto* inner = inner_value(v);
            if (!inner || !inner->is_string()) return "'" + text() + "' needs text";
            const auto whole = inner->get<std::string>();
            for (std::size_t begin = 0; begin <= whole.size();) {
                const auto end = std::min(whole.find(separator_, begin), whole.size());
                if (auto part = trimmed_text(whole.substr(begin, end - begin)); !part.empty()) {
                    *inner = std::move(part);
                    out.push_back(v);
                }
                begin = end + separator_.size();
            }
        }
        values = std::move(out);
        return std::nullopt;
    }

private:
    std::string separator_;
};

class join_texts final : public transform
{
public:
    join_texts(std::string text, std::string with) : transform(std::move(text)), separator_(std::move(with)) {}

    std::optional<std::string> apply(json::array_t& values, std::vector<std::string>&) const override
    {
        if (values.empty()) return std::nullopt;
        std::string out;
        for (std::size_t i = 0; i < values.size(); ++i) {
            auto* inner = inner_value(values[i]);
            if (!inner || !inner->is_string()) return "'" + text() + "' needs text";
            out += (i ? separator_ : "") + inner->get_ref<const std::string&>();
        }
        values.clear();
        values.emplace_back(std::move(out));
        return std::nullopt;
    }

private:
    std::string separator_;
};

const char* json_type_name(const json& v)
{
    if (v.is_boolean()) return "a boolean";
    if (v.is_number()) return "a number";
    return "no text";
}

converter on_text(std::string name, std::function<std::string(const std::string&)> change)
{
    return [name = std::move(name), change = std::move(change)](const json& v) -> conversion {
        if (!v.is_string())
            return {std::nullopt, "",
                    "'" + name + "' needs text, and the value is " + json_type_name(v) + " (put 'text' before it)"};
        return {json(change(v.get_ref<const std::string&>())), "", ""};
    };
}

using made = std::unique_ptr<const transform>;

made each_text(const std::string& text, std::function<std::string(const std::string&)> change)
{
    return std::make_unique<each_value>(text, on_text(text, std::move(change)));
}

// Arguments. Each reader reports what is wrong and returns nothing.

std::optional<std::string> text_argument(const std::string& name, const node& argument, config::diagnostics& out)
{
    if (argument.is_scalar()) return argument.scalar();
    out.add(argument, "'" + name + "' takes a text");
    return std::nullopt;
}

made make_ascii(const node* argument, config::diagnostics& out)
{
    auto style = ascii_writer::style::plain;
    std::string text = "ascii";
    if (argument) {
        if (!argument->is_scalar() || argument->scalar() != "de") {
            out.add(*argument, "'ascii' takes 'de' (ä as ae) or nothing");
            return nullptr;
        }
        style = ascii_writer::style::german;
        text = "ascii de";
    }
    auto writer = std::make_shared<const ascii_writer>(style);
    return each_text(text, [writer](const std::string& s) { return writer->write(s); });
}

made make_text(const node*, config::diagnostics&)
{
    return std::make_unique<each_value>("text", [](const json& v) -> conversion {
        if (v.is_string()) return {v, "", ""};
        if (v.is_boolean() || v.is_number()) return {json(to_text(v)), "", ""};
        return {std::nullopt, "", "'text' cannot write a complex value"};
    });
}

made make_e164(const node* argument, config::diagnostics& out)
{
    const phone_country* home = nullptr;
    std::string text = "e164";
    if (argument) {
        const auto country = argument->is_map() ? argument->find("country") : std::nullopt;
        for (const auto& e : argument->entries())
            if (e.key.scalar() != "country") {
                out.add(e.key, "unknown key '" + e.key.scalar() + "'; 'e164' takes {country: DE}");
                return nullptr;
            }
        if (!country || !country->is_scalar()) {
            out.add(*argument, "'e164' takes nothing or {country: DE}");
            return nullptr;
        }
        home = find_phone_country(country->scalar());
        if (!home) {
            std::string known;
            for (const auto& name : phone_country_names()) known += (known.empty() ? "" : ", ") + name;
            out.add(*country, "the national prefixes of '" + country->scalar() + "' are not known; known are " + known);
            return nullptr;
        }
        text += " " + country->scalar();
    }
    return std::make_unique<each_value>(text, [home](const json& v) -> conversion {
        if (!v.is_string())
            return {std::nullopt, "", std::string("'e164' needs text, and the value is ") + json_type_name(v)};
        std::string why;
        if (auto number = to_e164(v.get_ref<const std::string&>(), home, why))
            return {json(std::move(*number)), "", ""};
        return {std::nullopt, "a telephone number was left out: " + why, ""};
    });
}

constexpr std::size_t longest_text = 64 * 1024;

made make_replace(const node* argument, config::diagnostics& out)
{
    const auto pattern = argument->find("pattern");
    const auto with = argument->find("with");
    if (!pattern || !with || !pattern->is_scalar() || !(with->is_scalar() || with->is_null())) {
        out.add(*argument, "'replace' takes {pattern: REGULAR_EXPRESSION, with: TEXT}");
        return nullptr;
    }
    for (const auto& e : argument->entries())
        if (e.key.scalar() != "pattern" && e.key.scalar() != "with")
            out.add(e.key, "unknown key '" + e.key.scalar() + "'; 'replace' takes pattern and with");
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(1 << 20);
    auto expression = std::make_shared<const RE2>(pattern->scalar(), options);
    if (!expression->ok()) {
        const auto& piece = expression->error_arg();
        const auto at = piece.empty() ? std::string::npos : pattern->scalar().find(piece);
        out.add(*pattern, at == std::string::npos ? 0 : at, "not a regular expression: " + expression->error());
        return nullptr;
    }
    std::string error;
    const auto& rewrite = with->scalar();
    if (!expression->CheckRewriteString(rewrite, &error)) {
        out.add(*with, error);
        return nullptr;
    }
    const auto text = "replace /" + pattern->scalar() + "/ with '" + rewrite + "'";
    return std::make_unique<each_value>(text, [expression, rewrite](const json& v) -> conversion {
        if (!v.is_string())
            return {std::nullopt, "", std::string("'replace' needs text, and the value is ") + json_type_name(v)};
        auto s = v.get<std::string>();
        if (s.size() > longest_text) return {std::nullopt, "", "the text is too long for 'replace'"};
        RE2::GlobalReplace(&s, *expression, rewrite);
        if (s.size() > longest_text) return {std::nullopt, "", "'replace' makes the text too long"};
        return {json(std::move(s)), "", ""};
    });
}

made make_truncate(const node* argument, config::diagnostics& out)
{
    const auto count = config::integer(1, 100'000).parse(*argument, out);
    if (!count) return nullptr;
    return each_text("truncate " + std::to_string(*count),
                     [n = static_cast<std::size_t>(*count)](const std::string& s) { return truncated_text(s, n); });
}

struct date_options
{
    date_form to{date_form::date};
    date_source from{date_source::automatic};
};

std::optional<std::string> converted_date(const json& v, const date_options& how, bool& wrong_type)
{
    const bool epoch = how.from == date_source::epoch_ms || how.from == date_source::epoch_s;
    if (v.is_number()) {
        const auto n = v.get<double>() * (how.from == date_source::epoch_s ? 1000 : 1);
        if (how.from == date_source::iso || !(std::abs(n) < 1e15)) return std::nullopt;
        return date_from_epoch(static_cast<std::int64_t>(std::floor(n)), how.to);
    }
    if (wrong_type = !v.is_string(); wrong_type) return std::nullopt;
    const auto text = trimmed_text(v.get_ref<const std::string&>());
    return epoch ? date_from_count(text, how.from, how.to) : date_from_iso(text, how.to);
}

made make_date(const node* argument, config::diagnostics& out)
{
    date_options how;
    const auto form = config::choice<date_form>({{"date", date_form::date}, {"date_time", date_form::date_time}});
    const auto origin = config::choice<date_source>(
        {{"iso", date_source::iso}, {"epoch_ms", date_source::epoch_ms}, {"epoch_s", date_source::epoch_s}});
    const auto before = out.size();
    if (argument && argument->is_map()) {
        const auto described = config::section<date_options>()
                                   .optional("to", &date_options::to, form, "date or date_time")
                                   .optional("from", &date_options::from, origin, "what the value is written as")
                                   .shape();
        if (auto parsed = described.parse(*argument, out)) how = *parsed;
    } else if (argument) {
        if (auto parsed = form.parse(*argument, out)) how.to = *parsed;
    }
    if (out.size() != before) return nullptr;
    return std::make_unique<each_value>(
        how.to == date_form::date ? "date" : "date_time", [how](const json& v) -> conversion {
            bool wrong_type = false;
            if (auto text = converted_date(v, how, wrong_type)) return {json(std::move(*text)), "", ""};
            if (wrong_type)
                return {std::nullopt, "",
                        std::string("'date' needs text or a number, and the value is ") + json_type_name(v)};
            return {std::nullopt, "a date was left out: it is not written as the transform expects", ""};
        });
}

enum class argument_use
{
    none,
    optional,
    required
};

struct transform_entry
{
    std::string_view name;
    argument_use use;
    made (*make)(const node* argument, config::diagnostics& out);
};

template <std::string (*Change)(const std::string&)> made plain(const char* name)
{
    return each_text(name, Change);
}

const transform_entry transforms[] = {
    {"lower", argument_use::none, [](const node*, config::diagnostics&) { return plain<lower_text>("lower"); }},
    {"upper", argument_use::none, [](const node*, config::diagnostics&) { return plain<upper_text>("upper"); }},
    {"trim", argument_use::none, [](const node*, config::diagnostics&) { return plain<trimmed_text>("trim"); }},
    {"squeeze", argument_use::none, [](const node*, config::diagnostics&) { return plain<squeezed_text>("squeeze"); }},
    {"digits", argument_use::none, [](const node*, config::diagnostics&) { return plain<digits_of>("digits"); }},
    {"text", argument_use::none, make_text},
    {"ascii", argument_use::optional, make_ascii},
    {"e164", argument_use::optional, make_e164},
    {"date", argument_use::optional, make_date},
    {"replace", argument_use::required, make_replace},
    {"truncate", argument_use::required, make_truncate},
    {"split", argument_use::required,
     [](const node* a, config::diagnostics& out) -> made {
         const auto separator = text_argument("split", *a, out);
         if (!separator) return nullptr;
         if (separator->empty()) {
             out.add(*a, "'split' needs a separator");
             return nullptr;
         }
         return std::make_unique<split_text>("split '" + *separator + "'", *separator);
     }},
    {"join", argument_use::required,
     [](const node* a, config::diagnostics& out) -> made {
         const auto separator = text_argument("join", *a, out);
         return separator ? std::make_unique<join_texts>("join '" + *separator + "'", *separator) : nullptr;
     }},
    {"prefix", argument_use::required,
     [](const node* a, config::diagnostics& out) -> made {
         const auto text = text_argument("prefix", *a, out);
         return text ? each_text("prefix '" + *text + "'", [t = *text](const std::string& s) { return t + s; })
                     : nullptr;
     }},
    {"suffix", argument_use::required,
     [](const node* a, config::diagnostics& out) -> made {
         const auto text = text_argument("suffix", *a, out);
         return text ? each_text("suffix '" + *text + "'", [t = *text](const std::string& s) { return s + t; })
                     : nullptr;
     }},
};

} // namespace

std::unique_ptr<const transform> parse_transform(const node& at, config::diagnostics& out)
{
    const bool with_argument = at.is_map() && at.entries().size() == 1;
    if (!at.is_scalar() && !with_argument) {
        out.add(at,
                "expected a transform: a name such as 'lower', or one name with its argument such as {truncate: 20}");
        return nullptr;
    }
    const auto& name_node = with_argument ? at.entries().front().key : at;
    const node* argument = with_argument ? &at.entries().front().value : nullptr;
    const auto& name = name_node.scalar();
    std::vector<std::string> known;
    for (const auto& entry : transforms) {
        known.emplace_back(entry.name);
        if (entry.name != name) continue;
        if (argument && entry.use == argument_use::none) {
            out.add(*argument, "'" + name + "' takes no argument: write it alone");
            return nullptr;
        }
        if (!argument && entry.use == argument_use::required) {
            out.add(name_node, "'" + name + "' needs an argument: {" + name + ": …}");
            return nullptr;
        }
        return entry.make(argument, out);
    }
    const auto near = config::nearest(name, known);
    std::string list;
    for (const auto& k : known) list += (list.empty() ? "" : ", ") + k;
    out.add(name_node,
            "unknown transform '" + name + "'; " + (near ? "did you mean '" + *near + "'?" : "known are " + list));
    return nullptr;
}

} // namespace idferry::mapping
