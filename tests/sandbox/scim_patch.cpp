#include "tests/sandbox/scim_patch.hpp"

#include <algorithm>

namespace idferry::sandbox {
namespace {

enum class patch_op
{
    add,
    replace,
    remove
};

scim_problem patch_refusal(const char* type, std::string detail)
{
    return {400, type, std::move(detail)};
}

const std::string& schema_key(json& container, const std::string& name, std::string& scratch)
{
    for (auto member = container.begin(); member != container.end(); ++member)
        if (same_ignoring_case(member.key(), name)) return scratch = member.key();
    return scratch = name;
}

void erase_member(json& container, const std::string& name)
{
    std::string scratch;
    container.erase(schema_key(container, name, scratch));
}

// Of two primaries the one that came last stays.
void keep_one_primary(json& list, const json* chosen)
{
    if (chosen == nullptr) return;
    for (auto& element : list)
        if (&element != chosen && element.is_object())
            if (auto* primary = find_member(element, "primary"); primary != nullptr) *primary = false;
}

bool is_primary(const json& element)
{
    const auto* primary = find_member(element, "primary");
    return primary != nullptr && *primary == true;
}

bool same_element(const json& a, const json& b)
{
    if (a == b) return true;
    if (!a.is_object() || !b.is_object()) return false;
    const auto* left = find_member(a, "value");
    const auto* right = find_member(b, "value");
    const auto* left_type = find_member(a, "type");
    const auto* right_type = find_member(b, "type");
    return left != nullptr && right != nullptr && *left == *right && !is_primary(b) &&
           (right_type == nullptr || (left_type != nullptr && *left_type == *right_type));
}

struct patcher
{
    const scim_model& model;
    const scim_patch_options& options;
    json& resource;

    scim_problem operation(const json& one)
    {
        const auto* name = find_member(one, "op");
        if (name == nullptr || !name->is_string()) return patch_refusal("invalidSyntax", "an operation lacks op");
        const auto word = lower_ascii(name->get<std::string>());
        patch_op op{};
        if (word == "add")
            op = patch_op::add;
        else if (word == "replace")
            op = patch_op::replace;
        else if (word == "remove")
            op = patch_op::remove;
        else
            return patch_refusal("invalidSyntax", "op must be add, replace or remove");
        const auto* value = find_member(one, "value");
        const auto* path = find_member(one, "path");
        if (op != patch_op::remove && value == nullptr) return patch_refusal("invalidValue", "value is missing");
        if (path == nullptr || path->is_null()) {
            if (op == patch_op::remove) return patch_refusal("noTarget", "remove needs a path");
            return without_path(op, *value);
        }
        if (!path->is_string()) return patch_refusal("invalidPath", "path must be a string");
        const auto text = path->get<std::string>();
        if (model.is_extension(text)) // the whole extension
            return extension(op, text, value);
        std::string error;
        const auto parsed = parse_scim_patch_path(text, error);
        if (!parsed) return patch_refusal("invalidPath", error);
        return with_path(op, *parsed, value);
    }

    scim_problem extension(patch_op op, const std::string& urn, const json* value)
    {
        if (op == patch_op::remove || value->is_null()) {
            erase_member(resource, urn);
            return {};
        }
        if (!value->is_object()) return patch_refusal("invalidValue", "an extension is an object");
        for (auto member = value->begin(); member != value->end(); ++member)
            if (const auto problem = with_path(op, {{urn, member.key(), ""}, std::nullopt}, &member.value()))
                return problem;
        return {};
    }

    scim_problem without_path(patch_op op, const json& value)
    {
        if (!value.is_object()) return patch_refusal("invalidValue", "without a path the value is an object");
        for (auto member = value.begin(); member != value.end(); ++member) {
            if (same_ignoring_case(member.key(), "schemas")) continue;
            scim_problem problem;
            if (model.is_extension(member.key())) {
                problem = extension(op, member.key(), &member.value());
            } else if (const auto colon = member.key().rfind(':');
                       colon != std::string::npos) { // a fully qualified name
                problem =
                    with_path(op, {{member.key().substr(0, colon), member.key().substr(colon + 1), ""}, std::nullopt},
                              &member.value());
            } else {
                const auto* attribute = model.find("", member.key());
                if (attribute != nullptr && attribute->mutability == "readOnly") continue;
                problem = with_path(op, {{"", member.key(), ""}, std::nullopt}, &member.value());
            }
            if (problem) return problem;
        }
        return {};
    }

