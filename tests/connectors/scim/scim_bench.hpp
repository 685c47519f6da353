// A SCIM target from a configuration text, in front of the provider in memory.
#pragma once

#include "connectors/registry.hpp"
#include "connectors/target.hpp"
#include "mapping/desired_resource.hpp"
#include "mapping/json.hpp"
#include "tests/connectors/scim/fake_provider.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/fake_transport.hpp"
#include "tests/support/run.hpp"

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace idferry::test {

class scim_bench
{
public:
    // `keys` are lines of the connection beside type, base_url, auth and rate: "profile: showpad".
    explicit scim_bench(const std::string& keys = "profile: showpad");

    using attributes = std::vector<std::pair<std::string, mapping::json>>;
    // Values go through the target's canonical form, as the mapper sends them.
    mapping::desired_resource desired(const mapping::resource_type& type, const attributes& all) const;

    connectors::result<connectors::remote_resource> create_user(const attributes& all);
    connectors::result<connectors::remote_resource> create_group(const std::string& name);
    // A fresh read, then the update.
    connectors::result<connectors::remote_resource> update_user(const std::string& id, const attributes& all);
    connectors::result<connectors::remote_resource> change_members(const std::string& group,
                                                                   const std::vector<std::string>& add,
                                                                   const std::vector<std::string>& remove);
    connectors::result<std::vector<connectors::remote_resource>> find_user(const std::string& attribute,
                                                                           const std::string& value);
    // How often the log has a line that begins with this.
    std::size_t asked(std::string_view start) const;

    fake_clock time;
    fake_provider provider;
    fake_transport wire;
    std::shared_ptr<const connectors::connection> connection;
    std::unique_ptr<connectors::target> target;
};

// A person with what Showpad requires; `more` adds or replaces.
scim_bench::attributes person(const std::string& user_name, const scim_bench::attributes& more = {});

} // namespace idferry::test
