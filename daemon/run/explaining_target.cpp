// What the target has to do with one resource: what matches, what it holds now, and what others changed there.
#include "daemon/run/correlating.hpp"
#include "daemon/run/explaining_parts.hpp"
#include "daemon/run/operations.hpp"
#include "daemon/run/protection.hpp"
#include "daemon/run/sharing.hpp"

#include "mapping/normalise.hpp"

#include <algorithm>

namespace idferry::daemon::run {

using mapping::json;

void hide_sensitive_texts(const type_settings& type, const json& resource, mapping::mask& hides)
{
    for (const auto& r : type.rules->rules())
        if (r.sensitive)
            if (const auto v = mapping::value_at(resource, r.path)) hides.hide_texts(*v);
}

bool is_sensitive(const subject& s, const std::string& path)
{
    const auto& rules = s.type->rules->rules();
    return std::any_of(rules.begin(), rules.end(), [&](const auto& r) { return r.path == path && r.sensitive; });
}

namespace {

// What people call a resource of the target.
std::string name_of(const json& body)
{
    for (const char* path : {"userName", "displayName"})
        if (const auto v = mapping::value_at(body, path); v && v->is_string()) return v->get<std::string>();
    return {};
}

// The values that decide who a resource is at the target; without those that are sensitive.
json match_values(const subject& s)
{
    auto out = json::object();
    if (s.link && !s.trace) return s.hides.flat(mapping::object_of(s.link->match_values));
    if (!s.trace) return out;
    for (const auto& path : s.type->rules->match_attributes())
        for (const auto& r : s.trace->rules)
            if (r.path == path && r.what == mapping::explained_rule::result::value) out[path] = r.output;
    return out;
}

// A candidate with which the target can be asked although the plan does not want this resource there.
candidate probe_of(const subject& s)
{
    candidate p;
    p.key = s.key;
    p.in_scope = true;
    auto values = match_values(s);
    for (const auto& path : s.type->rules->match_attributes())
        if (is_sensitive(s, path)) values.erase(path);
    p.match_values = mapping::to_text(values);
    return p;
}

// What others changed at the target since we wrote it.
json differences(const cycle_context& c, const subject& s)
{
    auto out = json::array();
    reconcile::change as_written;
    as_written.type = s.type->type;
    auto link = *s.link;
    const auto ours = leave_to_others(c, *s.type, link);
    if (!ours || !*ours) return out;
    as_written.desired = link.desired;
    auto desired = resolve_links(c, as_written, s.type->rules->rules());
    if (!desired) return out;
    // A leaver is held to one thing only: staying switched off.
    if (s.link->step == state::leave_step::deactivated) {
        std::erase_if(desired->attributes, [](const auto& a) { return a.path != "active"; });
        for (auto& a : desired->attributes) a.value = false;
    }
    auto not_kept = c.state.not_kept_of(c.scope(*s.type->type), s.key);
    for (const auto& d :
         mapping::diff_with_resource(*desired, s.there->body, c.target.profile().of(s.type->type->name))) {
        if (not_kept &&
            std::any_of(not_kept->begin(), not_kept->end(), [&](const auto& row) { return row.path == d.path; }))
            continue;
        auto written = d.new_value.value_or(json()), there = d.old_value.value_or(json());
        if (d.sensitive) written = mapping::hidden(written), there = mapping::hidden(there);
        out.push_back({{"attribute", d.path}, {"written", s.hides.value(written)}, {"there", s.hides.value(there)}});
    }
    return out;
}

} // namespace

json match_json(const cycle_context& c, const subject& s)
{
    json j{{"linked", s.link.has_value()},
           {"asked", s.asked},
           {"attributes", json::array()},
           {"by", ""},
           {"candidates", json::array()}};
    const auto values = match_values(s);
    const auto& profile = c.target.profile().of(s.type->type->name);
    for (const auto& path : s.type->rules->match_attributes())
        j["attributes"].push_back({{"attribute", path}, {"value", values.value(path, json())}});
    for (const auto& remote : s.found) {
        json one{{"id", remote.id.text()}, {"label", s.hides.text(name_of(remote.body))}, {"by", json::array()}};
        for (const auto& path : s.type->rules->match_attributes()) {
            const auto theirs = mapping::value_at(remote.body, path);
            const auto ours = values.find(path);
            if (!theirs || ours == values.end() || is_sensitive(s, path) ||
                mapping::comparable_value(path, *theirs, profile) != mapping::comparable_value(path, *ours, profile))
                continue;
            one["by"].push_back(path);
            if (j["by"] == "") j["by"] = path;
        }
        auto holder = c.state.find_link_by_target(c.scope(*s.type->type), remote.id);
        one["linked_to"] =
            holder && *holder ? json{{"key", (*holder)->key.text()}, {"label", (*holder)->label}} : json();
        one["protected"] = protected_by(c.sync, remote.body).value_or("");
        j["candidates"].push_back(std::move(one));
    }
    return j;
}

json target_json(const cycle_context& c, const subject& s)
{
    json j{{"connection", c.sync.target_name},
           {"asked", s.asked},
           {"found", nullptr},
           {"id", ""},
           {"resource", nullptr},
           {"protected", ""},
           {"differs", json::array()},
           {"problem", s.target_problem}};
    if (s.link) j["id"] = s.link->target.text();
    if (s.asked && s.target_problem.empty()) j["found"] = s.there.has_value() || !s.found.empty();
    const connectors::remote_resource* one = s.there ? &*s.there : s.found.size() == 1 ? &s.found.front() : nullptr;
    if (!one) return j;
    j["id"] = one->id.text();
    j["resource"] = s.hides.resource(one->body);
    j["protected"] = protected_by(c.sync, one->body).value_or("");
    if (s.there) j["differs"] = differences(c, s);
    return j;
}

boost::asio::awaitable<std::string> know_target(cycle_context c, planned& p)
{
    if (p.target_known) co_return std::string();
    auto known = co_await c.target.discover();
    if (!known) co_return known.error().detail;
    p.target_known = true;
    co_return std::string();
}

boost::asio::awaitable<void> ask_target(cycle_context c, planned& p, subject& s)
{
    if (!s.link && !s.trace) co_return; // nobody to ask for
    s.target_problem = co_await know_target(c, p);
    if (!s.target_problem.empty()) co_return;
    s.asked = true;
    if (s.link) {
        auto there = co_await c.target.read(*s.type->type, s.link->target);
        if (there) {
            hide_sensitive_texts(*s.type, there->body, s.hides);
            s.there = std::move(*there);
        } else if (there.error().next == connectors::disposition::not_found)
            s.gone = true;
        else
            s.target_problem = there.error().detail;
        co_return;
    }
    // The plan has asked for whom it wants there already.
    if (auto* r = p.made ? p.made->read.get() : nullptr) {
        const auto same = [&](const candidate& one) { return one.key == s.key && one.correlated; };
        if (const auto hit = std::find_if(r->people.begin(), r->people.end(), same);
            mapping::is_person(*s.type->type) && hit != r->people.end()) {
            s.found = hit->found;
            co_return;
        }
        if (const auto hit = r->held_found.find({std::string(s.type->type->name), s.key.text()});
            hit != r->held_found.end()) {
            s.found = hit->second;
            co_return;
        }
    }
    auto probe = probe_of(s);
    if (probe.match_values == "{}") {
        s.asked = false;
        co_return;
    }
    std::vector<candidate*> one{&probe};
    auto found = co_await correlate(c, *s.type->type, std::move(one));
    if (!found)
        s.target_problem = found.error().message;
    else
        s.found = std::move(probe.found);
}

} // namespace idferry::daemon::run
