// A Beyond Identity connection from a configuration text, in front of a service that a test answers for.
#pragma once

#include "connectors/registry.hpp"
#include "connectors/source.hpp"
#include "connectors/target.hpp"
#include "mapping/json.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/fake_transport.hpp"
#include "tests/support/run.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace idferry::test {

class realm_bench
{
public:
    // `keys` are lines of the connection beside its place, `auth` and `rate`. The realm is 8f5bec58229e6f29, and the
    // application that signs in lives in `application_realm`.
    explicit realm_bench(const std::string& keys = "", const std::string& application_realm = "6c1f00aa");

    // What the API answers: first what is queued, in order, then by `otherwise`. Token requests are answered by
    // themselves.
    realm_bench& then(int status, const std::string& body = "", connectors::http::header_list headers = {});
    std::function<connectors::http::response(const connectors::http::request&)> otherwise;

    std::unique_ptr<connectors::source> make_source();
    connectors::target& target();

    // The API's requests so far, below the realm: "GET /groups?page_size=200".
    std::vector<std::string> asked() const;
    // Bodies of those that are no GET.
    std::vector<mapping::json> sent() const;
    std::size_t tokens{0}; // given out
    std::string granted{"identities:create identities:read identities:update identities:delete groups:create "
                        "groups:read groups:update groups:delete realms:read"}; // told with a token

    fake_clock time;
    fake_transport wire;
    std::shared_ptr<const connectors::connection> connection;
    connectors::environment env() { return environment_; }

private:
    connectors::result<connectors::http::response> answer(const connectors::http::request& r);

    std::deque<connectors::http::response> script_;
    connectors::environment environment_;
    std::unique_ptr<connectors::target> target_;
};

// What configuration mistakes are said about this section; "" = none.
std::string mistakes_in(const std::string& yaml);

// {"identities": […], "total_size": N, "next_page_token": token}; a token of "-" leaves the member out.
std::string list_of(const std::string& root, const std::vector<std::string>& records, int total,
                    const std::string& token = "-");
std::string identity(const std::string& id, const std::string& username, const std::string& more_traits = "",
                     const std::string& more = "");
std::string group(const std::string& id, const std::string& name, const std::string& description = "");
// An error body with ResourceInfo details for each of these ids.
std::string error_about(const std::string& code, const std::string& message, const std::string& type,
                        const std::vector<std::string>& ids);

inline constexpr const char* realm_path = "/v1/tenants/0001f1f460b1ace6/realms/8f5bec58229e6f29";

} // namespace idferry::test
