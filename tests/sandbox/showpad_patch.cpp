#include "tests/sandbox/scim_patch.hpp"
#include "tests/sandbox/showpad.hpp"

namespace idferry::sandbox {

// Knob `patch: on`: the resource is patched as RFC 7644 says, and what comes out is put.
outgoing showpad_server::patch_resource(const request& asked, slot user, slot group, std::string_view base)
{
    json message;
    if (const auto problem = read_body(asked, message); problem.status != 0) return answer_problem(problem);
    std::string text;
    if (user != no_slot)
        append_user(text, user, base);
    else
        append_group(text, group, base, true);
    auto resource = json::parse(text);
    if (const auto problem = apply_scim_patch(user != no_slot ? user_model() : group_model(), resource, message))
        return answer_problem({problem.status, problem.type, problem.detail, 5000, "InvalidBodyError"});
    auto in = *asked.raw;
    in.body = resource.dump();
    auto changed = asked;
    changed.raw = &in;
    return user != no_slot ? write_user(changed, user, base) : write_group(changed, group, base);
}

} // namespace idferry::sandbox
