// The auth host: tokens for applications, introspection, revocation, discovery.
#include "tests/sandbox/beyond_identity.hpp"
#include "tests/sandbox/beyond_identity_text.hpp"
#include "tests/sandbox/issued.hpp"

namespace idferry::sandbox {
namespace {

struct presented_client
{
    std::string id;
    std::string secret;
    bool basic{false};
};

std::string form_field(const named_values& form, std::string_view name)
{
    for (const auto& [key, value] : form)
        if (key == name) return value;
    return {};
}

presented_client presented_by(const request& asked, const named_values& form)
{
    const auto header = asked.header("Authorization");
    if (header.size() > 6 && same_ignoring_case(header.substr(0, 6), "Basic ")) {
        const auto pair = base64_decode(header.substr(6)).value_or("");
        const auto colon = pair.find(':');
        if (colon == std::string::npos) return {"", "", true};
        return {percent_decode(pair.substr(0, colon), true), percent_decode(pair.substr(colon + 1), true), true};
    }
    return {form_field(form, "client_id"), form_field(form, "client_secret"), false};
}

bool names_word(const json& list, std::string_view word)
{
    if (!list.is_array()) return false;
    for (const auto& one : list)
        if (one == word) return true;
    return false;
}

std::vector<std::string> words_of(std::string_view text)
{
    std::vector<std::string> out;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find(' ', at), text.size());
        if (end > at) out.emplace_back(text.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

} // namespace

outgoing beyond_server::token_failure(int status, std::string_view code, std::string_view text) const
{
    auto out = knob_.token_errors == "vendor"
                   ? failure(status, status == 401 ? "unauthorized" : "bad_request", text)
                   : json_answer(status, json{{"error", code}, {"error_description", text}}.dump());
    if (status == 401) out.headers.emplace_back("WWW-Authenticate", "Basic");
    return out;
}

// What of /v1/tenants/{t}/realms/{r}/ belongs to the auth host; no endpoint when it does not.
answer beyond_server::auth_host(const request& asked)
{
    answer out;
    const auto& path = asked.path;
    if (path.size() < 6 || path[0] != "v1" || path[1] != "tenants" || path[3] != "realms") return out;
    const bool of_application = path.size() == 8 && path[5] == "applications";
    const auto what = of_application ? path[7] : path.size() == 6 ? path[5] : std::string();
    const bool known_document =
        path.size() == 9 && path[5] == "applications" && path[7] == ".well-known" && path[8] == "openid-configuration";
    if (known_document)
        out.endpoint = "token_discovery";
    else if (of_application && what == "token")
        out.endpoint = "token";
    else if (of_application && what == "revoke")
        out.endpoint = "token_revoke";
    else if (what == "introspect")
        out.endpoint = "token_introspect";
    else
        return out;
    out.client = "none";
    const std::shared_lock lock(mutex_);
    auto* realm = find_realm(path[4]);
    if (path[2] != tenant_ || realm == nullptr) {
        out.out = failure(404, "not_found", "The requested resource was not found.");
        return out;
    }
    if ((asked.method == "GET") != known_document) {
        out.out = failure(405, "method_not_allowed", "method not allowed");
        return out;
    }
    if (out.endpoint == "token_introspect") {
        out.out = introspect(asked, *realm);
        return out;
    }
    const auto application = realm->table(beyond_kind::application).find(path[6]);
    if (application == no_slot) {
        out.out = failure(404, "not_found", "The requested resource was not found.");
    } else if (known_document) {
        out.out = discovery(asked, *realm, path[6]);
    } else if (out.endpoint == "token") {
        out.out = token(asked, *realm, application, out.client);
    } else { // whatever it was, it is good for nothing now
        const auto text = form_field(parse_form(asked.raw->body), "token");
        const std::lock_guard tokens(token_mutex_);
        if (const auto known = tokens_.find(text); known != tokens_.end() && known->second.application == path[6])
            known->second.revoked = true;
        out.out = done();
    }
    return out;
}

outgoing beyond_server::token(const request& asked, beyond_realm& realm, slot application, std::string& client)
{
    const auto& one = realm.table(beyond_kind::application).at(application);
    const auto& how = one.body["protocol_config"];
    const auto type = asked.header("Content-Type");
    if (!same_ignoring_case(type.substr(0, type.find(';')), "application/x-www-form-urlencoded"))
        return token_failure(400, "invalid_request", "application/x-www-form-urlencoded wanted");
    const auto form = parse_form(asked.raw->body);
    const auto who = presented_by(asked, form);
    if (who.id == how.value("client_id", "")) client = one.id;
    const bool allowed_way = knob_.client_auth == "both" || (knob_.client_auth == "basic") == who.basic; // basic | post
    if (who.id.empty() || who.id != how.value("client_id", "") || who.secret != how.value("client_secret", "") ||
        how.value("confidentiality", "") != "confidential" || knob_.client_revoked || !allowed_way)
        return token_failure(401, "invalid_client", "client authentication failed");
    const auto grant = form_field(form, "grant_type");
    if (grant.empty()) return token_failure(400, "invalid_request", "grant_type is missing");
    if (grant != "client_credentials")
        return token_failure(400, "unsupported_grant_type", "only client_credentials is served");
    if (!names_word(how.value("grant_type", json()), grant))
        return token_failure(400, "unauthorized_client", "the application may not use this grant");

    std::string scopes;
    const auto asked_for = form_field(form, "scope");
    for (const auto& scope : words_of(asked_for)) {
        if (!names_word(how.value("allowed_scopes", json()), scope))
            return token_failure(400, "invalid_scope", "the application may not have the scope " + scope);
        scopes += (scopes.empty() ? "" : " ") + scope;
    }
    if (scopes.empty())
        for (const auto& scope : how.value("allowed_scopes", json::array()))
            scopes += (scopes.empty() ? "" : " ") + scope.get<std::string>();
    auto lifetime = knob_.expires_in > 0
                        ? knob_.expires_in
                        : how.value("token_configuration", json::object()).value("expires_after", std::int64_t{86400});
    if (const auto wanted = form_field(form, "expiration_time"); !wanted.empty()) {
        const auto seconds = parse_integer(wanted);
        if (!seconds || *seconds <= 0 || *seconds > lifetime)
            return token_failure(400, "invalid_request", "expiration_time is more than the application allows");
        lifetime = *seconds;
    }
    const auto custom = form_field(form, "custom_claims");
    if (!custom.empty() && !parse_json(custom)) return token_failure(400, "invalid_request", "custom_claims: no JSON");

    issued made;
    made.realm = realm.id;
    made.application = one.id;
    made.scopes = scopes;
    made.bound_to = one.body.value("classification", "") == "management_api" ? "*" : realm.id;
    made.issued_ms = clock_.now_ms();
    made.expires_ms = made.issued_ms + lifetime * 1000;
    const std::lock_guard tokens(token_mutex_);
    made.id = base64url(token_random_.hex(12));
    const auto text = jwt(asked, made, custom);
    note_issued("access token", text);
    tokens_[text] = made;
    json body{{"access_token", text}, {"token_type", "Bearer"}, {"expires_in", lifetime}};
    if (knob_.token_scope) body["scope"] = scopes;
    auto out = json_answer(200, body.dump());
    out.headers.emplace_back("Cache-Control", "no-store");
    return out;
}

// Three parts like any JWT; the signature is of nobody. Under the token lock.
std::string beyond_server::jwt(const request& asked, const issued& made, std::string_view custom)
{
    const auto place = "tenants/" + tenant_ + "/realms/" + made.realm + "/applications/" + made.application;
    const auto issuer = "https://" + std::string(asked.header("Host")) + "/v1/" + place;
    const json head{{"alg", "RS256"},
                    {"jku", issuer + "/.well-known/jwks.json"},
                    {"kid", made.application.substr(0, 8)},
                    {"typ", "JWT"}};
    json claims{{"aud", {"beyondidentity"}},    {"azp", place},         {"bi_p", place},
                {"bi_r", made.bound_to},        {"bi_t", tenant_},      {"exp", made.expires_ms / 1000},
                {"iat", made.issued_ms / 1000}, {"iss", issuer},        {"jti", made.id},
                {"nbf", made.issued_ms / 1000}, {"scope", made.scopes}, {"sub", place}};
    if (!custom.empty()) claims["bi_custom"] = parse_json(custom).value_or(json());
    return base64url(head.dump()) + "." + base64url(claims.dump()) + "." + base64url(token_random_.hex(128));
}

// Basic credentials of an application of the realm, or a Bearer token with tokens:introspect.
outgoing beyond_server::introspect(const request& asked, beyond_realm& realm)
{
    const auto form = parse_form(asked.raw->body);
    const auto header = asked.header("Authorization");
    const auto who = presented_by(asked, form);
    const std::lock_guard tokens(token_mutex_);
    bool allowed = false;
    if (header.size() > 7 && same_ignoring_case(header.substr(0, 7), "Bearer ")) {
        const auto known = tokens_.find(std::string(header.substr(7)));
        allowed = known != tokens_.end() && !known->second.revoked && known->second.expires_ms > clock_.now_ms() &&
                  (" " + known->second.scopes + " ").find(" tokens:introspect ") != std::string::npos;
    }
    const auto& applications = realm.table(beyond_kind::application);
    for (const auto& [rank, at] : applications.all()) {
        const auto& how = applications.at(at).body["protocol_config"];
        allowed = allowed || (!who.id.empty() && how.value("client_id", "") == who.id &&
                              how.value("client_secret", "") == who.secret);
    }
    if (!allowed) return failure(401, "unauthorized", "unauthorized");
    const auto known = tokens_.find(form_field(form, "token"));
    if (known == tokens_.end() || known->second.revoked || known->second.expires_ms <= clock_.now_ms())
        return json_answer(200, R"({"active":false})");
    const auto& one = known->second;
    return json_answer(200, json{{"active", true},
                                 {"scope", one.scopes},
                                 {"exp", one.expires_ms / 1000},
                                 {"iat", one.issued_ms / 1000},
                                 {"jti", one.id},
                                 {"aud", {"beyondidentity"}}}
                                .dump());
}

outgoing beyond_server::discovery(const request& asked, const beyond_realm& realm, const std::string& application) const
{
    const auto issuer = "https://" + std::string(asked.header("Host")) + "/v1/tenants/" + tenant_ + "/realms/" +
                        realm.id + "/applications/" + application;
    return json_answer(200,
                       json{{"issuer", issuer},
                            {"authorization_endpoint", issuer + "/authorize"},
                            {"token_endpoint", issuer + "/token"},
                            {"jwks_uri", issuer + "/.well-known/jwks.json"},
                            {"grant_types_supported", {"authorization_code", "client_credentials"}},
                            {"token_endpoint_auth_methods_supported", {"client_secret_basic", "client_secret_post"}}}
                           .dump());
}

} // namespace idferry::sandbox
