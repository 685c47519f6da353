// The Bare.ID emulator rules (section 11 of its document): shapes, errors, permissions, paging, defaults, faults.
#include "tests/sandbox/sandbox_fixture.hpp"

#include <set>

namespace idferry::sandbox {
namespace {

class bare_id_rules : public sandbox_fixture
{
protected:
    bare_id_rules() : sandbox_fixture({.organisation = {.users = 230, .groups = 24, .seed = 3}}) { token = issue(); }

    std::string issue(std::string realm = "Mitarbeitende")
    {
        const auto given = ask("bareid", "POST", "/auth/realms/" + realm + "/protocol/openid-connect/token",
                               "grant_type=client_credentials&client_id=idferry&client_secret=" +
                                   percent_encode(box.bare_id().client_secret()),
                               form());
        return given.body.value("access_token", "");
    }
    static connectors::http::incoming form()
    {
        return with_header("Content-Type", "application/x-www-form-urlencoded");
    }
    reply token_by_basic(std::string_view pair)
    {
        auto extra = form();
        extra.headers.emplace_back("Authorization", "Basic " + std::string(pair));
        return ask("bareid", "POST", "/auth/realms/Mitarbeitende/protocol/openid-connect/token",
                   "grant_type=client_credentials", extra);
    }
    reply api(std::string method, std::string path, std::string body = "", std::string instance = "")
    {
        return ask("bareid", std::move(method),
                   "/user/v1/" + (instance.empty() ? box.bare_id().instance() : instance) + path, std::move(body),
                   with_header("Authorization", "Bearer " + token));
    }
    void refused(const reply& given, int status, int code)
    {
        EXPECT_EQ(given.status, status) << given.out.body;
        EXPECT_EQ(given.body.value("code", -1), code) << given.out.body;
        EXPECT_TRUE(given.body["message"].is_string());
        EXPECT_EQ(given.body["details"], json::array());
    }
    json users(const std::string& query = "") { return api("GET", "/users" + query).body; }
    std::string group_id(const std::string& path)
    {
        const auto state = json::parse(box.bare_id().dump(false));
        for (const auto& group : state["groups"])
            if (group["path"] == path) return group["uuid"];
        return "";
    }
    std::string first_id() { return users()["users"][0]["uuid"]; }

