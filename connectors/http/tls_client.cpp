#include "connectors/http/tls_client.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace idferry::connectors::http {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;

namespace {

failure unusable_file(const std::string& what, const std::string& file, const boost::system::error_code& ec)
{
    failure f;
    f.next = disposition::stop;
    f.detail = "TLS: " + what + " " + file + " cannot be used: " + ec.message();
    return f;
}

} // namespace

result<std::shared_ptr<ssl::context>> make_client_context(const tls_settings& settings)
{
    auto made = std::make_shared<ssl::context>(ssl::context::tls_client);
    boost::system::error_code ec;
    made->set_verify_mode(ssl::verify_peer, ec);
    SSL_CTX_set_min_proto_version(made->native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_session_cache_mode(made->native_handle(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    if (settings.ca_file.empty())
        made->set_default_verify_paths(ec);
    else
        made->load_verify_file(settings.ca_file, ec);
    if (ec) return unusable_file("ca_file", settings.ca_file, ec);
    if (!settings.client_certificate.empty()) {
        made->use_certificate_chain_file(settings.client_certificate, ec);
        if (ec) return unusable_file("client_certificate", settings.client_certificate, ec);
        made->use_private_key_file(settings.client_key, ssl::context::pem, ec);
        if (ec) return unusable_file("client_key", settings.client_key, ec);
    }
    return made;
}

bool expect_host(SSL* tls, const std::string& host)
{
    boost::system::error_code not_an_address;
    asio::ip::make_address(host, not_an_address);
    auto* parameters = SSL_get0_param(tls);
    if (!not_an_address) return X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1;
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (X509_VERIFY_PARAM_set1_host(parameters, host.c_str(), host.size()) != 1) return false;
    // The macro of OpenSSL casts in a way that our warnings refuse.
    auto* name = const_cast<char*>(host.c_str());
    return SSL_ctrl(tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name) == 1;
}

failure handshake_failure(SSL* tls, const std::string& host, const boost::system::error_code& ec)
{
    failure f;
    f.next = disposition::stop;
    const auto verdict = SSL_get_verify_result(tls);
    switch (verdict) {
    case X509_V_OK: break;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: f.detail = "TLS: certificate is not valid for host " + host; return f;
    case X509_V_ERR_CERT_HAS_EXPIRED: f.detail = "TLS: certificate has expired"; return f;
    case X509_V_ERR_CERT_NOT_YET_VALID: f.detail = "TLS: certificate is not yet valid (is our clock right?)"; return f;
    default:
        f.detail = std::string("TLS: certificate is not trusted: ") + X509_verify_cert_error_string(verdict);
        return f;
    }
    if (ec.category() == asio::error::get_ssl_category()) {
        f.detail = "TLS: the handshake failed: " + ec.message();
        return f;
    }
    f.next = disposition::retry;
    f.detail = ec == ssl::error::stream_truncated || ec == asio::error::eof
                   ? "TLS: the server closed the connection during the handshake"
                   : "TLS: the connection broke during the handshake: " + ec.message();
    return f;
}

void tls_session::keep(SSL* tls)
{
    const auto* now = SSL_get_session(tls);
    if (now == nullptr || SSL_SESSION_is_resumable(now) != 1) return;
    // A copy: OpenSSL spoils the session of a connection that is dropped without close_notify.
    session_.reset(SSL_SESSION_dup(now), [](SSL_SESSION* p) { SSL_SESSION_free(p); });
}

void tls_session::offer(SSL* tls) const
{
    if (session_) SSL_set_session(tls, session_.get());
}

} // namespace idferry::connectors::http
