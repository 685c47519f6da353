#include "daemon/run/proving.hpp"

#include "daemon/run/parallel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace idferry::daemon::run {

namespace {

constexpr std::size_t proofs_at_once = 8;

bool leavers_proved_by_list(const cycle_context& c, const reading& r)
{
    return r.people_list.complete && !c.source.removals_need_proof();
}

// Nothing is taken from who leaves: nothing needs a proof.
bool is_kept(const cycle_context& c)
{
    const auto* type = c.sync.find(mapping::user_type);
    return type && type->leave.action == leave_action::keep;
}

void withhold(reading& r, const mapping::source_key& key, const std::string& label, std::string why)
{
    reconcile::note n;
    n.what = reconcile::note::kind::withheld;
    n.type = &mapping::user_type;
    n.key = key;
    n.label = label;
    n.text = std::move(why);
    r.notes.push_back(std::move(n));
}

// One pass over everybody to be proved; results are applied in order afterwards, so that the outcome does not depend
// on which answer came first.
struct question
{
    mapping::source_key key;
    std::size_t person{npos}; // index in reading::people, or npos for a leaver
    bool due{false};
    connectors::person_proof answer;
    std::optional<cycle_error> failed;
    std::vector<std::string> kept; // groups in which the person is no longer listed, but stays
    bool member_only{false};       // listed and unchanged: only whether the person still is a member is asked
    static constexpr std::size_t npos = static_cast<std::size_t>(-1);
};

boost::asio::awaitable<void> ask(cycle_context c, question* q)
{
    auto answer = co_await c.source.prove(q->key);
    if (answer)
        q->answer = std::move(*answer);
    else
        q->answer.why = answer.error().detail;
    if (!answer && answer.error().next == connectors::disposition::stop) q->failed = source_error(c, answer.error());
}

bool in_a_selected_group(const reading& r, const std::vector<std::string>& groups)
{
    return std::any_of(groups.begin(), groups.end(), [&](const auto& g) { return r.groups.find(g) != nullptr; });
}

// A members list that leaves out who says to be a member is cut off, whatever else was proved: its size is not
// believed.
void disbelieve_lists(reading& r, const std::vector<std::string>& listed_in, const std::vector<std::string>& member_of)
{
    for (const auto& g : member_of)
        if (std::find(listed_in.begin(), listed_in.end(), g) == listed_in.end())
            r.shrunk_sizes.erase(connectors::list_ref{connectors::list_kind::members, g}.text());
}

// A group that nobody could read this time may be any of those that give access: then the person's list settles
// nothing.
void distrust_unread_groups(const reading& r, question& q)
{
    if (!q.answer.group_keys || r.groups.groups_proved()) return;
    const auto& keys = *q.answer.group_keys;
    if (std::all_of(keys.begin(), keys.end(), [&](const auto& g) { return r.groups.find(g) != nullptr; })) return;
    q.answer.group_keys.reset();
    q.answer.why = "is in a group that the list of groups, which is not proved complete, does not have";
}

// What the answer makes of a person who was listed, but with groups that are in doubt.
void apply_to_person(const cycle_context& c, reading& r, question& q, std::vector<candidate>& again)
{
    auto& p = r.people[q.person];
    using verdict = connectors::person_proof::verdict;
    if (q.answer.state == verdict::gone) {
        if (p.link) r.leavers.push_back({p.key, {}, state::input_status::waiting});
        return;
    }
    if (q.answer.state == verdict::present && q.answer.group_keys) {
        disbelieve_lists(r, p.groups, *q.answer.group_keys);
        r.groups.correct(p.key.text(), *q.answer.group_keys);
        if (auto sure = consider_person(c, r, p.key, p.bytes)) {
            sure->sure = certainty::sure;
            again.push_back(std::move(*sure));
        }
        return;
    }
    if (p.link) {
        for (const auto& g : p.link->source_groups)
            if (std::find(p.groups.begin(), p.groups.end(), g) == p.groups.end()) q.kept.push_back(g);
        r.groups.keep(p.key.text(), p.link->source_groups);
    }
    const auto why = fmt::format("{}; asking for this person did not settle it{}", p.unsure_why,
                                 q.answer.why.empty() ? "" : ": " + q.answer.why);
    auto held = consider_person(c, r, p.key, p.bytes);
    if (!held) held = p;
    held->sure = certainty::withheld;
    held->unsure_why = why;
    again.push_back(std::move(*held));
}

// What the source's group is at the target: a group, a role, an application's people.
const mapping::resource_type& made_of_group(const cycle_context& c, const mapping::source_key& group)
{
    for (const auto& t : c.sync.types) {
        if (t.from != &mapping::group_type) continue;
        const auto link = c.state.find_link(c.scope(*t.type), group);
        if (link && *link) return *t.type;
    }
    return mapping::group_type;
}

// Memberships that are kept because nobody could say whether they are gone.
void note_kept(const cycle_context& c, reading& r, const std::map<std::string, std::uint64_t>& kept)
{
    for (const auto& [key, count] : kept) {
        const auto* g = r.groups.find(key);
        reconcile::note n;
        n.what = reconcile::note::kind::withheld;
        n.key = mapping::source_key(key);
        n.type = &made_of_group(c, n.key);
        n.label = g ? g->name : key;
        n.text = fmt::format("{} members are no longer listed, and could not be asked: they are not removed", count);
        r.notes.push_back(std::move(n));
    }
}

// What the answer makes of somebody whom we wrote as a member and no list has: without one, the membership stays.
void apply_to_member(reading& r, const question& q)
{
    using verdict = connectors::person_proof::verdict;
    if (q.answer.state == verdict::gone) r.groups.correct(q.key.text(), {});
    if (q.answer.state == verdict::present && q.answer.group_keys) r.groups.correct(q.key.text(), *q.answer.group_keys);
}

// What the answer makes of a person who was not listed.
void apply_to_leaver(const cycle_context& c, reading& r, question& q, std::vector<candidate>& back)
{
    using verdict = connectors::person_proof::verdict;
    auto link = c.state.find_link(c.scope(mapping::user_type), q.key);
    const bool linked = link && *link;
    const auto label = linked ? (*link)->label : q.key.text();
    const auto confirm = [&] {
        if (q.due)
            r.due.push_back(**link);
        else
            r.leavers.push_back({q.key, {}, state::input_status::waiting});
    };
    if (q.answer.state == verdict::gone) {
        r.groups.correct(q.key.text(), {});
        confirm();
        return;
    }
    if (q.answer.state == verdict::present && q.answer.group_keys) {
        disbelieve_lists(r, {}, *q.answer.group_keys);
        r.groups.correct(q.key.text(), *q.answer.group_keys);
        if (c.source.removals_need_proof() && !in_a_selected_group(r, *q.answer.group_keys)) {
            confirm();
            return;
        }
        if (auto p = consider_person(c, r, q.key, q.answer.bytes)) {
            p->sure = certainty::sure;
            back.push_back(std::move(*p));
        }
        return;
    }
    if (linked) r.groups.keep(q.key.text(), (*link)->source_groups);
    withhold(r, q.key, label,
             q.answer.state == verdict::present
                 ? "was not listed, but is still there; its groups could not be read completely: nothing is taken away"
                 : fmt::format("was not listed, and could not be proved gone: nothing is taken away{}",
                               q.answer.why.empty() ? "" : " (" + q.answer.why + ")"));
}

} // namespace

