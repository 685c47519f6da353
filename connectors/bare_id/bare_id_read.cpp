#include "connectors/bare_id/bare_id_read.hpp"

#include "connectors/bare_id/per_person.hpp"
#include "connectors/page_packer.hpp"
#include "connectors/stepped_read.hpp"

namespace idferry::connectors::bare_id {

namespace {

class bare_id_read final : public stepped_read
{
public:
    bare_id_read(std::shared_ptr<api> through, std::shared_ptr<run_knowledge> known, const read_request& request)
        : stepped_read(request), api_(through), known_(std::move(known)), source_(api_->config().source),
          walks_(source_.mode == source_mode::group_walk),
          per_user_(!walks_ && !sample() && source_.memberships == membership_mode::per_user), tree_(through, sample()),
          members_(through), by_person_(through), hydrator_(through, known_->people, !walks_),
          packer_({list_kind::people, ""})
    {
        if (!walks_ && !request_.groups) phase_ = phase::people;
        if (!walks_) {
            list_spec spec({list_kind::people, ""}, api_->config().ops.user_list);
            spec.directory = true;
            if (!sample()) spec.count = &api_->config().ops.user_count;
            people_.emplace(through, std::move(spec));
        }
    }

private:
    enum class phase
    {
        groups,
        members,
        holding, // per_user: the list of people
        asking,  // per_user: everybody's groups
        people,
        done
    };

    bool sampled_enough() const { return sample() && met_.size() >= request_.max_records; }

    bool over() const override { return phase_ == phase::done; }
    boost::asio::awaitable<result<void>> step() override
    {
        switch (phase_) {
        case phase::groups: co_return co_await read_groups();
        case phase::members: co_return co_await read_members();
        case phase::holding: co_return co_await hold_people();
        case phase::asking: co_return co_await ask_for_groups();
        case phase::people: break;
        case phase::done: co_return result<void>();
        }
        if (walks_) co_return co_await deliver_members_as_people();
        if (per_user_) co_return co_await deliver_held_people();
        co_return co_await read_people();
    }

    boost::asio::awaitable<result<void>> read_groups()
    {
        auto more = co_await tree_.step(ready_);
        if (more.has_error()) co_return more.error();
        if (*more) co_return result<void>();
        known_->groups = tree_.knowledge();
        gap_ = tree_.gap();
        if (per_user_) {
            phase_ = phase::holding;
            co_return result<void>();
        }
        phase_ = phase::members;
        if (!walks_ && sample()) co_return result<void>(); // a sample of a list needs no members
        for (const auto& group : tree_.selected()) {
            list_spec spec({list_kind::members, group}, api_->config().ops.group_users);
            spec.values.set(placeholder::group, group);
            spec.bytes = walks_ && !source_.hydrate;
            members_.add(std::move(spec));
        }
        co_return result<void>();
    }

    boost::asio::awaitable<result<void>> read_members()
    {
        if (members_.done() || (walks_ && sampled_enough())) {
            members_.clear();
            phase_ = phase::people;
            co_return result<void>();
        }
        auto item = co_await members_.next();
        if (item.fatal) co_return *item.fatal;
        if (auto* some = std::get_if<page>(&item.event)) {
            for (auto& r : some->records) {
                if (walks_ && !sampled_enough() && met_.insert(r.key))
                    meet(r);
                else if (!walks_)
                    known_->people->witness(r.key);
                r.bytes = {};
            }
            ready_.push_back(std::move(*some));
            co_return result<void>();
        }
        auto& end = std::get<list_end>(item.event);
        if (end.state == proof::unproved && gap_.empty()) gap_ = end.list.text() + ": " + end.why;
        ready_.push_back(std::move(end));
        co_return result<void>();
    }

    // A member's first sighting.
    void meet(const raw_record& r)
    {
        known_->people->witness(r.key);
        if (source_.hydrate) {
            hydrator_.add(r.key);
            return;
        }
        packer_.add(r.key, r.bytes);
        if (packer_.size() >= 200) pack();
    }

    void pack()
    {
        if (packer_.size() > 0) kept_.push_back(packer_.take());
        packer_ = page_packer({list_kind::people, ""});
    }

