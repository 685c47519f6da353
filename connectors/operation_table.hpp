// What a system's REST API offers, as data: one table per system, of its resources and of every operation on them. A
// row says what the system's document says: method, path, envelope, paging, scopes. `idferry api` lists and calls the
// rows; whatever works on configuration objects (themes, applications, …) reads the same ones. No row holds code.
//
// Tables live in connectors/<name>/operations*.cpp. How a row becomes requests is in connectors/operation_call.hpp.
// Lists inside a row are texts with blanks between the words; `words` cuts them.
#pragma once

#include "connectors/failure.hpp"
#include "connectors/http/transport.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::connectors {

// Where a row is known from.
enum class known_from
{
    seed,    // the document that idferry was given
    current, // the vendor's newer specification only
    assumed  // nobody confirmed it: off until the connection switches it on
};

enum class answer_secret
{
    none,
    keys, // values of the table's `secret_keys`
    whole // the answer's shape is unknown, and it is a secret: every value counts as one
};

struct rest_operation
{
    std::string_view resource; // name of a row of `resources`: "groups"
    std::string_view verb;     // "list", "add-members"
    std::string_view title;    // as the document calls it
    std::string_view method;   // "GET"
    // "/v1/tenants/{tenant}/realms/{realm}/groups/{group}:addMembers". What the connection does not fill in is asked
    // for, in this order.
    std::string_view path;
    bool body{false};            // takes one
    std::string_view envelope{}; // the member that a body is put into; "" = as it is
    std::string_view query{};    // names of parameters; a `*` behind a name: the system wants it
    bool paged{false};           // a list that may go on; how, the service says
    std::string_view list{};     // the member of an answer that holds the records; "" = the answer itself
    bool writes{false};
    answer_secret secret{answer_secret::none};
    std::string_view scopes{};  // what the token needs, all of them
    std::string_view section{}; // of the system's API document
    known_from origin{known_from::seed};
    std::string_view hint{}; // what to know before it is used; one sentence without a full stop
};

enum class id_kind
{
    hexadecimal, // 16 lower-case digits
    uuid,
    opaque,
    none // there is only one, without an id
};

// A resource of the API, and what is needed to carry one from one realm to another. Places are JSON pointers (RFC 6901)
// into the object as `get` answers it; `*` stands for every element of a list.
struct rest_resource
{
    std::string_view name;     // "applications"
    std::string_view singular; // "application"
    id_kind id{id_kind::opaque};
    std::string_view match{}; // by which two of them count as the same one; "" = one for each realm, or never matched
    std::string_view writable{}; // places that a create or an update may carry; "" = no configuration object
    std::string_view secret{};   // places that are never read, kept or written
    // "place=resource": the value there is the id of one of those.
    std::string_view references{};
    std::string_view managed{}; // place of a boolean: true = the vendor's own, which nobody changes

    // Whether it may be carried from realm to realm.
    bool is_configuration() const { return !writable.empty(); }
};

struct operation_table
{
    std::string_view system;   // "Beyond Identity"
    std::string_view document; // what `section` refers to, for people
    std::span<const rest_resource> resources;
    std::span<const rest_operation> operations;
    // Members that tell the records of a list apart, as far as they are there: one that comes twice counts once.
    std::string_view id_key{"id"};
    std::string_view secret_keys{}; // names of members whose values are secrets, wherever they are
};

// How a list goes on.
struct page_turning
{
    enum class style
    {
        none,   // one answer holds everything
        token,  // `next` of an answer is sent as `parameter`
        offset, // `parameter` counts records from `first`
        page    // `parameter` counts pages from `first`
    };
    style how{style::none};
    std::string parameter;
    std::string next; // JSON pointer into the answer
    std::int64_t first{0};
    std::string size_parameter;
    std::int64_t size{0}; // 0 = as many as the system likes
};

// A table on a configured connection: what fills its rows, and the way out. Made by connection::make_operations; the
// environment outlives it. Thread-safety: none.
class operation_service
{
public:
    virtual ~operation_service() = default;

    virtual const operation_table& table() const = 0;
    // The row as this connection has it configured (a path or method of its own); the texts live as long as this.
    virtual rest_operation configured(const rest_operation& row) const { return row; }
    // Why the connection does not allow a row, as a sentence that says what to configure; "" when it does.
    virtual std::string refused(const rest_operation&) const { return {}; }
    // "https://api-us.beyondidentity.com": what paths are appended to.
    virtual std::string base_url() const = 0;
    // What the connection fills into `{placeholder}`; nothing = it has to be asked for.
    virtual std::optional<std::string> value(std::string_view placeholder) const = 0;
    virtual page_turning turning(const rest_operation& row) const = 0;

    // Sends a request with credentials, pacing and retries (connectors/http/client); the answer, whatever its status.
    virtual boost::asio::awaitable<result<http::response>> exchange(http::request r) = 0;
    // What an answer that is not 2xx means, in the system's own words.
    virtual failure failed(const rest_operation& row, const http::request& r, const http::response& answer) const = 0;
};

// "a b" → {"a", "b"}.
std::vector<std::string_view> words(std::string_view text);
// The names between the braces of a path, in order.
std::vector<std::string_view> placeholders(std::string_view path);

const rest_resource* find_resource(const operation_table& all, std::string_view name);
const rest_operation* find_operation(const operation_table& all, std::string_view resource, std::string_view verb);

// What is wrong with a table, as sentences: for its tests. Empty = nothing.
std::vector<std::string> mistakes(const operation_table& all);

} // namespace idferry::connectors
