// What the plan holds for one resource, in words; whether guards let it pass; and what to do.
#include "daemon/run/explaining_parts.hpp"

#include "daemon/reconcile/plan_json.hpp"
#include "daemon/reconcile/situation.hpp"
#include "daemon/run/protection.hpp"
#include "daemon/run/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace idferry::daemon::run {

using mapping::json;
using reconcile::situation;

namespace {

// The parts of a plan that are about one resource.
struct picked
{
    const reconcile::change* change{nullptr};  // of the resource itself
    const reconcile::change* members{nullptr}; // a group's members
    json memberships = json::array();          // a person's
    std::vector<const reconcile::note*> notes;

    const reconcile::note* note(reconcile::note::kind k) const
    {
        const auto hit = std::find_if(notes.begin(), notes.end(), [&](const auto* n) { return n->what == k; });
        return hit == notes.end() ? nullptr : *hit;
    }
};

picked pick(const reconcile::plan& plan, const subject& s)
{
    picked out;
    const bool person = mapping::is_person(*s.type->type);
    const auto is_this = [&](const reconcile::member_change& m) { return m.person == s.key; };
    for (const auto& change : plan.changes) {
        if (change.type == s.type->type && change.key == s.key)
            (change.what == state::operation::members ? out.members : out.change) = &change;
        if (!person || change.what != state::operation::members) continue;
        const char* what = std::any_of(change.add.begin(), change.add.end(), is_this)         ? "add"
                           : std::any_of(change.remove.begin(), change.remove.end(), is_this) ? "remove"
                                                                                              : nullptr;
        if (what) out.memberships.push_back({{"group", change.label}, {"key", change.key.text()}, {"change", what}});
    }
    for (const auto& n : plan.notes)
        if (n.type == s.type->type && n.key == s.key) out.notes.push_back(&n);
    return out;
}

std::string why_changed(const cycle_context& c, const subject& s, const reconcile::change& change)
{
    using state::operation;
    switch (change.what) {
    case operation::create: return "in scope, without a link, and nothing at the target matches";
    case operation::adopt:
        return fmt::format("in scope and without a link; the target's {} matches and is taken over",
                           change.target.text());
    case operation::update:
        if (change.returning) return "came back: is switched on again";
        return change.why == situation::drifted ? "was changed at the target by others: is put right"
                                                : "differs from what was last written";
    case operation::members: return "its members differ from those that were written";
    default: break;
    }
    if (change.why == situation::drifted) return "was switched on again at the target by others";
    if (change.why == situation::grace_over) return "left, and the time until the deletion is over";
    if (change.why == situation::unqualified)
        return "left the scope: " + (s.trace ? s.trace->clause : std::string("its filter does not hold"));
    const auto due = change.leave_due
                         ? fmt::format("; is deleted after {} unless it comes back", time_text(*change.leave_due))
                         : std::string();
    return fmt::format("left the source '{}': a complete read does not have it", c.sync.source_name) + due;
}

// Why nothing happens to a resource that the plan does not name.
std::pair<const char*, std::string> quiet(const cycle_context& c, const planned& p, const subject& s, const json& about)
{
    const bool in_scope = s.trace && s.trace->in_scope;
    if (s.link && s.link->step == state::leave_step::deactivated && !in_scope) {
        if (!s.link->leave_due) return {"keep", "left and was deactivated; it is kept so, for `leave` deletes nothing"};
        return {"keep", fmt::format("left and was deactivated; is deleted after {} unless it comes back",
                                    time_text(*s.link->leave_due))};
    }
    if (s.link && !in_scope && s.type->leave.action == leave_action::keep)
        return {"keep", "left the source or the scope; `leave: keep` changes nothing"};
    if (!s.problem.empty()) return {"none", s.problem};
    if (s.trace && !in_scope) return {"none", "out of scope: " + s.trace->clause};
    if (in_scope && s.link) {
        if (about["unchanged"] == true) return {"none", "nothing changed since the last cycle"};
        return {"none", "what the rules give equals what was last written"};
    }
    if (in_scope && p.plan())
        for (const auto& n : p.plan()->notes)
            if (n.type == s.type->type && n.key == s.key) return {"none", n.text};
    if (in_scope && about["input"] == "out_of_scope") {
        // Told once; since then its record has not changed.
        const auto why = s.found.size() == 1 ? protected_by(c.sync, s.found.front().body) : std::nullopt;
        if (why) return {"protected", "exists at the target and is left alone: " + *why};
        return {"none",
                "what matched at the target was protected in an earlier cycle, and its record has not changed since"};
    }
    if (in_scope) return {"none", "the plan has nothing for it"};
    if (!s.link)
        return {"none", fmt::format("is not in the source '{}', and nothing at the target is linked to it",
                                    c.sync.source_name)};
    return {"none", "the plan has nothing for it"};
}

json delta_json(const subject& s, const mapping::attribute_delta& d)
{
    auto before = d.old_value.value_or(json()), after = d.new_value.value_or(json());
    if (d.sensitive) before = mapping::hidden(before), after = mapping::hidden(after);
    return {{"attribute", d.path}, {"old", s.hides.value(before)}, {"new", after}, {"rule", d.rule}};
}

// What single people will be asked before a change that takes something away is done.
std::string unproved(const planned& p, const subject& s)
{
    if (!p.read() || !mapping::is_person(*s.type->type)) return {};
    for (const auto& one : p.read()->people)
        if (one.key == s.key && one.sure == certainty::needs_proof)
            return one.unsure_why + ": this person is asked for before anything is taken away";
    return {};
}

} // namespace

