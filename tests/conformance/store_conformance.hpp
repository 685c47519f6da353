// The contract of state/store.hpp as a suite that every implementation passes: one INSTANTIATE_TEST_SUITE_P each.
#pragma once

#include "state/store.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

namespace idferry::tests {

// Makes a new, empty store; `reopen` (when there is one) closes it and opens what it left behind.
struct store_under_test
{
    std::string name;
    std::function<std::unique_ptr<state::store>(const std::string& folder)> make;
    bool durable{false};

    friend std::ostream& operator<<(std::ostream& out, const store_under_test& s) { return out << s.name; }
};

class store_conformance : public testing::TestWithParam<store_under_test>
{
protected:
    void SetUp() override;
    void TearDown() override;
    // Closes and opens again where the store is durable; a store in memory stays as it is.
    void reopen();
    // Fails the test when the updates are refused.
    void commit(const std::vector<state::update>& updates);

    std::string folder;
    std::unique_ptr<state::store> store;
};

// Builders.
state::time_point at(std::int64_t milliseconds);
state::scope_key scope_of(const std::string& sync, const std::string& type);

inline const auto users = scope_of("staff", "user");
inline const auto groups = scope_of("staff", "groups");
inline const auto other = scope_of("partners", "user");
state::link make_link(const std::string& key, const std::string& target);
state::audit_entry make_audit(const std::string& key, state::operation what, const std::string& outcome,
                              std::int64_t when);
mapping::source_key key_of(const std::string& text);

} // namespace idferry::tests
