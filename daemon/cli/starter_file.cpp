#include "daemon/cli/starter_file.hpp"

#include "connectors/http/percent_encoding.hpp"
#include "daemon/run/settings.hpp"
#include "mapping/json.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace idferry::daemon::cli {

namespace {

// A YAML scalar that reads back as this text. A JSON string is one (YAML 1.2, section 1.3); plain where nothing can be
// misread.
std::string scalar(const std::string& text)
{
    const bool plain = !text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) != 0 &&
                       text.back() != ':' &&
                       std::all_of(text.begin(), text.end(),
                                   [](char c) {
                                       return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                                              std::string_view("-_./@:").find(c) != std::string_view::npos;
                                   }) &&
                       text != "null" && text != "true" && text != "false" && text != "yes" && text != "no" &&
                       text != "on" && text != "off";
    return plain ? text : mapping::to_text(mapping::json(text));
}

// "{file: /etc/idferry/token}" of "file:/etc/idferry/token".
std::string secret(const std::string& reference)
{
    const auto colon = reference.find(':');
    return fmt::format("{{{}: {}}}", reference.substr(0, colon), scalar(reference.substr(colon + 1)));
}

std::string why_not_a_reference(const std::string& text)
{
    const auto colon = text.find(':');
    const auto form = text.substr(0, colon);
    if (colon == std::string::npos || colon + 1 == text.size() ||
        (form != "file" && form != "credential" && form != "env"))
        return "give where the secret is found, never the secret itself: file:/path, credential:name (systemd) or "
               "env:NAME";
    if (form == "file" && text[colon + 1] != '/') return "give the whole path of the file, from / on";
    return {};
}

std::string token_url(const starter_answers& a)
{
    if (!a.token_url.empty()) return a.token_url;
    return fmt::format("https://{}.login.bare.id/auth/realms/{}/protocol/openid-connect/token", a.company,
                       connectors::http::percent_encode(a.realm));
}

bool from_bare_id(const starter_answers& a)
{
    return a.source == "bare_id";
}

constexpr std::string_view beyond = "beyond_identity";

bool from_beyond(const starter_answers& a)
{
    return a.source == beyond;
}

bool to_beyond(const starter_answers& a)
{
    return a.target == beyond;
}

bool with_beyond(const starter_answers& a)
{
    return from_beyond(a) || to_beyond(a);
}

bool from_scim(const starter_answers& a)
{
    return a.source == "scim";
}

bool to_scim(const starter_answers& a)
{
    return !to_beyond(a);
}

// The key under `connections:`; both ends may be of one type.
std::string source_name(const starter_answers& a)
{
    if (from_scim(a)) return "people";
    if (!from_beyond(a)) return "bare";
    return to_beyond(a) ? "beyond_from" : "beyond";
}

std::string target_name(const starter_answers& a)
{
    if (!to_beyond(a)) return a.target;
    return from_beyond(a) ? "beyond_to" : "beyond";
}

// Its page in docs/connectors.
std::string page_of(const std::string& type)
{
    return type == beyond ? "beyond-identity" : type;
}

std::string beyond_section(const starter_answers& a, const std::string& name, const std::string& realm,
                           const std::string& secret_reference)
{
    const auto admin = a.application_realm.empty()
                           ? std::string("      # When the application is in another realm, that one's id:\n"
                                         "      # realm: 6c1f00aa11bb22cc\n")
                           : fmt::format("      realm: {}\n", scalar(a.application_realm));
    return fmt::format(R"(  {}:
    type: beyond_identity
    # us, eu or fedramp
    region: {}
    tenant: {}
    # The realm that is read or written: never the Beyond Identity Admin realm.
    realm: {}
    # An application for the Management API: OAuth2, confidential, client credentials.
    auth:
{}      application: {}
      client_id: {}
      # Where the secret is found; the secret itself never stands here.
      client_secret: {}
)",
                       name, scalar(a.region), scalar(a.tenant), scalar(realm), admin, scalar(a.application),
                       scalar(a.application_client), secret(secret_reference));
}

