#include "daemon/service/jobs.hpp"

#include "daemon/run/cycle_json.hpp"
#include "mapping/json.hpp"

#include <algorithm>

namespace idferry::daemon::service {

namespace {
constexpr std::size_t kept_jobs = 100;
}

const char* to_string(job_kind k)
{
    switch (k) {
    case job_kind::run: return "run";
    case job_kind::plan: return "plan";
    case job_kind::explain: return "explain";
    }
    return "run";
}

const char* to_string(job_state s)
{
    switch (s) {
    case job_state::waiting: return "waiting";
    case job_state::running: return "running";
    case job_state::done: return "done";
    }
    return "done";
}

void finish(job& j, const run::cycle_report& report, bool pushing, const std::string& digest_key, std::size_t most)
{
    j.state = job_state::done;
    j.exit_code = report.exit_code(pushing);
    j.result = std::make_shared<const mapping::json>(run::cycle_json(report, digest_key, most));
    j.error = report.error.value_or("");
    if (!j.what.print) return;
    j.what.print->most = std::min(j.what.print->most, most);
    j.printed = run::print_cycle(report, *j.what.print, digest_key);
}

void finish(job& j, run::explained made)
{
    j.state = job_state::done;
    j.exit_code = made.exit_code;
    j.error = made.answer.value("error", std::string());
    j.result = std::make_shared<const mapping::json>(std::move(made.answer));
}

void fail(job& j, std::string why)
{
    j.state = job_state::done;
    j.exit_code = 1;
    j.error = std::move(why);
}

std::uint64_t job_list::add(job_request what, state::time_point now)
{
    tidy();
    job j;
    j.id = next_++;
    j.what = std::move(what);
    j.asked = now;
    const auto id = j.id;
    all_.emplace(id, std::move(j));
    return id;
}

job* job_list::find(std::uint64_t id)
{
    const auto found = all_.find(id);
    return found == all_.end() ? nullptr : &found->second;
}

const job* job_list::find(std::uint64_t id) const
{
    const auto found = all_.find(id);
    return found == all_.end() ? nullptr : &found->second;
}

void job_list::tidy()
{
    for (auto it = all_.begin(); it != all_.end() && all_.size() >= kept_jobs;)
        it = it->second.state == job_state::done ? all_.erase(it) : std::next(it);
}

} // namespace idferry::daemon::service
