// A sandbox with an organisation, and a `type: scim` connection to one of its servers, over TLS: "strict" (empty),
// "people" (the organisation), "showpad", or "beyond": the SCIM server of a realm of the pretended Beyond Identity.
#pragma once

#include "config/node.hpp"
#include "connectors/scim/scim_connection.hpp"
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

class scim_box
{
public:
    // `realm`: of Beyond Identity, the name under which sandbox.json has it.
    scim_box(std::string server, const std::string& keys, std::vector<std::string> knobs, std::uint32_t users,
             const char* realm = "")
        : server_(std::move(server)),
          folder_(testing::TempDir() + "scim-box-" + std::to_string(++counter_) + "-" + std::to_string(getpid())),
          time_(connectors::make_system_clock()), box_(settings_of(folder_, std::move(knobs), users))
    {
        const auto& info = box_.info()[server_];
        realm_ = text(info, realm);
        config::diagnostics out;
        const auto tree = config::parse_yaml(
            "type: scim\n" + where(info) + "tls: {ca_file: " + folder_ +
                "/ca.pem}\nrate: {requests_per_second: 0, concurrency: 4}\nretry: {tries: 2, base: 1ms, cap: 5ms}\n" +
                "timeouts: {connect: 5s}\n" + keys,
            "sandbox.yaml", out);
        if (tree) connection_ = connectors::parse_scim_connection(*tree, server_, out);
        for (const auto& d : out.sorted()) ADD_FAILURE() << d.text();
    }
    ~scim_box() { std::filesystem::remove_all(folder_); }
    scim_box(const scim_box&) = delete;
    scim_box& operator=(const scim_box&) = delete;

    connectors::environment environment() const
    {
        return {*time_, config::resolve, connectors::http::make_beast_transport};
    }
    const connectors::connection& connection() const { return *connection_; }
    const std::string& server() const { return server_; }

    // What the server holds now; of Beyond Identity the realm's part.
    sandbox_json state()
    {
        auto all = control("GET", "state?server=" + server_ + (realm_.empty() ? "" : "&realm=" + realm_));
        if (all.contains("realms"))
            for (auto& one : all["realms"])
                if (text(one, "id") == realm_) return std::move(one);
        return all;
    }
    // Behind everybody's back: "users", "groups/{id}/members/{id}".
    sandbox_json edit(const char* method, const std::string& path, const sandbox_json& body = nullptr)
    {
        return control(method, server_ + "/" + path + (realm_.empty() ? "" : "?realm=" + realm_), body);
    }
    sandbox_json control(const char* method, const std::string& path, const sandbox_json& body = nullptr)
    {
        return box_.control(method, "/__sandbox/" + path, body.is_null() ? std::string() : body.dump());
    }
    void knob(const char* name, sandbox_json value)
    {
        control("POST", "knobs", sandbox_json{{server_, {{name, std::move(value)}}}});
    }
    // Requests that are neither reads nor for tokens.
    std::vector<std::string> writes()
    {
        std::vector<std::string> all;
        for (const auto& one : requests())
            if (text(one, "method") != "GET") all.push_back(one.dump());
        return all;
    }
    // Every request but those for tokens.
    std::vector<sandbox_json> requests()
    {
        std::vector<sandbox_json> all;
        const auto log = control("GET", "requests?server=" + server_ + "&limit=100000");
        for (const auto& one : log.is_array() ? log : log["requests"])
            if (one.value("target", one.value("path", std::string())).find("/token") == std::string::npos)
                all.push_back(one);
        return all;
    }

private:
    std::string where(const sandbox_json& info) const
    {
        if (server_ != "beyond")
            return "base_url: " + text(info, "base_url") + "\nauth: {bearer: {file: " + folder_ + "/" + server_ +
                   "-token}}\n";
        const auto tenant = "/v1/tenants/" + text(info, "tenant") + "/realms/";
        return "base_url: " + text(info, "api_url") + tenant + realm_ +
               "/scim/v2\nauth: {token_url: " + text(info, "auth_url") + tenant + text(info, "admin_realm") +
               "/applications/" + text(info, "application") + "/token, client_id: '" + text(info, "client_id") +
               "', client_secret: {file: " + folder_ + "/beyond-secret}}\n";
    }
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
    std::string server_, folder_, realm_;
    std::unique_ptr<connectors::clock> time_;
    sandbox::sandbox box_;
    std::shared_ptr<const connectors::connection> connection_;
};

} // namespace idferry::tests
