// Credentials of the target in memory: jobs are sent by e-mail or given to us, and used or left by what a scenario
// says.
#include "tests/scenarios/memory_target.hpp"

#include <algorithm>

namespace idferry::tests {

namespace {

using connectors::binding_job;
using connectors::failure;

binding_job shown(const memory_job& job)
{
    binding_job out;
    out.id = job.id;
    out.state = job.state;
    out.delivery = job.delivery;
    return out;
}

failure not_there()
{
    failure f;
    f.next = connectors::disposition::not_found;
    f.status = 404;
    f.detail = "it is not there";
    return f;
}

} // namespace

boost::asio::awaitable<connectors::result<std::string>> memory_steps::find_authenticator(std::string id_or_name)
{
    co_return id_or_name;
}

boost::asio::awaitable<connectors::result<connectors::made_job>> memory_steps::bind(connectors::binding_request r)
{
    const auto call = faults_.next(true);
    if (auto f = call.before()) co_return *f;
    if (!content_.users.contains(r.person.text())) co_return not_there();
    if (content_.refuses_jobs) {
        failure f;
        f.next = connectors::disposition::reject;
        f.status = 400;
        f.detail = "no jobs today";
        co_return f;
    }
    memory_job job;
    job.id = "job-" + std::to_string(++content_.last_id);
    job.delivery = r.delivery;
    auto& jobs = content_.jobs[r.person.text()];
    jobs.push_back(job);
    ++content_.writes;
    if (auto f = call.after()) co_return *f;
    connectors::made_job made{shown(job), {}};
    if (r.delivery == connectors::link_delivery::link) made.link = config::secret("https://bind.example/" + job.id);
    co_return connectors::result<connectors::made_job>(std::move(made));
}

boost::asio::awaitable<connectors::result<binding_job>> memory_steps::look(mapping::target_id person, std::string job)
{
    const auto call = faults_.next(false);
    if (auto f = call.before()) co_return *f;
    for (const auto& one : content_.jobs[person.text()])
        if (one.id == job) co_return shown(one);
    co_return not_there();
}

boost::asio::awaitable<connectors::result<std::vector<binding_job>>> memory_steps::jobs(mapping::target_id person)
{
    const auto call = faults_.next(false);
    if (auto f = call.before()) co_return *f;
    std::vector<binding_job> out;
    for (const auto& one : content_.jobs[person.text()]) out.push_back(shown(one));
    co_return out;
}

boost::asio::awaitable<connectors::result<void>> memory_steps::revoke_job(mapping::target_id person, std::string job)
{
    using answer = connectors::result<void>;
    const auto call = faults_.next(true);
    if (auto f = call.before()) co_return answer(*f);
    for (auto& one : content_.jobs[person.text()])
        if (one.id == job && one.state == connectors::job_state::open) {
            one.state = connectors::job_state::revoked;
            ++content_.writes;
        }
    if (auto f = call.after()) co_return answer(*f);
    co_return answer();
}

boost::asio::awaitable<connectors::result<std::vector<connectors::held_credential>>>
memory_steps::credentials(mapping::target_id person)
{
    const auto call = faults_.next(false);
    if (auto f = call.before()) co_return *f;
    co_return content_.credentials[person.text()];
}

boost::asio::awaitable<connectors::result<void>> memory_steps::revoke(mapping::target_id person, std::string credential)
{
    using answer = connectors::result<void>;
    const auto call = faults_.next(true);
    if (auto f = call.before()) co_return answer(*f);
    for (auto& one : content_.credentials[person.text()])
        if (one.id == credential && one.active) {
            one.active = false;
            ++content_.writes;
        }
    if (auto f = call.after()) co_return answer(*f);
    co_return answer();
}

} // namespace idferry::tests
