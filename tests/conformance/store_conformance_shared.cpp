// What several syncs have of one target: links that stand side by side, and inputs that one opens for another.
#include "tests/conformance/store_conformance.hpp"

#include <gmock/gmock.h>

namespace idferry::tests {

using namespace state;

namespace {

std::map<std::string, input_status> inputs_of(state::store& s, const scope_key& scope)
{
    std::map<std::string, input_status> out;
    EXPECT_TRUE(s.for_each_input(scope, [&](const input_row& row) { out[row.key.text()] = row.status; }).has_value());
    return out;
}

} // namespace

TEST_P(store_conformance, one_target_id_has_one_link_in_each_scope)
{
    const auto staff = scope_of("staff", "user"), hr = scope_of("hr", "user");
    commit({put_link{staff, make_link("s1", "t1")}, put_link{hr, make_link("h1", "t1")}});
    reopen();
    EXPECT_EQ((*store->find_link_by_target(staff, mapping::target_id("t1")))->key.text(), "s1");
    EXPECT_EQ((*store->find_link_by_target(hr, mapping::target_id("t1")))->key.text(), "h1");
    EXPECT_FALSE(store->commit({put_link{hr, make_link("h2", "t1")}}).has_value());
    commit({remove_link{hr, key_of("h1")}});
    EXPECT_FALSE(store->find_link_by_target(hr, mapping::target_id("t1"))->has_value());
    EXPECT_TRUE(store->find_link_by_target(staff, mapping::target_id("t1"))->has_value());
}

TEST_P(store_conformance, an_input_is_opened_again_and_keeps_its_digest)
{
    const auto staff = scope_of("staff", "user"), hr = scope_of("hr", "user");
    const auto digest = mapping::fast_digest("record");
    commit({put_input{staff, {key_of("p1"), digest, input_status::linked}},
            put_input{staff, {key_of("p2"), digest, input_status::out_of_scope}},
            put_input{hr, {key_of("p1"), digest, input_status::linked}}});
    commit({put_link{hr, make_link("p1", "t1")}, reopen_input{staff, key_of("p1")}});
    reopen();
    EXPECT_EQ(inputs_of(*store, staff),
              (std::map<std::string, input_status>{{"p1", input_status::waiting}, {"p2", input_status::out_of_scope}}));
    EXPECT_EQ(inputs_of(*store, hr), (std::map<std::string, input_status>{{"p1", input_status::linked}}));
    ASSERT_TRUE(
        store
            ->for_each_input(staff,
                             [&](const input_row& row) { EXPECT_EQ(row.input.hex(), digest.hex()) << row.key.text(); })
            .has_value());
}

TEST_P(store_conformance, an_input_that_is_not_known_is_not_opened)
{
    const auto staff = scope_of("staff", "user");
    commit({reopen_input{staff, key_of("p1")}});
    EXPECT_TRUE(inputs_of(*store, staff).empty());
    commit({put_input{staff, {key_of("p2"), mapping::fast_digest("x"), input_status::linked}},
            reopen_input{staff, key_of("p1")}});
    EXPECT_EQ(inputs_of(*store, staff), (std::map<std::string, input_status>{{"p2", input_status::linked}}));
}

TEST_P(store_conformance, an_input_is_opened_with_everything_else_or_not_at_all)
{
    const auto staff = scope_of("staff", "user"), hr = scope_of("hr", "user");
    commit({put_input{staff, {key_of("p1"), mapping::fast_digest("x"), input_status::linked}},
            put_link{hr, make_link("h1", "t1")}});
    EXPECT_FALSE(store->commit({reopen_input{staff, key_of("p1")}, put_link{hr, make_link("h2", "t1")}}).has_value());
    EXPECT_EQ(inputs_of(*store, staff), (std::map<std::string, input_status>{{"p1", input_status::linked}}));
}

} // namespace idferry::tests