    std::string token;
};

std::string base64(std::string_view text)
{
    static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += 3) {
        unsigned word = 0;
        for (std::size_t byte = 0; byte < 3; ++byte)
            word = word << 8U | (at + byte < text.size() ? static_cast<unsigned char>(text[at + byte]) : 0U);
        for (std::size_t sextet = 0; sextet < 4; ++sextet)
            out += at + sextet > text.size() ? '=' : alphabet[word >> (18 - 6 * sextet) & 63U];
    }
    return out;
}

TEST_F(bare_id_rules, token_by_basic_and_by_post)
{
    const auto& secret = box.bare_id().client_secret();
    const auto encoded = token_by_basic(base64("idferry:" + percent_encode(secret)));
    EXPECT_EQ(encoded.status, 200) << encoded.out.body;
    EXPECT_EQ(encoded.body["token_type"], "Bearer");
    EXPECT_EQ(encoded.body["expires_in"], 300);
    EXPECT_TRUE(encoded.body.contains("not-before-policy"));
    EXPECT_EQ(token_by_basic(base64("idferry:" + secret)).status, 401); // the raw + is a blank
    knobs(R"({"bareid":{"decode_basic":false}})");
    EXPECT_EQ(token_by_basic(base64("idferry:" + secret)).status, 200);
    EXPECT_EQ(token_by_basic(base64("idferry:wrong")).body["error"], "unauthorized_client");
}

TEST_F(bare_id_rules, token_errors)
{
    EXPECT_EQ(ask("bareid", "POST", "/auth/realms/Nowhere/protocol/openid-connect/token", "", form()).body,
              json::parse(R"({"error":"Realm does not exist"})"));
    const auto secret = percent_encode(box.bare_id().client_secret());
    const auto wrong = ask("bareid", "POST", "/auth/realms/Mitarbeitende/protocol/openid-connect/token",
                           "grant_type=password&client_id=idferry&client_secret=" + secret, form());
    EXPECT_EQ(wrong.status, 400);
    EXPECT_EQ(wrong.body["error"], "unsupported_grant_type");
    knobs(R"({"bareid":{"client_revoked":true}})");
    EXPECT_EQ(issue(), "");
    EXPECT_EQ(api("GET", "/groups").status, 401);
}

TEST_F(bare_id_rules, discovery_names_the_token_endpoint)
{
    const auto found = ask("bareid", "GET", "/auth/realms/Mitarbeitende/.well-known/openid-configuration").body;
    EXPECT_EQ(found["issuer"], "https://127.0.0.1:1/auth/realms/Mitarbeitende");
    EXPECT_EQ(found["token_endpoint"], "https://127.0.0.1:1/auth/realms/Mitarbeitende/protocol/openid-connect/token");
}

TEST_F(bare_id_rules, V1_to_V5_shapes)
{
    const auto id = first_id();
    const auto user = api("GET", "/users/" + id).body;
    ASSERT_TRUE(user.contains("user"));
    EXPECT_EQ(user["user"]["uuid"], id);
    EXPECT_EQ(user["user"]["attributes"]["firstName"], json::parse(R"({"values":["Helene"]})"));
    EXPECT_EQ(api("GET", "/users/" + id + "/groups").body["groups"][0]["path"], "/staff");
    const auto roots = api("GET", "/groups").body["groups"];
    EXPECT_EQ(roots.size(), 3U);
    const auto staff = api("GET", "/groups/" + group_id("/staff")).body;
    EXPECT_EQ(staff["name"], "staff");
    EXPECT_FALSE(staff.contains("group"));
    EXPECT_GT(staff["children"]["groups"].size(), 10U);
    EXPECT_EQ(staff["children"]["groups"][0]["path"], "/staff/Sales");
    const auto leads = api("GET", "/groups/" + group_id("/staff/Sales/Sales Leads") + "/users").body["users"];
    EXPECT_GT(leads.size(), 0U);
    EXPECT_EQ(leads[0], api("GET", "/users/" + leads[0]["uuid"].get<std::string>()).body["user"]);
}

TEST_F(bare_id_rules, V6_needs_the_permission)
{
    const auto path = "/impersonation-token?userUuid=" + first_id() + "&clientId=app";
    refused(api("POST", path), 403, 7);
    knobs(R"({"bareid":{"permissions":"user_read,impersonate"}})");
    EXPECT_TRUE(api("POST", path).body.contains("token"));
    refused(api("GET", path), 501, 12);
}

TEST_F(bare_id_rules, gateway_errors)
{
    refused(api("GET", "/users/00000000-0000-4000-8000-000000000000"), 404, 5);
    const auto unknown = api("GET", "/nothing");
    refused(unknown, 404, 5);
    EXPECT_EQ(unknown.body["message"], "Not Found");
    refused(api("PUT", "/groups"), 501, 12);
    refused(api("DELETE", "/groups/x/users"), 501, 12);
    token = "wrong";
    const auto unauthorised = api("GET", "/groups");
    refused(unauthorised, 401, 16);
    EXPECT_NE(unauthorised.header("WWW-Authenticate"), "");
    knobs(R"({"bareid":{"error_format":"v1"}})");
    EXPECT_TRUE(api("GET", "/groups").body["error"].is_string());
}

TEST_F(bare_id_rules, instances_and_their_tokens)
{
    refused(api("GET", "/groups", "", "00000000-0000-4000-8000-000000000000"), 404, 5);
    refused(api("GET", "/groups", "", box.bare_id().other_instance()), 403, 7);
    token = issue("Partner");
    refused(api("GET", "/groups"), 403, 7);
    EXPECT_EQ(api("GET", "/groups", "", box.bare_id().other_instance()).body, json::parse(R"({"groups":[]})"));
    token = issue();
    knobs(R"({"bareid":{"wrong_instance":true}})");
    refused(api("GET", "/groups"), 404, 5);
}

TEST_F(bare_id_rules, permissions)
{
    knobs(R"({"bareid":{"permissions":"user_read"}})");
    refused(api("POST", "/users", R"({"username":"x"})"), 403, 7);
    knobs(R"({"bareid":{"permissions":"event_read"}})");
    refused(api("GET", "/groups"), 403, 7);
}

TEST_F(bare_id_rules, token_expiry_and_revocation)
{
    knobs(R"({"bareid":{"expires_in":2}})");
    token = issue();
    EXPECT_EQ(api("GET", "/groups").status, 200);
    box.control("POST", "/__sandbox/clock", R"({"advance_s":2})");
    EXPECT_EQ(api("GET", "/groups").status, 401);
    token = issue();
    box.control("POST", "/__sandbox/bareid/revoke");
    EXPECT_EQ(api("GET", "/groups").status, 401);
}

struct paging_case
{
    std::string style, first, next; // queries; {} stands for what comes next
};

class bare_id_paging : public bare_id_rules, public testing::WithParamInterface<paging_case>
{
protected:
    // Reads until a short page or until nothing new comes; returns the ids in the order seen.
    std::vector<std::string> walk(std::size_t size)
    {
        std::vector<std::string> seen;
        auto query = GetParam().first;
        for (int page = 0; page < 20; ++page) {
            const auto body = users(query);
            for (const auto& user : body["users"]) seen.push_back(user["uuid"]);
            std::string following;
            if (GetParam().style == "token") {
                following = body.value("nextPageToken", "");
                if (following.empty()) return seen;
                following = percent_encode(following);
            } else {
                if (body["users"].size() < size) return seen;
                following = std::to_string(GetParam().style == "page" ? page + 1 : (page + 1) * static_cast<int>(size));
            }
            query = GetParam().next;
            query.replace(query.find("{}"), 2, following);
        }
        endless = true;
        return seen;
    }
    bool endless{false};
};

TEST_P(bare_id_paging, every_user_once)
{
    knobs(R"({"bareid":{"paging":)" + json_string(GetParam().style) + "}}");
    const auto seen = walk(50);
    EXPECT_FALSE(endless);
    EXPECT_EQ(seen.size(), 230U);
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 230U);
}

