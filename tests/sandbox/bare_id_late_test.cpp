// The knob `late_writes_ms`: both APIs show a write so much later, by the sandbox's clock.
#include "tests/sandbox/sandbox_fixture.hpp"

namespace idferry::sandbox {
namespace {

class bare_id_late : public sandbox_fixture
{
protected:
    bare_id_late() : sandbox_fixture({.organisation = {.users = 20, .groups = 4, .seed = 3}})
    {
        token = ask("bareid", "POST", "/auth/realms/Mitarbeitende/protocol/openid-connect/token",
                    "grant_type=client_credentials&client_id=idferry&client_secret=" +
                        percent_encode(box.bare_id().client_secret()),
                    with_header("Content-Type", "application/x-www-form-urlencoded"))
                    .body.value("access_token", "");
        knobs(R"({"bareid": {"late_writes_ms": 5000}})");
    }
    reply api(bool legacy, std::string method, const std::string& path, const json& body = nullptr)
    {
        return ask("bareid", std::move(method),
                   (legacy ? "/auth/admin/realms/Mitarbeitende" : "/user/v1/" + box.bare_id().instance()) + path,
                   body.is_null() ? "" : body.dump(), with_header("Authorization", "Bearer " + token));
    }
    std::size_t people(bool legacy)
    {
        const auto list = api(legacy, "GET", "/users").body;
        return legacy ? list.size() : list["users"].size();
    }
    void advance(int ms) { box.control("POST", "/__sandbox/clock", json{{"advance_ms", ms}}.dump()); }

    std::string token;
};

TEST_F(bare_id_late, reads_and_lists_show_a_write_later_and_writes_see_it_at_once)
{
    for (const bool legacy : {false, true}) {
        const auto before = people(legacy);
        const auto name = legacy ? "new.two" : "new.one";
        const auto made = api(legacy, "POST", "/users", {{"username", name}});
        ASSERT_LT(made.status, 300) << made.out.body;
        EXPECT_EQ(people(legacy), before);
        EXPECT_EQ(api(legacy, "POST", "/users", {{"username", name}}).status, 409);
        const auto id = box.control("GET", std::string("/__sandbox/bareid/users/") + name)["uuid"].get<std::string>();
        EXPECT_EQ(api(legacy, "GET", "/users/" + id).status, 404);
        EXPECT_LT(api(legacy, "DELETE", "/users/" + id).status, 300) << "a write finds what reads do not show";
        advance(4000);
        EXPECT_EQ(api(legacy, "GET", "/users/" + id).status, 404);
        advance(6000);
        EXPECT_EQ(people(legacy), before);
    }
}

TEST_F(bare_id_late, each_write_shows_in_its_own_time)
{
    const auto before = people(false);
    api(false, "POST", "/users", {{"username", "new.one"}});
    advance(3000);
    api(false, "POST", "/users", {{"username", "new.two"}});
    EXPECT_EQ(people(false), before);
    advance(3000);
    EXPECT_EQ(people(false), before + 1);
    advance(3000);
    EXPECT_EQ(people(false), before + 2);
    knobs(R"({"bareid": {"late_writes_ms": 0}})");
    api(false, "POST", "/users", {{"username", "new.three"}});
    EXPECT_EQ(people(false), before + 3);
}

} // namespace
} // namespace idferry::sandbox
