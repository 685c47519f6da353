#include "connectors/scim/scim_source_read.hpp"

#include "connectors/scim/scim_discovery.hpp"
#include "connectors/scim/scim_list_reader.hpp"
#include "connectors/stepped_read.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace idferry::connectors::scim {

namespace {

const char* not_shown = "the service provider shows the members of no group, so nobody can tell who is in one";
const char* cannot_tell =
    "no group shows members: either nobody is in them, or they are not shown; source.absent says which";

// What is known about the members of one group, until its list is delivered.
struct group_members
{
    std::string key;
    reference_list list;
};

class provider_read final : public stepped_read
{
public:
    provider_read(std::shared_ptr<source_parts> through, const read_request& request)
        : stepped_read(request), parts_(through), single_(through)
    {
    }

private:
    enum class phase
    {
        begin,
        groups,
        alone,   // groups read one by one
        holding, // people, held until their groups are known
        members,
        people,
        done
    };

    memberships_from where() const { return parts_->rules().memberships; }
    bool members_in_list() const
    {
        return where() == memberships_from::automatic || where() == memberships_from::lists;
    }

    list_reader reader_of(const mapping::resource_type& type, list_kind kind) const
    {
        list_options o;
        if (sample()) o.count = static_cast<int>(std::min<std::uint64_t>(request_.max_records, 100));
        o.without_members = type.has_members && parts_->rules().exclude_members && (sample() || !members_in_list());
        return {parts_, type, {kind, ""}, o};
    }

    bool over() const override { return phase_ == phase::done; }
    boost::asio::awaitable<result<void>> step() override
    {
        switch (phase_) {
        case phase::begin: co_return co_await begin();
        case phase::groups: co_return co_await read_groups();
        case phase::alone: co_return co_await read_alone();
        case phase::holding: co_return co_await hold_people();
        case phase::members: deliver_members(); break;
        case phase::people: co_return co_await read_people();
        case phase::done: break;
        }
        co_return result<void>();
    }

    boost::asio::awaitable<result<void>> begin()
    {
        auto learned = co_await learn_capabilities(parts_->provider());
        if (!learned) co_return learned.error();
        groups_.emplace(reader_of(mapping::group_type, list_kind::groups));
        people_.emplace(reader_of(mapping::user_type, list_kind::people));
        phase_ = request_.groups && parts_->rules().groups ? phase::groups : phase::people;
        co_return result<void>();
    }

    boost::asio::awaitable<result<void>> read_groups()
    {
        auto some = co_await groups_->next();
        if (some.has_error()) co_return some.error();
        if (*some && (!sample() || groups_seen_ == 0)) {
            auto& part = **some;
            groups_seen_ += part.records.records.size();
            if (!sample())
                for (std::size_t i = 0; i < part.records.records.size(); ++i) {
                    lists_shown_ = lists_shown_ || part.references[i].given;
                    members_.push_back({std::string(part.records.records[i].key), std::move(part.references[i])});
                }
            ready_.push_back(std::move(part.records));
            if (!sample()) co_return result<void>();
        }
        ready_.push_back(ended(groups_->end(), {list_kind::groups, ""}, groups_seen_));
        after_groups();
        co_return result<void>();
    }

    void after_groups()
    {
        phase_ = phase::members;
        if (sample()) phase_ = phase::people;
        if (sample() || where() == memberships_from::hidden || where() == memberships_from::lists) return;
        if (where() == memberships_from::user_groups) {
            phase_ = phase::holding;
            return;
        }
        const auto& absent = parts_->rules().absent;
        const bool ask_all = where() == memberships_from::group_reads;
        // One list that is shown makes the others empty; none at all may mean that lists show no members.
        const bool ask_for_absent = !lists_shown_ && absent == absent_list::automatic;
        for (const auto& g : members_)
            if (ask_all || (ask_for_absent && !g.list.given)) single_.add({g.key});
        if (!single_.done()) phase_ = phase::alone;
    }

    // The answers come in the order of `members_`, without those that were not asked for.
    boost::asio::awaitable<result<void>> read_alone()
    {
        if (single_.done()) {
            phase_ = phase::members;
            co_return result<void>();
        }
        auto item = co_await single_.next();
        if (item.fatal) co_return *item.fatal;
        const auto* end = std::get_if<list_end>(&item.event);
        if (end != nullptr && end->why == no_members) {
            without_.insert(end->list.owner);
            answered_.insert(end->list.owner);
            co_return result<void>();
        }
        if (end != nullptr) answered_.insert(end->list.owner);
        if (end == nullptr || end->state != proof::unproved) lists_shown_ = true;
        ready_.push_back(std::move(item.event));
        co_return result<void>();
    }

