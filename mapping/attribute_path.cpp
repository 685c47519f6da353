#include "mapping/attribute_path.hpp"

#include "mapping/filter.hpp"
#include "mapping/filter_lexer.hpp"
#include "mapping/filter_parser.hpp"
#include "mapping/filter_select.hpp"
#include "mapping/json.hpp"

namespace idferry::mapping {

std::string attribute_path::attribute_text() const
{
    if (urn.empty()) {
        return attribute;
    }
    return attribute.empty() ? urn : urn + ":" + attribute;
}

std::string attribute_path::text() const
{
    std::string whole = attribute_text();
    if (value_filter != nullptr) {
        whole += "[" + value_filter->text() + "]";
    }
    if (!sub_attribute.empty()) {
        whole += "." + sub_attribute;
    }
    return whole;
}

std::variant<attribute_path, parse_error> parse_path(std::string_view text)
{
    const filter_limits limits;
    if (text.size() > limits.max_bytes) {
        return parse_error{"the path is longer than " + std::to_string(limits.max_bytes) + " bytes", limits.max_bytes};
    }
    filter_cursor in(text);
    attribute_path path;
    const std::string_view word = in.word();
    if (word.empty()) {
        return parse_error{"expected an attribute name", 0};
    }
    if (auto wrong = parse_attribute_token(word, 0, path)) {
        return std::move(*wrong);
    }
    in.move_to(word.size());
    if (in.peek() == '[') {
        filter_parser parser(in, limits);
        path.value_filter = parser.parse_brackets(path);
        if (path.value_filter == nullptr) {
            return parser.error();
        }
        if (in.take('.')) {
            const std::string_view sub_attribute = in.word();
            if (auto wrong = check_attribute_name(sub_attribute, in.position())) {
                return std::move(*wrong);
            }
            path.sub_attribute = sub_attribute;
            in.move_to(in.position() + sub_attribute.size());
        }
    }
    if (!in.done()) {
        return parse_error{"expected the end of the path; a path has no operators outside brackets", in.position()};
    }
    return path;
}

const json* find_member(const json& object, std::string_view name)
{
    const auto& members = object.get_ref<const json::object_t&>();
    const auto exact = members.find(name);
    if (exact != members.end()) {
        return &exact->second;
    }
    for (const auto& [key, value] : members) {
        if (equal_names(key, name)) {
            return &value;
        }
    }
    return nullptr;
}

const json* find_container(const json& resource, const attribute_path& path, const json*& whole)
{
    if (path.urn.empty()) {
        return &resource;
    }
    if (path.attribute.empty()) {
        whole = is_core_schema(path.urn) ? &resource : find_member(resource, path.urn);
        return nullptr;
    }
    if (is_core_schema(path.urn)) {
        return &resource;
    }
    const json* extension = find_member(resource, path.urn);
    if (extension == nullptr && path.value_filter == nullptr && path.sub_attribute.empty()) {
        whole = find_member(resource, path.urn + ":" + path.attribute);
    }
    return extension;
}

std::vector<const json*> select(const json& resource, const attribute_path& path)
{
    std::vector<const json*> selected;
    visit_selected(resource, path, [&selected](const json& value) {
        selected.push_back(&value);
        return false;
    });
    return selected;
}

} // namespace idferry::mapping
