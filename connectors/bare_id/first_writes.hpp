// Whether writes have any effect at all. These gateways discard body fields that they do not know, without a word
// (apis: Bare.ID, section 9.2): the first write of each kind has to be seen to work.
#pragma once

#include "connectors/bare_id/operations.hpp"
#include "connectors/failure.hpp"

#include <set>
#include <string>

namespace idferry::connectors::bare_id {

class first_writes
{
public:
    // A write of this kind was read back, and took effect.
    void worked(const operation& op) { proved_.insert(op.name); }
    bool proved(const operation& op) const { return proved_.contains(op.name); }

    // A write was answered well and did nothing. `what` names what stayed as it was. Until one of its kind has worked,
    // it is the configuration that is wrong, and nothing more of the kind is sent.
    failure did_nothing(const operation& op, const std::string& what) const
    {
        failure f;
        f.next = proved(op) ? disposition::reject : disposition::stop;
        f.code = "write_ignored";
        f.detail = "ops." + op.name + ": " + op.method + " " + op.path.text() +
                   " was answered as done, but changed nothing (read back: " + what + ")";
        if (!proved(op))
            f.detail += "; the API ignores what it does not know: compare ops." + op.name +
                        " (path, body, mode) and `fields` with the API's OpenAPI document";
        return f;
    }

private:
    std::set<std::string> proved_;
};

} // namespace idferry::connectors::bare_id