json decision_json(const cycle_context& c, const planned& p, const subject& s, const json& about)
{
    json j{{"action", "unknown"},          {"why", ""},      {"situation", ""},       {"changes", json::array()},
           {"memberships", json::array()}, {"unproved", ""}, {"notes", json::array()}};
    j["members"] = {{"add", 0}, {"remove", 0}};
    if (!p.plan()) {
        j["why"] = p.error.empty() ? "there is no plan" : p.error;
        return j;
    }
    const auto part = pick(*p.plan(), s);
    j["memberships"] = part.memberships;
    for (const auto* n : part.notes)
        j["notes"].push_back({{"kind", reconcile::to_string(n->what)}, {"text", s.hides.text(n->text)}});
    if (part.members) j["members"] = {{"add", part.members->add.size()}, {"remove", part.members->remove.size()}};
    j["steps"] = json::array();
    if (part.change)
        for (const auto& step : part.change->steps) j["steps"].push_back(step);
    for (const auto& step : p.plan()->steps)
        if (step.type == s.type->type && step.known.key == s.key) j["steps"].push_back(s.hides.text(step.text));
    j["unproved"] = unproved(p, s);

    const auto set = [&](std::string_view action, std::string_view why) {
        j["action"] = action;
        j["why"] = s.hides.text(why);
    };
    if (const auto* change = part.change ? part.change : part.members) {
        j["situation"] = reconcile::to_string(change->why);
        set(change->what == state::operation::members ? "update" : state::to_string(change->what),
            why_changed(c, s, *change));
        for (const auto& d : reconcile::shown_deltas(*p.plan(), *change)) j["changes"].push_back(delta_json(s, d));
        return j;
    }
    using kind = reconcile::note::kind;
    // Rejected now, or earlier and not tried again yet.
    for (const auto k : {kind::reject, kind::waiting, kind::dropped, kind::withheld, kind::protect})
        if (const auto* n = part.note(k)) {
            set(k == kind::withheld || k == kind::protect ? reconcile::to_string(k) : "rejected", n->text);
            return j;
        }
    if (!part.memberships.empty()) {
        set("update", "only the groups differ");
        return j;
    }
    const auto [action, why] = quiet(c, p, s, about);
    set(action, why);
    return j;
}

json guard_json(const planned& p)
{
    json j{{"verdict", !p.plan()                  ? "unknown"
                       : p.report.refused.empty() ? "allows"
                                                  : "refuses"},
           {"guards", json::array()}};
    for (const auto& v : p.report.refused)
        j["guards"].push_back({{"guard", to_string(v.what)},
                               {"type", v.type},
                               {"text", v.text},
                               {"allow", fmt::format("{}={}", to_string(v.what), v.refused.hex())}});
    return j;
}

namespace {

std::string advice_for_several(const json& answer)
{
    return fmt::format("Say which one is meant by its source id: idferry explain {} {}",
                       answer["sync"].get_ref<const std::string&>(),
                       answer["candidates"].empty() ? "ID" : answer["candidates"].front().value("key", "ID"));
}

std::string advice_for_nobody(const json& answer)
{
    if (answer["found"] == "target_only")
        return "This account is nobody's whom the source lists; it is never touched. Compare its match attributes with "
               "the person it should belong to.";
    if (answer["looked"]["source"]["complete"] != true)
        return "The source was not read completely, so it may be there after all: put that right and ask again.";
    return "Check the spelling, or use the source id. Who was never in the scope of a group walk is not listed.";
}

} // namespace

std::string advice(const json& answer)
{
    const auto found = answer["found"].get<std::string>(), sync = answer["sync"].get<std::string>();
    if (found == "several") return advice_for_several(answer);
    if (found == "none" || found == "target_only") return advice_for_nobody(answer);
    if (answer["error"] != "") return "Put this right and ask again: " + answer["error"].get<std::string>();
    const auto& decision = answer["decision"];
    const auto action = decision["action"].get<std::string>();
    const bool acts = !decision["changes"].empty() || !decision["memberships"].empty() || action == "create" ||
                      action == "adopt" || action == "update" || action == "deactivate" || action == "remove";
    if (acts && answer["guard"]["verdict"] == "refuses")
        return fmt::format(
            "Nothing of this sync is pushed while a guard refuses its plan: read `idferry plan {}`, then "
            "put the source right or allow exactly these removals.",
            sync);
    if (acts && answer["state"]["quarantine"].is_object())
        return fmt::format("The sync is in quarantine and pushes nothing: put its target right, or run `idferry "
                           "quarantine release {}`.",
                           sync);
    if (acts) return fmt::format("The next sync does this; `idferry sync {}` does it now.", sync);
    if (action == "rejected")
        return "Put the reason right at the source, in the rules or at the target; it is tried again by itself.";
    if (action == "protected")
        return "Nothing to do if that is meant; else change `protect` or `own_account`, or edit the account by hand.";
    if (action == "withheld")
        return "Find out why the source could not be read completely; nothing is taken away before it was.";
    if (action == "keep") return "Nothing to do.";
    if (!answer["target"]["differs"].empty())
        return fmt::format("Others changed it at the target; `idferry sync {} --refresh` puts that right.", sync);
    if (answer["state"]["link"].is_object() && answer["target"]["found"] == false)
        return "Its resource is gone at the target, and is not created again by itself.";
    if (answer["scope"]["in_scope"] == false)
        return "To have it synchronised, change the source or the scope so that the clauses with \"no\" hold.";
    return "Nothing to do.";
}

} // namespace idferry::daemon::run
