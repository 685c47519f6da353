#include "daemon/cli/commands.hpp"
#include "daemon/cli/json_schema.hpp"
#include "daemon/cli/reference_page.hpp"
#include "daemon/run/settings.hpp"

#include <cstdio>

namespace idferry::daemon::cli {

namespace {

int run_schema(const invocation& given)
{
    const auto all = run::describe_settings();
    const auto text = given.text("format") == "markdown" ? reference_page(*all)
                                                         : json_schema(*all, "idferry configuration").dump(2) + "\n";
    std::fputs(text.c_str(), stdout);
    return std::fflush(stdout) == 0 ? 0 : 1;
}

} // namespace

const command& schema_command()
{
    static const command c{
        .name = "schema",
        .summary = "print the JSON Schema of the configuration, or its reference",
        .about = "The schema (draft 2020-12) lets an editor complete and check the file. Both are made from the "
                 "descriptions that the loader itself uses.",
        .options = {format_option({"json", "markdown"})},
        .examples = "idferry schema > idferry.schema.json\nidferry schema --format markdown | less",
        .run = run_schema};
    return c;
}

} // namespace idferry::daemon::cli
