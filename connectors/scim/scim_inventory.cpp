#include "connectors/scim/scim_inventory.hpp"

#include <algorithm>

namespace idferry::connectors::scim {

page_chain::page_chain(const dialect& wire, const capabilities& announced) : wire_(wire), count_(wire.page_size)
{
    if (announced.max_results > 0) count_ = std::min(count_, announced.max_results);
}

std::optional<query> page_chain::next() const
{
    if (!open_) return std::nullopt;
    query q;
    if (!cursor_.empty())
        q.emplace_back("cursor", cursor_);
    else if (wire_.send_start_index || received_ > 0)
        q.emplace_back("startIndex", std::to_string(received_ + 1));
    q.emplace_back("count", std::to_string(count_));
    return q;
}

void page_chain::flaw(std::string why)
{
    if (why_.empty()) why_ = std::move(why);
}

void page_chain::accept(list_page page, const std::function<void(remote_resource)>& each)
{
    ++pages_;
    if (!page.bad.empty())
        flaw(page.bad.front() + " in page " + std::to_string(pages_) +
             (page.bad.size() > 1 ? " and " + std::to_string(page.bad.size() - 1) + " more" : ""));
    if (page.total && total_ && *page.total != *total_)
        flaw("totalResults changed from " + std::to_string(*total_) + " to " + std::to_string(*page.total) +
             " during the read");
    if (page.total) total_ = page.total;

    std::size_t fresh = 0;
    for (auto& r : page.resources) {
        if (!seen_.insert(r.id.text()).second) continue;
        ++fresh;
        each(std::move(r));
    }
    received_ += page.received;

    if (fresh == 0 && !page.resources.empty()) {
        flaw("page " + std::to_string(pages_) + " repeats what was read before");
        return close();
    }
    if (!page.next_cursor.empty()) {
        // The chain is the server's: it ends when there is no next cursor, whatever the count says.
        if (!cursors_.insert(page.next_cursor).second) {
            flaw("a cursor came twice");
            return close();
        }
        cursor_ = std::move(page.next_cursor);
    } else if (!cursor_.empty() || page.received == 0 || (total_ && received_ >= *total_))
        return close();
    if (pages_ >= wire_.max_pages) {
        flaw("there are more than " + std::to_string(wire_.max_pages) + " pages");
        close();
    }
}

inventory_end page_chain::end() const
{
    inventory_end e;
    e.size = seen_.size();
    e.why = why_;
    if (open_ && e.why.empty()) e.why = "the list was not read to its end";
    if (e.why.empty() && total_ && *total_ != seen_.size())
        e.why = "totalResults is " + std::to_string(*total_) + ", but " + std::to_string(seen_.size()) +
                " different resources came";
    e.complete = e.why.empty();
    return e;
}

} // namespace idferry::connectors::scim
