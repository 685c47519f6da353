// The contract of connectors/source.hpp as a suite that every source passes. What it is tested against is a
// `source_world`: a system with an organisation in it, which the suite can read, change and trouble.
//
//   INSTANTIATE_TEST_SUITE_P(my_source, source_conformance, testing::Values(source_under_test{"my_source",
//   make_my_world}));
#pragma once

#include "connectors/source.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace idferry::tests {

enum class trouble
{
    down,         // nobody listens
    refused,      // our credentials are not good any more
    nowhere,      // 404 for everything
    html,         // an HTML page with status 200 for everything
    empty_object, // {} with status 200 for everything
    truncated     // every answer is cut off
};

class source_world
{
public:
    struct person
    {
        std::string key, user_name;
        bool active{true};
        std::vector<std::string> groups; // keys
    };
    struct group
    {
        std::string key, name;
    };

    virtual ~source_world() = default;
    // A new source on this system, as a run of the daemon would make it.
    virtual std::unique_ptr<connectors::source> open() = 0;

    // Whom and what a read has to show now: at least 30 people and 5 groups, somebody in several groups.
    virtual std::vector<person> people() = 0;
    virtual std::vector<group> groups() = 0;

    // False when nobody outside can see who is in a group: then nothing may look as if it were known.
    virtual bool shows_memberships() { return true; }

    virtual void rename(const std::string& person, const std::string& user_name) = 0;
    virtual void remove(const std::string& person) = 0;
    // All but those that nobody can leave.
    virtual void leave_all_groups(const std::string& person) = 0;

    virtual void suffer(trouble what) = 0;
    virtual void recover() = 0;
    // Requests since the world was made that were neither reads nor token requests.
    virtual std::vector<std::string> writes_seen() = 0;
};

struct source_under_test
{
    std::string name;
    std::function<std::unique_ptr<source_world>()> make;

    friend std::ostream& operator<<(std::ostream& out, const source_under_test& s) { return out << s.name; }
};

// Everything that one read said.
struct read_result
{
    std::optional<connectors::failure> failed;
    std::map<std::string, std::string> people;               // key → bytes
    std::map<std::string, std::string> groups;               // key → bytes
    std::map<std::string, std::vector<std::string>> members; // group → people
    std::map<connectors::list_ref, connectors::list_end> ends;
    std::vector<connectors::bad_record> bad;

    // Of people; unproved when there is no such end.
    connectors::proof people_proof() const;
};

class source_conformance : public testing::TestWithParam<source_under_test>
{
protected:
    void SetUp() override { world = GetParam().make(); }
    // Reads to the end and checks the order of events on the way.
    read_result read(connectors::source& from, connectors::read_request request = {});
    connectors::person_proof prove(connectors::source& from, const std::string& key);

    std::unique_ptr<source_world> world;
};

} // namespace idferry::tests
