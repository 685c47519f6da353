#include "state/input_index.hpp"

#include <charconv>
#include <deque>

namespace idferry::state {

result<input_index> input_index::load(store& from, const scope_key& scope)
{
    input_index index;
    // Seeded per state file: nobody outside can prepare keys that collide.
    auto secret = from.digest_key();
    if (!secret) return secret.error();
    const auto seed = std::string_view(*secret).substr(0, 16);
    std::from_chars(seed.data(), seed.data() + seed.size(), index.seed_, 16);

    std::deque<entry> as_read; // how many there are is only known in the end
    auto scanned = from.scan_inputs(scope, [&](const input_view& row) {
        as_read.push_back({index.hashed(row.key), row.input, row.status, false});
    });
    if (!scanned) return scanned.error();
    const auto leading = [](const entry& e) { return e.key.high; };
    index.buckets_ = mapping::digest_buckets(as_read, leading);
    index.entries_ = index.buckets_.ordered<entry>(as_read, leading);
    return index;
}

const input_index::entry* input_index::find(const mapping::digest& key) const
{
    const auto [begin, end] = buckets_.of(key.high);
    for (auto i = begin; i < end; ++i)
        if (entries_[i].key == key) return &entries_[i];
    return nullptr;
}

bool input_index::mark(entry& e)
{
    const bool before = e.seen;
    e.seen = true;
    if (!before) ++seen_;
    return before;
}

input_index::verdict input_index::look_up(std::string_view key, const mapping::digest& input, bool* repeated)
{
    const auto hash = hashed(key);
    const auto* found = find(hash);
    if (found == nullptr) {
        const bool fresh = new_keys_.insert(hash).second;
        if (repeated != nullptr) *repeated = !fresh;
        return verdict::unknown;
    }
    auto& e = entries_[static_cast<std::size_t>(found - entries_.data())];
    const bool before = mark(e);
    if (repeated != nullptr) *repeated = before;
    return e.status != input_status::waiting && e.input == input ? verdict::unchanged : verdict::changed;
}

void input_index::prefetch(std::string_view key) const
{
    __builtin_prefetch(entries_.data() + buckets_.of(hashed(key).high).begin);
}

void input_index::mark_seen(std::string_view key)
{
    const auto hash = hashed(key);
    if (const auto* found = find(hash))
        mark(entries_[static_cast<std::size_t>(found - entries_.data())]);
    else
        new_keys_.insert(hash);
}

bool input_index::is_linked(std::string_view key) const
{
    const auto* e = find(hashed(key));
    return e != nullptr && e->status == input_status::linked;
}

bool input_index::was_seen(std::string_view key) const
{
    const auto hash = hashed(key);
    const auto* found = find(hash);
    return found != nullptr ? found->seen : new_keys_.contains(hash);
}

result<std::vector<input_row>> input_index::unseen_rows(store& from, const scope_key& scope) const
{
    std::vector<input_row> rows;
    if (unseen() == 0) return rows;
    rows.reserve(unseen());
    auto scanned = from.scan_inputs(scope, [&](const input_view& row) {
        const auto* found = find(hashed(row.key));
        if (found != nullptr && !found->seen)
            rows.push_back({mapping::source_key(std::string(row.key)), row.input, row.status});
    });
    if (!scanned) return scanned.error();
    return rows;
}

} // namespace idferry::state
