#include "connectors/bare_id/per_person.hpp"

#include "connectors/page_packer.hpp"

namespace idferry::connectors::bare_id {

per_person_memberships::per_person_memberships(std::shared_ptr<api> through) : api_(through), lists_(through) {}

void per_person_memberships::add(page people)
{
    for (const auto& r : people.records) {
        const std::string key(r.key);
        list_spec spec({list_kind::groups, key}, api_->config().ops.user_groups);
        spec.values.set(placeholder::user, key);
        spec.group_records = true;
        spec.bytes = false;
        lists_.add(std::move(spec));
    }
    people_.push_back(std::move(people));
}

boost::asio::awaitable<result<bool>> per_person_memberships::step()
{
    if (lists_.done()) co_return false;
    auto item = co_await lists_.next();
    if (item.fatal) co_return *item.fatal;
    if (const auto* groups = std::get_if<page>(&item.event)) {
        for (const auto& r : groups->records) current_.emplace_back(r.key);
        if (!groups->bad.empty())
            doubtful_[groups->list.owner] = "one of the person's groups is unreadable: " + groups->bad.front().why;
        co_return true;
    }
    const auto& end = std::get<list_end>(item.event);
    if (end.state != proof::complete) doubtful_[end.list.owner] = "the person's groups are not proved: " + end.why;
    for (auto& group : current_) members_[std::move(group)].push_back(end.list.owner);
    current_.clear();
    co_return true;
}

void per_person_memberships::deliver(const std::vector<std::string>& groups, std::deque<read_event>& out)
{
    for (const auto& group : groups) {
        const list_ref ref{list_kind::members, group};
        list_end end{ref, proof::complete, 0, {}};
        if (const auto found = members_.find(group); found != members_.end()) {
            page_packer packer(ref);
            for (const auto& person : found->second) packer.add(person, {});
            end.size = found->second.size();
            out.push_back(packer.take());
            members_.erase(found);
        }
        if (!doubtful_.empty()) {
            end.state = proof::unproved;
            end.why = "the groups of " + std::to_string(doubtful_.size()) + " people are not proved, " +
                      doubtful_.begin()->first + " among them";
        }
        out.push_back(std::move(end));
    }
    members_.clear();
}

std::deque<page> per_person_memberships::take_people()
{
    for (auto& people : people_)
        std::erase_if(people.records, [&](const raw_record& r) {
            const auto found = doubtful_.find(r.key);
            if (found == doubtful_.end()) return false;
            people.bad.push_back({found->first, found->second});
            return true;
        });
    return std::move(people_);
}

} // namespace idferry::connectors::bare_id
