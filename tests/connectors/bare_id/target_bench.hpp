// The Bare.ID target over TLS in front of the sandbox's empty instance, in either profile, for tests.
#pragma once

#include "config/node.hpp"
#include "connectors/bare_id/bare_id_connection.hpp"
#include "tests/conformance/target_conformance.hpp"
#include "tests/sandbox/sandbox.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace idferry::test::bare_id {

// YAML that switches every guessed call on that a target needs.
const std::string& all_writes_on();

class sandbox_target_bench final : public tests::target_bench
{
public:
    // `profile` "gateway" or "keycloak_admin"; `keys`: YAML of the connection without indentation.
    sandbox_target_bench(const std::string& profile, const std::string& keys, std::vector<std::string> knobs);
    ~sandbox_target_bench() override;

    connectors::target& subject() override { return *subject_; }
    std::string add_user(const std::string& user_name) override;
    std::string add_group(const std::string& name, const std::vector<std::string>& members) override;
    std::vector<std::string> user_names() override;
    std::vector<std::string> members_of(const std::string& group) override;
    std::string reserved_group() override { return {}; }
    bool lose_next_answer() override;
    std::size_t writes() override;

    using sandbox_json = nlohmann::json;
    sandbox_json control(const std::string& method, const std::string& path, const sandbox_json& body = nullptr);
    void knob(const std::string& name, const sandbox_json& value);
    void fault(sandbox_json one);
    sandbox_json user(const std::string& id) { return control("GET", "bareid_target/users/" + id); }
    // The whole record in the state dump, with what only the legacy API shows.
    sandbox_json in_full(const std::string& id);
    // Requests to an endpoint so far.
    std::size_t asked(const std::string& endpoint);
    // How long the target has waited, by its clock.
    std::chrono::milliseconds waited() const;
    // The same connection, as for the next cycle.
    void next_cycle();

private:
    class shared_time;

    std::string folder_;
    sandbox::sandbox box_;
    std::unique_ptr<shared_time> time_; // the target's; who waits by it moves the sandbox's clock
    std::shared_ptr<const connectors::connection> connection_;
    std::unique_ptr<connectors::target> subject_;
    int people_{0};
};

} // namespace idferry::test::bare_id
