#include "mapping/attribute_path.hpp"
#include "mapping/filter.hpp"
#include "mapping/json.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace idferry::mapping;

attribute_path path_of(std::string_view text)
{
    auto parsed = parse_path(text);
    if (const auto* wrong = std::get_if<parse_error>(&parsed)) {
        ADD_FAILURE() << text << ": " << wrong->message << " at " << wrong->position;
        return {};
    }
    return std::get<attribute_path>(parsed);
}

parse_error refused_path(std::string_view text)
{
    auto parsed = parse_path(text);
    if (std::holds_alternative<attribute_path>(parsed)) {
        ADD_FAILURE() << text << " was accepted";
        return {};
    }
    return std::get<parse_error>(parsed);
}

json selected(const json& resource, std::string_view text)
{
    json values = json::array();
    for (const json* value : select(resource, path_of(text))) {
        values.push_back(*value);
    }
    return values;
}

constexpr const char* enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

TEST(attribute_path, splits_names)
{
    EXPECT_EQ(path_of("userName").attribute, "userName");
    EXPECT_EQ(path_of("name.givenName").attribute, "name");
    EXPECT_EQ(path_of("name.givenName").sub_attribute, "givenName");
    EXPECT_EQ(path_of("members.$ref").sub_attribute, "$ref");
    EXPECT_EQ(path_of("x-y_2").attribute, "x-y_2");
}

TEST(attribute_path, splits_urns_at_the_last_colon_known_schemas_first)
{
    const attribute_path department = path_of(std::string(enterprise) + ":department");
    EXPECT_EQ(department.urn, enterprise);
    EXPECT_EQ(department.attribute, "department");
    EXPECT_EQ(department.attribute_text(), std::string(enterprise) + ":department");

    const attribute_path manager = path_of(std::string(enterprise) + ":manager.displayName");
    EXPECT_EQ(manager.attribute, "manager");
    EXPECT_EQ(manager.sub_attribute, "displayName");

    const attribute_path source = path_of("urn:idferry:source:bare_id:bare:costCentre");
    EXPECT_EQ(source.urn, "urn:idferry:source:bare_id:bare");
    EXPECT_EQ(source.attribute, "costCentre");

    const attribute_path unknown = path_of("urn:example:hr:contract.end");
    EXPECT_EQ(unknown.urn, "urn:example:hr");
    EXPECT_EQ(unknown.attribute, "contract");
    EXPECT_EQ(unknown.sub_attribute, "end");

    // Without case, and kept as written.
    EXPECT_EQ(path_of("URN:IETF:params:scim:schemas:core:2.0:user:userName").urn,
              "URN:IETF:params:scim:schemas:core:2.0:user");
}

TEST(attribute_path, a_urn_alone_names_the_whole_extension)
{
    for (const std::string urn : {enterprise, "urn:idferry:source:bare_id:bare", "urn:example:params:2.0:Badge"}) {
        const attribute_path path = path_of(urn);
        EXPECT_EQ(path.urn, urn);
        EXPECT_EQ(path.attribute, "");
        EXPECT_EQ(path.text(), urn);
    }
}

TEST(attribute_path, reads_a_value_filter)
{
    const attribute_path path = path_of("emails[type  EQ \"work\" AND primary eq true].value");
    EXPECT_EQ(path.attribute, "emails");
    EXPECT_EQ(path.sub_attribute, "value");
    ASSERT_NE(path.value_filter, nullptr);
    EXPECT_EQ(path.text(), "emails[type eq \"work\" and primary eq true].value");
    EXPECT_EQ(path_of(path.text()).text(), path.text());
    EXPECT_EQ(path_of(std::string(enterprise) + ":manager[value pr].displayName").urn, enterprise);
}

