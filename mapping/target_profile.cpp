#include "mapping/target_profile.hpp"

namespace idferry::mapping {

const type_profile& target_profile::of(std::string_view type) const
{
    static const type_profile nothing;
    const auto hit = types.find(type);
    return hit == types.end() ? nothing : hit->second;
}

} // namespace idferry::mapping
