#include "connectors/beyond_identity/identity_steps.hpp"

#include "connectors/beyond_identity/credentials.hpp"
#include "connectors/beyond_identity/list_reader.hpp"
#include "mapping/json.hpp"

#include <map>

namespace idferry::connectors::beyond_identity {

namespace asio = boost::asio;

namespace {

using mapping::json;

constexpr std::uint64_t authenticators_a_page = 100; // section 4.5

// "/identities/{id}/credentials[/{id}][:verb]"
std::string below(const mapping::target_id& person, std::string_view collection)
{
    return session::item("/identities", person.text()) + std::string(collection);
}

class identity_steps final : public account_steps
{
public:
    explicit identity_steps(std::shared_ptr<session> through) : session_(std::move(through)) {}

    asio::awaitable<result<std::string>> find_authenticator(std::string id_or_name) override;
    asio::awaitable<result<made_job>> bind(binding_request r) override;
    asio::awaitable<result<binding_job>> look(mapping::target_id person, std::string job) override;
    asio::awaitable<result<std::vector<binding_job>>> jobs(mapping::target_id person) override;
    asio::awaitable<result<void>> revoke_job(mapping::target_id person, std::string job) override;
    asio::awaitable<result<std::vector<held_credential>>> credentials(mapping::target_id person) override;
    asio::awaitable<result<void>> revoke(mapping::target_id person, std::string credential) override;

private:
    asio::awaitable<result<std::vector<json>>> whole_list(std::string path, std::string_view scopes,
                                                          std::string_view root, std::uint64_t page_size);
    asio::awaitable<result<void>> ended(call c, bool conflict_is_done);

