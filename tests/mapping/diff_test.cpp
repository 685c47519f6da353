#include "mapping/normalise.hpp"

#include "tests/mapping/mapping_fixture.hpp"

namespace idferry::mapping::test {
namespace {

desired_resource desired(const char* values, apply_mode apply = apply_mode::always)
{
    desired_resource d;
    const auto all = json::parse(values);
    for (const auto& [path, value] : all.items()) d.attributes.push_back({path, value, apply, "rule of " + path});
    return d;
}

std::vector<std::string> paths(const std::vector<attribute_delta>& deltas)
{
    std::vector<std::string> out;
    for (const auto& d : deltas) out.push_back(d.path);
    return out;
}

TEST(diff, is_empty_against_its_own_text)
{
    const auto d = desired(R"({"userName":"Anna","title":null,"emails":[{"value":"a"}],"active":true})");
    EXPECT_TRUE(diff(d, json::parse(d.text()), {}).empty());
}

TEST(diff, tells_old_and_new_and_the_rule)
{
    const auto deltas = diff(desired(R"({"title":"new","active":true})"),
                             json::parse(R"({"title":"old","active":true,"locale":"de"})"), {});
    ASSERT_EQ(deltas.size(), 1U) << "what is not desired is left alone";
    EXPECT_EQ(deltas[0].path, "title");
    EXPECT_EQ(deltas[0].old_value, json("old"));
    EXPECT_EQ(deltas[0].new_value, json("new"));
    EXPECT_EQ(deltas[0].rule, "rule of title");
}

TEST(diff, tells_an_attribute_that_appears_and_one_that_is_cleared)
{
    const auto deltas =
        diff(desired(R"({"title":"new","locale":null,"nickName":null})"), json::parse(R"({"locale":"de"})"), {});
    EXPECT_EQ(paths(deltas), (std::vector<std::string>{"locale", "title"}));
    EXPECT_TRUE(deltas[0].new_value->is_null());
    EXPECT_FALSE(deltas[1].old_value);
}

TEST(diff, carries_sensitivity_and_groups)
{
    auto d = desired(R"({"password":"x"})");
    d.attributes[0].sensitive = true;
    d.attributes[0].from_groups = true;
    const auto deltas = diff(d, json::object(), {});
    ASSERT_EQ(deltas.size(), 1U);
    EXPECT_TRUE(deltas[0].sensitive);
    EXPECT_TRUE(deltas[0].from_groups);
}

TEST(diff, never_changes_what_is_set_on_creation_only)
{
    EXPECT_TRUE(diff(desired(R"({"locale":"de"})", apply_mode::create), json::parse(R"({"locale":"en"})"), {}).empty());
    EXPECT_TRUE(diff(desired(R"({"locale":"de"})", apply_mode::create), json::object(), {}).empty());
}

TEST(diff, fills_if_empty_only_what_is_empty)
{
    type_profile profile;
    profile.empty_means = {{"title", "\"\""}};
    const auto d = desired(R"({"title":"x"})", apply_mode::if_empty);
    EXPECT_TRUE(diff(d, json::parse(R"({"title":"mine"})"), profile).empty());
    EXPECT_EQ(diff(d, json::parse(R"({"title":null})"), profile).size(), 1U);
    EXPECT_EQ(diff(d, json::parse(R"({"title":""})"), profile).size(), 1U);
    EXPECT_EQ(diff(d, json::object(), profile).size(), 1U);
}

TEST(diff, compares_booleans_given_as_text)
{
    EXPECT_TRUE(
        diff(desired(R"({"urn:x:y:User:vip":true})"), json::parse(R"({"urn:x:y:User:vip":"True"})"), {}).empty());
    EXPECT_EQ(diff(desired(R"({"urn:x:y:User:vip":true})"), json::parse(R"({"urn:x:y:User:vip":"no"})"), {}).size(),
              1U);
    EXPECT_EQ(diff(desired(R"({"active":false})"), json::parse(R"({"active":"True"})"), {}).size(), 1U);
}

TEST(diff_with_resource, sees_no_difference_in_what_the_target_made_of_it)
{
    const auto profile = showpad_like().of("user");
    const auto d = desired(
        R"({"userName":"Anna@X.example","name.givenName":"Anna","emails":[{"primary":true,"type":"work","value":"A@x.example"}],
        "phoneNumbers":null,"roles":[{"value":"manager"}],"title":null,
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:organization":"Acme"})");
    const auto read = json::parse(R"({"schemas":["x"],"id":"1","userName":"anna@x.example","name":{"givenName":"Anna"},
        "emails":[{"value":"a@X.example","type":"work","primary":true}],"phoneNumbers":[{"value":"","type":"work"}],"roles":[{"value":"Manager"}],"title":"",
        "groups":[{"value":"g"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"organization":"Acme"}})");
    EXPECT_TRUE(diff_with_resource(d, read, profile).empty()) << paths(diff_with_resource(d, read, profile)).front();
}

TEST(diff_with_resource, sees_real_differences)
{
    const auto profile = showpad_like().of("user");
    const auto deltas = diff_with_resource(
        desired(R"({"emails":[{"value":"b@x.example"}],"roles":[{"value":"tablet"}],"title":null})"),
        json::parse(R"({"emails":[{"value":"a@x.example"}],"roles":[{"value":"manager"}],"title":"Chief"})"), profile);
    EXPECT_EQ(paths(deltas), (std::vector<std::string>{"emails", "roles", "title"}));
    EXPECT_EQ(deltas[1].old_value, json::parse(R"([{"value":"manager"}])"));
}

TEST(diff_with_resource, leaves_out_what_is_never_given_back)
{
    type_profile profile;
    profile.unreturned = {"password", "name"};
    EXPECT_TRUE(
        diff_with_resource(desired(R"({"password":"x","name.givenName":"A"})"), json::object(), profile).empty());
    EXPECT_EQ(diff(desired(R"({"password":"x"})"), json::object(), profile).size(), 1U)
        << "what we wrote last is known all the same";
}

TEST(diff_with_resource, compares_links_once_they_are_resolved)
{
    const auto profile = showpad_like().of("user");
    const auto d = desired(
        R"({"entitlements":[{"type":"coach_for_group","value":"g1"},{"type":"coach_for_group","value":"g2"}]})");
    EXPECT_TRUE(
        diff_with_resource(
            d,
            json::parse(
                R"({"entitlements":[{"value":"g2","type":"Coach_for_group"},{"value":"g1","type":"coach_for_group"}]})"),
            profile)
            .empty());
    EXPECT_EQ(
        diff_with_resource(d, json::parse(R"({"entitlements":[{"value":"g1","type":"coach_for_group"}]})"), profile)
            .size(),
        1U);
}

TEST(creation, lists_every_value_and_no_null)
{
    EXPECT_EQ(paths(creation(desired(R"({"locale":"de","title":null,"userName":"a"})", apply_mode::create))),
              (std::vector<std::string>{"locale", "userName"}));
}

} // namespace
} // namespace idferry::mapping::test
