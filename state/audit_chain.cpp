#include "state/audit_chain.hpp"

#include <initializer_list>
#include <string_view>

namespace idferry::state {

namespace {

// Lengths keep fields apart: ("ab", "c") and ("a", "bc") differ.
std::string framed(std::initializer_list<std::string_view> fields)
{
    std::string out;
    for (const auto f : fields) {
        out += std::to_string(f.size());
        out += ':';
        out += f;
    }
    return out;
}

// Two halves of 128 bits, each the head of a SHA-256 of its own.
std::string hash_256(const std::string& bytes)
{
    return mapping::strong_digest("1" + bytes).hex() + mapping::strong_digest("2" + bytes).hex();
}

} // namespace

std::string outcome_word(const std::string& outcome)
{
    return outcome.substr(0, outcome.find(':'));
}

std::string audit_values_hash(const std::string& salt, const audit_entry& e)
{
    return hash_256(framed({salt, e.label, e.outcome, e.before, e.after}));
}

std::string audit_row_hash(const std::string& previous, const std::string& values_hash, const audit_entry& e)
{
    const auto time = std::to_string(e.when.time_since_epoch().count());
    return hash_256(framed({previous, time, e.scope.sync.text(), e.scope.type, e.key.text(), e.target.text(),
                            to_string(e.what), outcome_word(e.outcome), values_hash}));
}

result<audit_report> verify_audit(store& s)
{
    audit_report report;
    std::string previous;
    auto scanned = s.for_each_audit([&](const audit_row& row) {
        ++report.rows;
        if (!row.has_values) ++report.erased;
        std::string problem;
        auto hashed = row.entry;
        hashed.outcome = row.word;
        if (row.previous != previous)
            problem = "a row before it is missing or was changed";
        else if (row.hash != audit_row_hash(row.previous, row.values_hash, hashed))
            problem = "the row was changed";
        else if (row.has_values && row.values_hash != audit_values_hash(row.salt, row.entry))
            problem = "its values were changed";
        if (!problem.empty() && !report.first_bad) {
            report.first_bad = row.id;
            report.problem = "audit row " + std::to_string(row.id) + ": " + problem;
        }
        previous = row.hash;
    });
    if (!scanned) return scanned.error();
    auto head = s.audit_head();
    if (!head) return head.error();
    if (report.problem.empty() && *head != previous) report.problem = "rows are missing at the end of the audit trail";
    return report;
}

} // namespace idferry::state
