// What goes over the wire and comes from it: text in, values out.
#include "connectors/scim/scim_failure.hpp"
#include "connectors/scim/scim_filter_text.hpp"
#include "connectors/scim/scim_inventory.hpp"
#include "connectors/scim/scim_json.hpp"
#include "connectors/scim/scim_session.hpp"
#include "tests/support/fake_transport.hpp"

#include <gtest/gtest.h>

namespace {

using namespace idferry;
using namespace idferry::connectors;
using namespace idferry::connectors::scim;
using mapping::json;
using std::chrono::milliseconds;

TEST(scim_filter_text, a_value_is_escaped_as_json)
{
    EXPECT_EQ(equals_filter("userName", R"(a"b\c)"), R"(userName eq "a\"b\\c")");
}

TEST(scim_filter_text, base_url_is_kept_verbatim_with_its_query)
{
    const endpoint flagged("https://acme.showpad.biz/api/Users/scim/v2/?aadOptscim062020");
    EXPECT_EQ(flagged.collection("/Users"), "https://acme.showpad.biz/api/Users/scim/v2/Users?aadOptscim062020");
    EXPECT_EQ(flagged.collection("/Users", {{"count", "10"}}),
              "https://acme.showpad.biz/api/Users/scim/v2/Users?aadOptscim062020&count=10");
    EXPECT_EQ(flagged.resource("/Groups", "a/b?c"),
              "https://acme.showpad.biz/api/Users/scim/v2/Groups/a%2Fb%3Fc?aadOptscim062020");
    const endpoint plain("https://h/scim");
    EXPECT_EQ(plain.collection("/Users", {{"startIndex", "1"}, {"count", "2"}}),
              "https://h/scim/Users?startIndex=1&count=2");
    EXPECT_EQ(plain.resource("/Users", ".."), "https://h/scim/Users/%2E%2E");
    EXPECT_EQ(plain.resource("/Users", "me@x y"), "https://h/scim/Users/me%40x%20y");
}

TEST(scim_filter_text, location_gives_an_id_and_never_a_host)
{
    EXPECT_EQ(id_in_location("https://elsewhere.example/scim/v2/Users/9a0f", "/Users"), "9a0f");
    EXPECT_EQ(id_in_location("/scim/v2/Users/a%2Fb?x=1", "/Users"), "a/b");
    EXPECT_EQ(id_in_location("Users/7", "/Users"), "7");
    EXPECT_EQ(id_in_location("https://h/login", "/Users"), "");
    EXPECT_EQ(id_in_location("https://h/Groups/7", "/Users"), "");
    EXPECT_EQ(id_in_location("7", "/Users"), "");
}

TEST(scim_json, ids_are_kept_as_text_digit_by_digit)
{
    EXPECT_EQ(id_text(json::parse("9007199254740993")), "9007199254740993"); // beyond 2^53
    EXPECT_EQ(id_text(json::parse("18446744073709551615")), "18446744073709551615");
    EXPECT_EQ(id_text(json("a/b @c")), "a/b @c");
    for (const char* bad :
         {"1.5", "98765432109876543210987", "true", "null", "\"\"", "\"undefined\"", "\"null\"", "[]", "{}"})
        EXPECT_FALSE(id_text(json::parse(bad))) << bad;
    EXPECT_FALSE(id_text(json(std::string(2000, 'x'))));
}

TEST(scim_json, resource_must_be_an_object_with_an_id)
{
    const auto r = read_resource(R"({"ID": 42, "userName": "x", "meta": {"version": "W/\"1\""}})");
    ASSERT_TRUE(r);
    EXPECT_EQ(r->id.text(), "42");
    EXPECT_EQ(r->version, "W/\"1\"");
    const std::pair<const char*, const char*> bad[] = {
        {"", "not_json"},           {"<html>login</html>", "not_json"},
        {"{\"id\":", "not_json"},   {"[]", "wrong_shape"},
        {"\"x\"", "wrong_shape"},   {"{\"userName\":\"x\"}", "no_id"},
        {"{\"id\":null}", "no_id"}, {R"({"id":"1","id":"2"})", "not_json"}};
    for (const auto& [body, code] : bad) {
        const auto f = read_resource(body);
        ASSERT_FALSE(f) << body;
        EXPECT_EQ(f.error().code, code) << body;
        EXPECT_EQ(f.error().next, disposition::retry) << body;
    }
}

TEST(scim_json, deep_json_is_refused_without_a_crash)
{
    const auto f = read_list(std::string(100000, '[') + std::string(100000, ']'));
    ASSERT_FALSE(f);
    EXPECT_EQ(f.error().code, "not_json");
}

