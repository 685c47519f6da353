// What the parts of the listener share: the server, its connections, and the coroutine that serves one. Internal to
// connectors/http.
#pragma once

#include "connectors/http/byte_stream.hpp"
#include "connectors/http/listener.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <atomic>
#include <list>
#include <memory>
#include <mutex>

#include <shared_mutex>

namespace idferry::connectors::http {

// One connection.
struct session
{
    session(std::unique_ptr<byte_stream> s, boost::asio::any_io_executor e)
        : executor(std::move(e)), stream(std::move(s)), timer(executor)
    {
    }
    boost::asio::any_io_executor executor; // the strand
    std::unique_ptr<byte_stream> stream;
    boost::asio::steady_timer timer;
    boost::beast::flat_buffer buffer;
    bool late{false}; // the timer ended a read
};

// What all connections share; they keep it alive.
struct server
{
    server(boost::asio::any_io_executor e, listener_settings s);

    listener_settings settings;
    handler answer;             // one of the two is set
    async_handler answer_later; //
    boost::asio::any_io_executor executor;
    boost::asio::any_io_executor strand; // of accepting
    boost::asio::steady_timer room;      // cancelled when a connection ends
    boost::asio::ssl::context tls;
    std::atomic<bool> stopped{false};
    std::shared_mutex calling; // shared by calls of `answer`, taken alone by stop
    std::mutex guard;          // of `sessions`
    std::list<std::weak_ptr<session>> sessions;
    std::atomic<std::size_t> open{0};
};

// Serves one connection until it ends; leaves closing it to the caller.
boost::asio::awaitable<void> serve(std::shared_ptr<server> s, std::shared_ptr<session> c);

// Status line and header of an answer.
std::string header_of(const server& s, const outgoing& a, bool keep);

// Sends an answer, with its delay and its fault. True when the connection is fit for more.
struct sending_options
{
    bool head{false}; // the request was HEAD: no body
    bool keep{false}; // the connection goes on
};
boost::asio::awaitable<bool> send_answer(std::shared_ptr<server> s, std::shared_ptr<session> c, outgoing a,
                                         sending_options how);

} // namespace idferry::connectors::http