TEST_P(bare_id_paging, page_one_for_ever)
{
    knobs(R"({"bareid":{"page_one_for_ever":true,"paging":)" + json_string(GetParam().style) + "}}");
    const auto seen = walk(50);
    EXPECT_TRUE(endless);
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 50U);
}

TEST_P(bare_id_paging, duplicate_on_the_border_loses_nobody)
{
    knobs(R"({"bareid":{"duplicate_on_border":true,"paging":)" + json_string(GetParam().style) + "}}");
    const auto seen = walk(50);
    EXPECT_GT(seen.size(), 230U);
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 230U);
    EXPECT_EQ(seen[50], seen[49]);
}

TEST_P(bare_id_paging, user_added_between_pages_shifts_the_rest)
{
    knobs(R"({"bareid":{"user_added_between_pages":1,"paging":)" + json_string(GetParam().style) + "}}");
    const auto seen = walk(50);
    EXPECT_EQ(seen.size(), 231U);
    EXPECT_EQ(seen[50], seen[49]);
}

TEST_P(bare_id_paging, user_removed_between_pages_hides_one)
{
    knobs(R"({"bareid":{"user_removed_between_pages":1,"paging":)" + json_string(GetParam().style) + "}}");
    EXPECT_EQ(walk(50).size(), 229U);
    EXPECT_EQ(users("")["users"].size(), 229U);
}

INSTANTIATE_TEST_SUITE_P(styles, bare_id_paging,
                         testing::Values(paging_case{"offset", "?max=50", "?first={}&max=50"},
                                         paging_case{"offset_limit", "?limit=50", "?offset={}&limit=50"},
                                         paging_case{"page", "?size=50", "?page={}&size=50"},
                                         paging_case{"token", "?pageSize=50", "?pageSize=50&pageToken={}"}),
                         [](const auto& info) { return info.param.style; });

