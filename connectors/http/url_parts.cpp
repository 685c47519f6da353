#include "connectors/http/url_parts.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

#include <charconv>

namespace idferry::connectors::http {

namespace urls = boost::urls;

namespace {

std::string bracketed(const std::string& host)
{
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

std::string lower_ascii(std::string text)
{
    for (auto& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

} // namespace

std::string url_parts::host_and_port() const
{
    return fmt::format("{}:{}", bracketed(host), port);
}

std::string url_parts::host_header() const
{
    return port == (secure ? 443 : 80) ? bracketed(host) : host_and_port();
}

std::string url_parts::origin() const
{
    return (secure ? "https://" : "http://") + host_header();
}

std::optional<unsigned short> parse_port(std::string_view digits)
{
    unsigned short number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size() || number == 0) return std::nullopt;
    return number;
}

std::optional<url_parts> parse_url(std::string_view url)
{
    auto parsed = urls::parse_uri(urls::string_view(url.data(), url.size()));
    if (!parsed || !parsed->has_authority() || parsed->has_userinfo()) return std::nullopt;
    // Boost.URL 1.81 ends a host that begins like an address, and a port, where its digits end, and takes the rest for
    // a path: "http://127.0.0.1.acme.example/" would be loopback.
    if (!parsed->encoded_path().empty() && parsed->encoded_path().front() != '/') return std::nullopt;
    url_parts parts;
    if (parsed->scheme_id() == urls::scheme::https)
        parts.secure = true;
    else if (parsed->scheme_id() != urls::scheme::http)
        return std::nullopt;
    parts.host = lower_ascii(parsed->host_type() == urls::host_type::ipv6 ? parsed->host_ipv6_address().to_string()
                                                                          : parsed->host());
    if (parts.host.empty() || parts.host.find_first_of(" \r\n\t/\\") != std::string::npos) return std::nullopt;
    parts.port = parts.secure ? 443 : 80;
    if (parsed->has_port() && !parsed->port().empty()) {
        const auto number = parse_port(std::string_view(parsed->port().data(), parsed->port().size()));
        if (!number) return std::nullopt;
        parts.port = *number;
    }
    const auto target = parsed->encoded_target();
    parts.target.assign(target.data(), target.size());
    if (parts.target.empty() || parts.target.front() != '/') parts.target.insert(0, 1, '/');
    return parts;
}

std::optional<std::string> resolve_location(std::string_view url, std::string_view location)
{
    auto base = urls::parse_uri(urls::string_view(url.data(), url.size()));
    auto reference = urls::parse_uri_reference(urls::string_view(location.data(), location.size()));
    if (!base || !reference) return std::nullopt;
    urls::url to;
    auto resolved = urls::resolve(*base, *reference, to);
    if (!resolved) return std::nullopt;
    to.remove_fragment();
    return std::string(to.buffer().data(), to.buffer().size());
}

std::string url_for_messages(std::string_view url)
{
    auto parts = parse_url(url);
    if (!parts) return "(not a URL)";
    return parts->origin() + parts->target.substr(0, parts->target.find('?'));
}

bool is_loopback_host(std::string_view host)
{
    if (host == "localhost" || host.ends_with(".localhost")) return true;
    boost::system::error_code ec;
    auto address = boost::asio::ip::make_address(std::string(host), ec);
    return !ec && address.is_loopback();
}

} // namespace idferry::connectors::http
