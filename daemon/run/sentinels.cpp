#include "daemon/run/sentinels.hpp"

#include "mapping/json.hpp"

#include <algorithm>
#include <cctype>

namespace idferry::daemon::run {

namespace {

char ascii_lower(char ch)
{
    return ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch + 32) : ch;
}

// A text that must stand in the bytes of every record that `f` matches, or "".
std::string needle_of(const mapping::filter& f)
{
    if (f.kind == mapping::filter_kind::logical_and) {
        for (const auto& child : f.children)
            if (auto n = needle_of(*child); !n.empty()) return n;
        return {};
    }
    if (f.kind != mapping::filter_kind::compare || f.op != mapping::compare_operator::eq || !f.operand->is_string())
        return {};
    auto text = f.operand->get<std::string>();
    for (auto& ch : text) {
        // Anything that JSON could write in another way is no use as a needle.
        if (static_cast<unsigned char>(ch) < 0x20 || static_cast<unsigned char>(ch) > 0x7e || ch == '"' || ch == '\\' ||
            ch == '/')
            return {};
        ch = ascii_lower(ch);
    }
    return text;
}

bool contains(std::string_view bytes, const std::string& needle)
{
    const auto same = [](char a, char b) { return ascii_lower(a) == b; };
    return std::search(bytes.begin(), bytes.end(), needle.begin(), needle.end(), same) != bytes.end();
}

} // namespace

sentinel_watch::sentinel_watch(const std::vector<reconcile::sentinel>& wanted)
{
    for (const auto& s : wanted) open_.push_back({s, s.by_filter ? needle_of(*s.by_filter) : std::string()});
}

void sentinel_watch::look(const connectors::source& from, const connectors::raw_record& record,
                          const std::function<std::vector<connectors::group_ref>()>& groups)
{
    std::optional<mapping::json> decoded;
    const auto seen = [&](const open_sentinel& s) {
        if (!s.what.by_filter) return record.key == s.what.text;
        if (!s.needle.empty() && !contains(record.bytes, s.needle)) return false;
        if (!decoded) {
            auto d = from.decode(mapping::user_type, record.bytes, groups());
            decoded = d ? std::move(*d) : mapping::json::object();
        }
        return s.what.by_filter->matches(*decoded);
    };
    std::erase_if(open_, seen);
}

std::vector<std::string> sentinel_watch::missing() const
{
    std::vector<std::string> out;
    for (const auto& s : open_) out.push_back(s.what.text);
    return out;
}

} // namespace idferry::daemon::run
