// What a provider's schemas say about its attributes (RFC 7643 section 7).
#include "connectors/scim/scim_survey.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace idferry::connectors::scim {
namespace {

const std::vector<const mapping::resource_type*> both{&mapping::user_type, &mapping::group_type};

// Shortened from RFC 7643 section 8.7.1.
const std::string schemas = R"({
  "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 3,
  "Resources": [
    {"id": "urn:ietf:params:scim:schemas:core:2.0:User", "name": "User", "attributes": [
      {"name": "userName", "type": "string", "mutability": "readWrite"},
      {"name": "name", "type": "complex", "mutability": "readWrite", "subAttributes": [
        {"name": "familyName", "type": "string", "mutability": "readWrite"},
        {"name": "formatted", "type": "string", "mutability": "readOnly"}]},
      {"name": "groups", "type": "complex", "multiValued": true, "mutability": "readOnly", "subAttributes": [
        {"name": "value", "type": "string", "mutability": "readWrite"}]}]},
    {"id": "urn:ietf:params:scim:schemas:core:2.0:Group", "name": "Group", "attributes": [
      {"name": "displayName", "type": "string", "mutability": "readWrite"}]},
    {"id": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "attributes": [
      {"name": "department", "type": "string", "mutability": "readWrite"}]}]})";

const attribute_support* find(const std::vector<attribute_support>& all, const std::string& path)
{
    const auto it = std::ranges::find(all, path, &attribute_support::path);
    return it == all.end() ? nullptr : &*it;
}

TEST(survey, reads_attributes_sub_attributes_and_extensions)
{
    const auto read = read_schemas(schemas, both);
    ASSERT_TRUE(read.contains("user") && read.contains("group"));
    const auto& user = read.at("user");
    ASSERT_NE(find(user, "userName"), nullptr);
    EXPECT_FALSE(find(user, "userName")->read_only);
    ASSERT_NE(find(user, "name.familyName"), nullptr);
    EXPECT_FALSE(find(user, "name.familyName")->read_only);
    ASSERT_NE(find(user, "name.formatted"), nullptr);
    EXPECT_TRUE(find(user, "name.formatted")->read_only);
    ASSERT_NE(find(user, "groups.value"), nullptr);
    EXPECT_TRUE(find(user, "groups.value")->read_only) << "a part of what is read-only is read-only";
    EXPECT_NE(find(user, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"), nullptr);
    EXPECT_EQ(find(user, "displayName"), nullptr) << "that is the group's";
    EXPECT_NE(find(read.at("group"), "displayName"), nullptr);
}

TEST(survey, takes_a_bare_list_of_schemas)
{
    const auto read = read_schemas(
        R"([{"id": "urn:ietf:params:scim:schemas:core:2.0:Group", "attributes": [{"name": "displayName"}]}])", both);
    EXPECT_FALSE(read.contains("user"));
    ASSERT_TRUE(read.contains("group"));
    EXPECT_NE(find(read.at("group"), "displayName"), nullptr);
}

TEST(survey, says_nothing_when_nothing_is_told)
{
    for (const auto* body : {"", "<html>", "{}", "[]", R"({"Resources": 5})", R"({"Resources": [1, null, {}]})",
                             R"([{"id": "urn:other", "attributes": [{"name": "x"}]}])"})
        EXPECT_TRUE(read_schemas(body, both).empty()) << body;
}

TEST(survey, survives_attributes_of_the_wrong_shape)
{
    const auto read = read_schemas(
        R"([{"id": "urn:ietf:params:scim:schemas:core:2.0:User",
             "attributes": [5, {"name": 7}, {"name": "a", "subAttributes": "b"}, {"name": "title", "mutability": 1}]}])",
        both);
    ASSERT_TRUE(read.contains("user"));
    ASSERT_NE(find(read.at("user"), "title"), nullptr);
    EXPECT_FALSE(find(read.at("user"), "title")->read_only);
}

} // namespace
} // namespace idferry::connectors::scim
