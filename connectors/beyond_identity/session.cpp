#include "connectors/beyond_identity/session.hpp"

#include "connectors/http/percent_encoding.hpp"
#include "mapping/json.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace idferry::connectors::beyond_identity {

namespace asio = boost::asio;

namespace {

// After so many calls on end that failed although each was retried, the service is down.
constexpr int down_after = 5;
// Both spellings are documented; proxies may drop the one with an underscore (apis: Beyond Identity, section 4.8).
constexpr const char* correlation_headers[] = {"x-correlation_id", "x-correlation-id"};

std::string correlation_id_of(const http::response& answer)
{
    for (const auto* name : correlation_headers)
        if (const auto value = answer.header(name); value && !value->empty() && value->size() <= 100)
            return std::string(*value);
    return {};
}

} // namespace

session::session(std::shared_ptr<const beyond_identity_settings> s, const environment& env)
    : settings_(std::move(s)), time_(env.time), transport_(env.make_transport(settings_->for_http().transport)),
      credentials_(http::make_credentials(settings_->auth, env.secrets, *transport_, env.time)),
      client_(http::make_client(*transport_, env.time, credentials_, settings_->for_http().client,
                                env.shared_pacer(settings_->for_http().client.pace)))
{
}

std::size_t session::width() const
{
    return static_cast<std::size_t>(std::max(1, settings_->rate.concurrency));
}

std::string session::in_realm(std::string_view below) const
{
    return settings_->realm_path() + std::string(below);
}

std::string session::item(std::string_view collection, std::string_view id, std::string_view verb)
{
    std::string out = std::string(collection) + "/" + http::path_segment(id);
    if (!verb.empty()) out += ":" + std::string(verb);
    return out;
}

std::string session::new_correlation_id()
{
    const auto part = [this] { return static_cast<std::uint32_t>(time_.random() * 4294967296.0); };
    const auto a = part(), b = part(), c = part(), d = part();
    return fmt::format("{:08x}-{:04x}-4{:03x}-a{:03x}-{:04x}{:08x}", a, b >> 16U, b & 0xfffU, c & 0xfffU, c >> 16U, d);
}

void session::note(const result<reply>& r)
{
    const bool down = r.has_error() ? r.error().next == disposition::retry : r->answer.status >= 500;
    failures_on_end_ = down ? failures_on_end_ + 1 : 0;
}

asio::awaitable<result<reply>> session::send(call c)
{
    std::string url = settings_->api_url + c.path;
    char separator = '?';
    for (const auto& [name, value] : c.query) {
        url += separator + http::percent_encode(name) + "=" + http::percent_encode(value);
        separator = '&';
    }
    http::request r(c.method, std::move(url));
    r.headers.emplace_back("Accept", "application/json");
    if (c.body) {
        r.headers.emplace_back("Content-Type", "application/json");
        r.body = std::move(*c.body);
    }
    std::string id;
    if (settings_->correlation_id) {
        id = new_correlation_id();
        for (const auto* name : correlation_headers) r.headers.emplace_back(name, id);
    }
    auto sent = r; // for messages: the client takes the other one
    sent.body.clear();
    auto answer = co_await client_->call(std::move(r));
    if (!answer) {
        result<reply> none(answer.error());
        note(none);
        co_return none;
    }
    if (auto told = correlation_id_of(*answer); !told.empty()) id = std::move(told);
    result<reply> out(reply{std::move(sent), std::move(*answer), std::move(id)});
    note(out);
    co_return out;
}

asio::awaitable<result<reply>> session::succeed(call c)
{
    const auto scopes = c.scopes;
    auto got = co_await send(std::move(c));
    if (!got) co_return got;
    if (got->answer.status >= 200 && got->answer.status < 300) co_return got;
    co_return failed(*got, scopes);
}

asio::awaitable<result<mapping::json>> session::object(call c)
{
    const auto scopes = c.scopes;
    const bool writes = c.method != "GET";
    auto got = co_await succeed(std::move(c));
    if (!got) co_return got.error();
    mapping::json body = mapping::json::object();
    mapping::json_error error;
    const auto& text = got->answer.body;
    const bool blank = text.find_first_not_of(" \t\r\n") == std::string::npos;
    if (blank || (mapping::parse_json(text, body, error) && body.is_object()))
        co_return result<mapping::json>(boost::system::in_place_value, std::move(body));
    auto f = failed(*got, scopes);
    f.next = disposition::retry;
    f.code = "wrong_shape";
    f.outcome_unknown = writes;
    f.detail += ", but the body is not a JSON object";
    co_return f;
}

failure session::failed(const reply& r, std::string_view scopes) const
{
    const auto granted = granted_scopes();
    return read_failure(r.sent, r.answer, {scopes, granted, r.correlation_id});
}

std::string session::granted_scopes() const
{
    return credentials_ ? credentials_->facts().scope : std::string();
}

bool session::is_fatal(const failure& f) const
{
    if (f.next == disposition::stop) return true;
    return f.next == disposition::retry && failures_on_end_ >= down_after;
}

} // namespace idferry::connectors::beyond_identity
