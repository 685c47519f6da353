// The Bare.ID source under the contract of every source, against the sandbox over TLS, in each mode.
#include "connectors/bare_id/bare_id_connection.hpp"
#include "tests/conformance/source_conformance.hpp"
#include "tests/sandbox/sandbox.hpp"

#include <filesystem>

namespace idferry::tests {
namespace {

using sandbox_json = nlohmann::json;

class sandbox_world final : public source_world
{
public:
    sandbox_world(std::string yaml, std::vector<std::string> knobs, bool everybody)
        : folder_(testing::TempDir() + "bare-id-" + std::to_string(++counter_) + "-" + std::to_string(getpid())),
          everybody_(everybody), time_(connectors::make_system_clock()), box_(settings_of(folder_, std::move(knobs)))
    {
        const auto& info = box_.info()["bareid"];
        config::diagnostics out;
        const auto tree = config::parse_yaml(
            "type: bare_id\ninstance: " + text(info, "instance") + "\napi_base: " + text(info, "api_base") +
                "\nauth: {token_url: '" + text(info, "token_url") + "', client_id: " + text(info, "client_id") +
                ", client_secret: {file: " + folder_ + "/bareid-secret}}\ntls: {ca_file: " + folder_ + "/ca.pem}\n" +
                "rate: {requests_per_second: 0, concurrency: 4}\nretry: {tries: 2, base: 1ms, cap: 5ms}\n" +
                "timeouts: {connect: 2s}\n" + yaml,
            "sandbox.yaml", out);
        if (tree) connection_ = connectors::parse_bare_id_connection(*tree, "bare", out);
        for (const auto& d : out.sorted()) ADD_FAILURE() << d.text();
    }
    ~sandbox_world() override { std::filesystem::remove_all(folder_); }

    std::unique_ptr<connectors::source> open() override
    {
        return connection_->make_source({*time_, config::resolve, connectors::http::make_beast_transport});
    }

    std::vector<person> people() override
    {
        std::vector<person> all;
        const auto now = state();
        for (const auto& u : now["users"]) {
            const auto name = text(u, "username");
            auto groups = u.value("groups", std::vector<std::string>{});
            if (name.starts_with("service-account-") || (!everybody_ && groups.empty())) continue;
            all.push_back({text(u, "uuid"), name, u.value("enabled", false), std::move(groups)});
        }
        return all;
    }
    std::vector<group> groups() override
    {
        std::vector<group> all;
        const auto now = state();
        for (const auto& g : now["groups"]) all.push_back({text(g, "uuid"), text(g, "name")});
        return all;
    }

    void rename(const std::string& key, const std::string& name) override
    {
        box_.control("PATCH", "/__sandbox/bareid/users/" + key, sandbox_json{{"username", name}}.dump());
    }
    void remove(const std::string& key) override { box_.control("DELETE", "/__sandbox/bareid/users/" + key); }
    void leave_all_groups(const std::string& key) override
    {
        box_.control("DELETE", "/__sandbox/bareid/users/" + key + "/groups");
    }

    void suffer(trouble what) override
    {
        switch (what) {
        case trouble::down: box_.control("POST", "/__sandbox/listen", R"({"server":"bareid","up":false})"); break;
        case trouble::refused: knob("client_revoked", true); break;
        case trouble::nowhere: knob("wrong_instance", true); break;
        case trouble::html: knob("answer", "html"); break;
        case trouble::empty_object: knob("answer", "empty_object"); break;
        case trouble::truncated:
            box_.control("POST", "/__sandbox/faults",
                         R"({"server":"bareid","method":"GET","kind":"truncated_json","count":-1})");
            break;
        }
    }
    void recover() override
    {
        box_.control("POST", "/__sandbox/listen", R"({"server":"bareid","up":true})");
        box_.control("DELETE", "/__sandbox/faults");
        knob("client_revoked", false);
        knob("wrong_instance", false);
        knob("answer", "normal");
    }

    std::vector<std::string> writes_seen() override
    {
        std::vector<std::string> all;
        const auto log = box_.control("GET", "/__sandbox/requests?server=bareid&limit=100000");
        for (const auto& one : log.is_array() ? log : log["requests"]) {
            const auto target = one.value("target", one.value("path", std::string()));
            if (one.value("method", std::string()) != "GET" &&
                target.find("/openid-connect/token") == std::string::npos)
                all.push_back(one.dump());
        }
        return all;
    }

private:
    static std::string text(const sandbox_json& from, const char* key) { return from.value(key, std::string()); }
    static sandbox::sandbox_settings settings_of(const std::string& folder, std::vector<std::string> knobs)
    {
        sandbox::sandbox_settings s;
        s.organisation.users = 60;
        s.organisation.groups = 9;
        s.organisation.seed = 7;
        s.directory = folder;
        s.knobs = std::move(knobs);
        s.threads = 1;
        return s;
    }
    sandbox_json state() { return box_.control("GET", "/__sandbox/state?server=bareid"); }
    void knob(const char* name, sandbox_json value)
    {
        box_.control("POST", "/__sandbox/knobs", sandbox_json{{"bareid", {{name, std::move(value)}}}}.dump());
    }

    static inline int counter_ = 0;
    std::string folder_;
    bool everybody_;
    std::unique_ptr<connectors::clock> time_;
    sandbox::sandbox box_;
    std::shared_ptr<const connectors::connection> connection_;
};

source_under_test world(const std::string& name, const std::string& yaml, std::vector<std::string> knobs = {})
{
    const bool everybody = yaml.find("user_list") != std::string::npos;
    return {name, [=] { return std::make_unique<sandbox_world>(yaml, knobs, everybody); }};
}

const std::string list_on = "ops: {user_list: {enabled: true}}\n";

INSTANTIATE_TEST_SUITE_P(
    bare_id, source_conformance,
    testing::Values(
        world("group_walk", ""), world("group_walk_without_hydrate", "source: {hydrate: false}\n"),
        world("group_walk_paged", "paging: {style: offset, size: 7}\n", {"bareid.paging=offset"}),
        world("group_walk_federated", "", {"bareid.id_format=federated"}),
        world("group_walk_without_defaults", "absent: {bool: 'false'}\n", {"bareid.emit_defaults=false"}),
        world("user_list_offset",
              list_on + "source: {mode: user_list, hydrate: false}\npaging: {style: offset, size: 7}\n",
              {"bareid.paging=offset"}),
        world("user_list_page",
              list_on + "source: {mode: user_list}\npaging: {style: page, size: 7, size_param: size, first_page: 0}\n",
              {"bareid.paging=page"}),
        world("user_list_token",
              list_on + "source: {mode: user_list, hydrate: false, memberships: per_user}\npaging: {style: token, "
                        "size: 7, size_param: pageSize}\n",
              {"bareid.paging=token"})),
    [](const auto& p) { return p.param.name; });

} // namespace
} // namespace idferry::tests
