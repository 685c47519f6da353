// Watches a read for the people that must be seen in it, without decoding the others: a filter's text operands are
// looked for in a record's bytes first.
#pragma once

#include "connectors/source.hpp"
#include "daemon/reconcile/guards.hpp"

#include <functional>
#include <string>
#include <vector>

namespace idferry::daemon::run {

class sentinel_watch
{
public:
    explicit sentinel_watch(const std::vector<reconcile::sentinel>& wanted);

    // True while somebody is still to be seen.
    bool wanted() const { return !open_.empty(); }
    void look(const connectors::source& from, const connectors::raw_record& record,
              const std::function<std::vector<connectors::group_ref>()>& groups);
    std::vector<std::string> missing() const;

private:
    struct open_sentinel
    {
        reconcile::sentinel what;
        std::string needle; // lower-case ASCII text that every matching record contains; "" = none known
    };
    std::vector<open_sentinel> open_;
};

} // namespace idferry::daemon::run
