#include "tests/daemon/admin/admin_stage.hpp"

#include "connectors/http/transport_options.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace idferry::test {

namespace asio = boost::asio;

namespace {

constexpr auto new_year = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};

// Runs `io` until `done`; false when it takes longer than anything here may.
bool run_io(asio::io_context& io, const std::function<bool()>& done)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done() && std::chrono::steady_clock::now() < end) {
        io.restart();
        io.run_one_for(std::chrono::milliseconds(50));
    }
    return done();
}

} // namespace

scratch_folder::scratch_folder()
{
    auto name = (std::filesystem::temp_directory_path() / "idferry-admin-XXXXXX").string();
    path = ::mkdtemp(name.data());
}

scratch_folder::~scratch_folder()
{
    std::filesystem::remove_all(path);
}

int raw_answer::status() const
{
    return all.starts_with("HTTP/1.1 ") ? std::atoi(all.c_str() + 9) : 0;
}

std::string raw_answer::header(const std::string& name) const
{
    const auto at = all.find("\r\n" + name + ": ");
    const auto end = all.find("\r\n\r\n");
    if (at == std::string::npos || at > end) return {};
    const auto from = at + name.size() + 4;
    return all.substr(from, all.find("\r\n", from) - from);
}

std::string raw_answer::body() const
{
    const auto end = all.find("\r\n\r\n");
    return end == std::string::npos ? std::string() : all.substr(end + 4);
}

raw_connection::raw_connection(asio::io_context& io, unsigned short port) : io_(io), socket_(io)
{
    socket_.connect({asio::ip::address_v4::loopback(), port});
}

void raw_connection::send(const std::string& bytes)
{
    bool done = false;
    asio::async_write(socket_, asio::buffer(bytes),
                      [&](const boost::system::error_code&, std::size_t) { done = true; });
    EXPECT_TRUE(run_io(io_, [&] { return done; })) << "nobody takes these bytes";
}

std::string raw_connection::some()
{
    std::string bytes(64 * 1024, '\0');
    bool done = false;
    std::size_t n = 0;
    socket_.async_read_some(asio::buffer(bytes), [&](const boost::system::error_code&, std::size_t got) {
        n = got;
        done = true;
    });
    EXPECT_TRUE(run_io(io_, [&] { return done; })) << "no answer";
    bytes.resize(n);
    return bytes;
}

std::string raw_connection::rest()
{
    std::string all;
    for (auto part = some(); !part.empty(); part = some()) all += part;
    return all;
}

admin_stage::admin_stage(admin::endpoint_settings settings, const std::string& schedule)
    : stage(new_year, {{"staff", schedule}, {"sales", ""}}), figures(admin::make_metrics(stage.time, *stage.store))
{
    stage.settle();
    figures->configured(*stage.daemon->settings(), false);
    settings.where.socket = folder.path + "/admin.sock";
    settings.any_port = true;
    if (!settings.where.tcp) settings.where.tcp.emplace();
    auto& reference = settings.where.tcp->token;
    reference.from = config::secret_ref::kind::file;
    reference.name = "token";
    const auto secrets = [this](const config::secret_ref&) -> std::variant<config::secret, std::string> {
        return config::secret(file_token.empty() ? token : file_token);
    };
    endpoint =
        admin::open_endpoint(stage.io.get_executor(), std::move(settings),
                             {{*stage.daemon, *figures},
                              secrets,
                              [this](const admin::answered& a) { told.push_back(a); },
                              [this](connectors::http::listener_event why, const std::string&, int status) {
                                  using event = connectors::http::listener_event;
                                  dropped.push_back(why == event::full   ? "full"
                                                    : why == event::slow ? "slow " + std::to_string(status)
                                                                         : "malformed " + std::to_string(status));
                              }});
}

admin_stage::~admin_stage()
{
    endpoint.reset();
    stage.settle();
}

void admin_stage::until(const std::function<bool()>& done, const char* what)
{
    EXPECT_TRUE(run_io(stage.io, done)) << what;
}

connectors::http::response admin_stage::local(const std::string& method, const std::string& target,
                                              const std::string& body)
{
    connectors::http::transport_options o;
    o.local_socket = folder.path + "/admin.sock";
    const auto transport = connectors::http::make_beast_transport_with({}, std::move(o));
    connectors::http::request r(method, "http://localhost" + target);
    if (method == "POST") r.headers.emplace_back("Content-Type", "application/json");
    r.body = body;
    std::optional<connectors::result<connectors::http::response>> answer;
    asio::co_spawn(stage.io, transport->exchange(std::move(r)),
                   [&](const std::exception_ptr&, connectors::result<connectors::http::response> a) {
                       answer.emplace(std::move(a));
                   });
    until([&] { return answer.has_value(); }, "no answer on the socket");
    if (!answer || !*answer) {
        ADD_FAILURE() << (answer ? answer->error().detail : "");
        return {};
    }
    return std::move(**answer);
}

raw_answer admin_stage::tcp(const std::string& method, const std::string& target, const std::string& body)
{
    auto bytes = method + " " + target + " HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nAuthorization: Bearer " +
                 token + "\r\n";
    if (method == "POST")
        bytes += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    return raw(bytes + "\r\n" + body);
}

raw_answer admin_stage::raw(std::string bytes)
{
    for (auto at = bytes.find("HOST"); at != std::string::npos; at = bytes.find("HOST")) bytes.replace(at, 4, host());
    raw_connection c(stage.io, endpoint->tcp_port());
    c.send(bytes);
    return {c.rest()};
}

std::string admin_stage::host() const
{
    return "127.0.0.1:" + std::to_string(endpoint->tcp_port());
}

mapping::json admin_stage::json_of(const std::string& text)
{
    mapping::json j;
    mapping::json_error wrong;
    EXPECT_TRUE(mapping::parse_json(text, j, wrong)) << wrong.message << ": " << text;
    return j;
}

} // namespace idferry::test
