// Credentials (passkeys) and the jobs that bind new ones.
#include "tests/sandbox/beyond_identity.hpp"
#include "tests/sandbox/beyond_identity_text.hpp"
#include "tests/sandbox/issued.hpp"

namespace idferry::sandbox {
namespace {

constexpr std::int64_t job_life_ms = 7LL * 24 * 3600 * 1000;

bool is_open(std::string_view state)
{
    return state == "LINK_SENT" || state == "LINK_OPENED" || state == "REQUEST_DELIVERED";
}

} // namespace

// As stored, or EXPIRED once its time is over. The older documents know only the first four states.
std::string beyond_server::job_state(const beyond_object& job) const
{
    auto state = job.body.value("state", "LINK_SENT");
    const auto expires = beyond_time_ms(job.body.value("expire_time", ""));
    return is_open(state) && expires > 0 && expires <= clock_.now_ms() && !older() ? "EXPIRED" : state;
}

outgoing beyond_server::owned_list(beyond_call& call, beyond_kind kind, const std::vector<std::string_view>& filters)
{
    const auto& table = call.realm->table(kind);
    if (call.at("identity") == "-") return object_list(call, kind, table.all(), filters);
    const auto at = call.realm->directory.find_identity(call.at("identity"));
    static const ranked none; // an unknown identity has none: no 404 is documented
    return object_list(call, kind, at == no_slot ? none : table.of(at), filters);
}

outgoing beyond_server::credential_list(beyond_call& call)
{
    return owned_list(call, beyond_kind::credential, {"state", "jwk_thumbprint"});
}

outgoing beyond_server::credential_get(beyond_call& call)
{
    return object_get(call, beyond_kind::credential);
}

outgoing beyond_server::credential_revoke(beyond_call& call)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::credential, refused);
    if (at == no_slot) return refused;
    auto& body = call.realm->table(beyond_kind::credential).at(at).body;
    if (body["state"] != "REVOKED") {
        body["state"] = "REVOKED";
        body["update_time"] = now(6);
    }
    return json_answer(200, body.dump());
}

// What is wrong with a job or a template of jobs; `at` is the name of its fields.
void beyond_server::check_job(violations& found, const beyond_realm& realm, const json& job,
                              const std::string& at) const
{
    const auto id = job.value("authenticator_config_id", json());
    const auto inline_config = job.value("authenticator_config", json());
    if (id.is_string()) {
        if (realm.table(beyond_kind::authenticator_config).find(id.get<std::string>()) == no_slot)
            found.emplace_back(at + ".authenticator_config_id", "authenticator config not found");
    } else if (inline_config.is_object()) {
        const auto type = inline_config.value("config", json::object()).value("type", "");
        if (type != "embedded" && type != "console" && type != "platform")
            found.emplace_back(at + ".authenticator_config", "invalid type");
    } else {
        found.emplace_back(at + ".authenticator_config_id", "missing");
    }
}

// A job of an identity. Its link's token goes to the sandbox's list of secrets.
slot beyond_server::add_job(beyond_realm& realm, slot identity, const json& given, const std::string& batch)
{
    const auto& who = realm.directory.identity(identity);
    const auto delivery = given.value("delivery_method", "EMAIL");
    const auto time = now(6);
    beyond_object made;
    made.id = new_id();
    made.owner = identity;
    made.secret = beyond_word(secrets_, 43);
    note_issued("binding link", made.secret);
    made.body = {
        {"id", made.id},
        {"identity_id", who.id},
        {"realm_id", realm.id},
        {"tenant_id", tenant_},
        {"delivery_method", delivery},
        {"state", delivery == "EMAIL" && knob_.jobs_fail_to_send && !older() ? "FAILED_TO_SEND" : "LINK_SENT"}};
    if (!batch.empty()) made.body["batch_id"] = batch;
    for (const char* name : {"post_binding_redirect_uri", "authenticator_config", "authenticator_config_id"})
        if (given.contains(name)) made.body[name] = given[name];
    made.body["expire_time"] = beyond_time(clock_.now_ms() + job_life_ms, 6);
    made.body["create_time"] = made.body["update_time"] = time;
    return realm.table(beyond_kind::job).add(std::move(made));
}

