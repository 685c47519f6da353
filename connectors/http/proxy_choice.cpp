#include "connectors/http/proxy_choice.hpp"

#include "connectors/http/base64.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <cstdlib>

namespace idferry::connectors::http {

namespace {

namespace ip = boost::asio::ip;

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool in_network(const std::string& network, const ip::address& address)
{
    boost::system::error_code ec;
    if (address.is_v4()) {
        const auto n = ip::make_network_v4(network, ec);
        if (ec) return false;
        const auto mask = n.netmask().to_uint();
        return (address.to_v4().to_uint() & mask) == (n.address().to_uint() & mask);
    }
    const auto n = ip::make_network_v6(network, ec);
    if (ec) return false;
    const auto own = ip::network_v6(address.to_v6(), n.prefix_length());
    return own.canonical() == n.canonical();
}

bool names_match(std::string_view pattern, const std::string& host)
{
    while (pattern.starts_with("*") || pattern.starts_with(".")) pattern.remove_prefix(1);
    if (pattern.empty() || host.size() < pattern.size()) return false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        auto c = pattern[i];
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (c != host[host.size() - pattern.size() + i]) return false;
    }
    return host.size() == pattern.size() || host[host.size() - pattern.size() - 1] == '.';
}

// Cuts ":port" (and brackets) off an entry of NO_PROXY; returns false when the port is another one.
bool port_fits(std::string& entry, unsigned short port)
{
    if (entry.starts_with("[")) {
        const auto close = entry.find(']');
        if (close == std::string::npos) return false;
        const auto rest = entry.substr(close + 1);
        entry = entry.substr(1, close - 1);
        if (!rest.starts_with(":")) return true;
        return rest.substr(1) == std::to_string(port);
    }
    const auto colon = entry.find(':');
    if (colon == std::string::npos || entry.find(':', colon + 1) != std::string::npos) return true;
    const auto wanted = entry.substr(colon + 1);
    entry.resize(colon);
    return wanted == std::to_string(port);
}

bool excluded(std::string_view list, const url_parts& to)
{
    boost::system::error_code no_address;
    const auto address = ip::make_address(to.host, no_address);
    while (!list.empty()) {
        const auto comma = list.find(',');
        std::string entry(trimmed(list.substr(0, comma)));
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
        if (entry.empty()) continue;
        if (entry == "*") return true;
        if (!port_fits(entry, to.port)) continue;
        if (no_address) {
            if (names_match(entry, to.host)) return true;
            continue;
        }
        if (entry.find('/') != std::string::npos) {
            if (in_network(entry, address)) return true;
            continue;
        }
        boost::system::error_code ec;
        const auto one = ip::make_address(entry, ec);
        if (!ec && one == address) return true;
    }
    return false;
}

result<std::optional<proxy>> parse_proxy(std::string text, const std::string& from)
{
    failure bad;
    bad.detail = "the proxy in " + from + " is not of the form http://host:port";
    if (text.find("://") == std::string::npos) text = "http://" + text;
    auto parsed = boost::urls::parse_uri(text);
    if (!parsed || parsed->scheme() != "http" || parsed->host().empty()) return bad;
    if (!parsed->encoded_path().empty() && parsed->encoded_path().front() != '/') return bad; // see parse_url
    proxy p;
    p.host =
        parsed->host_type() == boost::urls::host_type::ipv6 ? parsed->host_ipv6_address().to_string() : parsed->host();
    p.port = 80;
    if (parsed->has_port() && !parsed->port().empty()) {
        const auto number = parse_port(std::string_view(parsed->port().data(), parsed->port().size()));
        if (!number) return bad;
        p.port = *number;
    }
    if (parsed->has_userinfo()) p.authorization = "Basic " + base64(parsed->user() + ":" + parsed->password());
    return std::optional<proxy>(std::move(p));
}

} // namespace

std::string proxy::text() const
{
    return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
}

environment_reader process_environment()
{
    return [](const char* name) {
        const char* value = std::getenv(name);
        return std::string(value ? value : "");
    };
}

result<std::optional<proxy>> choose_proxy(const std::string& configured, const url_parts& to,
                                          const environment_reader& env)
{
    if (configured == "none" || is_loopback_host(to.host)) return std::optional<proxy>();
    if (!configured.empty()) return parse_proxy(configured, "the configuration");
    if (!to.secure) return std::optional<proxy>();
    for (const char* name : {"https_proxy", "HTTPS_PROXY"}) {
        auto text = env(name);
        if (text.empty()) continue;
        auto list = env("no_proxy");
        if (list.empty()) list = env("NO_PROXY");
        if (excluded(list, to)) return std::optional<proxy>();
        return parse_proxy(std::move(text), name);
    }
    return std::optional<proxy>();
}

} // namespace idferry::connectors::http
