// A target in memory that behaves like a strict service provider: it requires and keeps unique what its profile says,
// refuses references to what it does not hold, protects its owner, and may be one that does not keep some attributes.
#pragma once

#include "connectors/account_steps.hpp"
#include "connectors/target.hpp"
#include "mapping/json.hpp"
#include "tests/scenarios/faults.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace idferry::tests {

// A job by which somebody binds a credential.
struct memory_job
{
    std::string id;
    connectors::job_state state{connectors::job_state::open};
    connectors::link_delivery delivery{connectors::link_delivery::email};
};

// What the service provider holds; outlives the targets in front of it.
struct provider_content
{
    std::map<std::string, mapping::json> users, groups;  // by id
    std::set<std::string> drops;                         // attribute paths that it accepts and does not keep
    std::set<std::string> refuses;                       // user names that it refuses
    bool lists_members{true};                            // lists show the members of groups
    bool refuses_jobs{false};                            // nobody gets a job
    std::map<std::string, std::vector<memory_job>> jobs; // by user id
    std::map<std::string, std::vector<connectors::held_credential>> credentials; // by user id
    std::uint64_t last_id{0};
    std::uint64_t writes{0};
    std::uint64_t creations{0}; // asked for
    bool unseen{false};         // users are made and not shown, which creations say
    bool tells_ids{true};       // of those
    bool unreadable{false};     // no record can be understood

    std::map<std::string, std::map<std::string, mapping::json>, std::less<>> held; // other types, by type and id

    std::map<std::string, mapping::json>& of(const mapping::resource_type& t)
    {
        if (mapping::is_person(t)) return users;
        if (&t == &mapping::group_type) return groups;
        return held[std::string(t.only_members() ? t.resources_of : t.name)];
    }
    std::string new_id(const mapping::resource_type& t)
    {
        return std::string(t.name) + "-" + std::to_string(++last_id);
    }
};

// Showpad-like: one e-mail address, one role, userName and e-mail address unique without case, All Users reserved.
const mapping::target_profile& memory_profile();

// Credentials and the jobs that bind them.
class memory_steps final : public connectors::account_steps
{
public:
    memory_steps(provider_content& content, fault_plan& faults) : content_(content), faults_(faults) {}

    boost::asio::awaitable<connectors::result<std::string>> find_authenticator(std::string id_or_name) override;
    boost::asio::awaitable<connectors::result<connectors::made_job>> bind(connectors::binding_request r) override;
    boost::asio::awaitable<connectors::result<connectors::binding_job>> look(mapping::target_id person,
                                                                             std::string job) override;
    boost::asio::awaitable<connectors::result<std::vector<connectors::binding_job>>>
    jobs(mapping::target_id person) override;
    boost::asio::awaitable<connectors::result<void>> revoke_job(mapping::target_id person, std::string job) override;
    boost::asio::awaitable<connectors::result<std::vector<connectors::held_credential>>>
    credentials(mapping::target_id person) override;
    boost::asio::awaitable<connectors::result<void>> revoke(mapping::target_id person, std::string credential) override;

private:
    provider_content& content_;
    fault_plan& faults_;
};

class memory_target final : public connectors::target
{
public:
    memory_target(provider_content& content, fault_plan& faults)
        : content_(content), faults_(faults), steps_(content, faults)
    {
    }

    connectors::account_steps* steps() override { return &steps_; }

    const mapping::target_profile& profile() const override { return memory_profile(); }
    connectors::request_costs costs() const override { return {}; }
    boost::asio::awaitable<connectors::result<std::vector<std::string>>> discover() override;
    boost::asio::awaitable<connectors::result<connectors::target_survey>>
    survey(std::vector<const mapping::resource_type*> types) override;
    boost::asio::awaitable<connectors::result<connectors::inventory_end>>
    list(const mapping::resource_type& type, std::function<void(connectors::remote_resource)> each) override;
    boost::asio::awaitable<connectors::result<std::vector<connectors::remote_resource>>>
    find(const mapping::resource_type& type, std::string attribute, std::string value) override;
    bool can_find(const mapping::resource_type& type, std::string_view attribute) const override;
    boost::asio::awaitable<connectors::result<connectors::remote_resource>> read(const mapping::resource_type& type,
                                                                                 mapping::target_id id) override;
    boost::asio::awaitable<connectors::result<connectors::remote_resource>>
    create(connectors::write_request r) override;
    boost::asio::awaitable<connectors::result<connectors::remote_resource>>
    update(connectors::write_request r) override;
    boost::asio::awaitable<connectors::result<connectors::remote_resource>>
    set_members(connectors::members_request r) override;
    boost::asio::awaitable<connectors::result<void>> remove(const mapping::resource_type& type,
                                                            mapping::target_id id) override;
    const connectors::http::client_counters& counters() const override { return counters_; }
    connectors::http::pacer_settings pace() const override;

private:
    fault_plan::call begin(bool writes = false);
    connectors::result<connectors::remote_resource> put(const mapping::resource_type& type, const std::string& id,
                                                        mapping::json body);
    std::optional<connectors::failure> objection(const mapping::resource_type& type, const std::string& id,
                                                 const mapping::json& body) const;
    connectors::remote_resource remote(const mapping::resource_type& type, const std::string& id) const;

    provider_content& content_;
    fault_plan& faults_;
    connectors::http::client_counters counters_;
    memory_steps steps_;
    bool discovered_{false};
};

} // namespace idferry::tests
