// For the sandbox's own tests: servers without sockets, requests in one line, answers as JSON.
#pragma once

#include "tests/sandbox/sandbox.hpp"

#include <gtest/gtest.h>

namespace idferry::sandbox {

struct reply
{
    int status;
    json body; // null when there is none or it is not JSON
    outgoing out;

    std::string header(std::string_view name) const
    {
        for (const auto& [key, value] : out.headers)
            if (same_ignoring_case(key, name)) return value;
        return {};
    }
};

class sandbox_fixture : public testing::Test
{
protected:
    explicit sandbox_fixture(sandbox_settings settings = {})
        : box([&] {
              settings.listens = false;
              return std::move(settings);
          }())
    {
    }

    reply ask(std::string_view server, std::string method, std::string target, std::string body = "",
              connectors::http::incoming extra = {})
    {
        auto& in = extra;
        in.method = std::move(method);
        in.target = std::move(target);
        in.body = std::move(body);
        in.headers.emplace_back("Host", "127.0.0.1:1");
        auto out = box.ask(server, in);
        auto parsed = parse_json(out.body);
        return {out.status, parsed ? *parsed : json(), std::move(out)};
    }

    static connectors::http::incoming with_header(std::string name, std::string value)
    {
        connectors::http::incoming in;
        in.headers.emplace_back(std::move(name), std::move(value));
        return in;
    }

    void knobs(std::string_view text) { box.control("POST", "/__sandbox/knobs", std::string(text)); }

    sandbox box;
};

} // namespace idferry::sandbox
