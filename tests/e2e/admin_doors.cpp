#include "tests/e2e/admin_doors.hpp"

#include "tests/sandbox/certificates.hpp"
#include "tests/sandbox/issued.hpp"

#include <gtest/gtest.h>

#include <random>

namespace idferry::e2e {
namespace {

// As `openssl rand -hex 32` makes one.
std::string fresh_token()
{
    std::random_device source;
    std::string out;
    while (out.size() < 64) out += "0123456789abcdef"[source() & 15U];
    return out;
}

} // namespace

std::unique_ptr<admin_connection> admin_door::connect() const
{
    return socket.empty() ? connect_tls(port, ca_file) : connect_socket(socket);
}

admin_answer admin_door::raw(const std::string& bytes) const
{
    const auto c = connect();
    if (!c) return {};
    c->send(bytes);
    return {c->rest()};
}

std::string admin_door::request(const std::string& method, const std::string& target, const std::string& body,
                                const std::string& more) const
{
    auto bytes = method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n" + authorization;
    if (method == "POST")
        bytes += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    return bytes + more + "\r\n" + body;
}

json admin_door::get(const std::string& target) const
{
    const auto answer = ask("GET", target);
    EXPECT_EQ(answer.status(), 200) << name << " " << target << "\n" << answer.all.substr(0, 1000);
    auto parsed = json::parse(answer.body(), nullptr, false);
    return parsed.is_discarded() ? json() : parsed;
}

admin_doors::admin_doors(stage& s) : token(fresh_token())
{
    const auto made = sandbox::make_certificates();
    sandbox::note_issued("admin token", token);
    sandbox::note_issued("private key", sandbox::key_line(made.key_pem));
    s.give_secret("admin-token", token + "\n");
    s.give_secret("admin.key", made.key_pem);
    s.write_file("admin.pem", made.certificate_pem);
    s.write_file("admin-ca.pem", made.authority_pem);
    socket.name = "socket";
    socket.host = "localhost";
    socket.socket = s.folder() + "/admin.sock";
    tcp.name = "tcp";
    tcp.port = free_port();
    tcp.host = "127.0.0.1:" + std::to_string(tcp.port);
    tcp.authorization = "Authorization: Bearer " + token + "\r\n";
    tcp.ca_file = s.folder() + "/admin-ca.pem";
    s.write_config(s.config_text() + "admin:\n  socket: " + socket.socket +
                   "\n  tcp:\n    port: " + std::to_string(tcp.port) + "\n    token: {file: " + s.folder() +
                   "/admin-token}\n    tls: {certificate: " + s.folder() + "/admin.pem, key: " + s.folder() +
                   "/admin.key}\n");
}

} // namespace idferry::e2e
