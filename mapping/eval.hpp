// One line of `idferry eval --batch`: try a filter, a path or a mapping, with or without a resource.
#pragma once

#include <string>
#include <string_view>

namespace idferry::mapping {

// Reads {"kind":"filter"|"path","input":"…","resource":{…}} (resource optional) and answers one line of JSON, without
// the line break: {"valid":bool,"match":bool|null,"error":string|null,"position":n|null,"ast":…|null}.
//
// `valid` is the grammar's word (RFC 7644). `match` is whether the filter matches the resource, or whether the path
// selects anything in it. A filter that is grammatical but that RFC 7644 answers with invalidFilter (an order of
// booleans) is valid, has its reason in `error`, and no match. The ast of a path is
// {"uri","elements":[{"attr","filter"}]}.
//
// {"kind":"map","input":…,"type":"users"|"groups","resource":{…}} tries the section of a sync (YAML text or JSON; type
// is users when it is not given) and answers {"valid":bool,"match":in scope or null,"error":the first mistake or null,
// "position":null,"ast":null,"errors":[…],"result":…|null}; mapping/eval_map.hpp has the last two. A line that is not
// such an object is not valid and says why. Never throws.
std::string evaluate_line(std::string_view line) noexcept;

} // namespace idferry::mapping
