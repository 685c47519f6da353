#include "connectors/scim/scim_discovery.hpp"

namespace idferry::connectors::scim {

namespace asio = boost::asio;

asio::awaitable<result<std::vector<std::string>>> learn_capabilities(session& s)
{
    std::vector<std::string> notices;
    if (s.wire().spc == spc_mode::skip) co_return notices;
    const call c({"GET", "/ServiceProviderConfig"}, s.where().collection("/ServiceProviderConfig"));
    auto answer = co_await s.send(c);
    if (!answer) {
        if (answer.error().next == disposition::stop || answer.error().next == disposition::retry)
            co_return answer.error();
        // An answer that broke a bound says no more than one that is no JSON.
        notices.push_back("ServiceProviderConfig cannot be read (" + answer.error().detail + "); the profile \"" +
                          s.holds().name + "\" counts");
        co_return notices;
    }
    std::string why;
    if (answer->status >= 200 && answer->status < 300) {
        if (const auto told = read_capabilities(answer->body)) {
            s.announced = *told;
            co_return notices;
        }
        why = "the answer is not a ServiceProviderConfig";
    } else {
        auto f = s.failed(c, *answer);
        if (f.next == disposition::retry || answer->status == 401 || answer->status == 403) {
            if (f.next != disposition::retry) f.next = disposition::stop;
            co_return f;
        }
        why = f.detail;
    }
    if (s.wire().spc == spc_mode::required) {
        failure f;
        f.next = disposition::stop;
        f.status = answer->status;
        f.code = "no_service_provider_config";
        f.detail = "ServiceProviderConfig is required by the configuration, but " + why;
        co_return f;
    }
    notices.push_back("ServiceProviderConfig is of no use (" + why + "); the profile \"" + s.holds().name +
                      "\" counts");
    co_return notices;
}

} // namespace idferry::connectors::scim
