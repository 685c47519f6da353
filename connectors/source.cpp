#include "connectors/source.hpp"

namespace idferry::connectors {

std::string list_ref::text() const
{
    if (!type.empty()) return kind == list_kind::members ? "members of " + type + " " + owner : type + " list";
    switch (kind) {
    case list_kind::groups: return owner.empty() ? "groups" : "groups below " + owner;
    case list_kind::members: return "members of " + owner;
    case list_kind::people: return "people";
    }
    return "people";
}

} // namespace idferry::connectors
