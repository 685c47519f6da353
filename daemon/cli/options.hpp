// What the command line says.
#pragma once

#include <string>
#include <vector>

namespace idferry::daemon::cli {

enum class command
{
    plan,
    sync,
    apply,
    eval,
    none // help or version was shown, or the line was wrong
};

enum class output_format
{
    text,
    json,
    markdown
};

struct options
{
    command what{command::none};
    std::string config{"/etc/idferry/idferry.yaml"};
    std::string state{"/var/lib/idferry"};
    int verbose{0};
    bool no_color{false};
    bool no_progress{false};
    output_format format{output_format::text};
    std::vector<std::string> syncs; // empty = all
    std::string out;                // plan: save to this file
    std::string saved_plan;         // apply
    std::vector<std::string> allow; // sync: GUARD=DIGEST
    bool refresh{false};
    bool costs{false};     // print what the run cost as JSON on stderr
    std::string eval_kind; // eval: filter, path
    std::string eval_text;
    bool batch{false};
};

// Parses the arguments. When `what` is none, `exit_code` is what the process returns; everything is printed already.
options parse(int argc, char** argv, int& exit_code);

} // namespace idferry::daemon::cli
