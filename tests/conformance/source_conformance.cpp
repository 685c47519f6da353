#include "tests/conformance/source_conformance.hpp"

#include "mapping/json.hpp"
#include "tests/support/run.hpp"

#include <algorithm>

namespace idferry::tests {

using connectors::list_kind;
using connectors::proof;
using verdict = connectors::person_proof::verdict;

proof read_result::people_proof() const
{
    const auto found = ends.find({list_kind::people, ""});
    return found == ends.end() ? proof::unproved : found->second.state;
}

read_result source_conformance::read(connectors::source& from, connectors::read_request request)
{
    read_result all;
    const auto reading = from.read(request);
    auto reached = list_kind::groups;
    for (;;) {
        auto got = test::run(reading->next());
        if (got.has_error()) {
            EXPECT_FALSE(got.error().detail.empty()) << "a failure says what happened";
            all.failed = got.error();
            return all;
        }
        if (!*got) break;
        const auto* page = std::get_if<connectors::page>(&**got);
        const auto& list = page ? page->list : std::get<connectors::list_end>(**got).list;
        EXPECT_GE(list.kind, reached) << list.text() << " after a later kind of list";
        reached = std::max(reached, list.kind);
        EXPECT_FALSE(all.ends.contains(list)) << list.text() << " goes on after its end";
        if (!page) {
            const auto& end = std::get<connectors::list_end>(**got);
            if (end.state != proof::complete) EXPECT_FALSE(end.why.empty()) << list.text() << " does not say why";
            all.ends[list] = end;
            continue;
        }
        const auto within = [&](std::string_view part) {
            return part.empty() || (page->buffer && !page->buffer->empty());
        };
        for (const auto& r : page->records) {
            EXPECT_FALSE(r.key.empty());
            EXPECT_TRUE(within(r.bytes));
            const std::string key(r.key);
            switch (list.kind) {
            case list_kind::groups:
                EXPECT_TRUE(all.groups.emplace(key, r.bytes).second) << "the group " << key << " came twice";
                break;
            case list_kind::members:
                EXPECT_TRUE(r.bytes.empty());
                all.members[list.owner].push_back(key);
                break;
            case list_kind::people:
                EXPECT_TRUE(all.people.emplace(key, r.bytes).second) << key << " came twice";
                EXPECT_FALSE(r.bytes.empty());
                if (!r.bytes.empty()) {
                    EXPECT_EQ(r.bytes.front(), '{') << "bytes are trimmed";
                    EXPECT_EQ(r.bytes.back(), '}');
                }
                break;
            }
        }
        all.bad.insert(all.bad.end(), page->bad.begin(), page->bad.end());
    }
    auto after = test::run(reading->next());
    EXPECT_TRUE(after.has_value() && !*after) << "the end stays the end";
    return all;
}

connectors::person_proof source_conformance::prove(connectors::source& from, const std::string& key)
{
    auto got = test::run(from.prove(mapping::source_key(key)));
    return got.has_value() ? *got : connectors::person_proof{};
}

TEST_P(source_conformance, a_read_shows_every_person_group_and_membership_once)
{
    const auto source = world->open();
    const auto all = read(*source);
    ASSERT_FALSE(all.failed) << all.failed->detail;
    const auto people = world->people();
    ASSERT_GE(people.size(), 30u);
    EXPECT_EQ(all.people.size(), people.size());
    std::map<std::string, std::vector<std::string>> members;
    for (const auto& p : people) {
        EXPECT_TRUE(all.people.contains(p.key)) << p.user_name;
        for (const auto& g : p.groups) members[g].push_back(p.key);
    }
    const auto groups = world->groups();
    EXPECT_EQ(all.groups.size(), groups.size());
    for (const auto& g : groups) {
        EXPECT_TRUE(all.groups.contains(g.key)) << g.name;
        const auto end = all.ends.find({list_kind::members, g.key});
        ASSERT_NE(end, all.ends.end()) << "the members of " << g.name << " have no end";
        if (!world->shows_memberships()) {
            EXPECT_EQ(end->second.state, proof::unproved) << g.name;
            EXPECT_FALSE(all.members.contains(g.key)) << g.name;
            continue;
        }
        EXPECT_NE(end->second.state, proof::unproved) << g.name << ": " << end->second.why;
        auto expected = members[g.key];
        auto got = all.members.contains(g.key) ? all.members.at(g.key) : std::vector<std::string>{};
        std::erase_if(got, [&](const auto& key) { return all.groups.contains(key); }); // a group in a group
        std::sort(expected.begin(), expected.end());
        std::sort(got.begin(), got.end());
        EXPECT_EQ(got, expected) << g.name;
    }
    EXPECT_TRUE(all.bad.empty());
    for (const auto& [list, end] : all.ends)
        if (list.kind != list_kind::members) EXPECT_NE(end.state, proof::unproved) << list.text() << ": " << end.why;
    const auto& end = all.ends.at({list_kind::people, ""});
    EXPECT_EQ(end.size, people.size());
}

TEST_P(source_conformance, records_decode_to_scim_shape)
{
    const auto source = world->open();
    const auto all = read(*source);
    for (const auto& p : world->people()) {
        ASSERT_TRUE(all.people.contains(p.key));
        const auto decoded = source->decode(mapping::user_type, all.people.at(p.key), {{"g1", "Name", "/Path/Name"}});
        ASSERT_TRUE(decoded.has_value()) << decoded.error().detail;
        EXPECT_EQ((*decoded)["id"], p.key);
        EXPECT_EQ((*decoded)["userName"], p.user_name);
        EXPECT_EQ((*decoded)["active"], p.active);
        EXPECT_EQ((*decoded)["groups"],
                  mapping::json::parse(R"([{"value":"g1","display":"Name","path":"/Path/Name"}])"));
        if (decoded->contains("emails")) EXPECT_TRUE((*decoded)["emails"].is_array());
    }
    for (const auto& g : world->groups()) {
        ASSERT_TRUE(all.groups.contains(g.key));
        const auto decoded = source->decode(mapping::group_type, all.groups.at(g.key), {});
        ASSERT_TRUE(decoded.has_value()) << decoded.error().detail;
        EXPECT_EQ((*decoded)["id"], g.key);
        EXPECT_EQ((*decoded)["displayName"], g.name);
    }
}

TEST_P(source_conformance, what_does_not_decode_is_a_reject_with_a_sentence)
{
    const auto source = world->open();
    for (const auto* bytes : {"", "{", "[]", "null", "7", "\"text\"", "{}", "<html>", "{\"id\":tru}", "\xff"})
        for (const auto* type : {&mapping::user_type, &mapping::group_type}) {
            const auto decoded = source->decode(*type, bytes, {});
            ASSERT_TRUE(decoded.has_error()) << bytes;
            EXPECT_EQ(decoded.error().next, connectors::disposition::reject) << bytes;
            EXPECT_FALSE(decoded.error().detail.empty());
        }
}

TEST_P(source_conformance, unchanged_people_have_the_same_bytes_in_every_read)
{
    const auto source = world->open();
    const auto first = read(*source);
    const auto changed = world->people().front();
    world->rename(changed.key, "renamed-" + changed.user_name);
    const auto again = read(*source);
    const auto other = world->open();
    const auto third = read(*other);
    EXPECT_EQ(again.people, third.people) << "a new source sees the same";
    ASSERT_EQ(first.people.size(), again.people.size());
    for (const auto& [key, bytes] : first.people) {
        ASSERT_TRUE(again.people.contains(key));
        if (key == changed.key)
            EXPECT_NE(again.people.at(key), bytes);
        else
            EXPECT_EQ(again.people.at(key), bytes);
    }
}

TEST_P(source_conformance, somebody_deleted_is_missing_and_can_be_proved_gone)
{
    const auto people = world->people();
    const auto& leaver = people[7];
    const auto& stayer = people[8];
    world->remove(leaver.key);
    const auto source = world->open();
    const auto all = read(*source);
    ASSERT_FALSE(all.failed);
    EXPECT_FALSE(all.people.contains(leaver.key));
    if (!source->removals_need_proof()) EXPECT_EQ(all.people_proof(), proof::complete);
    EXPECT_TRUE(!source->removals_need_proof() || source->can_prove());
    if (!source->can_prove()) return;
    EXPECT_EQ(prove(*source, leaver.key).state, verdict::gone);
    const auto there = prove(*source, stayer.key);
    EXPECT_EQ(there.state, verdict::present) << there.why;
    const auto decoded = source->decode(mapping::user_type, there.bytes, {});
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ((*decoded)["id"], stayer.key);
    if (there.bytes_comparable) EXPECT_EQ(there.bytes, all.people.at(stayer.key));
}

TEST_P(source_conformance, groups_of_one_person_are_all_or_nothing)
{
    const auto source = world->open();
    if (!source->can_prove()) GTEST_SKIP() << "this source cannot be asked for one person";
    read(*source);
    const auto people = world->people();
    for (const auto& p : {people[3], people[9], people[20]}) {
        const auto answer = prove(*source, p.key);
        ASSERT_EQ(answer.state, verdict::present) << answer.why;
        EXPECT_TRUE(world->shows_memberships() || !answer.group_keys) << "nobody can know that";
        if (!answer.group_keys) continue;
        auto got = *answer.group_keys;
        auto expected = p.groups;
        std::sort(got.begin(), got.end());
        std::sort(expected.begin(), expected.end());
        EXPECT_EQ(got, expected);
    }
    world->leave_all_groups(people[3].key);
    const auto answer = prove(*source, people[3].key);
    EXPECT_EQ(answer.state, verdict::present) << "not in a group is not gone";
    if (!world->shows_memberships()) return;
    ASSERT_TRUE(answer.group_keys) << answer.why;
    EXPECT_LT(answer.group_keys->size(), std::max<std::size_t>(people[3].groups.size(), 1));
    const auto now = world->people();
    const auto same = [&](const auto& p) { return p.key == people[3].key; };
    const auto there = std::find_if(now.begin(), now.end(), same); // nobody where groups are all that is walked
    EXPECT_EQ(*answer.group_keys, there == now.end() ? std::vector<std::string>() : there->groups);
}

TEST_P(source_conformance, trouble_never_looks_like_an_empty_system)
{
    const auto before = world->people().size();
    for (const auto what : {trouble::down, trouble::refused, trouble::nowhere, trouble::html, trouble::empty_object,
                            trouble::truncated}) {
        world->suffer(what);
        const auto source = world->open();
        const auto all = read(*source);
        EXPECT_TRUE(all.failed || all.people_proof() == proof::unproved) << static_cast<int>(what);
        if (all.failed && (what == trouble::refused || what == trouble::nowhere))
            EXPECT_EQ(all.failed->next, connectors::disposition::stop) << static_cast<int>(what);
        if (source->can_prove())
            EXPECT_EQ(prove(*source, world->people().front().key).state, verdict::unknown) << static_cast<int>(what);
        world->recover();
        const auto healthy = world->open();
        EXPECT_EQ(read(*healthy).people.size(), before) << static_cast<int>(what);
    }
}

TEST_P(source_conformance, a_sample_is_small_and_never_complete)
{
    const auto source = world->open();
    const auto all = read(*source, {true, 3});
    ASSERT_FALSE(all.failed);
    EXPECT_GE(all.people.size(), 1u);
    EXPECT_LE(all.people.size(), 3u);
    EXPECT_EQ(all.people_proof(), proof::unproved);
}

TEST_P(source_conformance, cancellation_ends_a_read_with_retry_and_the_source_stays_usable)
{
    const auto source = world->open();
    const auto reading = source->read({});
    test::task<connectors::result<std::optional<connectors::read_event>>> waiting(reading->next());
    test::settle();
    waiting.cancel();
    const auto got = waiting.get();
    if (got.has_error()) EXPECT_EQ(got.error().next, connectors::disposition::retry);
    EXPECT_EQ(read(*source).people.size(), world->people().size());
}

TEST_P(source_conformance, a_source_only_reads_and_counts_what_it_asks)
{
    const auto source = world->open();
    read(*source);
    if (source->can_prove()) prove(*source, world->people().front().key);
    EXPECT_GT(source->counters().requests, 0u);
    EXPECT_GT(source->counters().bytes_in, 0u);
    EXPECT_EQ(world->writes_seen(), std::vector<std::string>{});
}

} // namespace idferry::tests
