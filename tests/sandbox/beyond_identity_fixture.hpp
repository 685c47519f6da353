// For the tests of the pretended Beyond Identity: tokens, requests in one line, and the samples of its documents held
// against what is answered.
#pragma once

#include "tests/sandbox/sandbox_fixture.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

namespace idferry::sandbox {

// What a token says (the middle part of a JWT).
inline json claims_of(const std::string& token)
{
    const auto first = token.find('.');
    auto part = token.substr(first + 1, token.rfind('.') - first - 1);
    std::replace(part.begin(), part.end(), '-', '+');
    std::replace(part.begin(), part.end(), '_', '/');
    return parse_json(base64_decode(part).value_or("")).value_or(json());
}

// A sample of the documents, which is JSON.
inline json parsed(std::string_view text)
{
    return *parse_json(text);
}

// What a list answers that has nothing but `item`, itself JSON.
inline std::string only(std::string_view key, std::string_view item)
{
    return "{\"" + std::string(key) + "\":[" + std::string(item) + "],\"total_size\":1}";
}

class beyond_fixture : public sandbox_fixture
{
protected:
    beyond_fixture() : sandbox_fixture({.organisation = {.users = 60, .groups = 12, .seed = 7}})
    {
        tenant = box.beyond().tenant();
        realm = box.beyond().realm();
        other = box.beyond().other_realm();
        admin = box.beyond().admin_realm();
    }

    reply ask_token(const std::string& form = "grant_type=client_credentials", bool basic = true)
    {
        connectors::http::incoming extra;
        extra.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
        auto body = form;
        if (basic)
            extra.headers.emplace_back(
                "Authorization", "Basic " + base64(box.beyond().client_id() + ":" + box.beyond().client_secret()));
        else
            body += "&client_id=" + box.beyond().client_id() + "&client_secret=" + box.beyond().client_secret();
        return ask("beyond", "POST",
                   "/v1/tenants/" + tenant + "/realms/" + admin + "/applications/" + box.beyond().application() +
                       "/token",
                   body, std::move(extra));
    }
    static std::string base64(std::string_view text)
    {
        static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        std::string out;
        for (std::size_t at = 0; at < text.size(); at += 3) {
            const auto byte = [&](std::size_t n) {
                return at + n < text.size() ? static_cast<unsigned>(static_cast<unsigned char>(text[at + n])) : 0U;
            };
            const auto word = byte(0) << 16U | byte(1) << 8U | byte(2);
            for (unsigned part = 0; part < 4; ++part)
                out += at + part > text.size() ? '=' : alphabet[word >> (18U - part * 6U) & 63U];
        }
        return out;
    }

    // "~" stands for the realm at the begin of a path; else the path follows the tenant.
    std::string target(const std::string& path) const
    {
        const auto root = "/v1/tenants/" + tenant;
        return path.starts_with("~") ? root + "/realms/" + realm + path.substr(1) : root + path;
    }
    reply api(std::string method, const std::string& path, std::string body = "")
    {
        if (token.empty()) token = ask_token().body.value("access_token", "");
        return ask("beyond", std::move(method), target(path), std::move(body),
                   with_header("Authorization", "Bearer " + token));
    }
    reply without_token(std::string method, const std::string& path)
    {
        return ask("beyond", std::move(method), target(path));
    }

    // Puts the objects of a sample in place, with the sample's own ids; the admin realm stays. `inside` are the members
    // of the realm's dump.
    void begin(const std::string& sample_tenant, const std::string& sample_realm, json inside = json::object())
    {
        auto state = box.control("GET", "/__sandbox/state?server=beyond");
        json kept;
        for (const auto& one : state["realms"])
            if (one["id"] == admin) kept = one;
        json made{{"id", sample_realm}, {"display_name", "Test Realm"}};
        made.update(inside);
        state["tenant"]["id"] = sample_tenant;
        if (inside.contains("tenant")) state["tenant"].update(inside["tenant"]);
        state["realms"] = json::array({kept, made});
        box.control("PUT", "/__sandbox/state", json{{"beyond", state}}.dump());
        tenant = sample_tenant;
        realm = sample_realm;
        token.clear();
    }

