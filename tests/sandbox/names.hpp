// The words an organisation is made of: names with their ASCII form, departments, titles, places.
#pragma once

#include <span>
#include <string_view>

namespace idferry::sandbox {

struct spelled_name
{
    std::string_view written;
    std::string_view ascii; // for user names and addresses
};

struct department_words
{
    std::string_view name;
    unsigned weight; // share of people
    std::span<const std::string_view> titles;
};

std::span<const spelled_name> given_names();
std::span<const spelled_name> family_names();
std::span<const department_words> departments(); // in the order in which groups are made
std::span<const std::string_view> cities();
std::span<const std::string_view> project_names();
std::span<const std::string_view> locales();

} // namespace idferry::sandbox
