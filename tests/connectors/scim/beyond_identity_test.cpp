// Beyond Identity's own SCIM server as a target, over TLS: the contract of targets, with what its document leaves open
// both ways, and what is particular about it.
#include "mapping/normalise.hpp"
#include "tests/conformance/target_conformance.hpp"
#include "tests/connectors/scim/scim_box.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace idferry::tests {
namespace {

using connectors::disposition;
using mapping::target_id;
using test::run;

const std::string department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";

class beyond_scim_bench final : public target_bench
{
public:
    beyond_scim_bench(const std::string& keys, std::vector<std::string> knobs)
        : box_("beyond", "profile: beyond_identity\n" + keys, unlimited(std::move(knobs)), 12, "other_realm"),
          subject_(box_.connection().make_target(box_.environment()))
    {
    }

    connectors::target& subject() override { return *subject_; }
    scim_box& box() { return box_; }
    std::string add_user(const std::string& user_name) override
    {
        const auto mail = "m" + std::to_string(++people_) + "@acme.example";
        return text(box_.edit("POST", "identities",
                              {{"display_name", "Somebody"}, {"username", user_name}, {"primary_email_address", mail}}),
                    "id");
    }
    std::string add_group(const std::string& name, const std::vector<std::string>& members) override
    {
        const auto id = text(box_.edit("POST", "groups", {{"display_name", name}, {"description", ""}}), "id");
        for (const auto& m : members) box_.edit("PUT", "groups/" + id + "/members/" + m);
        return id;
    }
    std::vector<std::string> user_names() override
    {
        std::vector<std::string> all;
        const auto now = box_.state();
        for (const auto& u : now["identities"]) all.push_back(text(u["traits"], "username"));
        return all;
    }
    std::vector<std::string> members_of(const std::string& group) override
    {
        const auto now = box_.state();
        for (const auto& g : now["groups"])
            if (text(g, "id") == group) return g["members"].get<std::vector<std::string>>();
        return {};
    }
    // A backslash is among what the service refuses.
    std::string awkward_name() const override { return R"(o'brien+x"y&z@example.com)"; }
    std::string plain_attribute() const override { return department; }
    std::string reserved_group() override { return {}; }
    bool lose_next_answer() override
    {
        box_.control("POST", "faults", {{"server", "beyond"}, {"method", "POST"}, {"kind", "lost"}});
        return true;
    }
    std::size_t writes() override { return box_.writes().size(); }

private:
    static std::vector<std::string> unlimited(std::vector<std::string> knobs)
    {
        knobs.emplace_back("beyond.scim_rate_per_minute=0");
        return knobs;
    }

    scim_box box_;
    int people_{0};
    std::unique_ptr<connectors::target> subject_;
};

target_under_test service(const std::string& name, const std::string& keys, std::vector<std::string> knobs = {})
{
    return {name, [=] { return std::make_unique<beyond_scim_bench>(keys, knobs); }};
}

INSTANTIATE_TEST_SUITE_P(
    beyond_identity_scim, target_conformance,
    testing::Values(service("as_documented", "paging: {count: 5}\n", {"beyond.scim_member_filter=reject"}),
                    service("members_by_filter", "group: {membership: patch_filter, members_per_request: 1}\n"),
                    service("says_that_names_are_taken", "user: {look_before_create: never}\n",
                            {"beyond.scim_duplicate=409", "beyond.scim_delete_status=200"}),
                    service("cleared_by_an_empty_text", "user: {clear: empty_text}\n", {"beyond.clear_trait=empty"}),
                    service("users_by_put", "user: {update: put_merge}\n"),
                    service("stale_tokens_are_forbidden", "", {"beyond.stale_token_status=403"})),
    target_name);

class beyond_identity_scim : public testing::Test
{
protected:
    using attributes = std::vector<std::pair<std::string, mapping::json>>;

