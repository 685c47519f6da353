// One connection to a service provider: sends requests in its dialect, remembers what was learned about it, and reads
// answers into resources. The operations of the target stand on it.
#pragma once

#include "connectors/clock.hpp"
#include "connectors/http/client.hpp"
#include "connectors/key_set.hpp"
#include "connectors/scim/scim_failure.hpp"
#include "connectors/scim/scim_filter_text.hpp"
#include "connectors/scim/scim_json.hpp"
#include "connectors/scim/scim_merge.hpp"
#include "connectors/scim/scim_profile.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <set>
#include <string>
#include <unordered_set>

namespace idferry::connectors::scim {

struct call
{
    call(asked w, std::string u) : what(std::move(w)), url(std::move(u)) {}

    asked what;
    std::string url;
    std::optional<std::string> body;
    std::string if_match;
};

// What turned out not to work, for as long as the session lives.
struct learned_dialect
{
    bool plain_json{false};                       // the provider wants application/json
    std::set<std::string> no_patch;               // resource types
    std::set<std::string> no_filter;              // "user userName": not available or not obeyed
    std::unordered_set<std::string> reserved_ids; // resources with a reserved name
    std::unordered_set<std::string> free_ids;     // groups seen with another name
    // Of users, folded, where they are looked for before each creation.
    std::unordered_set<std::string> free_names; // looked for, and nobody had it
    std::optional<key_set> all_names;           // of a whole list
};

class session
{
public:
    session(http::client& through, clock& time, const dialect& wire, const mapping::target_profile& holds,
            std::string base_url);

    // The answer, whatever its status; the media type falls back once and is remembered.
    boost::asio::awaitable<result<http::response>> send(call c);
    // The answer when its status is 2xx, else the failure that it means.
    boost::asio::awaitable<result<http::response>> succeed(call c);

    // GET of one resource. A 404 counts as `not_found` only when the collection itself answers: a wrong address or a
    // provider that answers 404 to everything says nothing about one resource, and fails with `stop`.
    boost::asio::awaitable<result<remote_resource>> read(const mapping::resource_type& type, std::string id);
    // The control read behind that; no failure = the collection is there.
    boost::asio::awaitable<result<void>> confirm_collection(const mapping::resource_type& type);
    // What a write to `id` that failed means. `not_found` only when the resource itself is gone: when it is there,
    // something that the body refers to is not, which is a reject with code "reference_not_found".
    boost::asio::awaitable<failure> failed_write(const mapping::resource_type& type, std::string id, call c,
                                                 http::response answer);
    // One page of a list.
    boost::asio::awaitable<result<list_page>> read_page(const mapping::resource_type& type, query q);

    call collection_call(std::string method, const mapping::resource_type& type, const query& q = {}) const;
    call resource_call(std::string method, const mapping::resource_type& type, const std::string& id) const;
    call write_call(std::string method, const mapping::resource_type& type, const std::string& id,
                    const mapping::json& body) const;
    failure failed(const call& c, const http::response& answer) const;

    body_rules rules(const mapping::resource_type& type) const { return {type, wire_, holds_.of(type.name)}; }
    bool may_patch(const mapping::resource_type& type) const;
    bool may_filter(const mapping::resource_type& type, std::string_view attribute) const;
    // Text for If-Match, or "": only when the provider has entity tags and this is one (RFC 7644 section 3.14).
    std::string if_match(const remote_resource& r) const;
    // Remembers whether a group has a reserved name.
    void note_name(const mapping::resource_type& type, const remote_resource& r);

    const dialect& wire() const { return wire_; }
    const mapping::target_profile& holds() const { return holds_; }
    const endpoint& where() const { return where_; }
    capabilities announced; // by discovery; what the profile claims counts over it
    learned_dialect learned;

private:
    http::client& through_;
    clock& time_;
    const dialect& wire_;
    const mapping::target_profile& holds_;
    endpoint where_;
};

// True for an entity tag as RFC 9110 section 8.8.3 has it: "…" or W/"…".
bool is_entity_tag(std::string_view text);

} // namespace idferry::connectors::scim
