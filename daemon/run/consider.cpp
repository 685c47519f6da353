// One record that is new or changed: memberships, scope and mapping, and how sure they are.
#include "daemon/run/reading.hpp"

#include "mapping/json.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace idferry::daemon::run {

namespace {

// Why this person's groups cannot be taken at their word, or "".
std::string doubt(const cycle_context& c, const reading& r, const mapping::groups_read& reads, const candidate& p)
{
    if (r.groups.is_corrected(p.key.text())) return {}; // the person's own list was asked for
    if (reads.any() && !r.groups.groups_proved()) return "the list of groups is not proved complete";
    const auto mine = r.groups.groups_of(p.key.text());
    if (!r.groups.all_proved())
        for (const auto g : r.groups.unproved_groups(reads))
            if (!std::binary_search(mine.begin(), mine.end(), g))
                return fmt::format("the members list of group '{}' is not proved complete: {}",
                                   r.groups.groups()[g].name, r.groups.groups()[g].members.why);
    if (!p.link) return {};
    for (const auto& before : p.link->source_groups) {
        if (std::find(p.groups.begin(), p.groups.end(), before) != p.groups.end()) continue;
        const auto g = r.groups.index_of(before);
        const auto name = g ? r.groups.groups()[*g].name : before;
        if (c.source.removals_need_proof()) return fmt::format("is no longer listed in group '{}'", name);
        if (g ? !r.groups.members_proved(*g) : !r.groups.groups_proved())
            return fmt::format("is no longer listed in group '{}', whose list is not proved complete", name);
    }
    return {};
}

} // namespace

mapping::digest person_digest(const cycle_context& c, const reading& r, std::string_view key, std::string_view bytes)
{
    return mapping::combine(mapping::combine(mapping::fast_digest(bytes), r.groups.memberships_digest(key)),
                            c.sync.epoch);
}

std::vector<connectors::group_ref> group_refs(const reading& r, std::string_view key)
{
    std::vector<connectors::group_ref> out;
    for (const auto g : r.groups.groups_of(key)) {
        const auto& entry = r.groups.groups()[g];
        out.push_back({entry.key, entry.name, entry.path});
    }
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
    return out;
}

std::string match_values_of(const mapping::mapper& rules, const mapping::desired_resource& desired)
{
    auto out = mapping::json::object();
    for (const auto& path : rules.match_attributes())
        if (const auto* a = desired.find(path); a && !a->value.is_null()) out[path] = a->value;
    return mapping::to_text(out);
}

std::string label_of(const mapping::desired_resource& desired, const std::string& fallback)
{
    for (const char* path : {"userName", "displayName", "display_name", "externalId"})
        if (const auto* a = desired.find(path); a && a->value.is_string()) return a->value.get<std::string>();
    return fallback;
}

std::optional<candidate> consider_person(const cycle_context& c, reading& r, const mapping::source_key& key,
                                         std::string_view bytes)
{
    const auto* type = c.sync.find(mapping::user_type);
    candidate p;
    p.key = key;
    p.label = key.text();
    p.input = person_digest(c, r, key.text(), bytes);
    const auto refs = group_refs(r, key.text());
    for (const auto& g : refs) p.groups.push_back(g.key);
    auto link = c.state.find_link(c.scope(mapping::user_type), key);
    if (!link) {
        p.rejected = link.error().message;
        return p;
    }
    p.link = std::move(*link);
    if (p.link) p.label = p.link->label;
    if (!type) return std::nullopt; // people are read for their memberships only

    auto decoded = c.source.decode(mapping::user_type, bytes, refs);
    ++r.decoded;
    if (!decoded) {
        p.rejected = "record from the source cannot be used: " + decoded.error().detail;
        return p;
    }
    auto mapped = type->rules->map(*decoded);
    p.in_scope = mapped.in_scope;
    p.scope_clause = std::move(mapped.scope_clause);
    p.rejected = std::move(mapped.rejected);
    for (auto& n : mapped.notices) p.notices.push_back(n.path + ": " + n.message);
    if (p.in_scope && !p.rejected) {
        p.desired = mapped.desired.text();
        p.label = label_of(mapped.desired, p.label);
        p.match_values = match_values_of(*type->rules, mapped.desired);
    }
    if (p.unsure_why = doubt(c, r, type->rules->reads_groups(), p); !p.unsure_why.empty()) {
        p.sure = certainty::needs_proof;
        p.bytes = std::string(bytes);
        return p;
    }
    if (!p.in_scope && !p.link) {
        r.settled.push_back({key, p.input, state::input_status::out_of_scope});
        return std::nullopt;
    }
    return p;
}

} // namespace idferry::daemon::run
