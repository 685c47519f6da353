// One list of a SCIM source, page after page, with its proof of completeness (scim_paging.hpp); and a group read alone.
#pragma once

#include "connectors/background.hpp"
#include "connectors/key_set.hpp"
#include "connectors/list_pipeline.hpp"
#include "connectors/scim/scim_paging.hpp"
#include "connectors/scim/scim_source_parts.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace idferry::connectors::scim {

// A page, and whom the lists of its records name.
struct read_part
{
    page records;
    std::vector<reference_list> references; // one for each record
};

struct list_options
{
    int count{0};                // asked for in a page; 0 = as the profile says
    bool without_members{false}; // ask to leave them out
};

class list_reader
{
public:
    list_reader(std::shared_ptr<source_parts> through, const mapping::resource_type& type, list_ref list,
                list_options options);

    // The next page, or nothing after the last one; the page that follows is asked for meanwhile. Fails only when the
    // whole read cannot go on.
    boost::asio::awaitable<result<std::optional<read_part>>> next();

    // After the last page.
    const list_end& end() const { return end_; }
    // The call that failed, when one did.
    const std::optional<failure>& failed() const { return failed_; }

private:
    call page_call(query q) const;
    void finish(proof state, std::string why);
    read_part take(sliced_page cut);

    std::shared_ptr<source_parts> parts_;
    const mapping::resource_type& type_;
    list_options options_;
    std::optional<page_walk> walk_;
    std::optional<background<result<http::response>>> ahead_;
    bool ended_{false};
    key_set seen_;
    list_end end_;
    std::optional<failure> failed_;
};

// Members of one group, from its own record; for a list_pipeline. Gives their page and the end of their list; the `why`
// of an unproved end is `no_members` when the record has no such list.
struct group_read
{
    std::string group;
};
inline constexpr std::string_view no_members = "the group's own record has no members either";

boost::asio::awaitable<void> start_list(std::shared_ptr<work_queue<list_item>> queue,
                                        std::shared_ptr<source_parts> through, group_read which, bool alone);

// The members that a list names, as the page and the end of a members list.
page members_page(const std::string& group, const reference_list& members);
list_end members_end(const std::string& group, const reference_list& members);

} // namespace idferry::connectors::scim
