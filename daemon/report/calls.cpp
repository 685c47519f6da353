#include "daemon/report/calls.hpp"

namespace idferry::daemon::report {

namespace {

constexpr std::string_view prefix = "api:";

state::operation kind_of(const call_made& call)
{
    const auto has = [&](std::string_view part) { return call.verb.find(part) != std::string::npos; };
    if (has("members") || has("-identities") || has("-groups") || has("role")) return state::operation::members;
    if (call.method == "DELETE" || has("delete")) return state::operation::remove;
    if (call.method == "POST" && has("create")) return state::operation::create;
    return state::operation::update;
}

} // namespace

mapping::sync_name calls_of(std::string_view connection)
{
    return mapping::sync_name(std::string(prefix) + std::string(connection));
}

bool are_calls(const mapping::sync_name& name)
{
    return name.text().starts_with(prefix);
}

state::audit_entry audit_line_of(const call_made& call)
{
    state::audit_entry line;
    line.when = call.when;
    line.scope = {calls_of(call.connection), call.resource};
    line.key = mapping::source_key(call.key);
    line.target = mapping::target_id(call.target);
    line.label = call.who + ": " + call.resource + " " + call.verb;
    line.what = kind_of(call);
    line.outcome = call.outcome;
    return line;
}

} // namespace idferry::daemon::report
