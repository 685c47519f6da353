// Which groups a generated organisation has, and how people are spread over them.
#pragma once

#include "tests/sandbox/generator.hpp"

#include <unordered_map>

namespace idferry::sandbox {

struct group_plan
{
    std::vector<planned_group> groups;
    struct department
    {
        std::size_t words; // index into departments()
        std::uint32_t group;
        std::vector<std::uint32_t> teams;
    };
    std::vector<department> departments;
    unsigned total_weight{0};
    std::uint32_t staff{no_group};
    std::uint32_t leads{no_group};                                       // "Sales Leads"
    std::uint32_t research{no_group};                                    // the name with a slash
    std::uint32_t all_users{no_group};                                   // collides with a reserved name of the target
    std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> exact; // person → groups of exactly 10, 50 or 100
};

group_plan plan_groups(const organisation_settings& settings);

} // namespace idferry::sandbox
