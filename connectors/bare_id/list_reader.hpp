// One list of the API, page after page, with its proof of completeness (apis: Bare.ID, sections 9.3 and 9.4). Unknown
// query parameters are ignored by such gateways, so a wrong paging style gives page 1 for ever, or a part that looks
// like the whole: both are recognised here. Pages by offset overlap by one record, so that a list that moves between
// two of them is not taken for whole (section 7.5).
#pragma once

#include "connectors/bare_id/api.hpp"
#include "connectors/key_set.hpp"
#include "connectors/list_pipeline.hpp"

#include <deque>
#include <optional>
#include <set>

namespace idferry::connectors::bare_id {

struct list_spec
{
    list_spec(list_ref r, const operation& o) : ref(std::move(r)), op(&o) {}

    list_ref ref;
    const operation* op; // of the connection's settings
    placeholder_values values;
    bool directory{false};     // a missing root means what absent.directory_list says, else absent.nested_list
    bool group_records{false}; // ids by fields.group, else by fields.id; service accounts are left out of the latter
    bool bytes{true};          // else only keys are kept
    const operation* count{nullptr}; // asked before the first page and after the last: all sizes must agree
    bool alone{true};                // no other list is read meanwhile: pages further ahead may be asked for
};

class list_reader
{
public:
    list_reader(std::shared_ptr<api> through, list_spec spec);

    // The next page, or nothing after the last one. Fails only when the whole read cannot go on.
    boost::asio::awaitable<result<std::optional<page>>> next();

    // After the last page.
    const list_end& end() const { return end_; }
    // The call that failed, when one did.
    const std::optional<failure>& failed() const { return failed_; }

private:
    struct position
    {
        std::uint64_t offset{0};
        std::int64_t page{0};
        std::string token;
        bool overlaps{false}; // its first record has to be the last one of the page before
        bool operator==(const position&) const = default;
    };
    struct fetch
    {
        position at;
        background<result<std::string>> work;
    };

    query_list query_for(const position& at) const;
    void fetch_ahead(const boost::asio::any_io_executor& executor, position at);
    void finish(proof state, std::string why);
    std::optional<page> take(sliced_list cut);
    void compare_overlap(const sliced_list& cut);
    void plan_next(const sliced_list& cut, std::uint64_t fresh);
    bool is_counted() const { return spec_.count && spec_.count->enabled; }
    boost::asio::awaitable<void> count_before();
    boost::asio::awaitable<void> compare_count();

    std::shared_ptr<api> api_;
    list_spec spec_;
    paging_settings paging_;
    position at_;
    std::optional<position> wanted_; // the request that comes next; nothing = closed
    std::deque<fetch> ahead_;
    std::size_t full_pages_{0};
    std::int64_t pages_{0};
    std::string last_key_;   // of the last page, when the next one has to show it again
    std::string moved_;      // why the list is not of one piece; "" = it is, as far as was seen
    bool rounds_{false};     // the server begins pages at multiples of their size alone
    bool confirming_{false}; // asking once more because the last page may have been cut by the server
    key_set seen_;
    std::set<std::string> tokens_;
    std::uint64_t items_{0}; // without repetitions
    std::uint64_t repeated_{0};
    std::uint64_t delivered_{0};
    bool asked_before_{false};
    std::optional<std::uint64_t> before_; // what the API counted before the first page
    bool ended_{false};
    list_end end_;
    std::optional<failure> failed_;
};

// Reads a list for a list_pipeline.
boost::asio::awaitable<void> start_list(std::shared_ptr<work_queue<list_item>> queue, std::shared_ptr<api> through,
                                        list_spec spec, bool alone);

// Numbers of records at which a server may have cut a list (apis: Bare.ID, section 9.4).
bool looks_like_a_cap(std::uint64_t size);

} // namespace idferry::connectors::bare_id
