#include "connectors/bare_id/event_feed.hpp"

#include "connectors/bare_id/bare_id_codec.hpp"
#include "connectors/bare_id/events.hpp"
#include "connectors/bare_id/group_walk.hpp"

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>

namespace idferry::connectors::bare_id {

namespace {

constexpr std::size_t most_remembered = 20000; // events of the overlap; beyond, their people are read twice

// What one look at one list gave.
struct list_look
{
    std::vector<happening> fresh;
    list_mark next;
    std::string gap;
    std::optional<failure> failed; // nothing could be read
};

class event_feed final : public hint_feed
{
public:
    event_feed(std::shared_ptr<const bare_id_settings> config, std::shared_ptr<api> people, std::shared_ptr<api> events,
               const clock& time)
        : config_(std::move(config)), people_(std::move(people)), events_(std::move(events)), time_(time),
          user_list_(call_of(config_->events.user, "events.user_events")),
          admin_list_(call_of(config_->events.admin, "events.admin_events"))
    {
    }

    boost::asio::awaitable<result<hint_batch>> look(std::string mark) override
    {
        auto from = event_mark::of(mark);
        hint_batch out;
        std::optional<failure> failed;
        std::size_t read = 0;
        try {
            for (const bool admin : {false, true}) {
                if (!(admin ? config_->events.admin : config_->events.user).enabled) continue;
                auto& since = admin ? from.admin : from.user;
                auto one = co_await look_at(admin, since);
                if (one.failed) {
                    if (events_->is_fatal(*one.failed)) co_return *one.failed;
                    if (!failed) failed = one.failed;
                    add(out.gap, one.failed->detail);
                    continue;
                }
                ++read;
                add(out.gap, one.gap);
                since = std::move(one.next);
                for (const auto& event : one.fresh) take(event, out);
            }
        } catch (const boost::system::system_error& e) {
            co_return failure{disposition::retry, "the look at the events was ended: " + e.code().message()};
        }
        if (read == 0 && failed) co_return *failed;
        each_once(out.people);
        each_once(out.groups);
        if (const auto most = static_cast<std::size_t>(config_->events.max_people); out.people.size() > most) {
            add(out.gap, std::to_string(out.people.size()) + " people are named, more than events.max_people (" +
                             std::to_string(most) + ")");
            out.people.clear();
        }
        out.next = from.text();
        co_return out;
    }

    std::string mark_of(time_point when) const override
    {
        event_mark mark;
        mark.user.time = mark.admin.time = when.time_since_epoch().count();
        return mark.text();
    }

    boost::asio::awaitable<result<hinted_person>> read(mapping::source_key person) override
    {
        const std::string key = person.text();
        hinted_person out;
        try {
            auto answer = co_await read_person(people_, key);
            if (answer.error && people_->is_fatal(*answer.error)) co_return *answer.error;
            if ((answer.error && answer.error->next == disposition::not_found) || answer.left_out) {
                out.state = hinted_person::verdict::absent;
                co_return out;
            }
            out.why = answer.error ? answer.error->detail : answer.why;
            if (!out.why.empty()) co_return out;
            out.state = hinted_person::verdict::present;
            out.bytes = std::string(answer.record.bytes);
            out.bytes_comparable = config_->source.hydrate;
            if (config_->ops.user_groups.enabled)
                co_await read_groups_of(key, out);
            else
                out.why = "ops.user_groups is off";
        } catch (const boost::system::system_error& e) {
            co_return failure{disposition::retry, "reading a person was ended: " + e.code().message()};
        }
        co_return out;
    }

private:
    static operation call_of(const event_list_settings& s, std::string name)
    {
        operation op;
        op.name = std::move(name);
        if (s.path) op.path = *s.path;
        if (s.list) op.list = *s.list;
        return op;
    }

    static void add(std::string& gap, const std::string& why)
    {
        if (!why.empty()) gap += (gap.empty() ? "" : "; ") + why;
    }

    static void each_once(std::vector<std::string>& keys)
    {
        std::sort(keys.begin(), keys.end());
        keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    }

    static void take(const happening& event, hint_batch& out)
    {
        ++out.events;
        if (!event.person.empty()) out.people.push_back(event.person);
        if (!event.group.empty()) out.groups.push_back(event.group);
        if (event.is_noise()) ++out.noise;
    }

    std::int64_t now_ms() const { return time_.now().time_since_epoch().count(); }

    query_list query_for(bool admin, std::int64_t from, std::int64_t offset) const
    {
        const auto& e = config_->events;
        query_list query;
        if (e.filter && !admin)
            for (const auto& type : e.types) query.emplace_back(e.type_param, type);
        if (e.filter && admin)
            for (const char* type : {"USER", "GROUP", "GROUP_MEMBERSHIP"})
                query.emplace_back(e.resource_type_param, type);
        if (auto moment = date_text(from, e.dates); !moment.empty())
            query.emplace_back(e.date_param, std::move(moment));
        query.emplace_back(e.offset_param, std::to_string(offset));
        query.emplace_back(e.size_param, std::to_string(e.page_size));
        return query;
    }

