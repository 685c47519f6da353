// What was asked: the last requests in a ring, and counters of all of them. Secrets are masked on the way in.
#pragma once

#include "tests/sandbox/web.hpp"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace idferry::sandbox {

class request_log
{
public:
    explicit request_log(std::size_t capacity = 8192) : ring_(capacity) {}

    void record(std::string_view server, const incoming& in, const answer& given);
    void clear();

    struct query
    {
        std::string server; // "" = all
        std::string method;
        std::string endpoint;
        std::uint64_t after{0}; // sequence number
        std::size_t limit{1000};
    };
    // Oldest first. "dropped" tells how many fell out of the ring.
    json list(const query& wanted) const;
    // {"bareid GET user_get": {"count":…,"bytes_in":…,"bytes_out":…,"status":{"200":…}}}
    json counters() const;

private:
    struct entry
    {
        std::uint64_t number{0};
        std::string server;
        std::string method;
        std::string target;
        std::string body;
        std::string endpoint;
        std::string client;
        std::string user_agent;
        int status{0};
    };
    struct counter
    {
        std::uint64_t count{0};
        std::uint64_t bytes_in{0};
        std::uint64_t bytes_out{0};
        std::map<int, std::uint64_t> status;
    };

    mutable std::mutex mutex_;
    std::vector<entry> ring_;
    std::uint64_t next_{1};
    std::map<std::string, counter, std::less<>> counters_;
};

// The text with the values of secrets replaced: form fields client_secret, access_token, password and token, and JSON
// members of the first three names.
std::string masked(std::string_view text);

} // namespace idferry::sandbox