TEST_F(bare_id_rules, paging_ignored_hard_cap_and_bad_values)
{
    EXPECT_EQ(users("?first=200&max=10")["users"].size(), 230U);
    knobs(R"({"bareid":{"hard_cap":100}})");
    EXPECT_EQ(users("?first=200&max=10")["users"].size(), 100U);
    EXPECT_EQ(users("?first=200&max=10"), users());
    knobs(R"({"bareid":{"hard_cap":0,"paging":"offset"}})");
    refused(api("GET", "/users?first=abc"), 400, 3);
    refused(api("GET", "/users?max=-1"), 400, 3);
}

TEST_F(bare_id_rules, children_cap)
{
    knobs(R"({"bareid":{"children_cap":10}})");
    EXPECT_EQ(api("GET", "/groups/" + group_id("/staff")).body["children"]["groups"].size(), 10U);
}

TEST_F(bare_id_rules, defaults_left_out)
{
    box.control("PATCH", "/__sandbox/bareid/users/helene.brandt", R"({"enabled":false,"email":""})");
    const auto id = first_id();
    EXPECT_EQ(api("GET", "/users/" + id).body["user"]["enabled"], false);
    EXPECT_EQ(api("GET", "/users/" + id).body["user"]["email"], "");
    knobs(R"({"bareid":{"emit_defaults":false}})");
    const auto user = api("GET", "/users/" + id).body["user"];
    EXPECT_FALSE(user.contains("enabled"));
    EXPECT_FALSE(user.contains("email"));
    EXPECT_EQ(api("GET", "/groups/" + group_id("/projects") + "/users").body, json::object());
    EXPECT_FALSE(api("GET", "/groups/" + group_id("/All users")).body.contains("children"));
    knobs(R"({"bareid":{"children_null":true}})");
    EXPECT_TRUE(api("GET", "/groups/" + group_id("/All users")).body["children"].is_null());
}

TEST_F(bare_id_rules, shapes_by_knob)
{
    const auto id = first_id();
    const auto user = [&] { return api("GET", "/users/" + id).body["user"]; };
    knobs(R"({"bareid":{"names_top_level":true,"created_time":true}})");
    EXPECT_EQ(user()["firstName"], "Helene");
    EXPECT_FALSE(user()["attributes"].contains("firstName"));
    EXPECT_TRUE(user()["createdTimestamp"].is_string());
    knobs(R"({"bareid":{"names_top_level":false,"int64_as_string":false,"attributes":"list"}})");
    EXPECT_TRUE(user()["createdTimestamp"].is_number());
    EXPECT_EQ(user()["attributes"]["lastName"], json::array({"Brandt"}));
    EXPECT_EQ(api("GET", "/users/count").body["count"], 230);
    knobs(R"({"bareid":{"attributes":"scalar","list_envelope_key":"items","names_only_in_lists":true}})");
    EXPECT_EQ(user()["attributes"]["lastName"], "Brandt");
    EXPECT_EQ(users()["items"][0]["attributes"].size(), 2U);
    EXPECT_EQ(api("GET", "/groups").body["items"].size(), 3U);
}

TEST_F(bare_id_rules, federated_ids_travel_in_paths)
{
    knobs(R"({"bareid":{"id_format":"federated"}})");
    const auto id = first_id();
    EXPECT_TRUE(id.starts_with("f:")) << id;
    EXPECT_EQ(api("GET", "/users/" + percent_encode(id)).body["user"]["uuid"], id);
    EXPECT_EQ(api("GET", "/users/" + id).status, 200);
}

TEST_F(bare_id_rules, answers_instead)
{
    struct
    {
        const char* answer;
        int status;
        json body;
    } cases[] = {{"empty_object", 200, json::object()},
                 {"empty_list", 200, json::parse(R"({"users":[]})")},
                 {"null_list", 200, json::parse(R"({"users":null})")},
                 {"html", 200, json()}};
    for (const auto& one : cases) {
        knobs(R"({"bareid":{"answer":)" + json_string(one.answer) + "}}");
        const auto given = api("GET", "/users");
        EXPECT_EQ(given.status, one.status);
        EXPECT_EQ(given.body, one.body) << one.answer;
    }
    knobs(R"({"bareid":{"answer":"not_found"}})");
    refused(api("GET", "/groups"), 404, 5);
    knobs(R"({"bareid":{"answer_for":"user_get,user_groups"}})");
    EXPECT_EQ(api("GET", "/groups").status, 200);
    refused(api("GET", "/users/x"), 404, 5);
}

