#include "daemon/reconcile/push_order.hpp"

#include "mapping/json.hpp"
#include "mapping/unique_value.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace idferry::daemon::reconcile {

namespace {

using path_and_text = std::pair<std::string, std::string>;

path_and_text key_of(const mapping::unique_value& v)
{
    return {v.path, v.text};
}

// The unique values that one side of an update has.
std::vector<mapping::unique_value> unique_values(const change& c, const mapping::type_profile& profile, bool new_side)
{
    std::vector<mapping::unique_value> out;
    for (const auto& d : c.deltas)
        if (const auto& value = new_side ? d.new_value : d.old_value)
            mapping::add_unique_values(d.path, *value, profile, out);
    return out;
}

// Orders the updates of one type that hand on unique values, to each other or to somebody new; the others are left in
// `free`.
std::vector<push_step> chain(const plan& p, const std::vector<std::size_t>& updates,
                             const std::vector<std::size_t>& creations, const mapping::type_profile& profile,
                             std::vector<push_step>& free)
{
    std::map<path_and_text, std::size_t> giving_up; // → the change that gives the value up
    for (const auto i : updates)
        for (const auto& v : unique_values(p.changes[i], profile, false)) giving_up.emplace(key_of(v), i);
    struct edge
    {
        std::size_t first; // must run before
        std::string path;  // of the value in the later change
    };
    std::map<std::size_t, std::vector<edge>> waits_for;
    std::set<std::size_t> involved;
    for (const auto i : updates)
        for (const auto& v : unique_values(p.changes[i], profile, true))
            if (const auto g = giving_up.find(key_of(v)); g != giving_up.end() && g->second != i) {
                waits_for[i].push_back({g->second, v.attribute});
                involved.insert(i);
                involved.insert(g->second);
            }
    if (!giving_up.empty())
        for (const auto i : creations)
            for (const auto& v : mapping::unique_values(mapping::object_of(p.changes[i].desired), profile))
                if (const auto g = giving_up.find(key_of(v)); g != giving_up.end()) involved.insert(g->second);
    for (const auto i : updates)
        if (!involved.contains(i)) free.push_back({i, {}});

    std::vector<push_step> out;
    std::set<std::size_t> done, moved_aside;
    while (done.size() < involved.size()) {
        bool progress = false;
        for (const auto i : involved) {
            if (done.contains(i)) continue;
            const auto w = waits_for.find(i);
            const bool ready =
                w == waits_for.end() || std::all_of(w->second.begin(), w->second.end(), [&](const edge& e) {
                    return done.contains(e.first) || moved_aside.contains(e.first);
                });
            if (!ready) continue;
            out.push_back({i, {}});
            done.insert(i);
            progress = true;
        }
        if (progress) continue;
        // A circle: the first one in it steps aside with a temporary value.
        for (const auto i : involved)
            if (!done.contains(i) && !moved_aside.contains(i)) {
                // What it takes is still held by others; what it gives up is free once it has anything else there.
                std::set<std::string> held;
                for (const auto& e : waits_for[i])
                    if (!done.contains(e.first) && !moved_aside.contains(e.first)) held.insert(e.path);
                out.push_back({i, {held.begin(), held.end()}});
                moved_aside.insert(i);
                break;
            }
    }
    return out;
}

} // namespace

mapping::json temporary_value(const mapping::json& value, std::string_view key)
{
    if (value.is_string()) {
        const auto mark = ".swap-" + mapping::fast_digest(key).hex().substr(0, 8);
        const auto& text = value.get_ref<const std::string&>();
        const auto at = text.find('@');
        return at == std::string::npos ? text + mark : text.substr(0, at) + mark + text.substr(at);
    }
    auto out = value;
    if (out.is_array())
        for (auto& element : out) element = temporary_value(element, key);
    else if (out.is_object() && out.contains("value"))
        out["value"] = temporary_value(out["value"], key);
    return out;
}

std::vector<push_phase>
push_phases(const plan& p, const std::function<const mapping::type_profile&(const mapping::resource_type&)>& profile,
            const std::function<bool(const change&)>& refers_to_missing)
{
    push_phase handing_on{"users", true, {}}, users{"users", false, {}}, late{"users of new groups", false, {}},
        members{"memberships", false, {}}, gone_users{"users that left", false, {}};
    // What is read whole, type by type: each after those that it refers to, and before them when it goes.
    std::map<std::pair<int, std::string_view>, push_phase> held, gone;
    const auto phase_of = [](auto& phases, int rank, const change& c, const char* ending) -> push_phase& {
        auto& phase = phases[{rank, c.type->section}];
        phase.name = std::string(c.type->section) + ending;
        return phase;
    };
    std::vector<std::size_t> updates, creations;
    for (std::size_t i = 0; i < p.changes.size(); ++i) {
        const auto& c = p.changes[i];
        const bool person = mapping::is_person(*c.type);
        if (c.what == state::operation::create && person) creations.push_back(i);
        if (c.is_removal())
            (person ? gone_users : phase_of(gone, -c.type->push_rank, c, " that left")).steps.push_back({i, {}});
        else if (c.what == state::operation::members)
            members.steps.push_back({i, {}});
        else if (!person)
            phase_of(held, c.type->push_rank, c, "").steps.push_back({i, {}});
        else if (refers_to_missing(c))
            late.steps.push_back({i, {}});
        else if (c.what == state::operation::update)
            updates.push_back(i);
        else
            users.steps.push_back({i, {}});
    }
    handing_on.steps = chain(p, updates, creations, profile(mapping::user_type), users.steps);
    std::vector<push_phase> out;
    const auto add = [&out](push_phase& phase) {
        if (!phase.steps.empty()) out.push_back(std::move(phase));
    };
    add(handing_on);
    add(users);
    for (auto& [rank, phase] : held) add(phase);
    add(late);
    add(members);
    for (auto& [rank, phase] : gone) add(phase);
    add(gone_users);
    return out;
}

} // namespace idferry::daemon::reconcile
