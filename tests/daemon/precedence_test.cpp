// Who comes first for which attribute: the pure part, and the configuration that says it.
#include "daemon/reconcile/precedence.hpp"
#include "daemon/run/checking.hpp"
#include "daemon/run/sharing_settings.hpp"
#include "mapping/json.hpp"

#include <gmock/gmock.h>

namespace idferry::test {
namespace {

namespace rc = daemon::reconcile;
namespace run = daemon::run;
using mapping::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

const std::vector<std::string> usual{"userName", "title", "department"};

rc::precedence order(std::vector<rc::writer> all)
{
    return rc::precedence(std::move(all));
}

TEST(precedence, who_is_yielded_to_comes_first_for_everything)
{
    const auto o = order({{"hr", {}, usual}, {"staff", {{"hr", {}}}, usual}});
    EXPECT_TRUE(o.comes_before(0, 1, "title"));
    EXPECT_FALSE(o.comes_before(1, 0, "title"));
    EXPECT_TRUE(o.related(0, 1));
    EXPECT_TRUE(o.related(1, 0));
    EXPECT_THAT(o.undecided(0, 1), IsEmpty());
    EXPECT_THAT(o.circle(0, "title"), IsEmpty());
}

TEST(precedence, what_is_not_yielded_is_kept)
{
    const auto o = order({{"hr", {}, usual}, {"staff", {{"hr", {"TITLE"}}}, usual}});
    EXPECT_TRUE(o.comes_before(0, 1, "title"));
    EXPECT_TRUE(o.comes_before(1, 0, "department"));
    EXPECT_FALSE(o.comes_before(0, 1, "department"));
}

TEST(precedence, a_part_goes_with_its_whole)
{
    EXPECT_TRUE(rc::overlap("name", "Name.givenName"));
    EXPECT_TRUE(rc::overlap("name.givenName", "name"));
    EXPECT_FALSE(rc::overlap("name.givenName", "name.familyName"));
    EXPECT_FALSE(rc::overlap("nick", "nickName"));
    const auto o = order({{"hr", {}, {"name.givenName"}}, {"staff", {{"hr", {"name"}}}, {"name.givenName", "title"}}});
    EXPECT_TRUE(o.comes_before(0, 1, "name.givenName"));
}

TEST(precedence, holds_along_a_chain)
{
    const auto o = order({{"hr", {}, usual}, {"crm", {{"hr", {}}}, usual}, {"staff", {{"crm", {}}}, usual}});
    EXPECT_TRUE(o.comes_before(0, 2, "title"));
    EXPECT_TRUE(o.related(0, 2));
    EXPECT_FALSE(o.comes_before(2, 0, "title"));
}

TEST(precedence, a_chain_that_leaves_an_attribute_open_relates_nobody)
{
    // staff yields the title to crm, crm yields the department to hr: nothing follows for staff and hr.
    const auto o =
        order({{"hr", {}, usual}, {"crm", {{"hr", {"department"}}}, usual}, {"staff", {{"crm", {"title"}}}, usual}});
    EXPECT_TRUE(o.comes_before(1, 2, "title"));
    EXPECT_TRUE(o.comes_before(1, 0, "title"));
    EXPECT_FALSE(o.comes_before(0, 2, "title"));
    EXPECT_FALSE(o.comes_before(2, 0, "title"));
    EXPECT_FALSE(o.related(0, 2));
}

TEST(precedence, those_of_whom_nothing_is_said_are_not_related)
{
    const auto o = order({{"hr", {}, usual}, {"staff", {}, usual}});
    EXPECT_FALSE(o.related(0, 1));
    const auto seen = rc::seen_by(o, 0, 1);
    EXPECT_FALSE(seen.related);
    EXPECT_THAT(seen.before_us, IsEmpty());
    EXPECT_THAT(seen.after_us, IsEmpty());
}

TEST(precedence, a_circle_is_found_with_everybody_in_it)
{
    const auto o = order({{"a", {{"b", {}}}, usual}, {"b", {{"c", {"title"}}}, usual}, {"c", {{"a", {}}}, usual}});
    EXPECT_THAT(o.circle(0, "title"), ElementsAre("a", "b", "c", "a"));
    EXPECT_THAT(o.circle(0, "department"), IsEmpty());
}

TEST(precedence, two_that_yield_single_attributes_to_each_other_must_cover_all)
{
    const auto o = order({{"hr", {{"staff", {"department"}}}, usual}, {"staff", {{"hr", {"title"}}}, usual}});
    EXPECT_TRUE(o.comes_before(0, 1, "title"));
    EXPECT_TRUE(o.comes_before(1, 0, "department"));
    EXPECT_THAT(o.undecided(0, 1), ElementsAre("userName"));
}

state::link link_with(const std::string& desired, state::leave_step step = state::leave_step::none)
{
    state::link l;
    l.key = mapping::source_key("h1");
    l.desired = desired;
    l.step = step;
    return l;
}

class shared_account : public testing::Test
{
protected:
    std::map<std::string, std::string> left(const std::string& theirs, const std::string& ours,
                                            state::leave_step step = state::leave_step::none)
    {
        const auto o =
            order({{"hr", {}, {"title", "active"}}, {"staff", {{"hr", {}}}, {"title", "active", "nickName"}}});
        const auto hr = rc::seen_by(o, 1, 0);
        return rc::left_to_others({{&hr, link_with(theirs, step)}}, json::parse(ours));
    }
};

TEST_F(shared_account, what_the_other_has_a_value_for_is_left_to_it)
{
    EXPECT_THAT(left(R"({"title":"Head"})", R"({"title":"Clerk","nickName":"Ann"})"), ElementsAre(Pair("title", "hr")));
    EXPECT_THAT(left(R"({"title":null})", R"({"title":"Clerk"})"), ElementsAre(Pair("title", "hr")))
        << "cleared is a word too";
    EXPECT_THAT(left(R"({})", R"({"title":"Clerk"})"), IsEmpty());
}

TEST_F(shared_account, who_has_left_there_has_no_say)
{
    EXPECT_THAT(left(R"({"title":"Head"})", R"({"title":"Clerk"})", state::leave_step::deactivated), IsEmpty());
}

TEST_F(shared_account, nobody_is_switched_off_whom_the_first_one_has)
{
    EXPECT_THAT(left(R"({})", R"({"active":false})"), ElementsAre(Pair("active", "hr")));
    EXPECT_THAT(left(R"({})", R"({"active":true})"), IsEmpty());
    EXPECT_THAT(left(R"({"active":false})", R"({"active":true})"), ElementsAre(Pair("active", "hr")));
    EXPECT_THAT(left(R"({})", R"({"active":false})", state::leave_step::deactivated), IsEmpty());
}

TEST(claims, are_what_others_must_follow)
{
    EXPECT_THAT(rc::claims(link_with(R"({"title":"Head","emails":[]})"), {"title", "department"}),
                UnorderedElementsAre("", "is active", "title"));
    EXPECT_THAT(rc::claims(link_with(R"({"active":false})"), {"title"}), UnorderedElementsAre(""));
    EXPECT_THAT(rc::claims(link_with(R"({"title":"Head"})", state::leave_step::deactivated), {"title"}), IsEmpty());
}

// --- the configuration ---

std::string two_syncs(const std::string& of_staff, const std::string& of_hr = "",
                      const std::string& target_of_hr = "showpad")
{
    const std::string scim = "    type: scim\n    auth: {bearer: {env: NONE}}\n    own_account: robot@acme.example\n";
    return R"(connections:
  bare:
    type: bare_id
    instance: db0c1370-dcc7-47c8-aac6-580043c46a98
    auth: {token_url: "https://localhost/token", client_id: c, client_secret: {env: NONE}}
    source: {mode: group_walk, groups: [/staff]}
  showpad:
)" + scim + R"(    base_url: https://localhost/scim
  the_same:
)" + scim + R"(    base_url: https://localhost/scim/
  wiki:
)" + scim + R"(    base_url: https://localhost/wiki
syncs:
  staff:
    source: bare
    target: showpad
)" + of_staff +
           R"(
    users: {attributes: {userName: userName, title: title, nickName: nickName}}
  hr:
    source: bare
    target: )" +
           target_of_hr + "\n" + of_hr + R"(
    users: {attributes: {userName: userName, title: title}}
)";
}

