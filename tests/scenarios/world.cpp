#include "tests/scenarios/world.hpp"

#include "tests/scenarios/held.hpp"

#include "mapping/normalise.hpp"
#include "tests/support/run.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace idferry::tests {

namespace {

namespace rc = daemon::reconcile;
using mapping::json;

std::string joined(const std::vector<std::string>& parts, const std::string& between)
{
    std::string out;
    for (const auto& p : parts) out += (out.empty() ? "" : between) + p;
    return out;
}

std::string line_of(const rc::change& c)
{
    auto line = std::string(state::to_string(c.what)) + " " + std::string(c.type->name) + " " + c.key.text();
    std::vector<std::string> parts;
    if (c.what == state::operation::members) {
        for (const auto& m : c.add) parts.push_back("+" + m.person.text());
        for (const auto& m : c.remove) parts.push_back("-" + m.person.text());
        return line + ": " + joined(parts, " ");
    }
    if (c.what == state::operation::deactivate) return line;
    for (const auto& d : c.deltas) parts.push_back(d.path);
    return parts.empty() ? line : line + ": " + joined(parts, ", ");
}

std::optional<std::string> line_of(const rc::note& n)
{
    std::string kind;
    switch (n.what) {
    case rc::note::kind::reject: kind = "reject"; break;
    case rc::note::kind::withheld: kind = "withheld"; break;
    case rc::note::kind::protect: kind = "protect"; break;
    case rc::note::kind::not_kept: kind = "not_kept"; break;
    case rc::note::kind::leaving: kind = "leaving"; break;
    case rc::note::kind::drift: kind = "drift"; break;
    case rc::note::kind::waiting: kind = "waiting"; break;
    case rc::note::kind::dropped: kind = "dropped"; break;
    case rc::note::kind::step: kind = "step"; break;
    case rc::note::kind::warning: return std::nullopt;
    }
    return kind + " " + std::string(n.type ? n.type->name : "-") + " " + (n.key.empty() ? "?" : n.key.text());
}

const char* word_of(connectors::job_state s)
{
    using connectors::job_state;
    switch (s) {
    case job_state::open: return "open";
    case job_state::bound: return "bound";
    case job_state::expired: return "expired";
    case job_state::failed: return "failed";
    case job_state::revoked: return "revoked";
    }
    return "?";
}

std::vector<std::string> texts(const json& list)
{
    std::vector<std::string> out;
    for (const auto& one : list) out.push_back(one.get<std::string>());
    return out;
}

} // namespace

std::string cycle_result::text() const
{
    return "exit " + std::to_string(exit) + "\n  changes: " + joined(changes, "\n           ") +
           "\n  notes: " + joined(notes, "\n         ") + "\n  refused: " + joined(refused, ", ") +
           "\n  error: " + error;
}

world::world(const scenario& s) : store_(state::make_memory_store()), state(*store_), scenario_(s)
{
    sources_.resize(s.syncs.size());
    if (s.text.contains("source")) change_source(sources_.front(), s.text["source"]);
    if (s.text.contains("syncs"))
        for (std::size_t i = 0; i < s.syncs.size(); ++i)
            change_source(sources_[i], s.text["syncs"][s.syncs[i].name.text()]["source"]);
    if (s.text.contains("target")) change_target(s.text["target"]);
}

std::string world::user_id(const std::string& user_name) const
{
    for (const auto& [id, body] : target.users)
        if (body.value("userName", "") == user_name) return id;
    throw std::runtime_error("the target has no user " + user_name);
}

