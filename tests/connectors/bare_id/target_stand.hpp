// What the tests of the Bare.ID target begin with: a bench, and writes as the engine sends them.
#pragma once

#include "mapping/normalise.hpp"
#include "tests/connectors/bare_id/target_bench.hpp"
#include "tests/support/run.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace idferry::test::bare_id {

// Paths and values of a desired person.
using attributes = std::vector<std::pair<std::string, mapping::json>>;

// The target, and the engine's way of calling it.
class stand
{
public:
    stand(const std::string& profile, const std::string& keys = "", std::vector<std::string> knobs = {})
        : bench(profile, keys, std::move(knobs))
    {
    }

    mapping::desired_resource shaped(const attributes& all, const mapping::resource_type& type = mapping::user_type)
    {
        mapping::desired_resource out;
        for (const auto& [path, value] : all) {
            mapping::desired_attribute a;
            a.path = path;
            a.value = mapping::canonical_value(path, value, bench.subject().profile().of(type.name));
            a.rule = "test";
            out.attributes.push_back(std::move(a));
        }
        std::ranges::sort(out.attributes, {}, &mapping::desired_attribute::path);
        return out;
    }
    connectors::result<connectors::remote_resource> create(const attributes& all)
    {
        connectors::write_request r(mapping::user_type);
        r.desired = shaped(all);
        return run(bench.subject().create(std::move(r)));
    }
    // As the engine does: reads, then updates. `mark` is added to the rule of every difference.
    connectors::result<connectors::remote_resource> update(const std::string& id, const attributes& all,
                                                           const std::string& mark = "")
    {
        auto current = run(bench.subject().read(mapping::user_type, mapping::target_id(id)));
        if (!current) return current;
        connectors::write_request r(mapping::user_type);
        r.id = mapping::target_id(id);
        r.desired = shaped(all);
        r.changed = mapping::diff_with_resource(r.desired, current->body, bench.subject().profile().of("user"));
        for (auto& d : r.changed) d.rule += mark;
        r.current = std::move(*current);
        return run(bench.subject().update(std::move(r)));
    }
    connectors::result<connectors::remote_resource>
    members(const std::string& group, const std::vector<std::string>& add, const std::vector<std::string>& remove = {})
    {
        connectors::members_request r;
        r.group = mapping::target_id(group);
        for (const auto& id : add) r.add.emplace_back(id);
        for (const auto& id : remove) r.remove.emplace_back(id);
        return run(bench.subject().set_members(std::move(r)));
    }
    connectors::result<connectors::remote_resource> read(const std::string& id)
    {
        return run(bench.subject().read(mapping::user_type, mapping::target_id(id)));
    }

    sandbox_target_bench bench;
};

inline attributes grete(const attributes& more = {})
{
    attributes all{{"userName", "grete"},
                   {"name.givenName", "Grete"},
                   {"name.familyName", "Müller"},
                   {"emails", mapping::json::array({{{"value", "grete@acme.example"}}})},
                   {"active", true}};
    for (const auto& one : more) all.push_back(one);
    return all;
}

inline std::string without(const std::string& operation)
{
    auto text = all_writes_on();
    const auto key = operation + ": {enabled: true}";
    return text.replace(text.find(key), key.size(), operation + ": {enabled: false}");
}

inline std::string with(const std::string& operation, const std::string& how)
{
    auto text = all_writes_on();
    const auto key = operation + ": {enabled: true}";
    return text.replace(text.find(key), key.size(), operation + ": " + how);
}

} // namespace idferry::test::bare_id
