#include "daemon/admin/web_gateway.hpp"

#include "connectors/http/listener.hpp"
#include "connectors/http/transport_options.hpp"
#include "daemon/admin/answers.hpp"
#include "daemon/admin/request_check.hpp"
#include "mapping/json.hpp"

#include <fmt/format.h>

#include <array>
#include <stdexcept>
#include <sys/random.h>

namespace idferry::daemon::admin {

namespace http = connectors::http;

namespace {

constexpr int most_wrong_tokens = 5;

std::string random_token()
{
    std::array<unsigned char, 32> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        throw std::runtime_error("the system has no random numbers");
    std::string out;
    for (const auto b : bytes) out += fmt::format("{:02x}", b);
    return out;
}

// What coroutines of requests share; they keep it alive.
struct gateway_core
{
    explicit gateway_core(const gateway_settings& s)
        : once(random_token()), session(random_token()), right_once(once), right_session(session)
    {
        http::transport_settings t;
        http::transport_options o;
        o.local_socket = s.socket;
        t.max_connections = 8; // of the daemon's 64
        t.times.connect = std::chrono::milliseconds(2000);
        daemon = http::make_beast_transport_with(std::move(t), std::move(o));
    }
    std::string once, session;
    token_check right_once, right_session;
    bool used{false};
    int wrong{0};
    std::string host; // "127.0.0.1:41235"
    std::unique_ptr<http::transport> daemon;
};
using core_ptr = std::shared_ptr<gateway_core>;

outgoing refused_here(int status, std::string_view text)
{
    auto o = error_answer(status, text);
    add_security_headers(o);
    if (status == 401) o.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"idferry\"");
    return o;
}

outgoing open_session(gateway_core& core, const incoming& r)
{
    if (r.method != "POST") {
        auto o = refused_here(405, "this address takes POST");
        o.headers.emplace_back("Allow", "POST");
        return o;
    }
    mapping::json body;
    mapping::json_error wrong;
    const bool readable = mapping::parse_json(r.body, body, wrong) && body.is_object() && body.contains("token") &&
                          body["token"].is_string();
    if (!readable) return refused_here(400, "send {\"token\": \"…\"}");
    if (core.used || core.wrong >= most_wrong_tokens)
        return refused_here(403, "this address was used already; run `idferry web` again");
    if (!core.right_once.right(body["token"].get<std::string>())) {
        ++core.wrong;
        return refused_here(403, "this token is not right");
    }
    core.used = true;
    auto o = json_answer(200, {{"session", core.session}});
    add_security_headers(o);
    return o;
}

// Why a request is not passed on; nothing when it is.
std::optional<outgoing> stopped_here(gateway_core& core, const incoming& r, target_parts& target)
{
    if (auto wrong = take_apart(r.target, target)) return refused_here(wrong->status, wrong->text);
    const auto host = r.header("Host");
    const bool by_name = host == "localhost" + core.host.substr(core.host.find(':'));
    if (host != core.host && !by_name) return refused_here(421, "open http://" + core.host + "/ instead");
    if (auto wrong = check_origin(r, false)) return refused_here(wrong->status, wrong->text);
    const auto first = target.segments.empty() ? std::string() : target.segments.front();
    if (first == "session" && target.segments.size() == 1) return open_session(core, r);
    if ((first == "api" || first == "metrics") && !core.right_session.right(bearer_token(r)))
        return refused_here(401, "the session's token is needed; run `idferry web` again");
    return std::nullopt;
}

http::request passed_on(const incoming& r)
{
    http::request out(r.method, "http://localhost" + r.target);
    for (const char* name : {"Content-Type", "Accept", "If-None-Match"})
        if (const auto value = r.header(name); !value.empty()) out.headers.emplace_back(name, std::string(value));
    out.body = r.body;
    return out;
}

outgoing passed_back(http::response answer)
{
    outgoing o;
    o.status = answer.status;
    for (auto& [name, value] : answer.headers) {
        const bool ours = name == "Connection" || name == "Content-Length" || name == "Transfer-Encoding";
        if (!ours) o.headers.emplace_back(std::move(name), std::move(value));
    }
    o.body = std::move(answer.body);
    return o;
}

boost::asio::awaitable<outgoing> pass(core_ptr core, incoming r)
{
    target_parts target;
    if (auto stopped = stopped_here(*core, r, target)) co_return std::move(*stopped);
    auto request = passed_on(r);
    auto answer = co_await core->daemon->exchange(std::move(request));
    if (!answer) co_return refused_here(502, "the daemon does not answer: " + answer.error().detail);
    co_return passed_back(std::move(*answer));
}

class local_gateway final : public web_gateway
{
public:
    local_gateway(boost::asio::any_io_executor executor, const gateway_settings& settings)
        : core_(std::make_shared<gateway_core>(settings))
    {
        http::listener_settings s;
        s.max_connections = 32;
        s.beyond = http::when_full::refuse;
        s.max_body_bytes = 1024 * 1024;
        s.max_header_bytes = 16 * 1024;
        s.idle = settings.idle;
        s.whole_body = settings.idle;
        listener_ = http::listen_async(std::move(executor), std::move(s),
                                       [core = core_](incoming r) { return pass(core, std::move(r)); });
        core_->host = fmt::format("127.0.0.1:{}", listener_->port());
    }
    unsigned short port() const override { return listener_->port(); }
    std::string url() const override { return fmt::format("http://{}/#token={}", core_->host, core_->once); }
    void stop() override { listener_->stop(); }

private:
    core_ptr core_;
    std::unique_ptr<http::listener> listener_;
};

} // namespace

std::unique_ptr<web_gateway> open_gateway(boost::asio::any_io_executor executor, gateway_settings settings)
{
    return std::make_unique<local_gateway>(std::move(executor), settings);
}

} // namespace idferry::daemon::admin
