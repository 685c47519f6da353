#include "tests/conformance/target_conformance.hpp"

#include "mapping/normalise.hpp"

#include <algorithm>
#include <set>

namespace idferry::tests {

using connectors::disposition;
using connectors::remote_resource;
using connectors::result;
using mapping::group_type;
using mapping::json;
using mapping::target_id;
using mapping::user_type;
using test::run;

std::string target_name(const testing::TestParamInfo<target_under_test>& info)
{
    return info.param.name;
}

void target_conformance::SetUp()
{
    bench = GetParam().make();
    ASSERT_TRUE(bench);
    const auto notices = run(subject().discover());
    ASSERT_TRUE(notices) << notices.error().detail;
}

mapping::desired_resource target_conformance::shaped(const mapping::resource_type& type, attributes all) const
{
    mapping::desired_resource out;
    const auto& profile = bench->subject().profile().of(type.name);
    for (auto& [path, value] : all) {
        mapping::desired_attribute a;
        a.path = path;
        a.value = mapping::canonical_value(path, value, profile);
        a.rule = "test";
        out.attributes.push_back(std::move(a));
    }
    std::ranges::sort(out.attributes, {}, &mapping::desired_attribute::path);
    return out;
}

mapping::desired_resource target_conformance::user(const std::string& user_name, const attributes& more) const
{
    attributes all{
        {"userName", user_name}, {"name.givenName", "Grete"}, {"name.familyName", "Müller"}, {"active", true}};
    const auto& needed = bench->subject().profile().of("user").require;
    if (std::ranges::find(needed, "displayName") != needed.end()) all.emplace_back("displayName", "Grete Müller");
    const bool mail = user_name.find('@') != std::string::npos;
    all.emplace_back("emails", json::array({{{"value", mail ? user_name : user_name + "@acme.example"}}}));
    for (const auto& [path, value] : more) {
        std::erase_if(all, [&](const auto& a) { return a.first == path; });
        all.emplace_back(path, value);
    }
    return shaped(user_type, std::move(all));
}

result<remote_resource> target_conformance::create(const mapping::resource_type& type,
                                                   mapping::desired_resource desired)
{
    connectors::write_request r(type);
    r.desired = std::move(desired);
    return run(subject().create(std::move(r)));
}

result<remote_resource> target_conformance::update(const mapping::resource_type& type, const target_id& id,
                                                   mapping::desired_resource desired)
{
    auto current = run(subject().read(type, id));
    if (!current) return current;
    connectors::write_request r(type);
    r.id = id;
    r.changed = mapping::diff_with_resource(desired, current->body, subject().profile().of(type.name));
    r.desired = std::move(desired);
    r.current = std::move(*current);
    return run(subject().update(std::move(r)));
}

result<remote_resource> target_conformance::members(const std::string& group, const std::vector<std::string>& add,
                                                    const std::vector<std::string>& remove)
{
    connectors::members_request r;
    r.group = target_id(group);
    for (const auto& id : add) r.add.emplace_back(id);
    for (const auto& id : remove) r.remove.emplace_back(id);
    r.desired = r.add;
    return run(subject().set_members(std::move(r)));
}

namespace {

std::vector<std::string> sorted_texts(std::vector<std::string> v)
{
    std::ranges::sort(v);
    return v;
}

} // namespace

TEST_P(target_conformance, what_is_created_can_be_read_and_has_no_difference)
{
    const auto wanted = user("grete@acme.example", {{bench->plain_attribute(), "Leitung"}, {"externalId", "hr-1"}});
    const auto made = create(user_type, wanted);
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_FALSE(made->id.empty());
    const auto read = run(subject().read(user_type, made->id));
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->id, made->id);
    const auto rest = mapping::diff_with_resource(wanted, read->body, subject().profile().of("user"));
    EXPECT_TRUE(rest.empty()) << rest.front().path;
}

TEST_P(target_conformance, a_taken_user_name_is_a_conflict_in_any_case)
{
    ASSERT_TRUE(create(user_type, user("grete@acme.example")));
    const auto again =
        create(user_type, user("GRETE@acme.example", {{"emails", json::array({{{"value", "g2@acme.example"}}})}}));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().next, disposition::conflict);
    EXPECT_EQ(again.error().code, "uniqueness");
    EXPECT_FALSE(again.error().outcome_unknown);
}

