// Attribute names and the URNs before them.
#include "mapping/filter_lexer.hpp"
#include "mapping/resource_type.hpp"

#include <array>

namespace idferry::mapping {

namespace {

// Longest first: the enterprise URN must not be taken for an attribute of a shorter one.
constexpr std::array<std::string_view, 3> known_schemas{enterprise_user_schema, core_group_schema, core_user_schema};
constexpr std::string_view source_schema_prefix = "urn:idferry:source:";

bool starts_with_name(std::string_view text, std::string_view prefix)
{
    return text.size() >= prefix.size() && equal_names(text.substr(0, prefix.size()), prefix);
}

bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// "2.0"
bool is_version(std::string_view segment)
{
    const std::size_t point = segment.find('.');
    if (point == std::string_view::npos || point == 0 || point + 1 == segment.size()) {
        return false;
    }
    for (std::size_t i = 0; i < segment.size(); ++i) {
        if (i != point && !is_digit(segment[i])) {
            return false;
        }
    }
    return true;
}

// How many characters of `token` are the schema's URN; all of them when it names a whole extension.
std::size_t urn_length(std::string_view token)
{
    for (const std::string_view schema : known_schemas) {
        if (starts_with_name(token, schema) && (token.size() == schema.size() || token[schema.size()] == ':')) {
            return schema.size();
        }
    }
    if (starts_with_name(token, source_schema_prefix)) {
        const std::size_t type_end = token.find(':', source_schema_prefix.size());
        if (type_end != std::string_view::npos) {
            const std::size_t name_end = token.find(':', type_end + 1);
            return name_end == std::string_view::npos ? token.size() : name_end;
        }
    }
    const std::size_t last = token.rfind(':');
    // "…:2.0:User": what follows a version is the name of a schema, not an attribute.
    const std::size_t before = last == 0 ? std::string_view::npos : token.rfind(':', last - 1);
    if (before != std::string_view::npos && is_version(token.substr(before + 1, last - before - 1)) &&
        last + 1 < token.size() && token[last + 1] >= 'A' && token[last + 1] <= 'Z' &&
        token.find('.', last) == std::string_view::npos) {
        return token.size();
    }
    return last;
}

std::optional<parse_error> check_urn(std::string_view urn, std::size_t position)
{
    constexpr std::string_view others = "-._~:/?#@!$&'*+,;=%";
    if (urn.empty() || !is_letter(urn.front())) {
        return parse_error{"a schema URN begins with a letter, as in urn:ietf:params:scim:schemas:core:2.0:User",
                           position};
    }
    for (std::size_t i = 0; i < urn.size(); ++i) {
        const char c = urn[i];
        if (!is_letter(c) && !is_digit(c) && others.find(c) == std::string_view::npos) {
            return parse_error{"a schema URN cannot hold this character", position + i};
        }
        if (c == ':' && (i + 1 == urn.size() || urn[i + 1] == ':')) {
            return parse_error{"a part of the schema URN is empty", position + i};
        }
    }
    return std::nullopt;
}

} // namespace

bool is_core_schema(std::string_view urn)
{
    return starts_with_name(urn, "urn:ietf:params:scim:schemas:core:");
}

std::optional<parse_error> check_attribute_name(std::string_view name, std::size_t position)
{
    if (name.empty()) {
        return parse_error{"an attribute name is missing here", position};
    }
    if (equal_names(name, "$ref")) {
        return std::nullopt;
    }
    if (!is_letter(name.front())) {
        return parse_error{"an attribute name begins with a letter", position};
    }
    for (std::size_t i = 1; i < name.size(); ++i) {
        const char c = name[i];
        if (!is_letter(c) && !is_digit(c) && c != '-' && c != '_') {
            return parse_error{"an attribute name holds only letters, digits, - and _", position + i};
        }
    }
    return std::nullopt;
}

std::optional<parse_error> parse_attribute_token(std::string_view token, std::size_t position, attribute_path& out)
{
    std::string_view names = token;
    if (token.find(':') != std::string_view::npos) {
        const std::size_t length = urn_length(token);
        if (auto wrong = check_urn(token.substr(0, length), position)) {
            return wrong;
        }
        out.urn = token.substr(0, length);
        if (length == token.size()) {
            return std::nullopt;
        }
        names = token.substr(length + 1);
        position += length + 1;
    }
    const std::size_t point = names.find('.');
    const std::string_view attribute = names.substr(0, point);
    if (auto wrong = check_attribute_name(attribute, position)) {
        return wrong;
    }
    out.attribute = attribute;
    if (point == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view sub_attribute = names.substr(point + 1);
    const std::size_t second = sub_attribute.find('.');
    if (second != std::string_view::npos) {
        return parse_error{"a sub-attribute has no sub-attributes of its own (RFC 7643 section 2.3.8)",
                           position + point + 1 + second};
    }
    if (auto wrong = check_attribute_name(sub_attribute, position + point + 1)) {
        return wrong;
    }
    out.sub_attribute = sub_attribute;
    return std::nullopt;
}

} // namespace idferry::mapping
