// Calls to the Bare.ID API: fills an operation's template, sends it through the HTTP client, and turns an answer that
// is not 2xx into a failure in the API's own words. Shared by a source, its reads and the work they run ahead.
#pragma once

#include "connectors/bare_id/bare_id_settings.hpp"
#include "connectors/bare_id/slicer.hpp"
#include "connectors/registry.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace idferry::connectors::bare_id {

using query_list = std::vector<std::pair<std::string, std::string>>;

class api
{
public:
    api(std::shared_ptr<const bare_id_settings> s, const environment& env);

    const bare_id_settings& config() const { return *settings_; }
    clock& time() { return time_; }
    // How many requests may be under way at once.
    std::size_t width() const { return width_; }

    // The body of a 2xx answer.
    boost::asio::awaitable<result<std::string>> call(const operation& op, placeholder_values values,
                                                     query_list query = {});
    // A 2xx answer. `body` is JSON text, "" = none. A 501 is `stop`: such gateways answer it to a method that a path
    // does not have (apis: Bare.ID, section 9.1).
    boost::asio::awaitable<result<http::response>> send(const operation& op, placeholder_values values,
                                                        query_list query, std::string body);

    // True when the failure ends a read: nothing later can succeed (credentials refused, TLS), or the service has not
    // answered for several calls on end.
    bool is_fatal(const failure& f) const;

    slicer& cut() { return slicer_; }
    const http::client_counters& counters() const { return client_->counters(); }
    http::pacer_settings pace() const { return client_->pace(); }

private:
    failure failed(const operation& op, const http::request& r, const http::response& answer) const;

    std::shared_ptr<const bare_id_settings> settings_;
    clock& time_;
    std::unique_ptr<http::transport> transport_;
    std::shared_ptr<http::token_source> credentials_;
    std::unique_ptr<http::client> client_;
    slicer slicer_;
    std::size_t width_{1};
    int failures_on_end_{0};
};

// One person's own record (user_get).
struct person_answer
{
    std::optional<failure> error; // the call failed; `not_found` is one of them
    std::string why;              // the answer is not this person's record
    std::shared_ptr<const std::string> buffer;
    raw_record record;
    bool left_out{false}; // a service account
    bool good() const { return !error && why.empty(); }
};
boost::asio::awaitable<person_answer> read_person(std::shared_ptr<api> through, std::string key);

} // namespace idferry::connectors::bare_id
