// What writes configuration objects to a realm of the sandbox, over TLS.
#pragma once

#include "connectors/beyond_identity/object_writer.hpp"
#include "tests/connectors/beyond_identity/beyond_box.hpp"
#include "tests/support/run.hpp"

#include <map>
#include <string>
#include <vector>

namespace idferry::tests {

using mapping::json;

class object_bench
{
public:
    object_bench(const char* realm, const std::string& keys, std::vector<std::string> knobs, std::uint32_t users)
        : box(realm, keys, std::move(knobs), users), target(box.connection().make_target(box.environment()))
    {
    }

    static connectors::write_request request_for(const mapping::resource_type& type,
                                                 const std::map<std::string, json>& all)
    {
        connectors::write_request r(type);
        for (const auto& [path, value] : all) {
            mapping::desired_attribute a;
            a.path = path;
            a.value = value;
            r.desired.attributes.push_back(std::move(a));
        }
        return r;
    }
    connectors::result<connectors::remote_resource> create(const mapping::resource_type& type,
                                                           const std::map<std::string, json>& all)
    {
        return test::run(target->create(request_for(type, all)));
    }
    // What is there now, with these settings over it.
    connectors::result<connectors::remote_resource> update(const mapping::resource_type& type, const std::string& id,
                                                           const std::map<std::string, json>& all)
    {
        auto current = test::run(target->read(type, mapping::target_id(id)));
        EXPECT_TRUE(current) << current.error().detail;
        if (!current) return current;
        auto r = request_for(type, all);
        r.id = mapping::target_id(id);
        r.current = std::move(*current);
        return test::run(target->update(std::move(r)));
    }
    connectors::result<void> remove(const mapping::resource_type& type, const std::string& id)
    {
        return test::run(target->remove(type, mapping::target_id(id)));
    }
    connectors::result<connectors::remote_resource> read(const mapping::resource_type& type, const std::string& id)
    {
        return test::run(target->read(type, mapping::target_id(id)));
    }
    connectors::result<connectors::remote_resource> members(const mapping::resource_type& type, const std::string& id,
                                                            const std::vector<std::string>& add,
                                                            const std::vector<std::string>& remove)
    {
        connectors::members_request r;
        r.type = &type;
        r.group = mapping::target_id(id);
        for (const auto& one : add) r.add.emplace_back(one);
        for (const auto& one : remove) r.remove.emplace_back(one);
        auto current = read(type, id);
        EXPECT_TRUE(current) << current.error().detail;
        if (current) r.current = std::move(*current);
        return test::run(target->set_members(std::move(r)));
    }
    std::vector<std::string> listed(const mapping::resource_type& type)
    {
        std::vector<std::string> ids;
        auto end = test::run(target->list(type, [&](connectors::remote_resource r) { ids.push_back(r.id.text()); }));
        EXPECT_TRUE(end && end->complete) << (end ? end->why : end.error().detail);
        if (end) EXPECT_EQ(end->size, ids.size());
        return ids;
    }
    // The object as the sandbox keeps it.
    sandbox_json kept(const std::string& kind, const std::string& id)
    {
        const auto now = box.state();
        for (const auto& one : now[kind])
            if (text(one, "id") == id) return one;
        return nullptr;
    }

    beyond_box box;
    std::unique_ptr<connectors::target> target;
};

} // namespace idferry::tests
