// A transport that a test answers: by a handler, or by a script of answers in order. Requests are kept as they came.
#pragma once

#include "connectors/http/transport.hpp"

#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

namespace idferry::test {

// An answer as the real transport would give it: room behind the body for simdjson.
connectors::http::response make_answer(int status, std::string body = {}, connectors::http::header_list headers = {});
connectors::http::response make_json_answer(int status, std::string body, connectors::http::header_list headers = {});
// A failed exchange with disposition retry.
connectors::failure broken_exchange(bool outcome_unknown, std::string detail = "connection reset");

// The value of a header of a request, or "".
std::string header_of(const connectors::http::request& r, std::string_view name);

class fake_transport final : public connectors::http::transport
{
public:
    using answer = connectors::result<connectors::http::response>;
    using handler = std::function<answer(const connectors::http::request&)>;

    fake_transport() = default;
    explicit fake_transport(handler h) : handler_(std::move(h)) {}

    // Queued answers go first; without one the handler is asked; without a handler the exchange fails with `stop`.
    fake_transport& then(answer a)
    {
        script_.push_back(std::move(a));
        return *this;
    }
    void on_request(handler h) { handler_ = std::move(h); }

    // While held, exchanges wait (and can be cancelled) before they are answered.
    void hold() { held_ = true; }
    void release();

    boost::asio::awaitable<answer> exchange(connectors::http::request r) override;

    const std::vector<connectors::http::request>& requests() const { return requests_; }
    // "GET https://h/x", for comparing with a list.
    std::vector<std::string> lines() const;
    std::size_t in_flight() const { return in_flight_; }
    std::size_t most_in_flight() const { return most_in_flight_; }
    std::size_t script_left() const { return script_.size(); }

private:
    handler handler_;
    std::deque<answer> script_;
    std::vector<connectors::http::request> requests_;
    bool held_{false};
    std::list<boost::asio::steady_timer*> waiting_;
    std::size_t in_flight_{0}, most_in_flight_{0};
};

} // namespace idferry::test
