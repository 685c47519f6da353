// The link of a binding job, handed to its person by a program of the administrator's.
#pragma once

#include "config/secret.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <utility>
#include <vector>

namespace idferry::daemon::run {

struct hand_over
{
    std::vector<std::string> command;
    config::secret link;                                          // to its standard input, with a line end
    std::vector<std::pair<std::string, std::string>> environment; // whose it is
};

// Runs the program beside everything else, for at most 10 seconds. Why it failed, without what it said; "" when it
// ended well.
boost::asio::awaitable<std::string> hand_link_over(hand_over what);

} // namespace idferry::daemon::run
