#include "daemon/run/sharing_settings.hpp"

#include "config/shape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace idferry::daemon::run {

namespace {

using config::diagnostics;
using config::node;

// One entry of `yields_to:` as it is written.
struct said
{
    std::string to;
    node at;
    std::vector<config::located<std::string>> attributes;
};

struct written
{
    sync_settings* sync;
    node at; // `yields_to`, or the sync
    std::vector<said> yields;
};

std::string target_of(const sync_settings& s)
{
    auto address = s.target->address();
    while (address.ends_with('/')) address.pop_back();
    return fmt::format("{} {}", s.target->type(), address);
}

config::shape<std::vector<config::located<std::string>>> attribute_list()
{
    return config::list_of(config::at(config::non_empty_text()));
}

std::vector<said> parse_yields(const node& at, diagnostics& out)
{
    std::vector<said> all;
    if (at.is_map()) {
        for (const auto& e : at.entries()) {
            said one{e.key.scalar(), e.key, {}};
            if (e.value.is_scalar() && e.value.scalar() == "all") {
                all.push_back(std::move(one));
                continue;
            }
            auto attributes = attribute_list().parse(e.value, out);
            if (!attributes) continue;
            if (attributes->empty()) {
                out.add(e.value, "name the attributes that are left to that sync, or write `all`");
                continue;
            }
            one.attributes = std::move(*attributes);
            all.push_back(std::move(one));
        }
    } else if (const auto names = config::one_or_list_of(config::at(config::non_empty_text())).parse(at, out)) {
        for (const auto& n : *names) all.push_back({n.value, n.at, {}});
    }
    std::set<std::string> seen;
    for (const auto& one : all)
        if (!seen.insert(one.to).second) out.add(one.at, fmt::format("'{}' is named twice", one.to));
    return all;
}

std::vector<std::string> attributes_of(const type_settings& t)
{
    std::vector<std::string> all;
    for (const auto& rule : t.rules->rules()) all.push_back(rule.path);
    return all;
}

std::vector<std::string> mapped(const sync_settings& s)
{
    std::vector<std::string> all;
    for (const auto& t : s.types)
        for (auto& path : attributes_of(t)) all.push_back(std::move(path));
    return all;
}

bool maps(const std::vector<std::string>& attributes, const std::string& path)
{
    return std::any_of(attributes.begin(), attributes.end(),
                       [&](const auto& a) { return reconcile::overlap(a, path); });
}

// Whether two syncs write the same type of the same target.
bool meet(const sync_settings& a, const sync_settings& b)
{
    return target_of(a) == target_of(b) &&
           std::any_of(a.types.begin(), a.types.end(), [&](const auto& t) { return b.find(*t.type) != nullptr; });
}

// Refuses what cannot be meant; what is left may be used.
void check(written& w, const std::vector<written>& all, const std::vector<std::string>& names, diagnostics& out)
{
    std::erase_if(w.yields, [&](const said& one) {
        if (one.to == w.sync->name.text()) {
            out.add(one.at, "a sync cannot yield to itself");
            return true;
        }
        const auto other =
            std::find_if(all.begin(), all.end(), [&](const written& o) { return o.sync->name.text() == one.to; });
        if (other == all.end()) {
            // It may be there, but too wrong to judge anything by.
            if (std::find(names.begin(), names.end(), one.to) != names.end()) return true;
            const auto near = config::nearest(one.to, names);
            out.add(one.at, near ? fmt::format("there is no sync '{}'; did you mean '{}'?", one.to, *near)
                                 : fmt::format("there is no sync '{}'", one.to));
            return true;
        }
        if (target_of(*w.sync) != target_of(*other->sync)) {
            out.add(one.at, fmt::format("sync '{}' writes to another target, '{}': there is nothing to yield", one.to,
                                        other->sync->target_name));
            return true;
        }
        if (!meet(*w.sync, *other->sync)) {
            out.add(one.at, fmt::format("sync '{}' writes other resource types of this target: there is nothing to "
                                        "yield",
                                        one.to));
            return true;
        }
        const auto ours = mapped(*w.sync), theirs = mapped(*other->sync);
        for (const auto& a : one.attributes)
            for (const bool here : {true, false}) {
                if (maps(here ? ours : theirs, a.value)) continue;
                const auto near = config::nearest(a.value, here ? ours : theirs);
                out.add(a.at, fmt::format("{} does not map '{}', so there is nothing to yield{}",
                                          here ? "this sync" : fmt::format("sync '{}'", one.to), a.value,
                                          near ? fmt::format("; did you mean '{}'?", *near) : ""));
                break;
            }
        return false;
    });
}

reconcile::writer writer_of(const written& w, const mapping::resource_type& type)
{
    reconcile::writer out;
    out.name = w.sync->name.text();
    out.attributes = attributes_of(*w.sync->find(type));
    for (const auto& one : w.yields) {
        reconcile::yielding y{one.to, {}};
        for (const auto& a : one.attributes) y.attributes.push_back(a.value);
        out.yields.push_back(std::move(y));
    }
    return out;
}

// Circles, and attributes that both write although one of them names the other: reported once each.
void judge(const reconcile::precedence& order, const std::vector<const written*>& who, diagnostics& out)
{
    std::set<std::set<std::string>> told;
    for (std::size_t i = 0; i < order.size(); ++i) {
        auto attributes = order.at(i).attributes;
        attributes.push_back("active");
        for (const auto& path : attributes) {
            const auto names = order.circle(i, path);
            if (names.empty() || !told.insert({names.begin(), names.end()}).second) continue;
            out.add(who[i]->at, fmt::format("precedence goes round in a circle for '{}': {}", path,
                                            fmt::join(names, " yields to ")));
        }
        for (std::size_t j = i + 1; j < order.size(); ++j)
            if (const auto open = order.undecided(i, j); !open.empty() && told.empty())
                out.add(who[i]->at, fmt::format("'{}' and '{}' both map {}, and neither yields: name what is yielded "
                                                "in one of them",
                                                order.at(i).name, order.at(j).name, fmt::join(open, ", ")));
    }
}

std::string epoch_of(const sharing_settings& s)
{
    std::string text;
    for (const auto& [type, others] : s.others)
        for (const auto& other : others) {
            if (other.before_us.empty() && !other.decides_active) continue; // it follows us
            text += fmt::format("{} beside {}{}", type, other.name, other.decides_active ? " active" : "");
            for (const auto& [ours, theirs] : other.before_us)
                text += fmt::format(" {}<{}", ours, fmt::join(theirs, "|"));
            text += "\n";
        }
    return text;
}

} // namespace

