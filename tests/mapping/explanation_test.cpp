// A mapping step by step: the clauses of a scope, what each rule read and gave, and what a sensitive rule must not
// tell.
#include "mapping/explanation.hpp"

#include "tests/mapping/mapping_fixture.hpp"

#include <algorithm>

namespace idferry::mapping::test {
namespace {

const char* const staff = R"yaml(scope: 'active eq true and (groups.display eq "Sales" or not (title pr))'
attributes:
  externalId: id
  userName:   {from: email, transform: [lower, trim]}
  title:  {template: "{title} ({department})", when: 'title pr', on_absent: clear}
  roles:  {from: groups.display, lookup: {Sales Leads: manager}, default: tablet, collapse: first}
  nickName: nickName
  locale: {from: locale, on_absent: reject}
)yaml";

json anna()
{
    return json::parse(R"j({
        "id": "6f1c", "active": true, "title": "Chief", "emails": [{"value": " Anna@Acme.example"}],
        "groups": [{"value": "g2", "display": "Sales Leads"}, {"value": "g7", "display": "Choir"}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Vertrieb"}})j");
}

const explained_rule& rule_for(const explanation& e, const std::string& path)
{
    const auto hit = std::ranges::find(e.rules, path, &explained_rule::path);
    if (hit == e.rules.end()) throw std::runtime_error("no rule for " + path);
    return *hit;
}

TEST(explanation, has_every_clause_with_its_result_and_what_it_found)
{
    const auto p = parse_section(staff);
    ASSERT_TRUE(p.rules) << p.all_errors();
    const auto e = p.rules->explain(anna());
    EXPECT_FALSE(e.in_scope);
    EXPECT_EQ(e.clause, p.rules->map(anna()).scope_clause);
    ASSERT_TRUE(e.scope);
    EXPECT_EQ(e.scope->kind, filter_kind::logical_and);
    EXPECT_FALSE(e.scope->holds);
    ASSERT_EQ(e.scope->parts.size(), 2U);
    EXPECT_EQ(e.scope->parts[0].text, "active eq true");
    EXPECT_TRUE(e.scope->parts[0].holds);
    EXPECT_EQ(e.scope->parts[0].found, json(true));
    const auto& either = e.scope->parts[1];
    EXPECT_EQ(either.kind, filter_kind::logical_or);
    EXPECT_FALSE(either.holds);
    ASSERT_EQ(either.parts.size(), 2U);
    EXPECT_EQ(either.parts[0].text, R"j(groups.display eq "Sales")j");
    EXPECT_FALSE(either.parts[0].holds);
    EXPECT_EQ(either.parts[0].found, (json{"Sales Leads", "Choir"}));
    EXPECT_EQ(either.parts[1].kind, filter_kind::logical_not);
    ASSERT_EQ(either.parts[1].parts.size(), 1U);
    EXPECT_TRUE(either.parts[1].parts[0].holds) << "the clause itself holds, its negation does not";
    EXPECT_EQ(either.parts[1].parts[0].found, json("Chief"));
}

TEST(explanation, has_each_rule_with_what_went_in_and_came_out_also_out_of_scope)
{
    const auto p = parse_section(staff);
    ASSERT_TRUE(p.rules) << p.all_errors();
    const auto e = p.rules->explain(anna());
    ASSERT_EQ(e.rules.size(), p.rules->rules().size());
    using result = explained_rule::result;
    const auto& user_name = rule_for(e, "userName");
    EXPECT_EQ(user_name.rule, "from email, lower, trim");
    EXPECT_EQ(user_name.input, json(" Anna@Acme.example"));
    EXPECT_EQ(user_name.what, result::value);
    EXPECT_EQ(user_name.output, json("anna@acme.example"));
    const auto& title = rule_for(e, "title");
    EXPECT_EQ(title.input, (json{{"title", "Chief"}, {enterprise_urn + ":department", "Vertrieb"}}));
    EXPECT_EQ(title.output, json("Chief (Vertrieb)"));
    ASSERT_TRUE(title.when);
    EXPECT_TRUE(title.when->holds);
    const auto& roles = rule_for(e, "roles");
    EXPECT_EQ(roles.input, (json{"Choir", "Sales Leads"})) << "memberships are a set, in the order of their texts";
    EXPECT_EQ(roles.output, json::parse(R"j([{"value": "manager"}])j"));
    EXPECT_EQ(rule_for(e, "nickName").what, result::left_alone);
    EXPECT_TRUE(rule_for(e, "nickName").input.is_null());
    EXPECT_EQ(rule_for(e, "locale").what, result::rejected);
    EXPECT_NE(rule_for(e, "locale").problem.find("on_absent: reject"), std::string::npos);

    auto untitled = anna();
    untitled.erase("title");
    const auto without = p.rules->explain(untitled);
    EXPECT_TRUE(without.in_scope);
    EXPECT_EQ(without.clause, without.scope->text) << "all of an and decided, for it holds";
    EXPECT_EQ(rule_for(without, "title").what, result::cleared);
    EXPECT_FALSE(rule_for(without, "title").when->holds);
}

TEST(explanation, gives_the_same_values_as_the_mapping_itself)
{
    const auto p = parse_section(R"j(attributes:
  externalId: id
  userName: {from: email, transform: [lower, trim]}
  title: {template: "{title} ({department})", when: 'title pr', on_absent: clear}
  roles: {from: groups.display, lookup: {Sales Leads: manager}, default: tablet, collapse: first})j");
    ASSERT_TRUE(p.rules) << p.all_errors();
    const auto mapped = p.rules->map(anna());
    const auto e = p.rules->explain(anna());
    ASSERT_TRUE(e.in_scope);
    EXPECT_FALSE(e.scope);
    EXPECT_EQ(e.clause, "no scope: everyone");
    for (const auto& a : mapped.desired.attributes) EXPECT_EQ(rule_for(e, a.path).output, a.value) << a.path;
}

TEST(explanation, tells_nothing_of_what_a_sensitive_rule_reads_or_writes)
{
    const auto p = parse_section(R"j(scope: 'name.familyName pr and email pr'
attributes:
  userName: id
  name.familyName: {from: name.familyName, transform: upper, sensitive: true}
  displayName: displayName
  nickName: {template: "{email}", sensitive: true})j");
    ASSERT_TRUE(p.rules) << p.all_errors();
    const auto person = json::parse(R"j({"id": "6f1c", "name": {"givenName": "Ottilie", "familyName": "Geheimrat"},
        "displayName": "Ottilie Geheimrat", "emails": [{"value": "og@acme.example", "type": "work"}]})j");
    const auto e = p.rules->explain(person);
    EXPECT_EQ(rule_for(e, "name.familyName").output, json("(sensitive)"));
    EXPECT_EQ(rule_for(e, "name.familyName").input, json("(sensitive)"));
    EXPECT_EQ(rule_for(e, "displayName").input, json("Ottilie (sensitive)"));
    EXPECT_EQ(e.source["name"], (json{{"givenName", "Ottilie"}, {"familyName", "(sensitive)"}}));
    EXPECT_EQ(e.source["displayName"], json("Ottilie (sensitive)"));
    EXPECT_EQ(e.source["emails"], json::parse(R"j([{"value": "(sensitive)", "type": "work"}])j"));
    EXPECT_EQ(e.source["id"], json("6f1c"));
    ASSERT_TRUE(e.scope);
    for (const auto& part : e.scope->parts) EXPECT_EQ(part.found, json("(sensitive)")) << part.text;

    const auto remote =
        json::parse(R"j({"userName": "6f1c", "name": {"familyName": "GEHEIMRAT", "givenName": "Ottilie"},
        "nickName": "x", "displayName": "Ottilie GEHEIMRAT"})j");
    EXPECT_EQ(e.at_target.resource(remote),
              json::parse(R"j({"userName": "6f1c", "name": {"familyName": "(sensitive)", "givenName": "Ottilie"
    }
    , "nickName" : "(sensitive)", "displayName" : "Ottilie (sensitive)"})j"));
    EXPECT_EQ(e.at_target.flat(json::parse(R"j({"name.familyName": "Other", "userName": "6f1c"})j")),
              json::parse(R"j({"name.familyName": "(sensitive)", "userName": "6f1c"})j"));
}

