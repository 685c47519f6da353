// The whole sandbox in one object: the pretended systems, their directories and the control, served over TLS on
// loopback ports that the system chose. `idferry-sandbox` is this plus a command line; tests may hold one in-process.
//
//   sandbox box({.organisation = {.users = 200, .groups = 12, .seed = 1}, .directory = "/tmp/x"});
//   box.control("POST", "/__sandbox/knobs", R"({"bareid":{"expires_in":2}})");
//
// With `listens` off nothing is opened: `ask` calls the servers directly.
#pragma once

#include "tests/sandbox/bare_id.hpp"
#include "tests/sandbox/beyond_identity.hpp"
#include "tests/sandbox/control.hpp"
#include "tests/sandbox/generator.hpp"
#include "tests/sandbox/showpad.hpp"
#include "tests/sandbox/strict.hpp"

#include <memory>
#include <string>
#include <vector>

namespace idferry::sandbox {

struct sandbox_settings
{
    organisation_settings organisation;
    std::string directory; // gets ca.pem, sandbox.json, idferry.yaml and the secrets; empty = nothing is written
    std::string data_file; // a state dump to begin with
    std::vector<std::string> knobs; // server.name=value
    std::string mode{"group_walk"}; // of the example configuration: group_walk | user_list
    int threads{2};
    bool listens{true};
};

class sandbox
{
public:
    // Throws std::runtime_error with a message for people.
    explicit sandbox(sandbox_settings settings);
    ~sandbox();
    sandbox(const sandbox&) = delete;
    sandbox& operator=(const sandbox&) = delete;

    bare_id_server& bare_id();
    bare_id_server& bare_id_target(); // a second instance, empty: a target
    showpad_server& showpad();
    beyond_server& beyond();
    strict_server& strict(); // empty: a target
    strict_server& people(); // the organisation: a source
    sandbox_clock& clock();

    // What is written to sandbox.json: base URLs, ports, instance, realm, client, secrets, pid.
    const json& info() const;
    const std::string& authority_pem() const;
    std::string url(std::string_view server) const; // "https://127.0.0.1:…"; server or "control"

    // Goes through faults and the request log like a request from outside. `server` "control" for /__sandbox/ only.
    outgoing ask(std::string_view server, const incoming& in);
    // A control call; throws std::runtime_error when it is refused. Returns the answer as JSON (null when it has none).
    json control(std::string method, std::string target, std::string body = "");

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

} // namespace idferry::sandbox
