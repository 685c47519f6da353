#include "mapping/explanation.hpp"

namespace idferry::mapping {

namespace {

constexpr std::size_t values_at_most = 50;

json found_by(const filter& f, const json& resource, const mask& hides)
{
    const auto values = select(resource, f.path);
    const auto shown = [&](const json& v) { return hides.hides(f.path) ? hidden(v) : hides.value(v); };
    if (values.empty()) return nullptr;
    if (values.size() == 1) return shown(*values.front());
    auto out = json::array();
    for (const auto* v : values)
        if (out.size() < values_at_most) out.push_back(shown(*v));
    return out;
}

} // namespace

explained_clause explain_filter(const filter& f, const json& resource, const mask& hides)
{
    explained_clause out;
    out.kind = f.kind;
    out.text = f.text();
    out.holds = f.matches(resource);
    switch (f.kind) {
    case filter_kind::logical_and:
    case filter_kind::logical_or:
    case filter_kind::logical_not:
        for (const auto& child : f.children) out.parts.push_back(explain_filter(*child, resource, hides));
        break;
    case filter_kind::compare:
    case filter_kind::present:
    case filter_kind::value_path: out.found = found_by(f, resource, hides); break;
    }
    return out;
}

} // namespace idferry::mapping
