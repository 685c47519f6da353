// Makes an organisation out of three numbers. Same numbers, same organisation, on every machine.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace idferry::sandbox {

struct organisation_settings
{
    std::uint32_t users{200};
    std::uint32_t groups{12};
    std::uint64_t seed{1};
    std::string domain{"acme.example"};
};

constexpr std::uint32_t no_group = 0xFFFFFFFFU;

struct planned_group
{
    std::string id;
    std::string name;
    std::uint32_t parent{no_group}; // index of an earlier group
};

struct person
{
    std::string id;
    std::string username;
    std::string email; // may be empty
    std::string first;
    std::string last;
    bool enabled{true};
    bool verified{true};
    bool service_account{false};
    std::string department;
    std::string title;
    std::string employee_id;
    std::string locale;
    std::string location;
    std::string cost_center;
    std::string second_email;
    std::string mobile;
    std::vector<std::string> phones;
    std::vector<std::uint32_t> groups; // indexes of groups, direct memberships, no duplicates
};

// Groups come first, parents before children; then people in their lasting order.
void generate(const organisation_settings& settings, const std::function<void(const planned_group&)>& on_group,
              const std::function<void(person&&)>& on_person);

} // namespace idferry::sandbox
