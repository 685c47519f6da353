#include "daemon/cli/api_listing.hpp"

#include "connectors/operation_call.hpp"
#include "mapping/json.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace idferry::daemon::cli {

namespace {

using connectors::rest_operation;
using mapping::json;

bool wanted(const listed_table& t, const rest_operation& row)
{
    return t.resource.empty() || row.resource == t.resource;
}

const char* origin_of(const rest_operation& row)
{
    switch (row.origin) {
    case connectors::known_from::seed: return "documented";
    case connectors::known_from::current: return "newer documents";
    case connectors::known_from::assumed: return "assumed";
    }
    return "assumed";
}

// "writes", "tells a secret", "off"
std::string marks(const connectors::operation_service& service, const rest_operation& row)
{
    std::string out;
    const auto add = [&](bool is, std::string_view what) {
        if (is) out += (out.empty() ? "" : ", ") + std::string(what);
    };
    add(row.writes, "writes");
    add(row.secret != connectors::answer_secret::none, "secret");
    add(!service.refused(row).empty(), "off");
    return out;
}

std::string details(const connectors::operation_service& service, const rest_operation& row)
{
    const auto as = service.configured(row);
    auto out = fmt::format("{}\n    {}\n    {} {}\n", usage(service, row), row.title, as.method, as.path);
    if (row.writes) out += "    writes: needs --write\n";
    if (row.body)
        out += row.envelope.empty() ? "    body: --data\n"
                                    : fmt::format("    body: --data, sent as \"{}\"\n", row.envelope);
    if (!row.query.empty()) {
        std::string names;
        for (auto q : connectors::words(row.query)) {
            const bool needed = q.ends_with('*');
            if (needed) q.remove_suffix(1);
            if (q == "...") q = "and any other";
            names += fmt::format("{}{}{}", names.empty() ? "" : ", ", q, needed ? " (needed)" : "");
        }
        out += fmt::format("    query: {}\n", names);
    }
    if (row.paged) out += "    a list: --all reads it to its end\n";
    if (row.secret != connectors::answer_secret::none)
        out += "    the answer may hold a secret: masked without --show-secrets\n";
    if (!row.scopes.empty()) out += fmt::format("    token: {}\n", row.scopes);
    if (!row.hint.empty()) out += fmt::format("    note: {}\n", row.hint);
    out += fmt::format("    known from: {}, section {} of {}\n", origin_of(row), row.section, service.table().document);
    if (const auto why = service.refused(row); !why.empty()) out += fmt::format("    off: {}\n", why);
    return out;
}

} // namespace

std::string usage(const connectors::operation_service& service, const rest_operation& row)
{
    auto out = fmt::format("{} {}", row.resource, row.verb);
    for (const auto name : connectors::asked_for(service, row, {})) {
        out += ' ';
        for (const char c : name) out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    }
    return out;
}

std::string operations_text(const listed_table& t)
{
    const auto& table = t.service.table();
    auto out = fmt::format("{}: {} ({})\n", t.connection, table.system, t.address);
    if (!t.resource.empty()) {
        for (const auto& row : table.operations)
            if (wanted(t, row)) out += "\n" + details(t.service, row);
        return out;
    }
    std::size_t widest = 0;
    for (const auto& row : table.operations) widest = std::max(widest, usage(t.service, row).size());
    for (const auto& resource : table.resources) {
        out += "\n";
        for (const auto& row : table.operations)
            if (row.resource == resource.name) {
                const auto what = marks(t.service, row);
                out += fmt::format("  {:<{}}  {}{}\n", usage(t.service, row), widest, row.title,
                                   what.empty() ? "" : " [" + what + "]");
            }
    }
    out += fmt::format("\nidferry api {} RESOURCE tells more about one kind.\n", t.connection);
    return out;
}

json operations_json(const listed_table& t)
{
    const auto& table = t.service.table();
    json out{{"connection", t.connection}, {"address", t.address}, {"system", table.system}};
    auto rows = json::array();
    for (const auto& row : table.operations) {
        if (!wanted(t, row)) continue;
        const auto as = t.service.configured(row);
        const auto why = t.service.refused(row);
        auto ids = json::array(), query = json::array(), scopes = json::array();
        for (const auto name : connectors::asked_for(t.service, row, {})) ids.push_back(name);
        for (auto q : connectors::words(row.query)) {
            const bool needed = q.ends_with('*');
            if (needed) q.remove_suffix(1);
            query.push_back({{"name", q}, {"needed", needed}});
        }
        for (const auto s : connectors::words(row.scopes)) scopes.push_back(s);
        rows.push_back({{"resource", row.resource},
                        {"verb", row.verb},
                        {"title", row.title},
                        {"method", as.method},
                        {"path", as.path},
                        {"ids", std::move(ids)},
                        {"body", row.body},
                        {"envelope", row.envelope.empty() ? json() : json(row.envelope)},
                        {"query", std::move(query)},
                        {"list", row.paged},
                        {"writes", row.writes},
                        {"secret", row.secret != connectors::answer_secret::none},
                        {"scopes", std::move(scopes)},
                        {"section", row.section},
                        {"from", origin_of(row)},
                        {"refused", why.empty() ? json() : json(why)},
                        {"note", row.hint.empty() ? json() : json(row.hint)}});
    }
    out["operations"] = std::move(rows);
    return out;
}

} // namespace idferry::daemon::cli
