#include "daemon/reconcile/situation.hpp"

namespace idferry::daemon::reconcile {

situation classify(const sighting& s)
{
    if (!s.in_source) return s.linked ? situation::source_missing : situation::forgotten;
    if (!s.in_scope) return s.linked ? situation::unqualified : situation::out_of_scope;
    if (s.linked) return situation::confirmed;
    if (s.found_at_target == 0) return situation::absent;
    return s.found_at_target == 1 ? situation::found : situation::ambiguous;
}

std::string_view to_string(situation s)
{
    switch (s) {
    case situation::absent: return "absent";
    case situation::found: return "found";
    case situation::ambiguous: return "ambiguous";
    case situation::confirmed: return "confirmed";
    case situation::unqualified: return "unqualified";
    case situation::source_missing: return "source_missing";
    case situation::out_of_scope: return "out_of_scope";
    case situation::forgotten: return "forgotten";
    case situation::drifted: return "drifted";
    case situation::grace_over: return "grace_over";
    }
    return "confirmed";
}

} // namespace idferry::daemon::reconcile
