#include "connectors/http/pacer.hpp"

#include "connectors/http/slot_queue.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace idferry::connectors::http {

namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

using seconds_as_double = std::chrono::duration<double>;

clock::steady_time::duration for_tokens(double tokens, double rate)
{
    // Rounded up to whole microseconds: a token is never there too early, and the sums stay exact enough.
    return std::chrono::ceil<std::chrono::microseconds>(seconds_as_double(tokens / rate - 1e-9));
}

} // namespace

token_bucket::token_bucket(double per_second, int burst)
    : configured_(std::max(per_second, 0.0)), rate_(configured_), burst_(std::max(burst, 1)), tokens_(burst_)
{
}

double token_bucket::rate() const
{
    return rate_;
}

token_bucket::time token_bucket::held_until() const
{
    return hold_;
}

void token_bucket::refill(time now)
{
    if (!started_) {
        started_ = true;
        last_ = now;
        return;
    }
    if (now <= last_) return; // within a hold, nothing grows
    tokens_ = std::min(burst_, tokens_ + seconds_as_double(now - last_).count() * rate_);
    last_ = now;
}

token_bucket::time token_bucket::take(time now)
{
    refill(now);
    const auto from = std::max(now, hold_);
    if (configured_ <= 0) return from;
    tokens_ -= 1;
    if (tokens_ >= -1e-9) return from;
    return std::max(now, last_) + for_tokens(-tokens_, rate_);
}

void token_bucket::slow_down(time now, time until)
{
    refill(now);
    // Answers to requests that were under way together are one sign of trouble, not several.
    const bool already = now < hold_;
    hold_ = std::max(hold_, until);
    if (configured_ > 0) {
        if (!already) rate_ = std::max(rate_ / 2, configured_ / 20);
        if (tokens_ >= 0) tokens_ = 1; // one at the end of the hold, and no burst
        last_ = std::max(last_, hold_);
    }
    last_trouble_ = std::max(now, hold_);
}

void token_bucket::peace(time now)
{
    if (rate_ >= configured_ || now <= last_trouble_) return;
    refill(now);
    rate_ = std::min(configured_, rate_ + configured_ / 20 * seconds_as_double(now - last_trouble_).count());
    last_trouble_ = now;
}

namespace {

class queued_slot final : public pacer::slot
{
public:
    explicit queued_slot(slot_queue::hold h) : hold_(std::move(h)) {}

private:
    slot_queue::hold hold_;
};

class clocked_pacer final : public pacer
{
public:
    clocked_pacer(pacer_settings s, clock& time)
        : time_(time), bucket_(s.requests_per_second, s.burst),
          slots_(static_cast<std::size_t>(std::max(s.concurrency, 1)))
    {
    }

    asio::awaitable<std::unique_ptr<slot>> acquire() override
    {
        const auto began = time_.steady();
        auto place = co_await slots_.acquire();
        auto when = bucket_.take(time_.steady());
        while (when > time_.steady()) {
            co_await time_.sleep_until(when);
            when = bucket_.held_until(); // somebody may have been told to slow down meanwhile
        }
        waited_ += time_.steady() - began;
        std::unique_ptr<slot> mine = std::make_unique<queued_slot>(std::move(place));
        co_return mine;
    }

    void slow_down(milliseconds hold) override
    {
        const auto now = time_.steady();
        bucket_.slow_down(now, now + hold);
    }
    void peace() override { bucket_.peace(time_.steady()); }
    milliseconds waited() const override { return std::chrono::duration_cast<milliseconds>(waited_); }

private:
    clock& time_;
    token_bucket bucket_;
    slot_queue slots_;
    clock::steady_time::duration waited_{0};
};

class named_pacers final : public pacer_pool
{
public:
    explicit named_pacers(clock& time) : time_(time) {}

    std::shared_ptr<pacer> of(const std::string& connection, const pacer_settings& settings) override
    {
        auto& known = all_[connection];
        if (!known.second || known.first != settings) known = {settings, make_pacer(settings, time_)};
        return known.second;
    }

private:
    clock& time_;
    std::map<std::string, std::pair<pacer_settings, std::shared_ptr<pacer>>> all_;
};

} // namespace

std::unique_ptr<pacer> make_pacer(pacer_settings settings, clock& time)
{
    return std::make_unique<clocked_pacer>(settings, time);
}

std::unique_ptr<pacer_pool> make_pacer_pool(clock& time)
{
    return std::make_unique<named_pacers>(time);
}

} // namespace idferry::connectors::http
