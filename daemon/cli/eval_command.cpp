#include "daemon/cli/commands.hpp"

#include "daemon/run/settings.hpp"
#include "mapping/eval.hpp"
#include "mapping/eval_map.hpp"
#include "mapping/json.hpp"

#include <unistd.h>

#include <iostream>
#include <iterator>
#include <optional>
#include <string>

namespace idferry::daemon::cli {

namespace {

// The resource on stdin; nothing when there is none. False, with a message, when it is no JSON.
bool read_resource(std::optional<mapping::json>& to)
{
    if (::isatty(STDIN_FILENO) != 0) return true;
    const std::string input{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
    if (input.find_first_not_of(" \t\r\n") == std::string::npos) return true;
    mapping::json_error error;
    mapping::json resource;
    if (!mapping::parse_json(input, resource, error)) {
        std::cerr << "idferry eval: the resource on stdin is not JSON: " << error.message << " (offset " << error.offset
                  << ")\n";
        return false;
    }
    to = std::move(resource);
    return true;
}

// The rules of a sync of the configuration on the resource on stdin. 4 when they reject it.
int run_map(const invocation& given, const std::string& sync)
{
    const auto file = given.text("config");
    config::diagnostics mistakes;
    const auto settings = run::load_settings(file, mistakes);
    if (!settings) {
        for (const auto& d : mistakes.sorted()) std::cerr << d.text() << '\n';
        return 1;
    }
    std::vector<std::string> names;
    const run::sync_settings* chosen = nullptr;
    for (const auto& s : settings->syncs) {
        names.push_back(s.name.text());
        if (names.back() == sync) chosen = &s;
    }
    if (!chosen) {
        const auto near = config::nearest(sync, names);
        std::cerr << "idferry eval map: there is no sync '" << sync << "' in " << file
                  << (near ? "; did you mean '" + *near + "'?" : std::string()) << '\n';
        return 1;
    }
    const auto wanted = given.text("type");
    const run::type_settings* type = nullptr;
    for (const auto& t : chosen->types)
        if (t.type->section == wanted) type = &t;
    if (!type) {
        std::cerr << "idferry eval map: sync '" << sync << "' has no " << wanted << ":\n";
        return 1;
    }
    std::optional<mapping::json> resource;
    if (!read_resource(resource)) return 1;
    if (!resource || !resource->is_object()) {
        std::cerr << "idferry eval map: give a resource as a JSON object on stdin, in SCIM shape; `idferry explain` "
                     "shows one of the source\n";
        return 1;
    }
    const auto tried = mapping::try_mapping(*type->rules, *resource);
    if (given.text("format") == "json")
        std::cout << mapping::to_text(tried) << '\n';
    else
        std::cout << mapping::mapping_text(tried);
    return tried.at("rejected").is_null() ? 0 : 4;
}

int run_eval(const invocation& given)
{
    if (given.flag("batch")) {
        std::ios::sync_with_stdio(false);
        for (std::string line; std::getline(std::cin, line);)
            if (!line.empty()) std::cout << mapping::evaluate_line(line) << '\n';
        return 0;
    }
    const auto kind = given.text("KIND"), text = given.text("TEXT");
    if (kind.empty() || text.empty()) {
        std::cerr << "idferry eval: give KIND and TEXT, or --batch; see idferry eval --help\n";
        return 1;
    }
    if (kind == "map") return run_map(given, text);
    mapping::json line{{"kind", kind}, {"input", text}};
    std::optional<mapping::json> resource;
    if (!read_resource(resource)) return 1;
    if (resource) line["resource"] = std::move(*resource);
    const auto answer = mapping::evaluate_line(mapping::to_text(line));
    std::cout << answer << '\n';
    return answer.find("\"valid\":true") != std::string::npos ? 0 : 1;
}

} // namespace

const command& eval_command()
{
    static const command c{
        .name = "eval",
        .summary = "try a filter, a path or the mapping of a sync on a JSON resource",
        .about = "`eval map SYNC` shows whether the resource on stdin is in the scope of a sync and what each of its "
                 "rules makes of it. The resource is in SCIM shape, as `idferry explain` shows it.",
        .options = {{"-c,--config", value_kind::file, "FILE", "map: configuration file", "/etc/idferry/idferry.yaml"},
                    {"--batch", value_kind::flag, "",
                     "read JSON lines from stdin: {\"kind\":\"filter\",\"input\":…,\"resource\":{…}}, "
                     "{\"kind\":\"path\",\"input\":…} or {\"kind\":\"map\",\"input\":\"attributes: …\","
                     "\"resource\":{…}}"},
                    {"--type", value_kind::text, "TYPE", "map: the rules to try", "users", {"users", "groups"}},
                    format_option({"text", "json"})},
        .positionals =
            {{"KIND", value_kind::text, "what to try", false, false, {"filter", "path", "map"}},
             {"TEXT", value_kind::text,
              "the filter or path, or the name of a sync; a JSON resource is read from stdin when it is not a "
              "terminal"}},
        .examples = "idferry eval filter 'userName sw \"a\"' < person.json\nidferry eval map staff-to-showpad < "
                    "person.json\nidferry eval --batch < cases.jsonl",
        .run = run_eval};
    return c;
}

} // namespace idferry::daemon::cli
