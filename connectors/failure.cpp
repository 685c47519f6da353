#include "connectors/failure.hpp"

#include <stdexcept>

namespace idferry::connectors {

void throw_exception_from_error(const failure& f, const boost::source_location&)
{
    throw std::runtime_error(f.detail);
}

const char* to_string(disposition d)
{
    switch (d) {
    case disposition::retry: return "retry";
    case disposition::reject: return "reject";
    case disposition::conflict: return "conflict";
    case disposition::not_found: return "not_found";
    case disposition::stop: return "stop";
    }
    return "stop";
}

} // namespace idferry::connectors
