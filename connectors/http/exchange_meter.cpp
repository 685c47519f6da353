#include "connectors/http/exchange_meter.hpp"

#include "connectors/clock.hpp"
#include "connectors/http/transport_options.hpp"

#include <boost/asio/use_awaitable.hpp>

namespace idferry::connectors::http {

namespace {

class metered_transport final : public transport
{
public:
    metered_transport(std::unique_ptr<transport> inner, std::string connection, exchange_meter& meter)
        : inner_(std::move(inner)), connection_(std::move(connection)), meter_(meter)
    {
    }

    boost::asio::awaitable<result<response>> exchange(request r) override
    {
        const auto method = r.method;
        const auto began = steady_now();
        auto answer = co_await inner_->exchange(std::move(r));
        meter_.exchanged(connection_, method, answer ? answer->status : 0, steady_now() - began);
        co_return answer;
    }

private:
    std::unique_ptr<transport> inner_;
    std::string connection_;
    exchange_meter& meter_;
};

} // namespace

transport_maker metered_transports(std::string connection, exchange_meter& meter)
{
    return [connection = std::move(connection), &meter](transport_settings s) {
        transport_options options;
        options.connections_changed = [connection, &meter](int by) { meter.connections_changed(connection, by); };
        return std::make_unique<metered_transport>(make_beast_transport_with(std::move(s), std::move(options)),
                                                   connection, meter);
    };
}

} // namespace idferry::connectors::http
