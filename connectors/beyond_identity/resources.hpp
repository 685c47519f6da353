// Single identities and groups: reading, listing and finding them. What the target's operations stand on.
#pragma once

#include "connectors/beyond_identity/session.hpp"
#include "connectors/target.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace idferry::connectors::beyond_identity {

// What a type of resource is called in the API.
struct resource_words
{
    std::string_view collection; // "/identities"
    std::string_view member;     // "identity": the envelope of writes
    std::string_view scope;      // "identities": of "identities:read"
};
const resource_words& words_of(const mapping::resource_type& type);
// "identities:create", with the lifetime of the program.
std::string_view scope_of(const mapping::resource_type& type, std::string_view action);

class resources
{
public:
    explicit resources(std::shared_ptr<session> through) : session_(std::move(through)) {}

    session& through() { return *session_; }
    std::shared_ptr<session> shared() { return session_; }

    // One resource as the service gives it; a group without its members unless they are asked for. A 404 counts as
    // `not_found` only when the collection itself answers; else it fails with `stop`.
    boost::asio::awaitable<result<remote_resource>> read(const mapping::resource_type& type, std::string id,
                                                         bool members);
    boost::asio::awaitable<result<void>> confirm_collection(const mapping::resource_type& type);

    boost::asio::awaitable<result<inventory_end>> list(const mapping::resource_type& type,
                                                       std::function<void(remote_resource)> each);
    boost::asio::awaitable<result<std::vector<remote_resource>>> find(const mapping::resource_type& type,
                                                                      std::string attribute, std::string value);
    bool can_find(const mapping::resource_type& type, std::string_view attribute) const;
    // Sends a filter that finds nobody; a service that refuses it is read whole from now on. Nothing, or a notice.
    boost::asio::awaitable<result<std::string>> probe_filter(const mapping::resource_type& type, std::string attribute);

    // A creation met somebody who has this user name; `id` as the answer told it, or "". Looking them up begins there.
    void remember_taken(const std::string& user_name, std::string id);

    // An answer's object → resource. Fails with `reject` when it is none of that type.
    result<remote_resource> decoded(const mapping::resource_type& type, const mapping::json& body) const;

private:
    std::string folded(const std::string& attribute, const std::string& value) const;
    bool holds(const remote_resource& r, const std::string& attribute, const std::string& value) const;
    boost::asio::awaitable<result<std::vector<remote_resource>>> find_in_list(const mapping::resource_type& type,
                                                                              std::string attribute, std::string value);

    std::shared_ptr<session> session_;
    std::set<std::string> refused_filters_;    // by the name in the filter
    std::map<std::string, std::string> taken_; // user name, folded → id or ""
};

} // namespace idferry::connectors::beyond_identity
