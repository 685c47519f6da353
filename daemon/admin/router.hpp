// From a method and a path to the function that answers: exact paths, with placeholders for single segments.
#pragma once

#include "daemon/admin/answers.hpp"
#include "daemon/admin/request_check.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::daemon::admin {

// One checked request, as a route sees it.
struct call
{
    std::string method;                        // GET (a HEAD is answered as one) or POST
    std::map<std::string, std::string> names;  // what the placeholders stand for, decoded
    std::map<std::string, std::string> query;  // decoded
    std::shared_ptr<const mapping::json> body; // POST: an object; GET: null
    std::string by;                            // who asks: "uid 1000", "10.0.0.7"
    std::string if_none_match;                 // the header
};

using route_function = std::function<outgoing(const call&)>;

struct route
{
    std::string method;  // GET or POST
    std::string pattern; // "/api/v1/syncs/{sync}/plan"
    route_function answer;
};

class router
{
public:
    // Refuses (std::logic_error) two routes of one method and pattern.
    void add(route r);

    struct match
    {
        const route* found{nullptr};
        std::map<std::string, std::string> names;
        std::string allow; // nothing found, but the path exists: its methods, for 405
    };
    match find(std::string_view method, const std::vector<std::string>& segments) const;

    // "GET /api/v1/status" of each, in the order they were added: for documents and tests.
    std::vector<std::string> list() const;

private:
    struct entry
    {
        route r;
        std::vector<std::string> segments;
    };
    std::vector<entry> all_;
};

// ---- reading what a call brought

// The value of a query name, or "".
std::string query_text(const call& c, const std::string& name);
// Refuses names that are not in `known`, which are mistakes of spelling.
std::optional<refusal> check_query(const call& c, std::initializer_list<std::string_view> known);
// A number from 1 to `most`, `fallback` when the name is not there; nothing when it is anything else.
std::optional<std::size_t> query_count(const call& c, const std::string& name, std::size_t fallback, std::size_t most);
// Refuses members of the body that are not in `known`.
std::optional<refusal> check_body(const call& c, std::initializer_list<std::string_view> known);

} // namespace idferry::daemon::admin
