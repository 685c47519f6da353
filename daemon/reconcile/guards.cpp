#include "daemon/reconcile/guards.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace idferry::daemon::reconcile {

namespace {

constexpr std::uint64_t removals_below_population = 2;
constexpr std::uint64_t members_worth_judging = 10;
constexpr std::size_t groups_named = 5;
constexpr double rounding = 1e-9; // a limit that is met exactly passes: 29 % of 100 is 29

bool above(std::uint64_t n, double share, std::uint64_t of)
{
    return static_cast<double>(n) > share * static_cast<double>(of) + rounding;
}

std::uint64_t value_or_zero(const std::map<std::string, std::uint64_t>& m, const std::string& key)
{
    const auto it = m.find(key);
    return it == m.end() ? 0 : it->second;
}

std::string percent(double share)
{
    return fmt::format("{:.3g} %", share * 100);
}

std::string in_the_last_day(std::uint64_t earlier)
{
    return earlier == 0 ? std::string() : fmt::format(", {} of them in the last 24 hours", earlier);
}

class judgement
{
public:
    judgement(const plan& p, const std::vector<allowance>& allowed)
        : removals_(removals_digest(p)), changes_(changes_digest(p)), allowed_(allowed)
    {
    }

    void refuse(guard g, std::string type, std::string text)
    {
        const auto& bound_to = g == guard::max_changes ? changes_ : removals_;
        for (const auto& a : allowed_)
            if (a.guard == to_string(g) && a.digest == bound_to.hex()) return;
        found_.push_back({g, std::move(type), std::move(text), bound_to});
    }

    std::vector<violation> take() { return std::move(found_); }

private:
    mapping::digest removals_, changes_;
    const std::vector<allowance>& allowed_;
    std::vector<violation> found_;
};

void judge_source(const plan& p, const guard_settings& s, const guard_context& c, judgement& j)
{
    const auto known = std::max(c.people_last_time, value_or_zero(c.active_links, "user"));
    if (c.people_read == 0 && known > 0) {
        j.refuse(guard::empty_source, "user",
                 fmt::format("the source returned nobody, but {} people are known. Check the source's credentials, "
                             "instance and group selection",
                             known));
    } else if (c.people_last_time >= static_cast<std::uint64_t>(s.min_population) &&
               above(c.people_last_time - std::min(c.people_read, c.people_last_time), s.max_shrink,
                     c.people_last_time)) {
        j.refuse(guard::shrunken_source, "user",
                 fmt::format("the source returned {} people, {} at its last good read: more than {} fewer (max_shrink)",
                             c.people_read, c.people_last_time, percent(s.max_shrink)));
    }
    for (const auto& m : c.missing_sentinels)
        j.refuse(guard::sentinels, "user", fmt::format("the sentinel '{}' was not seen in the source", m));
}

void judge_removals(const plan& p, const guard_settings& s, const guard_context& c, judgement& j)
{
    for (const auto& [type, n] : p.counts) {
        const auto now = n.deactivates + n.removes + n.switched_off;
        if (now == 0) continue;
        const auto earlier = value_or_zero(c.removed_last_day, type);
        const auto total = now + earlier;
        // What was removed in the last day was part of the population then.
        const auto population = value_or_zero(c.active_links, type) + earlier;
        const auto with_earlier = in_the_last_day(earlier);
        if (population < static_cast<std::uint64_t>(s.min_population)) {
            if (total > removals_below_population)
                j.refuse(
                    guard::max_removals, type,
                    fmt::format("{} removals of {} active {}s{}: below {} resources (min_population) at most {} pass",
                                total, population, type, with_earlier, s.min_population, removals_below_population));
            continue;
        }
        if (above(total, s.max_removals, population))
            j.refuse(guard::max_removals, type,
                     fmt::format("{} removals of {} active {}s ({}){}: the limit is {}", total, population, type,
                                 percent(static_cast<double>(total) / static_cast<double>(population)), with_earlier,
                                 percent(s.max_removals)));
        if (total > static_cast<std::uint64_t>(s.max_removals_count))
            j.refuse(guard::max_removals_count, type,
                     fmt::format("{} {}s would be removed{}: the limit is {}", total, type, with_earlier,
                                 s.max_removals_count));
    }
}

void judge_changes(const plan& p, const guard_settings& s, const guard_context& c, judgement& j)
{
    for (const auto& [type, n] : p.counts) {
        const auto now = n.updates + n.deactivates + n.removes;
        if (now == 0) continue;
        const auto population = value_or_zero(c.active_links, type) + value_or_zero(c.removed_last_day, type);
        const auto earlier = value_or_zero(c.changed_last_day, type);
        const auto changed = now + earlier;
        if (population < static_cast<std::uint64_t>(s.min_population)) continue;
        if (above(changed, s.max_changes, population))
            j.refuse(guard::max_changes, type,
                     fmt::format("{} of {} {}s would change ({}){}: the limit is {}", changed, population, type,
                                 percent(static_cast<double>(changed) / static_cast<double>(population)),
                                 in_the_last_day(earlier), percent(s.max_changes)));
    }
    std::vector<std::string> shrinking;
    for (const auto& change : p.changes) {
        if (change.what != state::operation::members) continue;
        if (change.remove.empty()) continue;
        const auto earlier = value_or_zero(c.members_removed_last_day, list_of_members(*change.type, change.key));
        const auto before = value_or_zero(c.members_before, list_of_members(*change.type, change.key)) + earlier;
        const auto removed = change.remove.size() + earlier;
        if (before < members_worth_judging) continue;
        if (above(removed, s.max_members_removed, before))
            shrinking.push_back(
                fmt::format("'{}' {} of {}{}", change.label, removed, before, in_the_last_day(earlier)));
    }
    if (shrinking.empty()) return;
    const auto all = shrinking.size();
    if (all > groups_named) shrinking.resize(groups_named);
    j.refuse(guard::max_members_removed, "group",
             fmt::format("{} groups would lose more than {} of their members: {}{}", all,
                         percent(s.max_members_removed), fmt::join(shrinking, ", "), all > groups_named ? ", …" : ""));
}

mapping::digest digest_of_lines(std::string_view title, const plan& p, bool with_updates)
{
    std::vector<std::string> lines;
    for (const auto& c : p.changes) {
        const auto head = fmt::format("{}\n{}\n{}", c.type->name, state::to_string(c.what), c.key.text());
        if (c.is_removal() || c.switches_off() || (with_updates && c.what == state::operation::update))
            lines.push_back(head);
        for (const auto& m : c.remove) lines.push_back(head + "\n-" + m.person.text());
    }
    std::sort(lines.begin(), lines.end());
    auto text = fmt::format("{}\n{}\n", title, p.sync.text());
    for (const auto& l : lines) text.append(l).push_back('\n');
    return mapping::strong_digest(text);
}

} // namespace