TEST(scim_json, list_answers_of_every_shape)
{
    const auto empty = read_list(R"({"totalResults":0})"); // RFC 7644 section 3.4.2: Resources may be missing
    ASSERT_TRUE(empty);
    EXPECT_EQ(empty->total, 0u);
    const auto one = read_list(R"({"totalresults":"1","resources":[{"id":"a"}],"nextCursor":"c"})");
    ASSERT_TRUE(one);
    EXPECT_EQ(one->total, 1u);
    EXPECT_EQ(one->next_cursor, "c");
    EXPECT_EQ(one->resources.size(), 1u);
    const auto mixed = read_list(R"({"Resources":[{"id":"a"},{},null,7,{"id":""}]})");
    ASSERT_TRUE(mixed);
    EXPECT_EQ(mixed->received, 5u);
    EXPECT_EQ(mixed->resources.size(), 1u);
    EXPECT_EQ(mixed->bad.size(), 4u);
    for (const char* bad :
         {"{}", R"({"totalResults":5})", R"({"Resources":null})", R"({"totalResults":3,"Resources":null})",
          R"({"Resources":{"id":"a"}})", "[]", "<html>", "null"})
        EXPECT_FALSE(read_list(bad)) << bad;
}

TEST(scim_json, capabilities_are_read_leniently)
{
    const auto c =
        read_capabilities(R"({"Patch":{"supported":"True"},"filter":{"supported":true,"maxResults":50},"etag":{}})");
    ASSERT_TRUE(c);
    EXPECT_EQ(c->patch, true);
    EXPECT_EQ(c->filter, true);
    EXPECT_FALSE(c->etag.has_value()); // missing is unknown, not false
    EXPECT_EQ(c->max_results, 50);
    for (const char* bad : {"", "<html>", "{}", "[]", R"({"error":"x"})", R"({"patch":"yes"})"})
        EXPECT_FALSE(read_capabilities(bad)) << bad;
}

struct error_case
{
    int status;
    const char* body;
    disposition next;
    const char* code;
};

TEST(scim_failure, every_dialect_of_errors)
{
    const error_case cases[] = {
        {409,
         R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"409","scimType":"uniqueness","detail":"userName is already in use"})",
         disposition::conflict, "uniqueness"},
        {409, R"({"status":409})", disposition::conflict, "uniqueness"},
        {409, "", disposition::conflict, "uniqueness"},
        {409, "<html><h1>Conflict</h1></html>", disposition::conflict, "uniqueness"},
        {400, R"({"scimType":"Uniqueness","detail":"x"})", disposition::conflict, "uniqueness"},
        {400, R"({"response":{"code":4009,"name":"NotUniqueValidationError","message":"x"}})", disposition::conflict,
         "uniqueness"},
        {400, R"({"response":{"code":4015,"name":"OwnerAlreadyExistsValidationError","message":"x"}})",
         disposition::conflict, "owner"},
        {400, R"({"response":{"code":"4009","message":"x"}})", disposition::conflict, "uniqueness"},
        {400, R"({"title":"Bad Request","status":400,"detail":"The e-mail is ALREADY taken"})", disposition::conflict,
         "uniqueness"},
        {400, "userName exists", disposition::conflict, "uniqueness"},
        {400, "<p>must be unique</p>", disposition::conflict, "uniqueness"},
        {400, R"({"scimType":"invalidValue","detail":"userName is already in use"})", disposition::conflict,
         "uniqueness"},
        {400, R"({"scimType":"invalidValue","detail":"no group with this id exists"})", disposition::reject,
         "invalidvalue"},
        {400, R"({"scimType":"mutability","detail":"id already set"})", disposition::reject, "mutability"},
        {400, R"({"Errors":[{"description":"no good","code":"400"}]})", disposition::reject, ""},
        {400, "", disposition::reject, ""},
        {400, R"({"response":{"code":4014,"name":"NoLicensesLeftValidationError","message":"x"}})", disposition::reject,
         "no_licence"},
        {400, R"({"response":{"code":3008,"name":"ResourceNotModifiableError","message":"x"}})", disposition::reject,
         "mutability"},
        {400, R"({"response":{"code":4020,"name":"OwnerLockout","message":"x"}})", disposition::reject,
         "owner_lockout"},
        {400, R"({"response":{"code":3002,"name":"RelationshipExistsError","message":"x"}})", disposition::reject,
         "related"},
        {400, R"({"response":{"code":3004,"name":"ResourceNotFoundError","message":"x"}})", disposition::not_found,
         "not_found"},
        {403, R"({"scimType":"mutability"})", disposition::reject, "mutability"},
        {401, R"({"error":"invalid_token","error_description":"expired"})", disposition::stop, "unauthorized"},
        {403, "", disposition::stop, "forbidden"},
        {404, "", disposition::not_found, "not_found"},
        {405, "", disposition::reject, "not_implemented"},
        {501, "", disposition::reject, "not_implemented"},
        {412, "", disposition::conflict, "version"},
        {413, "", disposition::reject, "too_large"},
        {415, "", disposition::stop, "media_type"},
        {429, "", disposition::retry, ""},
        {500, "oops", disposition::retry, ""},
        {502, "<html>", disposition::retry, ""},
        {302, "", disposition::stop, "unexpected_status"},
    };
    const dialect wire;
    for (const auto& c : cases) {
        const auto f = read_failure({"PUT", "/Users/1"}, test::make_answer(c.status, c.body), wire, {});
        EXPECT_EQ(f.next, c.next) << c.status << " " << c.body;
        EXPECT_EQ(f.code, c.code) << c.status << " " << c.body;
        EXPECT_EQ(f.status, c.status);
        EXPECT_TRUE(f.detail.starts_with("PUT /Users/1 was answered with status ")) << f.detail;
    }
}

