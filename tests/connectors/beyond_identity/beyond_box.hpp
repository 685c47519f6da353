// A sandbox with an organisation, and a connection to one of the realms of its pretended Beyond Identity, over TLS.
#pragma once

#include "config/node.hpp"
#include "connectors/beyond_identity/beyond_identity_connection.hpp"
#include "tests/sandbox/sandbox.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace idferry::tests {

using sandbox_json = nlohmann::json;

inline std::string text(const sandbox_json& from, const char* key)
{
    return from.value(key, std::string());
}

// A sandbox with an organisation, and a connection to one of its realms.
class beyond_box
{
public:
    // `realm`: the name under which sandbox.json has it.
    beyond_box(const char* realm, const std::string& keys, std::vector<std::string> knobs, std::uint32_t users)
        : folder_(testing::TempDir() + "beyond-" + std::to_string(++counter_) + "-" + std::to_string(getpid())),
          time_(connectors::make_system_clock()), box_(settings_of(folder_, std::move(knobs), users))
    {
        const auto& info = box_.info()["beyond"];
        realm_ = text(info, realm);
        config::diagnostics out;
        const auto tree = config::parse_yaml(
            "type: beyond_identity\napi_url: " + text(info, "api_url") + "\nauth_url: " + text(info, "auth_url") +
                "\ntenant: '" + text(info, "tenant") + "'\nrealm: '" + realm_ + "'\nauth: {realm: '" +
                text(info, "admin_realm") + "', application: '" + text(info, "application") + "', client_id: '" +
                text(info, "client_id") + "', client_secret: {file: " + folder_ + "/beyond-secret}}\ntls: {ca_file: " +
                folder_ + "/ca.pem}\nrate: {requests_per_second: 0, concurrency: 4}\n" +
                "retry: {tries: 2, base: 1ms, cap: 5ms}\ntimeouts: {connect: 5s}\n" + keys,
            "sandbox.yaml", out);
        if (tree) connection_ = connectors::parse_beyond_identity_connection(*tree, "beyond", out);
        for (const auto& d : out.sorted()) ADD_FAILURE() << d.text();
    }
    ~beyond_box() { std::filesystem::remove_all(folder_); }

    connectors::environment environment() const
    {
        return {*time_, config::resolve, connectors::http::make_beast_transport};
    }
    const connectors::connection& connection() const { return *connection_; }
    // The realm as it is now.
    sandbox_json state()
    {
        auto all = box_.control("GET", "/__sandbox/state?server=beyond&realm=" + realm_);
        if (all.contains("realms"))
            for (auto& one : all["realms"])
                if (text(one, "id") == realm_) return std::move(one);
        return all;
    }
    sandbox_json edit(const char* method, const std::string& path, const sandbox_json& body = nullptr)
    {
        return box_.control(method, "/__sandbox/beyond/" + path + "?realm=" + realm_,
                            body.is_null() ? std::string() : body.dump());
    }
    sandbox_json control(const char* method, const std::string& path, const sandbox_json& body = nullptr)
    {
        return box_.control(method, "/__sandbox/" + path, body.is_null() ? std::string() : body.dump());
    }
    void knob(const char* name, sandbox_json value)
    {
        control("POST", "knobs", sandbox_json{{"beyond", {{name, std::move(value)}}}});
    }
    // Requests that are neither reads nor for tokens.
    std::vector<std::string> writes()
    {
        std::vector<std::string> all;
        const auto log = control("GET", "requests?server=beyond&limit=100000");
        for (const auto& one : log.is_array() ? log : log["requests"]) {
            const auto target = one.value("target", one.value("path", std::string()));
            if (text(one, "method") != "GET" && target.find("/token") == std::string::npos) all.push_back(one.dump());
        }
        return all;
    }

private:
    static sandbox::sandbox_settings settings_of(const std::string& folder, std::vector<std::string> knobs,
                                                 std::uint32_t users)
    {
        sandbox::sandbox_settings s;
        s.organisation.users = users;
        s.organisation.groups = 9;
        s.organisation.seed = 7;
        s.directory = folder;
        s.knobs = std::move(knobs);
        s.threads = 1;
        return s;
    }

    static inline int counter_ = 0;
    std::string folder_, realm_;
    std::unique_ptr<connectors::clock> time_;
    sandbox::sandbox box_;
    std::shared_ptr<const connectors::connection> connection_;
};

} // namespace idferry::tests
