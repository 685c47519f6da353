// Every form of an attribute rule, on one source resource.
#include "mapping/rule.hpp"

#include "tests/mapping/mapping_fixture.hpp"

namespace idferry::mapping::test {
namespace {

json person()
{
    return json::parse(R"({
        "id": "p1", "userName": "Anna", "title": "Chief", "active": true, "locale": null, "nickName": "", "photos": [],
        "name": {"givenName": "Anna", "familyName": "Beispiel"},
        "emails": [{"value": "home@x.example", "type": "home"}, {"value": "Anna@Acme.example", "type": "work", "primary": true},
                   {"value": "second@acme.example", "type": "work"}],
        "phoneNumbers": [{"value": "+49301", "type": "work"}, {"value": "+49302", "type": "mobile"}],
        "groups": [{"value": "g2", "display": "Staff", "path": "/Staff"}, {"value": "g1", "display": "Sales Leads", "path": "/Sales/Leads"}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Sales", "manager": {"value": "p9"}},
        "urn:idferry:source:bare_id:bare": {"kostenstelle": ["4711", "4712"], "hired": "2020-01-01", "shoe": 42}})");
}

struct rule_case
{
    const char* name;
    const char* target;
    const char* rule;
    const char* wanted; // JSON; "" = absent
};

class rule_form : public testing::TestWithParam<rule_case>
{
};

TEST_P(rule_form, gives_its_value)
{
    const auto& c = GetParam();
    const auto value = value_of(c.target, c.rule, person());
    if (!*c.wanted) {
        EXPECT_FALSE(value.has_value()) << value->dump();
        return;
    }
    ASSERT_TRUE(value.has_value()) << "absent";
    EXPECT_EQ(*value, json::parse(c.wanted));
}

INSTANTIATE_TEST_SUITE_P(
    from, rule_form,
    testing::Values(
        rule_case{"path", "title", "title", "\"Chief\""},
        rule_case{"path_in_a_map", "title", "{from: title}", "\"Chief\""},
        rule_case{"names_without_case", "TITLE", "TiTle", "\"Chief\""},
        rule_case{"sub_attribute", "name.givenName", "name.givenName", "\"Anna\""},
        rule_case{"whole_complex", "name", "name", R"({"givenName":"Anna","familyName":"Beispiel"})"},
        rule_case{"boolean", "active", "active", "true"},
        rule_case{"email_is_the_primary", "userName", "email", "\"Anna@Acme.example\""},
        rule_case{"phone_is_the_first", "title", "phone", "\"+49301\""},
        rule_case{"bare_extension_name", "title", "department", "\"Sales\""},
        rule_case{"extension_urn", "title", "'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department'",
                  "\"Sales\""},
        rule_case{"core_urn", "title", "'urn:ietf:params:scim:schemas:core:2.0:User:title'", "\"Chief\""},
        rule_case{"bare_source_name", "title", "hired", "\"2020-01-01\""},
        rule_case{"source_urn", "title", "'urn:idferry:source:bare_id:bare:shoe'", "42"},
        rule_case{"value_filter", "title", R"('emails[type eq "home"].value')", "\"home@x.example\""},
        rule_case{"empty_text_is_a_value", "nickName", "nickName", "\"\""},
        rule_case{"first_path_that_has_a_value", "title", "{from: [displayName, locale, department, title]}",
                  "\"Sales\""},
        rule_case{"no_path_has_a_value", "title", "{from: [displayName, locale]}", "null"},
        rule_case{"absent", "title", "displayName", ""}, rule_case{"null_clears", "locale", "locale", "null"},
        rule_case{"empty_list_clears", "photos", "photos", "null"},
        rule_case{"absent_extension", "title", "costCenter", ""},
        rule_case{"values_of_a_list", "roles", "groups.display", R"([{"value":"Sales Leads"},{"value":"Staff"}])"},
        rule_case{"text_for_a_list", "emails", "email", R"([{"value":"Anna@Acme.example"}])"},
        rule_case{"extension_target", "department", "title", "\"Chief\""},
        rule_case{"manager", "manager.value", "manager.value", "\"p9\""},
        rule_case{"list_for_an_unknown_extension", "'urn:x:y:2.0:User:centres'", "kostenstelle", R"(["4711","4712"])"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    constant, rule_form,
    testing::Values(rule_case{"boolean", "active", "{constant: true}", "true"},
                    rule_case{"quoted_boolean_is_text", "title", "{constant: 'true'}", "\"true\""},
                    rule_case{"integer", "title", "{constant: 12}", "12"},
                    rule_case{"quoted_number_is_text", "title", "{constant: \"12\"}", "\"12\""},
                    rule_case{"leading_zero_is_text", "title", "{constant: 007}", "\"007\""},
                    rule_case{"fraction", "title", "{constant: 1.5}", "1.5"},
                    rule_case{"text", "title", "{constant: Staff}", "\"Staff\""},
                    rule_case{"null_clears", "title", "{constant: null}", "null"},
                    rule_case{"beyond_64_bits_is_text", "title", "{constant: 123456789012345678901234567890}",
                              "\"123456789012345678901234567890\""},
                    rule_case{"list", "roles", "{constant: [b, a]}", R"([{"value":"a"},{"value":"b"}])"},
                    rule_case{"list_of_maps", "emails", "{constant: [{value: x@y.example, primary: true}]}",
                              R"([{"primary":true,"value":"x@y.example"}])"},
                    rule_case{"map", "name", "{constant: {givenName: A, familyName: B}}",
                              R"({"givenName":"A","familyName":"B"})"},
                    rule_case{"with_when", "title", "{constant: X, when: 'active eq true'}", "\"X\""}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    collapse, rule_form,
    testing::Values(
        rule_case{"primary", "emails", "{from: emails, collapse: primary}",
                  R"([{"primary":true,"type":"work","value":"Anna@Acme.example"}])"},
        rule_case{"primary_else_first", "phoneNumbers", "{from: phoneNumbers, collapse: primary}",
                  R"([{"type":"work","value":"+49301"}])"},
        rule_case{"primary_of_a_sub_attribute", "title", "{from: emails.value, collapse: primary}",
                  "\"Anna@Acme.example\""},
        rule_case{"primary_into_one_value", "userName", "{from: emails, collapse: primary, transform: lower}",
                  "\"anna@acme.example\""},
        rule_case{"first", "title", "{from: emails.value, collapse: first}", "\"home@x.example\""},
        rule_case{"first_of_a_source_list", "title", "{from: kostenstelle, collapse: first}", "\"4711\""},
        rule_case{"join", "title", "{from: groups.display, collapse: join}", "\"Sales Leads, Staff\""},
        rule_case{"join_with", "title", "{from: kostenstelle, collapse: {join: ' / '}}", "\"4711 / 4712\""},
        rule_case{
            "one_per_type", "emails", "{from: emails, collapse: {one_per: type}}",
            R"([{"primary":true,"type":"work","value":"Anna@Acme.example"},{"type":"home","value":"home@x.example"}])"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    lookup, rule_form,
    testing::Values(
        rule_case{"found", "title", "{from: department, lookup: {Sales: Vertrieb}}", "\"Vertrieb\""},
        rule_case{"exact_keys", "title", "{from: department, lookup: {sales: x}}", ""},
        rule_case{"missed", "title", "{from: department, lookup: {IT: x}}", ""},
        rule_case{"missed_with_default", "title", "{from: department, lookup: {IT: x}, default: y}", "\"y\""},
        rule_case{"boolean_key", "title", "{from: active, lookup: {true: on, false: off}}", "\"on\""},
        rule_case{"after_transform", "title", "{from: department, transform: lower, lookup: {sales: x}}", "\"x\""},
        rule_case{"of_elements", "roles", "{from: emails, lookup: {home@x.example: a}}", R"([{"value":"a"}])"},
        rule_case{"role_of_a_group", "roles",
                  "{from: groups.display, lookup: {Sales Leads: manager}, default: tablet, collapse: first}",
                  R"([{"value":"manager"}])"},
        rule_case{"role_by_default", "roles",
                  "{from: groups.display, lookup: {Admins: admin}, default: tablet, collapse: first}",
                  R"([{"value":"tablet"}])"},
        rule_case{"table_order_decides", "roles",
                  "{from: groups.display, lookup: {Sales Leads: manager, Staff: tablet}, collapse: first}",
                  R"([{"value":"manager"}])"},
        rule_case{"table_order_decides_the_other_way", "roles",
                  "{from: groups.display, lookup: {Staff: tablet, Sales Leads: manager}, collapse: first}",
                  R"([{"value":"tablet"}])"},
        rule_case{"several_values_of_one_key", "roles", "{from: groups.path, lookup: {/Staff: [b, a]}}",
                  R"([{"value":"a"},{"value":"b"}])"},
        rule_case{"null_entry_clears", "title", "{from: department, lookup: {Sales: null}}", "null"},
        rule_case{"groups_that_it_does_not_name_clear", "roles", "{from: groups.display, lookup: {Admins: admin}}",
                  "null"},
        rule_case{"unless_told_to_leave", "roles", "{from: groups.display, lookup: {Admins: admin}, on_absent: leave}",
                  ""}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    absence, rule_form,
    testing::Values(
        rule_case{"default", "title", "{from: displayName, default: none}", "\"none\""},
        rule_case{"default_for_null", "locale", "{from: locale, default: de}", "\"de\""},
        rule_case{"default_is_not_transformed", "title", "{from: displayName, transform: lower, default: ABC}",
                  "\"ABC\""},
        rule_case{"default_list", "roles", "{from: ims, default: [tablet]}", R"([{"value":"tablet"}])"},
        rule_case{"clear", "title", "{from: displayName, on_absent: clear}", "null"},
        rule_case{"leave", "title", "{from: displayName, on_absent: leave}", ""},
        rule_case{"when_holds", "title", "{from: title, when: 'title pr'}", "\"Chief\""},
        rule_case{"when_does_not_hold", "title", "{from: title, when: 'displayName pr'}", ""},
        rule_case{"when_does_not_hold_and_clears", "title", "{from: title, when: 'displayName pr', on_absent: clear}",
                  "null"},
        rule_case{"when_does_not_hold_and_default", "title", "{from: title, when: 'displayName pr', default: x}",
                  "\"x\""},
        rule_case{"when_over_groups_clears", "title", "{constant: boss, when: 'groups.display eq \"Admins\"'}", "null"},
        rule_case{"when_over_groups_holds", "title", "{constant: boss, when: 'groups.display eq \"Staff\"'}",
                  "\"boss\""},
        rule_case{"when_over_groups_holds_but_nothing_is_there", "title",
                  "{from: displayName, when: 'groups.display eq \"Staff\"'}", ""},
        rule_case{"when_by_alias", "title", "{from: title, when: 'email ew \"@acme.example\"'}", "\"Chief\""},
        rule_case{"alias_means_the_primary_only", "title", "{from: title, when: 'email ew \"@x.example\"'}", ""},
        rule_case{"when_by_bare_extension_name", "title", "{from: title, when: 'department eq \"sales\"'}",
                  "\"Chief\""},
        rule_case{"template_when_clear", "title",
                  "{template: '{title} ({department})', when: 'title pr', on_absent: clear}", "\"Chief (Sales)\""}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    elements, rule_form,
    testing::Values(
        rule_case{"type", "emails", "{from: email, type: work}", R"([{"type":"work","value":"Anna@Acme.example"}])"},
        rule_case{"element", "addresses", "{constant: [{country: DE}], element: {primary: true, type: work}}",
                  R"([{"country":"DE","primary":true,"type":"work"}])"},
        rule_case{
            "link_of_a_list", "entitlements", "{from: groups.value, link: group, type: coach_for_group}",
            R"([{"type":"coach_for_group","value":{"$link":{"key":"g1","type":"group"}}},{"type":"coach_for_group","value":{"$link":{"key":"g2","type":"group"}}}])"},
        rule_case{"link_of_a_filtered_list", "entitlements",
                  R"({from: 'groups[display sw "Sales"].value', link: group})",
                  R"([{"value":{"$link":{"key":"g1","type":"group"}}}])"},
        rule_case{"link_of_one_value", "manager.value", "{from: manager.value, link: user}",
                  R"({"$link":{"key":"p9","type":"user"}})"}),
    [](const auto& info) { return info.param.name; });

TEST(rule, leaves_group_values_alone_while_memberships_are_not_part_of_the_resource)
{
    auto unknown = person();
    unknown.erase("groups");
    EXPECT_FALSE(value_of("roles", "{from: groups.display, lookup: {Admins: admin}}", unknown));
    unknown["groups"] = json::array();
    const auto cleared = value_of("roles", "{from: groups.display, lookup: {Admins: admin}}", unknown);
    ASSERT_TRUE(cleared);
    EXPECT_TRUE(cleared->is_null());
}

TEST(rule, does_not_depend_on_the_order_of_memberships)
{
    auto other = person();
    std::swap(other["groups"][0], other["groups"][1]);
    for (const char* r : {"{from: groups.display, collapse: first}", "{from: groups.display, collapse: join}",
                          "{from: groups.display, lookup: {Staff: [x, y], Sales Leads: z}, collapse: join}"})
        EXPECT_EQ(value_of("title", r, person()), value_of("title", r, other)) << r;
}

TEST(rule, survives_resources_of_the_wrong_shape)
{
    const char* const yaml = R"(scope: 'not (email eq "x") or groups.display eq "a" or department pr'
attributes:
  userName: {from: email, when: 'not (title eq "y")'}
  name.givenName: name.givenName
  emails: {from: emails, collapse: primary}
  roles: {from: groups.display, lookup: {a: b}, collapse: first}
  title: {template: '{title?} {department?} {email?}'}
  department: department
)";
    const auto p = parse_section(yaml);
    ASSERT_TRUE(p.rules) << p.all_errors();
    for (const char* text :
         {"{}", R"({"emails":{}})", R"({"emails":["a",null,1,[]]})", R"({"emails":[{"value":{}}]})",
          R"({"emails":"a"})", R"({"name":"Anna"})", R"({"name":[{"givenName":"A"}]})", R"({"groups":{"display":"a"}})",
          R"({"groups":["a"]})", R"({"groups":[{"display":1},{"display":null},{"display":{}}]})", R"({"title":{}})",
          R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":[]})",
          R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":[["x"]]}})"})
        EXPECT_NO_THROW(p.rules->map(json::parse(text))) << text;
}

TEST(rule, rejects_what_it_may_not_guess)
{
    EXPECT_EQ(rejection_of("title", "emails.value", person()),
              "title: 3 values for an attribute that holds one; add 'collapse: first' or another collapse");
    EXPECT_NE(rejection_of("title", "name", person()), "");
    EXPECT_NE(rejection_of("title", "{from: displayName, on_absent: reject}", person())
                  .find("title: the source has no value"),
              std::string::npos);
    EXPECT_NE(rejection_of("locale", "{from: locale, on_absent: reject}", person()), "") << "a null is no value";
    EXPECT_EQ(rejection_of("title", "{from: displayName, on_absent: reject, default: x}", person()), "");
    EXPECT_NE(rejection_of("emails", "{from: kostenstelle, collapse: {one_per: type}}", person()), "");
}

TEST(rule, rejects_a_value_that_the_target_does_not_allow_without_showing_it)
{
    auto profile = showpad_like();
    profile.types["user"].require.clear();
    const auto why = rejection_of("roles", "{from: title}", person(), profile);
    EXPECT_NE(why.find("roles: "), std::string::npos);
    EXPECT_EQ(why.find("Chief"), std::string::npos);
    EXPECT_EQ(rejection_of("roles", "{from: title, lookup: {Chief: Manager}}", person(), profile), "")
        << "canonical values have no case";
}

TEST(rule, tells_every_rejection_of_a_resource)
{
    const auto p =
        parse_section("attributes:\n  title: emails.value\n  nickName: {from: displayName, on_absent: reject}\n");
    ASSERT_TRUE(p.rules) << p.all_errors();
    const auto why = p.rules->map(person()).rejected.value_or("");
    EXPECT_NE(why.find("title: "), std::string::npos);
    EXPECT_NE(why.find("; "), std::string::npos);
    EXPECT_NE(why.find("nickName: "), std::string::npos);
}

TEST(rule, keeps_what_a_target_cannot_be_without)
{
    target_profile profile;
    profile.types["user"].require = {"locale"};
    const auto p = parse_section("attributes: {locale: locale}", profile);
    ASSERT_TRUE(p.rules) << p.all_errors();
    const auto mapped = p.rules->map(person());
    EXPECT_TRUE(mapped.desired.attributes.empty());
    ASSERT_EQ(mapped.notices.size(), 1U);
    EXPECT_EQ(mapped.notices[0].path, "locale");
}

TEST(rule, tells_a_lookup_that_names_nothing)
{
    const auto p = parse_one("title", "{from: department, lookup: {IT: x}}");
    ASSERT_TRUE(p.rules);
    const auto mapped = p.rules->map(person());
    ASSERT_EQ(mapped.notices.size(), 1U);
    EXPECT_EQ(mapped.notices[0].message, "the lookup has no entry for 1 of the source's values");
}

TEST(rule, carries_how_it_is_applied)
{
    const auto p = parse_section(R"(attributes:
  userName: {from: email, transform: [lower, trim]}
  locale: {from: locale, apply: create, default: de}
  nickName: {from: nickName, apply: if_empty}
  password: {constant: geheim, sensitive: true}
  roles: {from: groups.display, lookup: {Sales Leads: manager}, default: tablet, collapse: first}
  title: {constant: boss, when: 'groups.display eq "Staff"'}
)");
    ASSERT_TRUE(p.rules) << p.all_errors();
    const auto d = p.rules->map(person()).desired;
    const auto* user_name = d.find("userName");
    ASSERT_TRUE(user_name);
    EXPECT_EQ(user_name->rule, "from email, lower, trim");
    EXPECT_FALSE(user_name->from_groups);
    EXPECT_EQ(d.find("locale")->apply, apply_mode::create);
    EXPECT_EQ(d.find("nickName")->apply, apply_mode::if_empty);
    EXPECT_TRUE(d.find("password")->sensitive);
    EXPECT_EQ(d.find("password")->rule.find("geheim"), std::string::npos);
    EXPECT_TRUE(d.find("roles")->from_groups);
    EXPECT_EQ(d.find("roles")->rule, "from groups.display, lookup, collapse first, default \"tablet\"");
    EXPECT_TRUE(d.find("title")->from_groups) << "through when";
    EXPECT_FALSE(d.find("displayName"));
}

TEST(rule, hides_a_default_that_is_sensitive)
{
    const auto p = parse_one("password", "{from: nickName, default: geheim, sensitive: true}");
    ASSERT_TRUE(p.rules);
    EXPECT_EQ(p.rules->rules()[0].rule.find("geheim"), std::string::npos);
}

} // namespace
} // namespace idferry::mapping::test
