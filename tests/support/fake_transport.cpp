#include "tests/support/fake_transport.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <strings.h>

namespace idferry::test {

namespace asio = boost::asio;
namespace http = connectors::http;

namespace {

class counted
{
public:
    explicit counted(std::size_t& n) : n_(n) { ++n_; }
    ~counted() { --n_; }
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;

private:
    std::size_t& n_;
};

} // namespace

http::response make_answer(int status, std::string body, http::header_list headers)
{
    http::response r;
    r.status = status;
    r.headers = std::move(headers);
    r.body = std::move(body);
    r.body.reserve(r.body.size() + 64);
    return r;
}

http::response make_json_answer(int status, std::string body, http::header_list headers)
{
    headers.emplace_back("Content-Type", "application/json");
    return make_answer(status, std::move(body), std::move(headers));
}

connectors::failure broken_exchange(bool outcome_unknown, std::string detail)
{
    connectors::failure f;
    f.next = connectors::disposition::retry;
    f.detail = std::move(detail);
    f.outcome_unknown = outcome_unknown;
    return f;
}

std::string header_of(const http::request& r, std::string_view name)
{
    for (const auto& [key, value] : r.headers)
        if (key.size() == name.size() && ::strncasecmp(key.data(), name.data(), name.size()) == 0) return value;
    return {};
}

void fake_transport::release()
{
    held_ = false;
    for (auto* t : waiting_) t->cancel();
}

asio::awaitable<fake_transport::answer> fake_transport::exchange(http::request r)
{
    requests_.push_back(r);
    counted one(in_flight_);
    most_in_flight_ = std::max(most_in_flight_, in_flight_);
    auto executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, asio::use_awaitable);
    while (held_) {
        asio::steady_timer timer(executor, asio::steady_timer::time_point::max());
        waiting_.push_back(&timer);
        boost::system::error_code ec;
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
        waiting_.remove(&timer);
        auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
    }
    if (!script_.empty()) {
        auto a = std::move(script_.front());
        script_.pop_front();
        co_return a;
    }
    if (handler_) co_return handler_(r);
    connectors::failure f;
    f.detail = "the test has no answer left for " + r.method + " " + r.url;
    co_return f;
}

std::vector<std::string> fake_transport::lines() const
{
    std::vector<std::string> all;
    for (const auto& r : requests_) all.push_back(r.method + " " + r.url);
    return all;
}

} // namespace idferry::test
