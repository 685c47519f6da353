#include "connectors/beyond_identity/failures.hpp"

#include "connectors/http/client.hpp"
#include "connectors/operation_table.hpp"
#include "mapping/core_schema.hpp"
#include "mapping/json.hpp"

#include <algorithm>

namespace idferry::connectors::beyond_identity {

namespace {

using mapping::json;

constexpr std::size_t longest_text = 200;
constexpr std::size_t most_details = 2000;

// Text of the service in one of our messages: short and on one line.
std::string quotable(const json& holder, const char* name)
{
    const auto* value = mapping::member_named(holder, name);
    if (!value || !value->is_string()) return {};
    auto text = value->get<std::string>();
    if (text.size() > longest_text) {
        text.resize(longest_text);
        while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) text.pop_back();
        text += "…";
    }
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    return text;
}

std::string lower_case(std::string text)
{
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return text;
}

// An id is data: whole, or not at all.
std::string id_in(const json& holder, const char* name)
{
    const auto* value = mapping::member_named(holder, name);
    if (!value || !value->is_string() || value->get_ref<const std::string&>().size() > longest_text) return {};
    return value->get<std::string>();
}

const json* list_in(const json& holder, const char* name)
{
    const auto* value = mapping::member_named(holder, name);
    return value && value->is_array() ? value : nullptr;
}

void read_detail(const json& detail, error_facts& out)
{
    if (!detail.is_object()) return;
    if (const auto* violations = list_in(detail, "field_violations"))
        for (const auto& v : *violations)
            if (v.is_object() && out.violations.size() < most_details)
                out.violations.push_back({quotable(v, "field"), quotable(v, "description")});
    if (auto id = id_in(detail, "id"); !id.empty() && out.resources.size() < most_details)
        out.resources.push_back({quotable(detail, "resource_type"), std::move(id)});
    // The keys of a batch's errors are capitalised: {"Description", "IDs", "ResourceType"}.
    if (const auto* errors = list_in(detail, "errors"))
        for (const auto& e : *errors) {
            const auto* ids = e.is_object() ? list_in(e, "IDs") : nullptr;
            if (!ids) continue;
            for (const auto& id : *ids)
                if (id.is_string() && out.resources.size() < most_details)
                    out.resources.push_back({quotable(e, "ResourceType"), id.get<std::string>()});
        }
}

std::string listed(std::string_view scopes)
{
    std::string out;
    for (const char c : scopes) out += c == ' ' ? std::string(", ") : std::string(1, c);
    return out;
}

std::string about_scopes(const asked& about)
{
    if (about.scopes.empty()) return {};
    const auto missing = missing_scopes(about.scopes, about.granted);
    if (!missing.empty())
        return "; the token lacks " + listed(missing) +
               ": allow it to the application (allowed_scopes), and ask for it where auth.scope is set";
    if (!about.granted.empty())
        return "; the token has the scopes for it (" + listed(about.scopes) + "): is it for this realm?";
    return "; it needs the scopes " + listed(about.scopes);
}

} // namespace

std::vector<std::string> error_facts::ids_of(std::string_view type) const
{
    std::vector<std::string> out;
    for (const auto& r : resources)
        if (mapping::same_name(r.type, type)) out.push_back(r.id);
    return out;
}

error_facts read_error(std::string_view body)
{
    error_facts out;
    json all;
    mapping::json_error ignored;
    mapping::json_limits small;
    small.max_bytes = 1024 * 1024;
    small.max_depth = 16;
    if (!mapping::parse_json(body, all, ignored, small) || !all.is_object()) return out;
    out.code = lower_case(quotable(all, "code"));
    out.message = quotable(all, "message");
    if (out.code.empty()) out.code = lower_case(quotable(all, "error"));
    if (out.message.empty()) out.message = quotable(all, "error_description");
    if (const auto* details = list_in(all, "details"))
        for (const auto& d : *details) read_detail(d, out);
    return out;
}

failure read_failure(const http::request& r, const http::response& answer, const asked& about)
{
    const auto e = read_error(answer.body);
    auto f = http::failure_of(r, answer, "");
    if (answer.status == 404 || answer.status == 410) f.next = disposition::not_found;
    f.code = e.code;
    if (answer.status == 409) f.code = e.message.ends_with("has children") ? "children" : "uniqueness";
    if (!e.code.empty()) f.detail += " " + e.code;
    if (!e.message.empty() && lower_case(e.message) != e.code) f.detail += ": " + e.message;
    std::size_t told = 0;
    for (const auto& v : e.violations)
        if (++told <= 5) f.detail += "; " + v.field + ": " + v.description;
    if (answer.status == 403) f.detail += about_scopes(about);
    if (!about.correlation_id.empty()) f.detail += " (correlation id " + std::string(about.correlation_id) + ")";
    return f;
}

std::string missing_scopes(std::string_view needed, std::string_view granted)
{
    if (granted.empty()) return {};
    const auto have = words(granted);
    std::string out;
    for (const auto scope : words(needed))
        if (std::ranges::find(have, scope) == have.end()) out += (out.empty() ? "" : " ") + std::string(scope);
    return out;
}

} // namespace idferry::connectors::beyond_identity
