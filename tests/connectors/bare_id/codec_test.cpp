// Record → SCIM shape (apis: Bare.ID, sections 5 and 9.2).
#include "connectors/bare_id/bare_id_codec.hpp"

#include "mapping/json.hpp"

#include <gmock/gmock.h>

namespace idferry::connectors::bare_id {
namespace {

using mapping::json;
using testing::HasSubstr;

const std::string urn = "urn:idferry:source:bare_id:bare";

bare_id_settings config()
{
    bare_id_settings s;
    s.name = "bare";
    return s;
}

json user(const std::string& bytes, const bare_id_settings& s = config())
{
    const auto r = decode_user(s, bytes, {});
    if (r.has_error()) ADD_FAILURE() << r.error().detail;
    return r.has_value() ? *r : json();
}

std::string refusal(const std::string& bytes, const bare_id_settings& s = config())
{
    const auto r = decode_user(s, bytes, {});
    if (r.has_value()) return "accepted";
    EXPECT_EQ(r.error().next, disposition::reject);
    return r.error().detail;
}

std::string with(const std::string& more)
{
    return R"({"uuid":"u1","username":"anna","enabled":true)" + more + "}";
}

TEST(bare_id_codec, a_person_as_documented)
{
    const auto got = user(
        R"({"uuid":"6f1c","username":"anna.beispiel","email":"anna@example.org","enabled":true,"emailVerified":true,
                              "attributes":{"firstName":{"values":["Anna"]},"lastName":{"values":["Beispiel"]}}})");
    EXPECT_EQ(got["id"], "6f1c");
    EXPECT_EQ(got["userName"], "anna.beispiel");
    EXPECT_EQ(got["active"], true);
    EXPECT_EQ(got["emails"], json::parse(R"([{"value":"anna@example.org","primary":true,"type":"work"}])"));
    EXPECT_EQ(got["name"], json::parse(R"({"givenName":"Anna","familyName":"Beispiel"})"));
    EXPECT_EQ(got[urn], json::parse(R"({"emailVerified":true})"));
    EXPECT_EQ(got["schemas"], json::array({"urn:ietf:params:scim:schemas:core:2.0:User", urn}));
    EXPECT_FALSE(got.contains("displayName"));
    EXPECT_FALSE(got.contains("groups"));
    EXPECT_FALSE(got.contains("locale"));
}

TEST(bare_id_codec, bareid_minimum_list_attribute_with_several_values_and_with_none)
{
    const auto got = user(with(
        R"(,"attributes":{"shoeSize":{"values":["42"]},"skills":{"values":["a","b"]},"none":{"values":[]},)"
        R"("empty":{},"null":null,"nullvalues":{"values":null},"firstName":{"values":["Anna","Maria"]},"lastName":{"values":[]}})"));
    EXPECT_EQ(got[urn], json::parse(R"({"shoeSize":"42","skills":["a","b"]})"));
    EXPECT_EQ(got["name"], json::parse(R"({"givenName":"Anna Maria"})"));
}

TEST(bare_id_codec, bareid_minimum_list_unicode_names)
{
    const auto got = user(
        with(R"(,"attributes":{"firstName":{"values":["Zo\u00eb"]},"lastName":{"values":["Müller-Łukasz 山田"]}})"));
    EXPECT_EQ(got["name"]["givenName"], "Zoë");
    EXPECT_EQ(got["name"]["familyName"], "Müller-Łukasz 山田");
}

TEST(bare_id_codec, bareid_minimum_list_slash_in_a_group_name)
{
    const auto got = decode_group(config(), R"({"uuid":"g1","name":"A/B","path":"/x/A/B"})");
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ((*got)["id"], "g1");
    EXPECT_EQ((*got)["displayName"], "A/B");
    EXPECT_EQ((*got)["path"], "/x/A/B");
    EXPECT_EQ((*got)[urn]["path"], "/x/A/B");
    const auto person = decode_user(config(), with(""), {{"g1", "A/B", "/x/A/B"}});
    EXPECT_EQ((*person)["groups"], json::parse(R"([{"value":"g1","display":"A/B","path":"/x/A/B"}])"));
}

TEST(bare_id_codec, bareid_minimum_list_absent_enabled)
{
    const std::string bytes = R"({"uuid":"u1","username":"anna"})";
    EXPECT_THAT(refusal(bytes), HasSubstr("/enabled"));
    EXPECT_THAT(refusal(R"({"uuid":"u1","username":"anna","enabled":null})"), HasSubstr("/enabled"));
    auto s = config();
    s.absent.boolean = absent_bool::is_false;
    EXPECT_EQ(user(bytes, s)["active"], false);
    EXPECT_EQ(user(bytes, s)[urn]["emailVerified"], false);
    s.absent.boolean = absent_bool::is_true;
    EXPECT_EQ(user(bytes, s)["active"], true);
}

TEST(bare_id_codec, a_missing_email_verified_stays_unknown)
{
    EXPECT_FALSE(user(with("")).contains(urn));
}

TEST(bare_id_codec, an_empty_email_or_name_is_absent)
{
    const auto got = user(with(R"(,"email":"","firstName":"","attributes":{"lastName":{"values":[""]}})"));
    EXPECT_FALSE(got.contains("emails"));
    EXPECT_FALSE(got.contains("name"));
    EXPECT_FALSE(user(with(R"(,"email":null,"attributes":null)")).contains("emails"));
}

TEST(bare_id_codec, names_at_the_top_level_are_found_too)
{
    EXPECT_EQ(user(with(R"(,"firstName":"Anna","lastName":"B")"))["name"],
              json::parse(R"({"givenName":"Anna","familyName":"B"})"));
    EXPECT_EQ(user(with(R"(,"firstName":"Top","attributes":{"firstName":{"values":["Inner"]}})"))["name"]["givenName"],
              "Inner");
}

TEST(bare_id_codec, attributes_that_scim_has_a_name_for_go_where_scim_keeps_them)
{
    const auto got = user(with(
        R"(,"attributes":{"department":{"values":["Sales"]},"title":{"values":["Lead"]},"division":{"values":["a","b"]}})"));
    EXPECT_EQ(got["title"], "Lead");
    EXPECT_EQ(got["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]["department"], "Sales");
    EXPECT_EQ(got[urn]["division"], json::parse(R"(["a","b"])")); // several values fit no single-valued attribute
}

TEST(bare_id_codec, root_attributes_are_not_repeated_and_locale_has_its_scim_name)
{
    const auto got = user(with(
        R"(,"attributes":{"username":{"values":["x"]},"email":{"values":["y"]},"locale":{"values":["de"]},"phoneNumber":{"values":["+49"]}})"));
    EXPECT_EQ(got["userName"], "anna");
    EXPECT_EQ(got["locale"], "de");
    EXPECT_EQ(got[urn], json::parse(R"({"phoneNumber":"+49"})"));
}

TEST(bare_id_codec, attributes_in_the_other_encodings)
{
    auto s = config();
    s.fields.encoding = attribute_encoding::list;
    EXPECT_EQ(user(with(R"(,"attributes":{"d":["x"],"e":["x","y"],"f":[],"firstName":["Anna"]})"), s)[urn],
              json::parse(R"({"d":"x","e":["x","y"]})"));
    EXPECT_EQ(user(with(R"(,"attributes":{"firstName":["Anna"]})"), s)["name"]["givenName"], "Anna");
    EXPECT_THAT(refusal(with(R"(,"attributes":{"d":"x"})"), s), HasSubstr("/attributes/d"));
    s.fields.encoding = attribute_encoding::scalar;
    EXPECT_EQ(user(with(R"(,"attributes":{"d":"x","firstName":"Anna"})"), s)[urn], json::parse(R"({"d":"x"})"));
    EXPECT_THAT(refusal(with(R"(,"attributes":{"d":["x"]})"), s), HasSubstr("/attributes/d"));
}

TEST(bare_id_codec, records_of_the_wrong_shape_are_refused_and_the_field_is_named)
{
    EXPECT_THAT(refusal(R"({"username":"a","enabled":true})"), HasSubstr("/uuid"));
    EXPECT_THAT(refusal(R"({"uuid":"u","enabled":true})"), HasSubstr("/username"));
    EXPECT_THAT(refusal(R"({"uuid":"u","username":7,"enabled":true})"), HasSubstr("/username"));
    EXPECT_THAT(refusal(R"({"uuid":"u","username":"a","enabled":"true"})"), HasSubstr("/enabled"));
    EXPECT_THAT(refusal(with(R"(,"email":["a"])")), HasSubstr("/email"));
    EXPECT_THAT(refusal(with(R"(,"emailVerified":"no")")), HasSubstr("/emailVerified"));
    EXPECT_THAT(refusal(with(R"(,"attributes":[])")), HasSubstr("/attributes"));
    EXPECT_THAT(refusal(with(R"(,"attributes":{"d":["x"]})")), HasSubstr("/attributes/d"));
    EXPECT_THAT(refusal(with(R"(,"attributes":{"d":{"values":[{}]}})")), HasSubstr("/attributes/d"));
    EXPECT_THAT(refusal(with(R"(,"attributes":{"firstName":{"values":[1]}})")), HasSubstr("firstName"));
    for (const auto* bytes : {"", "[]", "7", "{", "{\"uuid\":tru}", "<html>"})
        EXPECT_NE(refusal(bytes), "accepted") << bytes;
    EXPECT_NE(refusal("{\"uuid\":\"u\",\"username\":\"a\",\"enabled\":true,\"x\":" + std::string(100, '[') +
                      std::string(100, ']') + "}"),
              "accepted");
}

TEST(bare_id_codec, number_ids_keep_their_digits)
{
    EXPECT_EQ(user(R"({"uuid":9007199254740993,"username":"a","enabled":true})")["id"], "9007199254740993");
    EXPECT_EQ(user(R"({"username":"a","enabled":true,"uuid": 123456789012345678901234567890})")["id"],
              "123456789012345678901234567890");
}

TEST(bare_id_codec, fields_may_be_elsewhere)
{
    auto s = config();
    s.fields.id = fixed_pointer("/id");
    s.fields.username = fixed_pointer("/login/name");
    s.fields.enabled = fixed_pointer("/active");
    const auto got = user(R"({"id":"1","login":{"name":"a"},"active":false})", s);
    EXPECT_EQ(got["id"], "1");
    EXPECT_EQ(got["userName"], "a");
    EXPECT_EQ(got["active"], false);
}

TEST(bare_id_codec, groups_without_a_name_are_refused_and_without_a_path_are_not)
{
    EXPECT_TRUE(decode_group(config(), R"({"uuid":"g","path":"/x"})").has_error());
    EXPECT_TRUE(decode_group(config(), R"({"name":"x"})").has_error());
    const auto got = decode_group(config(), R"({"uuid":"g","name":"x"})");
    ASSERT_TRUE(got.has_value());
    EXPECT_FALSE(got->contains("path"));
}

} // namespace
} // namespace idferry::connectors::bare_id
