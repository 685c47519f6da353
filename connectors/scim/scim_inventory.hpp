// A whole list of a target: its pages as resources, each id once, with the proof of completeness. Pure.
#pragma once

#include "connectors/scim/scim_json.hpp"
#include "connectors/scim/scim_paging.hpp"

#include <functional>
#include <string>
#include <unordered_set>

namespace idferry::connectors::scim {

class page_chain
{
public:
    page_chain(const dialect& wire, const capabilities& announced);

    // The next page to ask for, or nothing at the end.
    std::optional<query> next() const { return walk_.next(); }
    // Takes the answer to `next()` and hands on every resource that was not seen before.
    void accept(list_page page, const std::function<void(remote_resource)>& each);

    inventory_end end() const { return walk_.end(); }

private:
    page_walk walk_;
    std::unordered_set<std::string> seen_;
};

} // namespace idferry::connectors::scim