    // Reads one list from the mark on, whatever its order. Events come in pages that may shift while they are read, so
    // the end is a short page; a page without anything new is the end, too, and a wrong one when it is full.
    boost::asio::awaitable<list_look> look_at(bool admin, list_mark since)
    {
        const auto& e = config_->events;
        const auto& op = admin ? admin_list_ : user_list_;
        const auto overlap = e.overlap.count();
        list_look out;
        // Without a mark nothing is known to have been missed: it begins now.
        const auto began = since.time.value_or(now_ms());
        const auto from = began - overlap;
        if (e.retention && now_ms() - from > e.retention->count())
            out.gap = op.name + ": the last look was longer ago than the instance keeps events";
        std::vector<happening> met;
        std::set<std::string> ids;
        std::uint64_t unreadable = 0;
        std::int64_t offset = 0, last_time = 0;
        bool falling = true;
        for (std::int64_t page = 1;; ++page) {
            if (page > e.max_pages) {
                add(out.gap, op.name + ": more events than " + std::to_string(e.max_pages) + " pages");
                break;
            }
            const placeholder_values nothing;
            auto body = co_await events_->call(op, nothing, query_for(admin, from, offset));
            if (body.has_error()) {
                out.failed = body.error();
                co_return out;
            }
            auto got = read_events(e, admin, op.list, *body);
            if (!got.wrong.empty()) {
                out.failed = failure{disposition::stop, op.name + ": " + got.wrong};
                co_return out;
            }
            unreadable += got.unreadable;
            std::uint64_t fresh = got.unreadable, recent = got.unreadable;
            for (auto& event : got.events) {
                falling = falling && (last_time == 0 || event.time <= last_time);
                last_time = event.time;
                if (!ids.insert(event.identity).second) continue;
                ++fresh;
                if (event.time < from) continue;
                ++recent;
                met.push_back(std::move(event));
            }
            if (got.items == 0) break;
            const auto size = static_cast<std::uint64_t>(e.page_size);
            if (fresh == 0) {
                if (got.items >= size) add(out.gap, op.name + ": paging is not honoured: a page came twice");
                break;
            }
            if (falling && recent == 0) break; // newest first, and all of it is older
            if (got.items < size && !looks_like_a_cap(got.items)) break;
            offset += static_cast<std::int64_t>(got.items);
        }
        if (unreadable > 0)
            add(out.gap, op.name + ": " + std::to_string(unreadable) + " events without a time that can be read");
        settle(began, since, std::move(met), out);
        co_return out;
    }

    // Where the next look goes on: at the newest event, but never in the future of our clock, where a wrong one of the
    // instance would hide what comes.
    void settle(std::int64_t began, const list_mark& since, std::vector<happening> met, list_look& out) const
    {
        auto newest = began;
        for (const auto& event : met) newest = std::max(newest, event.time);
        out.next.time = std::min(newest, std::max(began, now_ms()));
        const auto kept_from = *out.next.time - config_->events.overlap.count();
        for (auto& event : met) {
            if (event.time >= kept_from && out.next.seen.size() < most_remembered) out.next.seen.insert(event.identity);
            if (!since.seen.contains(event.identity)) out.fresh.push_back(std::move(event));
        }
    }

    boost::asio::awaitable<void> read_groups_of(std::string key, hinted_person& out)
    {
        list_spec spec({list_kind::groups, key}, config_->ops.user_groups);
        spec.values.set(placeholder::user, key);
        spec.group_records = true;
        list_reader reader(people_, std::move(spec));
        bool decided = true;
        for (;;) {
            auto some = co_await reader.next();
            if (some.has_error()) {
                out.why = some.error().detail;
                co_return;
            }
            if (!*some) break;
            if (const page& part = **some; !part.bad.empty()) {
                out.why = "one of the person's groups is unreadable: " + part.bad.front().why;
                co_return;
            }
            for (const auto& r : (*some)->records) {
                auto names = names_of_group(*config_, r.bytes);
                const auto selected = is_selected(names);
                decided = decided && selected.has_value();
                if (selected.value_or(false))
                    out.groups.push_back({std::string(r.key), std::move(names.name), std::move(names.path)});
            }
        }
        if (reader.end().state != proof::complete)
            out.why = "the person's groups are not proved: " + reader.end().why;
        else if (!decided)
            out.why = "whether a group is one of source.groups is known by paths only";
        else
            out.groups_whole = true;
    }

    // Whether reads select this group; nothing when only the tree of groups tells.
    std::optional<bool> is_selected(const group_names& group) const
    {
        const auto& wanted = config_->source.groups;
        if (wanted.empty()) return true;
        if (group.path.empty()) return std::nullopt;
        if (group_walk::path_selected(*config_, group.path)) return true;
        const bool by_paths =
            std::all_of(wanted.begin(), wanted.end(), [](const auto& entry) { return entry.value.starts_with('/'); });
        if (by_paths) return false;
        return std::nullopt;
    }

    std::shared_ptr<const bare_id_settings> config_;
    std::shared_ptr<api> people_, events_;
    const clock& time_;
    operation user_list_, admin_list_;
};

} // namespace

std::unique_ptr<hint_feed> make_event_feed(std::shared_ptr<const bare_id_settings> config, std::shared_ptr<api> through,
                                           const environment& env)
{
    const auto& e = config->events;
    if (!e.on()) return nullptr;
    auto events = through;
    // Another host or realm: a token of its own.
    if (e.api_base != config->api_base || e.realm != config->realm) {
        auto other = std::make_shared<bare_id_settings>(*config);
        other->api_base = e.api_base;
        other->realm = e.realm;
        events = std::make_shared<api>(std::move(other), env);
    }
    return std::make_unique<event_feed>(std::move(config), std::move(through), std::move(events), env.time);
}

} // namespace idferry::connectors::bare_id