    // The answer is the sample: the same members with the same values. `made` are those that the service chooses: they
    // look alike. `more` may be there besides.
    static void expect_sample(const reply& given, std::string_view sample, const std::set<std::string>& made = {},
                              const std::set<std::string>& more = {})
    {
        EXPECT_EQ(given.status, 200) << given.out.body;
        const auto wanted = parse_json(sample);
        ASSERT_TRUE(wanted) << sample;
        compare("", *wanted, given.body, made, more);
    }
    static void compare(const std::string& where, const json& wanted, const json& got,
                        const std::set<std::string>& made, const std::set<std::string>& more)
    {
        ASSERT_STREQ(wanted.type_name(), got.type_name()) << where << " in " << got.dump();
        if (wanted.is_object()) {
            for (auto member = wanted.begin(); member != wanted.end(); ++member) {
                const auto at = where + "." + member.key();
                ASSERT_TRUE(got.contains(member.key())) << at << " is missing in " << got.dump();
                if (made.contains(member.key()) && member->is_string())
                    EXPECT_EQ(looks(member->get<std::string>(), member.key()),
                              looks(got[member.key()].get<std::string>(), member.key()))
                        << at;
                else
                    compare(at, *member, got[member.key()], made, more);
            }
            for (auto member = got.begin(); member != got.end(); ++member)
                EXPECT_TRUE(wanted.contains(member.key()) || more.contains(member.key()))
                    << where << "." << member.key() << " is too much";
        } else if (wanted.is_array()) {
            ASSERT_EQ(wanted.size(), got.size()) << where;
            for (std::size_t at = 0; at < wanted.size(); ++at)
                compare(where + "[" + std::to_string(at) + "]", wanted[at], got[at], made, more);
        } else {
            EXPECT_EQ(wanted, got) << where;
        }
    }
    // Ids and times by their form; client ids and secrets by their length.
    static std::string looks(const std::string& text, const std::string& key)
    {
        if (key.starts_with("client_")) return std::to_string(text.size());
        auto out = text;
        for (auto& c : out)
            if (std::isxdigit(static_cast<unsigned char>(c)) != 0) c = 'x';
        return out;
    }

    void expect_violation(const reply& given, const std::string& field, const std::string& description)
    {
        EXPECT_EQ(given.status, 400) << given.out.body;
        const json wanted{
            {"code", "bad_request"},
            {"message", "invalid parameters"},
            {"details",
             json::array({{{"type", "FieldViolations"},
                           {"field_violations", json::array({{{"field", field}, {"description", description}}})}}})}};
        EXPECT_EQ(given.out.body, wanted.dump());
    }
    void expect_missing(const reply& given, const std::string& type, const std::string& id, const std::string& message)
    {
        EXPECT_EQ(given.status, 404);
        const json wanted{
            {"code", "not_found"},
            {"message", message},
            {"details",
             json::array({{{"type", "ResourceInfo"}, {"resource_type", type}, {"id", id}, {"description", message}}})}};
        EXPECT_EQ(given.out.body, wanted.dump());
    }
    // Every answer without a token, as the samples of the deletes show it.
    void expect_unauthorized(const std::string& method, const std::string& path)
    {
        const auto given = without_token(method, path);
        EXPECT_EQ(given.status, 401);
        EXPECT_EQ(given.out.body, R"({"code":"unauthorized","message":"unauthorized"})");
    }
    void expect_empty(const reply& given)
    {
        EXPECT_EQ(given.status, 200) << given.out.body;
        EXPECT_TRUE(given.out.body.empty());
    }

    std::string make_identity(const std::string& username, json more = json::object())
    {
        json traits{{"type", "traits_v0"}, {"username", username}};
        traits.update(more);
        const auto made = api("POST", "~/identities",
                              json{{"identity", {{"display_name", "Test " + username}, {"traits", traits}}}}.dump());
        EXPECT_EQ(made.status, 200) << made.out.body;
        return made.status == 200 ? made.body["id"].get<std::string>() : "";
    }
    std::string make_group(const std::string& name)
    {
        const auto made =
            api("POST", "~/groups", json{{"group", {{"display_name", name}, {"description", ""}}}}.dump());
        EXPECT_EQ(made.status, 200) << made.out.body;
        return made.status == 200 ? made.body["id"].get<std::string>() : "";
    }
    // Everything of a list, page by page.
    std::vector<json> walk(const std::string& path, const std::string& key, std::size_t* pages = nullptr)
    {
        std::vector<json> out;
        std::string next;
        std::size_t count = 0;
        do {
            const auto mark = path.find('?') == std::string::npos ? "?" : "&";
            const auto page = api("GET", next.empty() ? path : path + mark + "page_token=" + percent_encode(next));
            EXPECT_EQ(page.status, 200) << page.out.body;
            if (page.status != 200 || ++count > 1000) break;
            for (const auto& one : page.body[key]) out.push_back(one);
            const auto token_at = page.body.find("next_page_token");
            next = token_at != page.body.end() && token_at->is_string() ? token_at->get<std::string>() : "";
        } while (!next.empty());
        if (pages != nullptr) *pages = count;
        return out;
    }

    std::string tenant;
    std::string realm;
    std::string other;
    std::string admin;
    std::string token;
};

} // namespace idferry::sandbox
