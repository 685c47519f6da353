// Asks the running daemon over its Unix domain socket; blocks until the answer is there.
#pragma once

#include "mapping/json_fwd.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

namespace idferry::daemon::cli {

struct admin_answer
{
    int status{0};
    std::shared_ptr<const mapping::json> body;
    // The sentence of an answer that is not 2xx, else "".
    std::string error() const;
};

// Why there is no answer; `text` says what to do.
struct admin_trouble
{
    enum class kind
    {
        not_running,   // nobody answers on the socket
        not_permitted, // the socket is not ours to use
        broken         // it answered badly, or not in time
    };
    kind what{kind::broken};
    std::string text;
};

class admin_client
{
public:
    explicit admin_client(std::string socket);
    ~admin_client();
    admin_client(const admin_client&) = delete;
    admin_client& operator=(const admin_client&) = delete;

    // `path` begins with "/" and is encoded: "/api/v1/syncs/" + connectors::http::path_segment(name) + "/run".
    std::variant<admin_answer, admin_trouble> get(const std::string& path);
    std::variant<admin_answer, admin_trouble> post(const std::string& path, const mapping::json& body);

    // Posts a request that becomes a job and asks until it is done. Gives the job as GET /api/v1/jobs/{id} shows it, or
    // the answer that refused it.
    std::variant<admin_answer, admin_trouble> carry_out(const std::string& path, const mapping::json& body);

private:
    struct state;
    std::unique_ptr<state> state_;
};

// True when a daemon runs on this state folder, or only it may open the folder: then it is the one to ask.
bool daemon_holds(const std::string& folder);

// "/run/idferry/admin.sock" or what the configuration names; the default too when it cannot be read.
std::string admin_socket_of(const std::string& config_file);

} // namespace idferry::daemon::cli
