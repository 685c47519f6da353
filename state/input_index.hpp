// The (key, digest) pairs of one scope, in memory with a seen bit each: every record is looked up here as its
// page arrives, so an unchanged one costs no SQL. 41 bytes a row; keys are kept as digests.
#pragma once

#include "mapping/digest_buckets.hpp"
#include "state/store.hpp"

#include <cstdint>
#include <string_view>
#include <unordered_set>
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
    // Looks the record up and marks its key as seen. `repeated` (optional) tells that it had been seen before, be it
    // known or new.
    verdict look_up(std::string_view key, const mapping::digest& input, bool* repeated = nullptr);
    // Fetches what look_up will read into the cache: worth it when many keys follow each other.
    void prefetch(std::string_view key) const;
    // Marks a key as seen without comparing: a record that could not be read must not look like a leaver.
    void mark_seen(std::string_view key);
    bool was_seen(std::string_view key) const;
    // Was the key loaded with status `linked`?
    bool is_linked(std::string_view key) const;

    // Rows loaded, and those of them that were not seen.
    std::uint64_t size() const { return entries_.size(); }
    std::uint64_t unseen() const { return entries_.size() - seen_; }
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
    mapping::digest hashed(std::string_view key) const { return mapping::fast_digest(key, seed_); }
    const entry* find(const mapping::digest& key) const;
    bool mark(entry& e);

    std::vector<entry> entries_; // in the order of their buckets
    mapping::digest_buckets buckets_;
    std::unordered_set<mapping::digest, mapping::digest_hash> new_keys_; // seen, but not loaded
    std::uint64_t seen_{0};
    std::uint64_t seed_{0};
};

} // namespace idferry::state
