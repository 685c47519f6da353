#include "connectors/bare_id/api_settings.hpp"

#include "connectors/bare_id/rest_tables.hpp"

#include <algorithm>
#include <set>

namespace idferry::connectors::bare_id {

namespace {

std::string name_of(const rest_operation& row)
{
    return std::string(row.resource) + " " + std::string(row.verb);
}

std::vector<const rest_operation*> rows_named(const std::string& name)
{
    std::vector<const rest_operation*> out;
    for (const auto* table : {&gateway_table(), &keycloak_table()})
        for (const auto& row : table->operations)
            if (name_of(row) == name) out.push_back(&row);
    return out;
}

std::string why_not_a_path(const std::string& path)
{
    if (path.empty() || path.front() != '/') return "a path begins with \"/\"";
    if (path.find_first_of("? #") != std::string::npos) return "holds a query or a blank: --query gives parameters";
    const auto open = std::ranges::count(path, '{'), close = std::ranges::count(path, '}');
    if (open != close || static_cast<std::size_t>(open) != placeholders(path).size()) return "the braces do not fit";
    return {};
}

void check_names(const api_settings& all, config::diagnostics& out)
{
    std::vector<std::string> known;
    for (const auto* table : {&gateway_table(), &keycloak_table()})
        for (const auto& row : table->operations) known.push_back(name_of(row));
    for (const auto& [name, call] : all) {
        const auto rows = rows_named(name.value);
        if (rows.empty()) {
            const auto near = config::nearest(name.value, known);
            out.add(name.at, "there is no operation '" + name.value + "'" +
                                 (near ? "; did you mean '" + *near + "'?" : "; `idferry api` lists them"));
            continue;
        }
        if (!call.path) continue;
        std::set<std::string_view> allowed;
        for (const auto* row : rows)
            for (const auto p : placeholders(row->path)) allowed.insert(p);
        for (const auto p : placeholders(*call.path))
            if (!allowed.contains(p)) out.add(name.at, "{" + std::string(p) + "} has no value in " + name.value);
    }
}

} // namespace

config::shape<api_settings> api_shape()
{
    using a = api_call_settings;
    const auto call =
        config::section<a>()
            .optional("enabled", &a::enabled, config::boolean(), "whether `idferry api` may call it")
            .optional("method", &a::method,
                      config::choice<std::string>(
                          {{"GET", "GET"}, {"POST", "POST"}, {"PUT", "PUT"}, {"PATCH", "PATCH"}, {"DELETE", "DELETE"}}),
                      "HTTP method, where it is another one")
            .optional("path", &a::path, config::checked<std::string>(config::text(), why_not_a_path),
                      "path below api_base, where it is another one; with the placeholders of the usual path")
            .shape();
    const auto all = config::map_of(config::named(call, "api_call", "an operation of `idferry api`"));
    return {[all](const config::node& n, config::diagnostics& out) -> std::optional<api_settings> {
                auto parsed = all.parse(n, out);
                if (!parsed) return std::nullopt;
                const auto before = out.size();
                check_names(*parsed, out);
                if (out.size() != before) return std::nullopt;
                return parsed;
            },
            all.doc};
}

} // namespace idferry::connectors::bare_id