    // Memberships from each user's own groups.
    boost::asio::awaitable<result<void>> hold_people()
    {
        auto some = co_await people_->next();
        if (some.has_error()) co_return some.error();
        if (*some) {
            auto& part = **some;
            for (std::size_t i = 0; i < part.records.records.size(); ++i) {
                const auto& in = part.references[i];
                const std::string person(part.records.records[i].key);
                if (!in.given && parts_->rules().absent == absent_list::unknown)
                    user_flaw_ = person + " came without groups, which says nothing here (source.absent: unknown)";
                if (!in.flaw.empty()) user_flaw_ = "the groups of " + person + " cannot be used: " + in.flaw;
                for (std::size_t g = 0; g < in.size(); ++g) by_group_[std::string(in.at(g))].add(person);
            }
            held_.push_back(std::move(part.records));
            co_return result<void>();
        }
        const auto& end = people_->end();
        if (end.state != proof::complete) user_flaw_ = "the list of people is not proved complete: " + end.why;
        for (auto& g : members_) {
            g.list = {};
            if (const auto found = by_group_.find(g.key); found != by_group_.end()) g.list = std::move(found->second);
        }
        by_group_.clear();
        lists_shown_ = parts_->shows_groups_of_users;
        phase_ = phase::members;
        co_return result<void>();
    }

    // Delivers the list of one group, or goes on.
    void deliver_members()
    {
        while (next_ < members_.size() && answered_.contains(members_[next_].key) &&
               !without_.contains(members_[next_].key))
            ++next_;
        if (next_ == members_.size()) {
            members_ = {};
            phase_ = phase::people;
            return;
        }
        auto& g = members_[next_++];
        const bool by_user = where() == memberships_from::user_groups;
        const auto unproved = [&](std::string why) {
            ready_.push_back(list_end{{list_kind::members, g.key}, proof::unproved, g.list.size(), std::move(why)});
        };
        const bool hidden = where() == memberships_from::hidden;
        if (!hidden && (g.list.size() > 0 || g.list.given)) ready_.push_back(members_page(g.key, g.list));
        if (hidden)
            unproved(not_shown);
        else if (by_user && !user_flaw_.empty())
            unproved(user_flaw_);
        else if (g.list.given || (by_user && lists_shown_))
            ready_.push_back(members_end(g.key, g.list));
        else if (parts_->rules().absent == absent_list::unknown)
            unproved("it came without members, which says nothing here (source.absent: unknown)");
        else if (parts_->rules().absent == absent_list::empty || lists_shown_)
            ready_.push_back(list_end{{list_kind::members, g.key}, proof::complete, 0, {}});
        else
            unproved(cannot_tell);
        g.list = {};
    }

    boost::asio::awaitable<result<void>> read_people()
    {
        if (!request_.people) {
            phase_ = phase::done;
            co_return result<void>();
        }
        if (!held_.empty()) {
            delivered_ += held_.front().records.size();
            ready_.push_back(std::move(held_.front()));
            held_.pop_front();
            co_return result<void>();
        }
        if (!sample() || delivered_ < request_.max_records) {
            auto some = co_await people_->next();
            if (some.has_error()) co_return some.error();
            if (*some) {
                auto& records = (*some)->records.records;
                trim(records, delivered_);
                delivered_ += records.size();
                ready_.push_back(std::move((*some)->records));
                co_return result<void>();
            }
        }
        ready_.push_back(ended(people_->end(), {list_kind::people, ""}, delivered_));
        phase_ = phase::done;
        co_return result<void>();
    }

    std::shared_ptr<source_parts> parts_;
    phase phase_{phase::begin};
    std::optional<list_reader> groups_, people_;
    list_pipeline<source_parts, group_read> single_;
    std::vector<group_members> members_;
    std::size_t next_{0};            // of members_, to be delivered
    bool lists_shown_{false};        // some group came with members, or some user with groups
    std::set<std::string> answered_; // groups that were read alone
    std::set<std::string> without_;  // those of them that had no members there either
    std::map<std::string, reference_list, std::less<>> by_group_;
    std::string user_flaw_;
    std::deque<page> held_;
    std::uint64_t groups_seen_{0}, delivered_{0};
};

} // namespace

std::unique_ptr<source_read> make_source_read(std::shared_ptr<source_parts> through, const read_request& request)
{
    return std::make_unique<provider_read>(std::move(through), request);
}

} // namespace idferry::connectors::scim
