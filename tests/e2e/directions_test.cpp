// Every direction on an organisation of 2,000 people and 100 groups, with the examples of packaging/examples: first
// sync, empty second plan, 20 people and one membership changed, two leavers and a joiner, a rename of a person and of
// a group. What the target should have is worked out from the source's dump, and compared person by person and
// membership by membership.
#include "tests/e2e/beyond_stage.hpp"
#include "tests/e2e/direction.hpp"

#include <algorithm>
#include <functional>
#include <ostream>

namespace idferry::e2e {
namespace {

enum class end
{
    bare,
    showpad,
    realm,       // A, the filled one
    other_realm, // B, empty at the start
    bare_gateway,
    bare_keycloak
};

struct direction
{
    const char* name;
    end source, target;
    const char* example;
    // What of the example is for another organisation.
    std::vector<std::pair<std::string, std::string>> changes;
};

void PrintTo(const direction& d, std::ostream* out)
{
    *out << d.name;
}

const std::pair<std::string, std::string> all_groups{R"(scope: 'displayName sw "Sales"')", "scope: 'displayName pr'"};
const std::pair<std::string, std::string> all_but_the_reserved{R"(scope: 'displayName sw "Sales"')",
                                                               R"(scope: 'not (displayName eq "All users")')"};

const direction all_directions[] = {
    {"bare_id_to_showpad",
     end::bare,
     end::showpad,
     "bare_id-to-showpad",
     {{R"(scope: 'active eq true and groups.display eq "Sales"')", "scope: 'active eq true and emails pr'"},
      {R"('userName eq "a.admin"')", R"('userName eq "helene.brandt"')"},
      all_but_the_reserved}},
    {"bare_id_to_beyond_identity", end::bare, end::other_realm, "bare_id-to-beyond_identity", {all_groups}},
    {"beyond_identity_to_showpad", end::realm, end::showpad, "beyond_identity-to-showpad", {all_but_the_reserved}},
    {"beyond_identity_to_bare_id_by_user_v1", end::realm, end::bare_gateway, "beyond_identity-to-bare_id", {}},
    {"beyond_identity_to_bare_id_by_the_legacy_api",
     end::realm,
     end::bare_keycloak,
     "beyond_identity-to-bare_id-keycloak_admin",
     {}},
    {"realm_to_realm", end::realm, end::other_realm, "beyond_identity-to-beyond_identity", {}},
};

constexpr std::size_t one_percent = 20;

class directions : public beyond_identity, public testing::WithParamInterface<direction>
{
protected:
    directions() : beyond_identity(slow_build ? scene{400, 40, 7, "user_list"} : scene{2000, 100, 7, "user_list"}) {}

    void SetUp() override
    {
        const auto& d = GetParam();
        const auto example = read_all(IDFERRY_SOURCE_DIR "/packaging/examples/" + std::string(d.example) + ".yaml");
        auto syncs = example.substr(example.find("\nsyncs:\n"));
        for (const auto& [from, to] : d.changes) {
            const auto at = syncs.find(from);
            ASSERT_NE(at, std::string::npos) << from;
            syncs.replace(at, from.size(), to);
        }
        if (d.target == end::bare_gateway) s.knob("bareid_target", "paging", "offset");
        s.write_config("connections:\n" + connection_of(d.source, name_in(syncs, "source: "), example) +
                       connection_of(d.target, name_in(syncs, "target: "), example) + syncs);
    }

    static std::string name_in(const std::string& syncs, const std::string& key)
    {
        const auto at = syncs.find(key) + key.size();
        return syncs.substr(at, syncs.find('\n', at) - at);
    }

    std::string connection_of(end which, const std::string& name, const std::string& example)
    {
        switch (which) {
        case end::bare: return bare();
        case end::showpad: return showpad();
        case end::realm: return connection(name, "realm");
        case end::other_realm: return connection(name, "other_realm");
        // With the calls that the example switches on.
        case end::bare_gateway: return bare_target(name, "gateway", part(example, "    ops:\n", "\nsyncs:\n"));
        case end::bare_keycloak: return bare_target(name, "keycloak_admin", "");
        }
        return {};
    }

    bool from_bare() const { return GetParam().source == end::bare; }

    // --- looking ---

    organisation source()
    {
        return from_bare() ? organisation_of_bare(s.people()) : organisation_of_realm(realm("realm"));
    }

    wanted wanted_of(const organisation& now) const
    {
        switch (GetParam().target) {
        case end::showpad: return wanted_at_showpad(now, from_bare());
        case end::other_realm: return from_bare() ? wanted_at_realm(now) : wanted_at_other_realm(now);
        default: return wanted_at_bare(now);
        }
    }

