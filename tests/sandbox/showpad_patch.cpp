#include "tests/sandbox/showpad.hpp"

namespace idferry::sandbox {

outgoing showpad_server::patch_resource(const request&, slot, slot, std::string_view)
{
    return answer_problem({501, {}, "PATCH is not implemented", 1003, "NotImplementedError"});
}

} // namespace idferry::sandbox
