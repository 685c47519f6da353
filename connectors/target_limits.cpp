#include "connectors/target_limits.hpp"

namespace idferry::connectors {

const target_limits& limits_of(const connection& c)
{
    static const target_limits none;
    const auto* own = dynamic_cast<const target_limits*>(&c);
    return own ? *own : none;
}

} // namespace idferry::connectors
