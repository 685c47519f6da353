#include "mapping/mapper.hpp"

#include "tests/mapping/mapping_fixture.hpp"

#include <ctime>

namespace idferry::mapping::test {
namespace {

const char* const staff = R"yaml(scope: 'active eq true and groups.display eq "Sales"'
match: [externalId, userName]
attributes:
  externalId: id
  userName:   {from: email, transform: [lower, trim]}
  name.givenName: name.givenName
  name.familyName: name.familyName
  active: active
  emails: {from: emails, collapse: primary}
  roles:  {from: groups.display, lookup: {Sales Leads: manager}, default: tablet, collapse: first}
  title:  {template: "{title} ({department})", when: 'title pr', on_absent: clear}
  locale: {from: locale, apply: create}
leave: {action: deactivate, then_delete_after: 30d}
)yaml";

json anna()
{
    return json::parse(R"({
        "id": "6f1c", "userName": "anna", "active": true, "title": "Chief", "name": {"givenName": "Anna", "familyName": "Beispiel"},
        "emails": [{"value": "home@x.example"}, {"value": "Anna.Beispiel@Acme.example", "primary": true}],
        "groups": [{"value": "g1", "display": "Sales", "path": "/Sales"}, {"value": "g2", "display": "Sales Leads", "path": "/Sales/Leads"}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Vertrieb"}})");
}

TEST(mapper, maps_a_person_for_showpad)
{
    const auto p = parse_section(staff, showpad_like());
    ASSERT_TRUE(p.rules) << p.all_errors();
    const auto mapped = p.rules->map(anna());
    EXPECT_TRUE(mapped.in_scope);
    EXPECT_FALSE(mapped.rejected);
    EXPECT_EQ(json::parse(mapped.desired.text()), json::parse(R"json({
        "externalId": "6f1c", "userName": "anna.beispiel@acme.example", "name.givenName": "Anna", "name.familyName": "Beispiel",
        "active": true, "emails": [{"primary": true, "type": "work", "value": "Anna.Beispiel@Acme.example"}],
        "roles": [{"value": "manager"}], "title": "Chief (Vertrieb)"})json"));
    EXPECT_TRUE(std::ranges::is_sorted(mapped.desired.attributes, {}, &desired_attribute::path));
    EXPECT_EQ(p.rules->match_attributes(), (std::vector<std::string>{"externalId", "userName"}));
}

TEST(mapper, tells_what_a_list_loses_at_a_target_with_one_value)
{
    const auto p = parse_section("attributes: {userName: id, name.givenName: id, name.familyName: id, emails: emails}",
                                 showpad_like());
    ASSERT_TRUE(p.rules) << p.all_errors();
    const auto mapped = p.rules->map(anna());
    ASSERT_EQ(mapped.notices.size(), 1U);
    EXPECT_EQ(mapped.notices[0].path, "emails");
    EXPECT_EQ(mapped.notices[0].message, "the target keeps one value; 1 of 2 were left out");
    EXPECT_EQ(mapped.desired.find("emails")->value[0]["value"], "Anna.Beispiel@Acme.example");
}

TEST(mapper, is_out_of_scope_by_the_clause_that_decided)
{
    const auto p = parse_section(staff, showpad_like());
    ASSERT_TRUE(p.rules) << p.all_errors();
    auto inactive = anna();
    inactive["active"] = false;
    const auto mapped = p.rules->map(inactive);
    EXPECT_FALSE(mapped.in_scope);
    EXPECT_FALSE(p.rules->in_scope(inactive));
    EXPECT_EQ(mapped.scope_clause, "active eq true");
    EXPECT_TRUE(mapped.desired.attributes.empty());
}

TEST(mapper, has_everyone_in_scope_without_one)
{
    const auto p = parse_section("attributes: {userName: userName}");
    ASSERT_TRUE(p.rules);
    EXPECT_TRUE(p.rules->map(json::object()).in_scope);
    EXPECT_TRUE(p.rules->map(json::object()).desired.attributes.empty());
}

TEST(mapper, knows_which_groups_matter)
{
    const auto p = parse_section(staff, showpad_like());
    ASSERT_TRUE(p.rules) << p.all_errors();
    const auto& read = p.rules->reads_groups();
    EXPECT_TRUE(read.any());
    EXPECT_FALSE(read.all);
    EXPECT_EQ(read.displays, (std::set<std::string>{"Sales", "Sales Leads"}));
    EXPECT_TRUE(read.paths.empty());
    ASSERT_EQ(p.rules->group_name_literals().size(), 2U);
    EXPECT_EQ(p.rules->group_name_literals()[0].value, "Sales");
    EXPECT_EQ(p.rules->group_name_literals()[0].at.where().line, 1);
    EXPECT_EQ(p.rules->group_name_literals()[1].value, "Sales Leads");
    EXPECT_EQ(p.rules->group_name_literals()[1].at.where().line, 10);
}

struct groups_case
{
    const char* name;
    const char* yaml;
    bool all;
    std::set<std::string> displays;
    std::set<std::string> paths;
};

class groups_that_matter : public testing::TestWithParam<groups_case>
{
};

TEST_P(groups_that_matter, are_the_literals_or_all)
{
    const auto& c = GetParam();
    const auto p = parse_section(c.yaml);
    ASSERT_TRUE(p.rules) << p.all_errors();
    EXPECT_EQ(p.rules->reads_groups().all, c.all);
    EXPECT_EQ(p.rules->reads_groups().displays, c.displays);
    EXPECT_EQ(p.rules->reads_groups().paths, c.paths);
    EXPECT_EQ(p.rules->group_name_literals().size(), c.displays.size());
    EXPECT_EQ(p.rules->group_path_literals().size(), c.paths.size());
}

INSTANTIATE_TEST_SUITE_P(
    all, groups_that_matter,
    testing::Values(
        groups_case{"none", "attributes: {title: title}", false, {}, {}},
        groups_case{"path", "scope: 'groups.path eq \"/a/b\"'\nattributes: {title: title}", false, {}, {"/a/b"}},
        groups_case{"negated", "scope: 'not (groups.display eq \"A\")'\nattributes: {title: title}", false, {"A"}, {}},
        groups_case{"value_path",
                    "scope: 'groups[display eq \"A\" and type eq \"direct\"]'\nattributes: {title: title}",
                    false,
                    {"A"},
                    {}},
        groups_case{"value_path_or",
                    "scope: 'groups[display eq \"A\" or path eq \"/b\"]'\nattributes: {title: title}",
                    false,
                    {"A"},
                    {"/b"}},
        groups_case{"value_path_open",
                    "scope: 'groups[display eq \"A\" or type eq \"direct\"]'\nattributes: {title: title}",
                    true,
                    {"A"},
                    {}},
        groups_case{"value_path_negated",
                    "scope: 'groups[not (display eq \"A\")]'\nattributes: {title: title}",
                    true,
                    {"A"},
                    {}},
        groups_case{"prefix", "scope: 'groups.display sw \"A\"'\nattributes: {title: title}", true, {}, {}},
        groups_case{"unequal", "scope: 'groups.display ne \"A\"'\nattributes: {title: title}", true, {}, {}},
        groups_case{"present", "scope: 'groups pr'\nattributes: {title: title}", true, {}, {}},
        groups_case{"key", "scope: 'groups.value eq \"g1\"'\nattributes: {title: title}", true, {}, {}},
        groups_case{"when", "attributes: {title: {from: title, when: 'groups.display eq \"A\"'}}", false, {"A"}, {}},
        groups_case{"rule", "attributes: {roles: groups.display}", true, {}, {}},
        groups_case{
            "lookup", "attributes: {roles: {from: groups.path, lookup: {/a: x, /b: y}}}", false, {}, {"/a", "/b"}},
        groups_case{"lookup_after_transform",
                    "attributes: {roles: {from: groups.display, transform: lower, lookup: {a: x}}}",
                    true,
                    {},
                    {}},
        groups_case{"filtered_rule",
                    "attributes: {entitlements: {from: 'groups[display eq \"A\"].value', link: group}}",
                    false,
                    {"A"},
                    {}},
        groups_case{
            "template", "attributes: {title: {template: '{groups[display eq \"A\"].value}'}}", false, {"A"}, {}}),
    [](const auto& info) { return info.param.name; });

TEST(mapper, maps_groups)
{
    const auto p = parse_section("scope: 'displayName sw \"Sales\"'\nattributes: {displayName: displayName}\nmembers: "
                                 "true\nmembership: inherited\n",
                                 showpad_like(), "group");
    ASSERT_TRUE(p.rules) << p.all_errors();
    EXPECT_TRUE(p.rules->maps_members());
    EXPECT_TRUE(p.rules->inherited_membership());
    EXPECT_EQ(p.rules->match_attributes(), std::vector<std::string>{"displayName"});
    EXPECT_EQ(p.rules->map({{"displayName", "Sales EMEA"}}).desired.text(), R"({"displayName":"Sales EMEA"})");
    EXPECT_FALSE(p.rules->in_scope({{"displayName", "IT"}}));
    EXPECT_FALSE(p.rules->reads_groups().any());
}

TEST(mapper, matches_by_what_is_usual_unless_told)
{
    EXPECT_EQ(parse_section("attributes: {userName: email, externalId: id}").rules->match_attributes(),
              (std::vector<std::string>{"externalId", "userName"}));
    EXPECT_EQ(parse_section("attributes: {userName: email}").rules->match_attributes(),
              std::vector<std::string>{"userName"});
    EXPECT_EQ(parse_section("match: USERNAME\nattributes: {userName: email}").rules->match_attributes(),
              std::vector<std::string>{"userName"});
    EXPECT_EQ(parse_section("match: [emails.value]\nattributes: {emails: email}").rules->match_attributes(),
              std::vector<std::string>{"emails"});
}

TEST(mapper, puts_everything_that_rules_read_into_the_epoch)
{
    const auto epoch = [](const std::string& yaml, const target_profile& profile = {}) {
        const auto p = parse_section(yaml, profile);
        EXPECT_TRUE(p.rules) << p.all_errors();
        return p.rules ? p.rules->epoch_text() : "";
    };
    const auto base = epoch("attributes: {title: title}");
    EXPECT_EQ(base, epoch("attributes:\n  # a comment\n  title:   title\n")) << "layout is no difference";
    EXPECT_NE(base, epoch("attributes: {title: nickName}"));
    EXPECT_NE(base, epoch("scope: 'active eq true'\nattributes: {title: title}"));
    EXPECT_NE(base, epoch("membership: inherited\nattributes: {title: title}"));
    EXPECT_NE(epoch("attributes: {title: {constant: 1}}"), epoch("attributes: {title: {constant: '1'}}"));
    EXPECT_NE(epoch("attributes: {title: {from: title, lookup: {a: b}}}"),
              epoch("attributes: {title: {from: title, lookup: {a: c}}}"));
    target_profile lower;
    lower.types["user"].lower = {"title"};
    EXPECT_NE(base, epoch("attributes: {title: title}", lower));
    EXPECT_NE(epoch("leave: x\nattributes: {title: title}"), "");
    EXPECT_EQ(base, epoch("leave: x\nattributes: {title: title}")) << "what no rule reads is no part of it";
}

TEST(mapper, inflates_a_desired_resource_from_its_text)
{
    const auto p = parse_section(staff, showpad_like());
    ASSERT_TRUE(p.rules) << p.all_errors();
    const auto mapped = p.rules->map(anna());
    const auto again = inflate(mapped.desired.text(), p.rules->rules());
    ASSERT_EQ(again.attributes.size(), mapped.desired.attributes.size());
    for (std::size_t i = 0; i < again.attributes.size(); ++i) {
        EXPECT_EQ(again.attributes[i].path, mapped.desired.attributes[i].path);
        EXPECT_EQ(again.attributes[i].value, mapped.desired.attributes[i].value);
        EXPECT_EQ(again.attributes[i].rule, mapped.desired.attributes[i].rule);
        EXPECT_EQ(again.attributes[i].from_groups, mapped.desired.attributes[i].from_groups);
        EXPECT_EQ(again.attributes[i].apply, mapped.desired.attributes[i].apply);
    }
    EXPECT_TRUE(inflate("not json", p.rules->rules()).attributes.empty());
    EXPECT_TRUE(inflate(R"({"gone":1})", p.rules->rules()).attributes.empty());
}

TEST(mapper, refers_to_other_resources_by_source_key)
{
    std::string type;
    std::string key;
    EXPECT_TRUE(is_link_reference(link_reference("group", "a/b@c"), type, key));
    EXPECT_EQ(type, "group");
    EXPECT_EQ(key, "a/b@c");
    EXPECT_FALSE(is_link_reference(json{{"$link", "x"}}, type, key));
    EXPECT_FALSE(is_link_reference(json{{"value", "x"}}, type, key));
    EXPECT_FALSE(is_link_reference("x", type, key));
}

TEST(mapper, reports_every_mistake_at_once_with_its_place)
{
    const auto p = parse_section(R"(scope: 'activ eq true and userName equals "x"'
match: [externalId, nickName]
atributes: {}
attributes:
  userName: {from: emial, transform: lowre}
  username: userName
  displayName: userName
  title: {template: "{titel}"}
  locale: {from: locale, apply: once}
members: true
membership: sideways
)",
                                 showpad_like());
    EXPECT_FALSE(p.rules);
    const auto all = p.all_errors();
    for (const char* wanted :
         {"map.yaml:1:36: ",
          "map.yaml:3:1: ",
          "did you mean 'attributes'?",
          "map.yaml:5:20: ",
          "did you mean 'email'?",
          "map.yaml:5:38: ",
          "did you mean 'lower'?",
          "map.yaml:6:3: ",
          "'userName' is mapped already at map.yaml:5:3",
          "map.yaml:7:3: attributes.displayName: the target (profile showpad) does not keep 'displayName'",
          "map.yaml:8:23: ",
          "map.yaml:9:33: ",
          "map.yaml:4:1: attributes: the target (profile showpad) requires 'name.givenName'",
          "requires 'name.familyName'",
          "requires 'emails'",
          "map.yaml:2:9: ",
          "map.yaml:2:21: ",
          "map.yaml:10:10: ",
          "only groups have members",
          "map.yaml:11:13: "})
        EXPECT_NE(all.find(wanted), std::string::npos) << wanted << "\nin\n" << all;
}

struct section_mistake_case
{
    const char* name;
    const char* yaml;
    const char* type;
    const char* wanted;
};

class section_mistake : public testing::TestWithParam<section_mistake_case>
{
};

TEST_P(section_mistake, is_one_error)
{
    const auto& c = GetParam();
    const auto p = parse_section(c.yaml, {}, c.type);
    EXPECT_FALSE(p.rules);
    ASSERT_EQ(p.errors.size(), 1U) << p.all_errors();
    EXPECT_NE(p.errors[0].find(c.wanted), std::string::npos) << p.errors[0];
}

INSTANTIATE_TEST_SUITE_P(
    all, section_mistake,
    testing::Values(
        section_mistake_case{"not_a_map", "[a]", "user", "map.yaml:1:1"},
        section_mistake_case{"no_attributes", "scope: 'active eq true'", "user", "attributes"},
        section_mistake_case{"empty_attributes", "attributes: {}", "user", "map.yaml:1:13"},
        section_mistake_case{"attributes_are_a_list", "attributes: [title]", "user", "map.yaml:1:13"},
        section_mistake_case{"overlap", "attributes: {name: name, name.givenName: title}", "user", "map.yaml:1:26"},
        section_mistake_case{"overlap_in_an_extension",
                             "attributes: {manager.value: id, department: title, "
                             "'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:Department': id}",
                             "user", "is mapped already"},
        section_mistake_case{"match_unmapped", "match: [userNam]\nattributes: {userName: email}", "user",
                             "did you mean 'userName'?"},
        section_mistake_case{"match_twice", "match: [userName, username]\nattributes: {userName: email}", "user",
                             "map.yaml:1:19"},
        section_mistake_case{"scope_is_a_map", "scope: {a: b}\nattributes: {userName: email}", "user", "map.yaml:1:8"},
        section_mistake_case{"scope_unknown_name",
                             "scope: 'active eq true and depratment eq \"x\"'\nattributes: {userName: email}", "user",
                             "map.yaml:1:28"},
        section_mistake_case{"scope_same_name_twice",
                             "scope: 'title eq \"titel\" and titel pr'\nattributes: {userName: email}", "user",
                             "map.yaml:1:30"},
        section_mistake_case{"scope_inner_name", "scope: 'emails[typ eq \"work\"]'\nattributes: {userName: email}",
                             "user", "map.yaml:1:16"},
        section_mistake_case{"members_as_rule", "attributes: {displayName: displayName, members: members}", "group",
                             "members: true"},
        section_mistake_case{"groups_of_groups",
                             "scope: 'groups.display eq \"x\"'\nattributes: {displayName: displayName}", "group",
                             "unknown attribute 'groups'"},
        section_mistake_case{"members_no_boolean", "members: maybe\nattributes: {displayName: displayName}", "group",
                             "map.yaml:1:10"}),
    [](const auto& info) { return info.param.name; });

TEST(mapper, refuses_what_the_target_cannot_take)
{
    auto profile = showpad_like();
    const std::string base = "attributes:\n  userName: email\n  name: name\n  emails: emails\n";
    const auto whole = parse_section(base, profile);
    ASSERT_EQ(whole.errors.size(), 1U) << "the target keeps two parts of the name, not all of it";
    EXPECT_NE(whole.errors[0].find("map.yaml:3:3"), std::string::npos);

    const std::string ok =
        "attributes:\n  userName: email\n  name.givenName: id\n  name.familyName: id\n  emails: emails\n";
    EXPECT_TRUE(parse_section(ok, profile).rules);
    const auto role = parse_section(ok + "  roles: {constant: Mananger}\n", profile);
    ASSERT_EQ(role.errors.size(), 1U) << role.all_errors();
    EXPECT_NE(role.errors[0].find("map.yaml:6:21"), std::string::npos) << role.errors[0];
    EXPECT_NE(role.errors[0].find("does not allow 'mananger'; did you mean 'manager'?"), std::string::npos)
        << role.errors[0];
    EXPECT_EQ(parse_section(ok + "  roles: {from: title, lookup: {a: boss, b: admin}}\n", profile).errors.size(), 1U);
    EXPECT_EQ(parse_section(ok + "  roles: {from: title, default: boss}\n", profile).errors.size(), 1U);
    const auto cleared = parse_section("attributes:\n  userName: {from: email, on_absent: clear}\n  name.givenName: "
                                       "id\n  name.familyName: id\n  emails: emails\n",
                                       profile);
    ASSERT_EQ(cleared.errors.size(), 1U);
    EXPECT_NE(cleared.errors[0].find("map.yaml:2:38"), std::string::npos) << cleared.errors[0];

    profile.types["user"].never_send.push_back("timezone");
    EXPECT_EQ(parse_section(ok + "  timezone: timezone\n", profile).errors.size(), 1U);
    profile.types["group"].members = false;
    EXPECT_EQ(parse_section("members: true\nattributes: {displayName: displayName}", profile, "group").errors.size(),
              1U);
}

// A bound that only a change of algorithm breaks: mapping a changed person costs microseconds, not milliseconds.
TEST(mapper, maps_a_person_quickly)
{
    const auto p = parse_section(staff, showpad_like());
    ASSERT_TRUE(p.rules) << p.all_errors();
    const auto person = anna();
    std::size_t attributes = 0;
    const auto begin = std::clock();
    for (int i = 0; i < 2000; ++i) attributes += p.rules->map(person).desired.attributes.size();
    const auto each = static_cast<double>(std::clock() - begin) * 1e6 / CLOCKS_PER_SEC / 2000;
    EXPECT_EQ(attributes, 2000U * 8);
    RecordProperty("microseconds", std::to_string(each));
    EXPECT_LT(each, 1000);
}

} // namespace
} // namespace idferry::mapping::test
