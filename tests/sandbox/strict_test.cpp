// The strict service provider against RFC 7643 and 7644.
#include "tests/sandbox/sandbox_fixture.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>

namespace idferry::sandbox {
namespace {

class strict_rules : public sandbox_fixture
{
protected:
    strict_rules() : sandbox_fixture({.organisation = {.users = 60, .groups = 12, .seed = 3}}) {}

    reply scim(std::string method, std::string path, std::string body = "", connectors::http::incoming extra = {},
               std::string_view server = "strict")
    {
        extra.headers.emplace_back("Authorization",
                                   "Bearer " + (server == "strict" ? box.strict() : box.people()).token());
        if (!body.empty()) extra.headers.emplace_back("Content-Type", "application/scim+json");
        return ask(server, std::move(method), "/scim/v2" + path, std::move(body), std::move(extra));
    }
    std::string make_user(const std::string& name, json more = json::object())
    {
        more["userName"] = name;
        const auto made = scim("POST", "/Users", more.dump());
        EXPECT_EQ(made.status, 201) << made.out.body;
        return made.status == 201 ? made.body["id"].get<std::string>() : "";
    }
    reply patch(const std::string& path, json operations)
    {
        return scim(
            "PATCH", path,
            json{{"schemas", {"urn:ietf:params:scim:api:messages:2.0:PatchOp"}}, {"Operations", std::move(operations)}}
                .dump());
    }
    std::vector<std::string> found(const std::string& filter)
    {
        std::vector<std::string> names;
        auto given = scim("GET", "/Users?filter=" + percent_encode(filter));
        EXPECT_EQ(given.status, 200) << filter << given.out.body;
        for (const auto& user : given.body["Resources"]) names.push_back(user["userName"]);
        return names;
    }
    void refused(const reply& given, int status, const char* type)
    {
        EXPECT_EQ(given.status, status) << given.out.body;
        EXPECT_EQ(given.body.value("scimType", ""), type) << given.out.body;
    }
};

using names = std::vector<std::string>;

TEST_F(strict_rules, create_read_delete)
{
    const auto made =
        scim("POST", "/Users",
             R"({"userName":"ann","ID":"mine","name":{"givenname":"Ann"},"emails":[],"title":null,"password":"x"})");
    ASSERT_EQ(made.status, 201) << made.out.body;
    const auto id = made.body["id"].get<std::string>();
    EXPECT_EQ(made.header("Location"), "https://127.0.0.1:1/scim/v2/Users/" + id);
    EXPECT_EQ(made.body["name"], json::parse(R"({"givenName":"Ann"})")); // spelled as the schema does
    EXPECT_FALSE(made.body.contains("emails"));
    EXPECT_FALSE(made.body.contains("title"));
    EXPECT_FALSE(made.body.contains("password"));
    EXPECT_EQ(made.body["meta"]["resourceType"], "User");
    refused(scim("POST", "/Users", R"({"userName":"ANN"})"), 409, "uniqueness");
    refused(scim("POST", "/Users", R"({"displayName":"x"})"), 400, "invalidValue");
    refused(scim("POST", "/Users", R"({"userName":"b","active":"yes"})"), 400, "invalidValue");
    refused(scim("POST", "/Users", R"({"userName":)"), 400, "invalidSyntax");
    EXPECT_EQ(scim("DELETE", "/Users/" + id).status, 204);
    EXPECT_EQ(scim("GET", "/Users/" + id).status, 404);
    make_user("ann");
}

TEST_F(strict_rules, put_replaces_everything)
{
    const auto id = make_user("ann", {{"title", "T"}, {"externalId", "1"}});
    const auto put = scim("PUT", "/Users/" + id, R"({"userName":"ann2"})");
    EXPECT_EQ(put.body["userName"], "ann2");
    EXPECT_FALSE(put.body.contains("title"));
    EXPECT_EQ(scim("PUT", "/Users/none", R"({"userName":"x"})").status, 404);
}

TEST_F(strict_rules, versions)
{
    const auto id = make_user("ann");
    const auto tag = scim("GET", "/Users/" + id).header("ETag");
    EXPECT_EQ(tag, "W/\"1\"");
    EXPECT_EQ(scim("GET", "/Users/" + id, "", with_header("If-None-Match", tag)).status, 304);
    EXPECT_EQ(scim("PUT", "/Users/" + id, R"({"userName":"ann","title":"a"})", with_header("If-Match", tag)).status,
              200);
    EXPECT_EQ(scim("PUT", "/Users/" + id, R"({"userName":"ann"})", with_header("If-Match", tag)).status, 412);
    EXPECT_EQ(scim("DELETE", "/Users/" + id, "", with_header("If-Match", tag)).status, 412);
    EXPECT_EQ(scim("GET", "/Users/" + id).body["meta"]["version"], "W/\"2\"");
}

TEST_F(strict_rules, filters)
{
    make_user("ann", {{"title", "Boss"},
                      {"active", true},
                      {"externalId", "A1"},
                      {"emails",
                       json::parse(R"([{"value":"a@work.de","type":"work"},{"value":"a@home.de","type":"home"}])")}});
    make_user("bob", {{"active", false},
                      {"externalId", "a1"},
                      {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", {{"department", "Sales"}}}});
    make_user("cyd", {{"title", "boss"}, {"name", {{"familyName", "O'\"x"}}}});
    EXPECT_EQ(found(R"(userName eq "ANN")"), names{"ann"});
    EXPECT_EQ(found(R"(externalId eq "a1")"), names{"bob"}); // caseExact
    EXPECT_EQ(found(R"(title eq "BOSS")"), (names{"ann", "cyd"}));
    EXPECT_EQ(found("title pr"), (names{"ann", "cyd"}));
    EXPECT_EQ(found("not (title pr)"), names{"bob"});
    EXPECT_EQ(found("active eq true"), names{"ann"});
    EXPECT_EQ(found(R"(userName sw "a" or userName ew "b" and active eq true)"), names{"ann"}); // and binds tighter
    EXPECT_EQ(found(R"((userName sw "a" or userName ew "b") and active eq false)"), names{"bob"});
    EXPECT_EQ(found(R"(emails[type eq "work" and value co "@home"])"), names{});
    EXPECT_EQ(found(R"(emails.type eq "work" and emails.value co "@home")"), names{"ann"});
    EXPECT_EQ(found(R"(emails co "@work")"), names{"ann"});
    EXPECT_EQ(found(R"(urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "sales")"),
              names{"bob"});
    EXPECT_EQ(found(R"(urn:ietf:params:scim:schemas:core:2.0:User:userName eq "cyd")"), names{"cyd"});
    EXPECT_EQ(found(R"(name.familyName eq "O'\"x")"), names{"cyd"});
    EXPECT_EQ(found(R"(meta.created gt "2001-01-01T00:00:00+01:00")").size(), 3U);
    EXPECT_EQ(found(R"(userName eq"bob")"), names{"bob"});
    for (const char* wrong : {"userName", "userName xx \"a\"", "userName eq ann", "(title pr", "title pr and",
                              "active gt true", "not title pr", "emails[type eq \"x\"", "a eq \"b\" c"})
        refused(scim("GET", "/Users?filter=" + percent_encode(wrong)), 400, "invalidFilter");
    std::string deep;
    for (int at = 0; at < 200; ++at) deep += "(";
    refused(scim("GET", "/Users?filter=" + percent_encode(deep)), 400, "invalidFilter");
}

TEST_F(strict_rules, paging_sorting_projection_search)
{
    for (const char* name : {"cc", "aa", "BB"}) make_user(name, {{"title", std::string("t") + name}});
    const auto sorted = scim("GET", "/Users?sortBy=userName&attributes=userName,name.givenName");
    EXPECT_EQ(sorted.body["Resources"][1]["userName"], "BB");
    EXPECT_FALSE(sorted.body["Resources"][1].contains("title"));
    EXPECT_TRUE(sorted.body["Resources"][1].contains("id"));
    EXPECT_EQ(scim("GET", "/Users?sortBy=userName&sortOrder=descending").body["Resources"][0]["userName"], "cc");
    const auto page = scim("GET", "/Users?startIndex=2&count=1").body;
    EXPECT_EQ(page["totalResults"], 3);
    EXPECT_EQ(page["Resources"].size(), 1U);
    EXPECT_EQ(page["Resources"][0]["userName"], "aa");
    const auto less = scim("GET", "/Users?excludedAttributes=title,id").body["Resources"][0];
    EXPECT_FALSE(less.contains("title"));
    EXPECT_TRUE(less.contains("id"));
    refused(scim("GET", "/Users?attributes=a&excludedAttributes=b"), 400, "invalidValue");
    const auto search = scim(
        "POST", "/Users/.search",
        R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"userName eq \"aa\"","count":5})");
    EXPECT_EQ(search.body["totalResults"], 1);
    EXPECT_EQ(scim("POST", "/.search", R"({"count":0})").body["totalResults"], 3);
}

TEST_F(strict_rules, patch_operations)
{
    const auto id = make_user(
        "ann", {{"title", "T"}, {"emails", json::parse(R"([{"value":"a@x.de","type":"work","primary":true}])")}});
    const auto path = "/Users/" + id;
    auto user =
        patch(path, json::parse(
                        R"([{"op":"add","path":"emails","value":[{"value":"b@x.de","type":"home","primary":true}]}])"))
            .body;
    EXPECT_EQ(user["emails"][0]["primary"], false);
    EXPECT_EQ(user["emails"][1]["value"], "b@x.de");
    EXPECT_EQ(
        patch(path, json::parse(
                        R"([{"op":"add","path":"emails","value":[{"value":"b@x.de","type":"home","primary":true}]}])"))
            .body["meta"]["version"],
        user["meta"]["version"]);
    user =
        patch(
            path,
            json::parse(
                R"([{"op":"replace","path":"emails[type eq \"work\"].value","value":"c@x.de"},{"op":"replace","value":{"title":"N","name":{"givenName":"G"}}}])"))
            .body;
    EXPECT_EQ(user["emails"][0]["value"], "c@x.de");
    EXPECT_EQ(user["title"], "N");
    EXPECT_EQ(user["name"]["givenName"], "G");
    user =
        patch(path, json::parse(R"([{"op":"remove","path":"emails[value eq \"c@x.de\"]"},{"op":"remove","path":"title"},
        {"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"Sales"}])"))
            .body;
    EXPECT_EQ(user["emails"].size(), 1U);
    EXPECT_FALSE(user.contains("title"));
    EXPECT_EQ(user["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]["department"], "Sales");
    EXPECT_EQ(user["schemas"].size(), 2U);
    refused(patch(path, json::parse(R"([{"op":"remove"}])")), 400, "noTarget");
    refused(patch(path, json::parse(R"([{"op":"remove","path":"userName"}])")), 400, "mutability");
    refused(patch(path, json::parse(R"([{"op":"replace","path":"id","value":"x"}])")), 400, "mutability");
    refused(patch(path, json::parse(R"([{"op":"replace","path":"emails[type eq \"fax\"]","value":{}}])")), 400,
            "noTarget");
    refused(patch(path, json::parse(R"([{"op":"replace","path":"emails[","value":1}])")), 400, "invalidPath");
    refused(patch(path, json::parse(R"([{"op":"add","path":"title","value":"changed"},{"op":"remove"}])")), 400,
            "noTarget");
    EXPECT_FALSE(scim("GET", path).body.contains("title")); // all or nothing
    refused(patch(path, json::parse(R"([{"op":"move","path":"title"}])")), 400, "invalidSyntax");
}

TEST_F(strict_rules, groups_and_members)
{
    const auto a = make_user("a"), b = make_user("b");
    const auto made =
        scim("POST", "/Groups", json{{"displayName", "G"}, {"members", json::array({{{"value", a}}})}}.dump());
    ASSERT_EQ(made.status, 201) << made.out.body;
    const auto path = "/Groups/" + made.body["id"].get<std::string>();
    EXPECT_EQ(made.body["members"][0]["type"], "User");
    auto group =
        patch(path, json::array({{{"op", "add"}, {"path", "members"}, {"value", json::array({{{"value", b}}})}}})).body;
    EXPECT_EQ(group["members"].size(), 2U);
    EXPECT_EQ(scim("GET", "/Users/" + b).body["groups"][0]["display"], "G");
    group = patch(path, json::array({{{"op", "remove"}, {"path", "members[value eq \"" + a + "\"]"}}})).body;
    EXPECT_EQ(group["members"].size(), 1U);
    refused(patch(path,
                  json::array({{{"op", "replace"}, {"path", "members[value eq \"" + b + "\"].value"}, {"value", a}}})),
            400, "mutability");
    EXPECT_FALSE(patch(path, json::parse(R"([{"op":"remove","path":"members"}])")).body.contains("members"));
    refused(scim("POST", "/Groups", R"({"displayName":"H","members":[{"value":"nobody"}]})"), 400, "invalidValue");
    const auto outer =
        scim("POST", "/Groups",
             json{{"displayName", "Outer"}, {"members", json::array({{{"value", path.substr(8)}}})}}.dump());
    EXPECT_EQ(outer.body.value("/members/0/type"_json_pointer, ""), "Group");
    refused(patch(path,
                  json::array(
                      {{{"op", "add"}, {"path", "members"}, {"value", json::array({{{"value", outer.body["id"]}}})}}})),
            400, "invalidValue");
    EXPECT_EQ(scim("DELETE", "/Users/" + b).status, 204);
}

TEST_F(strict_rules, the_organisation_as_a_source)
{
    const auto list = scim("GET", "/Users?count=100", "", {}, "people").body;
    EXPECT_EQ(list["totalResults"], 60);
    int with_primary = 0, without = 0;
    for (const auto& user : list["Resources"]) {
        if (!user.contains("emails")) continue;
        const bool has = std::any_of(user["emails"].begin(), user["emails"].end(),
                                     [](const json& one) { return one.contains("primary"); });
        ++(has ? with_primary : without);
    }
    EXPECT_GT(with_primary, 5);
    EXPECT_GT(without, 5);
    const auto staff = scim("GET", "/Groups?filter=" + percent_encode("displayName eq \"staff\""), "", {}, "people")
                           .body["Resources"][0];
    EXPECT_TRUE(std::any_of(staff["members"].begin(), staff["members"].end(),
                            [](const json& one) { return one["type"] == "Group"; }));
    const auto before = box.people().dump(true);
    EXPECT_EQ(box.strict().load(json::parse(box.people().dump(false))), "");
    EXPECT_EQ(box.strict().dump(true), before);
}

TEST_F(strict_rules, discovery)
{
    EXPECT_EQ(scim("GET", "/ServiceProviderConfig").body["etag"]["supported"], true);
    EXPECT_EQ(scim("GET", "/ResourceTypes").body["totalResults"], 2);
    EXPECT_EQ(scim("GET", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User").body["attributes"][0]["name"],
              "userName");
    EXPECT_EQ(scim("GET", "/Me").status, 501);
    EXPECT_EQ(ask("strict", "GET", "/scim/v2/Users").status, 401);
}

// The conformance vectors, when they are at hand: validity of filters, and the outcome of PATCH.
TEST(strict_vectors, filters_parse_as_the_rfc_says)
{
    const char* folder = std::getenv("IDFERRY_VECTORS");
    if (folder == nullptr) GTEST_SKIP() << "IDFERRY_VECTORS is not set";
    std::ifstream file(std::string(folder) + "/filter_parse.jsonl");
    int judged = 0;
    for (std::string line; std::getline(file, line);) {
        const auto vector = json::parse(line);
        if (vector.value("rfc", json()) != "conformant" || !vector["input"].is_string()) continue;
        std::string error;
        EXPECT_EQ(parse_scim_filter(vector["input"].get<std::string>(), error).has_value(), vector["valid"].get<bool>())
            << line.substr(0, 200) << error;
        ++judged;
    }
    EXPECT_GT(judged, 200);
}

TEST(strict_vectors, patch_ends_as_the_rfc_says)
{
    const char* folder = std::getenv("IDFERRY_VECTORS");
    if (folder == nullptr) GTEST_SKIP() << "IDFERRY_VECTORS is not set";
    std::ifstream file(std::string(folder) + "/patch_apply.jsonl");
    // The libraries behind these vectors know no schema, or do more than the RFC says.
    const std::map<std::string, std::string> explained{
        {"patch_apply-0013", "brackets after a sub-attribute are not in the grammar"},
        {"patch_apply-0041", "brackets after a sub-attribute are not in the grammar"},
        {"patch_apply-0074", "brackets after a sub-attribute are not in the grammar"},
        {"patch_apply-0085", "brackets after a sub-attribute are not in the grammar"},
        {"patch_apply-0088", "paths have two levels"},
        {"patch_apply-0015", "name is complex"},
        {"patch_apply-0027", "replace without a filter replaces the whole list"},
        {"patch_apply-0029", "replace replaces each matching value, not only what is given of it"},
        {"patch_apply-0058", "members of the value are attributes, not paths"},
        {"patch_apply-0063", "at most one value is primary"},
        {"patch_apply-0064", "at most one value is primary"}};
    int judged = 0, agreed = 0;
    for (std::string line; std::getline(file, line);) {
        const auto vector = json::parse(line);
        const auto rfc = vector.value("rfc", json());
        if (rfc.is_string() && rfc != "conformant") // what one library does beside the RFC
            continue;
        auto resource = vector["input"]["resource"];
        const auto& model = resource.contains("members") ? group_model() : user_model();
        const json message{{"schemas", {"urn:ietf:params:scim:api:messages:2.0:PatchOp"}},
                           {"Operations", vector["input"]["Operations"]}};
        const auto problem = apply_scim_patch(model, resource, message);
        ++judged;
        const bool valid = vector["valid"].get<bool>();
        const bool same = valid ? !problem && nlohmann::json(resource) == nlohmann::json(vector["expected"]["resource"])
                                : static_cast<bool>(problem);
        const auto id = vector["id"].get<std::string>();
        const bool outside_schema =
            problem.detail.starts_with("no attribute") || problem.detail.starts_with("no sub-attribute");
        ++judged;
        if (same)
            ++agreed;
        else
            EXPECT_TRUE(outside_schema || explained.contains(id))
                << id << " " << message["Operations"].dump() << " " << problem.detail;
    }
    EXPECT_GT(agreed, 40) << "of " << judged;
}

} // namespace
} // namespace idferry::sandbox
