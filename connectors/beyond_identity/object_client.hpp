// Reading the objects of a realm by the table of operations: whole lists with their proof, and single ones. One client
// for every kind; what a kind lacks in the table (themes have no list, roles have one for each resource server) follows
// from its rows.
#pragma once

#include "connectors/beyond_identity/list_reader.hpp"
#include "connectors/beyond_identity/object_codec.hpp"
#include "connectors/beyond_identity/session.hpp"
#include "mapping/json.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace idferry::connectors::beyond_identity {

// JSON takes everything: what is a value has to be said.
inline result<mapping::json> json_result(mapping::json value)
{
    return {boost::system::in_place_value, std::move(value)};
}

// A row as a call: tenant and realm are the connection's, `ids` fill the other places of the path in order.
call row_call(const session& s, const rest_operation& row, const std::vector<std::string>& ids);
// A list's row.
list_spec row_list(const session& s, const rest_operation& row, const std::vector<std::string>& ids);

// Everything of one kind, flat.
struct object_list
{
    std::vector<mapping::json> objects;
    std::vector<bad_record> bad;
    std::string why; // "" = everything is there
    std::optional<failure> failed;
};

// A list of roles' scopes: texts instead of objects.
boost::asio::awaitable<result<std::vector<std::string>>> read_texts(std::shared_ptr<session> s, call ask,
                                                                    std::string root);

// Remembers SSO configurations and what belongs to which resource server until it is told to forget.
class object_client
{
public:
    explicit object_client(std::shared_ptr<session> through);

    void forget();
    // An object of this kind was written: what was known of it may be over.
    void changed(const object_kind& kind);
    // Fails when the whole read cannot go on, and when nobody can say which of the objects are the vendor's.
    boost::asio::awaitable<result<object_list>> list(const object_kind& kind);
    // One object; `not_found` when it is not there while its list can be read.
    boost::asio::awaitable<result<mapping::json>> get(const object_kind& kind, std::string id);
    // The same from an answer's object, whatever else has to be asked for it.
    boost::asio::awaitable<result<mapping::json>> completed(const object_kind& kind, mapping::json answer);

    // The ids of a row's path for one object: its own, behind its resource server's when it is a role.
    boost::asio::awaitable<result<std::vector<std::string>>> path_of(const object_kind& kind, std::string id);
    void remember_parent(const std::string& id, std::string parent) { parents_[id] = std::move(parent); }

    // Who belongs to an object, read whole: identities, or groups of a group assignment. Fails with `retry` otherwise.
    boost::asio::awaitable<result<std::vector<std::string>>> members(const object_kind& kind, std::string id);
    boost::asio::awaitable<result<list_spec>> members_spec(const object_kind& kind, std::string id);

    session& through() const { return *session_; }
    std::shared_ptr<session> shared() { return session_; }

private:
    struct raw_list
    {
        std::vector<mapping::json> objects;
        std::vector<bad_record> bad;
        std::string why;
        std::optional<failure> failed;
    };
    boost::asio::awaitable<result<raw_list>> read_list(list_spec spec);
    boost::asio::awaitable<result<raw_list>> read_raw(const object_kind& kind);
    boost::asio::awaitable<result<raw_list>> read_theme(const object_kind& kind);
    boost::asio::awaitable<result<raw_list>> read_roles(const object_kind& kind);
    boost::asio::awaitable<result<void>> load_sso();
    boost::asio::awaitable<result<void>> know_managed(const object_kind& kind);
    // Whether the vendor's own resource server has this role, for a role of which that decides.
    boost::asio::awaitable<result<void>> know_server_of(mapping::json role);
    mapping::json marked(const object_kind& kind, const mapping::json& object) const;
    boost::asio::awaitable<result<void>> add_scopes(mapping::json& flat);

    std::shared_ptr<session> session_;
    std::optional<raw_list> sso_;                 // every SSO configuration with its whole payload
    std::set<std::string> made_;                  // ids of what those made
    std::map<std::string, std::string> parents_;  // role → resource server
    std::map<std::string, bool> vendors_servers_; // resource server → the vendor's own
};

} // namespace idferry::connectors::beyond_identity
