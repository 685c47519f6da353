// What joiners and leavers need at a target beside their resource: credentials (passkeys, say), and the jobs by which a
// person gets a new one bound. A target offers it by target::steps().
//
// Single operations, as in connectors/target.hpp: nothing here decides when a step is taken, or for whom. The link of a
// job is a secret: it is in a config::secret, and in no failure.
#pragma once

#include "config/secret.hpp"
#include "connectors/failure.hpp"
#include "mapping/ids.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace idferry::connectors {

// How the link of a binding job reaches the person.
enum class link_delivery
{
    email, // the target sends it
    link   // the target gives it to us
};

// How far a binding job has come.
enum class job_state
{
    open,    // the person has it, and may still use it
    bound,   // a credential was bound
    expired, // unused
    failed,  // it could not be delivered
    revoked
};

struct binding_job
{
    using time_point = std::chrono::sys_time<std::chrono::milliseconds>;

    std::string id;
    job_state state{job_state::open};
    std::string word; // as the target calls the state: "LINK_OPENED"
    std::optional<link_delivery> delivery;
    std::optional<time_point> created, expires; // as far as the target tells

    // An old service goes on calling it open when its time is over.
    job_state state_at(time_point now) const
    {
        return state == job_state::open && expires && *expires <= now ? job_state::expired : state;
    }
};

struct binding_request
{
    mapping::target_id person;
    link_delivery delivery{link_delivery::email};
    std::string authenticator; // id or name of what the credential is for
    std::string redirect;      // where the person goes once it is bound; "" = the target's own way
};

struct made_job
{
    binding_job job;
    config::secret link; // of link_delivery::link; else empty
};

struct held_credential
{
    std::string id;
    bool active{true};
};

class account_steps
{
public:
    virtual ~account_steps() = default;

    // The id of what credentials are bound to, from an id or a name. Fails with `reject` when there is none, or several
    // of that name. Asked once.
    virtual boost::asio::awaitable<result<std::string>> find_authenticator(std::string id_or_name) = 0;

    // Makes a job. `outcome_unknown` when the answer was lost: list the jobs before making another one. `reject` when
    // this person cannot have one (no e-mail address).
    virtual boost::asio::awaitable<result<made_job>> bind(binding_request r) = 0;
    // One job; `not_found` when it is not there.
    virtual boost::asio::awaitable<result<binding_job>> look(mapping::target_id person, std::string job) = 0;
    // A person's jobs, all of them, or a failure.
    virtual boost::asio::awaitable<result<std::vector<binding_job>>> jobs(mapping::target_id person) = 0;
    // Ends a job. One that is gone, or at its end already, counts as done.
    virtual boost::asio::awaitable<result<void>> revoke_job(mapping::target_id person, std::string job) = 0;

    // A person's credentials, all of them, or a failure.
    virtual boost::asio::awaitable<result<std::vector<held_credential>>> credentials(mapping::target_id person) = 0;
    // Cannot be undone. One that is gone, or revoked already, counts as done.
    virtual boost::asio::awaitable<result<void>> revoke(mapping::target_id person, std::string credential) = 0;
};

} // namespace idferry::connectors
