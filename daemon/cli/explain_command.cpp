#include "daemon/cli/commands.hpp"
#include "daemon/cli/configured.hpp"
#include "daemon/cli/explain_text.hpp"
#include "daemon/cli/recorded.hpp"
#include "daemon/cli/terminal_progress.hpp"
#include "daemon/run/explaining.hpp"
#include "mapping/json.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>

namespace idferry::daemon::cli {

namespace {

run::explained ask(const run::sync_settings& sync, state::store& store, const run::explain_request& what, bool progress)
{
    boost::asio::io_context io(1); // outlives both ends
    const auto clock = connectors::make_system_clock();
    auto env = real_environment(*clock);
    const auto source = sync.source->make_source(env);
    const auto target = sync.target->make_target(env);
    std::unique_ptr<run::progress> shown = std::make_unique<run::silent_progress>();
    if (progress) shown = make_progress(stderr, ::isatty(STDERR_FILENO) != 0, *clock, sync.name.text());
    const run::cycle_context context{sync, *source, *target, store, *clock, *shown};
    run::explained out;
    std::exception_ptr failed;
    boost::asio::co_spawn(io, run::explain(context, what), [&](std::exception_ptr e, run::explained made) {
        failed = e;
        out = std::move(made);
        io.stop(); // idle connections need not be waited for
    });
    io.run();
    shown->end();
    if (failed) std::rethrow_exception(failed);
    return out;
}

int run_explain(const invocation& given)
{
    const auto settings = load_or_complain(given.text("config"));
    if (!settings) return 1;
    const auto* sync = find_or_complain(*settings, given.text("SYNC"), given.text("config"));
    if (!sync) return 1;
    auto store = state::open_store(given.text("state"), state::open_mode::read_only);
    if (!store) {
        complain(fmt::format("{}: {}", sync->name.text(), store.error().message));
        return store.error().what == state::error::kind::busy ? 5 : 1;
    }
    run::explain_request what;
    what.key = given.text("KEY");
    what.type = given.text("type") == "groups" ? &mapping::group_type : &mapping::user_type;
    what.refresh = given.flag("refresh");
    const auto made = ask(*sync, **store, what, !given.flag("no-progress"));
    reconcile::text_options text;
    text.colour = !given.flag("no-color") && ::isatty(STDOUT_FILENO) != 0;
    const auto shown =
        given.text("format") == "json" ? mapping::to_text(made.answer) + "\n" : explain_text(made.answer, text);
    std::fputs(shown.c_str(), stdout);
    return std::fflush(stdout) == 0 ? made.exit_code : 1;
}

} // namespace

const command& explain_command()
{
    static const command c{
        .name = "explain",
        .summary = "show what a sync would do with one person or group, and why; writes nothing anywhere",
        .about = "Follows one person from the source's record through scope, match and every rule to state, target, "
                 "decision and guards. Works for people out of scope too, and for those who left. The whole source is "
                 "read, as `plan` does, because guards judge the whole plan. Attribute values are printed on stdout; "
                 "those of sensitive rules are masked. Ends with 1 when KEY means nobody or several.",
        .options = with_common(
            {{"--type", value_kind::text, "TYPE", "what KEY names", "users", {"users", "groups"}},
             {"--refresh", value_kind::flag, "", "also read the whole target and compare it with what we last wrote"},
             format_option({"text", "json"}),
             {"--no-progress", value_kind::flag, "", "no progress on stderr"}}),
        .positionals = {{"SYNC", value_kind::sync, "the sync to ask", true},
                        {"KEY", value_kind::text,
                         "source id, userName, e-mail address or target id; of a group its id, name or path", true}},
        .examples = "idferry explain staff-to-showpad anna.beispiel@acme.example\n"
                    "idferry explain staff-to-showpad Sales --type groups\n"
                    "idferry explain staff-to-showpad 6f1c2d --format json",
        .run = run_explain};
    return c;
}

} // namespace idferry::daemon::cli