TEST_F(bare_id_rules, shrunken_and_truncated_lists)
{
    const auto sales = group_id("/staff/Sales");
    const auto full = api("GET", "/groups/" + sales + "/users").body["users"].size();
    ASSERT_GT(full, 20U);
    knobs(R"({"bareid":{"truncate_group":"/staff/Sales=10"}})");
    EXPECT_EQ(api("GET", "/groups/" + sales + "/users").body["users"].size(), 10U);
    EXPECT_EQ(users()["users"].size(), 230U);
    knobs(R"({"bareid":{"truncate_group":"","shrink_users":7}})");
    EXPECT_EQ(users()["users"].size(), 7U);
    EXPECT_LE(api("GET", "/groups/" + sales + "/users").body["users"].size(), 7U);
}

TEST_F(bare_id_rules, guessed_writes)
{
    const auto made = api(
        "POST", "/users",
        R"({"username":"New.One","email":"new@acme.example","enabled":true,"attributes":{"firstName":{"values":["New"]}},"colour":"red"})");
    ASSERT_EQ(made.status, 200) << made.out.body;
    const auto id = made.body["user"]["uuid"].get<std::string>();
    EXPECT_EQ(made.body["user"]["username"], "new.one");
    EXPECT_FALSE(made.body["user"].contains("colour")); // dropped silently
    refused(api("POST", "/users", R"({"username":"NEW.one"})"), 409, 6);
    knobs(R"({"bareid":{"duplicate_status":500}})");
    refused(api("POST", "/users", R"({"username":"NEW.one"})"), 500, 2);
    EXPECT_EQ(users("?username=new.ONE&exact=true")["users"][0]["uuid"], id);
    const auto group = group_id("/staff/Sales");
    EXPECT_EQ(api("PUT", "/users/" + id + "/groups/" + group).body, json::object());
    EXPECT_EQ(api("PUT", "/users/" + id + "/groups/" + group).status, 200); // twice is harmless
    EXPECT_EQ(api("GET", "/users/" + id + "/groups").body["groups"].size(), 1U);
    EXPECT_EQ(api("DELETE", "/users/" + id + "/groups/" + group).status, 200);
    EXPECT_TRUE(api("GET", "/users/" + id + "/groups").body["groups"].empty());
    EXPECT_EQ(api("PUT", "/users/" + id, R"({"username":"new.one","enabled":false})").body["user"]["email"], "");
    refused(api("PATCH", "/users/" + id, R"({"enabled":true})"), 501, 12);
    knobs(R"({"bareid":{"ignored_fields":"enabled"}})");
    EXPECT_EQ(api("PUT", "/users/" + id, R"({"username":"new.one","enabled":true})").body["user"]["enabled"], false);
    EXPECT_EQ(api("DELETE", "/users/" + id).body, json::object());
    refused(api("GET", "/users/" + id), 404, 5);
    knobs(R"({"bareid":{"drop_unknown_fields":false}})");
    refused(api("POST", "/users", R"({"username":"x","colour":"red"})"), 400, 3);
}

