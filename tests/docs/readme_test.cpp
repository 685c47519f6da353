// Every example in the README and in packaging/examples runs here.
#include "daemon/reconcile/plan_text.hpp"
#include "daemon/run/settings.hpp"
#include "mapping/json.hpp"
#include "tests/docs/documents.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace {

namespace fs = std::filesystem;
using namespace idferry;
using namespace idferry::test;
namespace reconcile = daemon::reconcile;

void expect_valid(const std::string& yaml, const std::string& name)
{
    config::diagnostics mistakes;
    const auto parsed = daemon::run::parse_settings(yaml, name, mistakes);
    for (const auto& m : mistakes.sorted()) ADD_FAILURE() << m.text();
    EXPECT_TRUE(parsed.has_value());
}

TEST(readme, its_configuration_is_valid)
{
    const auto examples = blocks(document("README.md"), "yaml");
    ASSERT_EQ(examples.size(), 1u);
    expect_valid(examples.front(), "README.md");
}

TEST(examples, every_one_is_valid)
{
    std::size_t seen = 0;
    for (const auto& entry : fs::directory_iterator(fs::path(IDFERRY_SOURCE_DIR) / "packaging/examples")) {
        if (entry.path().extension() != ".yaml") continue;
        ++seen;
        expect_valid(document(entry.path()), entry.path().filename().string());
    }
    EXPECT_GE(seen, 1u);
}

mapping::attribute_delta delta(std::string path, mapping::json before, mapping::json after, std::string rule)
{
    mapping::attribute_delta d;
    d.path = std::move(path);
    d.old_value = std::move(before);
    d.new_value = std::move(after);
    d.rule = std::move(rule);
    return d;
}

reconcile::change change(const mapping::resource_type& type, state::operation what, std::string label)
{
    reconcile::change c;
    c.type = &type;
    c.what = what;
    c.key = mapping::source_key(label);
    c.label = std::move(label);
    return c;
}

// The plan in the README: three people who changed, as the demonstration has them.
TEST(readme, its_plan_is_what_is_printed)
{
    reconcile::plan p;
    p.sync = mapping::sync_name("staff-to-showpad");
    p.source = "bare (https://api.bare.id)";
    p.target = "showpad (https://acme.showpad.biz/api/users/scim/v2)";
    p.rules["user"] = {};
    p.rules["group"] = {};
    auto bride = change(mapping::user_type, state::operation::update, "arjun.bauer@acme.example");
    bride.deltas = {delta("name.familyName", "Bauer", "Sommer-Lindqvist", "from name.familyName")};
    auto lead = change(mapping::user_type, state::operation::update, "birgit.sato@acme.example");
    lead.deltas = {delta("roles", {{{"value", "tablet"}}}, {{{"value", "manager"}}}, "from groups.display, lookup")};
    auto leaver = change(mapping::user_type, state::operation::deactivate, "djordje.busch@acme.example");
    leaver.why = reconcile::situation::source_missing;
    leaver.deltas = {delta("active", true, false, "left the source")};
    auto leads = change(mapping::group_type, state::operation::members, "Sales Leads");
    leads.add = {{mapping::source_key("b"), "birgit.sato@acme.example"}};
    p.changes = {bride, lead, leaver, leads};
    p.counts["user"].read = 192;
    p.counts["user"].unchanged = 190;
    p.counts["group"].read = 10;
    reconcile::push_budget pace;
    pace.requests_per_second = 5;
    reconcile::finish(p, pace, "key");
    auto printed = reconcile::plan_text(p, {});
    // The digest is of this plan; the README shows its beginning.
    printed.replace(printed.find(p.id.hex()), 32, p.id.hex().substr(0, 8) + "…");

    const auto examples = blocks(document("README.md"), "text");
    ASSERT_FALSE(examples.empty());
    EXPECT_EQ(examples.front(), printed);
}

} // namespace
