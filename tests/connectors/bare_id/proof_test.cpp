// Proof that one person is gone, or in no selected group any more (apis: Bare.ID, sections 9.3 and 10).
#include "tests/connectors/bare_id/fake_instance.hpp"

#include <gmock/gmock.h>

namespace idferry::test::bare_id {
namespace {

using connectors::person_proof;
using testing::HasSubstr;
using testing::UnorderedElementsAre;
using proof_verdict = person_proof::verdict;

struct bare_id_proof : testing::Test
{
    fake_instance at;
    std::shared_ptr<const connectors::connection> connection;
    std::unique_ptr<connectors::source> source;

    void company(const std::string& yaml = "")
    {
        at.add_group("g", "g");
        at.add_group("h", "h");
        for (const auto* id : {"a", "b", "c"}) {
            at.add_user(id, id);
            at.groups["g"].members.emplace_back(id);
        }
        connection = connection_of(yaml);
        source = connection->make_source(at.environment());
        read_all(*source);
    }
    person_proof prove(const std::string& key)
    {
        auto p = run(source->prove(mapping::source_key(key)));
        EXPECT_TRUE(p.has_value());
        return p.has_value() ? *p : person_proof{};
    }
    static std::function<fake_transport::answer()> status(int code)
    {
        return [code] { return json_answer(R"({"code":5,"message":"x","details":[]})", code); };
    }
};

TEST_F(bare_id_proof, somebody_deleted_is_gone)
{
    company();
    at.users.erase("b");
    EXPECT_EQ(prove("b").state, proof_verdict::gone);
}

TEST_F(bare_id_proof, somebody_who_is_there_comes_with_record_and_groups)
{
    company();
    at.groups["g"].members = {"a", "c"};
    at.groups["h"].members = {"b"};
    const auto p = prove("b");
    EXPECT_EQ(p.state, proof_verdict::present);
    EXPECT_EQ(p.bytes, at.users["b"].json());
    EXPECT_TRUE(p.bytes_comparable);
    ASSERT_TRUE(p.group_keys);
    EXPECT_THAT(*p.group_keys, UnorderedElementsAre("h"));
}

TEST_F(bare_id_proof, without_hydrate_bytes_do_not_compare_with_lists)
{
    company("    source: {hydrate: false}\n");
    EXPECT_FALSE(prove("b").bytes_comparable);
    EXPECT_TRUE(source->removals_need_proof());
    EXPECT_TRUE(source->can_prove());
}

TEST_F(bare_id_proof, nothing_is_believed_when_the_control_read_fails)
{
    company();
    at.users.erase("b");
    for (const int code : {401, 403, 404, 500}) {
        at.instead[base + "/groups"] = status(code);
        source = connection->make_source(at.environment());
        const auto p = prove("b");
        EXPECT_EQ(p.state, proof_verdict::unknown) << code;
        EXPECT_THAT(p.why, HasSubstr("control read"));
    }
    for (const auto* body : {"{}", R"({"groups":[]})", "<html>", "nope"}) {
        at.instead[base + "/groups"] = [body] { return json_answer(body); };
        source = connection->make_source(at.environment());
        EXPECT_EQ(prove("b").state, proof_verdict::unknown) << body;
    }
}

TEST_F(bare_id_proof, the_control_read_is_made_once_in_a_run_however_many_ask)
{
    company();
    for (const auto* id : {"a", "b"}) at.users.erase(id);
    const auto before = at.asked(base + "/groups");
    at.wire->hold();
    task<connectors::result<person_proof>> first(source->prove(mapping::source_key("a")));
    task<connectors::result<person_proof>> second(source->prove(mapping::source_key("b")));
    settle();
    at.wire->release();
    EXPECT_EQ(first.get()->state, proof_verdict::gone);
    EXPECT_EQ(second.get()->state, proof_verdict::gone);
    EXPECT_EQ(prove("c").state, proof_verdict::present);
    EXPECT_EQ(at.asked(base + "/groups"), before + 1);
}

TEST_F(bare_id_proof, a_cancelled_control_read_is_made_again)
{
    company();
    at.users.erase("b");
    at.wire->hold();
    task<connectors::result<person_proof>> waiting(source->prove(mapping::source_key("b")));
    settle();
    waiting.cancel();
    waiting.get();
    at.wire->release();
    EXPECT_EQ(prove("b").state, proof_verdict::gone);
}

TEST_F(bare_id_proof, a_refusal_or_trouble_proves_nothing)
{
    company();
    for (const int code : {401, 403, 500, 503}) {
        at.instead[base + "/users/b"] = status(code);
        const auto p = prove("b");
        EXPECT_EQ(p.state, proof_verdict::unknown) << code;
        EXPECT_FALSE(p.why.empty());
    }
    for (const auto* body : {"{}", "<html>", R"({"user":{"uuid":"a"}})", R"({"user":null})"}) {
        at.instead[base + "/users/b"] = [body] { return json_answer(body); };
        EXPECT_EQ(prove("b").state, proof_verdict::unknown) << body;
    }
}

// A wrong path for user_get answers 404 for everybody, while the control read succeeds.
TEST_F(bare_id_proof, a_404_for_everybody_proves_nothing)
{
    company("    source: {hydrate: false}\n");
    at.before = [](const connectors::http::request& r) -> std::optional<fake_transport::answer> {
        if (r.url.find("/users/") == std::string::npos) return std::nullopt;
        return json_answer(R"({"code":5,"message":"Not Found","details":[]})", 404);
    };
    EXPECT_EQ(prove("b").state, proof_verdict::unknown);
    EXPECT_THAT(prove("b").why, HasSubstr("ops.user_get"));
    // One whom a list names is found: then the others are gone.
    at.before = nullptr;
    at.users.erase("b");
    EXPECT_EQ(prove("b").state, proof_verdict::gone);
}

TEST_F(bare_id_proof, groups_of_a_suspicious_size_are_not_proved)
{
    company();
    at.groups["g"].members = {"a", "c"};
    for (int i = 0; i < 10; ++i) at.add_group("x" + std::to_string(i), "x" + std::to_string(i)).members = {"b"};
    read_all(*source);
    const auto p = prove("b");
    EXPECT_EQ(p.state, proof_verdict::present);
    EXPECT_FALSE(p.group_keys);
    EXPECT_THAT(p.why, HasSubstr("10"));
}

TEST_F(bare_id_proof, a_group_that_the_read_did_not_see_proves_nothing)
{
    company();
    at.groups["g"].members = {"a", "c"};
    at.add_group("new", "new").members = {"b"};
    const auto p = prove("b");
    EXPECT_EQ(p.state, proof_verdict::present);
    EXPECT_FALSE(p.group_keys);
    EXPECT_THAT(p.why, HasSubstr("new"));
}

TEST_F(bare_id_proof, with_selected_groups_a_group_elsewhere_counts_as_left)
{
    company("    source: {groups: [/g]}\n");
    at.groups["g"].members = {"a", "c"};
    at.add_group("new", "new").members = {"b"};
    auto p = prove("b");
    ASSERT_TRUE(p.group_keys) << p.why;
    EXPECT_THAT(*p.group_keys, UnorderedElementsAre("new"));
    at.add_group("below", "below", "g").members = {"b"};
    EXPECT_FALSE(prove("b").group_keys) << "a new group below a selected one";
}

TEST_F(bare_id_proof, trouble_with_the_groups_leaves_them_open)
{
    company();
    for (const auto& answer :
         {make_json_answer(403, "{}"), make_json_answer(404, "{}"), make_json_answer(200, "<html>"),
          make_json_answer(200, R"({"groups":[{"name":"no id"}]})")}) {
        at.instead[base + "/users/b/groups"] = [answer] { return fake_transport::answer(answer); };
        const auto p = prove("b");
        EXPECT_EQ(p.state, proof_verdict::present);
        EXPECT_FALSE(p.group_keys);
        EXPECT_FALSE(p.why.empty());
    }
    at.instead[base + "/users/b/groups"] = [] { return json_answer("{}"); };
    const auto p = prove("b");
    ASSERT_TRUE(p.group_keys) << "an empty list may be left out";
    EXPECT_TRUE(p.group_keys->empty());
}

TEST_F(bare_id_proof, user_list_proves_by_its_list)
{
    connection = connection_of("    ops: {user_list: {enabled: true}}\n    source: {mode: user_list}\n");
    source = connection->make_source(at.environment());
    EXPECT_FALSE(source->removals_need_proof());
    EXPECT_TRUE(source->can_prove());
    connection = connection_of("    ops: {user_list: {enabled: true}, user_get: {enabled: false}}\n    source: {mode: "
                               "user_list, hydrate: false}\n");
    EXPECT_FALSE(connection->make_source(at.environment())->can_prove());
}

} // namespace
} // namespace idferry::test::bare_id
