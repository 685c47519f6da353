// Identities and groups ↔ SCIM, and the rules for names (apis: Beyond Identity, sections 4.2 and 5).
#include "config/node.hpp"
#include "connectors/beyond_identity/beyond_identity_codec.hpp"
#include "connectors/beyond_identity/name_rules.hpp"
#include "connectors/beyond_identity/traits.hpp"
#include "mapping/json.hpp"
#include "mapping/normalise.hpp"
#include "mapping/resource_type.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace idferry::connectors::beyond_identity {

using mapping::json;
using testing::HasSubstr;

namespace {

// Every documented trait with a value of its own.
json everything()
{
    json traits = {{"type", "traits_v0"}};
    for (const auto& row : trait_rows()) traits[std::string(row.trait)] = "v-" + std::string(row.trait);
    return {{"id", "e372db224c06e850"},
            {"realm_id", "8f5bec58229e6f29"},
            {"tenant_id", "0001f1f460b1ace6"},
            {"display_name", "Test Identity"},
            {"status", "suspended"},
            {"enrollment_status", "UNENROLLED"},
            {"create_time", "2022-04-12T05:53:07.119Z"},
            {"traits", traits}};
}

json decoded(const json& identity)
{
    const auto out = decode_identity(identity);
    EXPECT_TRUE(out) << (out ? "" : out.error().detail);
    return out ? *out : json();
}

json encoded(const json& user, const write_settings& write = {})
{
    const auto out = encode_identity(user, write);
    EXPECT_TRUE(out) << (out ? "" : out.error().detail);
    return out ? *out : json();
}

const std::string enterprise(mapping::enterprise_user_schema);

beyond_identity_settings settings_with(const std::string& keys)
{
    config::diagnostics out;
    const auto tree = config::parse_yaml("type: beyond_identity\nregion: us\ntenant: t\nrealm: r\nauth: {bearer: {env: "
                                         "S}}\n" +
                                             keys + "\n",
                                         "x", out);
    auto s = parse_settings(*tree, "beyond", out);
    for (const auto& d : out.sorted()) ADD_FAILURE() << d.message;
    return s ? std::move(*s) : beyond_identity_settings{};
}

} // namespace

TEST(beyond_identity_codec, there_are_34_traits_with_the_variant_s_name)
{
    EXPECT_EQ(trait_rows().size() + 1, 34u);
}

TEST(beyond_identity_codec, every_trait_has_its_scim_attribute)
{
    const auto user = decoded(everything());
    const json expected = {
        {"schemas", {mapping::core_user_schema, mapping::enterprise_user_schema, identity_urn}},
        {"id", "e372db224c06e850"},
        {"active", false},
        {"displayName", "Test Identity"},
        {"userName", "v-username"},
        {"externalId", "v-external_id"},
        {"emails", json::array({{{"value", "v-primary_email_address"}, {"type", "work"}, {"primary", true}},
                                {{"value", "v-secondary_email_address"}, {"type", "other"}}})},
        {"name",
         {{"familyName", "v-family_name"},
          {"givenName", "v-given_name"},
          {"middleName", "v-middle_name"},
          {"formatted", "v-formatted_name"},
          {"honorificPrefix", "v-honorific_prefix"},
          {"honorificSuffix", "v-honorific_suffix"}}},
        {"nickName", "v-nick_name"},
        {"phoneNumbers", json::array({{{"value", "v-primary_phone"}, {"type", "work"}, {"primary", true}},
                                      {{"value", "v-secondary_phone"}, {"type", "other"}}})},
        {"profileUrl", "v-profile_url"},
        {"photos", json::array({{{"value", "v-photo"}, {"type", "photo"}, {"primary", true}}})},
        {"preferredLanguage", "v-preferred_language"},
        {"locale", "v-locale"},
        {"timezone", "v-timezone"},
        {"addresses", json::array({{{"type", "work"},
                                    {"formatted", "v-formatted_address"},
                                    {"streetAddress", "v-street_address"},
                                    {"locality", "v-locality"},
                                    {"region", "v-region"},
                                    {"postalCode", "v-postal_code"},
                                    {"country", "v-country"}}})},
        {"title", "v-title"},
        {"userType", "v-user_type"},
        {enterprise,
         {{"employeeNumber", "v-employee_number"},
          {"costCenter", "v-cost_center"},
          {"organization", "v-organization"},
          {"division", "v-division"},
          {"department", "v-department"},
          {"manager", {{"value", "v-manager_id"}, {"displayName", "v-manager_name"}}}}},
        {std::string(identity_urn),
         {{"enrollment_status", "UNENROLLED"}, {"create_time", "2022-04-12T05:53:07.119Z"}}}};
    EXPECT_EQ(user, expected);
}

TEST(beyond_identity_codec, what_was_read_is_what_would_be_written)
{
    auto traits = everything()["traits"];
    traits.erase("type");
    EXPECT_EQ(encoded(decoded(everything())),
              (json{{"display_name", "Test Identity"}, {"status", "suspended"}, {"traits", traits}}));
}