const std::vector<reconcile::co_writer>& sharing_settings::of(const mapping::resource_type& type) const
{
    static const std::vector<reconcile::co_writer> nobody;
    const auto found = others.find(type.name);
    return found == others.end() ? nobody : found->second;
}

std::shared_ptr<const config::description> describe_yields()
{
    using namespace config::detail;
    const auto names = config::one_or_list_of(config::non_empty_text()).doc;
    const auto some =
        describe_map(describe_one_of({describe_choice({"all"}), describe_list(config::non_empty_text().doc)}));
    auto d = std::make_shared<config::description>(*describe_one_of({names, some}));
    d->name = "yields_to";
    d->doc = "other syncs that write to the same target and come first there: what they have a value for is left to "
             "them. A list of names: for whatever both map. A map from names to attributes: for these alone, and the "
             "rest that both map stays with this sync";
    d->examples = {R"(["hr-to-app"])", R"({"hr-to-app": ["title", "department"]})"};
    return d;
}

void share_targets(const node& sections, settings& all, diagnostics& out)
{
    std::vector<std::string> names;
    std::vector<written> syncs;
    for (const auto& e : sections.entries()) {
        names.push_back(e.key.scalar());
        const auto yields = e.value.find("yields_to");
        const auto parsed = yields ? parse_yields(*yields, out) : std::vector<said>{};
        for (auto& s : all.syncs)
            if (s.name.text() == e.key.scalar() && s.target) syncs.push_back({&s, yields.value_or(e.value), parsed});
    }
    for (auto& w : syncs) check(w, syncs, names, out);

    std::map<std::pair<std::string, const mapping::resource_type*>, std::vector<const written*>> meeting;
    for (const auto& w : syncs)
        for (const auto& t : w.sync->types) meeting[{target_of(*w.sync), t.type}].push_back(&w);
    std::map<sync_settings*, sharing_settings> shared;
    for (const auto& [where, who] : meeting) {
        if (who.size() < 2) continue;
        std::vector<reconcile::writer> writers;
        for (const auto* w : who) writers.push_back(writer_of(*w, *where.second));
        const reconcile::precedence order(std::move(writers));
        judge(order, who, out);
        for (std::size_t i = 0; i < who.size(); ++i) {
            auto& mine = shared[who[i]->sync];
            mine.target = where.first;
            auto& others = mine.others[std::string(where.second->name)];
            for (std::size_t j = 0; j < who.size(); ++j)
                if (j != i) {
                    others.push_back(reconcile::seen_by(order, i, j));
                    const auto& steps = who[j]->sync->find(*where.second)->steps;
                    others.back().binds_credentials = steps && steps->credential;
                }
        }
    }
    for (auto& [sync, settings] : shared) {
        if (const auto text = epoch_of(settings); !text.empty())
            sync->epoch = mapping::combine(sync->epoch, mapping::fast_digest(text));
        sync->shared = std::make_shared<const sharing_settings>(std::move(settings));
    }
}

} // namespace idferry::daemon::run
