// Which sync writes which attribute of a resource that several have.
#include "daemon/run/explaining_parts.hpp"
#include "daemon/run/sharing.hpp"

#include <algorithm>

namespace idferry::daemon::run {

using mapping::json;

namespace {

const char* standing(const reconcile::co_writer& other)
{
    if (!other.related) return "not said";
    if (other.before_us.empty()) return "after";
    return other.after_us.empty() ? "before" : "partly before";
}

// What the rules want, or, without a record, what was written.
json wanted(const subject& s)
{
    auto out = s.link ? mapping::object_of(s.link->desired) : json::object();
    if (!s.trace) return out;
    for (const auto& r : s.trace->rules)
        if (r.what == mapping::explained_rule::result::value || r.what == mapping::explained_rule::result::cleared)
            out[r.path] = r.output;
    return out;
}

} // namespace

outcome<void> add_sharing(const cycle_context& c, const subject& s, json& to)
{
    to = {{"others", json::array()}, {"attributes", json::array()}};
    if (!s.link && s.found.size() != 1) return {};
    auto others = links_of_others(c, *s.type->type, s.link ? s.link->target : s.found.front().id);
    if (!others) return others.error();
    if (others->empty()) return {};
    std::map<std::string, std::string> by;
    for (const auto& other : *others) {
        to["others"].push_back({{"sync", other.writer->name},
                                {"key", other.link.key.text()},
                                {"label", s.hides.text(other.link.label)},
                                {"owner", other.link.owner == state::link_owner::adopted ? "adopted" : "created"},
                                {"has_it", reconcile::holds(other.link)},
                                {"comes", standing(*other.writer)}});
        if (!reconcile::holds(other.link)) continue;
        const auto held = mapping::object_of(other.link.desired);
        for (const auto& [path, value] : held.items()) by.emplace(path, other.writer->name);
    }
    const auto desired = wanted(s);
    for (const auto& [path, value] : desired.items())
        if (s.trace && s.trace->in_scope) by.insert_or_assign(path, c.sync.name.text());
    for (const auto& [path, other] : reconcile::left_to_others(*others, desired)) by.insert_or_assign(path, other);
    for (const auto& [path, sync] : by) to["attributes"].push_back({{"attribute", path}, {"sync", sync}});
    return {};
}

} // namespace idferry::daemon::run