std::string_view to_string(guard g)
{
    switch (g) {
    case guard::empty_source: return "empty_source";
    case guard::shrunken_source: return "shrunken_source";
    case guard::sentinels: return "sentinels";
    case guard::max_removals: return "max_removals";
    case guard::max_removals_count: return "max_removals_count";
    case guard::max_changes: return "max_changes";
    case guard::max_members_removed: return "max_members_removed";
    case guard::last_owner: return "last_owner";
    }
    return "max_removals";
}

mapping::digest removals_digest(const plan& p)
{
    return digest_of_lines("removals/1", p, false);
}

mapping::digest changes_digest(const plan& p)
{
    return digest_of_lines("changes/1", p, true);
}

std::vector<violation> judge(const plan& p, const guard_settings& settings, const guard_context& context,
                             const std::vector<allowance>& allowed)
{
    judgement j(p, allowed);
    judge_source(p, settings, context, j);
    judge_removals(p, settings, context, j);
    judge_changes(p, settings, context, j);
    if (!context.privileged_role.empty() && context.privileged_left == 0)
        j.refuse(guard::last_owner, "user",
                 fmt::format("the plan takes the role '{}' from the last one who has it", context.privileged_role));
    return j.take();
}

config::shape<guard_settings> guard_shape()
{
    using namespace config;
    const auto described =
        section<guard_settings>()
            .optional("max_removals", &guard_settings::max_removals, percentage(),
                      "share of the active resources of a type that may be removed by one cycle, or within 24 hours; "
                      "deactivated, deleted and out of scope all count")
            .optional("max_removals_count", &guard_settings::max_removals_count, integer(0, 1'000'000),
                      "the same as a number; the smaller of both limits decides")
            .optional(
                "max_changes", &guard_settings::max_changes, percentage(),
                "share of the active resources of a type that may be updated or removed by one cycle, or within 24 "
                "hours; creates never count")
            .optional("min_population", &guard_settings::min_population, integer(0, 1'000'000),
                      "with fewer active resources than this, shares are not judged, and at most 2 removals pass")
            .optional("max_shrink", &guard_settings::max_shrink, percentage(),
                      "how much smaller than at its last good read the source's list of people may be")
            .optional("max_members_removed", &guard_settings::max_members_removed, percentage(),
                      "share of one group's members that may be removed by one cycle, or within 24 hours; judged from "
                      "10 members on")
            .optional(
                "sentinels", &guard_settings::sentinels, list_of(at(non_empty_text())),
                "people who must be seen in every read, by a filter over the source or by their id there: when one "
                "is missing, the read cannot be right and the plan is refused")
            .shape();
    return named(
        described, "guards",
        "limits that the whole plan must keep before the first write. A refusal prints the command that allows "
        "exactly what was refused",
        {R"({"max_removals": "10%", "max_removals_count": 50, "sentinels": ["userName eq \"a.admin\""]})"});
}

std::vector<sentinel> parse_sentinels(const guard_settings& settings, config::diagnostics& out)
{
    std::vector<sentinel> all;
    for (const auto& s : settings.sentinels) {
        sentinel one{s.value, nullptr};
        if (s.value.find(' ') != std::string::npos) {
            auto parsed = mapping::parse_filter(s.value);
            if (const auto* error = std::get_if<mapping::parse_error>(&parsed)) {
                out.add(s.at, error->position, error->message);
                continue;
            }
            one.by_filter = std::get<0>(parsed);
        }
        all.push_back(std::move(one));
    }
    return all;
}

std::string list_of_members(const mapping::resource_type& type, const mapping::source_key& key)
{
    return &type == &mapping::group_type ? key.text() : std::string(type.name) + "\n" + key.text();
}

} // namespace idferry::daemon::reconcile
