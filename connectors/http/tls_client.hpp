// The client's side of TLS: whom it trusts, whom it speaks to, and what went wrong in words. Internal to
// connectors/http.
#pragma once

#include "connectors/failure.hpp"
#include "connectors/http/byte_stream.hpp"
#include "connectors/http/transport.hpp"

#include <memory>
#include <string>

namespace idferry::connectors::http {

// TLS 1.2 or newer, certificates verified against the configured or the system's authorities. Fails with `stop` when a
// file cannot be used.
result<std::shared_ptr<boost::asio::ssl::context>> make_client_context(const tls_settings& settings);

// Sets the name that the server must prove (and SNI for names). Before the handshake.
bool expect_host(SSL* tls, const std::string& host);

// What a failed handshake means: `stop` for anything about certificates and protocol, `retry` for a broken connection.
failure handshake_failure(SSL* tls, const std::string& host, const boost::system::error_code& ec);

// A session that a later connection to the same origin can resume (one round trip and the verification less).
class tls_session
{
public:
    void keep(SSL* tls);
    void offer(SSL* tls) const;

private:
    std::shared_ptr<SSL_SESSION> session_;
};

} // namespace idferry::connectors::http
