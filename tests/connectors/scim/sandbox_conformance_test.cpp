// The contract suite of targets for the SCIM target over TLS, in front of the sandbox: as Showpad with its uncertain
// rules both ways, and as a strict RFC 7644 provider.
#include "config/node.hpp"
#include "connectors/scim/scim_connection.hpp"
#include "tests/conformance/target_conformance.hpp"
#include "tests/sandbox/sandbox.hpp"

#include <unistd.h>

#include <filesystem>

namespace idferry::tests {

namespace {

using wire_json = nlohmann::json;

class sandbox_target_bench final : public target_bench
{
public:
    sandbox_target_bench(std::string server, const std::string& keys, std::vector<std::string> knobs)
        : server_(std::move(server)),
          folder_(testing::TempDir() + "scim-" + std::to_string(++counter_) + "-" + std::to_string(getpid())),
          time_(connectors::make_system_clock()), box_(settings_of(folder_, std::move(knobs)))
    {
        const auto& info = box_.info()[server_];
        const auto token = info.value("token", std::string());
        config::diagnostics out;
        const auto tree = config::parse_yaml(
            "type: scim\nbase_url: " + info.value("base_url", std::string()) +
                "\nauth: {bearer: {env: TOKEN}}\ntls: {ca_file: " + folder_ +
                "/ca.pem}\nrate: {requests_per_second: 0, concurrency: 4}\nretry: {tries: 2, base: 1ms, cap: 5ms}\n" +
                "timeouts: {connect: 5s}\n" + keys,
            "sandbox.yaml", out);
        if (tree) connection_ = connectors::parse_scim_connection(*tree, server_, out);
        for (const auto& d : out.sorted()) ADD_FAILURE() << d.text();
        const auto secret = [token](const config::secret_ref&) { return config::secret(token); };
        subject_ = connection_->make_target({*time_, secret, connectors::http::make_beast_transport});
    }
    ~sandbox_target_bench() override
    {
        subject_.reset();
        std::filesystem::remove_all(folder_);
    }

    connectors::target& subject() override { return *subject_; }

    std::string add_user(const std::string& user_name) override
    {
        const auto mail = "m" + std::to_string(++people_) + "@acme.example";
        return added("users", {{"schemas", {mapping::core_user_schema}},
                               {"userName", user_name},
                               {"name", {{"givenName", "A"}, {"familyName", "B"}}},
                               {"emails", {{{"value", mail}}}}});
    }
    std::string add_group(const std::string& name, const std::vector<std::string>& members) override
    {
        auto all = wire_json::array();
        for (const auto& m : members) all.push_back({{"value", m}});
        return added("groups", {{"schemas", {mapping::core_group_schema}}, {"displayName", name}, {"members", all}});
    }
    std::vector<std::string> user_names() override
    {
        std::vector<std::string> all;
        const auto now = box_.control("GET", "/__sandbox/state?server=" + server_);
        for (const auto& u : now["users"]) all.push_back(u.value("userName", std::string()));
        return all;
    }
    std::vector<std::string> members_of(const std::string& group) override
    {
        std::vector<std::string> all;
        const auto held = box_.control("GET", "/__sandbox/" + server_ + "/groups/" + group);
        for (const auto& m : held.value("members", wire_json::array())) all.push_back(m.value("value", std::string()));
        return all;
    }
    std::string reserved_group() override
    {
        if (subject_->profile().of("group").reserved_names.empty()) return {};
        const auto now = box_.control("GET", "/__sandbox/state?server=" + server_);
        for (const auto& g : now["groups"])
            if (g.value("displayName", std::string()) == "All Users") return g.value("id", std::string());
        return {};
    }
    bool lose_next_answer() override
    {
        box_.control("POST", "/__sandbox/faults",
                     wire_json{{"server", server_}, {"method", "POST"}, {"kind", "lost"}}.dump());
        return true;
    }
    std::size_t writes() override
    {
        std::size_t n = 0;
        const auto log = box_.control("GET", "/__sandbox/requests?server=" + server_ + "&limit=8000");
        for (const auto& one : log.is_array() ? log : log["requests"])
            n += one.value("method", std::string()) != "GET" ? 1 : 0;
        return n;
    }

private:
    std::string added(const std::string& kind, const wire_json& body)
    {
        return box_.control("POST", "/__sandbox/" + server_ + "/" + kind, body.dump()).value("id", std::string());
    }
    static sandbox::sandbox_settings settings_of(const std::string& folder, std::vector<std::string> knobs)
    {
        sandbox::sandbox_settings s;
        s.organisation.users = 5;
        s.organisation.groups = 2;
        s.organisation.seed = 3;
        s.directory = folder;
        s.knobs = std::move(knobs);
        s.threads = 1;
        return s;
    }

    static inline int counter_ = 0;
    std::string server_, folder_;
    int people_{0};
    std::unique_ptr<connectors::clock> time_;
    sandbox::sandbox box_;
    std::shared_ptr<const connectors::connection> connection_;
    std::unique_ptr<connectors::target> subject_;
};

target_under_test in_sandbox(const std::string& name, const std::string& server, const std::string& keys,
                             std::vector<std::string> knobs = {})
{
    return {name, [=] { return std::make_unique<sandbox_target_bench>(server, keys, knobs); }};
}

} // namespace

INSTANTIATE_TEST_SUITE_P(
    sandbox, target_conformance,
    testing::Values(
        in_sandbox("showpad", "showpad", "profile: showpad\npaging: {count: 3}\n"),
        in_sandbox("showpad_that_retains", "showpad", "profile: showpad\n",
                   {"showpad.put_omitted=retain", "showpad.uniqueness_status=400", "showpad.error_format=showpad_v3",
                    "showpad.max_page=2"}),
        in_sandbox("showpad_without_discovery", "showpad", "profile: showpad\n",
                   {"showpad.discovery=garbage", "showpad.error_format=problem_json", "showpad.media_types=json_only",
                    "showpad.role_case=capital"}),
        in_sandbox("showpad_with_patch", "showpad",
                   "profile: showpad\npatch: auto\nuser: {update: patch}\ngroup: {membership: patch_filter}\n",
                   {"showpad.patch=on", "showpad.discovery=patch_supported"}),
        in_sandbox("showpad_that_only_claims_patch", "showpad",
                   "profile: showpad\npatch: always\nuser: {update: patch}\ngroup: {membership: patch_filter}\n",
                   {"showpad.patch=405", "showpad.members_in_lists=false"}),
        in_sandbox("strict", "strict", "profile: generic\n"),
        in_sandbox("strict_put", "strict", "profile: generic\npatch: never\npaging: {count: 2}\n",
                   {"strict.etag=false", "strict.uniqueness_status=400"}),
        in_sandbox("strict_patch", "strict",
                   "profile: generic\nuser: {update: patch}\ngroup: {members_per_request: 1}\n",
                   {"strict.patch_status=204", "strict.max_page=3"})),
    target_name);

} // namespace idferry::tests
