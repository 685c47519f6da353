// A server that sends exactly the bytes that a test gives, and notes what it received; and a client of that kind.
#pragma once

#include "tests/support/certificates.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <vector>

namespace idferry::test {

// What follows the bytes of a reply.
enum class afterwards
{
    keep,        // read the next request
    close,       // close the socket; over TLS without close_notify
    close_clean, // close_notify first
    reset,       // TCP reset
    hang         // neither send nor close
};

struct reply
{
    std::string bytes;
    afterwards then{afterwards::keep};
};

// "HTTP/1.1 200 OK" with a Content-Length.
reply plain_reply(const std::string& body, afterwards then = afterwards::keep);

// The replies of one connection, in order of its requests; after the last one the connection is closed.
using conversation = std::vector<reply>;

struct raw_server_settings
{
    std::vector<conversation> connections; // the last one serves all further connections too
    bool tls{false};
    certificate identity;      // TLS only
    std::string client_ca_pem; // TLS only: demands a certificate
    bool only_tls_1_1{false};
    std::string greeting; // sent before anything is read
    bool handshake{true}; // false: accepts and says nothing
};

class raw_server
{
public:
    explicit raw_server(raw_server_settings settings);
    ~raw_server();
    raw_server(const raw_server&) = delete;
    raw_server& operator=(const raw_server&) = delete;

    unsigned short port() const;
    std::string url(const std::string& path = "/") const; // with 127.0.0.1
    std::size_t connections() const;                      // accepted, and past the handshake
    std::size_t accepted() const;
    std::size_t resumed() const;                      // handshakes that took a session up again
    std::size_t ended() const;                        // connections that are over
    const std::vector<std::string>& requests() const; // headers and bodies as received

    struct state;

private:
    std::shared_ptr<state> state_;
};

// Sends the bytes to 127.0.0.1 and gives everything that comes until the peer closes.
boost::asio::awaitable<std::string> send_raw(unsigned short port, std::string bytes);

// A port of 127.0.0.1 on which nobody listens.
unsigned short closed_port();

} // namespace idferry::test