struct loaded
{
    std::optional<run::settings> all;
    std::string wrong;
};

loaded load(const std::string& text)
{
    config::diagnostics out;
    loaded l{run::parse_settings(text, "f.yaml", out), ""};
    for (const auto& d : out.sorted()) l.wrong += d.text() + "\n";
    return l;
}

const rc::co_writer* other_of(const loaded& l, std::size_t sync)
{
    if (!l.all || !l.all->syncs[sync].shared) return nullptr;
    const auto& others = l.all->syncs[sync].shared->of(mapping::user_type);
    return others.size() == 1 ? &others.front() : nullptr;
}

TEST(yields_to, relates_the_syncs_of_one_target)
{
    const auto l = load(two_syncs("    yields_to: [hr]"));
    ASSERT_TRUE(l.all) << l.wrong;
    const auto *hr = other_of(l, 0), *staff = other_of(l, 1);
    ASSERT_TRUE(hr && staff);
    EXPECT_EQ(hr->name, "hr");
    EXPECT_TRUE(hr->related);
    EXPECT_TRUE(hr->decides_active);
    EXPECT_THAT(hr->before_us,
                UnorderedElementsAre(Pair("userName", ElementsAre("userName")), Pair("title", ElementsAre("title"))));
    EXPECT_THAT(staff->after_us, UnorderedElementsAre("userName", "title"));
    EXPECT_THAT(staff->before_us, IsEmpty());
}