    std::shared_ptr<session> session_;
    std::map<std::string, std::string> authenticators_; // id or name → id
};

asio::awaitable<result<std::vector<json>>> identity_steps::whole_list(std::string path, std::string_view scopes,
                                                                      std::string_view root, std::uint64_t page_size)
{
    list_spec spec({list_kind::people, ""}, {"GET", session_->in_realm(path), scopes}, root);
    spec.page_size = page_size;
    std::vector<json> all;
    list_reader reader(session_, std::move(spec));
    for (;;) {
        auto some = co_await reader.next();
        if (!some) co_return some.error();
        if (!*some) break;
        if (!(*some)->bad.empty())
            co_return failure{disposition::retry, "GET " + path + ": " + (*some)->bad.front().why};
        for (const auto& r : (*some)->records) {
            json one;
            mapping::json_error ignored;
            if (mapping::parse_json(r.bytes, one, ignored)) all.push_back(std::move(one));
        }
    }
    if (reader.failed()) co_return *reader.failed();
    if (reader.end().state != proof::complete)
        co_return failure{disposition::retry, "GET " + path + " could not be read whole: " + reader.end().why};
    co_return all;
}

asio::awaitable<result<std::string>> identity_steps::find_authenticator(std::string id_or_name)
{
    if (const auto known = authenticators_.find(id_or_name); known != authenticators_.end()) co_return known->second;
    auto all = co_await whole_list("/authenticator-configs", "authenticator-configs:read", "authenticator_configs",
                                   authenticators_a_page);
    if (!all) co_return all.error();
    std::vector<std::string> named;
    for (const auto& one : *all) {
        const auto id = one.value("id", json()), name = one.value("display_name", json());
        if (!id.is_string()) continue;
        if (id == id_or_name) {
            named = {id.get<std::string>()};
            break;
        }
        if (name == id_or_name) named.push_back(id.get<std::string>());
    }
    if (named.size() == 1) co_return authenticators_[id_or_name] = named.front();
    failure f{disposition::reject, named.empty() ? "no authenticator config has the id or the name '" + id_or_name + "'"
                                                 : "several authenticator configs are called '" + id_or_name +
                                                       "': give the id of the one that is meant (" + named[0] + ", " +
                                                       named[1] + ", …)"};
    f.code = "authenticator";
    co_return f;
}

asio::awaitable<result<made_job>> identity_steps::bind(binding_request r)
{
    auto authenticator = co_await find_authenticator(r.authenticator);
    if (!authenticator) co_return authenticator.error();
    call c("POST", session_->in_realm(below(r.person, "/credential-binding-jobs")), "credential-binding-jobs:create");
    c.body = mapping::to_text(job_creation(r, *authenticator));
    auto answer = co_await session_->object(std::move(c));
    if (!answer) co_return answer.error();
    const auto job = answer->find("credential_binding_job");
    auto decoded = job != answer->end() ? decode_job(*job) : decode_job(*answer);
    const auto link = answer->find("credential_binding_link");
    const bool has_link = link != answer->end() && link->is_string() && !link->get_ref<const std::string&>().empty();
    if (!decoded || (r.delivery == link_delivery::link && !has_link)) {
        failure f{disposition::retry, "POST " + below(r.person, "/credential-binding-jobs") +
                                          (decoded ? " answered without a link" : " answered without a job")};
        f.code = "wrong_shape";
        f.outcome_unknown = true;
        co_return f;
    }
    made_job made{std::move(*decoded), {}};
    if (has_link) made.link = config::secret(link->get<std::string>());
    co_return result<made_job>(std::move(made));
}

asio::awaitable<result<binding_job>> identity_steps::look(mapping::target_id person, std::string job)
{
    call c("GET", session_->in_realm(session::item(below(person, "/credential-binding-jobs"), job)),
           "credential-binding-jobs:read");
    const auto path = c.path;
    auto answer = co_await session_->object(std::move(c));
    if (!answer) co_return answer.error();
    auto decoded = decode_job(*answer);
    if (decoded) co_return result<binding_job>(std::move(*decoded));
    failure f{disposition::retry, "GET " + path + " answered without a job"};
    f.code = "wrong_shape";
    co_return f;
}

asio::awaitable<result<std::vector<binding_job>>> identity_steps::jobs(mapping::target_id person)
{
    auto all = co_await whole_list(below(person, "/credential-binding-jobs"), "credential-binding-jobs:read",
                                   "credential_binding_jobs", 0);
    if (!all) co_return all.error();
    std::vector<binding_job> out;
    for (const auto& one : *all)
        if (auto job = decode_job(one)) out.push_back(std::move(*job));
    co_return out;
}

asio::awaitable<result<std::vector<held_credential>>> identity_steps::credentials(mapping::target_id person)
{
    auto all = co_await whole_list(below(person, "/credentials"), "credentials:read", "credentials", 0);
    if (!all) co_return all.error();
    std::vector<held_credential> out;
    for (const auto& one : *all)
        if (auto held = decode_credential(one)) out.push_back(std::move(*held));
    co_return out;
}

asio::awaitable<result<void>> identity_steps::ended(call c, bool conflict_is_done)
{
    auto done = co_await session_->succeed(std::move(c));
    if (done) co_return result<void>();
    const auto next = done.error().next;
    if (next == disposition::not_found || (conflict_is_done && next == disposition::conflict)) co_return result<void>();
    co_return done.error();
}

asio::awaitable<result<void>> identity_steps::revoke_job(mapping::target_id person, std::string job)
{
    call c("POST", session_->in_realm(session::item(below(person, "/credential-binding-jobs"), job, "revoke")),
           "credential-binding-jobs:revoke");
    c.body = "{}";
    // 409: it is complete, expired or revoked already (section 4.4).
    co_return co_await ended(std::move(c), true);
}

asio::awaitable<result<void>> identity_steps::revoke(mapping::target_id person, std::string credential)
{
    call c("POST", session_->in_realm(session::item(below(person, "/credentials"), credential, "revoke")),
           "credentials:revoke");
    co_return co_await ended(std::move(c), false);
}

} // namespace

std::unique_ptr<account_steps> make_identity_steps(std::shared_ptr<session> through)
{
    return std::make_unique<identity_steps>(std::move(through));
}

} // namespace idferry::connectors::beyond_identity