bool needs_proof(const cycle_context& c, const reading& r)
{
    const bool unsure = std::any_of(r.people.begin(), r.people.end(),
                                    [](const candidate& p) { return p.sure == certainty::needs_proof; });
    const bool due = std::any_of(r.due.begin(), r.due.end(),
                                 [&](const state::link& l) { return !r.people_index->was_seen(l.key.text()); });
    return unsure || !r.unlisted_members.empty() ||
           (!r.leavers.empty() && !is_kept(c) && !leavers_proved_by_list(c, r)) ||
           (due && !leavers_proved_by_list(c, r));
}

outcome<void> find_due(const cycle_context& c, reading& r)
{
    auto due = c.state.due_leavers(c.scope(mapping::user_type), c.time.now());
    if (!due) return state_error(due.error());
    std::set<std::string> candidates;
    for (const auto& p : r.people) candidates.insert(p.key.text());
    for (const auto& row : r.leavers) candidates.insert(row.key.text()); // asked for as leavers already
    for (auto& link : *due)
        if (!candidates.contains(link.key.text()) && !r.unreadable.contains(link.key.text()))
            r.due.push_back(std::move(link));
    return {};
}

boost::asio::awaitable<outcome<void>> prove(cycle_context c, reading& r)
{
    std::vector<question> questions;
    for (std::size_t i = 0; i < r.people.size(); ++i)
        if (r.people[i].sure == certainty::needs_proof) questions.push_back({r.people[i].key, i, false, {}, {}});
    const bool by_list = leavers_proved_by_list(c, r);
    if (!by_list) {
        for (const auto& row : r.leavers) {
            auto link = c.state.find_link(c.scope(mapping::user_type), row.key);
            if (!link) co_return state_error(link.error());
            if (*link && !is_kept(c)) questions.push_back({row.key, question::npos, false, {}, {}});
        }
        std::vector<state::link> settled;
        for (auto& link : r.due) {
            if (r.people_index->was_seen(link.key.text()))
                settled.push_back(std::move(link));
            else
                questions.push_back({link.key, question::npos, true, {}, {}});
        }
        r.due = std::move(settled);
        r.leavers.clear(); // unlinked ones are forgotten by a complete read only
    }
    r.members_asked = true;
    std::set<std::string> asked;
    for (const auto& q : questions) asked.insert(q.key.text());
    for (const auto& key : r.unlisted_members)
        if (!asked.contains(key)) {
            questions.push_back({mapping::source_key(key), question::npos, false, {}, {}});
            questions.back().member_only = true;
        }
    r.unlisted_members.clear();
    if (questions.empty()) co_return outcome<void>{};

    if (c.source.can_prove()) {
        std::uint64_t done = 0;
        c.shown.begin("asking for single people", questions.size());
        const std::function<boost::asio::awaitable<void>(std::size_t)> one = [&](std::size_t i) {
            c.shown.at(++done);
            return ask(c, &questions[i]);
        };
        co_await for_each_parallel(questions.size(), proofs_at_once, one);
        c.shown.end();
    }
    for (const auto& q : questions)
        if (q.failed) co_return *q.failed;
    for (auto& q : questions) distrust_unread_groups(r, q);

    std::vector<candidate> settled;
    std::map<std::string, std::uint64_t> kept;
    for (auto& q : questions) {
        if (q.person != question::npos)
            apply_to_person(c, r, q, settled);
        else if (q.member_only)
            apply_to_member(r, q);
        else
            apply_to_leaver(c, r, q, settled);
        for (const auto& g : q.kept) ++kept[g];
    }
    note_kept(c, r, kept);
    std::erase_if(r.people, [](const candidate& p) { return p.sure == certainty::needs_proof; });
    for (auto& p : settled) r.people.push_back(std::move(p));
    co_return outcome<void>{};
}

} // namespace idferry::daemon::run
