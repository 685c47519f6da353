#include "state/store.hpp"

#include <stdexcept>

namespace idferry::state {

void throw_exception_from_error(const error& e, const boost::source_location&)
{
    throw std::runtime_error(e.message);
}

result<void> store::for_each_input(const scope_key& scope, const std::function<void(const input_row&)>& each)
{
    return scan_inputs(scope, [&](const input_view& row) {
        each({mapping::source_key(std::string(row.key)), row.input, row.status});
    });
}

} // namespace idferry::state
