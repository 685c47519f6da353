#include "daemon/service/cycle_runner.hpp"

#include "daemon/run/sharing.hpp"

#include <fmt/format.h>

namespace idferry::daemon::service {

namespace {

class real_runner final : public cycle_runner
{
public:
    real_runner(environment_of env, state::store& state, std::string folder, connectors::http::exchange_meter* meter)
        : env_of_(std::move(env)), state_(state), folder_(std::move(folder)), meter_(meter)
    {
    }

    boost::asio::awaitable<run::cycle_report> run(cycle_request r) override
    {
        run::cycle_report report;
        report.sync = r.sync.name.text();
        // A one-shot command may be at work on the same sync.
        run::cycle_locks locks;
        if (r.options.push) {
            auto taken = run::take_cycle_locks(folder_, r.sync);
            if (!taken) {
                report.error = taken.error().message;
                report.busy = taken.error().what == state::error::kind::busy;
                co_return report;
            }
            locks = std::move(*taken);
        }
        try {
            ends e(*this, r.sync);
            run::cycle_context context{r.sync, *e.source, *e.target, state_, e.time, r.shown, r.digest_key};
            context.stop = &r.stop;
            report = co_await run::run_cycle(context, r.options);
            e.count();
        } catch (const std::exception& e) {
            report.error = std::string("internal error: ") + e.what();
        }
        co_return report;
    }

    boost::asio::awaitable<run::explained> explain(const run::sync_settings& sync, run::explain_request what,
                                                   run::progress& shown, const run::stop_flag& stop) override
    {
        run::explained out;
        try {
            ends e(*this, sync);
            run::cycle_context context{sync, *e.source, *e.target, state_, e.time, shown};
            context.stop = &stop;
            out = co_await run::explain(context, std::move(what));
            e.count();
        } catch (const std::exception& e) {
            out.answer = {{"error", std::string("internal error: ") + e.what()}};
            out.exit_code = 1;
        }
        co_return out;
    }

    boost::asio::awaitable<std::string> probe(const run::sync_settings& sync) override
    {
        std::string wrong;
        try {
            const auto env = env_of_(sync.target_name);
            auto target = sync.target->make_target(env);
            auto known = co_await target->discover();
            if (!known) co_return known.error().detail;
            // Discovery tolerates much; a search needs the credentials and the service behind the front.
            const auto& type = sync.types.empty() ? mapping::user_type : *sync.types.front().type;
            const std::string attribute = !mapping::is_person(type) ? "displayName" : "userName";
            if (!target->can_find(type, attribute)) co_return wrong;
            auto found = co_await target->find(type, attribute, "idferry-probe-finds-nobody");
            if (!found && found.error().next != connectors::disposition::reject) wrong = found.error().detail;
        } catch (const std::exception& e) {
            wrong = std::string("internal error: ") + e.what();
        }
        co_return wrong;
    }

private:
    // Both ends of a sync, made for one piece of work; their counters are handed on when it is done.
    struct ends
    {
        ends(real_runner& owner, const run::sync_settings& s)
            : ends(owner, s, owner.env_of_(s.source_name), owner.env_of_(s.target_name))
        {
        }
        void count() const
        {
            if (meter == nullptr) return;
            meter->client_ended(sync.source_name, source->counters());
            meter->client_ended(sync.target_name, target->counters());
        }

        const run::sync_settings& sync;
        connectors::http::exchange_meter* meter;
        connectors::clock& time;
        std::unique_ptr<connectors::source> source;
        std::unique_ptr<connectors::target> target;

    private:
        ends(real_runner& owner, const run::sync_settings& s, const connectors::environment& at_source,
             const connectors::environment& at_target)
            : sync(s), meter(owner.meter_), time(at_source.time), source(s.source->make_source(at_source)),
              target(s.target->make_target(at_target))
        {
        }
    };

    environment_of env_of_;
    state::store& state_;
    std::string folder_;
    connectors::http::exchange_meter* meter_;
};

} // namespace

std::unique_ptr<cycle_runner> make_cycle_runner(environment_of env, state::store& state, std::string folder,
                                                connectors::http::exchange_meter* meter)
{
    return std::make_unique<real_runner>(std::move(env), state, std::move(folder), meter);
}

} // namespace idferry::daemon::service
