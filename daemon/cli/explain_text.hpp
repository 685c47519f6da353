// An explanation for people: section by section from the source to the decision; the last line says what to do. Pure.
#pragma once

#include "daemon/reconcile/plan_text.hpp"
#include "mapping/json_fwd.hpp"

#include <string>

namespace idferry::daemon::cli {

// `answer` as daemon/run/explaining.hpp describes it. Only `colour` of the options counts.
//
//   staff-to-showpad: anna@acme.example (user 6f1c)
//
//   source    bare: listed; groups: Sales
//             userName         anna
//   scope     in scope
//             yes  active eq true                  true
//   match     linked to u-17, created by us
//   rules     userName         anna@acme.example   ← Anna@acme.example   from email, lower
//   state     linked; unchanged since the last cycle
//   target    showpad: equal to what was last written
//   decision  none: nothing changed since the last cycle
//   guard     allows
//
//   Nothing to do.
std::string explain_text(const mapping::json& answer, const reconcile::text_options& options);

} // namespace idferry::daemon::cli