TEST(scim_failure, an_unknown_outcome_is_told)
{
    const dialect wire;
    const auto unknown = [&](const char* method, int status, http::header_list headers = {}) {
        return read_failure({method, "/Users"}, test::make_answer(status, "", std::move(headers)), wire, {})
            .outcome_unknown;
    };
    EXPECT_TRUE(unknown("POST", 500));
    EXPECT_TRUE(unknown("POST", 502));
    EXPECT_TRUE(unknown("POST", 503));
    EXPECT_TRUE(unknown("PUT", 504));
    EXPECT_FALSE(unknown("POST", 503, {{"Retry-After", "5"}})); // refused before it was looked at
    EXPECT_FALSE(unknown("POST", 429));
    EXPECT_FALSE(unknown("POST", 400));
    EXPECT_FALSE(unknown("GET", 500));
}

TEST(scim_failure, when_to_come_back)
{
    const dialect wire;
    const asked what{"GET", "/Users"};
    const clock::wall_time now{std::chrono::sys_seconds{std::chrono::seconds{1'700'000'000}}};
    EXPECT_EQ(read_failure(what, test::make_answer(429, "", {{"Retry-After", "12"}}), wire, now).retry_after,
              milliseconds(12000));
    const auto hinted = R"({"meta":{"requestRateLimitReset":9},"response":{"code":9000,"message":"slow"}})";
    EXPECT_EQ(read_failure(what, test::make_answer(429, hinted), wire, now).retry_after, milliseconds(9000));
    const auto epoch = R"({"meta":{"requestRateLimitReset":1700000030},"response":{"code":9000,"message":"slow"}})";
    EXPECT_EQ(read_failure(what, test::make_answer(429, epoch), wire, now).retry_after, milliseconds(30000));
    const auto licence = R"({"response":{"code":4014,"message":"none left"}})";
    EXPECT_EQ(read_failure({"POST", "/Users"}, test::make_answer(400, licence), wire, now).retry_after,
              std::chrono::hours(1));
}

TEST(scim_failure, detail_is_short_and_one_line)
{
    const dialect wire;
    const auto f = read_failure(
        {"POST", "/Users"}, test::make_answer(400, json{{"detail", "a\r\n\x1b[31m" + std::string(5000, 'x')}}.dump()),
        wire, {});
    EXPECT_LT(f.detail.size(), 500u);
    EXPECT_EQ(f.detail.find('\n'), std::string::npos);
    EXPECT_EQ(f.detail.find('\x1b'), std::string::npos);
}

// Pages.

list_page page_of(std::initializer_list<const char*> ids, std::optional<std::uint64_t> total, std::string cursor = {})
{
    list_page p;
    p.total = total;
    p.next_cursor = std::move(cursor);
    for (const auto* id : ids) {
        remote_resource r;
        r.id = mapping::target_id(id);
        p.resources.push_back(std::move(r));
    }
    p.received = p.resources.size();
    return p;
}

struct chain_run
{
    dialect wire;
    page_chain chain{wire, {}};
    std::vector<std::string> ids;
    void take(list_page p)
    {
        chain.accept(std::move(p), [this](remote_resource r) { ids.push_back(r.id.text()); });
    }
    std::string asks() const
    {
        const auto q = chain.next();
        std::string text;
        if (q)
            for (const auto& [name, value] : *q) text += name + "=" + value + " ";
        return text;
    }
};

TEST(scim_inventory, advances_by_what_came_not_by_what_was_asked_for)
{
    chain_run r;
    EXPECT_EQ(r.asks(), "startIndex=1 count=100 ");
    r.take(page_of({"a", "b"}, 3)); // the server gives fewer than asked for
    EXPECT_EQ(r.asks(), "startIndex=3 count=100 ");
    r.take(page_of({"c"}, 3));
    EXPECT_EQ(r.asks(), "");
    EXPECT_TRUE(r.chain.end().complete);
    EXPECT_EQ(r.chain.end().size, 3u);
}

TEST(scim_inventory, without_a_total_only_an_empty_page_ends_it)
{
    chain_run r;
    r.take(page_of({"a"}, std::nullopt));
    EXPECT_NE(r.asks(), "");
    EXPECT_FALSE(r.chain.end().complete);
    r.take(page_of({}, std::nullopt));
    EXPECT_EQ(r.asks(), "");
    EXPECT_TRUE(r.chain.end().complete);
}

TEST(scim_inventory, a_page_that_comes_twice_is_no_proof)
{
    chain_run r;
    r.take(page_of({"a", "b"}, 4));
    r.take(page_of({"b", "a"}, 4));
    EXPECT_EQ(r.asks(), "");
    EXPECT_FALSE(r.chain.end().complete);
    EXPECT_EQ(r.ids.size(), 2u);
}

TEST(scim_inventory, a_total_that_disagrees_is_no_proof)
{
    chain_run few;
    few.take(page_of({"a"}, 3));
    few.take(page_of({}, 3));
    EXPECT_FALSE(few.chain.end().complete);
    chain_run doubled; // an element moved between pages: one came twice, one is missing
    doubled.take(page_of({"a", "b"}, 4));
    doubled.take(page_of({"b", "c"}, 4));
    EXPECT_FALSE(doubled.chain.end().complete);
    EXPECT_EQ(doubled.ids.size(), 3u);
    chain_run moving; // somebody was removed during the read: the element after the gap was never seen
    moving.take(page_of({"a", "b"}, 4));
    moving.take(page_of({"d"}, 3));
    EXPECT_FALSE(moving.chain.end().complete);
}

TEST(scim_inventory, an_unusable_element_is_no_proof)
{
    chain_run r;
    auto p = page_of({"a"}, 2);
    p.received = 2;
    p.bad.push_back("a resource without a usable id");
    r.take(std::move(p));
    EXPECT_EQ(r.asks(), "");
    EXPECT_FALSE(r.chain.end().complete);
    EXPECT_NE(r.chain.end().why.find("without a usable id"), std::string::npos);
}

TEST(scim_inventory, a_cursor_is_followed_wherever_it_comes)
{
    chain_run r;
    r.take(page_of({"a"}, std::nullopt, "c1"));
    EXPECT_EQ(r.asks(), "cursor=c1 count=100 ");
    r.take(page_of({"b"}, std::nullopt, "c2"));
    r.take(page_of({"c"}, std::nullopt));
    EXPECT_EQ(r.asks(), "");
    EXPECT_TRUE(r.chain.end().complete);
    chain_run circle;
    circle.take(page_of({"a"}, std::nullopt, "c1"));
    circle.take(page_of({"b"}, std::nullopt, "c1"));
    EXPECT_EQ(circle.asks(), "");
    EXPECT_FALSE(circle.chain.end().complete);
}

TEST(scim_inventory, an_endless_list_ends)
{
    dialect wire;
    wire.max_pages = 3;
    page_chain chain(wire, {});
    int asked = 0;
    while (chain.next() && asked < 100) {
        const auto id = std::to_string(asked++);
        chain.accept(page_of({id.c_str()}, std::nullopt), [](remote_resource) {});
    }
    EXPECT_EQ(asked, 3);
    EXPECT_FALSE(chain.end().complete);
}

TEST(scim_inventory, the_server_s_own_page_size_is_respected)
{
    dialect wire;
    capabilities announced;
    announced.max_results = 20;
    EXPECT_EQ(page_chain(wire, announced).next()->back().second, "20");
}

TEST(scim_session, entity_tags_are_told_from_other_versions)
{
    EXPECT_TRUE(is_entity_tag("W/\"a330bc54\""));
    EXPECT_TRUE(is_entity_tag("\"1\""));
    for (const char* bad : {"", "1", "a330bc54", "W/", "\"", "\"a\"b\"", "w/\"1\"", "\"a b\""})
        EXPECT_FALSE(is_entity_tag(bad)) << bad;
}

} // namespace