    connectors::result<connectors::remote_resource> update(const std::string& id, const attributes& all)
    {
        auto current = run(bench.subject().read(mapping::user_type, target_id(id)));
        if (!current) return current;
        connectors::write_request r(mapping::user_type);
        r.id = target_id(id);
        for (const auto& [path, value] : all) {
            mapping::desired_attribute a;
            a.path = path;
            a.value = value;
            r.desired.attributes.push_back(a);
        }
        std::ranges::sort(r.desired.attributes, {}, &mapping::desired_attribute::path);
        r.changed = mapping::diff_with_resource(r.desired, current->body, bench.subject().profile().of("user"));
        r.current = std::move(*current);
        return run(bench.subject().update(std::move(r)));
    }
    connectors::result<connectors::remote_resource>
    members(const std::string& group, const std::vector<std::string>& add, const std::vector<std::string>& remove)
    {
        connectors::members_request r;
        r.group = target_id(group);
        for (const auto& id : add) r.add.emplace_back(id);
        for (const auto& id : remove) r.remove.emplace_back(id);
        return run(bench.subject().set_members(std::move(r)));
    }
    sandbox_json identity(const std::string& id)
    {
        const auto now = bench.box().state();
        for (const auto& one : now["identities"])
            if (text(one, "id") == id) return one;
        return nullptr;
    }
    std::size_t patches()
    {
        const auto all = bench.box().requests();
        return static_cast<std::size_t>(
            std::ranges::count_if(all, [](const auto& one) { return text(one, "method") == "PATCH"; }));
    }

    beyond_scim_bench bench{"", {"beyond.scim_member_filter=reject"}};
};

TEST_F(beyond_identity_scim, one_value_that_is_refused_keeps_no_other_out)
{
    const auto id = bench.add_user("grete@acme.example");
    // In the order of their names: the first is carried out, the second is refused (a colon), the others come alone.
    const auto kept = update(
        id,
        {{"active", false}, {"displayName", "Grete: Müller"}, {"name.familyName", "Müller"}, {department, "Leitung"}});
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().next, disposition::reject);
    EXPECT_THAT(kept.error().detail, testing::HasSubstr("displayName: PATCH"));
    const auto now = identity(id);
    EXPECT_EQ(now["status"], "suspended");
    EXPECT_EQ(now["display_name"], "Somebody");
    EXPECT_EQ(now["traits"]["family_name"], "Müller");
    EXPECT_EQ(now["traits"]["department"], "Leitung");
    // All at once, then the name, the department and the family name alone: what was done already is not sent again.
    EXPECT_EQ(patches(), 4u);
}

TEST_F(beyond_identity_scim, who_has_the_name_already_is_not_taken_over)
{
    const auto id = bench.add_user("grete@acme.example");
    connectors::write_request r(mapping::user_type);
    for (const auto& [path, value] :
         attributes{{"displayName", "Another"},
                    {"emails", mapping::json::array({{{"value", "g@acme.example"}, {"primary", true}}})},
                    {"userName", "Grete@acme.example"}}) {
        mapping::desired_attribute a;
        a.path = path;
        a.value = value;
        r.desired.attributes.push_back(a);
    }
    const auto made = run(bench.subject().create(r));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().next, disposition::conflict);
    EXPECT_EQ(made.error().code, "uniqueness");
    EXPECT_EQ(bench.writes(), 0u);
    EXPECT_EQ(identity(id)["display_name"], "Somebody");
}

// Section 7.3: the schema says that userName minds letters, the native rule says that it does not. A filter that minds
// them finds nobody, and the creation would take somebody over.
TEST(beyond_identity_scim_letters, a_name_in_other_letters_is_a_name_that_somebody_has)
{
    beyond_scim_bench bench("", {"beyond.filter_case_exact=true"});
    bench.add_user("Grete.Admin@acme.example");
    auto& target = bench.subject();
    ASSERT_TRUE(run(target.discover()));
    const auto found = run(target.find(mapping::user_type, "userName", "grete.admin@acme.example"));
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_TRUE(found->empty());
    const auto make = [&](const std::string& name) {
        connectors::write_request r(mapping::user_type);
        for (const auto& [path, value] : std::vector<std::pair<std::string, mapping::json>>{
                 {"displayName", "Another"},
                 {"emails", mapping::json::array({{{"value", name}, {"primary", true}}})},
                 {"userName", name}}) {
            mapping::desired_attribute a;
            a.path = path;
            a.value = value;
            r.desired.attributes.push_back(a);
        }
        return run(target.create(r));
    };
    const auto made = make("grete.admin@acme.example");
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, "uniqueness");
    EXPECT_EQ(bench.writes(), 0u);
    EXPECT_TRUE(make("grete@acme.example"));
    EXPECT_TRUE(make("anna@acme.example"));
    EXPECT_EQ(make("Anna@acme.example").error().code, "uniqueness") << "who was made meanwhile counts";
}