    boost::asio::awaitable<result<void>> deliver_members_as_people()
    {
        if (!hydrator_.done()) {
            auto some = co_await hydrator_.next();
            if (some.has_error()) co_return some.error();
            push_people(std::move(*some));
            co_return result<void>();
        }
        pack();
        if (!kept_.empty()) {
            push_people(std::move(kept_.front()));
            kept_.pop_front();
            co_return result<void>();
        }
        finish_people({{list_kind::people, ""}, gap_.empty() ? proof::complete : proof::unproved, 0, gap_});
        co_return result<void>();
    }

    boost::asio::awaitable<result<void>> read_people()
    {
        if (!hydrator_.done()) {
            auto some = co_await hydrator_.next();
            if (some.has_error()) co_return some.error();
            push_people(std::move(*some));
            co_return result<void>();
        }
        if (sampled_enough()) {
            finish_people(people_->end());
            co_return result<void>();
        }
        auto some = co_await people_->next();
        if (some.has_error()) co_return some.error();
        if (!*some) {
            // Without a walk this was the first call of the read: when it fails there is nothing to go on with.
            if (people_->failed() && people_->end().size == 0 && !request_.groups) {
                auto f = *people_->failed();
                if (f.next == disposition::not_found) f.next = disposition::stop;
                co_return f;
            }
            finish_people(people_->end());
            co_return result<void>();
        }
        take_listed(std::move(**some));
        co_return result<void>();
    }

    void take_listed(page some)
    {
        trim(some.records, met_.size());
        if (sample())
            for (const auto& r : some.records) met_.insert(r.key);
        if (known_->people->witnesses.size() < 3)
            for (const auto& r : some.records) known_->people->witness(r.key);
        if (!source_.hydrate) {
            push_people(std::move(some));
            return;
        }
        for (const auto& r : some.records) hydrator_.add(r.key);
        some.records.clear();
        if (!some.bad.empty()) ready_.push_back(std::move(some));
    }

    boost::asio::awaitable<result<void>> hold_people()
    {
        auto some = co_await people_->next();
        if (some.has_error()) co_return some.error();
        if (*some)
            by_person_.add(std::move(**some));
        else
            phase_ = phase::asking;
        co_return result<void>();
    }

    boost::asio::awaitable<result<void>> ask_for_groups()
    {
        auto more = co_await by_person_.step();
        if (more.has_error()) co_return more.error();
        if (*more) co_return result<void>();
        by_person_.deliver(tree_.selected(), ready_);
        // People that the list did not name have groups, too.
        if (people_->end().state != proof::complete)
            for (auto& event : ready_)
                if (auto* end = std::get_if<list_end>(&event); end && end->state == proof::complete) {
                    end->state = people_->end().state;
                    end->why = "the list of people is not proved: " + people_->end().why;
                }
        kept_ = by_person_.take_people();
        phase_ = phase::people;
        co_return result<void>();
    }

    boost::asio::awaitable<result<void>> deliver_held_people()
    {
        if (!hydrator_.done()) {
            auto some = co_await hydrator_.next();
            if (some.has_error()) co_return some.error();
            push_people(std::move(*some));
        } else if (!kept_.empty()) {
            take_listed(std::move(kept_.front()));
            kept_.pop_front();
        } else {
            finish_people(people_->end());
        }
        co_return result<void>();
    }

    void push_people(page some)
    {
        delivered_ += some.records.size();
        if (!some.records.empty() || !some.bad.empty()) ready_.push_back(std::move(some));
    }

    void finish_people(list_end end)
    {
        ready_.push_back(ended(std::move(end), {list_kind::people, ""}, delivered_));
        phase_ = phase::done;
    }

    std::shared_ptr<api> api_;
    std::shared_ptr<run_knowledge> known_;
    const source_settings& source_;
    bool walks_;
    bool per_user_;
    phase phase_{phase::groups};
    group_walk tree_;
    list_pipeline<api, list_spec> members_;
    per_person_memberships by_person_;
    std::optional<list_reader> people_; // user_list
    hydrator hydrator_;
    page_packer packer_;
    std::deque<page> kept_; // people who wait for the members lists to end
    key_set met_;
    std::string gap_;
    std::uint64_t delivered_{0};
};

} // namespace

std::unique_ptr<source_read> make_read(std::shared_ptr<api> through, std::shared_ptr<run_knowledge> known,
                                       const read_request& request)
{
    return std::make_unique<bare_id_read>(std::move(through), std::move(known), request);
}

} // namespace idferry::connectors::bare_id