// Whose record or groups a change touches: what a source with events tells of it.
void world::tell_events(source_content& source, const json& c)
{
    source.hints = c.value("hints", source.hints);
    source.events_lost = c.value("lost_events", source.events_lost);
    if (!source.hints || source.events_lost) return;
    std::set<std::string> touched;
    if (c.contains("people"))
        for (const auto& [key, person] : c["people"].items()) touched.insert(key);
    if (c.contains("groups"))
        for (const auto& [key, group] : c["groups"].items()) {
            if (!group.is_object() || !group.contains("members")) continue;
            const auto now = texts(group["members"]);
            const auto& before = source.groups[key].members;
            for (const auto& [some, others] : {std::pair(&now, &before), std::pair(&before, &now)})
                for (const auto& m : *some)
                    if (std::find(others->begin(), others->end(), m) == others->end()) touched.insert(m);
        }
    source.events.insert(source.events.end(), touched.begin(), touched.end());
}

void world::change_source(source_content& source, const json& c)
{
    tell_events(source, c);
    for (const auto& [what, value] : c.items()) {
        if (what == "people") {
            for (const auto& [key, person] : value.items()) {
                if (person.is_null())
                    source.people.erase(key);
                else
                    source.people[key].merge_patch(person);
            }
        } else if (what == "groups") {
            for (const auto& [key, group] : value.items()) {
                if (group.is_null()) {
                    source.groups.erase(key);
                    continue;
                }
                auto& g = source.groups[key];
                g.name = group.value("name", g.name);
                g.path = group.value("path", g.path);
                g.parent = group.value("parent", g.parent);
                g.bad = group.value("bad", g.bad);
                if (group.contains("members")) g.members = texts(group["members"]);
            }
        } else if (what == "held") {
            change_held(source, value);
        } else if (what == "walk") {
            source.walk = value.get<bool>();
        } else if (what == "cut") {
            source.cut.clear();
            for (const auto& [list, n] : value.items()) source.cut[list] = n.get<std::size_t>();
        } else if (what == "shortened" || what == "unreadable" || what == "cannot_prove") {
            const auto all = texts(value);
            auto& set = what == "shortened"    ? source.shortened
                        : what == "unreadable" ? source.unreadable
                                               : source.cannot_prove;
            set = {all.begin(), all.end()};
        } else if (what == "hints" || what == "lost_events") {
            continue; // told above
        } else if (what == "nameless_bad_record") {
            source.nameless_bad_record = value.get<bool>();
        } else {
            throw std::runtime_error("source: unknown key " + what);
        }
    }
}

void world::change_target(const json& c)
{
    // Users first: groups name them.
    std::vector<std::string> order;
    for (const auto& [what, value] : c.items()) order.insert(what == "users" ? order.begin() : order.end(), what);
    for (const auto& what : order) {
        const auto& value = c[what];
        if (what == "users") {
            for (const auto& [name, user] : value.items()) {
                const auto known = std::find_if(target.users.begin(), target.users.end(), [&, n = name](const auto& u) {
                    return u.second.value("userName", "") == n;
                });
                if (user.is_null()) {
                    target.users.erase(known);
                    continue;
                }
                auto& body =
                    known == target.users.end() ? target.users[target.new_id(mapping::user_type)] : known->second;
                body["userName"] = name;
                for (const auto& [path, v] : user.items()) mapping::assign(body, path, v);
            }
        } else if (what == "groups") {
            for (const auto& [name, members] : value.items()) {
                const auto known =
                    std::find_if(target.groups.begin(), target.groups.end(),
                                 [&, n = name](const auto& g) { return g.second.value("displayName", "") == n; });
                if (members.is_null()) {
                    target.groups.erase(known);
                    continue;
                }
                auto& body =
                    known == target.groups.end() ? target.groups[target.new_id(mapping::group_type)] : known->second;
                body["displayName"] = name;
                body["members"] = json::array();
                for (const auto& m : texts(members)) body["members"].push_back({{"value", user_id(m)}});
            }
        } else if (what == "held") {
            change_held(target, value);
        } else if (what == "lists_members") {
            target.lists_members = value.get<bool>();
        } else if (what == "refuses_jobs") {
            target.refuses_jobs = value.get<bool>();
        } else if (what == "binds" || what == "expires") {
            // What people do with their open job, or leave undone.
            for (const auto& name : texts(value))
                for (auto& job : target.jobs[user_id(name)]) {
                    if (job.state != connectors::job_state::open) continue;
                    job.state = what == "binds" ? connectors::job_state::bound : connectors::job_state::expired;
                    if (what == "binds") target.credentials[user_id(name)].push_back({"credential of " + job.id, true});
                }
        } else if (what == "drops" || what == "refuses") {
            const auto all = texts(value);
            (what == "drops" ? target.drops : target.refuses) = {all.begin(), all.end()};
        } else {
            throw std::runtime_error("target: unknown key " + what);
        }
    }
}

