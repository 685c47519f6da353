// Walking through a list page by page, and proving that it was seen whole. Pure: what pages were like goes in, the next
// query comes out. Sources and targets share it.
#pragma once

#include "connectors/scim/scim_filter_text.hpp"
#include "connectors/scim/scim_profile.hpp"
#include "connectors/target.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>

namespace idferry::connectors::scim {

// What one page was like.
struct page_facts
{
    std::optional<std::uint64_t> total; // totalResults
    std::string next_cursor;
    std::uint64_t received{0}; // elements of Resources, unusable ones included: what paging advances by
    std::uint64_t usable{0};   // those with an id
    std::uint64_t fresh{0};    // those with an id that had not come before
    std::string flaw;          // "" = every element is usable
};

struct walk_options
{
    int count{100};     // asked for in a page
    bool cursor{false}; // begin with an empty cursor (RFC 9865)
    bool confirm_end{
        false}; // when the last page was full, look whether one more comes: some count the page, not the list
};

// Advances by the number of elements received, never by the number asked for; follows nextCursor wherever one comes.
// Complete means: the chain closed, no page came twice, no element was unusable, the number of ids agrees with
// totalResults, and totalResults stayed the same from page to page. Without totalResults no id may come twice.
class page_walk
{
public:
    page_walk(const dialect& wire, walk_options options);

    // The next page to ask for, or nothing at the end.
    std::optional<query> next() const;
    // Takes what the answer to `next()` was like.
    void accept(const page_facts& page);

    inventory_end end() const;

private:
    void flaw(std::string why);
    void close() { open_ = false; }
    bool was_last(const page_facts& page);

    const dialect& wire_;
    walk_options options_;
    bool open_{true};
    bool confirming_{false};
    std::uint64_t received_{0};
    std::uint64_t fresh_{0};
    std::uint64_t repeated_{0};
    int pages_{0};
    std::string cursor_;
    std::optional<std::uint64_t> total_;
    std::unordered_set<std::string> cursors_;
    std::string why_; // the first reason against completeness
};

// How many to ask for in a page: no more than the provider says that it gives.
int page_count(const dialect& wire, const capabilities& announced);

} // namespace idferry::connectors::scim
