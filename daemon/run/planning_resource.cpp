// One resource of a plan: its situation, what differs, and what leaving means.
#include "connectors/registry.hpp"
#include "daemon/reconcile/situation.hpp"
#include "daemon/run/account_steps.hpp"
#include "daemon/run/operations.hpp"
#include "daemon/run/planning.hpp"
#include "daemon/run/protection.hpp"
#include "daemon/run/sharing.hpp"

#include "mapping/json.hpp"
#include "mapping/normalise.hpp"
#include "mapping/unique_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace idferry::daemon::run {

namespace {

// Why the one resource that was found may not be adopted, or "".
std::string obstacle(const cycle_context& c, const type_settings& type, const candidate& p)
{
    const auto& remote = p.found.front();
    auto other = c.state.find_link_by_target(c.scope(*type.type), remote.id);
    if (!other) return other.error().message;
    if (*other)
        return fmt::format("the target resource {} is linked to {} ({}) already", remote.id.text(), (*other)->label,
                           (*other)->key.text());
    if (const auto theirs = foreign_external_id(mapping::object_of(p.desired), remote.body);
        theirs && !is_written_by_others(c, *type.type, remote, "externalId"))
        return fmt::format("the target resource {} matches, but its externalId {} belongs to somebody else",
                           remote.id.text(), *theirs);
    return {};
}

// Whether the target can do this at all; when it cannot, the plan says why, and does not plan it.
bool possible(const cycle_context& c, const mapping::resource_type& type, connectors::write_kind what,
              const mapping::source_key& key, const std::string& label, draft& d)
{
    auto why = c.sync.target->cannot(type, what);
    if (why.empty()) return true;
    std::string_view words = "cannot be changed at the target";
    if (what == connectors::write_kind::create) words = "is not at the target, and cannot be made there";
    if (what == connectors::write_kind::deactivate) words = "left, and cannot be deactivated at the target";
    if (what == connectors::write_kind::remove) words = "left, and cannot be deleted at the target";
    add_note(d, reconcile::note::kind::reject, type, key, label, fmt::format("{}: {}", words, why));
    return false;
}

void unsure(const type_settings& type, const candidate& p, draft& d)
{
    add_note(d, reconcile::note::kind::withheld, *type.type, p.key, p.label, p.unsure_why);
}

// The system's own, for those who refer to it. Nothing is written to it, so the link is no change of the plan.
void link_managed(const cycle_context& c, const type_settings& type, const candidate& p, draft& d)
{
    state::link link;
    link.key = p.key;
    link.target = p.found.front().id;
    link.desired = p.desired;
    link.match_values = p.match_values;
    link.label = p.label;
    link.owner = state::link_owner::adopted;
    link.first_seen = link.last_changed = c.time.now();
    d.links.push_back(state::put_link{c.scope(*type.type), std::move(link)});
    d.links.push_back(state::put_input{c.scope(*type.type), {p.key, p.input, state::input_status::linked}});
}

} // namespace

std::optional<std::string> protection_of(const cycle_context& c, const mapping::resource_type& type,
                                         const state::link& link, const draft& d)
{
    if (const auto asked = d.left_alone.find({std::string(type.name), link.key.text()}); asked != d.left_alone.end())
        return asked->second;
    return protected_by_known(c.sync, link.desired, link.target.text());
}

void reject_duplicates(const type_settings& type, const mapping::type_profile& profile,
                       std::vector<candidate*> candidates)
{
    auto judged = profile;
    if (type.type == &mapping::group_type &&
        std::find(judged.unique.begin(), judged.unique.end(), "displayName") == judged.unique.end())
        judged.unique.push_back("displayName");
    std::map<std::pair<std::string, std::string>, std::vector<candidate*>> wanted;
    for (auto* p : candidates) {
        if (!p->in_scope || p->rejected) continue;
        for (auto& v : mapping::unique_values(mapping::object_of(p->desired), judged))
            wanted[{std::move(v.path), std::move(v.text)}].push_back(p);
    }
    std::map<std::string, std::vector<candidate*>> claims;
    for (auto* p : candidates)
        if (!p->link && p->in_scope && !p->rejected && p->found.size() == 1)
            claims[p->found.front().id.text()].push_back(p);
    for (const auto& [id, who] : claims)
        if (who.size() > 1)
            for (auto* p : who)
                p->rejected = fmt::format("{} source {}s match the one target resource {}: nobody can tell whose it is",
                                          who.size(), type.type->name, id);
    for (const auto& [value, who] : wanted) {
        if (who.size() < 2) continue;
        std::string all;
        for (const auto* p : who) all += (all.empty() ? "" : ", ") + p->key.text();
        for (auto* p : who)
            p->rejected =
                fmt::format("{} source {}s map to one {} '{}' at the target: {}. Change the mapping or the source",
                            who.size(), type.type->name, value.first, value.second, all);
    }
}

