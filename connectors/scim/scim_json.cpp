#include "connectors/scim/scim_json.hpp"

#include "mapping/core_schema.hpp"

#include <algorithm>

namespace idferry::connectors::scim {

namespace {

using mapping::json;
using mapping::member_named;

constexpr std::size_t max_id_bytes = 1024;
constexpr std::size_t max_error_bytes = 64 * 1024;
constexpr std::size_t max_text_bytes = 4096;
constexpr std::size_t max_detail_bytes = 300;

std::string lower_ascii(std::string_view s)
{
    std::string out(s);
    for (auto& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    return out;
}

// One line, printable, at most `most` bytes and never half a character.
std::string one_line(std::string_view s, std::size_t most)
{
    std::string out;
    for (char c : s) {
        if (out.size() >= most) {
            while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0) == 0x80) out.pop_back();
            if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xC0) out.pop_back();
            return out + "…";
        }
        const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
        if (control && (out.empty() || out.back() == ' ')) continue;
        out += control ? ' ' : c;
    }
    while (out.ends_with(' ')) out.pop_back();
    return out;
}

bool looks_like_html(std::string_view body)
{
    const auto start = body.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    return start != std::string_view::npos && body[start] == '<';
}

failure shape_failure(std::string code, std::string detail)
{
    failure f;
    f.next = disposition::retry;
    f.code = std::move(code);
    f.detail = std::move(detail);
    return f;
}

failure not_json(std::string_view body, const mapping::json_error& e)
{
    if (body.find_first_not_of(" \t\r\n") == std::string_view::npos)
        return shape_failure("not_json", "the answer has no body");
    if (looks_like_html(body)) return shape_failure("not_json", "the answer is a web page, not JSON");
    return shape_failure("not_json",
                         "the answer is not JSON: " + e.message + " (byte " + std::to_string(e.offset) + ")");
}

std::string text_member(const json& object, std::string_view name)
{
    const auto* v = member_named(object, name);
    if (!v) return {};
    if (v->is_string()) return v->get<std::string>();
    return v->is_number_integer() ? mapping::to_text(*v) : std::string{};
}

std::optional<std::uint64_t> count_of(const json& v)
{
    if (v.is_number_unsigned()) return v.get<std::uint64_t>();
    if (v.is_string()) {
        const auto& s = v.get_ref<const std::string&>();
        if (s.empty() || s.size() > 15 || !std::ranges::all_of(s, [](char c) { return c >= '0' && c <= '9'; }))
            return std::nullopt;
        return std::stoull(s);
    }
    return std::nullopt;
}

json* mutable_member(json& object, std::string_view name)
{
    for (auto& [key, value] : object.get_ref<json::object_t&>())
        if (mapping::same_name(key, name)) return &value;
    return nullptr;
}

std::string version_of(const json& body)
{
    const auto* meta = member_named(body, "meta");
    return meta ? text_member(*meta, "version") : std::string{};
}

// {"supported": true}, and what careless servers make of it.
std::optional<bool> supported(const json& config, std::string_view feature)
{
    const auto* f = member_named(config, feature);
    if (!f) return std::nullopt;
    const auto* v = f->is_object() ? member_named(*f, "supported") : f;
    if (!v) return std::nullopt;
    if (v->is_boolean()) return v->get<bool>();
    if (v->is_string() && mapping::same_name(v->get_ref<const std::string&>(), "true")) return true;
    if (v->is_string() && mapping::same_name(v->get_ref<const std::string&>(), "false")) return false;
    return std::nullopt;
}

} // namespace

std::optional<std::string> id_text(const json& value)
{
    if (value.is_number_integer()) return mapping::to_text(value);
    if (!value.is_string()) return std::nullopt;
    const auto& text = value.get_ref<const std::string&>();
    if (text.empty() || text.size() > max_id_bytes || text == "undefined" || text == "null") return std::nullopt;
    return text;
}

result<remote_resource> read_resource(std::string_view body)
{
    json value;
    mapping::json_error error;
    if (!mapping::parse_json(body, value, error, {64, 32 * 1024 * 1024})) return not_json(body, error);
    if (!value.is_object()) return shape_failure("wrong_shape", "the answer is not a SCIM resource");
    const auto* id = member_named(value, "id");
    const auto text = id ? id_text(*id) : std::nullopt;
    if (!text) return shape_failure("no_id", "the answer is a resource without a usable id");
    remote_resource r;
    r.id = mapping::target_id(*text);
    r.version = version_of(value);
    r.body = std::move(value);
    return r;
}