bool without_token_url(const starter_answers& a)
{
    return from_bare_id(a) && a.token_url.empty();
}

std::string sync_name(const starter_answers& a)
{
    return a.sync.empty() ? "staff-to-" + a.target : a.sync;
}

std::string source_section(const starter_answers& a)
{
    if (from_beyond(a))
        return "  # Where people come from. docs/connectors/beyond-identity.md has every key.\n" +
               beyond_section(a, source_name(a), a.source_realm, a.source_secret);
    if (from_scim(a))
        return fmt::format(R"(  # Where people come from. docs/connectors/scim.md has every key.
  people:
    type: scim
    # beyond_identity for Beyond Identity's own SCIM server
    profile: generic
    base_url: {}
    # Where the token is found; the token itself never stands here.
    auth: {{bearer: {}}}
    rate: {{requests_per_second: 5, burst: 10, concurrency: 2}}
)",
                           scalar(a.source_url), secret(a.source_secret));
    return fmt::format(R"(  # Where people come from. docs/connectors/bare_id.md has every key.
  bare:
    type: bare_id
    # The API console shows it as instanceUId.
    instance: {}
    auth:
      token_url: {}
      client_id: {}
      # Where the secret is found; the secret itself never stands here.
      client_secret: {}
    # Members of these groups, with everything below them; without the key, of all groups.
    # source: {{mode: group_walk, groups: [/staff]}}
)",
                       scalar(a.instance), scalar(token_url(a)), scalar(a.client_id), secret(a.source_secret));
}

std::string target_section(const starter_answers& a)
{
    if (to_beyond(a))
        return "\n  # Where they go. docs/connectors/beyond-identity.md has every key.\n" +
               beyond_section(a, target_name(a), a.target_realm, a.target_secret);
    const bool showpad = a.target == "showpad";
    const auto own =
        a.own_account.empty()
            ? std::string("    # The userName or id of the account that the token belongs to. Give it: it is then "
                          "never deactivated.\n"
                          "    # own_account: provisioning@acme.example\n")
            : fmt::format("    # Whose token this is: never changed, never deactivated.\n    own_account: {}\n",
                          scalar(a.own_account));
    return fmt::format(R"(
  # Where they go. docs/connectors/{}.md has every key.
  {}:
    type: scim
    profile: {}
    base_url: {}
{}    auth: {{bearer: {}}}
    rate: {{requests_per_second: 5, burst: 10, concurrency: 2}}
)",
                       a.target, a.target, showpad ? "showpad" : "generic", scalar(a.base_url), own,
                       secret(a.target_secret));
}

