// The index in memory against a map, over 100,000 rows.
#include "state/input_index.hpp"

#include "tests/conformance/store_conformance.hpp"

#include <gmock/gmock.h>

#include <map>
#include <random>
#include <set>

namespace idferry::tests {

using namespace state;
using verdict = input_index::verdict;

namespace {

const auto staff_people = scope_of("staff", "users");

std::unique_ptr<state::store> store_of(const std::map<std::string, input_row>& rows)
{
    auto s = make_memory_store();
    std::vector<update> updates;
    for (const auto& [key, row] : rows) updates.emplace_back(put_input{staff_people, row});
    updates.emplace_back(put_input{scope_of("staff", "groups"), {key_of("elsewhere"), {}, input_status::linked}});
    EXPECT_TRUE(s->commit(updates).has_value());
    return s;
}

} // namespace

TEST(input_index, agrees_with_a_map_over_100000_rows)
{
    std::mt19937_64 random(20240501); // the same rows every time
    std::map<std::string, input_row> rows;
    while (rows.size() < 100'000) {
        const auto key = "user-" + std::to_string(random() % 1'000'000'000);
        rows[key] = {key_of(key), {random(), random()}, static_cast<input_status>(random() % 3)};
    }
    auto s = store_of(rows);
    auto index = input_index::load(*s, staff_people).value();
    ASSERT_EQ(index.size(), rows.size());
    EXPECT_EQ(index.unseen(), rows.size());

    const auto before = s->counters();
    std::set<std::string> seen;
    for (int i = 0; i < 120'000; ++i) {
        const auto key = "user-" + std::to_string(random() % 1'000'000'000);
        const auto near = rows.lower_bound(key);
        const bool known = near != rows.end() && random() % 4 != 0;
        const auto& asked = known ? near->first : key;
        const auto found = rows.find(asked);
        const bool same = random() % 2 == 0;
        mapping::digest digest{1, 2};
        auto expected = verdict::unknown;
        if (found != rows.end()) {
            digest = found->second.input;
            if (!same) ++digest.low;
            expected = same && found->second.status != input_status::waiting ? verdict::unchanged : verdict::changed;
        }
        ASSERT_EQ(index.was_seen(asked), seen.contains(asked));
        if (random() % 10 == 0) {
            index.mark_seen(asked);
        } else {
            bool repeated = false;
            ASSERT_EQ(index.look_up(asked, digest, &repeated), expected) << asked;
            ASSERT_EQ(repeated, seen.contains(asked)) << asked;
        }
        seen.insert(asked);
    }
    EXPECT_EQ(s->counters().lookups, before.lookups) << "no SQL look-up for a record";
    EXPECT_EQ(s->counters().rows_written, before.rows_written);

    std::vector<std::string> expected_unseen;
    for (const auto& [key, row] : rows)
        if (!seen.contains(key)) expected_unseen.push_back(key);
    EXPECT_EQ(index.unseen(), expected_unseen.size());
    std::vector<std::string> unseen;
    const auto rows_unseen = index.unseen_rows(*s, staff_people).value();
    for (const auto& row : rows_unseen) {
        unseen.push_back(row.key.text());
        EXPECT_EQ(row.input, rows.at(row.key.text()).input);
        EXPECT_EQ(row.status, rows.at(row.key.text()).status);
    }
    EXPECT_EQ(unseen, expected_unseen);
}

TEST(input_index, small_and_empty_ones_work)
{
    for (int n = 0; n < 20; ++n) {
        std::map<std::string, input_row> rows;
        for (int i = 0; i < n; ++i) {
            const auto key = std::to_string(i);
            rows[key] = {key_of(key), mapping::fast_digest(key), input_status::linked};
        }
        auto s = store_of(rows);
        auto index = input_index::load(*s, staff_people).value();
        EXPECT_EQ(index.look_up("nobody", {}), verdict::unknown);
        for (int i = 0; i < n; ++i)
            EXPECT_EQ(index.look_up(std::to_string(i), mapping::fast_digest(std::to_string(i))), verdict::unchanged);
        EXPECT_EQ(index.unseen(), 0U);
        EXPECT_TRUE(index.unseen_rows(*s, staff_people).value().empty());
    }
}

TEST(input_index, a_waiting_record_is_processed_whatever_its_digest_says)
{
    const auto digest = mapping::fast_digest("x");
    auto s = store_of({{"w", {key_of("w"), digest, input_status::waiting}},
                       {"o", {key_of("o"), digest, input_status::out_of_scope}}});
    auto index = input_index::load(*s, staff_people).value();
    EXPECT_EQ(index.look_up("w", digest), verdict::changed);
    EXPECT_EQ(index.look_up("o", digest), verdict::unchanged);
}

} // namespace idferry::tests
