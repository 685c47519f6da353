#include "connectors/proving_source.hpp"

#include <boost/system/system_error.hpp>

namespace idferry::connectors {

boost::asio::awaitable<result<person_proof>> proving_source::prove(mapping::source_key person)
{
    const std::string& key = person.text();
    person_proof out;
    try {
        out = co_await prove_after_control(key);
    } catch (const boost::system::system_error& e) {
        co_return failure{disposition::retry, "the proof was ended: " + e.code().message()};
    }
    co_return out;
}

boost::asio::awaitable<person_proof> proving_source::prove_after_control(std::string key)
{
    auto forbidden = cannot_ask();
    if (!forbidden.empty()) co_return unknown(std::move(forbidden));
    const auto run = run_;
    control_read::question ask = [this] { return ask_control(); };
    auto trouble = co_await control_.trouble(std::move(ask));
    if (!trouble.empty()) co_return unknown("the control read failed: " + trouble);
    if (run != run_) co_return unknown("another read began before the person was asked for");
    auto proof = co_await prove_person(std::move(key));
    co_return proof;
}

void proving_source::forget_control()
{
    ++run_;
    control_.forget();
}

person_proof proving_source::unknown(std::string why)
{
    person_proof out;
    out.why = std::move(why);
    return out;
}

person_proof proving_source::gone()
{
    person_proof out;
    out.state = person_proof::verdict::gone;
    return out;
}

} // namespace idferry::connectors
