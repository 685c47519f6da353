// A client of the admin endpoint that sends exactly the bytes a test wants, over either door: the Unix domain socket,
// or the TCP port with TLS. It blocks, for a minute at most.
#pragma once

#include <memory>
#include <string>

namespace idferry::e2e {

// An answer taken apart as far as tests look.
struct admin_answer
{
    std::string all;                                   // every byte
    int status() const;                                // 0 when there was none
    std::string header(const std::string& name) const; // "" when it is not there
    std::string body() const;
};

class admin_connection
{
public:
    virtual ~admin_connection() = default;
    // What nobody takes any more is dropped: the answer says why.
    virtual void send(const std::string& bytes) = 0;
    // What comes next; "" when the other side has closed.
    virtual std::string some() = 0;
    // Everything until the other side closes.
    std::string rest();
};

// Null when the other side closed before it could be spoken to; a test failure when nothing listens.
std::unique_ptr<admin_connection> connect_socket(const std::string& path);
// To 127.0.0.1; the certificate must be the authority's.
std::unique_ptr<admin_connection> connect_tls(unsigned short port, const std::string& ca_file);

// A port of loopback that nobody listens on now.
unsigned short free_port();

} // namespace idferry::e2e