TEST(attribute_path, refusals_point_at_the_character)
{
    struct refusal
    {
        std::string text;
        std::size_t position;
    };
    const std::vector<refusal> refusals{
        {"", 0},
        {" userName", 0},
        {"1name", 0},
        {"user/Name", 4},
        {"straße", 4},
        {"name.", 5},
        {"name..x", 5},
        {".x", 0},
        {"name.given.first", 10},
        {"userName pr", 8},
        {"emails[", 7},
        {"emails[]", 7},
        {"emails[type]", 11},
        {"emails[type eq \"work\"", 21},
        {"emails[type eq \"work\"]value", 22},
        {"emails[type eq \"work\"].", 23},
        {"emails[type eq \"work\"].a.b", 24},
        {"emails[type eq \"work\"] ", 22},
        {"emails[a[b eq 1]]", 8},
        {"name.given[a eq 1]", 10},
        {"urn:ietf:params:scim:schemas:core:2.0:User:", 43},
        {"urn:ietf:params:scim:schemas:core:2.0:User:1x", 43},
        {"urn::x:name", 3},
        {":name", 0},
        {std::string(enterprise) + "[a pr]", std::string(enterprise).size()},
    };
    for (const refusal& expected : refusals) {
        const parse_error error = refused_path(expected.text);
        EXPECT_EQ(error.position, expected.position) << expected.text << ": " << error.message;
        EXPECT_FALSE(error.message.empty());
    }
}

class select_test : public testing::Test
{
protected:
    const json user = json::parse(R"({
        "id": "1", "userName": "b.jensen", "title": null, "nickNames": [],
        "name": {"givenName": "Barbara"},
        "emails": [{"type": "work", "value": "b@work.example", "primary": true}, {"type": "home", "value": "b@home.example"}, {"type": "other"}],
        "tags": ["red", "blue"],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Sales", "manager": {"value": "7", "displayName": "Zoë"}},
        "urn:example:Badge": {"number": 4}
    })");
};

TEST_F(select_test, names_are_compared_without_case)
{
    EXPECT_EQ(selected(user, "USERNAME"), json::array({"b.jensen"}));
    EXPECT_EQ(selected(user, "Name.GIVENname"), json::array({"Barbara"}));
    EXPECT_EQ(selected(user, "URN:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:user:Department"),
              json::array({"Sales"}));
}

TEST_F(select_test, multi_valued_attributes_fan_out)
{
    EXPECT_EQ(selected(user, "emails.value"), json::array({"b@work.example", "b@home.example"}));
    EXPECT_EQ(selected(user, "emails").size(), 3U);
    EXPECT_EQ(selected(user, "tags"), json::array({"red", "blue"}));
    EXPECT_EQ(selected(user, "tags.value"), json::array({"red", "blue"}));
    EXPECT_EQ(selected(user, "nickNames"), json::array());
}

TEST_F(select_test, a_value_filter_selects_elements)
{
    EXPECT_EQ(selected(user, "emails[type eq \"HOME\"].value"), json::array({"b@home.example"}));
    EXPECT_EQ(selected(user, "emails[primary eq true]").at(0).at("type"), "work");
    EXPECT_EQ(selected(user, "emails[type eq \"fax\"].value"), json::array());
    EXPECT_EQ(selected(user, "tags[value sw \"r\"]"), json::array({"red"}));
}

TEST_F(select_test, extensions_stand_under_their_urn)
{
    const std::string urn = enterprise;
    EXPECT_EQ(selected(user, urn + ":department"), json::array({"Sales"}));
    EXPECT_EQ(selected(user, urn + ":manager.displayName"), json::array({"Zoë"}));
    EXPECT_EQ(selected(user, urn).at(0).at("department"), "Sales");
    EXPECT_EQ(selected(user, "urn:example:Badge:number"), json::array({4}));
    EXPECT_EQ(selected(user, "urn:example:Badge").at(0).at("number"), 4);
    EXPECT_EQ(selected(user, "department"), json::array());
    EXPECT_EQ(selected(user, "urn:example:Other:number"), json::array());
}

TEST_F(select_test, a_core_urn_is_the_resource_itself)
{
    EXPECT_EQ(selected(user, "urn:ietf:params:scim:schemas:core:2.0:User:userName"), json::array({"b.jensen"}));
    EXPECT_EQ(selected(user, "urn:ietf:params:scim:schemas:core:2.0:User").at(0).at("id"), "1");
}

TEST_F(select_test, null_is_selected_and_absent_is_not)
{
    EXPECT_EQ(selected(user, "title"), json::array({nullptr}));
    EXPECT_EQ(selected(user, "title.x"), json::array());
    EXPECT_EQ(selected(user, "displayName"), json::array());
    EXPECT_EQ(selected(user, "userName.value"), json::array());
    EXPECT_EQ(selected(json("text"), "userName"), json::array());
    EXPECT_EQ(selected(json::parse(R"({"emails":[null,{"type":"home"}]})"), "emails[not (type eq \"work\")]"),
              json::parse(R"([{"type":"home"}])"));
}

} // namespace
