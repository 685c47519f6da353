// A filter as text, as a syntax tree, and as the list of what it reads.
#include "mapping/filter.hpp"
#include "mapping/filter_compare.hpp"
#include "mapping/filter_operators.hpp"
#include "mapping/json.hpp"

namespace idferry::mapping {

namespace {

std::string joined_text(const filter& joined)
{
    const std::string_view joint = joined.kind == filter_kind::logical_and ? " and " : " or ";
    std::string text;
    for (const auto& child : joined.children) {
        if (!text.empty()) {
            text += joint;
        }
        const bool nested = child->kind == filter_kind::logical_or ||
                            (child->kind == filter_kind::logical_and && joined.kind == child->kind);
        text += nested ? "(" + child->text() + ")" : child->text();
    }
    return text;
}

} // namespace

std::string filter::text() const
{
    switch (kind) {
    case filter_kind::compare:
        return path.text() + " " + std::string(operator_name(op)) + " " +
               (operand == nullptr ? "null" : to_text(*operand));
    case filter_kind::present: return path.text() + " pr";
    case filter_kind::value_path: return path.text() + "[" + (children.empty() ? "" : children.front()->text()) + "]";
    case filter_kind::logical_not: return "not (" + (children.empty() ? "" : children.front()->text()) + ")";
    case filter_kind::logical_and:
    case filter_kind::logical_or: return joined_text(*this);
    }
    return {};
}

json filter::ast() const
{
    switch (kind) {
    case filter_kind::compare:
        return {{"op", operator_name(op)},
                {"attrPath", path.text()},
                {"compValue", operand == nullptr ? json() : *operand}};
    case filter_kind::present: return {{"op", "pr"}, {"attrPath", path.text()}};
    case filter_kind::value_path:
        return {{"op", "[]"},
                {"attrPath", path.text()},
                {"valFilter", children.empty() ? json() : children.front()->ast()}};
    case filter_kind::logical_not:
        return {{"op", "not"}, {"filter", children.empty() ? json() : children.front()->ast()}};
    case filter_kind::logical_and:
    case filter_kind::logical_or: break;
    }
    json filters = json::array();
    for (const auto& child : children) {
        filters.push_back(child->ast());
    }
    return {{"op", kind == filter_kind::logical_and ? "and" : "or"}, {"filters", std::move(filters)}};
}

void filter::collect_paths(std::vector<attribute_path>& out) const
{
    if (kind == filter_kind::compare || kind == filter_kind::present) {
        out.push_back(path);
        return;
    }
    std::vector<attribute_path> inner;
    for (const auto& child : children) {
        child->collect_paths(kind == filter_kind::value_path ? inner : out);
    }
    for (const attribute_path& read : inner) {
        attribute_path whole;
        whole.urn = path.urn;
        whole.attribute = path.attribute;
        whole.sub_attribute = read.attribute;
        out.push_back(std::move(whole));
    }
}

std::shared_ptr<const filter> with_paths(const filter& original,
                                         const std::function<attribute_path(const attribute_path&)>& replace)
{
    auto copy = std::make_shared<filter>(original);
    switch (original.kind) {
    case filter_kind::compare:
    case filter_kind::present:
    case filter_kind::value_path:
        copy->path = replace(original.path);
        if (copy->operand != nullptr) {
            const bool exact = comparison_rules{}.case_exact(copy->path.attribute, copy->path.sub_attribute);
            copy->prepared = std::make_shared<const comparison_operand>(prepare_operand(*copy->operand, exact));
        }
        break;
    case filter_kind::logical_and:
    case filter_kind::logical_or:
    case filter_kind::logical_not:
        for (auto& child : copy->children) {
            child = with_paths(*child, replace);
        }
        break;
    }
    return copy;
}

} // namespace idferry::mapping
