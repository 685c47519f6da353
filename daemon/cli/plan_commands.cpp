#include "daemon/cli/commands.hpp"
#include "daemon/cli/plan_session.hpp"

namespace idferry::daemon::cli {

namespace {

plan_options common(const invocation& given)
{
    plan_options o;
    o.config = given.text("config");
    o.state = given.text("state");
    o.verbose = given.count("verbose");
    o.no_color = given.flag("no-color");
    o.no_progress = given.flag("no-progress");
    o.costs = given.flag("costs");
    o.format = run::print_format_of(given.text("format")).value_or(run::print_format::text);
    return o;
}

std::vector<option> with_cycle_options(std::vector<option> own)
{
    own.push_back(format_option({"text", "json", "markdown"}));
    own.push_back({"--no-progress", value_kind::flag, "", "no progress on stderr"});
    own.push_back({"--costs", value_kind::flag, "", "print requests, rows and look-ups of the run as JSON on stderr"});
    return with_common(std::move(own));
}

const option refresh{"--refresh", value_kind::flag, "", "also read the target and compare it with what we last wrote"};
const option hinted{"--hinted", value_kind::flag, "",
                    "read only the people whom the source's events name, and take nothing from anybody"};

int run_plan(const invocation& given)
{
    auto o = common(given);
    o.syncs = given.many("SYNC");
    o.out = given.text("out");
    o.refresh = given.flag("refresh");
    o.hinted = given.flag("hinted");
    return run_plans(o);
}

int run_sync(const invocation& given)
{
    auto o = common(given);
    o.push = true;
    o.syncs = given.many("SYNC");
    o.allow = given.many("allow");
    o.refresh = given.flag("refresh");
    o.hinted = given.flag("hinted");
    return run_plans(o);
}

int run_apply(const invocation& given)
{
    auto o = common(given);
    o.push = true;
    o.saved_plan = given.text("FILE");
    return run_plans(o);
}

} // namespace

const command& plan_command()
{
    static const command c{
        .name = "plan",
        .summary = "show what a sync would do; writes nothing anywhere",
        .options = with_cycle_options(
            {{"--out", value_kind::file, "FILE", "save the plan to a file (0600) for `idferry apply`"}, refresh, hinted}),
        .positionals = {{"SYNC", value_kind::sync, "syncs to plan; all when none is named", false, true}},
        .examples =
            "idferry plan\nidferry plan staff-to-showpad --format markdown\nidferry plan staff-to-showpad --out "
            "monday.plan",
        .run = run_plan};
    return c;
}

const command& sync_command()
{
    static const command c{
        .name = "sync",
        .summary = "plan, judge by the guards, and push",
        .about = "While a daemon runs on the same state folder it carries this out, with the configuration that it "
                 "has in force; FILE must be that configuration.",
        .options = with_cycle_options({{"--allow",
                                        value_kind::text,
                                        "GUARD=DIGEST",
                                        "as a refusal printed it: lets exactly those removals pass",
                                        {},
                                        {},
                                        true},
                                       refresh, hinted}),
        .positionals = {{"SYNC", value_kind::sync, "syncs to run; all when none is named", false, true}},
        .examples = "idferry sync\nidferry sync staff-to-showpad --allow max_removals=0123456789abcdef0123456789abcdef",
        .run = run_sync};
    return c;
}

const command& apply_command()
{
    static const command c{
        .name = "apply",
        .summary = "push exactly a saved plan, or refuse when anything moved since",
        .about = "While a daemon runs on the same state folder it carries this out, as with `idferry sync`.",
        .options = with_cycle_options({}),
        .positionals = {{"FILE", value_kind::file, "file written by `idferry plan SYNC --out FILE`", true}},
        .examples = "idferry plan staff-to-showpad --out monday.plan\nidferry apply monday.plan",
        .run = run_apply};
    return c;
}

} // namespace idferry::daemon::cli
