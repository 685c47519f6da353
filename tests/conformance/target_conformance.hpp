// The contract of connectors/target.hpp as a suite that every target passes, against any service provider that a bench
// can set up and look into: one INSTANTIATE_TEST_SUITE_P each.
#pragma once

#include "connectors/target.hpp"
#include "mapping/desired_resource.hpp"
#include "mapping/json.hpp"
#include "tests/support/run.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace idferry::tests {

// A target in front of a fresh service provider, with a way round the target to set up and inspect.
class target_bench
{
public:
    virtual ~target_bench() = default;
    virtual connectors::target& subject() = 0;

    // Done behind the target's back; returns the id. The user has what the profile requires.
    virtual std::string add_user(const std::string& user_name) = 0;
    virtual std::string add_group(const std::string& name, const std::vector<std::string>& members) = 0;
    // What the provider holds now.
    virtual std::vector<std::string> user_names() = 0;
    virtual std::vector<std::string> members_of(const std::string& group) = 0;
    // A user name with every awkward character that the provider takes.
    virtual std::string awkward_name() const { return R"(o'brien+x"y\z@example.com)"; }
    // A text of users that the provider keeps, and that can be cleared.
    virtual std::string plain_attribute() const { return "title"; }
    // Id of a group that nobody may change, or "".
    virtual std::string reserved_group() = 0;
    // The next write is carried out, and its answer is lost. False when the bench cannot do that.
    virtual bool lose_next_answer() = 0;
    // Requests that change something, so far.
    virtual std::size_t writes() = 0;
};

struct target_under_test
{
    std::string name;
    std::function<std::unique_ptr<target_bench>()> make;

    friend std::ostream& operator<<(std::ostream& out, const target_under_test& t) { return out << t.name; }
};

class target_conformance : public testing::TestWithParam<target_under_test>
{
protected:
    void SetUp() override;

    using attributes = std::vector<std::pair<std::string, mapping::json>>;
    // Everything that a user needs, in the target's canonical form; `more` adds or replaces.
    mapping::desired_resource user(const std::string& user_name, const attributes& more = {}) const;
    mapping::desired_resource shaped(const mapping::resource_type& type, attributes all) const;
    connectors::result<connectors::remote_resource> create(const mapping::resource_type& type,
                                                           mapping::desired_resource desired);
    // Reads, then updates.
    connectors::result<connectors::remote_resource>
    update(const mapping::resource_type& type, const mapping::target_id& id, mapping::desired_resource desired);
    connectors::result<connectors::remote_resource>
    members(const std::string& group, const std::vector<std::string>& add, const std::vector<std::string>& remove);
    connectors::target& subject() { return bench->subject(); }

    std::unique_ptr<target_bench> bench;
};

// The name of a parameter, for INSTANTIATE_TEST_SUITE_P.
std::string target_name(const testing::TestParamInfo<target_under_test>& info);

} // namespace idferry::tests
