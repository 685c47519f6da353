#include "connectors/beyond_identity/realm_read.hpp"

#include "connectors/beyond_identity/list_reader.hpp"
#include "connectors/beyond_identity/object_client.hpp"
#include "connectors/page_packer.hpp"
#include "connectors/stepped_read.hpp"
#include "mapping/json.hpp"

#include <algorithm>
#include <deque>

namespace idferry::connectors::beyond_identity {

namespace {

class realm_read final : public stepped_read
{
public:
    realm_read(std::shared_ptr<session> through, const read_request& request)
        : stepped_read(request), session_(through), groups_(through, sized(groups_list(*through))),
          people_(through, sized(identities_list(*through))), members_(through), objects_(through)
    {
        for (const auto& name : request_.types)
            if (const auto* kind = kind_named(name)) kinds_.push_back(kind);
        if (!request_.groups) phase_ = phase::objects;
    }

private:
    enum class phase
    {
        groups,
        objects, // other types that are read whole, one after the other
        members, // of groups, and of those
        people,
        done
    };

    phase after_members() const { return request_.people ? phase::people : phase::done; }
    list_spec sized(list_spec spec) const
    {
        if (sample()) spec.page_size = std::min<std::uint64_t>(request_.max_records, 200);
        return spec;
    }

    bool over() const override { return phase_ == phase::done; }
    boost::asio::awaitable<result<void>> step() override
    {
        switch (phase_) {
        case phase::groups: co_return co_await read_groups();
        case phase::objects: co_return co_await read_objects();
        case phase::members: co_return co_await read_members();
        case phase::people: co_return co_await read_people();
        case phase::done: break;
        }
        co_return result<void>();
    }

    // A realm that is not there answers 404 to its lists: that is no answer about anybody.
    static failure lost(failure f)
    {
        if (f.next == disposition::not_found) {
            f.next = disposition::stop;
            f.detail += "; are tenant and realm right?";
        }
        return f;
    }

    boost::asio::awaitable<result<void>> read_groups()
    {
        auto some = co_await groups_.next();
        if (some.has_error()) co_return lost(some.error());
        if (*some && (!sample() || group_keys_.empty())) {
            for (const auto& r : (*some)->records) group_keys_.emplace_back(r.key);
            ready_.push_back(std::move(**some));
            if (!sample()) co_return result<void>();
        }
        if (groups_.failed() && group_keys_.empty() && groups_.failed()->next == disposition::not_found)
            co_return lost(*groups_.failed());
        ready_.push_back(ended(groups_.end(), {list_kind::groups, ""}, group_keys_.size()));
        phase_ = phase::objects;
        if (!sample())
            for (const auto& key : group_keys_) members_.add(members_list(*session_, key));
        co_return result<void>();
    }

    boost::asio::awaitable<result<void>> read_objects()
    {
        if (kinds_.empty()) {
            phase_ = sample() ? after_members() : phase::members;
            co_return result<void>();
        }
        const auto& kind = *kinds_.front();
        kinds_.pop_front();
        const list_ref list{list_kind::groups, "", std::string(kind.type->name)};
        auto all = co_await objects_.list(kind);
        if (!all && session_->is_fatal(all.error())) co_return all.error();
        if (!all) {
            ready_.push_back(list_end{list, proof::unproved, 0, all.error().detail});
            co_return result<void>();
        }
        if (sample() && all->objects.size() > request_.max_records) all->objects.resize(request_.max_records);
        auto some = page_of(kind, list, *all);
        list_end end{list, all->why.empty() ? proof::complete : proof::unproved, some.records.size(), all->why};
        if (sample()) end = {list, proof::unproved, some.records.size(), only_a_sample};
        if (!some.records.empty() || !some.bad.empty()) ready_.push_back(std::move(some));
        ready_.push_back(std::move(end));
        if (!kind.type->has_members || sample()) co_return result<void>();
        for (const auto& object : all->objects) {
            auto spec = co_await objects_.members_spec(kind, object.at("id").get<std::string>());
            if (!spec) co_return spec.error();
            members_.add(std::move(*spec));
        }
        co_return result<void>();
    }

    // A theme has one key in every realm, so that one realm's is the other's.
    static page page_of(const object_kind& kind, const list_ref& list, const object_list& all)
    {
        page_packer packer(list);
        for (const auto& b : all.bad) packer.add_bad(b);
        for (auto flat : all.objects) {
            link_references(kind, flat);
            packer.add(kind.is_theme() ? std::string("theme") : flat.at("id").get<std::string>(),
                       mapping::to_text(flat));
        }
        return packer.take();
    }

    boost::asio::awaitable<result<void>> read_members()
    {
        if (members_.done()) {
            phase_ = after_members();
            co_return result<void>();
        }
        auto item = co_await members_.next();
        if (item.fatal) co_return *item.fatal;
        ready_.push_back(std::move(item.event));
        co_return result<void>();
    }

    boost::asio::awaitable<result<void>> read_people()
    {
        if (!sample() || delivered_ < request_.max_records) {
            auto some = co_await people_.next();
            if (some.has_error()) co_return lost(some.error());
            if (*some) {
                auto& records = (*some)->records;
                trim(records, delivered_);
                delivered_ += records.size();
                ready_.push_back(std::move(**some));
                co_return result<void>();
            }
            if (people_.failed() && delivered_ == 0 && people_.failed()->next == disposition::not_found)
                co_return lost(*people_.failed());
        }
        ready_.push_back(ended(people_.end(), {list_kind::people, ""}, delivered_));
        phase_ = phase::done;
        co_return result<void>();
    }

    std::shared_ptr<session> session_;
    phase phase_{phase::groups};
    list_reader groups_, people_;
    list_pipeline<session, list_spec> members_;
    object_client objects_;
    std::deque<const object_kind*> kinds_;
    std::vector<std::string> group_keys_;
    std::uint64_t delivered_{0};
};

} // namespace

std::unique_ptr<source_read> make_realm_read(std::shared_ptr<session> through, const read_request& request)
{
    return std::make_unique<realm_read>(std::move(through), request);
}

} // namespace idferry::connectors::beyond_identity
