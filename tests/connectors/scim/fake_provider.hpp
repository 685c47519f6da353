// A SCIM service provider in memory, with Showpad's rules and knobs for what is uncertain about them: answers the
// requests of a fake transport.
#pragma once

#include "connectors/failure.hpp"
#include "connectors/http/transport.hpp"
#include "mapping/json.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::test {

struct provider_knobs
{
    enum class error_form
    {
        scim,
        numbered, // {"response": {"code", "name", "message"}}
        problem,
        html,
        text
    };
    enum class patch_answer
    {
        no_501,
        no_405,
        no_404,
        yes
    };
    error_form errors{error_form::scim};
    int uniqueness_status{409};
    patch_answer patch{patch_answer::no_501};
    bool put_retains{false};    // a PUT keeps what it does not mention
    bool filter_ignored{false}; // any filter is answered with everybody
    bool group_filter{false};   // displayName eq works
    int max_page{100};
    bool repeat_page{false}; // every page is the first one
    int total_is_off_by{0};
    bool created_without_body{false};
    bool location{true};
    bool updated_without_body{false};
    bool json_only{false}; // 415 for application/scim+json
    bool entity_tags{false};
    std::string config_body{
        R"({"patch":{"supported":false},"filter":{"supported":true,"maxResults":100},"etag":{"supported":false}})"};
    int config_status{200};
};

class fake_provider
{
public:
    static constexpr std::string_view base = "https://acme.showpad.test/api/users/scim/v2";
    using answer = connectors::result<connectors::http::response>;

    fake_provider();
    answer handle(const connectors::http::request& r);

    // Behind the target's back.
    std::string add_user(mapping::json user);
    std::string add_group(const std::string& name, const std::vector<std::string>& members = {});
    mapping::json* find(const std::string& id);
    std::vector<std::string> members_of(const std::string& group) const;

    // "POST /Users", "GET /Users?filter=userName eq \"x\"&startIndex=1": decoded, without the base.
    std::vector<std::string> log;
    std::vector<mapping::json> bodies; // of every write, in order
    provider_knobs knobs;
    std::vector<mapping::json> users, groups;
    std::string all_users, founder;
    bool lose_next_answer{false}; // of a write: it is carried out, and the connection drops

private:
    answer dispatch(const connectors::http::request& r, const std::string& path, const std::string& query);
    answer list(const std::string& kind, const std::string& query);
    answer create(const std::string& kind, mapping::json body);
    answer replace(const std::string& kind, const std::string& id, mapping::json body);
    answer patch(const std::string& kind, const std::string& id, const mapping::json& body);
    answer remove(const std::string& kind, const std::string& id);
    answer error(int status, const std::string& type, const std::string& detail, int number = 0) const;
    // "" or the reason against keeping this user.
    std::string check_user(const mapping::json& user, const std::string& id, std::string& type, int& number) const;
    mapping::json kept_user(const mapping::json& body, const mapping::json& before) const;
    mapping::json shown(const std::string& kind, const mapping::json& resource) const;
    answer with(int status, const std::string& kind, const mapping::json& resource) const;
    std::string next_id();
    int made_{0};
};

std::string decoded(std::string_view text);
std::string lower_case(std::string s);

} // namespace idferry::test
