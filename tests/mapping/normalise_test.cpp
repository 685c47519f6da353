#include "mapping/normalise.hpp"

#include "tests/mapping/mapping_fixture.hpp"

namespace idferry::mapping::test {
namespace {

json j(const char* text)
{
    return json::parse(text);
}

struct form_case
{
    const char* name;
    const char* path;
    const char* value;
    const char* wanted;
};

class canonical : public testing::TestWithParam<form_case>
{
};

TEST_P(canonical, is_the_form_that_is_sent)
{
    const auto& c = GetParam();
    EXPECT_EQ(canonical_value(c.path, j(c.value), {}), j(c.wanted));
    EXPECT_EQ(canonical_value(c.path, j(c.wanted), {}), j(c.wanted)) << "it is its own canonical form";
}

INSTANTIATE_TEST_SUITE_P(
    all, canonical,
    testing::Values(
        form_case{"text", "title", R"("Chief")", R"("Chief")"}, form_case{"null", "title", "null", "null"},
        form_case{"empty_list", "emails", "[]", "null"}, form_case{"list_of_null", "emails", "[null]", "null"},
        form_case{"empty_element", "emails", "[{}]", "null"},
        form_case{"element_of_nulls", "emails", R"([{"value":null}])", "null"},
        form_case{"null_sub_is_missing", "emails", R"([{"value":"a","type":null}])", R"([{"value":"a"}])"},
        form_case{"texts_are_values", "roles", R"(["b","a"])", R"([{"value":"a"},{"value":"b"}])"},
        form_case{"single_becomes_a_list", "emails", R"({"value":"a"})", R"([{"value":"a"}])"},
        form_case{"repeats_go", "roles", R"([{"value":"a"},{"value":"a"}])", R"([{"value":"a"}])"},
        form_case{"same_value_other_type_stays", "emails",
                  R"([{"value":"a","type":"home"},{"value":"a","type":"work"}])",
                  R"([{"value":"a","type":"home"},{"value":"a","type":"work"}])"},
        form_case{"repeat_keeps_the_primary", "emails", R"([{"value":"a"},{"value":"a","primary":true}])",
                  R"([{"value":"a","primary":true}])"},
        form_case{"one_primary", "emails", R"([{"value":"b","primary":true},{"value":"a","primary":true}])",
                  R"([{"value":"b","primary":true},{"value":"a"}])"},
        form_case{"primary_false_is_missing", "emails", R"([{"value":"a","primary":false}])", R"([{"value":"a"}])"},
        form_case{"primary_as_text", "emails", R"([{"value":"a","primary":"True"}])",
                  R"([{"value":"a","primary":true}])"},
        form_case{"complex_nulls", "name", R"({"givenName":"A","familyName":null})", R"({"givenName":"A"})"},
        form_case{"complex_empty", "name", R"({"givenName":null})", "null"},
        form_case{"plain_list", "urn:x:y:User:centres", R"(["b","a","b",null])", R"(["a","b"])"},
        form_case{"link", "manager.value", R"({"$link":{"type":"user","key":"1"}})",
                  R"({"$link":{"type":"user","key":"1"}})"},
        form_case{"number", "title", "1", "1"}, form_case{"case_stays", "userName", R"("Anna")", R"("Anna")"}),
    [](const auto& info) { return info.param.name; });

TEST(canonical_for_showpad, keeps_the_primary_else_the_first_value)
{
    const auto profile = showpad_like().of("user");
    std::string notice;
    EXPECT_EQ(
        canonical_value("emails",
                        j(R"([{"value":"a","type":"home","display":"A"},{"value":"b","primary":true,"display":"B"}])"),
                        profile, &notice),
        j(R"([{"value":"b","type":"work","primary":true}])"));
    EXPECT_NE(notice, "");
    notice.clear();
    EXPECT_EQ(canonical_value("phoneNumbers", j(R"([{"value":"1","type":"mobile"}])"), profile, &notice),
              j(R"([{"value":"1","type":"work"}])"));
    EXPECT_EQ(notice, "") << "nothing was lost";
    EXPECT_EQ(canonical_value("roles", j(R"([{"value":"Manager"},{"value":"tablet"}])"), profile),
              j(R"([{"value":"manager"}])"));
    EXPECT_EQ(canonical_value("EMAILS", j(R"(["a"])"), profile), j(R"([{"value":"a","type":"work","primary":true}])"))
        << "names have no case";
}

TEST(canonical_with_force, sets_sub_attributes_on_every_element)
{
    type_profile profile;
    profile.force["entitlements"] = {{"type", "\"coach_for_group\""}};
    EXPECT_EQ(canonical_value("entitlements", j(R"(["b","a"])"), profile),
              j(R"([{"type":"coach_for_group","value":"a"},{"type":"coach_for_group","value":"b"}])"));
}

TEST(canonical_with_needs_primary, makes_the_first_value_the_primary_one_when_none_is)
{
    type_profile p;
    p.needs_primary = {"emails"};
    EXPECT_EQ(canonical_value("emails", j(R"([{"value":"b"},{"value":"a"}])"), p),
              j(R"([{"primary":true,"value":"b"},{"value":"a"}])"));
    const auto other = j(R"([{"type":"other","value":"a"}])");
    EXPECT_EQ(canonical_value("emails", other, p), other);
    const auto said = j(R"([{"primary":true,"value":"a"},{"value":"b"}])");
    EXPECT_EQ(canonical_value("emails", said, p), said);
    EXPECT_EQ(canonical_value("phoneNumbers", j(R"([{"value":"1"}])"), p), j(R"([{"value":"1"}])"));
}

class comparable : public testing::TestWithParam<form_case>
{
};

TEST_P(comparable, equals_what_means_the_same)
{
    const auto& c = GetParam();
    const auto profile = showpad_like().of("user");
    EXPECT_EQ(comparable_value(c.path, j(c.value), profile), comparable_value(c.path, j(c.wanted), profile));
}

INSTANTIATE_TEST_SUITE_P(
    same, comparable,
    testing::Values(form_case{"user_name_has_no_case", "userName", R"("Anna.Beispiel@X")", R"("anna.beispiel@x")"},
                    form_case{"umlauts_fold", "userName", R"("MÜLLER")", R"("müller")"},
                    form_case{"composed_and_decomposed", "title", "\"Mu\u0308ller\"", "\"M\u00fcller\""},
                    form_case{"role_case", "roles", R"([{"value":"Manager"}])", R"([{"value":"manager"}])"},
                    form_case{"list_order", "entitlements", R"([{"value":"a"},{"value":"b"}])",
                              R"([{"value":"b"},{"value":"a"}])"},
                    form_case{"display_primary_and_ref_do_not_count", "entitlements",
                              R"([{"value":"a","display":"x","primary":true,"$ref":"y"}])", R"([{"value":"a"}])"},
                    form_case{"type_case", "entitlements", R"([{"value":"a","type":"Coach"}])",
                              R"([{"value":"a","type":"coach"}])"},
                    form_case{"type_does_not_count_at_one_value", "emails", R"([{"value":"a","type":"home"}])",
                              R"([{"value":"a","type":"work","primary":true}])"},
                    form_case{"empty_title", "title", R"("")", "null"}, form_case{"empty_list", "emails", "[]", "null"},
                    form_case{"empty_phone", "phoneNumbers", R"([{"value":"","type":"work"}])", "[]"},
                    form_case{"boolean_text", "active", R"("True")", "true"},
                    form_case{"boolean_text_false", "active", R"("false")", "false"},
                    form_case{"sub_names_have_no_case", "emails", R"([{"Value":"a"}])", R"([{"value":"a"}])"}),
    [](const auto& info) { return info.param.name; });

TEST(comparable_differs, where_the_difference_is_real)
{
    const auto profile = showpad_like().of("user");
    const auto differ = [&](const char* path, const char* a, const char* b) {
        return comparable_value(path, j(a), profile) != comparable_value(path, j(b), profile);
    };
    EXPECT_TRUE(differ("externalId", R"("A")", R"("a")")) << "externalId is case-exact";
    EXPECT_TRUE(differ("title", R"("Chief")", R"("chief")"));
    EXPECT_TRUE(differ("locale", R"("")", "null")) << "only where the profile says so";
    EXPECT_TRUE(differ("entitlements", R"([{"value":"a","type":"x"}])", R"([{"value":"a","type":"y"}])"));
    EXPECT_TRUE(differ("active", "true", "false"));
    EXPECT_TRUE(differ("emails", R"([{"value":"a"}])", R"([{"value":"b"}])"));
}

TEST(value_at, finds_attributes_however_they_are_written)
{
    const auto user = j(
        R"({"UserName":"a","name":{"GivenName":"A"},"name.formatted":"A B","emails":[{"value":"x"},{"value":"y"}],"title":null,
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"Department":"D","manager":{"value":"m"}},
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:organization":"O"})");
    EXPECT_EQ(value_at(user, "userName"), json("a"));
    EXPECT_EQ(value_at(user, "urn:ietf:params:scim:schemas:core:2.0:User:userName"), json("a"));
    EXPECT_EQ(value_at(user, "name.givenName"), json("A"));
    EXPECT_EQ(value_at(user, "name.formatted"), json("A B"));
    EXPECT_EQ(value_at(user, "emails.value"), j(R"(["x","y"])"));
    EXPECT_EQ(value_at(user, enterprise_urn + ":department"), json("D"));
    EXPECT_EQ(value_at(user, enterprise_urn + ":manager.value"), json("m"));
    EXPECT_EQ(value_at(user, enterprise_urn + ":organization"), json("O"));
    EXPECT_EQ(value_at(user, "title"), json(nullptr));
    EXPECT_FALSE(value_at(user, "nickName"));
    EXPECT_FALSE(value_at(user, "name.familyName"));
    EXPECT_FALSE(value_at(user, "userName.x"));
    EXPECT_FALSE(value_at(j("[]"), "userName"));
    EXPECT_FALSE(value_at(j("null"), "name.givenName"));
}

TEST(assign, writes_nested_resources)
{
    json user = json::object();
    assign(user, "userName", "a");
    assign(user, "name.givenName", "A");
    assign(user, enterprise_urn + ":department", "D");
    assign(user, enterprise_urn + ":manager.value", "m");
    EXPECT_EQ(user, j(R"({"userName":"a","name":{"givenName":"A"},
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"D","manager":{"value":"m"}}})"));
}

