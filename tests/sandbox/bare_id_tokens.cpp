#include "tests/sandbox/bare_id.hpp"

#include "tests/sandbox/issued.hpp"

namespace idferry::sandbox {
namespace {

struct credentials
{
    std::string id;
    std::string secret;
};

outgoing token_error(int status, std::string_view code, std::string_view text)
{
    return json_answer(status, json{{"error", code}, {"error_description", text}}.dump());
}

std::string form_value(const named_values& form, std::string_view name)
{
    for (const auto& [key, value] : form)
        if (key == name) return value;
    return {};
}

credentials presented(const request& asked, const named_values& form, bool decode_basic)
{
    const auto header = asked.header("Authorization");
    if (header.size() > 6 && same_ignoring_case(header.substr(0, 6), "Basic ")) {
        const auto pair = base64_decode(header.substr(6)).value_or("");
        const auto colon = pair.find(':');
        if (colon == std::string::npos) return {};
        credentials out{pair.substr(0, colon), pair.substr(colon + 1)};
        if (decode_basic) out = {percent_decode(out.id, true), percent_decode(out.secret, true)};
        return out;
    }
    return {form_value(form, "client_id"), form_value(form, "client_secret")};
}

std::string origin_of(const request& asked)
{
    return "https://" + std::string(asked.header("Host"));
}

} // namespace

// POST /auth/realms/{realm}/protocol/openid-connect/token
answer bare_id_server::token(const request& asked)
{
    answer out{{}, "token", "none"};
    const std::shared_lock lock(mutex_);
    const auto& realm = asked.path[2];
    if (realm != realm_ && realm != other_realm_) {
        out.out = json_answer(404, R"({"error":"Realm does not exist"})");
        return out;
    }
    if (asked.method != "POST") {
        out.out = json_answer(405, R"({"error":"HTTP 405 Method Not Allowed"})");
        return out;
    }
    const auto form = parse_form(asked.raw->body);
    const auto type = asked.header("Content-Type");
    if (!same_ignoring_case(type.substr(0, type.find(';')), "application/x-www-form-urlencoded")) {
        out.out = token_error(415, "invalid_request", "application/x-www-form-urlencoded wanted");
        return out;
    }
    const auto who = presented(asked, form, knob_.decode_basic);
    if (who.id == client_id_) out.client = client_id_;
    if (who.id != client_id_ || who.secret != client_secret_) {
        note_user_event("CLIENT_LOGIN_ERROR", "", who.id);
        out.out = token_error(401, "unauthorized_client", "Invalid client or Invalid client credentials");
        return out;
    }
    if (knob_.client_revoked) {
        if (knob_.revoked_error == "disabled_service_account")
            out.out = token_error(401, "invalid_request", "User 'service-account-idferry' disabled");
        else
            out.out = token_error(401, knob_.revoked_error, "Invalid client or Invalid client credentials");
        return out;
    }
    const auto grant = form_value(form, "grant_type");
    if (grant != "client_credentials") {
        out.out = grant.empty() ? token_error(400, "invalid_request", "Missing form parameter: grant_type")
                                : token_error(400, "unsupported_grant_type", "Unsupported grant_type");
        return out;
    }
    note_user_event("CLIENT_LOGIN", "service-account-of-" + client_id_, client_id_);
    const std::lock_guard tokens(token_mutex_);
    auto text = "sandbox." + token_random_.hex(24);
    note_issued("access token", text);
    tokens_[text] = {realm, clock_.now_ms() + knob_.expires_in * 1000};
    json body{{"access_token", text},   {"expires_in", knob_.expires_in}, {"refresh_expires_in", 0},
              {"token_type", "Bearer"}, {"not-before-policy", 0},         {"scope", "email profile"}};
    out.out = json_answer(200, body.dump());
    out.out.headers.emplace_back("Cache-Control", "no-store");
    return out;
}

answer bare_id_server::discovery(const request& asked) const
{
    answer out{{}, "discovery", "none"};
    if (asked.path[2] != realm_ && asked.path[2] != other_realm_) {
        out.out = json_answer(404, R"({"error":"Realm does not exist"})");
        return out;
    }
    const auto issuer = origin_of(asked) + "/auth/realms/" + percent_encode(asked.path[2]);
    json body{{"issuer", issuer},
              {"authorization_endpoint", issuer + "/protocol/openid-connect/auth"},
              {"token_endpoint", issuer + "/protocol/openid-connect/token"},
              {"jwks_uri", issuer + "/protocol/openid-connect/certs"},
              {"grant_types_supported", {"authorization_code", "client_credentials", "refresh_token"}},
              {"token_endpoint_auth_methods_supported", {"client_secret_basic", "client_secret_post"}}};
    out.out = json_answer(200, body.dump());
    return out;
}

// Empty answer (status 0) when the caller may go on.
outgoing bare_id_server::authorise(const request& asked, std::string_view instance, std::string& client) const
{
    const auto header = asked.header("Authorization");
    issued found;
    {
        const std::lock_guard tokens(token_mutex_);
        if (header.size() > 7 && same_ignoring_case(header.substr(0, 7), "Bearer "))
            if (const auto token = tokens_.find(std::string(header.substr(7))); token != tokens_.end())
                found = token->second;
    }
    if (!found.realm.empty())
        client = client_id_;
    else if (!header.empty())
        client = "unknown";
    if (found.realm.empty() || found.expires_ms <= clock_.now_ms() || knob_.client_revoked) {
        constexpr std::string_view message = "the access token is missing, unknown or expired";
        auto out = error(401, 16, message);
        out.headers.emplace_back("WWW-Authenticate", message);
        return out;
    }
    const bool known = (instance == instance_ && !knob_.wrong_instance) || instance == other_instance_;
    if (!known) return not_found();
    if ((instance == instance_) != (found.realm == realm_))
        return error(403, 7, "the token belongs to another instance");
    outgoing fine;
    fine.status = 0;
    return fine;
}

std::string bare_id_server::realm_of_token(const request& asked) const
{
    const auto header = asked.header("Authorization");
    if (header.size() <= 7 || !same_ignoring_case(header.substr(0, 7), "Bearer ") || knob_.client_revoked) return {};
    const std::lock_guard tokens(token_mutex_);
    const auto token = tokens_.find(std::string(header.substr(7)));
    if (token == tokens_.end() || token->second.expires_ms <= clock_.now_ms()) return {};
    return token->second.realm;
}

void bare_id_server::revoke_tokens()
{
    const std::lock_guard tokens(token_mutex_);
    tokens_.clear();
}

} // namespace idferry::sandbox