outgoing beyond_server::without_address(const std::string& id) const
{
    constexpr std::string_view message = "Identity missing email address";
    return failure(
        422, "unprocessable_entity", message,
        json::array({{{"type", "ResourceInfo"}, {"resource_type", "Identity"}, {"id", id}, {"description", message}}}));
}

outgoing beyond_server::job_create(beyond_call& call)
{
    auto& realm = *call.realm;
    const auto identity = realm.directory.find_identity(call.at("identity"));
    if (identity == no_slot) return missing("Identity", call.at("identity"));
    outgoing refused;
    const auto* given = enveloped(call, "job", refused);
    if (given == nullptr) return refused;
    violations found;
    const auto delivery = given->value("delivery_method", json());
    if (delivery.is_null())
        found.emplace_back("job.delivery_method", "missing");
    else if (delivery != "RETURN" && delivery != "EMAIL")
        found.emplace_back("job.delivery_method", "invalid value");
    check_job(found, realm, *given, "job");
    if (!found.empty()) return bad(found);
    if (delivery == "EMAIL" && realm.directory.identity(identity).trait(trait_email).empty())
        return without_address(call.at("identity"));
    const auto& job = realm.table(beyond_kind::job).at(add_job(realm, identity, *given, ""));
    json body{{"credential_binding_job", shown(job, beyond_kind::job, false)}};
    if (delivery == "RETURN")
        body["credential_binding_link"] = "https://" + std::string(call.asked.header("Host")) + "/v1/tenants/" +
                                          tenant_ + "/realms/" + realm.id + "/identities/" + call.at("identity") +
                                          "/credential-binding-jobs/" + job.id +
                                          ":invokeAuthenticator?token=" + job.secret;
    return json_answer(200, body.dump());
}

outgoing beyond_server::job_list(beyond_call& call)
{
    return owned_list(call, beyond_kind::job, {"state", "delivery_method"});
}

outgoing beyond_server::job_get(beyond_call& call)
{
    return object_get(call, beyond_kind::job);
}

outgoing beyond_server::job_revoke(beyond_call& call)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::job, refused);
    if (at == no_slot) return refused;
    auto& job = call.realm->table(beyond_kind::job).at(at);
    if (!is_open(job_state(job)))
        return conflict("credential binding job is " + lower_ascii(job_state(job)),
                        json::array({{{"type", "ResourceInfo"},
                                      {"resource_type", "CredentialBindingJob"},
                                      {"id", job.id},
                                      {"description", "credential binding job is " + lower_ascii(job_state(job))}}}));
    job.body["state"] = "REVOKED";
    job.body["update_time"] = now(6);
    return json_answer(200, job.body.dump());
}