std::string sync_section(const starter_answers& a)
{
    const bool showpad = a.target == "showpad";
    std::string out =
        fmt::format(R"(
syncs:
  {}:
    source: {}
    target: {}
    # Every ten minutes what changed; at night the target is read too, and compared.
    schedule: {{every: 10m, jitter: 30s, full: "0 3 * * *"}}
    users:
      # Whom this is about: a filter over the source (RFC 7644). Who leaves it, leaves the target. Another example:
      #   'active eq true and groups.display eq "Sales"'
      scope: {}
      # How a person is found who is there already. Several hits are rejected, never guessed.
      match: [externalId, userName]
      # Target attribute: where its value comes from. docs/connectors/{}.md says what the target keeps.
      attributes:
        externalId: id
        userName: {{from: email, transform: [lower, trim]}}
        name.givenName: name.givenName
        name.familyName: name.familyName
        emails: {{from: emails, collapse: primary}}
        active: active
)",
                    scalar(sync_name(a)), source_name(a), target_name(a), scalar(a.scope), page_of(a.target));
    if (to_beyond(a))
        out +=
            "        # 64 characters at most, and none of {}[]<>;:?\\/|*^%$#=~!`\n"
            "        displayName: {template: \"{name.givenName?} {name.familyName?}\", transform: [squeeze, {truncate: "
            "64}]}\n";
    out += showpad ? "        # roles: {from: groups.display, lookup: {Sales Leads: manager}, default: tablet, "
                     "collapse: first}\n"
                   : "        # department: department\n";
    if (to_beyond(a))
        out += "      # Who is new gets a link by e-mail that binds a passkey; the name is that of an authenticator "
               "config.\n"
               "      # join: {credential: {delivery: email, authenticator: Hosted Web, attempts: 3}}\n";
    out += "      # Who leaves is deactivated first; coming back in time cancels the rest.\n"
           "      leave: {action: deactivate, then_delete_after: 30d}\n";
    if (to_beyond(a)) out += "      # Passkeys are kept; `revoke_credentials: after` in leave: ends them, for ever.\n";
    out += a.groups ? R"(    groups:
      # Which groups exist at the target; their members are the people above.
      # scope: 'displayName sw "Sales"'
      attributes: {displayName: displayName}
      members: true
)"
                    : R"(    # Groups and who is in them:
    # groups:
    #   scope: 'displayName sw "Sales"'
    #   attributes: {displayName: displayName}
    #   members: true
)";
    out +=
        R"(    # A plan beyond these limits is refused before its first write, with the command that allows exactly it.
    guards: {max_removals: 10%, max_removals_count: 50, max_changes: 50%, min_population: 20}
    # Never changed or removed at the target, whatever the source says.
)";
    out += showpad ? "    protect: ['roles.value eq \"owner\"']\n"
                   : "    # protect: ['userName eq \"owner@acme.example\"']\n";
    return out;
}

// Right for everything, so that one answer is judged alone.
starter_answers filled(starter_answers a)
{
    const auto put = [](std::string& kept, const char* value) {
        if (kept.empty()) kept = value;
    };
    put(a.instance, "db0c1370-dcc7-47c8-aac6-580043c46a98");
    put(a.company, "company");
    put(a.realm, "staff");
    put(a.client_id, "client");
    put(a.tenant, "tenant");
    put(a.application, "application");
    put(a.application_client, "client");
    put(a.source_realm, "realm");
    put(a.target_realm, "other");
    put(a.base_url, "https://scim.stand-in.invalid/v2");
    put(a.source_url, "https://people.stand-in.invalid/v2");
    if (!why_not_a_reference(a.source_secret).empty()) a.source_secret = "file:/secret";
    if (!why_not_a_reference(a.target_secret).empty()) a.target_secret = "file:/secret";
    put(a.scope, "active eq true");
    return a;
}

} // namespace

const std::vector<std::string_view>& starter_sources()
{
    static const std::vector<std::string_view> all{"bare_id", beyond, "scim"};
    return all;
}

const std::vector<std::string_view>& starter_targets()
{
    static const std::vector<std::string_view> all{"showpad", "scim", beyond};
    return all;
}

