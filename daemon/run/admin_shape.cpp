#include "daemon/run/admin_shape.hpp"

#include <arpa/inet.h>
#include <fstream>
#include <sstream>

namespace idferry::daemon::run {

namespace {

bool is_address(const std::string& text)
{
    in6_addr any{};
    return ::inet_pton(AF_INET, text.c_str(), &any) == 1 || ::inet_pton(AF_INET6, text.c_str(), &any) == 1;
}

bool is_loopback_address(const std::string& text)
{
    return text == "::1" || text.starts_with("127.");
}

config::shape<admin_tls> tls_shape()
{
    using namespace config;
    return config::named(section<admin_tls>()
                             .required("certificate", &admin_tls::certificate, non_empty_text(),
                                       "PEM file of the certificate and its chain")
                             .required("key", &admin_tls::key, non_empty_text(), "PEM file of the private key")
                             .shape(),
                         "admin_tls", "the certificate under which the admin endpoint is called over the network");
}

config::shape<admin_tcp> tcp_shape()
{
    using namespace config;
    const auto address = checked<std::string>(non_empty_text(), [](const std::string& text) {
        return is_address(text) ? std::string() : "an IP address is needed, not a name: 127.0.0.1 or 0.0.0.0, say";
    });
    return config::named(
        section<admin_tcp>()
            .optional("address", &admin_tcp::address, address, "IP address to listen on")
            .optional("port", &admin_tcp::port, integer(1, 65535), "TCP port to listen on")
            .required("token", &admin_tcp::token, secret_reference(),
                      "bearer token that every request must bring; 16 characters at least")
            .optional("tls", &admin_tcp::tls, tls_shape(),
                      "certificate and key; required when the address is not loopback")
            .optional("names", &admin_tcp::names, list_of(non_empty_text()),
                      "host names under which it is called, beside the address itself and loopback")
            .check([](const admin_tcp& t, const node& n, diagnostics& out) {
                if (!t.tls && !is_loopback_address(t.address))
                    out.add(
                        n, "the token would cross the network in the clear: give tls: {certificate, key}, or listen on "
                           "127.0.0.1");
            })
            .shape(),
        "admin_tcp", "a TCP port beside the socket, for Prometheus and the web page",
        {R"({"port": 9470, "token": {"credential": "admin-token"}})"});
}

} // namespace

bool admin_settings::same_places(const admin_settings& other) const
{
    if (socket != other.socket || group != other.group || tcp.has_value() != other.tcp.has_value()) return false;
    if (!tcp) return true;
    const auto files = [](const admin_tcp& t) {
        return t.tls ? t.tls->certificate + "\n" + t.tls->key : std::string();
    };
    return tcp->address == other.tcp->address && tcp->port == other.tcp->port && files(*tcp) == files(*other.tcp) &&
           tcp->names == other.tcp->names && tcp->token.text() == other.tcp->token.text();
}

config::shape<admin_settings> admin_shape()
{
    using namespace config;
    const auto path = checked<std::string>(non_empty_text(), [](const std::string& text) {
        if (!text.starts_with("/")) return std::string("give an absolute path");
        return text.size() > 107 ? std::string("the path of a socket has at most 107 characters") : std::string();
    });
    return config::named(
        section<admin_settings>()
            .optional("socket", &admin_settings::socket, path, "path of the Unix domain socket that commands use")
            .optional("group", &admin_settings::group, non_empty_text(),
                      "group that may use the socket; the daemon's own when it is left out")
            .optional("tcp", &admin_settings::tcp, tcp_shape(),
                      "a TCP port beside the socket, for Prometheus and the web page")
            .shape(),
        "admin", "where the running daemon can be asked and told", {R"({"group": "idferry"})"});
}

std::optional<admin_settings> load_admin_settings(const std::string& path, config::diagnostics& out)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) {
        out.add(config::location{path, 0, 0}, "", "cannot be read: check that it exists and may be read");
        return std::nullopt;
    }
    const auto root = config::parse_yaml(text.str(), path, out);
    if (!root || !root->is_map()) return std::nullopt;
    const auto at = root->find("admin");
    return at ? admin_shape().parse(*at, out) : admin_settings();
}

} // namespace idferry::daemon::run
