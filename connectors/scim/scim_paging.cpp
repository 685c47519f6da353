#include "connectors/scim/scim_paging.hpp"

#include <algorithm>

namespace idferry::connectors::scim {

int page_count(const dialect& wire, const capabilities& announced)
{
    auto count = wire.page_size;
    for (const auto most : {announced.max_results, announced.max_page})
        if (most > 0) count = std::min(count, most);
    return count;
}

page_walk::page_walk(const dialect& wire, walk_options options) : wire_(wire), options_(options) {}

std::optional<query> page_walk::next() const
{
    if (!open_) return std::nullopt;
    query q;
    if (!cursor_.empty() || (options_.cursor && pages_ == 0))
        q.emplace_back("cursor", cursor_);
    else if (wire_.send_start_index || received_ > 0)
        q.emplace_back("startIndex", std::to_string(received_ + 1));
    q.emplace_back("count", std::to_string(options_.count));
    return q;
}

void page_walk::flaw(std::string why)
{
    if (why_.empty()) why_ = std::move(why);
}

bool page_walk::was_last(const page_facts& page)
{
    if (!page.next_cursor.empty()) {
        // The chain is the server's: it ends when there is no next cursor, whatever the count says.
        if (!cursors_.insert(page.next_cursor).second) {
            flaw("a cursor came twice");
            return true;
        }
        cursor_ = page.next_cursor;
        return false;
    }
    if (!cursor_.empty() || (options_.cursor && pages_ == 1) || page.received == 0) return true;
    if (!total_ || received_ < *total_) return false;
    const bool full = page.received >= static_cast<std::uint64_t>(options_.count);
    confirming_ = options_.confirm_end && full;
    return !confirming_;
}

void page_walk::accept(const page_facts& page)
{
    ++pages_;
    if (confirming_) {
        // Everything had come; what comes again only shows that startIndex is not obeyed where it changes nothing.
        if (page.fresh > 0)
            flaw("totalResults is " + std::to_string(total_.value_or(0)) + ", but more came when it was asked for");
        fresh_ += page.fresh;
        return close();
    }
    if (!page.flaw.empty()) flaw(page.flaw + " in page " + std::to_string(pages_));
    if (page.total && total_ && *page.total != *total_)
        flaw("totalResults changed from " + std::to_string(*total_) + " to " + std::to_string(*page.total) +
             " during the read");
    if (page.total) total_ = page.total;
    received_ += page.received;
    fresh_ += page.fresh;
    repeated_ += page.usable - page.fresh;
    if (page.fresh == 0 && page.usable > 0) {
        flaw("page " + std::to_string(pages_) + " repeats what was read before");
        return close();
    }
    if (was_last(page)) return close();
    if (pages_ >= wire_.max_pages) {
        flaw("there are more than " + std::to_string(wire_.max_pages) + " pages");
        close();
    }
}

inventory_end page_walk::end() const
{
    inventory_end e;
    e.size = fresh_;
    e.why = why_;
    if (open_ && e.why.empty()) e.why = "the list was not read to its end";
    if (e.why.empty() && total_ && *total_ != fresh_)
        e.why = "totalResults is " + std::to_string(*total_) + ", but " + std::to_string(fresh_) +
                " different resources came";
    if (e.why.empty() && !total_ && repeated_ > 0)
        e.why = std::to_string(repeated_) + " resources came twice: the list changed while it was read";
    e.complete = e.why.empty();
    return e;
}

} // namespace idferry::connectors::scim
