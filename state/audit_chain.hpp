// The audit trail's hash chain: every row holds the hash of the row before and its own, so a row that was changed,
// removed or put in later shows. Values are hashed with a salt that is erased together with them: what is left tells
// nothing about them, and the chain still verifies.
#pragma once

#include "state/store.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace idferry::state {

// "done", "rejected", "failed": the part of an outcome that stays when the values are erased.
std::string outcome_word(const std::string& outcome);

// 256 bits as 64 hexadecimal characters.
std::string audit_values_hash(const std::string& salt, const audit_entry& entry);
std::string audit_row_hash(const std::string& previous, const std::string& values_hash, const audit_entry& entry);

struct audit_report
{
    std::uint64_t rows{0};
    std::uint64_t erased{0};               // rows whose values are gone
    std::optional<std::int64_t> first_bad; // id of the first row that does not fit
    std::string problem;                   // empty when the chain holds
};
result<audit_report> verify_audit(store& s);

} // namespace idferry::state