TEST_F(bare_id_rules, faults)
{
    box.control("POST", "/__sandbox/faults", R"([{"server":"bareid","path":"/groups","kind":"429","retry_after":"7"},
        {"server":"bareid","path":"/groups","kind":"429","retry_after":"date:30"},{"server":"bareid","path":"/groups","kind":"429","retry_after":"reset:9"},
        {"server":"bareid","path":"/groups","kind":"truncated_json"},{"server":"bareid","path":"/groups","kind":"html"},
        {"server":"bareid","path":"/groups","kind":"reset"},{"server":"bareid","method":"POST","path":"/users","kind":"504_after_commit"}])");
    EXPECT_EQ(api("GET", "/groups").header("Retry-After"), "7");
    EXPECT_TRUE(api("GET", "/groups").header("Retry-After").ends_with("GMT"));
    EXPECT_EQ(api("GET", "/groups").header("RateLimit-Reset"), "9");
    EXPECT_TRUE(api("GET", "/groups").body.is_null());
    EXPECT_EQ(api("GET", "/groups").header("Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(api("GET", "/groups").out.fault, answer_fault::reset);
    EXPECT_EQ(api("GET", "/groups").status, 200);
    refused(api("POST", "/users", R"({"username":"late"})"), 504, 4);
    EXPECT_EQ(users("?username=late&exact=true")["users"].size(), 1U); // it happened
    box.control("POST", "/__sandbox/faults", R"({"kind":"503","count":2,"skip":1})");
    EXPECT_EQ(api("GET", "/groups").status, 200);
    refused(api("GET", "/groups"), 503, 14);
    refused(api("GET", "/groups"), 503, 14);
    EXPECT_EQ(api("GET", "/groups").status, 200);
}

TEST_F(bare_id_rules, request_log_masks_secrets_and_counts)
{
    const auto all = box.control("GET", "/__sandbox/requests");
    const auto text = all.dump();
    EXPECT_EQ(text.find(percent_encode(box.bare_id().client_secret())), std::string::npos);
    EXPECT_EQ(text.find(box.bare_id().client_secret()), std::string::npos);
    EXPECT_EQ(text.find(token), std::string::npos);
    EXPECT_NE(text.find("client_secret=***"), std::string::npos);
    EXPECT_EQ(box.control("GET", "/__sandbox/counters")["bareid POST token"]["count"], 1);
    EXPECT_EQ(all["requests"][0]["client"], "idferry");
    box.control("DELETE", "/__sandbox/requests");
    EXPECT_TRUE(box.control("GET", "/__sandbox/requests")["requests"].empty());
}

TEST_F(bare_id_rules, edits_reset_dump_and_load)
{
    const auto before = box.bare_id().dump(false);
    box.control("PATCH", "/__sandbox/bareid/users/helene.brandt",
                R"({"firstName":"Lena","attributes":{"title":["Chefin"]}})");
    box.control("DELETE", "/__sandbox/bareid/users/helene.brandt/groups");
    box.control("POST", "/__sandbox/bareid/groups", R"({"name":"Neu/Alt","parent":"/staff"})");
    box.control("PUT", "/__sandbox/bareid/users/helene.brandt/groups/Neu%2FAlt");
    const auto user = api("GET", "/users/" + first_id());
    EXPECT_EQ(user.body["user"]["attributes"]["firstName"]["values"][0], "Lena");
    EXPECT_EQ(user.body["user"]["attributes"]["title"]["values"][0], "Chefin");
    EXPECT_EQ(api("GET", "/users/" + first_id() + "/groups").body["groups"][0]["path"], "/staff/Neu/Alt");
    EXPECT_NE(box.bare_id().dump(false), before);
    EXPECT_EQ(box.bare_id().load(json::parse(before)), "");
    EXPECT_EQ(box.bare_id().dump(false), before);
    box.control("DELETE", "/__sandbox/bareid/users/helene.brandt");
    box.control("POST", "/__sandbox/reset?what=data");
    EXPECT_EQ(box.bare_id().dump(false), before);
}

TEST_F(bare_id_rules, unknown_knobs_and_faults_are_refused)
{
    EXPECT_THROW(knobs(R"({"bareid":{"expires":2}})"), std::runtime_error);
    EXPECT_THROW(knobs(R"({"bareid":{"paging":"sideways"}})"), std::runtime_error);
    EXPECT_THROW(knobs(R"({"nobody":{}})"), std::runtime_error);
    EXPECT_THROW(box.control("POST", "/__sandbox/faults", R"({"kind":"explode"})"), std::runtime_error);
}

} // namespace
} // namespace idferry::sandbox
