// Writing the objects of a realm by the table of operations: creation, change, removal, and who belongs to them. It
// executes and never decides; only what is the vendor's own it refuses to touch.
#pragma once

#include "connectors/beyond_identity/memberships.hpp"
#include "connectors/beyond_identity/object_client.hpp"
#include "connectors/target.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::connectors::beyond_identity {

failure rejected(std::string code, std::string detail);
// "application 'Expenses'"
std::string shown(const object_kind& kind, const mapping::json& flat);
// What has the members that an assignment keeps in step: "role", "SSO configuration".
std::string_view holder_word(const object_kind& kind);
bool is_managed(const mapping::json& flat);
// Why a managed object is not written.
failure untouchable(const object_kind& kind, const mapping::json& flat);

class object_writer
{
public:
    object_writer(std::shared_ptr<session> through, const mapping::target_profile& holds);

    // What was learned in an earlier run counts no more.
    void forget() { client_.forget(); }
    boost::asio::awaitable<result<inventory_end>> list(const object_kind& kind,
                                                       std::function<void(remote_resource)> each);
    // With its members, where it has any.
    boost::asio::awaitable<result<remote_resource>> read(const object_kind& kind, std::string id);
    boost::asio::awaitable<result<remote_resource>> create(const object_kind& kind, write_request r);
    boost::asio::awaitable<result<remote_resource>> update(const object_kind& kind, write_request r);
    boost::asio::awaitable<result<remote_resource>> set_members(const object_kind& kind, members_request r);
    boost::asio::awaitable<result<void>> remove(const object_kind& kind, std::string id);

private:
    session& through() { return client_.through(); }
    call body_call(const rest_operation& row, const std::vector<std::string>& ids, mapping::json object) const;
    failure refusal(const object_kind& kind, const reply& got, std::string_view scopes, const std::string& name);
    boost::asio::awaitable<result<mapping::json>> created(const object_kind& kind, reply got, mapping::json wanted);
    boost::asio::awaitable<result<void>> patch(const object_kind& kind, std::string id, mapping::json body);
    boost::asio::awaitable<result<void>> change_scopes(std::vector<std::string> path, mapping::json before,
                                                       mapping::json after);
    boost::asio::awaitable<result<void>> empty_role(const object_kind& kind, std::string id);
    boost::asio::awaitable<result<void>> send_deletion(const object_kind& kind, std::string id);
    boost::asio::awaitable<result<membership>> membership_of(const object_kind& kind, std::string id);

    object_client client_;
    const mapping::target_profile& profile_;
};

} // namespace idferry::connectors::beyond_identity
