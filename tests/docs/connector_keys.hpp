// The keys of a connection as the loader describes them, and which of them have a place in the documents. Header only.
#pragma once

#include "connectors/registry.hpp"
#include "daemon/run/settings.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::test {

using config::description;

// Keys that decide nothing about how a service is taken to behave: where it is, what is wanted of it, how much at once;
// and the five calls of Bare.ID that are known. A new key belongs here or, when it is the switch of an assumption, into
// a table of its page.
inline const std::map<std::string_view, std::set<std::string>> no_assumptions{
    {"bare_id",
     {"type",
      "instance",
      "auth",
      "rate",
      "timeouts",
      "tls",
      "proxy",
      "retry",
      "limits",
      "source.groups",
      "source.max_depth",
      "source.max_groups",
      "ops.user_get",
      "ops.user_groups",
      "ops.group_roots",
      "ops.group_get",
      "ops.group_users",
      "ops.group_read",
      "target.roles",
      "target.attributes",
      "target.create_roles",
      "target.parent_group",
      "paging.max_pages",
      "events.max_pages",
      "events.max_people"}},
    {"beyond_identity",
     {"type", "region", "api_url", "auth_url", "tenant", "realm", "auth", "rate", "timeouts", "tls", "proxy", "retry",
      "limits", "max_pages", "write.members_per_request", "write.second_values", "write.admin_realm"}},
    {"scim",
     {"type", "profile", "own_account", "auth", "timeouts", "tls", "proxy", "retry", "limits", "paging.max_pages"}}};

// Words by which a key's own text says that nobody could verify what it switches.
inline constexpr std::string_view marks[] = {"guess",       "assum",        "not documented",
                                             "no document", "nobody could", "unverified"};

inline const description& described(std::string_view type)
{
    static std::map<std::string_view, std::shared_ptr<const description>> all;
    auto& one = all[type];
    for (const auto& row : connectors::connector_types())
        if (row.name == type && !one) one = row.describe();
    return *one;
}

inline const description& described_sync()
{
    static const auto whole = daemon::run::describe_settings();
    for (const auto& key : whole->keys)
        if (key.name == "syncs") return *key.value->element;
    return *whole;
}

inline const description::key* key_at(const description& d, std::string_view path)
{
    const auto dot = path.find('.');
    for (const auto& key : d.keys) {
        if (key.name != path.substr(0, dot)) continue;
        if (dot == std::string_view::npos) return &key;
        if (key.value)
            if (const auto* found = key_at(*key.value, path.substr(dot + 1))) return found;
    }
    for (const auto& a : d.alternatives)
        if (a)
            if (const auto* found = key_at(*a, path)) return found;
    return nullptr;
}

// Which keys of a type have no place, given those that stand in a table.
class key_walk
{
public:
    key_walk(std::string_view type, std::set<std::string> in_tables)
        : left_out_(no_assumptions.at(type)), tables_(std::move(in_tables))
    {
        walk(described(type), "");
        for (const auto& path : left_out_)
            if (!met_.contains(path)) complaints.push_back(path + " is no key any more");
    }

    std::vector<std::string> complaints;
    std::size_t assumptions{0}; // keys whose own text says that they switch one

private:
    static bool has_keys(const description::key& k) { return k.value && k.standard.empty() && !k.value->keys.empty(); }
    static bool is_marked(const description::key& k)
    {
        if (k.standard.starts_with("{\"enabled\": false")) return true; // a call that is off
        return std::ranges::any_of(marks, [&](auto word) { return k.doc.find(word) != std::string::npos; });
    }
    bool in_tables(const std::string& path) const
    {
        return std::ranges::any_of(tables_,
                                   [&](const std::string& one) { return path == one || path.starts_with(one + "."); });
    }
    void walk(const description& d, const std::string& above)
    {
        for (const auto& k : d.keys) place(above + k.name, k);
    }
    void place(const std::string& path, const description::key& k)
    {
        const bool told = in_tables(path), left_out = left_out_.contains(path);
        if (left_out) met_.insert(path);
        const bool assumption = is_marked(k) && !has_keys(k);
        if (assumption) ++assumptions;
        if (assumption && !told)
            complaints.push_back(path + " switches an assumption (" + k.doc + "): it needs a row");
        else if (!told && !left_out && has_keys(k))
            walk(*k.value, path + ".");
        else if (!told && !left_out)
            complaints.push_back(path + " (" + k.doc +
                                 ") has no place: a row of what is assumed, or among the keys that assume nothing");
    }

    std::set<std::string> left_out_, tables_, met_;
};

} // namespace idferry::test