TEST(yields_to, one_name_and_all_mean_the_same_as_a_list)
{
    for (const char* form : {"    yields_to: hr", "    yields_to: {hr: all}"}) {
        const auto l = load(two_syncs(form));
        ASSERT_TRUE(l.all) << l.wrong;
        EXPECT_EQ(other_of(l, 0)->before_us.size(), 2u) << form;
    }
}

TEST(yields_to, single_attributes_leave_the_rest_to_the_other)
{
    const auto l = load(two_syncs("    yields_to: {hr: [title]}"));
    ASSERT_TRUE(l.all) << l.wrong;
    EXPECT_THAT(other_of(l, 0)->before_us, ElementsAre(Pair("title", ElementsAre("title"))));
    EXPECT_THAT(other_of(l, 0)->after_us, ElementsAre("userName"));
    EXPECT_THAT(other_of(l, 1)->before_us, ElementsAre(Pair("userName", ElementsAre("userName"))));
}

TEST(yields_to, two_connections_with_one_address_are_one_target)
{
    const auto l = load(two_syncs("    yields_to: [hr]", "", "the_same"));
    ASSERT_TRUE(l.all) << l.wrong;
    EXPECT_NE(other_of(l, 0), nullptr);
    EXPECT_TRUE(load(two_syncs("", "", "wiki")).all);
    EXPECT_EQ(other_of(load(two_syncs("", "", "wiki")), 0), nullptr);
}

TEST(yields_to, changes_the_epoch_of_the_one_that_yields_alone)
{
    const auto apart = load(two_syncs("")), yields = load(two_syncs("    yields_to: [hr]"));
    EXPECT_NE(apart.all->syncs[0].epoch.hex(), yields.all->syncs[0].epoch.hex());
    EXPECT_EQ(apart.all->syncs[1].epoch.hex(), yields.all->syncs[1].epoch.hex());
}

TEST(yields_to, check_warns_of_two_that_share_a_target_without_a_word)
{
    const auto said = [](const std::string& text) {
        const auto l = load(text);
        const auto secret = [](const config::secret_ref&) {
            return std::variant<config::secret, std::string>(config::secret("s3cret-value"));
        };
        std::string out;
        for (const auto& f : run::check_offline(*l.all, secret, {}).findings)
            if (f.text.find("neither yields") != std::string::npos) out += f.about + ": " + f.text + f.todo;
        return out;
    };
    EXPECT_THAT(said(two_syncs("")), HasSubstr("sync staff: it writes the same target as sync 'hr'"));
    EXPECT_THAT(said(two_syncs("")), HasSubstr("yields_to: [hr]"));
    EXPECT_EQ(said(two_syncs("    yields_to: [hr]")), "");
    EXPECT_EQ(said(two_syncs("", "", "wiki")), "");
}

TEST(take_turns, the_syncs_of_one_target_do)
{
    const auto one = load(two_syncs("")), two = load(two_syncs("", "", "wiki"));
    EXPECT_EQ(one.all->syncs[0].shared->target, one.all->syncs[1].shared->target);
    EXPECT_EQ(two.all->syncs[0].shared, nullptr);
}

} // namespace
} // namespace idferry::test
