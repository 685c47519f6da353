#include "connectors/http/token_cache.hpp"

#include "connectors/http/base64.hpp"
#include "connectors/http/jwt.hpp"
#include "connectors/http/slot_queue.hpp"
#include "connectors/http/token_answer.hpp"
#include "connectors/http/url_parts.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace idferry::connectors::http {

namespace asio = boost::asio;
using config::secret;
using config::secret_ref;
using std::chrono::milliseconds;

namespace {

constexpr std::chrono::seconds refusal_remembered_for{60};

result<secret> resolved(const config::secret_resolver& resolve, const secret_ref& ref, const std::string& what)
{
    auto found = resolve(ref);
    if (auto* s = std::get_if<secret>(&found)) return std::move(*s);
    failure f;
    f.next = disposition::stop;
    f.detail = what + " " + ref.text() + ": " + std::get<std::string>(found);
    return f;
}

class client_credentials final : public token_source
{
public:
    client_credentials(client_credentials_settings s, config::secret_resolver resolve, transport& through, clock& time)
        : settings_(std::move(s)), resolve_(std::move(resolve)), through_(through), time_(time)
    {
    }

    asio::awaitable<result<std::string>> authorization() override
    {
        if (auto known = remembered()) co_return std::move(*known);
        const auto seen = outcomes_;
        auto turn = co_await one_at_a_time_.acquire();
        if (auto known = remembered()) co_return std::move(*known);
        // Whoever waited for the same request shares its failure instead of repeating it.
        if (seen != outcomes_ && last_failure_) co_return *last_failure_;
        auto secret_value = resolved(resolve_, settings_.client_secret, "client_secret");
        if (!secret_value) co_return secret_value.error();
        auto got = co_await fetch(std::move(*secret_value));
        ++outcomes_;
        if (!got) {
            last_failure_ = got.error();
            if (last_failure_->next != disposition::retry) refused_until_ = time_.steady() + refusal_remembered_for;
            co_return *last_failure_;
        }
        last_failure_.reset();
        const auto margin = std::min(settings_.expiry_margin, got->lifetime / 2);
        good_until_ = time_.steady() + (got->lifetime - margin);
        lifetime_ = got->lifetime;
        scope_ = std::move(got->scope);
        current_ = std::move(got->authorization);
        co_return current_;
    }

    bool refused(const std::string& used) override
    {
        if (used == current_) current_.clear();
        return true;
    }

    std::uint64_t requests() const override { return requests_; }
    token_facts facts() const override { return {true, lifetime_, std::nullopt, scope_}; }

private:
    std::optional<result<std::string>> remembered() const
    {
        const auto now = time_.steady();
        if (!current_.empty() && now < good_until_) return result<std::string>(current_);
        if (last_failure_ && refused_until_ && now < *refused_until_) return result<std::string>(*last_failure_);
        return std::nullopt;
    }

    asio::awaitable<result<token>> fetch(secret client_secret)
    {
        const std::string endpoint = url_for_messages(settings_.token_url);
        ++requests_;
        auto answer = co_await through_.exchange(token_request(client_secret));
        if (answer) co_return read_token_answer(*answer, endpoint, client_secret.reveal());
        auto f = answer.error();
        f.outcome_unknown = false; // asking again costs nothing
        f.detail = "asking for a token: " + f.detail;
        co_return f;
    }

    request token_request(const secret& client_secret) const
    {
        request r("POST", settings_.token_url);
        r.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
        r.headers.emplace_back("Accept", "application/json");
        r.body = "grant_type=client_credentials";
        if (!settings_.scope.empty()) r.body += "&scope=" + form_encode(settings_.scope);
        const auto& id = settings_.client_id;
        const auto& key = client_secret.reveal();
        if (settings_.auth == client_credentials_settings::client_auth::post) {
            r.body += "&client_id=" + form_encode(id) + "&client_secret=" + form_encode(key);
            return r;
        }
        const bool encode = settings_.basic_form_urlencode;
        const auto pair = encode ? form_encode(id) + ":" + form_encode(key) : id + ":" + key;
        r.headers.emplace_back("Authorization", "Basic " + base64(pair));
        return r;
    }

    client_credentials_settings settings_;
    config::secret_resolver resolve_;
    transport& through_;
    clock& time_;
    slot_queue one_at_a_time_{1};
    std::string current_;
    std::optional<milliseconds> lifetime_;
    std::string scope_;
    clock::steady_time good_until_{};
    std::optional<failure> last_failure_;
    std::optional<clock::steady_time> refused_until_;
    std::uint64_t outcomes_{0}; // of requests that ended, well or not
    std::uint64_t requests_{0};
};

class bearer_token final : public token_source
{
public:
    bearer_token(secret_ref ref, config::secret_resolver resolve) : ref_(std::move(ref)), resolve_(std::move(resolve))
    {
    }

    asio::awaitable<result<std::string>> authorization() override
    {
        if (value_.empty()) {
            auto read = read_again();
            if (!read) co_return read.error();
            value_ = std::move(*read);
        }
        co_return value_;
    }

    // A file, a credential or a command may give another token by now; the environment cannot.
    bool refused(const std::string& used) override
    {
        if (used != value_) return true;
        if (ref_.from == secret_ref::kind::env) return false;
        auto read = read_again();
        if (!read || *read == value_) return false;
        value_ = std::move(*read);
        return true;
    }

    std::uint64_t requests() const override { return 0; }
    token_facts facts() const override
    {
        constexpr std::size_t scheme = 7; // "Bearer "
        return {false, std::nullopt, jwt_expiry(std::string_view(value_).substr(std::min(scheme, value_.size()))), {}};
    }

private:
    result<std::string> read_again() const
    {
        auto s = resolved(resolve_, ref_, "token");
        if (!s) return s.error();
        if (is_header_safe_token(s->reveal())) return "Bearer " + s->reveal();
        failure f;
        f.next = disposition::stop;
        f.detail = "token " + ref_.text() + ": holds a blank, a line break or a character outside ASCII";
        return f;
    }

    secret_ref ref_;
    config::secret_resolver resolve_;
    std::string value_; // "Bearer …"
};

} // namespace

std::shared_ptr<token_source> make_client_credentials(client_credentials_settings settings,
                                                      config::secret_resolver resolve, transport& through, clock& time)
{
    return std::make_shared<client_credentials>(std::move(settings), std::move(resolve), through, time);
}

std::shared_ptr<token_source> make_bearer_token(secret_ref token, config::secret_resolver resolve)
{
    return std::make_shared<bearer_token>(std::move(token), std::move(resolve));
}

std::shared_ptr<token_source> make_credentials(const auth_settings& settings, config::secret_resolver resolve,
                                               transport& through, clock& time)
{
    if (settings.bearer) return make_bearer_token(*settings.bearer, std::move(resolve));
    if (settings.client_credentials)
        return make_client_credentials(*settings.client_credentials, std::move(resolve), through, time);
    return nullptr;
}

asio::awaitable<result<token_facts>> log_in(auth_settings settings, config::secret_resolver resolve,
                                            std::unique_ptr<transport> through, clock& time)
{
    const auto credentials = make_credentials(settings, std::move(resolve), *through, time);
    if (!credentials) co_return token_facts{};
    const auto got = co_await credentials->authorization();
    if (!got) co_return got.error();
    co_return credentials->facts();
}

} // namespace idferry::connectors::http
