// How a row of an operation table becomes requests, and its answers one JSON value.
#pragma once

#include "connectors/operation_table.hpp"
#include "mapping/json_fwd.hpp"

#include <map>
#include <memory>
#include <utility>

namespace idferry::connectors {

// What a caller gives to an operation.
struct operation_input
{
    std::vector<std::string> ids;                           // for what the connection does not fill in, in path order
    std::map<std::string, std::string, std::less<>> values; // instead of what it fills in: {"realm", "6c1f…"}
    std::vector<std::pair<std::string, std::string>> query;
    std::shared_ptr<const mapping::json> body; // null = none
    bool as_it_is{false};                      // the body is sent without the row's envelope
};

// The placeholders of a row that a caller gives ids for, in order.
std::vector<std::string_view> asked_for(const operation_service& service, const rest_operation& row,
                                        const operation_input& input);

// The request of a row as configured. A row with the parameter "..." takes any. A body goes into the row's envelope
// unless it is in it already; parameters and ids are percent-encoded. Fails with `reject` and a sentence when something
// is missing, too much or not the row's.
result<http::request> make_request(const operation_service& service, const rest_operation& row,
                                   const operation_input& input);

// What an operation answered.
struct operation_answer
{
    std::shared_ptr<const mapping::json> body; // null when it was empty
    std::uint64_t requests{0};
    std::uint64_t repeated{0}; // records that came twice, and count once (`follow`)
};

// Carries an operation out. With `follow`, a list that goes on is read to its end and comes as one answer; at most 256
// MiB of it. Fails like the service; `outcome_unknown` says that a write may have happened. Keep `service` and `row`
// until it is done.
boost::asio::awaitable<result<operation_answer>> carry_out(operation_service& service, rest_operation row,
                                                           operation_input input, bool follow);

// The value with "***" for what the table and the row call a secret, and for links that carry a token.
mapping::json without_secrets(const operation_table& all, const rest_operation& row, const mapping::json& answer);

} // namespace idferry::connectors
