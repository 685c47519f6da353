// The writes of `idferry api` in the audit trail: who did what on which connection. Bodies are not kept.
#pragma once

#include "daemon/report/calls.hpp"
#include "state/store.hpp"

#include <memory>
#include <string>

namespace idferry::daemon::cli {

// The person at the terminal: the account of the login (which su and sudo leave alone), else of this process.
std::string operator_name();

class call_record
{
public:
    // Opens the state in `folder` for writing; without such a folder nothing is recorded. Fails when the folder is
    // there and its state cannot be written: then the call must not be made.
    static state::result<call_record> open(const std::string& folder);

    bool keeps() const { return store_ != nullptr; }
    state::result<void> add(const report::call_made& call);

private:
    std::unique_ptr<state::store> store_;
};

} // namespace idferry::daemon::cli
