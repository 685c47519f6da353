#include "mapping/eval.hpp"

#include "mapping/attribute_path.hpp"
#include "mapping/eval_map.hpp"
#include "mapping/filter.hpp"
#include "mapping/json.hpp"
#include "mapping/resource_type.hpp"

#include <optional>

namespace idferry::mapping {

namespace {

struct evaluation
{
    bool valid{false};
    json match;
    json error;
    json position;
    json ast;
    json more = json::object(); // members that only some kinds have

    void fail(const parse_error& wrong)
    {
        error = wrong.message;
        position = wrong.position;
    }

    std::string text() const
    {
        json answer{{"valid", valid}, {"match", match}, {"error", error}, {"position", position}, {"ast", ast}};
        answer.update(more);
        return to_text(answer);
    }
};

json path_tree(const attribute_path& path)
{
    json elements = json::array();
    if (!path.attribute.empty()) {
        elements.push_back(
            {{"attr", path.attribute}, {"filter", path.value_filter ? path.value_filter->ast() : json()}});
    }
    if (!path.sub_attribute.empty()) {
        elements.push_back({{"attr", path.sub_attribute}, {"filter", nullptr}});
    }
    return {{"uri", path.urn.empty() ? json() : json(path.urn)}, {"elements", std::move(elements)}};
}

void evaluate_filter(const std::string& input, const json* resource, evaluation& out)
{
    filter_limits grammar;
    grammar.check_types = false;
    const auto parsed = parse_filter(input, grammar);
    if (const auto* wrong = std::get_if<parse_error>(&parsed)) {
        out.fail(*wrong);
        return;
    }
    const auto& parsed_filter = std::get<std::shared_ptr<const filter>>(parsed);
    out.valid = true;
    out.ast = parsed_filter->ast();
    const auto checked = parse_filter(input);
    if (const auto* wrong = std::get_if<parse_error>(&checked)) {
        out.fail(*wrong);
    } else if (resource != nullptr) {
        out.match = parsed_filter->matches(*resource);
    }
}

void evaluate_path(const std::string& input, const json* resource, evaluation& out)
{
    const auto parsed = parse_path(input);
    if (const auto* wrong = std::get_if<parse_error>(&parsed)) {
        out.fail(*wrong);
        return;
    }
    const auto& path = std::get<attribute_path>(parsed);
    out.valid = true;
    out.ast = path_tree(path);
    if (resource != nullptr) {
        out.match = !select(*resource, path).empty();
    }
}

void evaluate_map(const json& input, const json* type, const json* resource, evaluation& out)
{
    const auto* known = &user_type;
    if (type && *type == group_type.section)
        known = &group_type;
    else if (type && *type != user_type.section) {
        out.error = R"("type" must be "users" or "groups")";
        return;
    }
    auto tried = try_mapping_section(input, known->name, resource);
    out.valid = tried.at("valid").get<bool>();
    if (!out.valid && !tried.at("errors").empty()) out.error = tried.at("errors").front();
    if (const auto& result = tried.at("result"); result.is_object()) out.match = result.at("in_scope");
    out.more = {{"errors", std::move(tried["errors"])}, {"result", std::move(tried["result"])}};
}

void evaluate(std::string_view line, evaluation& out)
{
    json request;
    json_error wrong;
    if (!parse_json(line, request, wrong)) {
        out.fail({"the line is not usable: " + wrong.message, wrong.offset});
        return;
    }
    const auto member = [&request](const char* name) -> const json* {
        const auto found = request.find(name);
        return found == request.end() ? nullptr : &*found;
    };
    const json* kind = request.is_object() ? member("kind") : nullptr;
    if (kind == nullptr || !kind->is_string() || (*kind != "filter" && *kind != "path" && *kind != "map")) {
        out.error = R"(a line is an object whose "kind" is "filter", "path" or "map")";
        return;
    }
    const json* input = member("input");
    const bool map = *kind == "map";
    if (input == nullptr || (!input->is_string() && !(map && input->is_object()))) {
        out.error = map ? R"("input" must be the mapping to try: YAML as a string, or an object)"
                        : R"("input" must be a string: the filter or path to try)";
        return;
    }
    const json* resource = member("resource");
    if (resource != nullptr && resource->is_null()) {
        resource = nullptr;
    }
    if (resource != nullptr && !resource->is_object()) {
        out.error = R"("resource" must be an object)";
        return;
    }
    if (map) {
        evaluate_map(*input, member("type"), resource, out);
    } else if (*kind == "filter") {
        evaluate_filter(input->get_ref<const std::string&>(), resource, out);
    } else {
        evaluate_path(input->get_ref<const std::string&>(), resource, out);
    }
}

} // namespace

std::string evaluate_line(std::string_view line) noexcept
{
    try {
        evaluation result;
        evaluate(line, result);
        return result.text();
    } catch (...) {
        // Only memory can run out here.
        return R"({"ast":null,"error":"the line could not be evaluated","match":null,"position":null,"valid":false})";
    }
}

} // namespace idferry::mapping
