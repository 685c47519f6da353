#include "connectors/scim/scim_filter_text.hpp"

#include "mapping/core_schema.hpp"
#include "mapping/json.hpp"

namespace idferry::connectors::scim {

namespace {

int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

} // namespace

std::string equals_filter(std::string_view attribute, std::string_view value)
{
    return std::string(attribute) + " eq " + mapping::to_text(mapping::json(std::string(value)));
}

std::string percent_encode(std::string_view text)
{
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '.' || c == '_' || c == '~';
        if (plain) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

std::string percent_decode(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else
            out += text[i];
    }
    return out;
}

endpoint::endpoint(std::string base_url) : base_(std::move(base_url))
{
    const auto mark = base_.find('?');
    path_ = base_.substr(0, mark);
    if (mark != std::string::npos && mark + 1 < base_.size()) query_ = base_.substr(mark);
    while (path_.ends_with('/')) path_.pop_back();
}

std::string endpoint::collection(std::string_view path, const query& q) const
{
    std::string url = path_;
    url += path;
    url += query_;
    char separator = query_.empty() ? '?' : '&';
    for (const auto& [name, value] : q) {
        url += separator;
        url += name;
        url += '=';
        url += percent_encode(value);
        separator = '&';
    }
    return url;
}

std::string endpoint::resource(std::string_view path, std::string_view id) const
{
    std::string url = path_;
    url += path;
    url += '/';
    // A dot segment would be removed by whoever normalises the URL.
    url += id == "." ? "%2E" : id == ".." ? "%2E%2E" : percent_encode(id);
    url += query_;
    return url;
}

std::string id_in_location(std::string_view location, std::string_view path)
{
    location = location.substr(0, location.find_first_of("?#"));
    const auto slash = location.rfind('/');
    if (slash == std::string_view::npos) return {};
    const auto before = location.substr(0, slash);
    // "…/Users" or the relative "Users".
    const auto name = path.substr(1);
    const auto last = before.substr(before.rfind('/') == std::string_view::npos ? 0 : before.rfind('/') + 1);
    if (!mapping::same_name(last, name)) return {};
    return percent_decode(location.substr(slash + 1));
}

} // namespace idferry::connectors::scim
