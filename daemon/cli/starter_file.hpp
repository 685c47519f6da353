// The commented configuration that `idferry init` writes: what it must know, and the text made of it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace idferry::daemon::cli {

struct starter_answers
{
    std::string source{"bare_id"};
    std::string target{"showpad"};
    // Bare.ID: the token URL, or what it is made of.
    std::string instance, company, realm, token_url, client_id;
    // Beyond Identity, as either end: one tenant, one application.
    std::string region{"us"};
    std::string tenant, application, application_realm, application_client, source_realm, target_realm;
    std::string source_url;    // SCIM
    std::string source_secret; // a reference: "file:/path", "credential:name" or "env:NAME"
    // The target.
    std::string base_url;
    std::string target_secret;
    std::string own_account; // "" = not known yet
    // The sync.
    std::string scope{"active eq true"};
    std::string sync; // "" = made of both names
    bool groups{false};
};

// A member of `starter_answers` that is asked for.
struct starter_question
{
    std::string_view option; // of the command line: "base-url"
    std::string starter_answers::* answer;
    std::string_view prompt;                                  // what to type, with an example
    bool required{true};                                      // false: an empty answer is one
    bool (*wanted)(const starter_answers&){nullptr};          // null: always
    std::string (*proposal)(const starter_answers&){nullptr}; // what an empty answer stands for; null: nothing
};

// In the order of asking.
const std::vector<starter_question>& starter_questions();

// Connection types that may stand on each side; a target "showpad" is the type scim with its profile.
const std::vector<std::string_view>& starter_sources();
const std::vector<std::string_view>& starter_targets();

// The file's text. Answers that are missing are left as they are, so ask `starter_mistake` first.
std::string starter_text(const starter_answers& a);

// Why one answer cannot stand, in the loader's own words, or "": the text is made with values that are right for
// everything else and read by the loader itself.
std::string starter_mistake(const starter_answers& a, const starter_question& q);

} // namespace idferry::daemon::cli
