#include "daemon/cli/commands.hpp"

#include "mapping/eval.hpp"
#include "mapping/json.hpp"

#include <unistd.h>

#include <iostream>
#include <iterator>
#include <string>

namespace idferry::daemon::cli {

namespace {

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
    mapping::json line{{"kind", kind}, {"input", text}};
    if (::isatty(STDIN_FILENO) == 0) {
        const std::string input{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
        mapping::json_error error;
        mapping::json resource;
        if (input.find_first_not_of(" \t\r\n") != std::string::npos) {
            if (!mapping::parse_json(input, resource, error)) {
                std::cerr << "idferry eval: the resource on stdin is not JSON: " << error.message << " (offset "
                          << error.offset << ")\n";
                return 1;
            }
            line["resource"] = std::move(resource);
        }
    }
    const auto answer = mapping::evaluate_line(mapping::to_text(line));
    std::cout << answer << '\n';
    return answer.find("\"valid\":true") != std::string::npos ? 0 : 1;
}

} // namespace

const command& eval_command()
{
    static const command c{
        .name = "eval",
        .summary = "try a filter or a path",
        .options = {{"--batch", value_kind::flag, "",
                     "read JSON lines from stdin: {\"kind\":\"filter\",\"input\":…,\"resource\":{…}} or "
                     "{\"kind\":\"path\",\"input\":…}"}},
        .positionals = {{"KIND", value_kind::text, "what to try", false, false, {"filter", "path"}},
                        {"TEXT", value_kind::text,
                         "the filter or path; a JSON resource is read from stdin when it is not a terminal"}},
        .examples = "idferry eval filter 'userName sw \"a\"' < person.json\nidferry eval --batch < cases.jsonl",
        .run = run_eval};
    return c;
}

} // namespace idferry::daemon::cli