outcome<void> give_freed_names(const cycle_context& c, const type_settings& type, std::vector<candidate>& candidates)
{
    std::map<std::string, const candidate*> by_key;
    for (const auto& p : candidates)
        if (p.link) by_key.emplace(p.key.text(), &p);
    if (by_key.empty()) return {}; // nobody who could give up a name
    const auto& profile = c.target.profile().of(type.type->name);
    const auto names = [&](const candidate& p) {
        const auto all = mapping::unique_values(mapping::object_of(p.desired), profile);
        return std::set<mapping::unique_value>(all.begin(), all.end());
    };
    for (auto& p : candidates) {
        if (p.link || !p.in_scope || p.rejected || p.found.size() != 1) continue;
        auto holder = c.state.find_link_by_target(c.scope(*type.type), p.found.front().id);
        if (!holder) return state_error(holder.error());
        if (!*holder || (*holder)->step != state::leave_step::none) continue;
        const auto other = by_key.find((*holder)->key.text());
        if (other == by_key.end()) continue;
        const auto& q = *other->second;
        if (&q == &p || !q.in_scope || q.rejected || q.sure == certainty::withheld) continue;
        const auto wanted = names(p), kept = names(q);
        if (std::none_of(wanted.begin(), wanted.end(), [&](const auto& v) { return kept.contains(v); }))
            p.found.clear();
    }
    return {};
}

