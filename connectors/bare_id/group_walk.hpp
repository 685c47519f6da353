// The tree of groups: roots, then the children of every group, level by level and several at once. A visited set, a
// depth cap and a node cap guard the walk; which groups are selected is settled here.
#pragma once

#include "connectors/bare_id/list_reader.hpp"

#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace idferry::connectors::bare_id {

// What a walk has learned: kept for judging a person's own groups later.
struct group_knowledge
{
    std::unordered_map<std::string, bool> selected; // every group that was seen, by key
    bool complete{false};                           // every list of groups was proved complete
};

class group_walk
{
public:
    // `sample`: only the roots.
    group_walk(std::shared_ptr<api> through, bool sample);

    // Reads on and appends events. False when the walk is done. Fails when nothing can be read at all: the roots
    // cannot be had, or a configured group is not there.
    boost::asio::awaitable<result<bool>> step(std::deque<read_event>& out);

    // Keys of the selected groups, parents before children.
    const std::vector<std::string>& selected() const { return order_; }
    const group_knowledge& knowledge() const { return knowledge_; }
    // Why people found through these groups are not everybody; "" when they are.
    const std::string& gap() const { return gap_; }

    // Whether a group of this path would be selected by `source.groups`.
    static bool path_selected(const bare_id_settings& config, const std::string& path);

private:
    struct node
    {
        std::string path;
        std::int64_t depth{1};
        bool selected{false};
    };

    page keep(page whole);
    void add_children_of(const std::string& key, const node& n);
    std::optional<failure> check_selection() const;
    void note_gap(const list_end& end);

    std::shared_ptr<api> api_;
    list_pipeline<api, list_spec> lists_;
    bool sample_;
    bool started_{false};
    std::unordered_map<std::string, node> nodes_;
    std::vector<std::string> order_;
    std::map<std::string, std::vector<std::string>> fits_; // entry of source.groups → paths of the groups that fit
    std::map<std::string, std::string> capped_;            // owner of a list → why its groups are not all followed
    group_knowledge knowledge_;
    std::string gap_;
};

} // namespace idferry::connectors::bare_id
