// `admin:` of the configuration: where the running daemon can be asked and told.
#pragma once

#include "config/secret.hpp"
#include "config/shape.hpp"

#include <optional>
#include <string>
#include <vector>

namespace idferry::daemon::run {

struct admin_tls
{
    std::string certificate; // PEM file, the chain
    std::string key;         // PEM file
};

// In characters: what is shorter could be guessed, and the endpoint does not open with it.
inline constexpr std::size_t shortest_admin_token = 16;

// Over the network, beside the socket. Whoever has the token may do everything.
struct admin_tcp
{
    std::string address{"127.0.0.1"};
    std::int64_t port{9470};
    config::secret_ref token;
    std::optional<admin_tls> tls;   // required off loopback
    std::vector<std::string> names; // under which browsers may call it, beside the address and loopback
};

struct admin_settings
{
    std::string socket{"/run/idferry/admin.sock"}; // "" never; its file's permissions say who may
    std::string group;                             // of the socket's file; "" = the process's own
    std::optional<admin_tcp> tcp;

    // Whether one can take over from the other without a restart: the same places are listened on.
    bool same_places(const admin_settings& other) const;
};

// {socket, group, tcp: {address, port, token, tls: {certificate, key}, names}}. Refused: TCP without a token, an
// address that is none, TCP off loopback without TLS.
config::shape<admin_settings> admin_shape();

// The section of a configuration file, which only the endpoint and its clients need; its defaults when it is not there.
// Nothing when the file cannot be read as YAML or the section has mistakes, which are in `out`; other sections are not
// looked at.
std::optional<admin_settings> load_admin_settings(const std::string& path, config::diagnostics& out);

} // namespace idferry::daemon::run