TEST_P(target_conformance, an_update_changes_what_is_desired_and_keeps_the_rest)
{
    const auto made =
        create(user_type, user("grete@acme.example", {{bench->plain_attribute(), "Leitung"}, {"externalId", "hr-1"}}));
    ASSERT_TRUE(made) << made.error().detail;
    const auto kept =
        update(user_type, made->id, shaped(user_type, {{"name.familyName", "Maier"}, {"userName", "gm@acme.example"}}));
    ASSERT_TRUE(kept) << kept.error().detail;
    const auto read = run(subject().read(user_type, made->id));
    ASSERT_TRUE(read);
    for (const auto& body : {kept->body, read->body}) {
        EXPECT_EQ(mapping::value_at(body, "name.familyName"), json("Maier"));
        EXPECT_EQ(mapping::value_at(body, "name.givenName"), json("Grete"));
        EXPECT_EQ(mapping::value_at(body, "userName"), json("gm@acme.example"));
        EXPECT_EQ(mapping::value_at(body, bench->plain_attribute()), json("Leitung"));
        EXPECT_EQ(mapping::value_at(body, "externalId"), json("hr-1"));
    }
}

TEST_P(target_conformance, somebody_is_deactivated_and_activated_again)
{
    const auto made = create(user_type, user("grete@acme.example"));
    ASSERT_TRUE(made) << made.error().detail;
    for (const bool active : {false, true}) {
        const auto kept = update(user_type, made->id, shaped(user_type, {{"active", active}}));
        ASSERT_TRUE(kept) << kept.error().detail;
        EXPECT_EQ(mapping::value_at(kept->body, "active"), json(active));
        const auto read = run(subject().read(user_type, made->id));
        ASSERT_TRUE(read) << "inactive people are still there";
        EXPECT_EQ(mapping::value_at(read->body, "active"), json(active));
    }
}

TEST_P(target_conformance, a_cleared_attribute_is_empty_afterwards)
{
    const auto made = create(user_type, user("grete@acme.example", {{bench->plain_attribute(), "Leitung"}}));
    ASSERT_TRUE(made) << made.error().detail;
    const auto cleared = shaped(user_type, {{bench->plain_attribute(), nullptr}});
    ASSERT_TRUE(update(user_type, made->id, cleared));
    const auto read = run(subject().read(user_type, made->id));
    ASSERT_TRUE(read);
    EXPECT_TRUE(mapping::diff_with_resource(cleared, read->body, subject().profile().of("user")).empty());
}

TEST_P(target_conformance, a_list_has_everybody_once)
{
    std::set<std::string> added;
    for (int i = 0; i < 7; ++i) added.insert(bench->add_user("person" + std::to_string(i) + "@acme.example"));
    std::vector<std::string> seen;
    const auto take = [&](remote_resource r) { seen.push_back(r.id.text()); };
    const auto end = run(subject().list(user_type, take));
    ASSERT_TRUE(end) << end.error().detail;
    EXPECT_TRUE(end->complete) << end->why;
    EXPECT_EQ(end->size, seen.size());
    const std::set<std::string> once(seen.begin(), seen.end());
    EXPECT_EQ(once.size(), seen.size());
    EXPECT_TRUE(std::ranges::includes(once, added));
}

TEST_P(target_conformance, a_lookup_finds_exactly_the_one_or_says_that_it_cannot)
{
    for (const std::string& name :
         {std::string("one@acme.example"), bench->awkward_name(), std::string("müller@acme.example")}) {
        const auto id = bench->add_user(name);
        const auto found = run(subject().find(user_type, "userName", name));
        ASSERT_EQ(found.has_value(), subject().can_find(user_type, "userName"));
        if (!found) {
            EXPECT_EQ(found.error().next, disposition::reject);
            EXPECT_EQ(found.error().code, "unsupported");
            continue;
        }
        ASSERT_EQ(found->size(), 1u) << name;
        EXPECT_EQ(found->front().id.text(), id);
    }
    if (!subject().can_find(user_type, "userName")) return;
    const auto none = run(subject().find(user_type, "userName", "nobody@acme.example"));
    ASSERT_TRUE(none) << none.error().detail;
    EXPECT_TRUE(none->empty());
    EXPECT_TRUE(subject().can_find(user_type, "userName"));
    // What cannot be found by is refused before anything is sent.
    const auto other = run(subject().find(user_type, "nickName", "x"));
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, "unsupported");
}

TEST_P(target_conformance, removing_is_final_and_may_be_repeated)
{
    const auto made = create(user_type, user("grete@acme.example"));
    ASSERT_TRUE(made) << made.error().detail;
    for (int i = 0; i < 2; ++i) {
        const auto gone = run(subject().remove(user_type, made->id));
        EXPECT_TRUE(gone) << gone.error().detail;
    }
    const auto read = run(subject().read(user_type, made->id));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().next, disposition::not_found);
    const auto again = create(user_type, user("grete@acme.example"));
    EXPECT_TRUE(again) << again.error().detail;
}