TEST_F(beyond_identity_scim, one_who_is_unknown_keeps_nobody_out_of_a_group)
{
    std::vector<std::string> people;
    for (int i = 0; i < 7; ++i) people.push_back(bench.add_user("p" + std::to_string(i) + "@acme.example"));
    const auto group = bench.add_group("Sales", {});
    auto all = people;
    all.insert(all.begin() + 4, "no-such-identity");
    const auto kept = members(group, all, {});
    ASSERT_TRUE(kept) << kept.error().detail;
    ASSERT_EQ(kept->refused.size(), 1u);
    EXPECT_EQ(kept->refused.front().id.text(), "no-such-identity");
    auto in = bench.members_of(group);
    std::ranges::sort(in);
    std::ranges::sort(people);
    EXPECT_EQ(in, people);
    // Who is not there at all is no member, whatever the service says.
    const auto left = members(group, {}, {"no-such-identity", people[0]});
    ASSERT_TRUE(left) << left.error().detail;
    EXPECT_TRUE(left->refused.empty());
    EXPECT_EQ(bench.members_of(group).size(), 6u);
}

TEST_F(beyond_identity_scim, many_who_are_unknown_keep_nobody_in_a_group)
{
    std::vector<std::string> people;
    for (int i = 0; i < 5; ++i) people.push_back(bench.add_user("p" + std::to_string(i) + "@acme.example"));
    const auto group = bench.add_group("Sales", {people[3], people[4]});
    std::vector<std::string> all{people[0], people[1], people[2]};
    for (int i = 0; i < 150; ++i) all.push_back("no-such-identity-" + std::to_string(i));
    const auto kept = members(group, all, {people[3], people[4]});
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_EQ(kept->refused.size(), 150u);
    auto in = bench.members_of(group);
    std::ranges::sort(in);
    std::vector<std::string> came(people.begin(), people.begin() + 3);
    std::ranges::sort(came);
    EXPECT_EQ(in, came) << "who came is told, and who was to go is out";
}

TEST_F(beyond_identity_scim, a_group_is_renamed_by_patch_and_never_put)
{
    const auto member = bench.add_user("a@acme.example");
    const auto group = bench.add_group("Sales", {member});
    connectors::write_request r(mapping::group_type);
    r.id = target_id(group);
    mapping::desired_attribute name;
    name.path = "displayName";
    name.value = "Sales North";
    r.desired.attributes.push_back(name);
    r.changed = {{"displayName", mapping::json("Sales"), mapping::json("Sales North")}};
    const auto kept = run(bench.subject().update(r));
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_EQ(kept->body["displayName"], "Sales North");
    EXPECT_EQ(bench.members_of(group), std::vector<std::string>{member});
    // Without anything to patch there is nothing that may be sent: a PUT would throw the member out.
    r.changed.clear();
    const auto whole = run(bench.subject().update(r));
    ASSERT_FALSE(whole);
    EXPECT_EQ(whole.error().code, "unsupported");
    for (const auto& one : bench.box().requests()) EXPECT_NE(text(one, "method"), "PUT");
}

TEST_F(beyond_identity_scim, every_list_is_asked_for_with_a_count)
{
    const auto ignore = [](connectors::remote_resource) {};
    const auto end = run(bench.subject().list(mapping::user_type, ignore));
    ASSERT_TRUE(end);
    EXPECT_TRUE(end->complete) << end->why;
    ASSERT_TRUE(run(bench.subject().find(mapping::user_type, "userName", "nobody@acme.example")));
    for (const auto& one : bench.box().requests()) {
        const auto target = one.value("target", one.value("path", std::string()));
        if (target.find("/Users") != std::string::npos) EXPECT_THAT(target, testing::HasSubstr("count=")) << one;
    }
}

} // namespace
} // namespace idferry::tests
