#include "connectors/bare_id/group_walk.hpp"

#include "connectors/bare_id/bare_id_codec.hpp"
#include "connectors/stepped_read.hpp"

#include <algorithm>

namespace idferry::connectors::bare_id {

namespace {

bool is_path_entry(const std::string& entry)
{
    return entry.front() == '/';
}

std::string without_last_slash(std::string path)
{
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path;
}

bool is_below(const std::string& path, const std::string& ancestor)
{
    return path.size() > ancestor.size() && path.compare(0, ancestor.size(), ancestor) == 0 &&
           path[ancestor.size()] == '/';
}

} // namespace

bool group_walk::path_selected(const bare_id_settings& config, const std::string& path)
{
    if (config.source.groups.empty()) return true;
    return std::any_of(config.source.groups.begin(), config.source.groups.end(), [&](const auto& entry) {
        const auto wanted = without_last_slash(entry.value);
        return is_path_entry(wanted) && (path == wanted || is_below(path, wanted));
    });
}

group_walk::group_walk(std::shared_ptr<api> through, bool sample) : api_(through), lists_(through), sample_(sample) {}

void group_walk::add_children_of(const std::string& key, const node& n)
{
    if (sample_) return;
    const auto& wanted = api_->config().source.groups;
    if (!n.selected) {
        // A branch is left out only where paths alone decide that nothing below it is wanted.
        const bool needed = std::any_of(wanted.begin(), wanted.end(), [&](const auto& entry) {
            const auto w = without_last_slash(entry.value);
            return !is_path_entry(w) || is_below(w, n.path);
        });
        if (!needed) return;
    }
    list_spec spec({list_kind::groups, key}, api_->config().ops.group_get);
    spec.values.set(placeholder::group, key);
    spec.group_records = true;
    lists_.add(std::move(spec));
}

// Remembers the groups of a page, queues their children, and keeps the records of selected groups.
page group_walk::keep(page whole)
{
    const auto& config = api_->config();
    const auto& owner = whole.list.owner;
    node parent{"", 0, config.source.groups.empty()};
    if (const auto found = nodes_.find(owner); found != nodes_.end()) parent = found->second;
    std::erase_if(whole.records, [&](const raw_record& r) {
        const std::string key(r.key);
        if (nodes_.contains(key)) return true; // met before: a cycle, or listed twice
        if (parent.depth >= config.source.max_depth) {
            capped_[owner] =
                "there are groups below level " + std::to_string(config.source.max_depth) + " (source.max_depth)";
            return true;
        }
        if (nodes_.size() >= static_cast<std::size_t>(config.source.max_groups)) {
            capped_[owner] =
                "there are more than " + std::to_string(config.source.max_groups) + " groups (source.max_groups)";
            return true;
        }
        const auto names = names_of_group(config, r.bytes);
        node n{names.path.empty() ? parent.path + "/" + names.name : names.path, parent.depth + 1, parent.selected};
        for (const auto& entry : config.source.groups) {
            const auto wanted = without_last_slash(entry.value);
            if (is_path_entry(wanted) ? n.path != wanted : names.name != wanted && key != wanted) continue;
            fits_[entry.value].push_back(n.path);
            n.selected = true;
        }
        knowledge_.selected[key] = n.selected;
        if (n.selected) order_.push_back(key);
        add_children_of(key, n);
        const bool wanted = n.selected;
        nodes_.emplace(key, std::move(n));
        return !wanted;
    });
    return whole;
}

void group_walk::note_gap(const list_end& end)
{
    if (end.state == proof::complete) return;
    knowledge_.complete = false;
    // A list of a suspicious size hides at most groups whose people are proved one by one.
    if (end.state == proof::unproved && gap_.empty()) gap_ = end.list.text() + ": " + end.why;
}

std::optional<failure> group_walk::check_selection() const
{
    for (const auto& entry : api_->config().source.groups) {
        const auto found = fits_.find(entry.value);
        if (found == fits_.end()) {
            if (!gap_.empty() || sample_) continue; // it may be in the part that could not be read
            return failure{disposition::stop, entry.at.where().text() + ": source.groups: there is no group \"" +
                                                  entry.value + "\" at the source; was it renamed?"};
        }
        if (found->second.size() < 2) continue;
        std::string all;
        for (const auto& path : found->second) all += (all.empty() ? "" : ", ") + path;
        return failure{disposition::stop, entry.at.where().text() + ": source.groups: \"" + entry.value +
                                              "\" fits several groups (" + all + "): write the path or the id"};
    }
    return std::nullopt;
}

boost::asio::awaitable<result<bool>> group_walk::step(std::deque<read_event>& out)
{
    if (!started_) {
        started_ = true;
        knowledge_.complete = !sample_;
        list_spec spec({list_kind::groups, ""}, api_->config().ops.group_roots);
        spec.directory = true;
        spec.group_records = true;
        lists_.add(std::move(spec));
    }
    if (lists_.done()) {
        if (auto f = check_selection()) co_return *f;
        co_return false;
    }
    auto item = co_await lists_.next();
    if (item.fatal) co_return *item.fatal;
    if (auto* whole = std::get_if<page>(&item.event)) {
        auto kept = keep(std::move(*whole));
        if (!kept.records.empty() || !kept.bad.empty()) out.push_back(std::move(kept));
        co_return true;
    }
    auto& end = std::get<list_end>(item.event);
    if (item.failed && end.list.owner.empty()) {
        // The first call of every read: when it fails there is nothing to go on with.
        auto f = *item.failed;
        if (f.status == 404) {
            f.next = disposition::stop;
            f.detail += ": wrong instance, or the API is switched off (instance " + api_->config().instance + ")";
        }
        co_return f;
    }
    if (const auto capped = capped_.find(end.list.owner); capped != capped_.end()) {
        end.state = proof::unproved;
        end.why = capped->second;
    }
    if (sample_ && end.state == proof::complete) {
        end.state = proof::unproved;
        end.why = only_a_sample;
    }
    note_gap(end);
    out.push_back(std::move(end));
    co_return true;
}

} // namespace idferry::connectors::bare_id
