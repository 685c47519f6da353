#include "connectors/http/http_settings.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace idferry::connectors::http {

namespace {

config::shape<int> small_integer(int minimum, int maximum)
{
    auto wide = config::integer(minimum, maximum);
    return {[wide](const config::node& n, config::diagnostics& out) -> std::optional<int> {
                auto v = wide.parse(n, out);
                if (!v) return std::nullopt;
                return static_cast<int>(*v);
            },
            wide.doc, [](const int& v) { return std::to_string(v); }};
}

config::shape<std::size_t> byte_count(std::int64_t minimum, std::int64_t maximum)
{
    auto wide = config::integer(minimum, maximum);
    return {[wide](const config::node& n, config::diagnostics& out) -> std::optional<std::size_t> {
                auto v = wide.parse(n, out);
                if (!v) return std::nullopt;
                return static_cast<std::size_t>(*v);
            },
            wide.doc, [](const std::size_t& v) { return std::to_string(v); }};
}

config::shape<std::chrono::milliseconds> positive_duration()
{
    return config::checked<std::chrono::milliseconds>(config::duration(), [](const std::chrono::milliseconds& v) {
        return v.count() > 0 ? std::string() : std::string("must be longer than nothing");
    });
}

std::string why_not_a_proxy(const std::string& text)
{
    const std::string wanted = "must be http://host:port, or none";
    if (text == "none") return {};
    auto parsed = boost::urls::parse_uri(text);
    if (!parsed) return wanted;
    if (parsed->scheme() != "http" || parsed->host().empty()) return wanted;
    if (parsed->has_userinfo())
        return "must not hold a name or password in plain text; set HTTPS_PROXY in the environment instead";
    if (parsed->has_query() || parsed->has_fragment() || parsed->encoded_path().size() > 1) return wanted;
    return {};
}

} // namespace

http_settings http_section::settings() const
{
    http_settings all;
    all.transport.times = timeouts;
    all.transport.bounds = bounds;
    all.transport.tls = tls;
    all.transport.proxy = proxy;
    all.transport.max_connections = static_cast<std::size_t>(rate.concurrency);
    all.client.pace = rate;
    all.client.retry = retry;
    return all;
}

config::shape<pacer_settings> rate_shape()
{
    return config::named(
        config::section<pacer_settings>()
            .optional("requests_per_second", &pacer_settings::requests_per_second, config::number(0, 100000),
                      "requests per second on average; 0 = as fast as answers come. A 429 slows down by itself")
            .optional("burst", &pacer_settings::burst, small_integer(1, 100000),
                      "requests that may go at once after a pause")
            .optional("concurrency", &pacer_settings::concurrency, small_integer(1, 64),
                      "requests in flight at once, each on a connection of its own")
            .shape(),
        "rate", "how fast a service may be used");
}

config::shape<deadlines> timeouts_shape()
{
    return config::named(
        config::section<deadlines>()
            .optional("connect", &deadlines::connect, positive_duration(),
                      "until the connection stands: name look-up, TCP, proxy and TLS handshake")
            .optional("idle", &deadlines::idle, positive_duration(), "longest pause between two parts of an answer")
            .optional("total", &deadlines::total, positive_duration(),
                      "one request and its answer from beginning to end")
            .optional("keep_alive", &deadlines::keep_alive, config::duration(),
                      "how long an unused connection is kept for the next request")
            .shape(),
        "timeouts", "how long one request may take");
}

config::shape<tls_settings> tls_shape()
{
    return config::named(config::section<tls_settings>()
                             .optional("ca_file", &tls_settings::ca_file, config::non_empty_text(),
                                       "PEM file of the authorities to trust instead of the system's; verification "
                                       "itself cannot be turned off")
                             .optional("client_certificate", &tls_settings::client_certificate,
                                       config::non_empty_text(),
                                       "PEM file of our own certificate and its chain, for services that ask for one")
                             .optional("client_key", &tls_settings::client_key, config::non_empty_text(),
                                       "PEM file of the key of client_certificate")
                             .check([](const tls_settings& t, const config::node& n, config::diagnostics& out) {
                                 if (t.client_certificate.empty() != t.client_key.empty())
                                     out.add(n, "client_certificate and client_key go together");
                             })
                             .shape(),
                         "tls", "whom to trust, and our own certificate");
}

config::shape<proxy_settings> proxy_shape()
{
    auto inner = config::checked<std::string>(config::non_empty_text(), why_not_a_proxy);
    auto d = std::make_shared<config::description>(*inner.doc);
    d->pattern = "^(none|http://[^/?#@ ]+/?)$";
    d->text_only = true;
    return {[inner](const config::node& n, config::diagnostics& out) -> std::optional<proxy_settings> {
                auto v = inner.parse(n, out);
                if (!v) return std::nullopt;
                return proxy_settings{std::move(*v)};
            },
            d};
}

config::shape<retry_settings> retry_shape()
{
    return config::named(
        config::section<retry_settings>()
            .optional("tries", &retry_settings::max_tries, small_integer(1, 20),
                      "how often a request is sent at most, the first time included")
            .optional("base", &retry_settings::base, positive_duration(),
                      "wait before the second try; doubled each time, then randomised")
            .optional("cap", &retry_settings::cap, positive_duration(), "longest wait between two tries")
            .optional("max_retry_after", &retry_settings::max_retry_after, positive_duration(),
                      "when the service asks for a longer wait than this (Retry-After), the tries end and the next "
                      "cycle goes on")
            .shape(),
        "retry", "when a failed request is sent again");
}

config::shape<limits> limits_shape()
{
    return config::named(config::section<limits>()
                             .optional("max_body", &limits::max_body_bytes, byte_count(1024, 1024LL * 1024 * 1024),
                                       "bytes of one answer's body; a longer answer is refused")
                             .optional("max_header", &limits::max_header_bytes, byte_count(1024, 1024 * 1024),
                                       "bytes of one answer's header; a longer one is refused")
                             .shape(),
                         "limits", "how large an answer may be");
}

} // namespace idferry::connectors::http
