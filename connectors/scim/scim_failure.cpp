#include "connectors/scim/scim_failure.hpp"

#include "connectors/http/retry_policy.hpp"
#include "connectors/scim/scim_json.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace idferry::connectors::scim {

namespace {

struct meaning
{
    disposition next;
    std::string_view code;
};

struct numbered_meaning
{
    std::string_view number;
    meaning what;
};

// Codes of the {"response": {"code", "name", "message"}} envelope.
constexpr std::array<numbered_meaning, 24> numbered_codes{{
    {"2001", {disposition::reject, "invalidvalue"}},  {"2002", {disposition::reject, "invalidvalue"}},
    {"2003", {disposition::reject, "invalidvalue"}},  {"2004", {disposition::reject, "invalidvalue"}},
    {"3001", {disposition::not_found, "not_found"}},  {"3002", {disposition::reject, "related"}},
    {"3003", {disposition::not_found, "not_found"}},  {"3004", {disposition::not_found, "not_found"}},
    {"3005", {disposition::not_found, "not_found"}},  {"3006", {disposition::reject, "mutability"}},
    {"3008", {disposition::reject, "mutability"}},    {"4001", {disposition::reject, "invalidvalue"}},
    {"4006", {disposition::reject, "invalidvalue"}},  {"4008", {disposition::reject, "invalidvalue"}},
    {"4009", {disposition::conflict, "uniqueness"}},  {"4010", {disposition::reject, "invalidvalue"}},
    {"4011", {disposition::reject, "invalidvalue"}},  {"4014", {disposition::reject, "no_licence"}},
    {"4015", {disposition::conflict, "owner"}},       {"4019", {disposition::reject, "owner_lockout"}},
    {"4020", {disposition::reject, "owner_lockout"}}, {"5000", {disposition::reject, "invalidsyntax"}},
    {"5001", {disposition::reject, "invalidsyntax"}}, {"5002", {disposition::reject, "toomany"}},
}};

// scimTypes that settle the matter whatever the text says (RFC 7644 table 9).
constexpr std::array<std::string_view, 8> definite_types{"mutability", "invalidsyntax", "invalidpath", "invalidfilter",
                                                         "notarget",   "toomany",       "invalidvers", "sensitive"};

constexpr std::chrono::hours licence_pause{1};

bool has_word(std::string_view text, std::string_view word)
{
    return text.find(word) != std::string_view::npos;
}

bool text_says_taken(const error_facts& e, const dialect& wire)
{
    if (std::ranges::find(definite_types, e.code) != definite_types.end()) return false;
    return std::ranges::any_of(wire.uniqueness_words, [&](const std::string& word) {
        // "no group with this id exists" is an invalid value, not a taken one.
        if (e.code == "invalidvalue" && word == "exists") return false;
        return has_word(e.text, word);
    });
}

bool is_about_owner(const asked& what, const error_facts& e)
{
    return what.claims_owner && has_word(e.text, "owner") && !has_word(e.text, "username") && !has_word(e.text, "mail");
}

meaning by_status(int status)
{
    switch (status) {
    case 401: return {disposition::stop, "unauthorized"};
    case 403: return {disposition::stop, "forbidden"};
    case 404:
    case 410: return {disposition::not_found, "not_found"};
    case 405:
    case 501: return {disposition::reject, "not_implemented"};
    case 406:
    case 415: return {disposition::stop, "media_type"};
    case 408:
    case 425:
    case 429: return {disposition::retry, ""};
    case 409: return {disposition::conflict, "uniqueness"};
    case 412: return {disposition::conflict, "version"};
    case 413: return {disposition::reject, "too_large"};
    default: break;
    }
    if (status >= 500) return {disposition::retry, ""};
    if (status >= 400) return {disposition::reject, ""};
    return {disposition::stop, "unexpected_status"}; // a redirect that was not followed, or an informational answer
}

meaning meaning_of(const asked& what, int status, const error_facts& e, const dialect& wire)
{
    if (e.numbered)
        for (const auto& row : numbered_codes)
            if (row.number == e.code && status < 500) return row.what;
    auto m = by_status(status);
    const bool writes = what.method != "GET" && what.method != "DELETE";
    if (status == 400 && writes && (e.code == "uniqueness" || text_says_taken(e, wire)))
        m = {disposition::conflict, "uniqueness"};
    if (status == 403 && e.code == "mutability") m = {disposition::reject, "mutability"};
    if (m.next == disposition::conflict && m.code == "uniqueness") {
        if (status == 409 && !e.numbered && std::ranges::find(definite_types, e.code) != definite_types.end())
            return {disposition::reject, e.code};
        if (is_about_owner(what, e)) m.code = "owner";
    }
    return m;
}

// A write after which nobody knows whether it was carried out.
bool may_have_acted(const asked& what, const http::response& answer)
{
    if (what.method == "GET") return false;
    const int s = answer.status;
    return s == 500 || s == 502 || s == 504 || (s == 503 && !answer.header("Retry-After")) || s > 504;
}

constexpr std::int64_t one_year_seconds = 366LL * 24 * 3600;

} // namespace

failure read_failure(const asked& what, const http::response& answer, const dialect& wire, clock::wall_time now)
{
    const auto e = read_error(answer.body);
    const auto m = meaning_of(what, answer.status, e, wire);
    failure f;
    f.next = m.next;
    f.status = answer.status;
    f.code = m.code.empty() ? e.code : std::string(m.code);
    f.detail = what.method + " " + what.path + " was answered with status " + std::to_string(answer.status);
    if (!e.code.empty()) f.detail += " " + e.code;
    if (!e.detail.empty()) f.detail += ": " + e.detail;
    if (f.next == disposition::retry || answer.status == 429) {
        f.retry_after = http::wait_asked_for(answer, now);
        if (!f.retry_after && e.wait_hint) {
            const auto epoch = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
            const auto seconds =
                *e.wait_hint > one_year_seconds ? std::max<std::int64_t>(0, *e.wait_hint - epoch) : *e.wait_hint;
            f.retry_after = std::chrono::seconds(seconds);
        }
    }
    if (f.code == "no_licence") f.retry_after = licence_pause;
    f.outcome_unknown = may_have_acted(what, answer);
    return f;
}

failure useless_answer(const asked& what, const http::response& answer, failure why)
{
    why.detail = what.method + " " + what.path + " was answered with status " + std::to_string(answer.status) +
                 ", but " + why.detail;
    why.status = answer.status;
    why.outcome_unknown = what.method != "GET";
    return why;
}

} // namespace idferry::connectors::scim
