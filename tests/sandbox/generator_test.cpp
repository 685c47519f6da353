// What the generator promises: the same organisation from the same numbers, and every oddity that tests rely on.
#include "tests/sandbox/generator.hpp"
#include "tests/sandbox/web.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace idferry::sandbox {
namespace {

struct organisation
{
    std::vector<planned_group> groups;
    std::vector<person> people;
    std::map<std::string, std::size_t> size; // by group name
};

organisation made(std::uint32_t users, std::uint32_t groups, std::uint64_t seed = 1)
{
    organisation out;
    generate(
        {.users = users, .groups = groups, .seed = seed},
        [&](const planned_group& group) { out.groups.push_back(group); },
        [&](person&& one) { out.people.push_back(std::move(one)); });
    for (const auto& group : out.groups) out.size[group.name] = 0;
    for (const auto& one : out.people)
        for (const auto group : one.groups) ++out.size[out.groups[group].name];
    return out;
}

TEST(generator, same_seed_same_organisation)
{
    const auto a = made(300, 24, 5), b = made(300, 24, 5), c = made(300, 24, 6);
    for (std::size_t at = 0; at < a.people.size(); ++at) {
        EXPECT_EQ(a.people[at].id, b.people[at].id);
        EXPECT_EQ(a.people[at].email, b.people[at].email);
        EXPECT_EQ(a.people[at].groups, b.people[at].groups);
    }
    EXPECT_NE(a.people[1].id, c.people[1].id);
}

TEST(generator, exact_numbers_and_unique_names)
{
    for (const auto& [users, groups] : {std::pair{0U, 0U}, {1U, 1U}, {7U, 3U}, {200U, 12U}, {3000U, 200U}}) {
        const auto all = made(users, groups);
        EXPECT_EQ(all.people.size(), users);
        EXPECT_EQ(all.groups.size(), groups);
        std::set<std::string> names, ids, emails;
        for (const auto& one : all.people) {
            EXPECT_TRUE(names.insert(fold(one.username)).second) << one.username;
            EXPECT_TRUE(ids.insert(one.id).second);
            EXPECT_TRUE(one.email.empty() || emails.insert(fold(one.email)).second) << one.email;
        }
        std::set<std::string> group_names;
        for (const auto& group : all.groups) EXPECT_TRUE(group_names.insert(group.name).second) << group.name;
    }
}

TEST(generator, a_company_of_200_with_every_oddity)
{
    const auto all = made(200, 12);
    std::size_t no_email = 0, disabled = 0, service = 0, umlauts = 0, no_group = 0, two_phones = 0, second_email = 0;
    for (const auto& one : all.people) {
        service += one.service_account ? 1 : 0;
        no_email += one.email.empty() && !one.service_account ? 1 : 0;
        disabled += one.enabled ? 0 : 1;
        umlauts += one.last.find("ü") != std::string::npos || one.first.find("ü") != std::string::npos ? 1 : 0;
        no_group += one.groups.empty() ? 1 : 0;
        two_phones += one.phones.size() > 1 ? 1 : 0;
        second_email += one.second_email.empty() ? 0 : 1;
    }
    EXPECT_GE(no_email, 2U);
    EXPECT_GE(disabled, 3U);
    EXPECT_EQ(service, 3U);
    EXPECT_GE(umlauts, 3U);
    EXPECT_GE(no_group, 2U);
    EXPECT_GE(two_phones, 20U);
    EXPECT_GE(second_email, 10U);
    EXPECT_TRUE(all.size.contains("Research/Development"));
    EXPECT_TRUE(all.size.contains("All users"));
    EXPECT_GT(all.size.at("Sales Leads"), 0U);
    EXPECT_EQ(all.people[0].username, "helene.brandt");
    EXPECT_TRUE(all.people[0].enabled);
}

TEST(generator, several_groups_of_exactly_10_50_and_100)
{
    const auto all = made(500, 40);
    std::map<std::size_t, int> sizes;
    for (const auto& [name, size] : all.size) ++sizes[size];
    EXPECT_GE(sizes[10], 2);
    EXPECT_GE(sizes[50], 2);
    EXPECT_GE(sizes[100], 2);
}

TEST(generator, parents_come_first)
{
    const auto all = made(10, 300);
    for (std::uint32_t at = 0; at < all.groups.size(); ++at)
        EXPECT_TRUE(all.groups[at].parent == no_group || all.groups[at].parent < at);
}

} // namespace
} // namespace idferry::sandbox