TEST(mask, hides_by_path_by_text_or_everything)
{
    mask m;
    m.hide("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department");
    m.hide("emails.value");
    m.hide("ims");
    m.hide_texts(json{"ab", "secret word"});
    const auto shown = m.resource(json::parse(R"j({
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"Department": "Vertrieb", "division": "D"},
        "EMAILS": [{"value": "a@x.example", "type": "work"}], "ims": {"value": 5, "display": null},
        "title": "ab", "nickName": "about", "note": "a secret word in it", "n": 7})j"));
    EXPECT_EQ(shown, json::parse(R"j({
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"Department": "(sensitive)", "division": "D"
    }
    , "EMAILS" : [ {"value" : "(sensitive)", "type" : "work"} ],
                 "ims" : {"value" : "(sensitive)", "display" : null},
                         "title" : "(sensitive)",
                                   "nickName" : "about",
                                                "note" : "a (sensitive) in it",
                                                         "n" : 7})j"));
    EXPECT_TRUE(m.hides(std::string_view("emails")));
    EXPECT_TRUE(m.hides(std::string_view(R"j(emails[type eq "work"].value)j")));
    EXPECT_FALSE(m.hides(std::string_view("emails.type")));
    EXPECT_FALSE(m.hides(std::string_view("title")));

    mask all;
    all.hide_all();
    EXPECT_EQ(all.resource(json::parse(R"j({"id": "6f1c", "list": [1, null]})j")),
              json::parse(R"j({"id": "(sensitive)", "list": ["(sensitive)", null]})j"));
}

} // namespace
} // namespace idferry::mapping::test
