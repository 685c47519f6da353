// One list of the service, page after page, with its proof of completeness (apis: Beyond Identity, section 4.5): pages
// may be shorter than asked for, empty, or repeat what has come; only a missing token ends a list. Complete means: the
// chain closed, no token came twice, and the number of different records is what every page counted.
#pragma once

#include "connectors/beyond_identity/session.hpp"
#include "connectors/beyond_identity/slicer.hpp"
#include "connectors/key_set.hpp"
#include "connectors/list_pipeline.hpp"
#include "connectors/source.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::connectors::beyond_identity {

struct list_spec
{
    list_spec(list_ref l, call c, std::string_view r) : ref(std::move(l)), ask(std::move(c)), root(r) {}

    list_ref ref;
    call ask;                                         // without page parameters
    std::string_view root;                            // "identities": the member that holds the records
    bool bytes{true};                                 // else only keys are kept
    std::uint64_t page_size{0};                       // 0 = the connection's
    std::vector<std::string_view> sizes{"page_size"}; // the parameters that take it
    std::string_view total{"total_size"};             // the member that counts the records
    std::string_view without{};                       // records in which this says something are left out
    std::string_view beside{};                        // the member that counts what else the answers list
};

// The lists of a realm.
list_spec identities_list(const session& s);
list_spec groups_list(const session& s);
list_spec members_list(const session& s, const std::string& group);
list_spec groups_of_identity(const session& s, const std::string& identity);

class list_reader
{
public:
    list_reader(std::shared_ptr<session> through, list_spec spec);

    // The next page, or nothing after the last one; the page that follows is asked for meanwhile. Fails only when the
    // whole read cannot go on.
    boost::asio::awaitable<result<std::optional<page>>> next();

    // After the last page.
    const list_end& end() const { return end_; }
    // The call that failed, when one did.
    const std::optional<failure>& failed() const { return failed_; }

private:
    call page_call() const;
    void finish(proof state, std::string why);
    void close();
    std::optional<page> take(sliced_list cut);

    std::shared_ptr<session> session_;
    list_spec spec_;
    slicer slicer_;
    std::optional<background<result<reply>>> ahead_;
    std::string token_;
    bool more_{true};
    bool ended_{false};
    std::int64_t pages_{0};
    key_set seen_;
    std::set<std::string> tokens_;
    std::optional<std::uint64_t> total_;
    bool total_moved_{false};
    std::uint64_t items_{0}; // without repetitions
    std::uint64_t repeated_{0};
    std::uint64_t delivered_{0};
    list_end end_;
    std::optional<failure> failed_;
};

// Every key of a list that a service may cut or repeat; with `proved`, fails with `retry` unless it was read whole.
boost::asio::awaitable<result<std::vector<std::string>>> keys_of(std::shared_ptr<session> s, list_spec spec,
                                                                 bool proved);

// Reads a list for a list_pipeline.
boost::asio::awaitable<void> start_list(std::shared_ptr<work_queue<list_item>> queue, std::shared_ptr<session> through,
                                        list_spec spec, bool alone);

} // namespace idferry::connectors::beyond_identity
