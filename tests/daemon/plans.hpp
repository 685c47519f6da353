// Builders of changes and plans for the tests of the pure core.
#pragma once

#include "daemon/reconcile/plan.hpp"
#include "mapping/json.hpp"

#include <string>
#include <utility>
#include <vector>

namespace idferry::tests {

namespace rc = idferry::daemon::reconcile;
using mapping::json;
using op = idferry::state::operation;

inline rc::change change_of(op what, const std::string& key, const mapping::resource_type& type = mapping::user_type)
{
    rc::change c;
    c.type = &type;
    c.what = what;
    c.key = mapping::source_key(key);
    c.label = key + "@acme.example";
    if (what != op::create) c.target = mapping::target_id("t-" + key);
    return c;
}

inline mapping::attribute_delta delta(const std::string& path, json before, json after)
{
    mapping::attribute_delta d;
    d.path = path;
    if (!before.is_null()) d.old_value = std::move(before);
    d.new_value = std::move(after);
    return d;
}

inline rc::change update_of(const std::string& key, std::vector<mapping::attribute_delta> deltas)
{
    auto c = change_of(op::update, key);
    c.deltas = std::move(deltas);
    return c;
}

inline rc::change members_of(const std::string& group, const std::vector<std::string>& add,
                             const std::vector<std::string>& remove)
{
    auto c = change_of(op::members, group, mapping::group_type);
    c.label = group;
    for (const auto& a : add) c.add.push_back({mapping::source_key(a), a});
    for (const auto& r : remove) c.remove.push_back({mapping::source_key(r), r});
    return c;
}

inline mapping::attribute_rule rule(const std::string& path, const std::string& text, bool sensitive = false)
{
    mapping::attribute_rule r;
    r.path = path;
    r.rule = text;
    r.sensitive = sensitive;
    return r;
}

inline rc::plan plan_of(std::vector<rc::change> changes, const rc::push_budget& budget = {},
                        const std::string& key = "k")
{
    rc::plan p;
    p.sync = mapping::sync_name("staff");
    p.source = "bare (https://source.example)";
    p.target = "showpad (https://target.example)";
    p.rules["user"] = {rule("userName", "from email, lower"), rule("title", "from title"),
                       rule("phoneNumbers", "from phone", true)};
    p.rules["group"] = {rule("displayName", "from displayName")};
    p.counts["user"];
    p.counts["group"];
    p.changes = std::move(changes);
    rc::finish(p, budget, key);
    return p;
}

// `n` changes of one kind, with different keys.
inline std::vector<rc::change> many(op what, std::size_t n, const mapping::resource_type& type = mapping::user_type)
{
    std::vector<rc::change> out;
    for (std::size_t i = 0; i < n; ++i)
        out.push_back(change_of(what, std::string(state::to_string(what)) + std::to_string(i), type));
    return out;
}

} // namespace idferry::tests
