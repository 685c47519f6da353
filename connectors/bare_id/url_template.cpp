#include "connectors/bare_id/url_template.hpp"

#include "connectors/http/percent_encoding.hpp"

#include <algorithm>
#include <stdexcept>

namespace idferry::connectors::bare_id {

namespace {

constexpr std::array<std::string_view, placeholder_count> placeholder_names{
    "instance", "user", "group", "username", "realm", "email", "attribute", "value", "role"};

std::string known_names()
{
    std::string out;
    for (const auto name : placeholder_names) {
        if (!out.empty()) out += name == placeholder_names.back() ? " and " : ", ";
        out += "{" + std::string(name) + "}";
    }
    return out;
}

// What may stand in a path as written (RFC 3986 section 3.3), "/" and ready-made %XX included.
bool is_path_character(char c)
{
    return http::is_unreserved(c) || std::string_view("/!$&'()*+,;=:@%").find(c) != std::string_view::npos;
}

} // namespace

std::string_view name_of(placeholder p)
{
    return placeholder_names[static_cast<std::size_t>(p)];
}

std::string url_template::expand(const placeholder_values& values) const
{
    std::string out;
    for (const auto& p : pieces_) {
        out += p.literal;
        if (p.filled) out += http::path_segment(values[p.value]);
    }
    return out;
}

struct template_parser
{
    std::string_view text;
    bool is_path;
    std::string error;
    std::size_t position{0};

    bool fail(std::size_t at, std::string message)
    {
        position = at;
        error = std::move(message);
        return false;
    }

    bool parse(url_template& out)
    {
        out.text_ = text;
        if (is_path && (text.empty() || text.front() != '/')) return fail(0, "a path begins with \"/\"");
        url_template::piece current;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char c = text[i];
            if (c == '}') return fail(i, "\"}\" without \"{\"");
            if (c != '{') {
                if (is_path && c == '?') return fail(i, "a query belongs into `query`, not into `path`");
                if (is_path && !is_path_character(c))
                    return fail(i, "this character cannot stand in a path: percent-encode it");
                current.literal += c;
                continue;
            }
            const auto close = text.find('}', i);
            if (close == std::string_view::npos) return fail(i, "\"{\" without \"}\"");
            const auto name = text.substr(i + 1, close - i - 1);
            const auto found = std::find(placeholder_names.begin(), placeholder_names.end(), name);
            if (found == placeholder_names.end())
                return fail(i, "unknown placeholder {" + std::string(name) + "}: known are " + known_names());
            current.filled = true;
            current.value = static_cast<placeholder>(found - placeholder_names.begin());
            out.used_.push_back(current.value);
            out.pieces_.push_back(std::move(current));
            current = {};
            i = close;
        }
        if (!current.literal.empty()) out.pieces_.push_back(std::move(current));
        return true;
    }
};

namespace {

config::shape<url_template> template_shape(bool is_path)
{
    auto plain = config::described(config::text(), (is_path ? "a path with " : "a query value with ") + known_names());
    return {[plain, is_path](const config::node& n, config::diagnostics& out) -> std::optional<url_template> {
                auto text = plain.parse(n, out);
                if (!text) return std::nullopt;
                url_template parsed;
                template_parser parser{*text, is_path, {}, 0};
                if (!parser.parse(parsed)) {
                    out.add(n, parser.position, parser.error);
                    return std::nullopt;
                }
                return parsed;
            },
            plain.doc, [](const url_template& t) { return config::json_of_text(t.text()); }};
}

} // namespace

config::shape<url_template> path_template_shape()
{
    return template_shape(true);
}
config::shape<url_template> query_template_shape()
{
    return template_shape(false);
}

url_template fixed_template(std::string_view text)
{
    url_template parsed;
    template_parser parser{text, false, {}, 0};
    if (!parser.parse(parsed)) throw std::logic_error(parser.error);
    return parsed;
}

} // namespace idferry::connectors::bare_id
