// docs/plan-format.md shows what is printed; docs/state-format.md knows every table.
#include "daemon/reconcile/guards.hpp"
#include "daemon/reconcile/plan_json.hpp"
#include "mapping/json.hpp"
#include "tests/docs/documents.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace idferry;
using namespace idferry::test;
namespace reconcile = daemon::reconcile;
using mapping::json;

reconcile::change changed(const mapping::resource_type& type, state::operation what, const char* key, const char* label,
                          const char* target)
{
    reconcile::change c;
    c.type = &type;
    c.what = what;
    c.key = mapping::source_key(key);
    c.label = label;
    c.target = mapping::target_id(target);
    return c;
}

mapping::attribute_delta differs(const char* path, json before, json after, const char* rule)
{
    mapping::attribute_delta d;
    d.path = path;
    d.old_value = std::move(before);
    d.new_value = std::move(after);
    d.rule = rule;
    return d;
}

TEST(plan_format, example_is_what_is_printed)
{
    reconcile::plan p;
    p.sync = mapping::sync_name("staff-to-showpad");
    p.source = "bare (https://api.bare.id)";
    p.target = "showpad (https://acme.showpad.biz/api/users/scim/v2)";
    p.rules["user"] = {};
    p.rules["group"] = {};
    auto bride = changed(mapping::user_type, state::operation::update, "f3a1", "arjun.bauer@acme.example", "17");
    bride.deltas = {differs("name.familyName", "Bauer", "Sommer-Lindqvist", "from name.familyName")};
    auto leaver = changed(mapping::user_type, state::operation::deactivate, "9c02", "djordje.busch@acme.example", "23");
    leaver.why = reconcile::situation::source_missing;
    leaver.deltas = {differs("active", true, false, "left the source")};
    auto leads = changed(mapping::group_type, state::operation::members, "g7", "Sales Leads", "5");
    leads.add = {{mapping::source_key("b1"), "birgit.sato@acme.example"}};
    p.changes = {bride, leaver, leads};
    reconcile::note reject;
    reject.what = reconcile::note::kind::reject;
    reject.type = &mapping::user_type;
    reject.key = mapping::source_key("77aa");
    reject.label = "eve.noll@acme.example";
    reject.text = "required attribute emails is missing";
    p.notes = {reject};
    p.unproved = {{"members of /staff/Sales", "the page after 200 was cut short"}};
    p.counts["user"].read = 192;
    p.counts["user"].in_scope = 192;
    p.counts["user"].unchanged = 190;
    p.counts["user"].active_links = 192;
    p.counts["group"].read = 10;
    p.counts["group"].in_scope = 10;
    p.counts["group"].active_links = 10;
    reconcile::push_budget pace;
    pace.requests_per_second = 5;
    reconcile::finish(p, pace, "key");
    reconcile::violation refused;
    refused.what = reconcile::guard::max_removals;
    refused.type = "user";
    refused.text = "30 removals of 192 active users (15.6%): the limit is 10%";
    refused.refused = reconcile::removals_digest(p);

    const auto examples = blocks(document("docs/plan-format.md"), "json");
    ASSERT_FALSE(examples.empty());
    auto example = examples.front();
    const auto put = [&](const std::string& name, const std::string& value) {
        const auto at = example.find(name);
        ASSERT_NE(at, std::string::npos) << name;
        example.replace(at, name.size(), value);
    };
    put("PLAN-DIGEST", p.id.hex());
    put("REMOVALS-DIGEST", refused.refused.hex());
    json shown;
    mapping::json_error error;
    ASSERT_TRUE(mapping::parse_json(example, shown, error)) << error.message;
    EXPECT_EQ(shown, reconcile::plan_json(p, {refused}, "key"));
}

TEST(plan_format, names_every_member)
{
    const auto text = document("docs/plan-format.md");
    for (const auto* name : {"format", "sync", "id", "config", "refresh", "key", "plan"})
        EXPECT_NE(text.find("`" + std::string(name) + "`"), std::string::npos) << name;
}

TEST(state_format, knows_every_table_and_the_version)
{
    const auto schema = document("state/sqlite/migrations.cpp"), text = document("docs/state-format.md");
    std::size_t tables = 0;
    const std::string create = "CREATE TABLE ";
    for (auto at = schema.find(create); at != std::string::npos; at = schema.find(create, at)) {
        at += create.size();
        const auto name = schema.substr(at, schema.find(' ', at) - at);
        EXPECT_NE(text.find("`" + name + "`"), std::string::npos) << name;
        ++tables;
    }
    EXPECT_GE(tables, 15u);
    const std::string steps = "std::array<const char*, ";
    const auto count = schema.substr(schema.find(steps) + steps.size(), 1);
    EXPECT_NE(text.find("schema version " + count + ","), std::string::npos) << "it is " << count << " now";
}

} // namespace