cycle_result world::take(const json& step)
{
    if (step.contains("change")) {
        const auto& c = step["change"];
        if (c.contains("source")) change_source(sources_[scenario_.of(step)], c["source"]);
        if (c.contains("target")) change_target(c["target"]);
        return {};
    }
    if (step.contains("advance")) {
        const auto text = step["advance"].get<std::string>();
        const auto n = std::stol(text);
        clock_.advance(text.back() == 'd' ? std::chrono::hours(24 * n) : std::chrono::hours(n));
        return {};
    }
    for (const char* by_hand : {"drop", "retry"}) {
        if (!step.contains(by_hand)) continue;
        const auto text = step[by_hand].get<std::string>();
        const auto gap = text.find(' ');
        const state::scope_key scope{scenario_.sync().name, text.substr(0, gap)};
        const mapping::source_key key(text.substr(gap + 1));
        const auto u = by_hand == std::string("drop") ? state::update(state::drop_reject{scope, key})
                                                      : state::update(state::retry_reject{scope, key, clock_.now()});
        if (!store_->commit({u})) throw std::runtime_error("state refused to " + step.dump());
        return {};
    }
    const bool push = step.contains("sync");
    if (!push && !step.contains("plan")) throw std::runtime_error("unknown step " + step.dump());
    const auto& wanted = step[push ? "sync" : "plan"];
    daemon::run::cycle_options options;
    options.push = push;
    options.refresh = wanted.value("refresh", false);
    options.respect_backoff = wanted.value("scheduled", false);
    options.hinted = wanted.value("hinted", false);
    options.leaves = wanted.value("leaves", true);
    if (wanted.contains("allow")) {
        const auto named = texts(wanted["allow"]);
        for (const auto& a : last_refusal_)
            if (std::find(named.begin(), named.end(), a.guard) != named.end()) options.allowed.push_back(a);
    }
    return cycle(options, scenario_.of(step));
}

cycle_result world::cycle(const daemon::run::cycle_options& options, std::size_t of)
{
    memory_source from(sources_[of], faults);
    memory_target to(target, faults);
    daemon::run::silent_progress quiet;
    const daemon::run::cycle_context c{scenario_.syncs[of], from, to, state, clock_, quiet};
    const auto report = test::run(daemon::run::run_cycle(c, options));
    cycle_result out;
    out.exit = report.exit_code(options.push);
    out.error = report.error.value_or("");
    if (report.pushed && report.pushed->stopped) out.error += *report.pushed->stopped;
    if (report.plan) {
        for (const auto& change : report.plan->changes) out.changes.push_back(line_of(change));
        for (const auto& n : report.plan->notes)
            if (auto line = line_of(n)) out.notes.push_back(*line);
    }
    if (report.pushed)
        for (const auto& n : report.pushed->notes)
            if (auto line = line_of(n)) out.notes.push_back(*line);
    std::sort(out.notes.begin(), out.notes.end());
    out.notes.erase(std::unique(out.notes.begin(), out.notes.end()), out.notes.end());
    if (!report.refused.empty()) last_refusal_.clear();
    for (const auto& v : report.refused) {
        out.refused.emplace_back(rc::to_string(v.what));
        last_refusal_.push_back({std::string(rc::to_string(v.what)), v.refused.hex()});
    }
    for (const auto& v : report.overridden) out.overridden.emplace_back(rc::to_string(v.what));
    return out;
}

