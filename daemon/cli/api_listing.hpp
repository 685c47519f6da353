// What `idferry api` shows of a table of operations. Pure.
#pragma once

#include "connectors/operation_table.hpp"
#include "mapping/json_fwd.hpp"

#include <string>
#include <string_view>

namespace idferry::daemon::cli {

struct listed_table
{
    std::string_view connection; // its name
    std::string address;
    const connectors::operation_service& service;
    std::string_view resource{}; // only this one; "" = all
};

// A line for each operation, under its resource; with one resource, everything that is known about each.
std::string operations_text(const listed_table& t);
// {"connection","address","system","operations":[{"resource","verb","title","method","path","ids","body","envelope",
// "query","list","writes","secret","scopes","section","from","refused","note"}]}
mapping::json operations_json(const listed_table& t);

// How an operation is typed: "groups add-members GROUP".
std::string usage(const connectors::operation_service& service, const connectors::rest_operation& row);

} // namespace idferry::daemon::cli
