#include "tests/connectors/beyond_identity/realm_bench.hpp"

#include "config/node.hpp"
#include "connectors/beyond_identity/beyond_identity_connection.hpp"

#include <stdexcept>

namespace idferry::test {

using namespace connectors;

namespace {

class forwarding_transport final : public http::transport
{
public:
    explicit forwarding_transport(http::transport& to) : to_(to) {}
    boost::asio::awaitable<result<http::response>> exchange(http::request r) override
    {
        return to_.exchange(std::move(r));
    }

private:
    http::transport& to_;
};

std::shared_ptr<const connection> parse(const std::string& text, std::string& mistakes)
{
    config::diagnostics out;
    const auto tree = config::parse_yaml(text, "test.yaml", out);
    auto c = tree ? parse_beyond_identity_connection(*tree, "beyond", out) : nullptr;
    for (const auto& d : out.sorted()) mistakes += d.message + "\n";
    return c;
}

} // namespace

std::string mistakes_in(const std::string& yaml)
{
    std::string all;
    parse(yaml, all);
    return all;
}

realm_bench::realm_bench(const std::string& keys, const std::string& application_realm)
    : wire([this](const http::request& r) { return answer(r); }),
      environment_{time, [](const config::secret_ref&) { return config::secret("s3cret"); },
                   [this](http::transport_settings) { return std::make_unique<forwarding_transport>(wire); }}
{
    std::string mistakes;
    connection = parse("type: beyond_identity\napi_url: https://api.test.example\nauth_url: https://auth.test.example\n"
                       "tenant: 0001f1f460b1ace6\nrealm: 8f5bec58229e6f29\n"
                       "auth: {realm: " +
                           application_realm +
                           ", application: 38833c36-6f47-4992-9329-ea0a00915137, client_id: cid, "
                           "client_secret: {env: S}}\nrate: {requests_per_second: 0, concurrency: 4}\n"
                           "retry: {tries: 1}\n" +
                           keys + "\n",
                       mistakes);
    if (!connection) throw std::runtime_error("the bench's configuration is wrong: " + mistakes);
}

realm_bench& realm_bench::then(int status, const std::string& body, http::header_list headers)
{
    script_.push_back(make_json_answer(status, body, std::move(headers)));
    return *this;
}

result<http::response> realm_bench::answer(const http::request& r)
{
    if (r.url.starts_with("https://auth.test.example/")) {
        ++tokens;
        const mapping::json token = {{"access_token", "token-number-" + std::to_string(tokens)},
                                     {"token_type", "Bearer"},
                                     {"expires_in", 86400},
                                     {"scope", granted}};
        return make_json_answer(200, token.dump());
    }
    if (!script_.empty()) {
        auto a = std::move(script_.front());
        script_.pop_front();
        return a;
    }
    if (otherwise) return otherwise(r);
    return failure{disposition::stop, "the test has no answer left for " + r.method + " " + r.url};
}

std::unique_ptr<source> realm_bench::make_source()
{
    return connection->make_source(environment_);
}

target& realm_bench::target()
{
    if (!target_) target_ = connection->make_target(environment_);
    return *target_;
}

std::vector<std::string> realm_bench::asked() const
{
    const std::string before = std::string("https://api.test.example") + realm_path;
    std::vector<std::string> all;
    for (const auto& r : wire.requests()) {
        if (r.url.starts_with("https://auth.test.example/")) continue;
        all.push_back(r.method + " " + (r.url.starts_with(before) ? r.url.substr(before.size()) : r.url));
    }
    return all;
}

std::vector<mapping::json> realm_bench::sent() const
{
    std::vector<mapping::json> all;
    for (const auto& r : wire.requests())
        if (r.method != "GET" && !r.url.starts_with("https://auth.test.example/"))
            all.push_back(r.body.empty() ? mapping::json() : mapping::json::parse(r.body));
    return all;
}

std::string list_of(const std::string& root, const std::vector<std::string>& records, int total,
                    const std::string& token)
{
    std::string out = "{\"" + root + "\":[";
    for (const auto& r : records) out += (out.back() == '[' ? "" : ",") + r;
    out += "],\"total_size\":" + std::to_string(total);
    if (token == "null")
        out += ",\"next_page_token\":null";
    else if (token != "-")
        out += ",\"next_page_token\":\"" + token + "\"";
    return out + "}";
}

std::string identity(const std::string& id, const std::string& username, const std::string& more_traits,
                     const std::string& more)
{
    return R"({"id":")" + id +
           R"(","realm_id":"8f5bec58229e6f29","tenant_id":"0001f1f460b1ace6","display_name":"Name of )" + id + "\"" +
           more + R"(,"traits":{"type":"traits_v0","username":")" + username + "\"" + more_traits + "}}";
}

std::string group(const std::string& id, const std::string& name, const std::string& description)
{
    return R"({"id":")" + id + R"(","realm_id":"8f5bec58229e6f29","tenant_id":"0001f1f460b1ace6","display_name":")" +
           name + R"(","description":")" + description + "\"}";
}

std::string error_about(const std::string& code, const std::string& message, const std::string& type,
                        const std::vector<std::string>& ids)
{
    mapping::json body = {{"code", code}, {"message", message}, {"details", mapping::json::array()}};
    for (const auto& id : ids)
        body["details"].push_back(
            {{"type", "ResourceInfo"}, {"resource_type", type}, {"id", id}, {"description", "not found"}});
    return body.dump();
}

} // namespace idferry::test
