#include "config/node.hpp"

#include "config/node_data.hpp"

#include <algorithm>
#include <tuple>

namespace idferry::config {

std::string location::text() const
{
    std::string out = file.empty() ? "configuration" : file;
    if (line > 0) out += ":" + std::to_string(line);
    if (line > 0 && column > 0) out += ":" + std::to_string(column);
    return out;
}

std::string diagnostic::place() const
{
    return path.empty() ? where.text() : where.text() + ": " + path;
}

std::string diagnostic::text() const
{
    return place() + ": " + message;
}

void diagnostics::add(const node& at, std::string message)
{
    add(at.where(), at.path(), std::move(message));
}

void diagnostics::add(const node& at, std::size_t offset, std::string message)
{
    add(at.where_in_scalar(offset), at.path(), std::move(message));
}

void diagnostics::add(location where, std::string path, std::string message)
{
    all_.push_back({std::move(where), std::move(path), std::move(message)});
}

std::vector<diagnostic> diagnostics::sorted() const
{
    // By index, so that mistakes at one place keep their order (std::stable_sort warns with clang and this libstdc++).
    std::vector<std::size_t> order(all_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto key = [this](std::size_t i) {
        const auto& w = all_[i].where;
        return std::tuple(std::string_view(w.file), w.line, w.column, i);
    };
    std::ranges::sort(order, {}, key);
    std::vector<diagnostic> copy;
    for (const auto i : order) copy.push_back(all_[i]);
    return copy;
}

node::node()
{
    static const auto nothing = std::make_shared<const data>();
    data_ = nothing;
}

node::node(std::shared_ptr<const data> d) : data_(std::move(d)) {}

node_kind node::kind() const
{
    return data_->kind;
}
const location& node::where() const
{
    return data_->where;
}
const std::string& node::path() const
{
    return data_->path;
}
const std::string& node::scalar() const
{
    return data_->scalar;
}
bool node::quoted() const
{
    return data_->quoted;
}
const std::vector<node>& node::items() const
{
    return data_->items;
}
const std::vector<node::entry>& node::entries() const
{
    return data_->entries;
}

location node::where_in_scalar(std::size_t offset) const
{
    return place_in_scalar(*data_, offset);
}

std::optional<node> node::find(std::string_view key) const
{
    for (const auto& e : data_->entries)
        if (e.key.scalar() == key) return e.value;
    return std::nullopt;
}

namespace {

char lower_ascii(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Insertions, deletions, replacements and swaps of neighbours; letter case does not count.
std::size_t edit_distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = lower_ascii(a[i - 1]) == lower_ascii(b[j - 1]);
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
            if (i > 1 && j > 1 && lower_ascii(a[i - 1]) == lower_ascii(b[j - 2]) &&
                lower_ascii(a[i - 2]) == lower_ascii(b[j - 1]))
                now[j] = std::min(now[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, now);
    }
    return last[b.size()];
}

} // namespace

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates)
{
    constexpr std::size_t longest = 100; // a distance costs length times length
    if (word.empty() || word.size() > longest) return std::nullopt;
    const auto limit = std::max<std::size_t>(2, word.size() / 3);
    std::optional<std::string> best;
    auto best_distance = limit + 1;
    for (const auto& candidate : candidates) {
        if (candidate.size() > longest) continue;
        const auto distance = edit_distance(word, candidate);
        // A word that would have to change completely is not near, however short it is.
        if (distance < best_distance && distance < std::max(word.size(), candidate.size())) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

} // namespace idferry::config
