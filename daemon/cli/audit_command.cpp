#include "daemon/cli/commands.hpp"
#include "daemon/cli/recorded.hpp"
#include "daemon/report/audit.hpp"
#include "daemon/report/calls.hpp"
#include "daemon/report/when.hpp"
#include "mapping/json.hpp"

namespace idferry::daemon::cli {

namespace {

// Reads a time option into `out`; false, told on stderr, when it is none.
bool read_time(const invocation& given, const char* name, state::time_point now, std::optional<state::time_point>& out)
{
    const auto text = given.text(name);
    if (text.empty()) return true;
    out = report::parse_when(text, now);
    if (!out)
        complain(std::string("idferry audit: --") + name + " " + text +
                 ": give 7d, 12h or 30m, a day such as 2026-03-01, or a time such as 2026-03-01T04:05:06Z");
    return out.has_value();
}

int run_audit(const invocation& given)
{
    const recorded known(given);
    if (known.failed()) return 1;
    if (given.flag("verify")) {
        const auto verified = report::verify_json(known.from());
        const auto printed = known.print(verified, report::verify_text);
        return printed == 0 && (*verified)["ok"] == true ? 0 : 1;
    }
    state::audit_query query;
    if (const auto name = given.text("SYNC"); report::are_calls(mapping::sync_name(name))) {
        query.sync = name;
    } else if (!name.empty()) {
        const auto sync = known.sync(name);
        if (!sync) return 1;
        query.sync = sync->text();
    }
    query.type = given.text("type");
    query.key = given.text("key");
    query.label = given.text("who");
    query.what = state::operation_from(given.text("operation"));
    query.outcome = given.text("outcome");
    query.limit = static_cast<std::size_t>(given.number("limit"));
    query.before = static_cast<std::int64_t>(given.number("before"));
    if (!read_time(given, "since", known.now(), query.since)) return 1;
    if (!read_time(given, "until", known.now(), query.until)) return 1;
    return known.print(report::audit_json(known.from(), query), report::audit_text);
}

} // namespace

const command& audit_command()
{
    static const command c{
        .name = "audit",
        .summary = "list what was done to whom, when, and with which outcome",
        .about = "Newest first. Names and values are kept for as long as retention: in the configuration says; the "
                 "lines stay. Sensitive values\nare never shown. --verify checks that no line was changed, removed or "
                 "put in, and returns 1 when one was.",
        .options = with_report_options(
            {type_option(),
             {"--key", value_kind::text, "KEY", "only the resource with this source key"},
             {"--who", value_kind::text, "TEXT", "only resources with this in their name"},
             {"--operation",
              value_kind::text,
              "OPERATION",
              "only such operations",
              {},
              {"create", "adopt", "update", "deactivate", "remove", "members", "bind_credential", "revoke_credential"}},
             {"--outcome", value_kind::text, "OUTCOME", "only such outcomes", {}, {"done", "rejected", "failed"}},
             {"--since", value_kind::text, "TIME", "not older: 7d, 12h, 2026-03-01, 2026-03-01T04:05:06Z"},
             {"--until", value_kind::text, "TIME", "only older"},
             {"--limit", value_kind::number, "N", "at most so many lines", "100"},
             {"--before", value_kind::number, "LINE", "only lines before this one"},
             {"--verify", value_kind::flag, "", "check the chain of hashes instead of listing"}}),
        .positionals =
            {{"SYNC", value_kind::sync,
              "sync to look at, or api:CONNECTION for what `idferry api` wrote there; all when none is named"}},
        .examples = "idferry audit --since 7d --operation deactivate\nidferry audit --who anna.berg\nidferry audit "
                    "--verify",
        .run = run_audit};
    return c;
}

} // namespace idferry::daemon::cli
