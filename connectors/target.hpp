// A target: a service provider that this daemon pushes resources to.
//
// A target executes single operations. It never compares, orders, or decides: that is daemon/reconcile's job.
// Implementations live in connectors/<name>/ and are listed in connectors/registry.cpp. Every implementation passes
// tests/conformance/target_conformance. Thread-safety: none, one strand; several operations may be in flight.
// Cancellation: terminal; fails with `retry`.
#pragma once

#include "connectors/failure.hpp"
#include "connectors/http/client.hpp"
#include "mapping/desired_resource.hpp"
#include "mapping/ids.hpp"
#include "mapping/resource_type.hpp"
#include "mapping/target_profile.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace idferry::connectors {

// Somebody for whom a change of members could not be carried out, while it was for everybody else.
struct refused_member
{
    mapping::target_id id;
    std::string why;
};

// A resource as the target gave it.
struct remote_resource
{
    mapping::target_id id;
    mapping::json body;                    // the SCIM resource, attribute names as sent
    std::string version;                   // entity tag, or ""
    std::vector<refused_member> refused{}; // from set_members alone
};

struct write_request
{
    write_request(const mapping::resource_type& t) : type(&t) {}

    const mapping::resource_type* type;
    mapping::target_id id;                         // update, members
    mapping::desired_resource desired;             // link references resolved
    std::vector<mapping::attribute_delta> changed; // update: what differs (for targets that patch)
    std::optional<remote_resource> current;        // update: a fresh read, merged into what is sent
};

// Members of one group, by target id.
struct members_request
{
    mapping::target_id group;
    std::vector<mapping::target_id> desired; // all managed members, sorted
    std::vector<mapping::target_id> add;
    std::vector<mapping::target_id> remove; // only these may be removed; members that are not ours stay
    std::optional<remote_resource> current; // a fresh read
    const mapping::resource_type* type{&mapping::group_type};
};

// Whether a listing saw everything.
struct inventory_end
{
    bool complete{false};
    std::string why;
    std::uint64_t size{0};
};

// What one operation costs on this target: for the plan's request budget.
struct request_costs
{
    int create{1};
    int update{2}; // read and PUT
    int remove{1};
    int members{2};     // for a group, whoever comes or goes
    int each_member{0}; // for each one who does
    int read_back{0};
};

// What a target's schema says about one attribute.
struct attribute_support
{
    std::string path; // "name.givenName", "urn:…:enterprise:2.0:User:department"
    bool read_only{false};
};

// What a target says about one resource type.
struct type_survey
{
    std::optional<failure> trouble;                           // one page of its list could not be read
    std::uint64_t total{0};                                   // how many there are, as the list says
    std::optional<std::vector<attribute_support>> attributes; // nothing when the target does not publish its schema
};

// What a target says about itself, for `check --live`. Whatever it does not say is missing.
struct target_survey
{
    std::vector<std::string> notices;         // could not be learned, or is odd
    std::vector<std::string> problems;        // the connection's configuration wants what the target does not have
    std::vector<std::string> abilities;       // "PATCH", "filters", "entity tags"
    std::map<std::string, type_survey> types; // by resource type name
};

class account_steps;

class target
{
public:
    virtual ~target() = default;

    // What joiners and leavers need beside their resource (connectors/account_steps.hpp); nullptr when there is
    // nothing.
    virtual account_steps* steps() { return nullptr; }

    virtual const mapping::target_profile& profile() const = 0;
    virtual request_costs costs() const = 0;

    // Learns the capabilities; call once before anything else. Tolerates 404 and garbage by staying with the profile.
    // Fails only with `stop` (credentials, TLS, wrong address) or `retry` (down). Returns notices for the operator.
    virtual boost::asio::awaitable<result<std::vector<std::string>>> discover() = 0;

    // Asks for capabilities, schemas and one page of each of these types. Reads only. Fails as `discover` does; what
    // is missing beyond that is in the survey.
    virtual boost::asio::awaitable<result<target_survey>> survey(std::vector<const mapping::resource_type*> types) = 0;

    // Every resource of a type, page by page, each id once.
    virtual boost::asio::awaitable<result<inventory_end>> list(const mapping::resource_type& type,
                                                               std::function<void(remote_resource)> each) = 0;

    // Resources whose `attribute` equals `value`, re-checked on our side. Where the target cannot filter by this
    // attribute, fails with `reject` and code "unsupported": list instead.
    virtual boost::asio::awaitable<result<std::vector<remote_resource>>>
    find(const mapping::resource_type& type, std::string attribute, std::string value) = 0;
    virtual bool can_find(const mapping::resource_type& type, std::string_view attribute) const = 0;

    // One resource; `not_found` when it is not there.
    virtual boost::asio::awaitable<result<remote_resource>> read(const mapping::resource_type& type,
                                                                 mapping::target_id id) = 0;

    // Creates and returns the resource as the target keeps it. `conflict` when a unique attribute is taken;
    // `outcome_unknown` when the answer was lost: look it up before sending again. `failure::created` when it was
    // answered as done and cannot be seen.
    virtual boost::asio::awaitable<result<remote_resource>> create(write_request r) = 0;

    // Writes `desired` over `current`, keeping attributes that are not ours, and returns the resource as it is kept.
    virtual boost::asio::awaitable<result<remote_resource>> update(write_request r) = 0;

    // Adds and removes members, keeping those that are not ours, and returns the group as it is kept. One whom the
    // target refuses (unknown there) keeps nobody else out: it stands in `refused`.
    virtual boost::asio::awaitable<result<remote_resource>> set_members(members_request r) = 0;

    // Deletes. An answer that it is already gone counts as done.
    virtual boost::asio::awaitable<result<void>> remove(const mapping::resource_type& type, mapping::target_id id) = 0;

    virtual const http::client_counters& counters() const = 0;
    virtual http::pacer_settings pace() const = 0;
};

} // namespace idferry::connectors