    scim_problem with_path(patch_op op, const scim_patch_path& path, const json* value)
    {
        const auto* attribute = model.find(path.path.urn, path.path.attribute);
        if (attribute == nullptr) return patch_refusal("invalidPath", "no attribute " + path.path.attribute);
        const scim_attribute* sub = nullptr;
        if (!path.path.sub.empty()) {
            sub = attribute->sub(path.path.sub);
            if (sub == nullptr) return patch_refusal("invalidPath", "no sub-attribute " + path.path.sub);
        }
        if (attribute->mutability == "readOnly" ||
            (sub != nullptr && (sub->mutability == "readOnly" || sub->mutability == "immutable")))
            return patch_refusal("mutability", path.path.attribute + " cannot be changed");
        if (path.where && !attribute->many) return patch_refusal("invalidPath", path.path.attribute + " is not a list");
        json* container = &resource;
        if (model.is_extension(path.path.urn)) {
            std::string scratch;
            const auto key = schema_key(resource, path.path.urn, scratch);
            if (!resource.contains(key)) {
                if (op == patch_op::remove) return {};
                resource[key] = json::object();
            }
            container = &resource[key];
        }
        const bool clears = op == patch_op::remove || value->is_null();
        if (clears && attribute->required && sub == nullptr && !path.where)
            return patch_refusal("mutability", attribute->name + " is required");
        auto problem = attribute->many ? on_list(op, *container, *attribute, path, clears ? nullptr : value)
                                       : on_single(op, *container, *attribute, path, clears ? nullptr : value);
        if (!problem && model.is_extension(path.path.urn) && container->empty()) erase_member(resource, path.path.urn);
        return problem;
    }

    // `value` null = remove.
    static scim_problem on_single(patch_op, json& container, const scim_attribute& attribute,
                                  const scim_patch_path& path, const json* value)
    {
        std::string scratch;
        const auto key = schema_key(container, attribute.name, scratch);
        if (path.path.sub.empty()) {
            if (value == nullptr) {
                container.erase(key);
            } else if (attribute.type == scim_type::complex) {
                if (!value->is_object()) return patch_refusal("invalidValue", attribute.name + " is an object");
                if (!container.contains(key)) container[key] = json::object();
                for (auto member = value->begin(); member != value->end(); ++member) {
                    std::string inner;
                    container[key][schema_key(container[key], member.key(), inner)] = member.value();
                }
            } else {
                container[key] = *value;
            }
            return {};
        }
        if (attribute.type != scim_type::complex)
            return patch_refusal("invalidPath", attribute.name + " has no sub-attributes");
        if (value == nullptr) {
            if (container.contains(key)) {
                erase_member(container[key], path.path.sub);
                if (container[key].empty()) container.erase(key);
            }
            return {};
        }
        if (!container.contains(key)) container[key] = json::object();
        std::string inner;
        const auto sub_key = schema_key(container[key], path.path.sub, inner);
        container[key][sub_key] = *value;
        return {};
    }

    scim_problem on_list(patch_op op, json& container, const scim_attribute& attribute, const scim_patch_path& path,
                         const json* value) const
    {
        std::string scratch;
        const auto key = schema_key(container, attribute.name, scratch);
        auto list = container.contains(key) && container[key].is_array() ? container[key] : json::array();
        scim_problem problem;
        if (path.where)
            problem = on_matches(op, list, attribute, path, value);
        else if (!path.path.sub.empty())
            problem = on_every(list, path.path.sub, value);
        else if (value == nullptr)
            list = json::array();
        else
            problem = add_elements(op, list, attribute, *value);
        if (problem) return problem;
        if (list.empty())
            container.erase(key);
        else
            container[key] = std::move(list);
        return {};
    }

