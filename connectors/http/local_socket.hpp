// The file of a Unix domain socket that we listen on. Internal to connectors/http.
#pragma once

#include "connectors/http/listener.hpp"

#include <boost/asio/local/stream_protocol.hpp>

#include <cstdint>
#include <string>

namespace idferry::connectors::http {

// Which file it is, so that only our own is removed.
struct socket_file
{
    std::string path;
    std::uint64_t device{0}, inode{0};
};

// Opens, binds and listens, with mode and group set before anybody can connect. Replaces a socket on which nobody
// answers. Throws boost::system::system_error with a sentence for the operator.
socket_file open_local(boost::asio::local::stream_protocol::acceptor& acceptor, const local_socket_settings& settings);

// Removes the file if it is still the one that was opened.
void remove_socket(const socket_file& file);

} // namespace idferry::connectors::http
