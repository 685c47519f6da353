#include "state/link.hpp"

#include <array>
#include <utility>

namespace idferry::state {

namespace {

constexpr std::array<std::pair<operation, const char*>, 8> operation_names{{
    {operation::create, "create"},
    {operation::adopt, "adopt"},
    {operation::update, "update"},
    {operation::deactivate, "deactivate"},
    {operation::remove, "remove"},
    {operation::members, "members"},
    {operation::bind_credential, "bind_credential"},
    {operation::revoke_credential, "revoke_credential"},
}};

} // namespace

const char* to_string(operation op)
{
    for (const auto& [value, name] : operation_names)
        if (value == op) return name;
    return "unknown";
}

std::optional<operation> operation_from(std::string_view text)
{
    for (const auto& [value, name] : operation_names)
        if (text == name) return value;
    return std::nullopt;
}

} // namespace idferry::state
