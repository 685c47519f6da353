// What a target reads of a Bare.ID instance: people with their managed roles, groups with their members, look-ups, and
// the control read behind every "not there" (apis: Bare.ID, sections 7.3 and 9.3).
#pragma once

#include "connectors/bare_id/api.hpp"
#include "connectors/bare_id/target_record.hpp"
#include "connectors/target.hpp"
#include "mapping/json.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace idferry::connectors::bare_id {

// A resource as it is shown, and the record that it was made of.
struct held_record
{
    remote_resource shown;
    mapping::json record;
};

// The members of a group, by id.
struct member_list
{
    std::vector<std::string> ids;
    bool proved{false};
    std::string why; // not proved
};

class target_session
{
public:
    explicit target_session(std::shared_ptr<api> through);

    const bare_id_settings& config() const { return api_->config(); }
    const mapping::target_profile& holds() const { return holds_; }
    api& through() { return *api_; }

    // `reject` with code "operation_off" when the call is not switched on.
    std::optional<failure> refuse_if_off(const operation& op) const;

    // One person; `not_found` only when the API still answers for this instance and finds other people. A service
    // account is a reject with code "reserved".
    boost::asio::awaitable<result<held_record>> user(std::string id);
    // One group, without its members; `not_found` only when the API still answers for this instance.
    boost::asio::awaitable<result<held_record>> group(std::string id);
    // The same two as one request shows them: a `not_found` proves nothing, for what may show late.
    boost::asio::awaitable<result<held_record>> shown_user(std::string id);
    boost::asio::awaitable<result<held_record>> shown_group(std::string id);
    boost::asio::awaitable<result<member_list>> members(std::string group);
    // Whether a person is in a group, by the person's own list of groups.
    boost::asio::awaitable<result<bool>> is_member(std::string user, std::string group);
    boost::asio::awaitable<result<bool>> has_children(std::string group);

    // No failure = the API answers for this instance.
    boost::asio::awaitable<result<void>> control_read();

    boost::asio::awaitable<result<inventory_end>> list_users(std::function<void(remote_resource)> each);
    boost::asio::awaitable<result<inventory_end>> list_groups(std::function<void(remote_resource)> each);

    bool can_find_user(std::string_view attribute) const;
    // Everybody whose `attribute` equals `value` without case, re-checked here. Where the API does not filter as it was
    // asked to, the whole list is read instead.
    boost::asio::awaitable<result<std::vector<remote_resource>>> find_users(std::string attribute, std::string value);
    // The same by the whole list, which has to be proved when nobody is found.
    boost::asio::awaitable<result<std::vector<remote_resource>>> pick_from_list(std::string attribute,
                                                                                std::string value);
    // The one resource of that user name or group name, after a creation that did not tell its id. Fails with `created`
    // set, and with code "not_seen" when nobody of that name is there.
    boost::asio::awaitable<result<std::string>> locate(const mapping::resource_type& type, std::string name);

    // Realm roles (apis: Bare.ID, section 7.1): those of target.roles that the person has.
    boost::asio::awaitable<result<std::vector<std::string>>> roles_of(std::string user);
    // Gives and takes; the person keeps every role that is not in target.roles.
    boost::asio::awaitable<result<void>> set_roles(std::string user, std::vector<std::string> wanted);

private:
    boost::asio::awaitable<failure> missing_user(std::string id, failure not_found);
    boost::asio::awaitable<result<bool>> somebody_can_be_read(std::string but);
    boost::asio::awaitable<result<std::vector<std::string>>> first_keys(list_kind kind, std::string group);
    boost::asio::awaitable<result<std::vector<remote_resource>>> search(const operation& op, placeholder_values values,
                                                                        std::string attribute, std::string value);
    boost::asio::awaitable<result<mapping::json>> role(std::string name);
    boost::asio::awaitable<result<void>> change_roles(const operation& op, std::string user,
                                                      std::vector<std::string> names);
    boost::asio::awaitable<result<void>> add_roles_to(remote_resource& shown);
    const operation* finder(std::string_view attribute) const;
    bool equal(const std::string& attribute, const remote_resource& shown, const std::string& value) const;

    std::shared_ptr<api> api_;
    mapping::target_profile holds_;
    bool one_was_read_{false};                   // some person's own record could be read
    std::map<std::string, bool> not_exact_;      // operations that do not filter as they were asked to
    std::map<std::string, mapping::json> roles_; // by name: what a role mapping is written with
};

// "ops.x: …", for an answer of no use.
failure useless_answer(const operation& op, const std::string& why);

} // namespace idferry::connectors::bare_id
