#include "connectors/http/client.hpp"

#include "connectors/http/url_parts.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace idferry::connectors::http {

namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

constexpr int most_redirects = 5;

bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// Where a GET goes on, when the answer sends it elsewhere on the same origin.
std::optional<std::string> same_origin_redirect(const request& r, const response& answer)
{
    if (!is_redirect(answer.status) || (r.method != "GET" && r.method != "HEAD")) return std::nullopt;
    const auto location = answer.header("Location");
    if (!location) return std::nullopt;
    auto to = resolve_location(r.url, *location);
    if (!to) return std::nullopt;
    const auto here = parse_url(r.url);
    const auto there = parse_url(*to);
    if (!here || !there || here->origin() != there->origin()) return std::nullopt;
    return to;
}

bool safe(std::string_view method)
{
    return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

// One send: what came, and the credentials that it was sent with.
struct sending
{
    explicit sending(result<response> a) : answer(std::move(a)) {}
    result<response> answer;
    std::string used;
};

// What one call has behind it.
struct progress
{
    int attempt{1};
    int redirects{0};
    bool renewed{false};
};

// An error that repeats our credentials must not carry them into a message.
void hide(std::string_view authorization, std::string& body)
{
    const auto token = authorization.substr(std::min(authorization.size(), authorization.find(' ') + 1));
    if (token.size() < 8) return; // it could be any word
    for (auto at = body.find(token); at != std::string::npos; at = body.find(token, at))
        body.replace(at, token.size(), "***");
}

class api_client final : public client
{
public:
    api_client(transport& through, clock& time, std::shared_ptr<token_source> credentials, client_settings settings,
               std::shared_ptr<pacer> shared)
        : through_(through), time_(time), credentials_(std::move(credentials)), settings_(settings),
          pacer_(shared ? std::move(shared) : make_pacer(settings.pace, time))
    {
    }

    asio::awaitable<result<response>> call(request r) override
    {
        progress p;
        while (true) {
            auto sent = co_await send(r);
            const auto wait = judge(r, sent, p);
            if (!wait) co_return std::move(sent.answer);
            if (wait->count() > 0) co_await pause(*wait);
        }
    }

    const client_counters& counters() const override
    {
        counters_.token_requests = credentials_ ? credentials_->requests() : 0;
        counters_.waited = paused_ + std::chrono::duration_cast<milliseconds>(held_up_);
        return counters_;
    }
    pacer_settings pace() const override { return settings_.pace; }

private:
    asio::awaitable<sending> send(request r)
    {
        const auto came = time_.steady();
        auto slot = co_await pacer_->acquire();
        held_up_ += time_.steady() - came;
        std::string used;
        if (credentials_) {
            auto authorization = co_await credentials_->authorization();
            if (!authorization) co_return sending(authorization.error());
            used = std::move(*authorization);
            r.headers.emplace_back("Authorization", used);
        }
        ++counters_.requests;
        auto answer = co_await through_.exchange(std::move(r));
        if (answer) counters_.bytes_in += answer->body.size();
        if (answer && answer->status >= 400) hide(used, answer->body);
        sending all(std::move(answer));
        all.used = std::move(used);
        co_return all;
    }

    // Decides what follows a send: nothing when the call has ended with it, else after how long it is sent again (`r`
    // then says what).
    std::optional<milliseconds> judge(request& r, const sending& sent, progress& p)
    {
        if (!sent.answer) {
            auto wait = retry_after_failure(settings_.retry, r.method, sent.answer.error(), p.attempt, time_.random());
            return counted_retry(wait, p);
        }
        const auto& answer = *sent.answer;
        if (may_be_stale(answer.status, sent.used) && !p.renewed) {
            p.renewed = true;
            if (credentials_->refused(sent.used)) return counted_retry(milliseconds(0), p, false);
        }
        if (answer.status == 403 && p.renewed) forbidden_ = sent.used;
        const auto wait = retry_after_answer(settings_.retry, r.method, answer, p.attempt, time_.random(), time_.now());
        if (answer.status == 429)
            pacer_->slow_down(hold_for(answer, wait));
        else
            pacer_->peace();
        if (wait) return counted_retry(wait, p);
        if (auto to = same_origin_redirect(r, answer); to && p.redirects < most_redirects) {
            ++p.redirects;
            r.url = std::move(*to);
            return milliseconds(0);
        }
        return std::nullopt;
    }

    // True when a new token may change the answer. One that was refused with 403 right after it was got is not allowed
    // to do that; asking for a third would change nothing.
    bool may_be_stale(int status, const std::string& used) const
    {
        if (!credentials_) return false;
        return status == 401 || (status == 403 && settings_.renew_on_403 && used != forbidden_);
    }

    std::optional<milliseconds> counted_retry(std::optional<milliseconds> wait, progress& p, bool counts = true)
    {
        if (!wait) return std::nullopt;
        ++counters_.retries;
        if (counts) ++p.attempt;
        return wait;
    }

    milliseconds hold_for(const response& answer, std::optional<milliseconds> wait) const
    {
        const auto asked = wait_asked_for(answer, time_.now()).value_or(wait.value_or(settings_.retry.base));
        return std::min(asked, settings_.retry.max_retry_after);
    }

    asio::awaitable<void> pause(milliseconds wait)
    {
        const auto began = time_.steady();
        co_await time_.sleep_until(began + wait);
        paused_ += std::chrono::duration_cast<milliseconds>(time_.steady() - began);
    }

    transport& through_;
    clock& time_;
    std::shared_ptr<token_source> credentials_;
    client_settings settings_;
    std::shared_ptr<pacer> pacer_;
    std::string forbidden_;                   // the token that was new when it was answered with 403
    mutable client_counters counters_;        // parts of it are read off the others when asked for
    milliseconds paused_{0};                  // between retries
    clock::steady_time::duration held_up_{0}; // by the pacer
};

std::string clean_message(std::string_view text)
{
    std::string out(text.substr(0, 300));
    while (!out.empty() && text.size() > out.size() && (static_cast<unsigned char>(out.back()) & 0x80) != 0)
        out.pop_back();
    for (auto& c : out)
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
    return out;
}

disposition disposition_of(int status)
{
    switch (status) {
    case 401:
    case 403: return disposition::stop;
    case 404: return disposition::not_found;
    case 409:
    case 412: return disposition::conflict;
    case 408:
    case 425:
    case 429: return disposition::retry;
    default: break;
    }
    if (status >= 500) return disposition::retry;
    return status >= 400 ? disposition::reject : disposition::stop;
}

std::string redirect_text(const request& r, const response& answer)
{
    const auto location = answer.header("Location");
    const auto to = location ? resolve_location(r.url, *location) : std::nullopt;
    return to ? "a redirect to " + url_for_messages(*to) + " was not followed" : "a redirect without a usable Location";
}

} // namespace

std::unique_ptr<client> make_client(transport& through, clock& time, std::shared_ptr<token_source> credentials,
                                    client_settings settings, std::shared_ptr<pacer> shared)
{
    return std::make_unique<api_client>(through, time, std::move(credentials), settings, std::move(shared));
}

failure failure_of(const request& r, const response& answer, std::string_view message)
{
    failure f;
    f.status = answer.status;
    f.next = disposition_of(answer.status);
    f.detail = fmt::format("{} {}: status {}", r.method, url_for_messages(r.url), answer.status);
    if (is_redirect(answer.status)) f.detail += ", " + redirect_text(r, answer);
    if (!message.empty()) f.detail += ": " + clean_message(message);
    // A gateway's 5xx does not say whether the service behind it acted; 503 says that nobody did.
    const bool vague = answer.status == 500 || answer.status == 502 || answer.status == 504;
    f.outcome_unknown = vague && !safe(r.method);
    if (const auto after = answer.header("Retry-After"); after && !after->empty() && after->front() <= '9')
        f.retry_after = wait_asked_for(answer, clock::wall_time()); // a date would need a clock
    return f;
}

} // namespace idferry::connectors::http