    static scim_problem add_elements(patch_op op, json& list, const scim_attribute& attribute, const json& value)
    {
        const auto given = value.is_array() ? value : json::array({value});
        for (const auto& element : given)
            if (element.is_object() != (attribute.type == scim_type::complex))
                return patch_refusal("invalidValue", attribute.name + " has elements of the wrong type");
        if (op == patch_op::replace) {
            list = given;
            return {};
        }
        for (const auto& element : given) {
            if (std::any_of(list.begin(), list.end(), [&](const json& old) { return same_element(old, element); }))
                continue;
            std::erase_if(list.get_ref<json::array_t&>(), [&](const json& old) { // the same value, now primary
                const auto* left = find_member(old, "value");
                const auto* right = find_member(element, "value");
                const auto* left_type = find_member(old, "type");
                const auto* right_type = find_member(element, "type");
                return left != nullptr && right != nullptr && *left == *right &&
                       (left_type == right_type ||
                        (left_type != nullptr && right_type != nullptr && *left_type == *right_type));
            });
            list.push_back(element);
            keep_one_primary(list, is_primary(element) ? &list.back() : nullptr);
        }
        return {};
    }

    static scim_problem on_every(json& list, const std::string& sub, const json* value)
    {
        if (list.empty() && value != nullptr) {
            list.push_back(json{{sub, *value}});
            return {};
        }
        for (auto& element : list)
            if (value == nullptr)
                erase_member(element, sub);
            else {
                std::string scratch;
                element[schema_key(element, sub, scratch)] = *value;
            }
        std::erase_if(list.get_ref<json::array_t&>(), [](const json& element) { return element.empty(); });
        return {};
    }

    scim_problem on_matches(patch_op op, json& list, const scim_attribute& attribute, const scim_patch_path& path,
                            const json* value) const
    {
        const json* chosen = nullptr;
        bool any = false;
        auto matches = [&](const json& element) { return fits_scim_element(*path.where, element, attribute); };
        if (value == nullptr && path.path.sub.empty()) {
            any = std::erase_if(list.get_ref<json::array_t&>(), matches) > 0;
        } else {
            for (auto& element : list) {
                if (!matches(element)) continue;
                any = true;
                std::string scratch;
                if (value == nullptr)
                    erase_member(element, path.path.sub);
                else if (!path.path.sub.empty())
                    element[schema_key(element, path.path.sub, scratch)] = *value;
                else if (!value->is_object())
                    return patch_refusal("invalidValue", attribute.name + " has objects as elements");
                else if (op == patch_op::replace)
                    element = *value;
                else
                    for (auto member = value->begin(); member != value->end(); ++member)
                        element[schema_key(element, member.key(), scratch)] = member.value();
                if (is_primary(element)) chosen = &element;
            }
            keep_one_primary(list, chosen);
        }
        if (!any && !(op == patch_op::remove && options.silent_remove))
            return patch_refusal("noTarget", "no value of " + attribute.name + " fits the filter");
        return {};
    }
};

} // namespace

scim_problem apply_scim_patch(const scim_model& model, json& resource, const json& message,
                              const scim_patch_options& options)
{
    const auto* operations = find_member(message, "Operations");
    const auto* schemas = find_member(message, "schemas");
    const json urn = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    if (schemas == nullptr || !schemas->is_array() ||
        std::find(schemas->begin(), schemas->end(), urn) == schemas->end())
        return patch_refusal("invalidSyntax", "schemas must name PatchOp");
    if (operations == nullptr || !operations->is_array() || operations->empty())
        return patch_refusal("invalidSyntax", "Operations is missing");
    auto changed = resource;
    patcher work{model, options, changed};
    for (const auto& one : *operations) {
        if (!one.is_object()) return patch_refusal("invalidSyntax", "an operation is an object");
        if (auto problem = work.operation(one)) return problem;
    }
    resource = std::move(changed);
    return {};
}

} // namespace idferry::sandbox
