// What the tests of Beyond Identity stand on: connections to the sandbox's realms and to a Bare.ID instance, and
// looking into them.
#pragma once

#include "tests/e2e/stage.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace idferry::e2e {

// The text from one line of a configuration to another.
inline std::string part(const std::string& text, const std::string& from, const std::string& to)
{
    const auto begin = text.find(from);
    const auto end = text.find(to, begin);
    EXPECT_NE(begin, std::string::npos) << from;
    return text.substr(begin, end - begin);
}

class beyond_identity : public testing::Test
{
protected:
    explicit beyond_identity(scene wanted = {60, 12, 7, "user_list"}) : s(wanted) {}

    // A connection to one of the sandbox's realms; `realm` is its name in sandbox.json.
    std::string connection(const std::string& name, const std::string& realm)
    {
        const auto info = s.box().info()["beyond"];
        const auto text = [&](const char* key) { return "'" + info[key].get<std::string>() + "'"; };
        return "  " + name + ":\n    type: beyond_identity\n    api_url: " + text("api_url") +
               "\n    auth_url: " + text("auth_url") + "\n    tenant: " + text("tenant") +
               "\n    realm: " + text(realm.c_str()) + "\n    auth: {realm: " + text("admin_realm") +
               ", application: " + text("application") + ", client_id: " + text("client_id") +
               ", client_secret: {file: '" + s.folder() + "/beyond-secret'}}\n    tls: {ca_file: '" + s.folder() +
               "/ca.pem'}\n    rate: {requests_per_second: 0, burst: 100, concurrency: 4}\n" +
               "    retry: {tries: 2, base: 5ms, cap: 10ms}\n";
    }

    // The empty second instance of Bare.ID; `more` are further lines of the connection.
    std::string bare_target(const std::string& name, const std::string& profile, const std::string& more)
    {
        const auto info = s.box().info()["bareid_target"];
        auto text = "  " + name + ":\n    type: bare_id\n    profile: " + profile + "\n";
        if (profile == "gateway")
            text += "    instance: " + info["instance"].get<std::string>() +
                    "\n    api_base: " + info["api_base"].get<std::string>() + "\n";
        return text + "    auth:\n      token_url: " + info["token_url"].get<std::string>() +
               "\n      client_id: " + info["client_id"].get<std::string>() + "\n      client_secret: {file: '" +
               s.folder() + "/bareid_target-secret'}\n    retry: {tries: 2, base: 5ms, cap: 10ms}\n" +
               "    rate: {requests_per_second: 0, burst: 100, concurrency: 4}\n    tls: {ca_file: '" + s.folder() +
               "/ca.pem'}\n" + more;
    }

    std::string bare() { return part(s.config_text(), "  bare:\n", "  showpad:\n"); }
    std::string showpad() { return part(s.config_text(), "  showpad:\n", "\nsyncs:\n"); }

    void sync_well()
    {
        const auto run = s.run({"sync"});
        EXPECT_EQ(run.code, 0) << run.text();
    }
    void expect_an_empty_plan()
    {
        const auto run = s.plan();
        EXPECT_EQ(run.code, 0) << run.text();
        EXPECT_EQ(difference({}, change_lines(run.plan())), "");
    }
    std::set<std::string> planned()
    {
        const auto run = s.plan();
        EXPECT_TRUE(run.plan().is_object()) << run.text();
        return run.plan().is_object() ? change_lines(run.plan()) : std::set<std::string>{run.text()};
    }

    json realm(const char* name)
    {
        return s.control("GET", "state?server=beyond&realm=" + s.box().info()["beyond"][name].get<std::string>());
    }
    // The identity with this user name; null when there is none.
    json identity_in(const char* name, const std::string& user_name)
    {
        const auto all = realm(name);
        for (const auto& one : all["identities"])
            if (lower(one["traits"]["username"].get<std::string>()) == lower(user_name)) return one;
        return {};
    }

    stage s;
};

} // namespace idferry::e2e
