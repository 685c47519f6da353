// RFC 7644 section 3.5.2: PATCH, all operations in order and all or nothing.
#pragma once

#include "tests/sandbox/scim_filter.hpp"

namespace idferry::sandbox {

struct scim_patch_options
{
    bool silent_remove{false}; // removing what is not there is no error
};

// Changes `resource` by a PatchOp message. On a refusal `resource` is as it was.
scim_problem apply_scim_patch(const scim_model& model, json& resource, const json& message,
                              const scim_patch_options& options = {});

} // namespace idferry::sandbox
