// What a meter is told about exchanges over the real transport.
#include "connectors/http/exchange_meter.hpp"

#include "tests/connectors/http/raw_server.hpp"
#include "tests/support/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace idferry::connectors::http {

using test::afterwards;
using test::plain_reply;
using test::raw_server;
using testing::ElementsAre;

namespace {

class noting_meter final : public exchange_meter
{
public:
    void exchanged(const std::string& connection, const std::string& method, int status,
                   std::chrono::steady_clock::duration took) override
    {
        seen.push_back(connection + " " + method + " " + std::to_string(status));
        fast = fast && took >= std::chrono::steady_clock::duration::zero() && took < std::chrono::seconds(20);
    }
    void client_ended(const std::string&, const client_counters&) override {}
    void connections_changed(const std::string&, int by) override
    {
        open += by;
        most = std::max(most, open);
    }
    std::vector<std::string> seen;
    bool fast{true};
    int open{0}, most{0};
};

} // namespace

TEST(exchange_meter, is_told_the_status_of_every_exchange_and_zero_without_an_answer)
{
    test::raw_server_settings s;
    s.connections = {{plain_reply("a"), plain_reply("b"), {"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"}},
                     {{"", afterwards::close}}};
    raw_server server(std::move(s));
    noting_meter meter;
    auto t = metered_transports("showpad", meter)({});
    for (const char* method : {"GET", "PUT", "POST"}) {
        auto a = test::run(t->exchange(request(method, server.url())));
        EXPECT_TRUE(a.has_value());
    }
    EXPECT_EQ(meter.open, 1); // kept for the next exchange
    auto broken = test::run(t->exchange(request("POST", server.url())));
    EXPECT_TRUE(broken.has_error());
    EXPECT_THAT(meter.seen, ElementsAre("showpad GET 200", "showpad PUT 200", "showpad POST 503", "showpad POST 0"));
    EXPECT_TRUE(meter.fast);
    EXPECT_EQ(meter.most, 1);
    t.reset();
    EXPECT_EQ(meter.open, 0);
}

} // namespace idferry::connectors::http