    found target()
    {
        switch (GetParam().target) {
        case end::showpad: return found_at_showpad(s.target_in_full(), s.owner());
        case end::other_realm: return found_at_realm(realm("other_realm"), !from_bare());
        default: return found_at_bare(s.control("GET", "state?server=bareid_target"));
        }
    }
    std::string target_server() const
    {
        const auto t = GetParam().target;
        return t == end::showpad ? "showpad" : t == end::other_realm ? "beyond" : "bareid_target";
    }

    // --- changing the source ---

    std::string people_path() const { return from_bare() ? "bareid/users/" : "beyond/identities/"; }
    std::string groups_path() const { return from_bare() ? "bareid/groups/" : "beyond/groups/"; }

    // By Bare.ID's names; of what Beyond Identity has.
    void edit(const std::string& key, const std::string& field, const json& value)
    {
        static const std::map<std::string, std::string> traits{{"username", "username"},
                                                               {"email", "primary_email_address"},
                                                               {"firstName", "given_name"},
                                                               {"lastName", "family_name"}};
        json body;
        if (!from_bare())
            body[traits.contains(field) ? traits.at(field) : field] = value;
        else if (traits.contains(field))
            body[field] = value;
        else
            body["attributes"][field] = value;
        s.control("PATCH", people_path() + key, body);
    }
    void disable(const std::string& key)
    {
        s.control("PATCH", people_path() + key, from_bare() ? json{{"enabled", false}} : json{{"status", "suspended"}});
    }
    void rename_group(const std::string& key, const std::string& name)
    {
        s.control("PATCH", groups_path() + key, {{from_bare() ? "name" : "display_name", name}});
    }
    void add_person(const std::string& name)
    {
        if (from_bare()) {
            s.control("POST", "bareid/users", newcomer(name));
            return;
        }
        const auto made = s.control("POST", "beyond/identities",
                                    {{"username", name},
                                     {"display_name", "New Comer"},
                                     {"primary_email_address", name + "@acme.example"},
                                     {"given_name", "New"},
                                     {"family_name", "Comer"},
                                     {"groups", {"staff"}}});
        s.control("POST", "beyond/identities/" + made["id"].get<std::string>() + "/credentials"); // enrolled
    }

    // --- steps ---

