// What one resource's situation is, and what follows by default: the table at the heart of reconciliation. Pure.
#pragma once

#include "daemon/reconcile/change.hpp"

#include <cstddef>
#include <string_view>

namespace idferry::daemon::reconcile {

// What is known about one resource when it is classified.
struct sighting
{
    bool in_source{false};
    bool in_scope{false};
    bool linked{false};
    bool in_leave_step{false};      // linked, and deactivated by us when it left
    std::size_t found_at_target{0}; // without a link: how many target resources match
};

//  source   in scope  link  target   situation       change by default
//  present  yes       no    0        absent          create
//  present  yes       no    1        found           link, then update if different
//  present  yes       no    2+       ambiguous       none; rejected
//  present  yes       yes   –        confirmed       update if different; a leaver that returns is reactivated
//  present  no        yes   –        unqualified     the sync's leave action
//  gone     –         yes   –        source_missing  the sync's leave action
//  present  no        no    –        out_of_scope    none
//  gone     –         no    –        forgotten       none
situation classify(const sighting& s);

std::string_view to_string(situation s);

} // namespace idferry::daemon::reconcile
