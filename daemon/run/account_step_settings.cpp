#include "daemon/run/account_step_settings.hpp"

#include <fmt/format.h>

namespace idferry::daemon::run {

namespace {

using config::diagnostics;
using config::node;

config::shape<hand_over_settings> hand_over_shape()
{
    using namespace config;
    return named(
        section<hand_over_settings>()
            .required("command", &hand_over_settings::command, list_of(non_empty_text()),
                      "program and its arguments, without a shell. The link comes on its standard input, and nowhere "
                      "else; who it is for is in the environment: IDFERRY_SYNC, IDFERRY_KEY, IDFERRY_LABEL, "
                      "IDFERRY_TARGET_ID, and IDFERRY_JOB, the id of the job. Exit code 0 means that the person has "
                      "it; it has 10 seconds")
            .check([](const hand_over_settings& h, const node& n, diagnostics& out) {
                if (h.command.empty()) out.add(*n.find("command"), "expected a program and its arguments");
            })
            .shape(),
        "hand_over", "the program that hands the link of a binding job to its person",
        {R"({"command": ["/usr/local/bin/hand-over-link", "--by", "letter"]})"});
}

void check_credential(const join_credential_settings& c, const node& n, diagnostics& out)
{
    const bool link = c.delivery == connectors::link_delivery::link;
    if (link && !c.deliver)
        out.add(*n.find("delivery"),
                "with delivery: return the link has to go somewhere: give deliver: {command: […]}");
    if (!link && c.deliver)
        out.add(*n.find("deliver"), "deliver goes with delivery: return; with email the target sends the link itself");
}

config::shape<join_credential_settings> credential_shape()
{
    using namespace config;
    using c = join_credential_settings;
    using connectors::link_delivery;
    return named(
        section<c>()
            .required("delivery", &c::delivery,
                      choice<link_delivery>({{"email", link_delivery::email}, {"return", link_delivery::link}}),
                      "how the person gets the link: `email`, sent by the target; `return`, given to us and "
                      "handed over by `deliver`")
            .required("authenticator", &c::authenticator, non_empty_text(),
                      "id or name of the authenticator config that the credential is for")
            .optional("attempts", &c::attempts, integer(1, 20),
                      "binding jobs at most, one after another, when each expires unused")
            .optional("for", &c::for_whom, choice<c::who>({{"created", c::who::created}, {"all", c::who::all}}),
                      "`created`: those whom idferry created, and who come back; `all`: those whom it found "
                      "and took over too. Who has an active credential gets none")
            .optional("look", &c::look, duration(), "how often an open job is looked at")
            .optional("post_binding_redirect", &c::redirect, service_url(),
                      "where the person is sent once the credential is bound")
            .optional("deliver", &c::deliver, hand_over_shape(),
                      "with delivery: return: the program that hands the link over")
            .check(check_credential)
            .shape(),
        "join_credential", "the binding job that a joiner gets, at targets whose accounts have credentials",
        {R"({"delivery": "email", "authenticator": "Hosted Web", "attempts": 3})"});
}

} // namespace

std::string text_of(const account_step_settings& s)
{
    auto text = fmt::format("revoke {}", static_cast<int>(s.revoke));
    if (!s.credential) return text;
    const auto& c = *s.credential;
    text += fmt::format(" bind {} {} {} {} {} {}", static_cast<int>(c.delivery), c.authenticator, c.attempts,
                        static_cast<int>(c.for_whom), c.look.count(), c.redirect.value_or("-"));
    if (c.deliver)
        for (const auto& word : c.deliver->command) text += "\n" + word;
    return text;
}

config::shape<join_settings> join_shape()
{
    using namespace config;
    return named(section<join_settings>()
                     .optional("credential", &join_settings::credential, credential_shape(),
                               "a job by which the person binds a credential; none when it is missing")
                     .shape(),
                 "join", "what somebody new at the target gets beside the account");
}

std::shared_ptr<const account_step_settings> parse_account_steps(const node& section,
                                                                 const connectors::connection& target,
                                                                 const leave_settings& leave, diagnostics& out)
{
    const auto join = section.find("join");
    std::optional<join_settings> joining;
    if (join) joining = join_shape().parse(*join, out);
    const bool revokes = leave.revoke_credentials != revocation::never;
    if (!target.has_account_steps()) {
        const auto none = fmt::format(
            "accounts of type {} have no credentials that idferry could have bound or revoked", target.type());
        if (join) out.add(*join, none);
        if (revokes) out.add(*section.find("leave")->find("revoke_credentials"), none);
        return nullptr;
    }
    auto all = std::make_shared<account_step_settings>();
    if (joining) all->credential = joining->credential;
    all->revoke = leave.revoke_credentials;
    if (!all->credential && !revokes) return nullptr;
    return all;
}

} // namespace idferry::daemon::run
