// What the test of all directions stands on: an organisation as a source has it, what an example configuration of
// packaging/examples makes of it (worked out here once more, from the source's dump alone), and what a target has.
#pragma once

#include "tests/e2e/stage.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace idferry::e2e {

// By name; what is empty does not stand in it.
using values = std::map<std::string, std::string>;

struct source_person
{
    std::string key;
    bool active{true};
    bool enrolled{false}; // has a passkey; only Beyond Identity knows
    values has;           // userName, email, givenName, familyName, title, department, …
    values traits;        // of Beyond Identity: every one, by its own name
    std::set<std::string> groups;
};

struct source_group
{
    std::string name, description;
};

struct organisation
{
    std::map<std::string, source_person> people; // by key, without service accounts
    std::map<std::string, source_group> groups;
};

organisation organisation_of_bare(const json& dump);
organisation organisation_of_realm(const json& dump);

// What should be at a target: by SCIM path, `active` included.
struct wanted_person
{
    std::string label; // the user name there
    values has;
};

struct wanted_group
{
    std::string name;
    values has;
    std::set<std::string> members; // source keys
};

struct wanted
{
    std::map<std::string, wanted_person> people; // by source key
    std::map<std::string, wanted_group> groups;
};

// What the examples of packaging/examples want of a source; each is named after its target.
wanted wanted_at_showpad(const organisation& source, bool from_bare);
wanted wanted_at_realm(const organisation& source); // from Bare.ID
wanted wanted_at_bare(const organisation& source);  // from Beyond Identity
wanted wanted_at_other_realm(const organisation& source);

// What a target has: people, groups and memberships as lines, and the ids by user name and by "group NAME".
struct found
{
    std::set<std::string> lines;
    std::map<std::string, std::string> ids;
};

found found_at_showpad(const json& dump, const std::string& owner);
found found_at_realm(const json& dump, bool every_trait);
found found_at_bare(const json& dump);

// The same lines for what is wanted. `left` are people who were there and left: they stay, inactive and in no group.
std::set<std::string> lines_of(const wanted& all, const std::map<std::string, wanted_person>& left);

// The lines (change_lines) of a plan that leads from one to the other.
std::set<std::string> changes_between(const wanted& before, const wanted& now);

} // namespace idferry::e2e