std::optional<reconcile::change> plan_candidate(const cycle_context& c, const type_settings& type, candidate& p,
                                                draft& d, const found_before* also)
{
    using reconcile::note;
    const auto& profile = c.target.profile().of(type.type->name);
    for (const auto& n : p.notices) add_note(d, note::kind::warning, *type.type, p.key, p.label, n);
    if (p.rejected) {
        add_note(d, note::kind::reject, *type.type, p.key, p.label, *p.rejected);
        return std::nullopt;
    }
    const bool withheld = p.sure == certainty::withheld;
    reconcile::sighting seen{true, p.in_scope, p.link.has_value(), p.link && p.link->step != state::leave_step::none,
                             p.found.size()};
    const auto why = reconcile::classify(seen);
    if (why == reconcile::situation::out_of_scope) {
        if (withheld)
            unsure(type, p, d);
        else
            d.bookkeeping.push_back(
                state::put_input{c.scope(*type.type), {p.key, p.input, state::input_status::out_of_scope}});
        return std::nullopt;
    }
    if (why == reconcile::situation::unqualified) {
        if (withheld) {
            unsure(type, p, d);
            return std::nullopt;
        }
        auto change = plan_leave(c, type, *p.link, why, d);
        if (change) {
            change->input = p.input;
            change->record_input = true;
        } else if (p.link->step != state::leave_step::none) {
            d.bookkeeping.push_back(
                state::put_input{c.scope(*type.type), {p.key, p.input, state::input_status::out_of_scope}});
        } else if (type.leave.action == leave_action::keep) {
            // Kept as it is, with its groups.
            d.bookkeeping.push_back(
                state::put_input{c.scope(*type.type), {p.key, p.input, state::input_status::linked}});
        } // else protected: told in every plan, so nothing is recorded
        return change;
    }

    reconcile::change change;
    change.type = type.type;
    change.why = why;
    change.key = p.key;
    change.label = p.label;
    change.desired = p.desired;
    change.input = p.input;
    change.record_input = !withheld;
    change.source_groups = p.groups;
    ++d.plan.counts[std::string(type.type->name)].in_scope;

    switch (why) {
    case reconcile::situation::absent:
        if (withheld) {
            unsure(type, p, d);
            return std::nullopt;
        }
        if (p.managed) return std::nullopt; // nobody makes it; what refers to it is told
        if (type.type->only_members()) {
            add_note(d, note::kind::reject, *type.type, p.key, p.label,
                     fmt::format("the target has none named '{}': create it there, or promote it, first", p.label));
            return std::nullopt;
        }
        if (const auto reason = untouchable_at_target(c.sync, *type.type, p.desired)) {
            add_note(d, note::kind::protect, *type.type, p.key, p.label, "is left alone: " + *reason);
            return std::nullopt;
        }
        if (!possible(c, *type.type, connectors::write_kind::create, p.key, p.label, d)) return std::nullopt;
        if (const auto missing = mapping::missing_required(mapping::inflate(p.desired, type.rules->rules()), profile);
            !missing.empty()) {
            add_note(d, note::kind::reject, *type.type, p.key, p.label,
                     fmt::format(
                         "the target requires {}, and the rules give no value: fill it at the source, or map a default",
                         fmt::join(missing, ", ")));
            return std::nullopt;
        }
        change.what = state::operation::create;
        return change;
    case reconcile::situation::ambiguous:
        add_note(d, note::kind::reject, *type.type, p.key, p.label,
                 fmt::format("{} target resources match ({}, {}…): nobody can tell which is meant", p.found.size(),
                             p.found[0].id.text(), p.found[1].id.text()));
        return std::nullopt;
    case reconcile::situation::found: {
        if (withheld) {
            unsure(type, p, d);
            return std::nullopt;
        }
        if (auto why_not = obstacle(c, type, p); !why_not.empty()) {
            add_note(d, note::kind::reject, *type.type, p.key, p.label, std::move(why_not));
            return std::nullopt;
        }
        if (p.managed) {
            link_managed(c, type, p, d);
            return std::nullopt;
        }
        if (type.type->only_members()) {
            // Linked for its members; nothing of itself is written.
            change.what = state::operation::adopt;
            change.target = p.found.front().id;
            return change;
        }
        if (auto reason = protected_by(c.sync, p.found.front().body)) {
            add_note(d, note::kind::protect, *type.type, p.key, p.label,
                     "exists at the target and is left alone: " + *reason);
            // Nothing is recorded: protection may end at the target, without a word from the source.
            return std::nullopt;
        }
        change.what = state::operation::adopt;
        change.target = p.found.front().id;
        auto desired = mapping::inflate(p.desired, type.rules->rules());
        for (auto& a : desired.attributes) (void)resolve_links_in(c, a.value, also); // as far as they are at the target
        change.deltas = mapping::diff_with_resource(desired, p.found.front().body, profile);
        if (!change.deltas.empty() && !possible(c, *type.type, connectors::write_kind::update, p.key, p.label, d))
            return std::nullopt;
        return change;
    }
    default: break;
    }

    // confirmed: what differs from what we last wrote
    change.what = state::operation::update;
    change.target = p.link->target;
    const auto known = mapping::object_of(p.link->desired);
    change.deltas = mapping::diff(mapping::inflate(p.desired, type.rules->rules()), known, profile);
    change.returning = p.link->step != state::leave_step::none;
    if (change.returning && !p.left_to.contains("active") &&
        std::none_of(change.deltas.begin(), change.deltas.end(), [](const auto& x) { return x.path == "active"; })) {
        mapping::attribute_delta back;
        back.path = "active";
        back.old_value = false;
        back.new_value = true;
        back.rule = "returned to the source";
        change.deltas.push_back(std::move(back));
    }
    if (withheld) {
        const auto before = change.deltas.size();
        std::erase_if(change.deltas, [](const auto& x) { return x.from_groups; });
        if (before != change.deltas.size()) unsure(type, p, d);
        // What stays as it is must also be recorded as it is.
        auto merged = mapping::object_of(change.desired);
        for (const auto& rule : type.rules->rules())
            if (rule.from_groups) {
                if (known.contains(rule.path))
                    merged[rule.path] = known[rule.path];
                else
                    merged.erase(rule.path);
            }
        change.desired = mapping::to_text(merged);
    }
    if (!change.deltas.empty()) {
        if (auto reason = protection_of(c, *type.type, *p.link, d)) {
            add_note(d, note::kind::protect, *type.type, p.key, p.label, "differs, and is left alone: " + *reason);
            return std::nullopt;
        }
        if (!possible(c, *type.type, connectors::write_kind::update, p.key, p.label, d)) return std::nullopt;
        return change;
    }
    if (!withheld) {
        if (p.link->source_groups != p.groups || p.link->label != p.label || p.link_moved || change.returning) {
            auto link = *p.link;
            link.source_groups = p.groups;
            link.label = p.label;
            if (change.returning) { // `active` is another sync's
                d.back_unchanged.emplace(p.key.text(), p.label);
                auto done = type.steps ? want_steps(c, type, link, step_cause::returned, false, d.bookkeeping)
                                       : forget_revocation(c, c.scope(*type.type), p.key, d.bookkeeping);
                if (!done) add_note(d, note::kind::withheld, *type.type, p.key, p.label, done.error().message);
            }
            link.step = state::leave_step::none;
            link.leave_due.reset();
            auto dropped = drop_not_kept_of_others(c, *type.type, p);
            if (!dropped)
                add_note(d, note::kind::withheld, *type.type, p.key, p.label, dropped.error().message);
            else
                std::move(dropped->begin(), dropped->end(), std::back_inserter(d.bookkeeping));
            d.bookkeeping.push_back(state::put_link{c.scope(*type.type), std::move(link)});
        }
        // Last: what is cut off before it is done again, since the record still counts as not seen.
        d.bookkeeping.push_back(state::put_input{c.scope(*type.type), {p.key, p.input, state::input_status::linked}});
    }
    return std::nullopt;
}

