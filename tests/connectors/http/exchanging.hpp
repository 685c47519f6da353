// One exchange of a transport with a raw server, for the transport's tests.
#pragma once

#include "connectors/http/transport.hpp"

#include "tests/connectors/http/raw_server.hpp"
#include "tests/support/run.hpp"

#include <string>
#include <vector>

namespace idferry::test {

inline const std::string ok_5 = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"; // the head of an answer of 5 bytes

// Settings of a server without TLS that answers with these, one conversation for each connection.
inline raw_server_settings serving(std::vector<conversation> all)
{
    raw_server_settings s;
    s.connections = std::move(all);
    return s;
}

inline connectors::result<connectors::http::response> get(connectors::http::transport& t, const std::string& url)
{
    return run(t.exchange(connectors::http::request("GET", url)));
}

} // namespace idferry::test