daemon::run::explained world::explain(const daemon::run::explain_request& what)
{
    memory_source from(sources_.front(), faults);
    memory_target to(target, faults);
    daemon::run::silent_progress quiet;
    const daemon::run::cycle_context c{scenario_.sync(), from, to, state, clock_, quiet};
    return test::run(daemon::run::explain(c, what));
}

json world::target_dump() const
{
    const auto name_of = [](const auto& all, const std::string& id, const char* attribute) {
        const auto found = all.find(id);
        return found == all.end() ? "? " + id : found->second.value(attribute, "?");
    };
    std::vector<std::string> users, groups; // texts, so that a duplicate shows
    for (const auto& [id, body] : target.users) {
        auto copy = body;
        if (copy.contains("entitlements"))
            for (auto& e : copy["entitlements"])
                e["value"] = name_of(target.groups, e.value("value", ""), "displayName");
        if (const auto jobs = target.jobs.find(id); jobs != target.jobs.end())
            for (const auto& job : jobs->second) copy["jobs"].push_back(word_of(job.state));
        if (const auto held = target.credentials.find(id); held != target.credentials.end())
            for (const auto& one : held->second) copy["credentials"].push_back(one.active ? "active" : "revoked");
        users.push_back(mapping::to_text(copy));
    }
    for (const auto& [id, body] : target.groups) {
        auto copy = body;
        std::vector<std::string> members;
        for (const auto& m : body.at("members"))
            members.push_back(name_of(target.users, m.at("value").get<std::string>(), "userName"));
        std::sort(members.begin(), members.end());
        copy["members"] = members;
        groups.push_back(mapping::to_text(copy));
    }
    std::sort(users.begin(), users.end());
    std::sort(groups.begin(), groups.end());
    json out{{"users", json::array()}, {"groups", json::array()}};
    for (const auto& u : users) out["users"].push_back(json::parse(u));
    for (const auto& g : groups) out["groups"].push_back(json::parse(g));
    out["held"] = held_dump(target);
    return out;
}

std::string world::state_dump()
{
    std::string out;
    for (const auto& sync : scenario_.syncs) out += state_dump(sync.name);
    return out;
}

std::string world::state_dump(const mapping::sync_name& sync)
{
    std::string out;
    if (scenario_.syncs.size() > 1) out += sync.text() + ":\n";
    for (const auto* type : mapping::resource_types()) {
        const state::scope_key scope{sync, std::string(type->name)};
        std::vector<state::link> links;
        (void)store_->for_each_link(scope, [&](const state::link& l) { links.push_back(l); });
        for (const auto& l : links) {
            const auto& there = target.of(*type);
            const auto remote = there.find(l.target.text());
            out += std::string(type->name) + " " + l.key.text() + " → " +
                   (remote == there.end() ? "nothing" : name_in(remote->second)) + ", " + l.label + ", " + l.desired +
                   (l.owner == state::link_owner::adopted ? ", adopted" : "") +
                   (l.step == state::leave_step::deactivated ? ", deactivated" : "") + "\n";
            const auto steps = store_->account_steps_of(scope, l.key).value();
            for (const auto& step : steps)
                out += "  step " + step.step + " " + step.status + ", " + std::to_string(step.attempts) + " jobs\n";
            if (!type->has_members) continue;
            const auto members = store_->members_of(scope, l.key).value();
            for (const auto& m : members) out += "  member " + m.text() + "\n";
        }
    }
    const auto rejects = store_->rejects(sync).value();
    for (const auto& r : rejects) out += "reject " + r.scope.type + " " + r.key.text() + "\n";
    const auto intents = store_->open_intents(sync).value();
    for (const auto& i : intents) out += "open intent " + i.key.text() + "\n";
    return out;
}

} // namespace idferry::tests
