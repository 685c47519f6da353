#include "state/input_index.hpp"

#include <algorithm>
#include <bit>
#include <charconv>

namespace idferry::state {

result<input_index> input_index::load(store& from, const scope_key& scope)
{
    input_index index;
    // Seeded per state file: nobody outside can prepare keys that collide.
    auto secret = from.digest_key();
    if (!secret) return secret.error();
    const auto leading = std::string_view(*secret).substr(0, 16);
    std::from_chars(leading.data(), leading.data() + leading.size(), index.seed_, 16);

    std::deque<entry> as_read; // how many there are is only known in the end
    auto scanned = from.scan_inputs(scope, [&](const input_view& row) {
        as_read.push_back({index.hashed(row.key), row.input, row.status, false});
    });
    if (!scanned) return scanned.error();
    index.build(as_read);
    return index;
}

// Digests are spread evenly, so their leading bits say where an entry is: about four entries share a bucket.
void input_index::build(const std::deque<entry>& as_read)
{
    const auto wanted = std::max<std::uint64_t>(as_read.size() / 4, 2);
    const auto bits = static_cast<unsigned>(std::bit_width(wanted - 1));
    shift_ = 64 - bits;
    buckets_.assign((std::size_t{1} << bits) + 1, 0);
    for (const auto& e : as_read) ++buckets_[(e.key.high >> shift_) + 1];
    for (std::size_t i = 1; i < buckets_.size(); ++i) buckets_[i] += buckets_[i - 1];
    entries_.resize(as_read.size());
    auto next = buckets_;
    for (const auto& e : as_read) entries_[next[e.key.high >> shift_]++] = e;
}

const input_index::entry* input_index::find(const mapping::digest& key) const
{
    if (buckets_.empty()) return nullptr;
    const auto bucket = static_cast<std::size_t>(key.high >> shift_);
    for (auto i = buckets_[bucket]; i < buckets_[bucket + 1]; ++i)
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
    if (entries_.empty()) return;
    const auto first = buckets_[static_cast<std::size_t>(hashed(key).high >> shift_)];
    __builtin_prefetch(entries_.data() + first);
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
