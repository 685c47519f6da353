// What a person asked the running daemon for: a cycle, a plan, an explanation. Kept in memory, the newest hundred.
#pragma once

#include "daemon/reconcile/guards.hpp"
#include "daemon/run/cycle_text.hpp"
#include "daemon/run/explaining.hpp"
#include "mapping/json_fwd.hpp"
#include "state/link.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace idferry::daemon::service {

enum class job_kind
{
    run,
    plan,
    explain
};
enum class job_state
{
    waiting, // the sync is at work on something else
    running,
    done
};
const char* to_string(job_kind k);
const char* to_string(job_state s);

struct job_request
{
    std::string sync;
    job_kind kind{job_kind::run};
    bool hinted{false};                        // run: only whom the source's events name
    bool refresh{false};                       // also read the target and compare it with state
    std::vector<reconcile::allowance> allowed; // run: guards that this plan's removals may pass
    std::string only_plan;                     // run: push only when the plan has this digest; "" = any
    std::string digest_key;                    // with only_plan, of a plan that was made without a state
    std::optional<run::print_options> print;   // run: also what the command would print
    std::string key;                           // explain: source id, userName or e-mail
    std::string by;                            // who asked: "uid 1000", "10.0.0.7"
};

struct job
{
    std::uint64_t id{0};
    job_request what;
    job_state state{job_state::waiting};
    state::time_point asked{};
    int exit_code{0};                            // done: as the command's
    std::shared_ptr<const mapping::json> result; // done: run and plan: cycle_json; explain: the explanation
    std::optional<run::printed> printed;         // done: when it was asked for
    std::string error;                           // done: why there is no result, or ""
};

// The job is done: with what a cycle reports (`pushing`: it was to push; `most` bounds what is kept of its changes;
// `digest_key` keys the digests of sensitive values), with an explanation, or with nothing but a sentence.
void finish(job& j, const run::cycle_report& report, bool pushing, const std::string& digest_key, std::size_t most);
void finish(job& j, run::explained made);
void fail(job& j, std::string why);

class job_list
{
public:
    std::uint64_t add(job_request what, state::time_point now);
    job* find(std::uint64_t id);
    const job* find(std::uint64_t id) const;
    // Forgets the oldest done ones beyond a hundred.
    void tidy();

private:
    std::map<std::uint64_t, job> all_;
    std::uint64_t next_{1};
};

} // namespace idferry::daemon::service