TEST(beyond_identity_codec, an_absent_status_is_active_and_an_unknown_one_is_neither)
{
    const json least = {{"id", "1"}, {"traits", {{"type", "traits_v0"}, {"username", "ab"}}}};
    EXPECT_EQ(decoded(least)["active"], true);
    auto other = least;
    other["status"] = nullptr;
    EXPECT_EQ(decoded(other)["active"], true);
    other["status"] = "active";
    EXPECT_EQ(decoded(other)["active"], true);
    other["status"] = "suspended";
    EXPECT_EQ(decoded(other)["active"], false);
    other["status"] = "pending";
    const auto refused = decode_identity(other);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().next, disposition::reject);
    EXPECT_THAT(refused.error().detail, HasSubstr("\"status\""));
}

TEST(beyond_identity_codec, what_is_missing_or_of_the_wrong_type_is_named)
{
    const std::pair<const char*, const char*> cases[] = {
        {R"({"traits":{"username":"a"}})", "\"id\""},
        {R"({"id":"1"})", "\"traits\""},
        {R"({"id":"1","traits":{"type":"traits_v0"}})", "\"traits.username\""},
        {R"({"id":"1","traits":{"username":"a","title":7}})", "\"traits.title\""},
        {R"({"id":"1","display_name":[],"traits":{"username":"a"}})", "\"display_name\""}};
    for (const auto& [text, field] : cases) {
        const auto out = decode_user_record(text, {});
        ASSERT_FALSE(out) << text;
        EXPECT_EQ(out.error().next, disposition::reject);
        EXPECT_THAT(out.error().detail, HasSubstr(field));
    }
}

TEST(beyond_identity_codec, unknown_traits_and_fields_keep_their_names)
{
    const auto user =
        decoded({{"id", "1"}, {"new_field", {1, 2}}, {"traits", {{"username", "a"}, {"samaccountname", "ACME\\a"}}}});
    EXPECT_EQ(mapping::value_at(user, std::string(identity_urn) + ":samaccountname"), json("ACME\\a"));
    EXPECT_EQ(user[std::string(identity_urn)]["new_field"], (json{1, 2}));
    write_settings write;
    EXPECT_FALSE(encoded(user)["traits"].contains("samaccountname"));
    write.custom_traits = {"samaccountname"};
    EXPECT_EQ(encoded(user, write)["traits"]["samaccountname"], "ACME\\a");
}

TEST(beyond_identity_codec, the_primary_e_mail_is_the_one_that_says_so_else_the_first)
{
    const auto mails = [](json list) { return encoded({{"userName", "a"}, {"emails", std::move(list)}})["traits"]; };
    const auto two = mails(json::array({{{"value", "b@x"}}, {{"value", "a@x"}, {"primary", true}}}));
    EXPECT_EQ(two["primary_email_address"], "a@x");
    EXPECT_EQ(two["secondary_email_address"], "b@x");
    const auto plain = mails(json::array({{{"value", "b@x"}}, {{"value", "a@x"}}, {{"value", "c@x"}}}));
    EXPECT_EQ(plain["primary_email_address"], "b@x");
    EXPECT_EQ(plain["secondary_email_address"], "a@x");
    EXPECT_FALSE(mails(json::array({{{"value", "b@x"}}})).contains("secondary_email_address"));
    // Somebody who has only a second one keeps it as that.
    const auto second = mails(json::array({{{"value", "b@x"}, {"type", "other"}}}));
    EXPECT_FALSE(second.contains("primary_email_address"));
    EXPECT_EQ(second["secondary_email_address"], "b@x");
    write_settings one;
    one.second_values = false;
    EXPECT_FALSE(encoded(decoded(everything()), one)["traits"].contains("secondary_email_address"));
}

TEST(beyond_identity_codec, a_patch_holds_what_changed_and_the_variant_s_name)
{
    const json before = {{"display_name", "A"}, {"status", "active"}, {"traits", {{"username", "a"}, {"title", "x"}}}};
    auto after = before;
    EXPECT_TRUE(identity_patch(before, after, clear_mode::null).is_null());
    after["status"] = "suspended";
    EXPECT_EQ(identity_patch(before, after, clear_mode::null),
              (json{{"identity", {{"status", "suspended"}, {"traits", {{"type", "traits_v0"}}}}}}));
    after["traits"] = {{"username", "b"}};
    EXPECT_EQ(identity_patch(before, after, clear_mode::null)["identity"]["traits"],
              (json{{"type", "traits_v0"}, {"username", "b"}, {"title", nullptr}}));
    EXPECT_EQ(identity_patch(before, after, clear_mode::empty_text)["identity"]["traits"]["title"], "");
}