TEST(assign, keeps_the_spelling_that_is_there)
{
    auto user = j(R"({"externalID":"1","Name":{"GivenName":"A"},"name.familyName":"old"})");
    assign(user, "externalId", "2");
    assign(user, "name.givenName", "B");
    assign(user, "name.familyName", "new");
    EXPECT_EQ(user, j(R"({"externalID":"2","Name":{"GivenName":"B","familyName":"new"}})"));
}

TEST(assign, removes_by_null_and_leaves_no_empty_shell)
{
    auto user = j(
        R"({"title":"x","name":{"givenName":"A"},"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"D"}})");
    assign(user, "title", nullptr);
    assign(user, "name.givenName", nullptr);
    assign(user, enterprise_urn + ":department", nullptr);
    assign(user, "nickName", nullptr);
    assign(user, "name.familyName", nullptr);
    EXPECT_EQ(user, json::object());
}

TEST(assign, replaces_what_is_no_object)
{
    auto user = j(R"({"name":null,"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":[]})");
    assign(user, "name.givenName", "A");
    assign(user, enterprise_urn + ":department", "D");
    EXPECT_EQ(user["name"]["givenName"], "A");
    EXPECT_EQ(user[enterprise_urn]["department"], "D");
    json nothing;
    assign(nothing, "title", "x");
    EXPECT_EQ(nothing, j(R"({"title":"x"})"));
}

TEST(missing_required, names_what_a_creation_lacks)
{
    auto profile = showpad_like().of("user");
    profile.require.push_back("emails.value");
    desired_resource d;
    d.attributes = {{"emails", j(R"([{"value":"a"}])")}, {"name.givenName", "A"}, {"name.familyName", nullptr}};
    EXPECT_EQ(missing_required(d, profile), (std::vector<std::string>{"userName", "name.familyName"}));
}

} // namespace
} // namespace idferry::mapping::test