result<list_page> read_list(std::string_view body)
{
    json value;
    mapping::json_error error;
    if (!mapping::parse_json(body, value, error, {64, 32 * 1024 * 1024})) return not_json(body, error);
    if (!value.is_object()) return shape_failure("wrong_shape", "the answer is not a ListResponse");
    list_page page;
    if (const auto* total = member_named(value, "totalResults")) page.total = count_of(*total);
    page.next_cursor = text_member(value, "nextCursor");
    auto* resources = mutable_member(value, "Resources");
    if (!resources || resources->is_null()) {
        // RFC 7644 section 3.4.2 allows it for zero results only.
        if (page.total == 0u) return page;
        return shape_failure("wrong_shape", "the answer has no Resources, and does not say that there are none");
    }
    if (!resources->is_array()) return shape_failure("wrong_shape", "Resources is not a list");
    page.received = resources->size();
    for (auto& element : *resources) {
        const auto* id = element.is_object() ? member_named(element, "id") : nullptr;
        const auto text = id ? id_text(*id) : std::nullopt;
        if (!text) {
            page.bad.push_back(element.is_object() ? "a resource without a usable id"
                                                   : "an element that is not a resource");
            continue;
        }
        remote_resource r;
        r.id = mapping::target_id(*text);
        r.version = version_of(element);
        r.body = std::move(element);
        page.resources.push_back(std::move(r));
    }
    return page;
}

std::optional<capabilities> read_capabilities(std::string_view body)
{
    json value;
    mapping::json_error error;
    if (!mapping::parse_json(body, value, error, {32, 1024 * 1024}) || !value.is_object()) return std::nullopt;
    // Some answer with a list of one.
    if (const auto* list = member_named(value, "Resources");
        list && list->is_array() && list->size() == 1 && (*list)[0].is_object())
        value = json((*list)[0]);
    capabilities c;
    c.patch = supported(value, "patch");
    c.filter = supported(value, "filter");
    c.etag = supported(value, "etag");
    if (const auto* filter = member_named(value, "filter"))
        if (const auto* most = member_named(*filter, "maxResults"))
            if (const auto n = count_of(*most); n && *n > 0 && *n <= 1'000'000) c.max_results = static_cast<int>(*n);
    if (const auto* paging = member_named(value, "pagination"); paging && paging->is_object()) {
        if (const auto* most = member_named(*paging, "maxPageSize"))
            if (const auto n = count_of(*most); n && *n > 0 && *n <= 1'000'000) c.max_page = static_cast<int>(*n);
        const auto* index = member_named(*paging, "index");
        c.by_cursor = supported(value, "pagination").value_or(true) &&
                      ((index && index->is_boolean() && !index->get<bool>()) ||
                       mapping::same_name(text_member(*paging, "defaultPaginationMethod"), "cursor"));
    }
    if (!c.patch && !c.filter && !c.etag) return std::nullopt;
    return c;
}

error_facts read_error(std::string_view body)
{
    error_facts out;
    const auto cut = body.substr(0, max_text_bytes);
    json value;
    mapping::json_error error;
    if (body.size() > max_error_bytes || !mapping::parse_json(body, value, error, {16, max_error_bytes})) {
        out.text = lower_ascii(cut);
        if (looks_like_html(body))
            out.detail = "a web page";
        else
            out.detail = one_line(cut, max_detail_bytes);
        return out;
    }
    if (value.is_string()) out.detail = value.get<std::string>();
    const json* source = &value;
    if (const auto* envelope = member_named(value, "response"); envelope && envelope->is_object()) {
        source = envelope;
        out.code = text_member(*envelope, "code");
        out.numbered = !out.code.empty();
    } else if (const auto* errors = member_named(value, "Errors"); errors && errors->is_array() && !errors->empty()) {
        source = &(*errors)[0];
    }
    if (!out.numbered) {
        out.code = lower_ascii(text_member(*source, "scimType"));
        if (out.code.empty()) out.code = lower_ascii(text_member(*source, "error"));
    }
    for (const char* key : {"detail", "message", "description", "error_description", "title", "name"})
        if (out.detail.empty()) out.detail = text_member(*source, key);
    if (out.numbered)
        if (const auto name = text_member(*source, "name"); !name.empty() && name != out.detail)
            out.detail = name + ": " + out.detail;
    out.text = lower_ascii(std::string_view(out.detail).substr(0, max_text_bytes));
    out.detail = one_line(out.detail, max_detail_bytes);
    out.code = one_line(out.code, 64);
    if (const auto* meta = member_named(value, "meta"))
        if (const auto* reset = member_named(*meta, "requestRateLimitReset"); reset && reset->is_number_unsigned())
            if (const auto n = reset->get<std::uint64_t>(); n < 100'000'000'000ULL)
                out.wait_hint = static_cast<std::int64_t>(n);
    return out;
}

} // namespace idferry::connectors::scim