    // A plan of exactly these changes, with nothing rejected, withheld or not kept.
    void expect_plan(const std::set<std::string>& changes, const std::vector<std::string>& more = {})
    {
        std::vector<std::string> arguments{"plan", "--format", "json"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const auto run = s.run(arguments);
        EXPECT_EQ(run.code, changes.empty() ? 0 : 2) << run.text();
        ASSERT_TRUE(run.plan().is_object()) << run.text();
        EXPECT_EQ(difference(changes, change_lines(run.plan())), "");
        for (const char* kind : {"rejected", "withheld", "not_kept", "drift"}) {
            const auto told = notes(run.plan(), kind);
            EXPECT_TRUE(told.empty()) << kind << ": " << told.front();
        }
    }
    // A sync that does all it planned, after which the target has what is wanted and nobody else.
    void expect_synced()
    {
        const auto run = s.run({"sync"});
        ASSERT_EQ(run.code, 0) << run.text();
        EXPECT_EQ(difference(lines_of(wants_, left_), target().lines), "");
    }
    // What the source has now, and what is to come of it.
    void look()
    {
        source_ = source();
        wants_ = wanted_of(source_);
    }
    // The same after edits: the plan has exactly the changes between before and now, which the sync then makes.
    void expect_changes_to_follow(const wanted& before)
    {
        expect_plan(changes_between(before, wants_));
        expect_synced();
        expect_plan({});
    }

    // Plain people: they have all that is changed here, are in a group, and lead nobody.
    std::vector<std::string> plain_people()
    {
        std::vector<std::string> out;
        for (const auto& [key, p] : source_.people) {
            const auto leads = [&](const auto& g) { return source_.groups.at(g).name == "Sales Leads"; };
            if (p.active && wants_.people.contains(key) && !p.groups.empty() && std::ranges::none_of(p.groups, leads) &&
                p.has.contains("title") && p.has.contains("department") && p.has.at("userName") != "helene.brandt" &&
                (from_bare() || p.traits.contains("primary_email_address")))
                out.push_back(key);
        }
        return out;
    }

    void change_one_percent();
    void let_people_leave_and_come();
    void rename_one_of_each();

    organisation source_;
    wanted wants_;
    std::map<std::string, wanted_person> left_; // who left, as they were at last
};

void directions::change_one_percent()
{
    const auto before = wants_;
    const auto people = plain_people();
    ASSERT_GE(people.size(), one_percent + 1);
    const bool department_counts = from_bare() || GetParam().target != end::showpad; // else it is not mapped
    for (std::size_t i = 0; i < one_percent; ++i) {
        const auto& key = people[i];
        switch (i % 5) {
        case 0: edit(key, "lastName", "Neuname-" + std::to_string(i)); break;
        case 1: edit(key, "firstName", "Zoë"); break;
        case 2: edit(key, "title", i == 2 ? json() : json("Leitung Süd")); break; // one loses it
        case 3: edit(key, department_counts ? "department" : "title", "Einkauf & Logistik"); break;
        // What not every target takes as it is: a long name with what Beyond Identity refuses.
        case 4: edit(key, "lastName", "Öztürk/Smith: " + std::string(40 + i, 'x')); break;
        }
    }
    // One more person goes from a group to another.
    const auto mover = source_.people.at(people[one_percent]);
    const auto from = *mover.groups.begin();
    const auto to = std::ranges::find_if(source_.groups, [&](const auto& g) {
        return !mover.groups.contains(g.first) && g.second.name.starts_with("Project ");
    });
    ASSERT_NE(to, source_.groups.end());
    s.control("DELETE", people_path() + mover.key + "/groups/" + from);
    s.control("PUT", people_path() + mover.key + "/groups/" + to->first);

    look();
    const auto changes = changes_between(before, wants_);
    const auto updates = std::ranges::count_if(changes, [](const auto& c) { return c.starts_with("update user "); });
    ASSERT_EQ(static_cast<std::size_t>(updates), one_percent) << difference({}, changes);
    ASSERT_EQ(changes.size(), one_percent + 2) << "one goes out of a group and into another";
    expect_changes_to_follow(before);
}

void directions::let_people_leave_and_come()
{
    const auto before = wants_;
    const auto people = plain_people();
    const auto disabled = people[people.size() / 2], deleted = people[people.size() / 2 + 1];
    disable(disabled);
    s.control("DELETE", people_path() + deleted);
    add_person("new.comer");
    look();
    for (const auto& key : {disabled, deleted})
        if (!wants_.people.contains(key)) left_.emplace(key, before.people.at(key));
    EXPECT_TRUE(left_.contains(deleted));
    EXPECT_EQ(wants_.people.size() + left_.size(), before.people.size() + 1) << "one came";
    expect_changes_to_follow(before);
}

void directions::rename_one_of_each()
{
    const auto before = wants_;
    const auto there = target();
    const auto key = plain_people().back();
    const auto group = std::ranges::find_if(before.groups, [](const auto& g) { return g.second.name == "Marketing"; });
    ASSERT_NE(group, before.groups.end());
    edit(key, "username", "newly.wed");
    edit(key, "email", "Newly.Wed@acme.example");
    rename_group(group->first, "Marketing und PR");
    look();
    EXPECT_EQ(changes_between(before, wants_).size(), 2u);
    const auto writes = s.requests(target_server(), "PUT") + s.requests(target_server(), "PATCH");
    const auto removals = s.requests(target_server(), "DELETE");
    expect_changes_to_follow(before);
    EXPECT_EQ(s.requests(target_server(), "PUT") + s.requests(target_server(), "PATCH"), writes + 2) << "one each";
    EXPECT_EQ(s.requests(target_server(), "DELETE"), removals);
    const auto after = target();
    EXPECT_EQ(after.ids.at(wants_.people.at(key).label), there.ids.at(before.people.at(key).label));
    EXPECT_EQ(after.ids.at("group Marketing und PR"), there.ids.at("group Marketing"));
    EXPECT_EQ(after.ids.size(), there.ids.size());
}

TEST_P(directions, first_sync_one_percent_leavers_and_renames)
{
    look();
    ASSERT_GT(wants_.people.size(), source_.people.size() / 2);
    ASSERT_GT(wants_.groups.size(), slow_build ? 35u : 95u);
    expect_synced();
    expect_plan({});
    change_one_percent();
    let_people_leave_and_come();
    rename_one_of_each();
    expect_plan({}, {"--refresh"}); // and what the target says agrees with what is known of it
}

INSTANTIATE_TEST_SUITE_P(examples, directions, testing::ValuesIn(all_directions),
                         [](const auto& info) { return std::string(info.param.name); });

} // namespace
} // namespace idferry::e2e
