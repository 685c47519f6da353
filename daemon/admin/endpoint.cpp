#include "daemon/admin/endpoint.hpp"

#include "connectors/clock.hpp"
#include "daemon/admin/assets.hpp"
#include "mapping/json.hpp"

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace idferry::daemon::admin {

namespace http = connectors::http;

namespace {

constexpr std::chrono::seconds token_read_again_after{5};

std::string file_text(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) throw std::runtime_error("admin.tcp.tls: " + path + " cannot be read");
    return text.str();
}

// Pages are public: they hold nothing but what the package holds, and ask for the token themselves.
outgoing page(const asset& a, const call& c)
{
    outgoing o;
    const bool known = c.if_none_match == a.etag;
    o.status = known ? 304 : 200;
    o.headers.emplace_back("Content-Type", std::string(a.content_type));
    o.headers.emplace_back("ETag", std::string(a.etag));
    o.headers.emplace_back("Cache-Control", "no-cache"); // kept, and asked about each time
    if (!known) o.body = std::string(a.content);
    return o;
}

// The token, as it is now: a {file:} may be rotated without anybody telling us.
class token_keeper
{
public:
    token_keeper(config::secret_resolver secrets, config::secret_ref reference)
        : secrets_(std::move(secrets)), reference_(std::move(reference))
    {
    }

    // Reads it anew; gives what is wrong, or "".
    std::string read()
    {
        read_at_ = connectors::steady_now();
        check_ = {};
        const auto found = secrets_(reference_);
        if (const auto* why = std::get_if<std::string>(&found)) return "admin.tcp.token: " + *why;
        const auto& token = std::get<config::secret>(found).reveal();
        if (token.size() < run::shortest_admin_token)
            return fmt::format(
                "admin.tcp.token: {} characters at least are needed; `openssl rand -hex 32` makes a good one",
                run::shortest_admin_token);
        check_ = token_check(token);
        return {};
    }

    bool right(std::string_view presented)
    {
        if (presented.empty()) return false;
        if (check_.right(presented)) return true;
        // Only files are asked again, and rarely: a program is not run because somebody guesses.
        const bool due = connectors::steady_now() - read_at_ >= token_read_again_after;
        if (reference_.from != config::secret_ref::kind::file || !due) return false;
        return read().empty() && check_.right(presented);
    }

private:
    config::secret_resolver secrets_;
    config::secret_ref reference_;
    token_check check_;
    connectors::clock::steady_time read_at_{};
};

class http_endpoint final : public endpoint
{
public:
    http_endpoint(boost::asio::any_io_executor executor, endpoint_settings settings, endpoint_parts parts)
        : settings_(std::move(settings)), parts_(std::move(parts))
    {
        add_health_routes(routes_, parts_.api);
        add_read_routes(routes_, parts_.api);
        add_action_routes(routes_, parts_.api);
        listed_ = routes_.list();
        for (const auto& a : assets())
            routes_.add({"GET", std::string(a.path), [&a](const call& c) { return page(a, c); }});
        open_socket(executor);
        if (settings_.where.tcp) open_tcp(executor, *settings_.where.tcp);
    }
    ~http_endpoint() override { stop(); }
    http_endpoint(const http_endpoint&) = delete;
    http_endpoint& operator=(const http_endpoint&) = delete;

    std::vector<std::string> addresses() const override { return addresses_; }
    unsigned short tcp_port() const override { return over_tcp_ ? over_tcp_->port() : 0; }

    std::vector<std::string> routes() const override { return listed_; }

    change reloaded(const run::admin_settings& now) override
    {
        change c;
        c.needs_restart = !now.same_places(settings_.where);
        if (token_) c.token_trouble = token_->read();
        return c;
    }

    void stop() override
    {
        if (socket_) socket_->stop();
        if (over_tcp_) over_tcp_->stop();
    }

private:
    struct entrance
    {
        bool network{false}; // a token is needed, and the Host counts
        bool secure{false};
    };

    http::listener_settings bounds() const
    {
        http::listener_settings s;
        s.max_connections = settings_.max_connections;
        s.beyond = http::when_full::refuse;
        s.max_body_bytes = settings_.max_body_bytes;
        s.max_header_bytes = settings_.max_header_bytes;
        s.idle = settings_.idle;
        s.whole_body = settings_.whole_body;
        s.told = parts_.dropped;
        return s;
    }

    void open_socket(const boost::asio::any_io_executor& executor)
    {
        auto s = bounds();
        s.local.path = settings_.where.socket;
        s.local.group = settings_.where.group;
        socket_ = http::listen(executor, std::move(s), [this](const incoming& r) { return handle(r, {}); });
        addresses_.push_back(settings_.where.socket);
    }

    void open_tcp(const boost::asio::any_io_executor& executor, const run::admin_tcp& where)
    {
        auto s = bounds();
        s.address = where.address;
        s.port = settings_.any_port ? 0 : static_cast<unsigned short>(where.port);
        if (where.tls) {
            s.certificate_pem = file_text(where.tls->certificate);
            s.key_pem = file_text(where.tls->key);
        }
        token_.emplace(parts_.secrets, where.token);
        if (auto wrong = token_->read(); !wrong.empty()) throw std::runtime_error(wrong);
        auto names = where.names;
        names.push_back(where.address);
        names_ = host_names(names);
        const entrance by{.network = true, .secure = where.tls.has_value()};
        over_tcp_ = http::listen(executor, std::move(s), [this, by](const incoming& r) { return handle(r, by); });
        const bool six = where.address.find(':') != std::string::npos;
        addresses_.push_back(fmt::format("{}://{}{}{}:{}", by.secure ? "https" : "http", six ? "[" : "", where.address,
                                         six ? "]" : "", over_tcp_->port()));
    }

    outgoing handle(const incoming& r, entrance by)
    {
        const auto began = connectors::steady_now();
        target_parts target;
        std::string reason;
        auto o = answer(r, by, target, reason);
        add_security_headers(o);
        if (parts_.told) {
            answered a;
            a.method = r.method;
            a.path = target.path;
            a.peer = r.peer;
            a.status = o.status;
            a.reason = std::move(reason);
            a.took = connectors::steady_now() - began;
            parts_.told(a);
        }
        return o;
    }

    outgoing answer(const incoming& r, entrance by, target_parts& target, std::string& reason)
    {
        const auto refuse = [&](const refusal& why) {
            reason = why.text;
            return error_answer(why.status, why.text);
        };
        if (auto wrong = take_apart(r.target, target)) return refuse(*wrong);
        if (by.network)
            if (auto wrong = check_host(r, names_)) return refuse(*wrong);
        if (auto wrong = check_origin(r, by.secure)) return refuse(*wrong);
        if (by.network && is_private(target) && !token_->right(bearer_token(r))) {
            auto o = refuse({401, r.header("Authorization").empty() ? "a bearer token is needed"
                                                                    : "this bearer token is not right"});
            o.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"idferry\"");
            return o;
        }
        const auto m = routes_.find(r.method, target.segments);
        if (m.found == nullptr && m.allow.empty()) return refuse({404, "there is nothing at this address"});
        if (m.found == nullptr) {
            auto o = refuse({405, "this address takes " + m.allow});
            o.headers.emplace_back("Allow", m.allow);
            return o;
        }
        call c;
        c.method = m.found->method;
        c.names = m.names;
        c.query = target.query;
        c.by = r.peer;
        c.if_none_match = std::string(r.header("If-None-Match"));
        if (auto wrong = take_body(r, c)) return refuse(*wrong);
        return m.found->answer(c);
    }

    // Everything but pages and the two questions that a load balancer asks.
    static bool is_private(const target_parts& target)
    {
        if (target.segments.empty()) return false;
        const auto& first = target.segments.front();
        return first == "api" || first == "metrics";
    }

    static std::optional<refusal> take_body(const incoming& r, call& c)
    {
        if (c.method != "POST") {
            if (!r.body.empty()) return refusal{400, "a request that reads has no body"};
            return std::nullopt;
        }
        mapping::json body = mapping::json::object();
        mapping::json_error wrong;
        if (!r.body.empty() && !mapping::parse_json(r.body, body, wrong))
            return refusal{400, fmt::format("the body is not JSON: {} (at byte {})", wrong.message, wrong.offset)};
        if (!body.is_object()) return refusal{400, "the body must be a JSON object"};
        c.body = std::make_shared<const mapping::json>(std::move(body));
        return std::nullopt;
    }

    endpoint_settings settings_;
    endpoint_parts parts_;
    router routes_;
    std::vector<std::string> listed_;
    host_names names_;
    std::optional<token_keeper> token_;
    std::vector<std::string> addresses_;
    std::unique_ptr<http::listener> socket_, over_tcp_; // last: they call into what is above
};

} // namespace

std::unique_ptr<endpoint> open_endpoint(boost::asio::any_io_executor executor, endpoint_settings settings,
                                        endpoint_parts parts)
{
    return std::make_unique<http_endpoint>(std::move(executor), std::move(settings), std::move(parts));
}

} // namespace idferry::daemon::admin
