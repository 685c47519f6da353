#include "connectors/scim/scim_survey.hpp"

#include "mapping/core_schema.hpp"
#include "mapping/json.hpp"

namespace idferry::connectors::scim {

namespace asio = boost::asio;

namespace {

using mapping::json;
using mapping::member_named;
using mapping::same_name;

constexpr std::size_t most_attributes = 10'000;

std::string text_at(const json& object, std::string_view name)
{
    const auto* v = member_named(object, name);
    return v && v->is_string() ? v->get<std::string>() : std::string();
}

// The schemas of a ListResponse, of a bare array, or the one that was sent.
const json& listed(const json& body)
{
    const auto* resources = body.is_object() ? member_named(body, "Resources") : nullptr;
    return resources ? *resources : body;
}

void append_attributes(const json& schema, const std::string& prefix, std::vector<attribute_support>& out)
{
    const auto* all = member_named(schema, "attributes");
    if (!all || !all->is_array()) return;
    for (const auto& a : *all) {
        const auto name = text_at(a, "name");
        if (name.empty() || out.size() >= most_attributes) continue;
        const bool read_only = same_name(text_at(a, "mutability"), "readOnly");
        out.push_back({prefix + name, read_only});
        const auto* subs = member_named(a, "subAttributes");
        if (!subs || !subs->is_array()) continue;
        for (const auto& sub : *subs) {
            const auto part = text_at(sub, "name");
            if (part.empty() || out.size() >= most_attributes) continue;
            out.push_back({prefix + name + "." + part, read_only || same_name(text_at(sub, "mutability"), "readOnly")});
        }
    }
}

bool is_core(const std::string& id)
{
    for (const auto* t : mapping::resource_types())
        if (same_name(id, t->schema)) return true;
    return false;
}

// What the configuration of the connection wants and the provider does not announce.
void compare(const session& s, target_survey& out)
{
    const auto& wire = s.wire();
    const auto& told = s.announced;
    const bool patch = wire.claims.patch.value_or(told.patch.value_or(true));
    const std::string otherwise = " (or discovery.override.patch: true, when you know that it has)";
    if (!patch && wire.patch == patch_mode::always)
        out.problems.push_back("patch: always is configured, but the provider says that it has no PATCH; set patch: "
                               "auto" +
                               otherwise);
    else if (!patch &&
             (wire.membership == membership_mode::patch_filter || wire.membership == membership_mode::patch_value))
        out.problems.push_back("group.membership wants PATCH, and the provider says that it has none; set "
                               "group.membership: auto" +
                               otherwise);
    else if (!patch && wire.user_update == update_mode::patch)
        out.problems.push_back("user.update: patch needs PATCH, and the provider says that it has none; set "
                               "user.update: put_merge" +
                               otherwise);
    if (told.patch.value_or(false)) out.abilities.emplace_back("PATCH");
    if (told.filter.value_or(false)) out.abilities.emplace_back("filters");
    if (told.etag.value_or(false)) out.abilities.emplace_back("entity tags");
}

asio::awaitable<void> learn_schemas(session& s, const std::vector<const mapping::resource_type*>& types,
                                    target_survey& out)
{
    const call c({"GET", "/Schemas"}, s.where().collection("/Schemas"));
    const auto answer = co_await s.succeed(c);
    if (!answer) {
        out.notices.push_back("what attributes it has cannot be compared: " + answer.error().detail);
        co_return;
    }
    auto known = read_schemas(answer->body, types);
    for (auto& [type, attributes] : known) out.types[type].attributes = std::move(attributes);
    if (known.empty())
        out.notices.emplace_back("what attributes it has cannot be compared: GET /Schemas does not describe its users "
                                 "and groups");
}

} // namespace

std::map<std::string, std::vector<attribute_support>>
read_schemas(std::string_view body, const std::vector<const mapping::resource_type*>& types)
{
    std::map<std::string, std::vector<attribute_support>> out;
    json parsed;
    mapping::json_error error;
    if (!mapping::parse_json(body, parsed, error)) return out;
    const auto& all = listed(parsed);
    if (!all.is_array()) return out;
    std::vector<attribute_support> extensions;
    for (const auto& schema : all) {
        const auto id = text_at(schema, "id");
        if (!id.empty() && !is_core(id)) append_attributes(schema, id + ":", extensions);
    }
    for (const auto* type : types)
        for (const auto& schema : all) {
            if (!same_name(text_at(schema, "id"), type->schema)) continue;
            auto& attributes = out[std::string(type->name)];
            append_attributes(schema, "", attributes);
            attributes.insert(attributes.end(), extensions.begin(), extensions.end());
        }
    return out;
}

asio::awaitable<target_survey> survey_provider(session& s, std::vector<const mapping::resource_type*> types)
{
    target_survey out;
    if (s.wire().spc != spc_mode::skip) {
        co_await learn_schemas(s, types, out);
    }
    compare(s, out);
    for (const auto* type : types) {
        const query one{{"startIndex", "1"}, {"count", "1"}};
        const auto page = co_await s.read_page(*type, one);
        auto& of_type = out.types[std::string(type->name)];
        if (!page)
            of_type.trouble = page.error();
        else
            of_type.total = page->total.value_or(page->resources.size());
    }
    co_return out;
}

} // namespace idferry::connectors::scim
