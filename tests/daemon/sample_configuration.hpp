// The connections of configurations that tests parse and never open. Header only.
#pragma once

#include <string>

namespace idferry::test {

// `bearer`: where the target's token comes from.
inline std::string sample_connections(const std::string& bearer = "{env: NONE}")
{
    return R"(connections:
  bare:
    type: bare_id
    instance: db0c1370-dcc7-47c8-aac6-580043c46a98
    auth: {token_url: "https://localhost/token", client_id: c, client_secret: {env: NONE}}
    source: {mode: group_walk, groups: [/staff]}
  showpad:
    type: scim
    profile: showpad
    base_url: https://localhost/scim
    auth: {bearer: )" +
           bearer + "}\n";
}

} // namespace idferry::test
