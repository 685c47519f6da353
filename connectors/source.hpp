// A source: a system whose resources are right. It reads raw records, list by list, each list with its proof of
// completeness; it decodes a record when asked; it never decides what happens to anybody.
//
// Implementations live in connectors/<name>/ and are listed in connectors/registry.cpp. Every one passes
// tests/conformance/source_conformance. Thread-safety: none, one strand. Cancellation: terminal, fails with `retry`.
#pragma once

#include "connectors/failure.hpp"
#include "connectors/http/client.hpp"
#include "mapping/ids.hpp"
#include "mapping/json_fwd.hpp"
#include "mapping/mapper.hpp"
#include "mapping/resource_type.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace idferry::connectors {

// Which list a page belongs to.
enum class list_kind
{
    groups,  // records of groups, or of another type that is read whole (list_ref::type)
    members, // members of one of those: each record is a member's key, and adds a membership
    people   // person records
};

struct list_ref
{
    list_kind kind{list_kind::people};
    std::string owner;  // members: the group's key; groups: the parent's key or ""; people: ""
    std::string type{}; // groups, members: name of the resource type; "" = groups themselves
    bool operator==(const list_ref&) const = default;
    auto operator<=>(const list_ref&) const = default;
    // "people", "groups of Sales", "members of 6f1c…": for messages and as key of the last good size in state.
    std::string text() const;
};

// One record as it came: views into page::buffer.
struct raw_record
{
    std::string_view key;   // the source's immutable id; never empty
    std::string_view bytes; // JSON text, trimmed; empty in a members list
};

// A bad record is left out of the page and reported beside it; it blocks removals of nobody but itself when its key is
// known, and of everybody in its list when not.
struct bad_record
{
    std::string key; // "" when it could not be read
    std::string why;
};

struct page
{
    list_ref list;
    std::shared_ptr<const std::string> buffer; // owns what the records point into
    std::vector<raw_record> records;           // in the order of the answer
    std::vector<bad_record> bad;
};

enum class proof
{
    complete,   // the page chain closed, the count agrees where there is one, nothing repeated
    suspicious, // closed, but of a size that looks like a server's cap
    unproved    // not closed, repeated, over a limit, or failed: `why` says it
};

// After the last page of a list.
struct list_end
{
    list_ref list;
    proof state{proof::unproved};
    std::uint64_t size{0}; // records read
    std::string why;
    std::uint64_t beside{0}; // members: how many of another type belong to the owner, where the same answers count them
};

using read_event = std::variant<page, list_end>;

// One read of the source. Order: every groups list, then the members lists, then people: so that when a person's
// record arrives, all memberships are known. Each person arrives once.
class source_read
{
public:
    virtual ~source_read() = default;
    // The next event, or nothing at the end. A failure ends the read; what one page or record did wrong is in the
    // events instead (list_end with `unproved`, bad records), so that one bad page blocks only its own list.
    virtual boost::asio::awaitable<result<std::optional<read_event>>> next() = 0;
};

struct read_request
{
    bool groups{true};                // group records and memberships are wanted
    std::uint64_t max_records{0};     // 0 = all; else a sample, never complete
    std::vector<std::string> types{}; // names of other types that are wanted whole, with their members
    bool people{true};                // person records are wanted
};

// A person's group in the form that rules read.
struct group_ref
{
    std::string key;
    std::string name;
    std::string path;
};

// What is known about one person after asking for exactly that person.
struct person_proof
{
    enum class verdict
    {
        present, // `bytes` and `groups` are what the source says now
        gone,    // proved: the control read succeeded, and the person's own record is not there
        unknown  // could not be proved: `why`
    };
    verdict state{verdict::unknown};
    std::string bytes;            // present: the record, in the form that `decode` takes
    bool bytes_comparable{false}; // the bytes have the same form as in lists, so their digest may be compared
    std::optional<std::vector<std::string>> group_keys; // present: every group of this person, or nothing when unproved
    std::string why;
};

class hint_feed;

class source
{
public:
    virtual ~source() = default;

    // What tells of changes between reads (connectors/hint_feed.hpp), as the connection is configured; or nullptr.
    virtual hint_feed* hints() { return nullptr; }

    virtual std::unique_ptr<source_read> read(const read_request& request) = 0;

    // Bytes → SCIM-shaped resource (core, enterprise, and `urn:idferry:source:<type>:<name>`), pure. `groups` becomes
    // the multi-valued attribute `groups` with value, display, path. Fails with `reject` and a sentence that names the
    // field when the record has the wrong shape.
    virtual result<mapping::json> decode(const mapping::resource_type& type, std::string_view bytes,
                                         const std::vector<group_ref>& groups) const = 0;

    // True when every removal has to be proved person by person, because the source cannot list everybody.
    virtual bool removals_need_proof() const = 0;
    // True when `prove` can be asked at all.
    virtual bool can_prove() const = 0;
    // Asks for one person after a control read in the same run (apis: Bare.ID, section 9.3).
    virtual boost::asio::awaitable<result<person_proof>> prove(mapping::source_key person) = 0;

    virtual const http::client_counters& counters() const = 0;
};

} // namespace idferry::connectors
