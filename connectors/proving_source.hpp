// What every source does alike when it proves that one person is gone: the control read first, once in a run, and then
// the person's own record.
#pragma once

#include "connectors/control_read.hpp"
#include "connectors/source.hpp"

#include <cstdint>
#include <string>

namespace idferry::connectors {

class proving_source : public source
{
public:
    boost::asio::awaitable<result<person_proof>> prove(mapping::source_key person) final;

protected:
    // A new read begins: what an earlier control read found counts no more.
    void forget_control();

    // "" when the system still answers for this directory; else what is wrong. Asked once in a run.
    virtual boost::asio::awaitable<std::string> ask_control() = 0;
    // The person with this key, once the control read succeeded: present, gone, or unknown with its reason.
    virtual boost::asio::awaitable<person_proof> prove_person(std::string key) = 0;
    // "" when a person can be asked for at all; else the switch that forbids it. Nothing is asked then.
    virtual std::string cannot_ask() const { return {}; }

    static person_proof unknown(std::string why);
    static person_proof gone();

private:
    boost::asio::awaitable<person_proof> prove_after_control(std::string key);

    control_read control_;
    std::uint64_t run_{0}; // counts reads
};

} // namespace idferry::connectors
