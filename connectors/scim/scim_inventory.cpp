#include "connectors/scim/scim_inventory.hpp"

namespace idferry::connectors::scim {

page_chain::page_chain(const dialect& wire, const capabilities& announced)
    : walk_(wire, {.count = page_count(wire, announced), .cursor = wire.cursor || announced.by_cursor})
{
}

void page_chain::accept(list_page page, const std::function<void(remote_resource)>& each)
{
    page_facts facts;
    facts.total = page.total;
    facts.next_cursor = std::move(page.next_cursor);
    facts.received = page.received;
    facts.usable = page.resources.size();
    if (!page.bad.empty()) {
        facts.flaw = page.bad.front();
        if (page.bad.size() > 1) facts.flaw += " and " + std::to_string(page.bad.size() - 1) + " more";
    }
    for (auto& r : page.resources) {
        if (!seen_.insert(r.id.text()).second) continue;
        ++facts.fresh;
        each(std::move(r));
    }
    walk_.accept(facts);
}

} // namespace idferry::connectors::scim
