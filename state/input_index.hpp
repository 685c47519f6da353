// The (key, digest) pairs of one scope, sorted in memory with a seen bit each: every record is looked up here as its
// page arrives, so an unchanged one costs no SQL. 40 bytes a row.
#pragma once

#include "state/store.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace idferry::state {

class input_index
{
public:
    // Loads every input of the scope.
    static result<input_index> load(store& from, const scope_key& scope);

    enum class verdict
    {
        unchanged, // same digest as last time and nothing waits
        changed,   // known key, other digest, or its outcome is still waiting
        unknown    // new key
    };
    // Looks the record up and marks its key as seen. `repeated` (optional) tells that it had been seen before.
    verdict look_up(std::string_view key, const mapping::digest& input, bool* repeated = nullptr);
    // Marks a key as seen without comparing: a record that could not be read must not look like a leaver.
    void mark_seen(std::string_view key);
    bool was_seen(std::string_view key) const;

    std::uint64_t size() const;
    std::uint64_t unseen() const;
    // Keys that were not seen, in order: scans the state again, only when somebody is missing.
    result<std::vector<input_row>> unseen_rows(store& from, const scope_key& scope) const;

private:
    struct entry
    {
        mapping::digest key;
        mapping::digest input;
        input_status status;
        bool seen;
    };
    std::vector<entry> entries_;
};

} // namespace idferry::state
