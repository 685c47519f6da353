#include "connectors/scim/scim_filter_text.hpp"

#include "connectors/http/percent_encoding.hpp"

#include "mapping/core_schema.hpp"
#include "mapping/json.hpp"

namespace idferry::connectors::scim {

std::string equals_filter(std::string_view attribute, std::string_view value)
{
    return std::string(attribute) + " eq " + mapping::to_text(mapping::json(std::string(value)));
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
        url += http::percent_encode(value);
        separator = '&';
    }
    return url;
}

std::string endpoint::resource(std::string_view path, std::string_view id) const
{
    std::string url = path_;
    url += path;
    url += '/';
    url += http::path_segment(id);
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
    return http::percent_decode(location.substr(slash + 1));
}

} // namespace idferry::connectors::scim
