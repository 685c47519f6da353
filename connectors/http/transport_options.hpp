// The real transport with what few need: the admin socket's client, and metrics.
#pragma once

#include "connectors/http/transport.hpp"

#include <functional>
#include <string>

namespace idferry::connectors::http {

struct transport_options
{
    // Not empty: every exchange, whatever host its http:// URL names, goes to the Unix domain socket at this path. Its
    // failures then have code "not_running" when nobody answers there, "not_permitted" when we may not connect.
    std::string local_socket;
    // Called with 1 when a network connection was opened and -1 when it ended; must not throw. It is called for the
    // last time before the transport's destructor ends, unless exchanges are still under way.
    std::function<void(int)> connections_changed;
};

// make_beast_transport of transport.hpp, with these.
std::unique_ptr<transport> make_beast_transport_with(transport_settings settings, transport_options options);

} // namespace idferry::connectors::http
