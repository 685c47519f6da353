#include "tests/sandbox/scim_filter.hpp"

#include <algorithm>
#include <array>

namespace idferry::sandbox {
namespace {

constexpr int deepest = 64;
constexpr std::array<std::string_view, 9> comparisons{"eq", "ne", "co", "sw", "ew", "gt", "lt", "ge", "le"};

bool name_first(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '$';
}
bool name_char(char c)
{
    return name_first(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

struct filter_parser
{
    std::string_view text;
    std::string& error;
    std::size_t at{0};
    int depth{0};

    bool fail(std::string_view what)
    {
        if (error.empty()) error = std::string(what) + " at position " + std::to_string(at);
        return false;
    }

    bool end() const { return at >= text.size(); }
    char peek() const { return end() ? '\0' : text[at]; }

    bool blanks()
    {
        const auto from = at;
        while (peek() == ' ') ++at;
        return at != from;
    }

    // The keyword, if it is next and not only the beginning of a longer word.
    bool keyword(std::string_view word)
    {
        if (!same_ignoring_case(text.substr(at, word.size()), word)) return false;
        const auto after = at + word.size();
        if (after < text.size() && (name_char(text[after]) || text[after] == '.' || text[after] == ':')) return false;
        at = after;
        return true;
    }

    // [URI ":"] ATTRNAME ["." ATTRNAME]; the last colon ends the URI.
    bool path(scim_path& out)
    {
        const auto from = at;
        while (!end() && (name_char(peek()) || peek() == '.' || peek() == ':')) ++at;
        auto word = text.substr(from, at - from);
        if (const auto colon = word.rfind(':'); colon != std::string_view::npos) {
            out.urn = word.substr(0, colon);
            word.remove_prefix(colon + 1);
            if (!same_ignoring_case(out.urn.substr(0, 4), "urn:")) return fail("a schema URN is expected before");
        }
        const auto dot = word.find('.');
        out.attribute = word.substr(0, dot);
        out.sub = dot == std::string_view::npos ? "" : word.substr(dot + 1);
        const auto named = [](std::string_view name) {
            return !name.empty() && name_first(name[0]) && std::all_of(name.begin(), name.end(), name_char);
        };
        if (!named(out.attribute) || (dot != std::string_view::npos && !named(out.sub)))
            return fail("an attribute name is expected before");
        return true;
    }

    bool value(json& out)
    {
        const auto from = at;
        if (peek() == '"') {
            ++at;
            while (!end() && peek() != '"') at += peek() == '\\' ? 2 : 1;
            ++at;
        } else {
            while (!end() && peek() != ' ' && peek() != ')' && peek() != ']') ++at;
        }
        at = std::min(at, text.size());
        auto parsed = parse_json(text.substr(from, at - from));
        if (!parsed || parsed->is_object() || parsed->is_array())
            return fail("a JSON string, number, true, false or null is expected before");
        out = std::move(*parsed);
        return true;
    }

    bool either(scim_filter& out, bool inside)
    {
        if (++depth > deepest) return fail("nested too deeply");
        if (!both(out, inside)) return false;
        while (joined("or")) {
            scim_filter right;
            if (!both(right, inside)) return false;
            out = join(scim_filter::kind::either, std::move(out), std::move(right));
        }
        --depth;
        return true;
    }

    bool both(scim_filter& out, bool inside)
    {
        if (!single(out, inside)) return false;
        while (joined("and")) {
            scim_filter right;
            if (!single(right, inside)) return false;
            out = join(scim_filter::kind::both, std::move(out), std::move(right));
        }
        return true;
    }

    // SP word SP; goes back when it is not there.
    bool joined(std::string_view word)
    {
        const auto from = at;
        if (blanks() && keyword(word) && blanks()) return true;
        at = from;
        return false;
    }

    static scim_filter join(scim_filter::kind how, scim_filter left, scim_filter right)
    {
        scim_filter out;
        out.what = how;
        out.parts.push_back(std::move(left));
        out.parts.push_back(std::move(right));
        return out;
    }

    bool grouped(scim_filter& out, bool inside)
    {
        ++at; // (
        blanks();
        if (!either(out, inside)) return false;
        blanks();
        if (peek() != ')') return fail("')' is expected");
        ++at;
        return true;
    }

    bool single(scim_filter& out, bool inside)
    {
        if (peek() == '(') return grouped(out, inside);
        const auto from = at;
        if (keyword("not")) {
            blanks();
            if (peek() == '(') {
                scim_filter inner;
                if (!grouped(inner, inside)) return false;
                out = {};
                out.what = scim_filter::kind::negated;
                out.parts.push_back(std::move(inner));
                return true;
            }
            at = from; // an attribute named "not"
        }
        out = {};
        if (!path(out.path)) return false;
        if (peek() == '[') {
            if (inside || !out.path.sub.empty()) return fail("a filter in brackets is not allowed here");
            ++at;
            blanks();
            scim_filter inner;
            if (!either(inner, true)) return false;
            blanks();
            if (peek() != ']') return fail("']' is expected");
            ++at;
            out.what = scim_filter::kind::element;
            out.parts.push_back(std::move(inner));
            return true;
        }
        if (!blanks()) return fail("a blank and an operator are expected");
        if (keyword("pr")) {
            out.what = scim_filter::kind::present;
            return true;
        }
        for (const auto op : comparisons)
            if (same_ignoring_case(text.substr(at, 2), op)) {
                at += 2;
                out.op = op;
                if (!blanks() && peek() != '"') return fail("a blank and a value are expected");
                return value(out.value);
            }
        return fail("an operator is expected");
    }
};

} // namespace

std::optional<scim_filter> parse_scim_filter(std::string_view text, std::string& error)
{
    error.clear();
    filter_parser parser{text, error};
    scim_filter out;
    parser.blanks();
    if (!parser.either(out, false)) return std::nullopt;
    parser.blanks();
    if (!parser.end()) {
        parser.fail("more than one filter");
        return std::nullopt;
    }
    return out;
}

std::optional<scim_path> parse_scim_path(std::string_view text, std::string& error)
{
    error.clear();
    filter_parser parser{text, error};
    scim_path out;
    if (!parser.path(out)) return std::nullopt;
    if (!parser.end()) {
        parser.fail("unexpected character");
        return std::nullopt;
    }
    return out;
}

std::optional<scim_patch_path> parse_scim_patch_path(std::string_view text, std::string& error)
{
    error.clear();
    filter_parser parser{text, error};
    scim_patch_path out;
    if (!parser.path(out.path)) return std::nullopt;
    if (parser.peek() == '[' && out.path.sub.empty()) {
        ++parser.at;
        parser.blanks();
        scim_filter where;
        if (!parser.either(where, true)) return std::nullopt;
        parser.blanks();
        if (parser.peek() != ']') {
            parser.fail("']' is expected");
            return std::nullopt;
        }
        ++parser.at;
        out.where = std::move(where);
        if (parser.peek() == '.') {
            ++parser.at;
            scim_path sub;
            if (!parser.path(sub) || !sub.urn.empty() || !sub.sub.empty()) {
                parser.fail("a sub-attribute is expected");
                return std::nullopt;
            }
            out.path.sub = sub.attribute;
        }
    }
    if (!parser.end()) {
        parser.fail("unexpected character");
        return std::nullopt;
    }
    return out;
}

} // namespace idferry::sandbox