const std::vector<starter_question>& starter_questions()
{
    using a = starter_answers;
    static const std::vector<starter_question> all{
        {"source", &a::source, "Source of people (bare_id, beyond_identity, or scim for any SCIM 2.0 service provider)",
         true, nullptr, [](const a&) { return std::string("bare_id"); }},
        {"target", &a::target, "Target (showpad, beyond_identity, or scim for any SCIM 2.0 service provider)", true,
         nullptr, [](const a&) { return std::string("showpad"); }},
        {"instance", &a::instance, "UUID of the Bare.ID instance (the API console shows it as instanceUId)", true,
         from_bare_id},
        {"company", &a::company, "Company in the address of the Bare.ID login (acme in https://acme.login.bare.id)",
         true, without_token_url},
        {"realm", &a::realm, "Realm whose people are read, as it stands in the login's address", true,
         without_token_url},
        {"client-id", &a::client_id, "Client id of the Bare.ID API client", true, from_bare_id},
        {"region", &a::region, "Region of the Beyond Identity tenant (us, eu or fedramp)", true, with_beyond,
         [](const a&) { return std::string("us"); }},
        {"tenant", &a::tenant, "Id of the Beyond Identity tenant", true, with_beyond},
        {"application", &a::application, "Id of the Beyond Identity application that idferry logs in as", true,
         with_beyond},
        {"application-realm", &a::application_realm,
         "Id of the realm that the application is in; empty when that is the realm that is synced", false, with_beyond},
        {"application-client", &a::application_client, "Client id of that application", true, with_beyond},
        {"source-realm", &a::source_realm, "Id of the Beyond Identity realm that people come from", true, from_beyond},
        {"target-realm", &a::target_realm, "Id of the Beyond Identity realm that they go to", true, to_beyond},
        {"source-url", &a::source_url, "SCIM address of the source (where /Users is)", true, from_scim},
        {"source-secret", &a::source_secret,
         "Where the client's secret or the source's token is (file:/path, credential:name or env:NAME)", true, nullptr,
         [](const a& x) {
             return std::string("file:/etc/idferry/") + (from_scim(x)     ? "people-token"
                                                         : from_beyond(x) ? "beyond-secret"
                                                                          : "bareid-secret");
         }},
        {"base-url", &a::base_url,
         "SCIM address of the target (where /Users is, such as https://acme.showpad.biz/api/users/scim/v2)", true,
         to_scim},
        {"target-secret", &a::target_secret,
         "Where the target's token or client secret is (file:/path, credential:name or env:NAME)", true, nullptr,
         [](const a& x) {
             return "file:/etc/idferry/" + (to_beyond(x) ? std::string("beyond-secret") : x.target + "-token");
         }},
        {"own-account", &a::own_account,
         "userName of the account that the token belongs to; empty when you do not know it yet", false, to_scim},
        {"scope", &a::scope, "Whom to sync, as a filter over the source", true, nullptr,
         [](const a&) { return std::string("active eq true"); }},
        {"sync", &a::sync, "Name of the sync", true, nullptr, [](const a& x) { return "staff-to-" + x.target; }},
    };
    return all;
}

std::string starter_text(const starter_answers& a)
{
    return "# idferry's configuration. `idferry check` finds every mistake in it, `idferry plan` shows what would be "
           "done, and\n"
           "# nothing is written anywhere before `idferry sync` or the daemon. `man idferry.yaml` has every key.\n"
           "connections:\n" +
           source_section(a) + target_section(a) + sync_section(a);
}

std::string starter_mistake(const starter_answers& a, const starter_question& q)
{
    const auto& text = a.*q.answer;
    if (text.empty()) return q.required ? "this is needed" : "";
    if (text.size() > 2000) return "that is too long";
    if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
        return "there is a control character in it";
    const auto one_of = [&](const std::vector<std::string_view>& known) {
        return std::find(known.begin(), known.end(), text) != known.end()
                   ? std::string()
                   : fmt::format("'{}' is none of them: {}", text, fmt::join(known, ", "));
    };
    if (q.answer == &starter_answers::source) return one_of(starter_sources());
    if (q.answer == &starter_answers::target) return one_of(starter_targets());
    if (q.answer == &starter_answers::source_secret || q.answer == &starter_answers::target_secret)
        if (auto why = why_not_a_reference(text); !why.empty()) return why;
    if (q.answer == &starter_answers::company &&
        text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != std::string::npos)
        return "only the first part of the host name: letters, digits and hyphens";
    config::diagnostics mistakes;
    if (run::parse_settings(starter_text(filled(a)), "", mistakes)) return {};
    const auto all = mistakes.sorted();
    return all.empty() ? std::string("the loader does not take it") : all.front().message;
}

} // namespace idferry::daemon::cli
