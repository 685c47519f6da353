// Both doors of a real daemon's admin endpoint: the Unix domain socket, and a TCP port with TLS and a token.
#pragma once

#include "tests/e2e/admin_client.hpp"
#include "tests/e2e/stage.hpp"

#include <memory>
#include <string>
#include <vector>

namespace idferry::e2e {

// One of them, and what a good request over it has.
struct admin_door
{
    std::string name;          // "socket" or "tcp"
    std::string host;          // of the Host header
    std::string authorization; // a whole header line, or ""
    std::string socket;        // path, or "" for TCP
    unsigned short port{0};
    std::string ca_file;

    // Null when the other side closed at once.
    std::unique_ptr<admin_connection> connect() const;
    // These bytes on a connection of their own, and everything that comes.
    admin_answer raw(const std::string& bytes) const;
    // A whole good request; `more` are further header lines.
    std::string request(const std::string& method, const std::string& target, const std::string& body = "",
                        const std::string& more = "") const;
    admin_answer ask(const std::string& method, const std::string& target, const std::string& body = "") const
    {
        return raw(request(method, target, body));
    }
    // The answer of a good GET as JSON.
    json get(const std::string& target) const;
};

struct admin_doors
{
    // Writes the section `admin` into the stage's configuration, with a token, a certificate and a free port.
    explicit admin_doors(stage& s);

    std::string token;
    admin_door socket, tcp;
    std::vector<const admin_door*> both() const { return {&socket, &tcp}; }
};

} // namespace idferry::e2e
