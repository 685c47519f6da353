// The real service on a fake clock, with the real endpoint beside it on the same thread, and clients of both its doors.
#pragma once

#include "connectors/http/transport.hpp"
#include "daemon/admin/endpoint.hpp"
#include "mapping/json.hpp"
#include "tests/daemon/service_stage.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace idferry::test {

namespace admin = daemon::admin;

// A folder below the system's for temporary files, gone with the test.
struct scratch_folder
{
    scratch_folder();
    ~scratch_folder();
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    std::string path;
};

// An answer over a raw connection, taken apart as far as tests look.
struct raw_answer
{
    std::string all; // every byte
    int status() const;
    std::string header(const std::string& name) const; // "" when it is not there
    std::string body() const;
};

// A TCP connection that says what a test wants and tells what comes.
class raw_connection
{
public:
    raw_connection(boost::asio::io_context& io, unsigned short port);
    void send(const std::string& bytes);
    // Everything until the other side closes.
    std::string rest();
    // What has come when the first bytes have.
    std::string some();

private:
    boost::asio::io_context& io_;
    boost::asio::ip::tcp::socket socket_;
};

class admin_stage
{
public:
    inline static const std::string token = "a-token-of-this-test-0123456789";

    // Two syncs, `staff` and `sales`, without a schedule unless one is given for `staff`.
    explicit admin_stage(admin::endpoint_settings settings = {}, const std::string& schedule = "");
    ~admin_stage();

    // Runs until `done` holds; fails the test after 20 s.
    void until(const std::function<bool()>& done, const char* what);

    // Over the Unix domain socket, as commands do.
    connectors::http::response local(const std::string& method, const std::string& target,
                                     const std::string& body = "");
    // Over TCP with the token and everything else that a good request has.
    raw_answer tcp(const std::string& method, const std::string& target, const std::string& body = "");
    // Over TCP, exactly these bytes; "HOST" in them becomes address and port.
    raw_answer raw(std::string bytes);
    std::string host() const; // "127.0.0.1:41235"
    static mapping::json json_of(const std::string& text);

    scratch_folder folder;
    service_stage stage;
    std::string file_token; // when not empty: what the token's file holds
    std::unique_ptr<admin::metrics> figures;
    std::unique_ptr<admin::endpoint> endpoint;
    std::vector<admin::answered> told;
    std::vector<std::string> dropped; // "full", "malformed 413", "slow 408"
};

} // namespace idferry::test
