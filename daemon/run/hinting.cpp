#include "daemon/run/hinting.hpp"

#include "connectors/hint_feed.hpp"
#include "daemon/run/correlating.hpp"
#include "daemon/run/operations.hpp"
#include "daemon/run/parallel.hpp"
#include "daemon/run/recording.hpp"
#include "daemon/run/sharing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <vector>

namespace idferry::daemon::run {

namespace {

constexpr std::size_t read_at_once = 8;
constexpr const char* list_of_events = "events";

// One person whom an event named.
struct looked_at
{
    mapping::source_key key;
    connectors::hinted_person answer;
    std::optional<cycle_error> failed;
    bool own_record_only{false}; // what groups decide is left to the full read
    bool record_input{true};     // the digest is the one that a full read would give
};

// What one cycle by hints works on.
struct hinted_work
{
    std::unique_ptr<reading> read;
    std::vector<looked_at> people; // those who became candidates, in the order of reading::people
    std::string mark;
};

boost::asio::awaitable<void> read_again(cycle_context c, connectors::hint_feed* feed, looked_at* one)
{
    auto answer = co_await feed->read(one->key);
    if (answer)
        one->answer = std::move(*answer);
    else
        one->failed = source_error(c, answer.error());
}

bool is_below_another(const connectors::group_ref& g)
{
    return g.path.find('/', 1) != std::string::npos;
}

std::vector<std::string> keys_of(const std::vector<connectors::group_ref>& groups)
{
    std::vector<std::string> out;
    for (const auto& g : groups) out.push_back(g.key);
    return out;
}

// The groups that the answers name: what a full read knows of them beyond that is not needed for these people.
void fill_directory(reading& r, const std::vector<looked_at>& people)
{
    for (const auto& one : people)
        for (const auto& g : one.answer.groups) {
            reconcile::group_entry entry;
            entry.key = g.key;
            entry.name = g.name;
            entry.path = g.path;
            r.groups.add_group(std::move(entry));
        }
    r.groups.settle();
    for (const auto& one : people) r.groups.correct(one.key.text(), keys_of(one.answer.groups));
}

bool lost_a_group(const candidate& p)
{
    return p.link && std::any_of(p.link->source_groups.begin(), p.link->source_groups.end(), [&](const auto& before) {
               return std::find(p.groups.begin(), p.groups.end(), before) == p.groups.end();
           });
}

// Makes a candidate of one answer, unless nothing may follow from it here.
std::optional<candidate> consider(const cycle_context& c, reading& r, looked_at& one, bool inherited,
                                  hints_report& told)
{
    const auto& answer = one.answer;
    using verdict = connectors::hinted_person::verdict;
    if (answer.state != verdict::present) {
        const auto link = c.state.find_link(c.scope(mapping::user_type), one.key);
        if (answer.state == verdict::unreadable || (link && *link)) ++told.left;
        return std::nullopt;
    }
    auto p = consider_person(c, r, one.key, answer.bytes);
    if (!p) return std::nullopt; // neither at the target nor meant to be
    const bool unlisted = c.source.removals_need_proof() && answer.groups_whole && answer.groups.empty();
    const bool leaves = p->link && !p->in_scope && !p->rejected;
    if (unlisted || leaves) {
        if (p->link) ++told.left;
        return std::nullopt;
    }
    const bool ancestors_unknown =
        inherited && std::any_of(answer.groups.begin(), answer.groups.end(), is_below_another);
    one.own_record_only = !answer.groups_whole || ancestors_unknown || lost_a_group(*p);
    one.record_input = answer.bytes_comparable && !one.own_record_only;
    if (!one.own_record_only) return p;
    ++told.left;
    // Nobody is made or switched on again on a record alone.
    if (p->rejected || !p->link || p->link->step != state::leave_step::none) return std::nullopt;
    p->sure = certainty::withheld;
    for (const auto& before : p->link->source_groups)
        if (std::find(p->groups.begin(), p->groups.end(), before) == p->groups.end()) p->groups.push_back(before);
    std::sort(p->groups.begin(), p->groups.end());
    return p;
}

boost::asio::awaitable<outcome<hinted_work>> read_hinted(cycle_context c, connectors::hint_feed* feed,
                                                         hints_report& told)
{
    const auto* users = c.sync.find(mapping::user_type);
    const bool inherited = users && users->rules->inherited_membership();
    hinted_work work;
    work.read = std::make_unique<reading>(inherited);
    auto& r = *work.read;
    if (!feed) {
        told.trouble = fmt::format("connection '{}' tells of no events: set `events` of it, or leave hints out",
                                   c.sync.source_name);
        told.refused = true;
        co_return work;
    }
    auto known = c.state.find_watermark(c.sync.name, list_of_events);
    if (!known) co_return state_error(known.error());
    // Before the first whole read nothing is known that a hint could be compared with.
    if (!*known) {
        told.trouble = "nothing was read as a whole yet since events were configured";
        told.refused = true;
        co_return work;
    }
    c.shown.begin("reading events", 0);
    auto batch = co_await feed->look((*known)->value);
    c.shown.end();
    if (!batch) {
        told.trouble = batch.error().detail;
        told.refused = true;
        co_return work;
    }
    told.events = batch->events;
    told.noise = batch->noise;
    told.people = batch->people.size();
    told.groups = batch->groups.size();
    told.trouble = batch->gap;
    work.mark = std::move(batch->next);

    std::vector<looked_at> people;
    for (const auto& key : batch->people) {
        looked_at one;
        one.key = mapping::source_key(key);
        people.push_back(std::move(one));
    }
    std::uint64_t done = 0;
    c.shown.begin("reading people again", people.size());
    const std::function<boost::asio::awaitable<void>(std::size_t)> one = [&](std::size_t i) {
        c.shown.at(++done);
        return read_again(c, feed, &people[i]);
    };
    co_await for_each_parallel(people.size(), read_at_once, one);
    c.shown.end();
    if (c.stopping()) co_return stopped_error();
    for (const auto& p : people)
        if (p.failed) co_return *p.failed;
    r.people_read = people.size();
    fill_directory(r, people);
    for (auto& p : people)
        if (auto found = consider(c, r, p, inherited, told)) {
            r.people.push_back(std::move(*found));
            work.people.push_back(std::move(p));
        }
    r.settled.clear(); // a full read records who is out of scope
    co_return work;
}

// Memberships that these people have and that were not written: who is in them, or comes into them with this plan.
outcome<void> plan_additions(const cycle_context& c, const hinted_work& work, const type_settings& type,
                             const std::set<std::string>& there, draft& d)
{
    if (type.from != &mapping::group_type || type.type->members != mapping::user_type.name ||
        !type.rules->maps_members())
        return {};
    const auto scope = c.scope(*type.type);
    std::map<std::string, reconcile::change> changes;
    for (std::size_t i = 0; i < work.people.size(); ++i) {
        const auto& p = work.read->people[i];
        if (!work.people[i].answer.groups_whole || !there.contains(p.key.text())) continue;
        auto written = c.state.groups_of(scope, p.key);
        if (!written) return state_error(written.error());
        for (const auto& g : work.people[i].answer.groups) {
            const mapping::source_key key(g.key);
            if (std::find(written->begin(), written->end(), key) != written->end()) continue;
            auto link = c.state.find_link(scope, key);
            if (!link) return state_error(link.error());
            if (!*link || (*link)->step != state::leave_step::none) continue;
            if (protection_of(c, *type.type, **link, d)) continue;
            auto& change = changes[g.key];
            change.type = type.type;
            change.what = state::operation::members;
            change.why = reconcile::situation::confirmed;
            change.key = key;
            change.label = (*link)->label;
            change.target = (*link)->target;
            change.add.push_back({p.key, p.label});
        }
    }
    for (auto& [key, change] : changes)
        if (!hold_back(d, change)) d.plan.changes.push_back(std::move(change));
    return {};
}

// What a full read does on the word of lists is not this cycle's business, and nothing that an administrator must know.
void leave_to_full_read(std::vector<reconcile::note>& notes)
{
    std::erase_if(notes, [](const reconcile::note& n) {
        return n.what == reconcile::note::kind::withheld || n.what == reconcile::note::kind::leaving;
    });
}

outcome<draft> draft_hinted(const cycle_context& c, hinted_work& work, hints_report& told)
{
    auto& r = *work.read;
    auto begun = begin_draft(c, r);
    if (!begun) return begun.error();
    draft d = std::move(*begun);
    d.hinted = true;
    // Nothing follows from how many were read: the source was not asked for everybody.
    d.context.people_read = std::max<std::uint64_t>(1, r.people_read);
    d.context.people_last_time = 0;
    const auto* type = c.sync.find(mapping::user_type);
    if (type) {
        if (auto left = leave_to_others(c, *type, r.people); !left) return left.error();
        std::vector<candidate*> all;
        for (auto& p : r.people) all.push_back(&p);
        reject_duplicates(*type, c.target.profile().of("user"), all);
        if (auto given = give_freed_names(c, *type, r.people); !given) return given.error();
    }
    std::set<std::string> there;
    for (std::size_t i = 0; type && i < r.people.size(); ++i) {
        auto& p = r.people[i];
        const auto recorded = d.bookkeeping.size();
        auto change = plan_candidate(c, *type, p, d);
        if (!work.people[i].record_input)
            d.bookkeeping.erase(
                std::remove_if(d.bookkeeping.begin() + static_cast<std::ptrdiff_t>(recorded), d.bookkeeping.end(),
                               [](const auto& u) { return std::holds_alternative<state::put_input>(u); }),
                d.bookkeeping.end());
        const bool linked = p.link && p.link->step == state::leave_step::none;
        if (!change) {
            const bool is_back = d.back_unchanged.contains(p.key.text());
            if ((linked && !p.rejected) || is_back) there.insert(p.key.text());
            continue;
        }
        if (change->is_removal()) continue;
        // What it refers to comes with the whole read.
        if (refers_to_missing(c, change->desired)) {
            ++told.left;
            continue;
        }
        if (!work.people[i].record_input) change->record_input = false;
        if (hold_back(d, *change)) {
            if (linked) there.insert(p.key.text());
            continue;
        }
        there.insert(p.key.text());
        d.plan.changes.push_back(std::move(*change));
    }
    leave_to_full_read(d.plan.notes);
    // Groups, and what is made of groups: roles, and who may use an application.
    for (const auto& t : c.sync.types)
        if (auto done = plan_additions(c, work, t, there, d); !done) return done.error();
    if (auto done = finish_draft(c, r, d); !done) return done.error();
    return d;
}

// The same questions to the target that a full cycle asks about these people.
boost::asio::awaitable<outcome<void>> ask_target(cycle_context c, reading& r,
                                                 const std::function<boost::asio::awaitable<outcome<void>>()>& learn)
{
    std::set<std::string> keys;
    std::vector<candidate*> wanted;
    for (auto& p : r.people) {
        keys.insert(p.key.text());
        if (p.in_scope && !p.link && !p.rejected) wanted.push_back(&p);
    }
    auto marked = c.state.links_left_alone(c.scope(mapping::user_type));
    if (!marked) co_return state_error(marked.error());
    std::erase_if(*marked, [&](const state::link& l) { return !keys.contains(l.key.text()); });
    if (marked->empty() && wanted.empty()) co_return outcome<void>{};
    auto known = co_await learn();
    if (!known) co_return known.error();
    if (!marked->empty()) {
        auto asked = co_await ask_who_is_left_alone(c, std::move(*marked), mapping::user_type, r);
        if (!asked) co_return asked.error();
    }
    auto found = co_await correlate(c, mapping::user_type, std::move(wanted));
    if (!found) co_return found.error();
    co_return outcome<void>{};
}

} // namespace

boost::asio::awaitable<outcome<decided>>
decide_hinted(cycle_context c, cycle_options options, cycle_report& report,
              std::function<boost::asio::awaitable<outcome<void>>()> learn_target)
{
    auto* feed = c.source.hints();
    const auto begun = c.time.steady();
    auto& told = report.hints.emplace();
    auto work = co_await read_hinted(c, feed, told);
    const auto read = c.time.steady();
    report.costs.reading += std::chrono::duration_cast<std::chrono::milliseconds>(read - begun);
    if (!work) co_return work.error();
    reading& r = *work->read;
    auto rejects = load_rejects(c, options.respect_backoff);
    if (!rejects) co_return rejects.error();
    r.rejects = std::move(*rejects);
    auto asked = co_await ask_target(c, r, learn_target);
    if (!asked) co_return asked.error();
    auto drafted = draft_hinted(c, *work, told);
    if (!drafted) co_return drafted.error();
    report.refused = reconcile::judge(drafted->plan, c.sync.guards, drafted->context, options.allowed);
    if (report.refused.empty() && !options.allowed.empty())
        report.overridden = reconcile::judge(drafted->plan, c.sync.guards, drafted->context, {});
    report.costs.planning += std::chrono::duration_cast<std::chrono::milliseconds>(c.time.steady() - read);
    count_costs(c, r, report);
    decided out{std::move(work->read), std::move(*drafted), std::move(work->mark)};
    co_return std::move(out);
}

outcome<void> record_hinted(const cycle_context& c, const decided& made, const cycle_report& report)
{
    auto updates = made.drafted.bookkeeping;
    if (auto done = record_rejects(c, *report.plan, false, updates); !done) return done.error();
    if (auto done = commit(c, updates); !done) return done.error();
    if (report.pushed->stopped || report.pushed->deferred > 0) return {};
    return remember_look(c, made.mark);
}

outcome<void> remember_look(const cycle_context& c, const std::string& mark)
{
    if (mark.empty()) return {};
    auto known = c.state.find_watermark(c.sync.name, list_of_events);
    if (!known) return state_error(known.error());
    if (*known && (*known)->value == mark) return {};
    return commit(c, {state::put_watermark{{c.sync.name, list_of_events, mark, c.time.now()}}});
}

std::optional<state::update> mark_of_read(const cycle_context& c, const cycle_report& report)
{
    auto* feed = c.source.hints();
    if (!feed || report.pushed->stopped) return std::nullopt;
    return state::put_watermark{{c.sync.name, list_of_events, feed->mark_of(report.started), c.time.now()}};
}

} // namespace idferry::daemon::run
