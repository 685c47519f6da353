// One read of a Bare.ID instance: groups, then members, then people (connectors/source.hpp).
#pragma once

#include "connectors/bare_id/group_walk.hpp"
#include "connectors/bare_id/people.hpp"
#include "connectors/source.hpp"

#include <memory>

namespace idferry::connectors::bare_id {

// What the last read learned; shared with the source, which needs it to prove that somebody is gone.
struct run_knowledge
{
    std::shared_ptr<people_knowledge> people = std::make_shared<people_knowledge>();
    group_knowledge groups;
};

std::unique_ptr<source_read> make_read(std::shared_ptr<api> through, std::shared_ptr<run_knowledge> known,
                                       const read_request& request);

} // namespace idferry::connectors::bare_id