// Jobs for many. Those without an address fail; the others are sent at once, although the answer still says RUNNING.
outgoing beyond_server::batch_create(beyond_call& call)
{
    auto& realm = *call.realm;
    outgoing refused;
    const auto* given = enveloped(call, "batch_credential_binding_job", refused);
    if (given == nullptr) return refused;
    const std::string prefix = "batch_credential_binding_job";
    violations found;
    const auto ids = take_ids(found, *given, "identity_ids");
    const auto job = given->value("job_template", json());
    if (!job.is_object())
        found.emplace_back(prefix + ".job_template", "missing");
    else
        check_job(found, realm, job, prefix + ".job_template");
    if (!found.empty()) return bad(found);
    const auto wanted = knob_.batch_queued + static_cast<std::int64_t>(ids.size());
    if (wanted > knob_.batch_queue) {
        const auto most = std::to_string(knob_.batch_queue);
        auto out = failure(429, "too_many_requests",
                           "Maximum queue sized reached. Maximum: " + most +
                               " Current Total: " + std::to_string(knob_.batch_queued) +
                               " Overage: " + std::to_string(wanted - knob_.batch_queue));
        out.headers.emplace_back("RateLimit-Limit", most);
        out.headers.emplace_back("RateLimit-Remaining", std::to_string(knob_.batch_queue - knob_.batch_queued));
        return out;
    }
    const auto time = now(6);
    json body{{"id", random_.uuid()}, {"tenant_id", tenant_}, {"realm_id", realm.id}, {"identity_ids", ids},
              {"state", "RUNNING"},   {"job_template", job},  {"create_time", time},  {"update_time", time}};
    const auto answer_body = body.dump();
    auto errors = json::object();
    auto results = json::array();
    for (const auto& id : ids) {
        const auto who = realm.directory.find_identity(id);
        const char* trouble = who == no_slot ? "identity not found"
                              : realm.directory.identity(who).trait(trait_email).empty()
                                  ? "Identity missing email address"
                                  : nullptr;
        if (trouble != nullptr) {
            errors[id] = {{"last_error", trouble}, {"failed_permanently", true}};
            results.push_back({{"identity_id", id}, {"error", errors[id]}});
            continue;
        }
        const auto made = add_job(realm, who, job, body["id"].get<std::string>());
        results.push_back(
            {{"identity_id", id}, {"credential_binding_job_id", realm.table(beyond_kind::job).at(made).id}});
    }
    body["state"] = errors.empty() ? "SUCCESS" : errors.size() == ids.size() ? "FAILED" : "PARTIAL_SUCCESS";
    if (!errors.empty()) body["state_commentary"] = {{"errors", errors}};
    body["job_results"] = std::move(results); // shown by listResults only
    add_object(realm, beyond_kind::batch, std::move(body));
    return json_answer(200, answer_body);
}

outgoing beyond_server::batch_get(beyond_call& call)
{
    return object_get(call, beyond_kind::batch);
}

outgoing beyond_server::batch_results(beyond_call& call)
{
    outgoing refused;
    const auto at = find_object(call, beyond_kind::batch, refused);
    if (at == no_slot) return refused;
    const auto& results = call.realm->table(beyond_kind::batch).at(at).body["job_results"];
    page wanted;
    if (auto bad_page = read_page(call, 200, 200, wanted)) return *bad_page;
    ranked all;
    std::size_t failed = 0;
    for (std::size_t row = 0; row < results.size(); ++row) {
        all.emplace(row, static_cast<slot>(row));
        failed += results[row].contains("error") ? 1U : 0U;
    }
    auto out =
        list(call, wanted, {"job_results", all, [&](std::string& text, slot row) { text += results[row].dump(); }});
    const auto counts = ",\"total_success_count\":" + std::to_string(results.size() - failed) +
                        ",\"total_failure_count\":" + std::to_string(failed) + ",\"total_pending_count\":0}";
    out.body.pop_back();
    out.body += counts;
    return out;
}

// What a person does with a link, or time with a job: the state is set; COMPLETE makes the credential.
outgoing beyond_server::edit_job(const request& asked, beyond_realm& realm, const std::string& id)
{
    const auto at = realm.table(beyond_kind::job).find(id);
    if (at == no_slot) return json_answer(404, R"({"error":"no such job"})");
    auto& job = realm.table(beyond_kind::job).at(at);
    const auto body = parse_json(asked.raw->body);
    if (asked.method == "PATCH" && body && body->is_object()) {
        job.body.merge_patch(*body);
        job.body["update_time"] = now(6);
        if (job.body["state"] == "COMPLETE" && !job.body.contains("credential_id"))
            job.body["credential_id"] = add_credential(realm, job.owner);
    }
    return json_answer(200, job.body.dump());
}

std::string beyond_server::add_credential(beyond_realm& realm, slot identity)
{
    beyond_object made;
    made.id = new_id();
    made.owner = identity;
    made.body = beyond_credential(made.id, realm.directory.identity(identity).id, realm.id, tenant_, now(6));
    const auto id = made.id;
    realm.table(beyond_kind::credential).add(std::move(made));
    return id;
}

} // namespace idferry::sandbox
