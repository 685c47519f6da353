// Following a list page by page, and proving that it was seen whole. Pure: pages in, the next query out.
#pragma once

#include "connectors/scim/scim_filter_text.hpp"
#include "connectors/scim/scim_json.hpp"
#include "connectors/scim/scim_profile.hpp"
#include "connectors/target.hpp"

#include <functional>
#include <optional>
#include <string>
#include <unordered_set>

namespace idferry::connectors::scim {

// Advances by the number of elements received, never by the number asked for; follows nextCursor wherever one comes.
// Complete means: the chain closed, no page came twice, no element was unusable, the number of ids agrees with
// totalResults, and totalResults stayed the same from page to page.
class page_chain
{
public:
    page_chain(const dialect& wire, const capabilities& announced);

    // The next page to ask for, or nothing at the end.
    std::optional<query> next() const;
    // Takes the answer to `next()` and hands on every resource that was not seen before.
    void accept(list_page page, const std::function<void(remote_resource)>& each);

    inventory_end end() const;

private:
    void flaw(std::string why);
    void close() { open_ = false; }

    const dialect& wire_;
    int count_;
    bool open_{true};
    std::uint64_t received_{0};
    int pages_{0};
    std::string cursor_;
    std::optional<std::uint64_t> total_;
    std::unordered_set<std::string> seen_;
    std::unordered_set<std::string> cursors_;
    std::string why_; // the first reason against completeness
};

} // namespace idferry::connectors::scim
