// `rejects …` and `quarantine …`: what waits for somebody.
#include "daemon/cli/by_hand.hpp"
#include "daemon/cli/commands.hpp"
#include "daemon/cli/recorded.hpp"
#include "daemon/report/waiting.hpp"
#include "mapping/json.hpp"

namespace idferry::daemon::cli {

namespace {

using mapping::json;

const option of_type = type_option();

int run_list(const invocation& given)
{
    const recorded known(given);
    if (known.failed()) return 1;
    std::optional<mapping::sync_name> sync;
    if (const auto name = given.text("SYNC"); !name.empty()) {
        sync = known.sync(name);
        if (!sync) return 1;
    }
    return known.print(report::rejects_json(known.from(), sync, {given.text("type"), ""}, given.flag("dropped")),
                       report::rejects_text);
}

std::string each_reject(const json& found, const report::text_style& style)
{
    std::string out;
    for (const auto& r : found["rejects"]) out += (out.empty() ? "" : "\n") + report::reject_text(r, style);
    return out;
}

int run_show(const invocation& given)
{
    const recorded known(given);
    if (known.failed()) return 1;
    const auto sync = known.sync(given.text("SYNC"));
    if (!sync) return 1;
    const auto found = report::rejects_json(known.from(), sync, {given.text("type"), given.text("KEY")}, true);
    if (found && (*found)["rejects"].empty())
        return complain("idferry rejects show: nothing of " + sync->text() + " with key '" + given.text("KEY") +
                        "' is rejected");
    return known.print(found, each_reject);
}

int change(const invocation& given, hand_change what)
{
    const auto key = given.text("KEY");
    if (key.empty() == !given.flag("all"))
        return complain("idferry " + std::string(given.what().name) + ": give a KEY, or --all");
    std::optional<mapping::sync_name> sync;
    {
        const recorded known(given); // closed before state is opened for writing
        if (known.failed()) return 1;
        sync = known.sync(given.text("SYNC"));
    }
    if (!sync) return 1;
    return change_by_hand(given, what, *sync, {given.text("type"), key});
}

int run_retry(const invocation& given)
{
    return change(given, hand_change::retry_rejects);
}

int run_drop(const invocation& given)
{
    return change(given, hand_change::drop_rejects);
}

int run_quarantine_list(const invocation& given)
{
    const recorded known(given);
    return known.failed() ? 1 : known.print(report::quarantines_json(known.from()), report::quarantines_text);
}

int run_release(const invocation& given)
{
    std::optional<mapping::sync_name> sync;
    {
        const recorded known(given);
        if (known.failed()) return 1;
        sync = known.sync(given.text("SYNC"));
    }
    return sync ? change_by_hand(given, hand_change::release_quarantine, *sync, {}) : 1;
}

std::vector<positional> sync_and_key(bool key_required)
{
    return {{"SYNC", value_kind::sync, "sync of the reject", true},
            {"KEY", value_kind::text, "source key, as rejects list shows it", key_required}};
}

std::vector<option> with_choice()
{
    return with_report_options({of_type, {"--all", value_kind::flag, "", "every reject of the sync"}});
}

} // namespace

const command& rejects_list_command()
{
    static const command c{.name = "rejects list",
                           .summary = "list resources that cannot be pushed, with the reason",
                           .options = with_report_options(
                               {of_type, {"--dropped", value_kind::flag, "", "also those that were dropped by hand"}}),
                           .positionals = {{"SYNC", value_kind::sync, "sync to look at; all when none is named"}},
                           .examples = "idferry rejects list\nidferry rejects list staff-to-showpad --format json",
                           .run = run_list};
    return c;
}

const command& rejects_show_command()
{
    static const command c{.name = "rejects show",
                           .summary = "show one reject",
                           .options = with_report_options({of_type}),
                           .positionals = sync_and_key(true),
                           .examples = "idferry rejects show staff-to-showpad 5f2c",
                           .run = run_show};
    return c;
}

const command& rejects_retry_command()
{
    static const command c{
        .name = "rejects retry",
        .summary = "try rejected resources again in the next cycle",
        .about = "What the target refused is tried again by itself, later and later. This does not wait for that.",
        .options = with_choice(),
        .positionals = sync_and_key(false),
        .examples = "idferry rejects retry staff-to-showpad 5f2c\nidferry rejects retry staff-to-showpad --all",
        .run = run_retry};
    return c;
}

const command& rejects_drop_command()
{
    static const command c{
        .name = "rejects drop",
        .summary = "neither try nor show rejected resources until something else is to be done for them",
        .about = "Nobody is lost: as soon as the record, a rule or the reason changes, the resource is tried and shown "
                 "again. Plans name\nwho was dropped, rejects list --dropped lists them, and rejects retry takes it "
                 "back.",
        .options = with_choice(),
        .positionals = sync_and_key(false),
        .examples = "idferry rejects drop staff-to-showpad 5f2c",
        .run = run_drop};
    return c;
}

const command& quarantine_list_command()
{
    static const command c{.name = "quarantine list",
                           .summary = "list syncs that are left alone because their target keeps failing",
                           .options = with_report_options({}),
                           .examples = "idferry quarantine list",
                           .run = run_quarantine_list};
    return c;
}

const command& quarantine_release_command()
{
    static const command c{.name = "quarantine release",
                           .summary = "end the quarantine of a sync",
                           .about = "Without this it ends by itself with the first clean probe.",
                           .options = with_report_options({}),
                           .positionals = {{"SYNC", value_kind::sync, "sync to release", true}},
                           .examples = "idferry quarantine release staff-to-showpad",
                           .run = run_release};
    return c;
}

} // namespace idferry::daemon::cli
