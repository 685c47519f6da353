// `idferry steps`: how far joiners and leavers have come beside their accounts.
#include "daemon/cli/commands.hpp"
#include "daemon/cli/recorded.hpp"
#include "daemon/report/steps.hpp"
#include "daemon/run/account_step_settings.hpp"
#include "mapping/json.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace idferry::daemon::cli {

namespace {

// A link is nowhere to be had but in the answer to a new job, so this says how to ask for one.
int tell_how_to_get_a_link(const recorded& known, const mapping::sync_name& sync, const std::string& key)
{
    const auto from = known.from();
    const auto* of = from.find(sync);
    if (!of) return complain("idferry steps: the configuration does not have " + sync.text());
    auto link = from.state.find_link({sync, std::string(mapping::user_type.name)}, mapping::source_key(key));
    if (!link) return complain("idferry steps: " + link.error().message);
    if (!*link) return complain("idferry steps: nobody of " + sync.text() + " has the key '" + key + "'");
    const auto* type = of->find(mapping::user_type);
    const auto& steps = type ? type->steps : nullptr;
    if (!of->target->has_account_steps())
        return complain("idferry steps: accounts of '" + of->target_name + "' have no credentials");
    const auto authenticator =
        steps && steps->credential ? steps->credential->authenticator : std::string("ID OF AN AUTHENTICATOR CONFIG");
    fmt::print(
        "The link of a binding job is kept nowhere: it is a secret. This makes a new job, and prints its link, to be\n"
        "given to {} and to nobody else:\n\n"
        "  idferry api {} credential-binding-jobs create {} --write --show-secrets --data \\\n"
        "    '{{\"delivery_method\":\"RETURN\",\"authenticator_config_id\":\"{}\"}}'\n",
        (*link)->label, of->target_name, (*link)->target.text(), authenticator);
    fmt::print("\nThe configuration may name the authenticator config; the API wants its id: idferry api {} "
               "authenticator-configs list\n",
               of->target_name);
    return std::fflush(stdout) == 0 ? 0 : 1;
}

int run_steps(const invocation& given)
{
    const recorded known(given);
    if (known.failed()) return 1;
    const auto sync = known.sync(given.text("SYNC"));
    if (!sync) return 1;
    const auto key = given.text("KEY");
    if (given.flag("show-secrets"))
        return key.empty() ? complain("idferry steps --show-secrets: name the KEY of one person")
                           : tell_how_to_get_a_link(known, *sync, key);
    report::step_query query;
    query.sync = *sync;
    query.key = key;
    query.status = given.text("status");
    query.limit = given.number("limit");
    return known.print(report::steps_json(known.from(), query), report::steps_text);
}

} // namespace

const command& steps_command()
{
    static const command c{
        .name = "steps",
        .summary = "list what joiners and leavers still need beside their accounts: credentials bound and revoked",
        .about =
            "For syncs whose target has credentials (`join:` and `leave: {revoke_credentials: …}`). A step is wanted, "
            "begun, open (the person has a binding job), done, given_up (every allowed job expired unused) or "
            "cancelled (left first). `idferry rejects retry SYNC KEY` begins a step again that was given up or "
            "waits. With --show-secrets it says how to get a binding link into one's own hands: links are kept "
            "nowhere.",
        .options = with_report_options(
            {{"--status",
              value_kind::text,
              "STATUS",
              "only steps that have come so far",
              {},
              {"wanted", "begun", "open", "done", "given_up", "cancelled"}},
             {"--limit", value_kind::number, "N", "so many at most", "1000"},
             {"--show-secrets", value_kind::flag, "", "say how to get a new binding link for KEY"}}),
        .positionals = {{"SYNC", value_kind::sync, "sync to look at", true},
                        {"KEY", value_kind::text, "source key of one person"}},
        .examples = "idferry steps staff-to-beyond\nidferry steps staff-to-beyond --status given_up\n"
                    "idferry steps staff-to-beyond 5f2c --show-secrets",
        .run = run_steps};
    return c;
}

} // namespace idferry::daemon::cli