TEST(beyond_identity_codec, a_group_has_a_description_under_a_schema_of_its_own_and_always_when_created)
{
    const auto g = decode_group({{"id", "g1"}, {"display_name", "Sales"}, {"description", "who sells"}});
    ASSERT_TRUE(g);
    EXPECT_EQ((*g)["displayName"], "Sales");
    EXPECT_EQ(mapping::value_at(*g, "urn:idferry:source:beyond_identity:group:description"), json("who sells"));
    EXPECT_EQ(*encode_group(*g), (json{{"display_name", "Sales"}, {"description", "who sells"}}));
    EXPECT_EQ(group_creation(*encode_group({{"displayName", "Sales"}})),
              (json{{"group", {{"display_name", "Sales"}, {"description", ""}}}}));
    EXPECT_EQ(group_patch({{"display_name", "A"}, {"description", "d"}}, {{"display_name", "B"}}),
              (json{{"group", {{"display_name", "B"}, {"description", ""}}}}));
    EXPECT_FALSE(decode_group({{"id", "g1"}, {"display_name", ""}}));
}

TEST(beyond_identity_codec, two_mails_compare_by_value_and_by_which_is_primary)
{
    const auto profile = profile_of(settings_with("")).of("user");
    const auto read = decoded(everything())["emails"];
    const json same = json::array(
        {{{"value", "V-primary_email_address"}, {"primary", true}}, {{"value", "v-secondary_email_address"}}});
    const json swapped = json::array(
        {{{"value", "v-primary_email_address"}}, {{"value", "v-secondary_email_address"}, {"primary", true}}});
    EXPECT_EQ(mapping::comparable_value("emails", read, profile), mapping::comparable_value("emails", same, profile));
    EXPECT_NE(mapping::comparable_value("emails", read, profile),
              mapping::comparable_value("emails", swapped, profile));
    // One value that does not say that it is primary is: there is no other place for it.
    EXPECT_EQ(mapping::canonical_value("emails", json::array({{{"value", "a@x"}}}), profile),
              json::array({{{"value", "a@x"}, {"primary", true}}}));
}

TEST(beyond_identity_codec, switches_change_what_the_realm_requires_and_keeps_unique)
{
    const auto usual = profile_of(settings_with("")).of("user");
    EXPECT_EQ(usual.require, (std::vector<std::string>{"userName", "displayName"}));
    EXPECT_EQ(usual.unique, (std::vector<std::string>{"userName"}));
    const auto strict =
        profile_of(settings_with("write: {require_email: true, unique_email: true, second_values: false}")).of("user");
    EXPECT_THAT(strict.require, testing::Contains("emails"));
    EXPECT_THAT(strict.unique, testing::Contains("emails.value"));
    EXPECT_TRUE(strict.single_valued.contains("emails"));
}

TEST(beyond_identity_names, each_forbidden_character_is_named_with_its_place_and_a_transform)
{
    for (const char c : std::string(R"({}[]<>;:?\/|*^%$#=~!`)")) {
        const auto why = why_no_name("displayName", std::string("Zoë") + c + "x", 64, length_unit::code_points);
        EXPECT_THAT(why, HasSubstr(std::string("displayName holds '") + c + "' as character 4")) << c;
        EXPECT_THAT(why, HasSubstr("transform: [{replace:")) << c;
    }
    EXPECT_EQ(why_no_name("displayName", "Zoë O'Neill-Kühn (HR) & Co., \"x\" +1_@.", 64, length_unit::code_points), "");
}

TEST(beyond_identity_names, sixty_four_characters_are_counted_as_configured)
{
    std::string umlauts;
    for (int i = 0; i < 64; ++i) umlauts += "ü";
    EXPECT_EQ(why_no_name("userName", umlauts, 64, length_unit::code_points), "");
    EXPECT_THAT(why_no_name("userName", umlauts, 64, length_unit::bytes), HasSubstr("128 bytes"));
    EXPECT_THAT(why_no_name("userName", umlauts + "x", 64, length_unit::code_points), HasSubstr("{truncate: 64}"));
}

TEST(beyond_identity_names, only_what_is_sent_is_judged)
{
    name_settings names;
    EXPECT_THAT(why_not_sent({{"display_name", "AWS: Admins"}}, names), HasSubstr("':'"));
    EXPECT_THAT(why_not_sent({{"traits", {{"username", "a#EXT#"}}}}, names), HasSubstr("userName holds '#'"));
    EXPECT_EQ(why_not_sent({{"traits", {{"title", "C#"}}}}, names), "") << "only names have such rules";
    EXPECT_THAT(why_not_sent({{"description", std::string(301, 'x')}}, names), HasSubstr("300"));
    EXPECT_EQ(why_not_sent({{"description", ""}}, names), "");
    EXPECT_THAT(why_not_sent({{"display_name", ""}}, names), HasSubstr("empty"));
    names.check = false;
    EXPECT_EQ(why_not_sent({{"display_name", "AWS: Admins"}}, names), "");
}

} // namespace idferry::connectors::beyond_identity
