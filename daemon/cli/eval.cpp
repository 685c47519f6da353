#include "daemon/cli/run.hpp"

#include "mapping/eval.hpp"
#include "mapping/json.hpp"

#include <unistd.h>

#include <iostream>
#include <iterator>
#include <string>

namespace idferry::daemon::cli {

int run_eval(const options& o)
{
    if (o.batch) {
        std::ios::sync_with_stdio(false);
        for (std::string line; std::getline(std::cin, line);)
            if (!line.empty()) std::cout << mapping::evaluate_line(line) << '\n';
        return 0;
    }
    if (o.eval_kind.empty() || o.eval_text.empty()) {
        std::cerr << "idferry eval: give KIND and TEXT, or --batch; see idferry eval --help\n";
        return 1;
    }
    mapping::json line{{"kind", o.eval_kind}, {"input", o.eval_text}};
    if (::isatty(STDIN_FILENO) == 0) {
        const std::string text{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
        mapping::json_error error;
        mapping::json resource;
        if (text.find_first_not_of(" \t\r\n") != std::string::npos) {
            if (!mapping::parse_json(text, resource, error)) {
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

} // namespace idferry::daemon::cli
