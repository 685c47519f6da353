#include "daemon/reconcile/precedence.hpp"

#include "mapping/core_schema.hpp"
#include "mapping/json.hpp"

#include <algorithm>

namespace idferry::daemon::reconcile {

namespace {

bool is_part_of(std::string_view part, std::string_view whole)
{
    return part.size() > whole.size() + 1 && part[whole.size()] == '.' &&
           mapping::same_name(part.substr(0, whole.size()), whole);
}

bool covers(const yielding& y, std::string_view attribute)
{
    return y.attributes.empty() ||
           std::any_of(y.attributes.begin(), y.attributes.end(), [&](const auto& a) { return overlap(a, attribute); });
}

bool is_false(const mapping::json& desired, const char* path)
{
    const auto found = desired.find(path);
    return found != desired.end() && found->is_boolean() && !found->get<bool>();
}

} // namespace

bool overlap(std::string_view a, std::string_view b)
{
    return mapping::same_name(a, b) || is_part_of(a, b) || is_part_of(b, a);
}

const yielding* precedence::said(std::size_t by, std::size_t of) const
{
    for (const auto& y : all_[by].yields)
        if (y.to == all_[of].name) return &y;
    return nullptr;
}

bool precedence::directly_before(std::size_t first, std::size_t second, std::string_view attribute) const
{
    const auto* yielded = said(second, first);
    if (yielded && covers(*yielded, attribute)) return true;
    // What it does not yield to the one it names, it keeps; unless that one also names it.
    const auto* kept = said(first, second);
    return kept && !yielded && !covers(*kept, attribute);
}

std::vector<std::size_t> precedence::way_up(std::size_t from, std::size_t to, std::string_view attribute) const
{
    std::vector<std::size_t> came_from(all_.size(), all_.size()), todo{from};
    for (std::size_t i = 0; i < todo.size(); ++i)
        for (std::size_t up = 0; up < all_.size(); ++up) {
            if (came_from[up] != all_.size() || !directly_before(up, todo[i], attribute)) continue;
            came_from[up] = todo[i];
            if (up != to) {
                todo.push_back(up);
                continue;
            }
            std::vector<std::size_t> way{to};
            for (auto at = came_from[to]; at != from; at = came_from[at]) way.push_back(at);
            way.push_back(from);
            std::reverse(way.begin(), way.end());
            return way;
        }
    return {};
}

bool precedence::comes_before(std::size_t first, std::size_t second, std::string_view attribute) const
{
    return first != second && !way_up(second, first, attribute).empty();
}

bool precedence::chained(std::size_t from, std::size_t to) const
{
    std::set<std::size_t> seen;
    std::vector<std::size_t> todo{from};
    for (std::size_t i = 0; i < todo.size(); ++i)
        for (std::size_t up = 0; up < all_.size(); ++up) {
            if (!said(todo[i], up) || !seen.insert(up).second) continue;
            if (up == to) return true;
            todo.push_back(up);
        }
    return false;
}

bool precedence::related(std::size_t a, std::size_t b) const
{
    if (a == b) return false;
    if (said(a, b) || said(b, a)) return true;
    if (!chained(a, b) && !chained(b, a)) return false;
    return std::all_of(all_[a].attributes.begin(), all_[a].attributes.end(), [&](const auto& path) {
        const bool both = std::any_of(all_[b].attributes.begin(), all_[b].attributes.end(),
                                      [&](const auto& other) { return overlap(path, other); });
        return !both || comes_before(a, b, path) || comes_before(b, a, path);
    });
}

std::vector<std::string> precedence::circle(std::size_t of, std::string_view attribute) const
{
    std::vector<std::string> names;
    for (const auto i : way_up(of, of, attribute)) names.push_back(all_[i].name);
    return names;
}

std::vector<std::string> precedence::undecided(std::size_t a, std::size_t b) const
{
    std::vector<std::string> out;
    if (!said(a, b) && !said(b, a)) return out;
    for (const auto& path : all_[a].attributes)
        if (std::any_of(all_[b].attributes.begin(), all_[b].attributes.end(),
                        [&](const auto& other) { return overlap(path, other); }) &&
            !comes_before(a, b, path) && !comes_before(b, a, path))
            out.push_back(path);
    return out;
}

co_writer seen_by(const precedence& all, std::size_t us, std::size_t other)
{
    co_writer out;
    out.name = all.at(other).name;
    out.related = all.related(us, other);
    if (!out.related) return out;
    out.decides_active = all.comes_before(other, us, "active");
    for (const auto& ours : all.at(us).attributes) {
        std::vector<std::string> theirs;
        for (const auto& path : all.at(other).attributes)
            if (overlap(ours, path)) theirs.push_back(path);
        if (theirs.empty()) continue;
        if (all.comes_before(other, us, ours))
            out.before_us.emplace_back(ours, std::move(theirs));
        else
            out.after_us.push_back(ours);
    }
    return out;
}

bool holds(const state::link& link)
{
    return link.step == state::leave_step::none;
}

bool holds_active(const state::link& link)
{
    return holds(link) && !is_false(mapping::object_of(link.desired), "active");
}

std::map<std::string, std::string> left_to_others(const std::vector<co_link>& others, const mapping::json& desired)
{
    std::map<std::string, std::string> out;
    for (const auto& other : others) {
        if (!other.writer->related || !holds(other.link)) continue;
        const auto theirs = mapping::object_of(other.link.desired);
        for (const auto& [ours, paths] : other.writer->before_us)
            if (std::any_of(paths.begin(), paths.end(), [&](const auto& p) { return theirs.contains(p); }))
                out.emplace(ours, other.writer->name);
    }
    // Nobody is switched off whom a sync that comes first has, even if it says nothing of `active` itself.
    if (is_false(desired, "active") && !out.contains("active"))
        for (const auto& other : others)
            if (other.writer->decides_active && holds_active(other.link)) out.emplace("active", other.writer->name);
    return out;
}

std::set<std::string> claims(const state::link& link, const std::vector<std::string>& ours)
{
    std::set<std::string> out;
    if (!holds(link)) return out;
    out.insert("");
    const auto desired = mapping::object_of(link.desired);
    if (!is_false(desired, "active")) out.insert("is active");
    for (const auto& path : ours)
        if (desired.contains(path)) out.insert(path);
    return out;
}

} // namespace idferry::daemon::reconcile
