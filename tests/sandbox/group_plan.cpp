#include "tests/sandbox/group_plan.hpp"

#include "tests/sandbox/names.hpp"
#include "tests/sandbox/random.hpp"

#include <algorithm>
#include <numeric>

namespace idferry::sandbox {
namespace {

struct group_planner
{
    const organisation_settings& settings;
    random_stream random;
    group_plan plan;

    bool full() const { return plan.groups.size() >= settings.groups; }

    std::uint32_t add(std::string name, std::uint32_t parent)
    {
        if (full()) return no_group;
        plan.groups.push_back({random.uuid(), std::move(name), parent});
        return static_cast<std::uint32_t>(plan.groups.size() - 1);
    }

    std::uint32_t add_department(std::size_t words)
    {
        const auto group = add(std::string(departments()[words].name), plan.staff);
        if (group != no_group) {
            plan.departments.push_back({words, group, {}});
            plan.total_weight += departments()[words].weight;
        }
        return group;
    }

    // `size` different people, spread by a step that shares no factor with their number.
    void fill_exactly(std::uint32_t group, std::uint32_t size)
    {
        const auto people = settings.users;
        if (group == no_group || people == 0) return;
        auto step = static_cast<std::uint32_t>(random.below(people) + 1);
        while (std::gcd(step, people) != 1) ++step;
        auto at = random.below(people);
        for (std::uint32_t done = 0; done < std::min(size, people); ++done, at = (at + step) % people)
            plan.exact[static_cast<std::uint32_t>(at)].push_back(group);
    }

    void add_exact_groups(std::uint32_t projects)
    {
        if (settings.groups < 20) return;
        static constexpr std::uint32_t sizes[] = {10, 50, 100};
        const auto count = std::max<std::uint32_t>(6, settings.groups / 10);
        for (std::uint32_t at = 0; at < count; ++at) {
            const auto names = project_names();
            auto name = "Project " + std::string(names[at % names.size()]);
            if (at >= names.size()) name += " " + std::to_string(at / names.size() + 1);
            fill_exactly(add(std::move(name), projects), sizes[at % 3]);
        }
    }

    void add_teams()
    {
        for (std::size_t round = 0; !full() && !plan.departments.empty(); ++round)
            for (auto& department : plan.departments) {
                const auto city = std::string(cities()[round % cities().size()]);
                auto name = std::string(departments()[department.words].name) + " " + city;
                if (round >= cities().size()) name += " " + std::to_string(round / cities().size() + 1);
                const auto leads = name + " Leads";
                const auto team = add(std::move(name), department.group);
                if (team == no_group) return;
                department.teams.push_back(team);
                if (round % 5 == 4)
                    if (const auto group = add(leads, team); group != no_group) department.teams.push_back(group);
            }
    }

    void run()
    {
        plan.staff = add("staff", no_group);
        const auto sales = add_department(0);
        if (sales != no_group) plan.leads = add("Sales Leads", sales);
        add_department(1);
        add_department(2);
        const auto engineering = add_department(3);
        if (engineering != no_group) plan.research = add("Research/Development", engineering);
        for (std::size_t words = 4; words < 7; ++words) add_department(words);
        plan.all_users = add("All users", no_group);
        const auto projects = add("projects", no_group);
        add_exact_groups(projects);
        for (std::size_t words = 7; words < departments().size(); ++words) add_department(words);
        add_teams();
        while (!full()) add("group " + std::to_string(plan.groups.size() + 1), no_group);
    }
};

} // namespace

group_plan plan_groups(const organisation_settings& settings)
{
    group_planner planner{settings, random_stream(settings.seed, 0x67726F7570), {}};
    planner.run();
    return std::move(planner.plan);
}

} // namespace idferry::sandbox
