#include "mapping/transform.hpp"

#include "mapping/transform_text.hpp"
#include "tests/mapping/mapping_fixture.hpp"

namespace idferry::mapping::test {
namespace {

struct text_case
{
    const char* name;
    const char* rule; // the transform, in flow style
    json input;
    json wanted; // null = dropped
};

class transforms_text : public testing::TestWithParam<text_case>
{
};

TEST_P(transforms_text, gives_what_its_description_says)
{
    const auto& c = GetParam();
    const auto value = value_of("title", std::string("{from: title, transform: ") + c.rule + "}", {{"title", c.input}});
    if (c.wanted.is_null())
        EXPECT_FALSE(value.has_value()) << value->dump();
    else {
        ASSERT_TRUE(value.has_value());
        EXPECT_EQ(*value, c.wanted);
    }
}

INSTANTIATE_TEST_SUITE_P(
    all, transforms_text,
    testing::Values(
        text_case{"lower", "lower", "Anna.BEISPIEL", "anna.beispiel"},
        text_case{"lower_umlauts", "lower", "ÄÖÜ ÉLAN ŁÓDŹ", "äöü élan łódź"},
        text_case{"lower_is_not_turkish", "lower", "IRIS", "iris"}, text_case{"upper", "upper", "müller", "MÜLLER"},
        text_case{"upper_sharp_s", "upper", "straße", "STRASSE"}, text_case{"trim", "trim", "  a b \t\n", "a b"},
        text_case{"trim_wide_blanks", "trim", "\xC2\xA0\xE3\x80\x80x\xC2\xA0", "x"},
        text_case{"trim_to_nothing", "trim", "  ", ""},
        text_case{"squeeze", "squeeze", "  Anna   \t Maria\xC2\xA0 Beispiel ", "Anna Maria Beispiel"},
        text_case{"ascii", "ascii", "Müller Größe", "Muller Grosse"},
        text_case{"ascii_german", "{ascii: de}", "Müller Größe Ärzte", "Mueller Groesse Aerzte"},
        text_case{"ascii_german_decomposed", "{ascii: de}", "Mu\xCC\x88ller", "Mueller"},
        text_case{"ascii_scripts", "ascii", "Иван Αθήνα Łódź", "Ivan Athena Lodz"},
        text_case{"ascii_without_equivalent", "ascii", "x\xF0\x9F\x98\x80y", "xy"},
        text_case{"digits", "digits", "+49 (0)30 12-34", "490301234"},
        text_case{"digits_of_other_scripts", "digits", "٣٤", "34"}, text_case{"text_of_number", "text", 4711, "4711"},
        text_case{"text_of_boolean", "text", true, "true"}, text_case{"text_of_text", "text", "x", "x"},
        text_case{"prefix", "{prefix: 'de-'}", "x", "de-x"},
        text_case{"suffix", "{suffix: '@acme.example'}", "anna", "anna@acme.example"},
        text_case{"truncate", "{truncate: 3}", "abcdef", "abc"},
        text_case{"truncate_short", "{truncate: 10}", "abc", "abc"},
        text_case{"truncate_code_points", "{truncate: 2}", "ÄÖÜ", "ÄÖ"},
        text_case{"truncate_outside_bmp", "{truncate: 1}", "\xF0\x9F\x98\x80x", "\xF0\x9F\x98\x80"},
        text_case{"replace", "{replace: {pattern: '[^a-z]+', with: '-'}}", "a b!c", "a-b-c"},
        text_case{"replace_groups", R"({replace: {pattern: '^(\d\d)\.(\d\d)\.(\d{4})$', with: '\3-\2-\1'}})",
                  "31.12.2024", "2024-12-31"},
        text_case{"replace_by_nothing", "{replace: {pattern: ' ', with: ''}}", "a b c", "abc"},
        text_case{"replace_unicode", "{replace: {pattern: 'ü', with: 'ue'}}", "müü", "mueue"},
        text_case{"in_order", "[trim, lower, {prefix: x}]", " AB ", "xab"},
        text_case{"split_then_join", "[{split: ','}, {join: ' & '}]", "a, b,,c", "a & b & c"}),
    [](const auto& info) { return info.param.name; });

struct phone_case
{
    const char* name;
    const char* country; // or ""
    const char* input;
    const char* wanted; // "" = not exact
};

class phone_number : public testing::TestWithParam<phone_case>
{
};

TEST_P(phone_number, is_international_only_where_it_is_exact)
{
    const auto& c = GetParam();
    std::string why;
    const auto number = to_e164(c.input, *c.country ? find_phone_country(c.country) : nullptr, why);
    EXPECT_EQ(number.value_or(""), c.wanted);
    EXPECT_EQ(why.empty(), number.has_value()) << why;
}

INSTANTIATE_TEST_SUITE_P(all, phone_number,
                         testing::Values(phone_case{"international", "", "+49 30 1234567", "+49301234567"},
                                         phone_case{"zero_in_brackets", "", "+49 (0)30 1234567", "+49301234567"},
                                         phone_case{"zero_in_brackets_close", "", "+49(0)30/1234-567", "+49301234567"},
                                         phone_case{"tel_uri", "", "tel:+49-30-1234567", "+49301234567"},
                                         phone_case{"brackets_around_code", "", "(+49) 30 1234567", "+49301234567"},
                                         phone_case{"unlisted_country", "", "+971 4 123 4567", "+97141234567"},
                                         phone_case{"italy_keeps_its_zero", "", "+39 06 1234567", "+39061234567"},
                                         phone_case{"no_break_space", "",
                                                    "+49\xC2\xA0"
                                                    "30 1234567",
                                                    "+49301234567"},
                                         phone_case{"double_zero", "DE", "0049 30 1234567", "+49301234567"},
                                         phone_case{"double_zero_brackets", "DE", "0049 (0)30 1234567", "+49301234567"},
                                         phone_case{"abroad_from_germany", "DE", "0043 1 58858", "+43158858"},
                                         phone_case{"national", "DE", "030 / 123 45 67", "+49301234567"},
                                         phone_case{"national_brackets", "DE", "(030) 1234567", "+49301234567"},
                                         phone_case{"zero_alone_in_brackets", "DE", "(0)30 1234567", "+49301234567"},
                                         phone_case{"swiss", "CH", "044 668 18 00", "+41446681800"},
                                         phone_case{"danish_has_no_prefix", "DK", "33 12 34 56", "+4533123456"},
                                         phone_case{"american", "US", "(415) 555-2671", "+14155552671"},
                                         phone_case{"american_with_one", "US", "1-415-555-2671", "+14155552671"},
                                         phone_case{"american_abroad", "US", "011 49 30 1234567", "+49301234567"},
                                         phone_case{"hungarian", "HU", "06 1 234 5678", "+3612345678"},
                                         // What is not exact stays unknown.
                                         phone_case{"no_prefix", "DE", "1234567", ""},
                                         phone_case{"national_without_country", "", "030 1234567", ""},
                                         phone_case{"double_zero_without_country", "", "0049 30 1234567", ""},
                                         phone_case{"zero_after_code", "", "+49 030 1234567", ""},
                                         phone_case{"zero_in_brackets_for_italy", "", "+39 (0)6 1234567", ""},
                                         phone_case{"zero_in_brackets_unknown", "", "+971 (0)4 1234567", ""},
                                         phone_case{"zero_in_brackets_late", "", "+49 30 (0)1234567", ""},
                                         phone_case{"extension", "", "+49 30 1234567 ext. 12", ""},
                                         phone_case{"letters", "DE", "0800 REISE", ""},
                                         phone_case{"two_numbers", "DE", "030/1234567/68", ""},
                                         phone_case{"too_long", "", "+49 301234567890123", ""},
                                         phone_case{"too_short", "DE", "030", ""},
                                         phone_case{"swiss_too_long", "CH", "044 668 18 001", ""},
                                         phone_case{"triple_zero", "DE", "00030 1234567", ""},
                                         phone_case{"empty", "DE", "", ""}, phone_case{"only_plus", "", "+", ""},
                                         phone_case{"plus_in_the_middle", "", "49+301234567", ""}),
                         [](const auto& info) { return info.param.name; });

struct date_case
{
    const char* name;
    const char* rule;
    json input;
    const char* wanted; // "" = dropped
};

class date_transform : public testing::TestWithParam<date_case>
{
};

TEST_P(date_transform, writes_xsd_dates)
{
    const auto& c = GetParam();
    const auto value = value_of("title", std::string("{from: title, transform: ") + c.rule + "}", {{"title", c.input}});
    EXPECT_EQ(value.value_or(json("")), json(c.wanted));
}

INSTANTIATE_TEST_SUITE_P(
    all, date_transform,
    testing::Values(
        date_case{"date", "date", "2024-02-29", "2024-02-29"}, date_case{"basic", "date", "20240229", "2024-02-29"},
        date_case{"date_of_time_as_written", "date", "2024-02-29T00:30:00+02:00", "2024-02-29"},
        date_case{"time_to_utc", "{date: date_time}", "2024-03-01T00:30:00+02:00", "2024-02-29T22:30:00Z"},
        date_case{"rfc3339", "{date: date_time}", "2024-02-29T12:00:00.250Z", "2024-02-29T12:00:00.25Z"},
        date_case{"no_zone_is_not_guessed", "{date: date_time}", "2024-02-29 12:00", "2024-02-29T12:00:00"},
        date_case{"day_alone", "{date: date_time}", "2024-02-29", "2024-02-29T00:00:00"},
        date_case{"basic_time", "{date: date_time}", "20240229T120000Z", "2024-02-29T12:00:00Z"},
        date_case{"epoch_number", "{date: date_time}", 1709208000000, "2024-02-29T12:00:00Z"},
        date_case{"epoch_date", "date", 1709208000000, "2024-02-29"},
        date_case{"before_1970", "{date: date_time}", -1, "1969-12-31T23:59:59.999Z"},
        date_case{"epoch_text", "{date: {to: date, from: epoch_ms}}", "1709208000000", "2024-02-29"},
        date_case{"epoch_seconds", "{date: {to: date_time, from: epoch_s}}", 1709208000, "2024-02-29T12:00:00Z"},
        date_case{"no_such_day", "date", "2023-02-29", ""}, date_case{"german_form", "date", "29.02.2024", ""},
        date_case{"no_such_hour", "date", "2024-02-29T24:00:00Z", ""},
        date_case{"trailing_text", "date", "2024-02-29 x", ""}, date_case{"empty", "date", "", ""},
        date_case{"far_future", "date", 1e300, ""}, date_case{"digits_are_not_an_epoch", "date", "1709208000000", ""}),
    [](const auto& info) { return info.param.name; });

TEST(transform, works_on_every_value_of_a_list)
{
    EXPECT_EQ(
        *value_of("emails", "{from: emails, transform: [trim, lower]}",
                  {{"emails",
                    {{{"value", " A@x.example"}, {"type", "work"}}, {{"value", "B@x.example"}, {"type", "home"}}}}}),
        json::parse(R"([{"type":"home","value":"b@x.example"},{"type":"work","value":"a@x.example"}])"));
}

TEST(transform, splits_one_text_into_values)
{
    EXPECT_EQ(*value_of("roles", "{from: title, transform: {split: ';'}}", {{"title", "b; a ;;b"}}),
              json::parse(R"([{"value":"a"},{"value":"b"}])"));
}

TEST(transform, rejects_another_type_and_names_the_attribute)
{
    const auto why = rejection_of("title", "{from: title, transform: lower}", {{"title", 12}});
    EXPECT_EQ(why, "title: 'lower' needs text, and the value is a number (put 'text' before it)");
    EXPECT_NE(rejection_of("title", "{from: name, transform: lower}", {{"name", {{"givenName", "A"}}}}), "");
}

TEST(transform, drops_a_number_that_is_not_exact_and_says_so)
{
    const auto p = parse_one("phoneNumbers", "{from: phoneNumbers, transform: {e164: {country: DE}}}");
    ASSERT_TRUE(p.rules) << p.all_errors();
    const auto mapped = p.rules->map(
        {{"phoneNumbers", {{{"value", "030 1234567"}, {"type", "work"}}, {{"value", "call me"}, {"type", "home"}}}}});
    ASSERT_EQ(mapped.desired.attributes.size(), 1U);
    EXPECT_EQ(mapped.desired.attributes[0].value, json::parse(R"([{"type":"work","value":"+49301234567"}])"));
    ASSERT_EQ(mapped.notices.size(), 1U);
    EXPECT_EQ(mapped.notices[0].path, "phoneNumbers");
    EXPECT_EQ(mapped.notices[0].message.find("call me"), std::string::npos) << "a notice never holds a value";
}

TEST(transform, bounds_what_replace_makes)
{
    const auto why = rejection_of("title", "{from: title, transform: {replace: {pattern: 'a', with: 'bbbbbbbbbb'}}}",
                                  {{"title", std::string(60 * 1024, 'a')}});
    EXPECT_EQ(why, "title: 'replace' makes the text too long");
}

struct mistake
{
    const char* name;
    const char* rule; // after "title: {from: title, transform: ", which ends at column 35
    const char* wanted;
};

class transform_mistake : public testing::TestWithParam<mistake>
{
};

TEST_P(transform_mistake, is_reported_at_its_place)
{
    const auto p = parse_one("title", std::string("{from: title, transform: ") + GetParam().rule + "}");
    EXPECT_FALSE(p.rules);
    ASSERT_EQ(p.errors.size(), 1U) << p.all_errors();
    EXPECT_NE(p.errors[0].find(GetParam().wanted), std::string::npos) << p.errors[0];
}

INSTANTIATE_TEST_SUITE_P(
    all, transform_mistake,
    testing::Values(mistake{"unknown", "lowre", "map.yaml:2:35: "},
                    mistake{"unknown_nearest", "lowre", "unknown transform 'lowre'; did you mean 'lower'?"},
                    mistake{"second_of_a_list", "[lower, shout]", "map.yaml:2:43: "},
                    mistake{"argument_missing", "truncate", "'truncate' needs an argument"},
                    mistake{"argument_too_many", "{lower: 1}", "'lower' takes no argument"},
                    mistake{"count", "{truncate: 0}", "map.yaml:2:46: "},
                    mistake{"expression", "{replace: {pattern: 'a(b', with: x}}", "map.yaml:2:5"},
                    mistake{"expression_reason", "{replace: {pattern: 'a(b', with: x}}", "not a regular expression"},
                    mistake{"replacement_group", "{replace: {pattern: 'a', with: '\\1'}}", "map.yaml:2:66: "},
                    mistake{"replace_keys", "{replace: {pattern: 'a'}}", "{pattern: REGULAR_EXPRESSION, with: TEXT}"},
                    mistake{"split_by_nothing", "{split: ''}", "'split' needs a separator"},
                    mistake{"country", "{e164: {country: XX}}", "'XX' are not known"},
                    mistake{"country_key", "{e164: {land: DE}}", "map.yaml:2:43: "},
                    mistake{"ascii_argument", "{ascii: fr}", "'ascii' takes 'de'"},
                    mistake{"date_form", "{date: tuesday}", "map.yaml:2:42: "},
                    mistake{"shape", "{lower: 1, upper: 2}", "expected a transform"}),
    [](const auto& info) { return info.param.name; });

} // namespace
} // namespace idferry::mapping::test