TEST_P(target_conformance, what_is_not_there_cannot_be_updated)
{
    const auto made = create(user_type, user("grete@acme.example"));
    ASSERT_TRUE(made);
    ASSERT_TRUE(run(subject().remove(user_type, made->id)));
    connectors::write_request r(user_type);
    r.id = made->id;
    r.desired = shaped(user_type, {{bench->plain_attribute(), "x"}});
    const auto kept = run(subject().update(std::move(r)));
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().next, disposition::not_found);
}

TEST_P(target_conformance, a_group_gets_and_loses_members_and_keeps_those_that_are_not_ours)
{
    const auto a = bench->add_user("a@acme.example"), b = bench->add_user("b@acme.example"),
               stranger = bench->add_user("s@acme.example");
    const auto made = create(group_type, shaped(group_type, {{"displayName", "Sales"}}));
    ASSERT_TRUE(made) << made.error().detail;
    const auto group = made->id.text();
    ASSERT_TRUE(members(group, {a, stranger}, {}));
    EXPECT_EQ(sorted_texts(bench->members_of(group)), sorted_texts({a, stranger}));
    const auto kept = members(group, {b}, {a});
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_EQ(kept->id.text(), group);
    EXPECT_EQ(sorted_texts(bench->members_of(group)), sorted_texts({b, stranger}));
    // Adding who is there and removing who is not changes nothing and is no error.
    ASSERT_TRUE(members(group, {b}, {a}));
    EXPECT_EQ(sorted_texts(bench->members_of(group)), sorted_texts({b, stranger}));
    // A new name leaves the members alone.
    const auto renamed = update(group_type, made->id, shaped(group_type, {{"displayName", "Sales North"}}));
    ASSERT_TRUE(renamed) << renamed.error().detail;
    EXPECT_EQ(mapping::value_at(renamed->body, "displayName"), json("Sales North"));
    EXPECT_EQ(sorted_texts(bench->members_of(group)), sorted_texts({b, stranger}));
    ASSERT_TRUE(members(group, {}, {b, stranger}));
    EXPECT_TRUE(bench->members_of(group).empty());
    EXPECT_TRUE(run(subject().remove(group_type, made->id)));
}

TEST_P(target_conformance, a_reserved_group_is_never_written)
{
    const auto reserved = bench->reserved_group();
    if (reserved.empty()) GTEST_SKIP() << "no reserved group there";
    const auto u = bench->add_user("u@acme.example");
    const auto before = bench->writes();
    const auto changed = members(reserved, {u}, {});
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().next, disposition::reject);
    EXPECT_EQ(changed.error().code, "reserved");
    const auto removed = run(subject().remove(group_type, target_id(reserved)));
    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error().code, "reserved");
    for (const auto& name : subject().profile().of("group").reserved_names) {
        const auto made = create(group_type, shaped(group_type, {{"displayName", name}}));
        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().code, "reserved");
    }
    EXPECT_EQ(bench->writes(), before);
}

TEST_P(target_conformance, a_lost_answer_to_a_create_is_told_and_nothing_is_created_twice)
{
    ASSERT_TRUE(create(user_type, user("first@acme.example"))); // whatever is learned by a first write is learned now
    if (!bench->lose_next_answer()) GTEST_SKIP() << "this bench cannot lose an answer";
    const auto before = bench->user_names().size();
    const auto lost = create(user_type, user("lost@acme.example"));
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().next, disposition::retry);
    EXPECT_TRUE(lost.error().outcome_unknown);
    EXPECT_EQ(bench->user_names().size(), before + 1);
    if (!subject().can_find(user_type, "userName")) return;
    const auto found = run(subject().find(user_type, "userName", "lost@acme.example"));
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_EQ(found->size(), 1u);
}

TEST_P(target_conformance, reading_changes_nothing)
{
    const auto id = bench->add_user("r@acme.example");
    const auto before = bench->writes();
    ASSERT_TRUE(run(subject().discover()));
    const auto ignore = [](remote_resource) {};
    ASSERT_TRUE(run(subject().list(user_type, ignore)));
    ASSERT_TRUE(run(subject().list(group_type, ignore)));
    ASSERT_TRUE(run(subject().read(user_type, target_id(id))));
    (void)run(subject().find(user_type, "userName", "r@acme.example"));
    EXPECT_EQ(bench->writes(), before);
    EXPECT_GT(subject().counters().requests, 0u);
}

} // namespace idferry::tests