std::optional<reconcile::change> plan_leave(const cycle_context& c, const type_settings& type, const state::link& link,
                                            reconcile::situation why, draft& d)
{
    const bool grace_over = why == reconcile::situation::grace_over;
    // Deleting is only done while the configuration asks for it.
    if (grace_over && type.leave.action == leave_action::deactivate && !type.leave.then_delete_after)
        return std::nullopt;
    if (link.step == state::leave_step::deactivated && !grace_over) {
        if (why == reconcile::situation::source_missing)
            d.bookkeeping.push_back(state::forget_input{c.scope(*type.type), link.key});
        return std::nullopt;
    }
    // Nothing is forgotten of who is kept: another policy, some day, must still find them missing.
    if (type.leave.action == leave_action::keep) return std::nullopt;
    if (auto reason = protection_of(c, *type.type, link, d)) {
        add_note(d, reconcile::note::kind::protect, *type.type, link.key, link.label,
                 "left the source or the scope, and is left alone: " + *reason);
        return std::nullopt;
    }
    if (!c.leaves) {
        add_note(d, reconcile::note::kind::leaving, *type.type, link.key, link.label,
                 grace_over ? "is due for deletion, which waits for the next cycle with leaves"
                            : "left the source or the scope, which waits for the next cycle with leaves");
        return std::nullopt;
    }
    const bool deletes = type.leave.action == leave_action::remove || grace_over;
    auto stays = stays_with_others(c, type, link, deletes, d);
    if (!stays) add_note(d, reconcile::note::kind::withheld, *type.type, link.key, link.label, stays.error().message);
    if (!stays || *stays) return std::nullopt;
    if (!possible(c, *type.type, deletes ? connectors::write_kind::remove : connectors::write_kind::deactivate,
                  link.key, link.label, d))
        return std::nullopt;
    reconcile::change change;
    change.type = type.type;
    change.why = why;
    change.key = link.key;
    change.label = link.label;
    change.target = link.target;
    if (deletes) {
        change.what = state::operation::remove;
        return change;
    }
    change.what = state::operation::deactivate;
    mapping::attribute_delta off;
    off.path = "active";
    const auto known = mapping::object_of(link.desired);
    if (known.contains("active")) off.old_value = known["active"];
    off.new_value = false;
    off.rule = why == reconcile::situation::unqualified ? "left the scope" : "left the source";
    change.deltas.push_back(std::move(off));
    if (type.leave.then_delete_after) change.leave_due = c.time.now() + *type.leave.then_delete_after;
    return change;
}

} // namespace idferry::daemon::run
