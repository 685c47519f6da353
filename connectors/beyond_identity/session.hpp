// One connection to Beyond Identity: credentials, addresses, headers, and answers turned into values or failures.
// Everything that speaks to the service goes through it: the source, the target, and the operator's own calls.
#pragma once

#include "connectors/beyond_identity/beyond_identity_settings.hpp"
#include "connectors/beyond_identity/failures.hpp"
#include "connectors/registry.hpp"
#include "mapping/json_fwd.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace idferry::connectors::beyond_identity {

using query_list = std::vector<std::pair<std::string, std::string>>;

struct call
{
    // `scopes`: what a token needs for it, separated by blanks; for messages.
    call(std::string m, std::string p, std::string_view s) : method(std::move(m)), path(std::move(p)), scopes(s) {}

    std::string method;
    std::string path; // from /v1 on, each segment encoded; a verb keeps its literal colon
    std::string_view scopes;
    query_list query;                // as it is; encoded when it is sent
    std::optional<std::string> body; // JSON text
};

// What came for a call. `asked` of it is only for messages.
struct reply
{
    http::request sent; // without credentials
    http::response answer;
    std::string correlation_id;
};

class session
{
public:
    session(std::shared_ptr<const beyond_identity_settings> s, const environment& env);

    const beyond_identity_settings& config() const { return *settings_; }
    // How many requests may be under way at once.
    std::size_t width() const;

    // "/v1/tenants/T/realms/R" + `below`, which begins with a slash.
    std::string in_realm(std::string_view below) const;
    // "/groups/{id}", "/groups/{id}:addMembers": the id encoded, the verb not.
    static std::string item(std::string_view collection, std::string_view id, std::string_view verb = {});

    // The answer whatever its status. Fails when there was none.
    boost::asio::awaitable<result<reply>> send(call c);
    // The answer when its status is 2xx, else the failure that it means.
    boost::asio::awaitable<result<reply>> succeed(call c);
    // The JSON object in a 2xx answer; an empty body counts as {}. Fails with `retry` and code "wrong_shape" when it is
    // anything else: such an answer says nothing. It is `outcome_unknown` for writes.
    boost::asio::awaitable<result<mapping::json>> object(call c);

    // What an answer means that is no success.
    failure failed(const reply& r, std::string_view scopes) const;
    // What the token endpoint said that was granted; "" before the first call, or when it does not say.
    std::string granted_scopes() const;

    // True when a failure ends a read: nothing later can succeed (credentials, TLS, a scope), or the service has not
    // answered for several calls on end.
    bool is_fatal(const failure& f) const;

    const http::client_counters& counters() const { return client_->counters(); }
    http::pacer_settings pace() const { return client_->pace(); }

private:
    std::string new_correlation_id();
    void note(const result<reply>& r);

    std::shared_ptr<const beyond_identity_settings> settings_;
    clock& time_;
    std::unique_ptr<http::transport> transport_;
    std::shared_ptr<http::token_source> credentials_;
    std::unique_ptr<http::client> client_;
    int failures_on_end_{0};
};

} // namespace idferry::connectors::beyond_identity
