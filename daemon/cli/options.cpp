#include "daemon/cli/options.hpp"

#include <CLI/CLI.hpp>

namespace idferry::daemon::cli {

namespace {

constexpr const char* exit_codes = R"(
Exit codes: 0 done / no differences · 1 error · 2 differences (plan) · 3 a guard refused · 4 done, but some resources
were rejected · 5 another writer holds the lock · 6 done, but a read was not proved complete, so removals were withheld.
The worst over all syncs is returned, in the order 1, 5, 3, 6, 4, 2, 0.)";

void add_common(CLI::App* sub, options& o)
{
    sub->add_option("-c,--config", o.config, "configuration file")->capture_default_str();
    sub->add_option("--state", o.state, "folder of the state cache")->capture_default_str();
    sub->add_flag("-v", o.verbose, "say more on stderr; -vv includes requests");
    sub->add_flag("--no-color", o.no_color, "no colours, even on a terminal");
    sub->add_flag("--no-progress", o.no_progress, "no progress on stderr");
    sub->add_flag("--costs", o.costs, "print requests, rows and look-ups of the run as JSON on stderr");
}

void add_format(CLI::App* sub, options& o)
{
    static const std::map<std::string, output_format> formats{
        {"text", output_format::text}, {"json", output_format::json}, {"markdown", output_format::markdown}};
    sub->add_option("--format", o.format, "text, json or markdown")
        ->transform(CLI::CheckedTransformer(formats, CLI::ignore_case));
}

} // namespace

options parse(int argc, char** argv, int& exit_code)
{
    options o;
    CLI::App app{"idferry keeps the people and groups of every application in step with the identity provider that is "
                 "right about them."};
    app.footer(exit_codes);
    app.set_version_flag("--version", "idferry " IDFERRY_VERSION);
    app.require_subcommand(1);

    auto* plan = app.add_subcommand("plan", "show what a sync would do; writes nothing anywhere");
    add_common(plan, o);
    add_format(plan, o);
    plan->add_option("SYNC", o.syncs, "syncs to plan; all when none is named");
    plan->add_option("--out", o.out, "save the plan to a file (0600) for `idferry apply`");
    plan->add_flag("--refresh", o.refresh, "also read the target and compare it with what we last wrote");
    plan->footer("Examples:\n  idferry plan\n  idferry plan staff-to-showpad --format markdown\n  idferry plan "
                 "staff-to-showpad --out monday.plan");

    auto* sync = app.add_subcommand("sync", "plan, judge by the guards, and push");
    add_common(sync, o);
    add_format(sync, o);
    sync->add_option("SYNC", o.syncs, "syncs to run; all when none is named");
    sync->add_option("--allow", o.allow, "GUARD=DIGEST as a refusal printed it: lets exactly those removals pass")
        ->expected(1, 64);
    sync->add_flag("--refresh", o.refresh, "also read the target and compare it with what we last wrote");
    sync->footer("Examples:\n  idferry sync\n  idferry sync staff-to-showpad --allow "
                 "max_removals=0123456789abcdef0123456789abcdef");

    auto* apply = app.add_subcommand("apply", "push exactly a saved plan, or refuse when anything moved since");
    add_common(apply, o);
    add_format(apply, o);
    apply->add_option("FILE", o.saved_plan, "file written by `idferry plan SYNC --out FILE`")->required();
    apply->footer("Example:\n  idferry plan staff-to-showpad --out monday.plan && idferry apply monday.plan");

    auto* eval = app.add_subcommand("eval", "try a filter or a path");
    eval->add_flag("--batch", o.batch,
                   "read JSON lines from stdin: {\"kind\":\"filter\",\"input\":…,\"resource\":{…}} or "
                   "{\"kind\":\"path\",\"input\":…}");
    eval->add_option("KIND", o.eval_kind, "filter or path")->check(CLI::IsMember({"filter", "path"}));
    eval->add_option("TEXT", o.eval_text,
                     "the filter or path; a JSON resource is read from stdin when it is not a terminal");
    eval->footer(
        "Examples:\n  idferry eval filter 'userName sw \"a\"' < person.json\n  idferry eval --batch < cases.jsonl");

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        exit_code = app.exit(e) == 0 ? 0 : 1;
        return o;
    }
    o.what = plan->parsed()    ? command::plan
             : sync->parsed()  ? command::sync
             : apply->parsed() ? command::apply
                               : command::eval;
    return o;
}

} // namespace idferry::daemon::cli
