#include "connectors/scim/scim_slicer.hpp"

#include "connectors/answer_text.hpp"
#include "connectors/page_packer.hpp"
#include "mapping/core_schema.hpp"
#include "mapping/json.hpp"

#include <simdjson.h>

#include <algorithm>

namespace idferry::connectors::scim {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t max_key_bytes = 1024;
constexpr std::size_t largest_answer = 1024UL * 1024 * 1024; // the transport's own bound is lower

// "" when this can be a key.
std::string wrong_with(std::string_view key)
{
    if (key == "undefined" || key == "null") return "its id is a word that stands for none";
    const auto why = wrong_with_key(key, max_key_bytes);
    return why.empty() ? "" : "its id " + why;
}

// An id: a text, or an integer digit by digit. False for anything else.
bool read_id(const dom::element& from, std::string& out)
{
    std::string_view text;
    if (from.get(text) == simdjson::SUCCESS) {
        out = text;
        return true;
    }
    std::int64_t number = 0;
    if (from.get(number) == simdjson::SUCCESS) {
        out = std::to_string(number);
        return true;
    }
    std::uint64_t large = 0;
    if (from.get(large) != simdjson::SUCCESS) return false;
    out = std::to_string(large);
    return true;
}

std::optional<std::uint64_t> read_count(const dom::element& from)
{
    std::uint64_t number = 0;
    if (from.get(number) == simdjson::SUCCESS) return number;
    std::string_view text;
    if (from.get(text) != simdjson::SUCCESS || text.empty() || text.size() > 15 ||
        !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
    return std::stoull(std::string(text));
}

// One element of `members` or `groups`: {"value": id, …}, or the id itself.
void read_reference(const dom::element& element, bool user, reference_list& out)
{
    std::string id;
    dom::object parts;
    if (element.get(parts) != simdjson::SUCCESS) {
        if (read_id(element, id) && wrong_with(id).empty())
            out.add(id);
        else
            out.flaw = "one of its elements is neither a reference nor an id";
        return;
    }
    bool known = false, indirect = false;
    for (const auto part : parts) {
        std::string_view text;
        if (mapping::same_name(part.key, "value")) known = read_id(part.value, id) && wrong_with(id).empty();
        if (user && mapping::same_name(part.key, "type") && part.value.get(text) == simdjson::SUCCESS)
            indirect = mapping::same_name(text, "indirect"); // RFC 7643 section 4.1.2: by way of another group
    }
    if (!known)
        out.flaw = "one of its elements has no usable value";
    else if (!indirect)
        out.add(id);
}

void read_references(const dom::element& from, bool user, reference_list& out)
{
    if (from.is_null()) return;
    dom::array all;
    out.given = true;
    if (from.get(all) != simdjson::SUCCESS) {
        read_reference(from, user, out);
        return;
    }
    for (const auto element : all) read_reference(element, user, out);
}

void append_name(std::string& out, std::string_view name)
{
    const bool plain = std::ranges::all_of(
        name, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; });
    if (plain)
        out.append("\"").append(name).append("\":");
    else
        out.append(mapping::to_text(mapping::json(std::string(name)))).append(":");
}

// What one resource is made of. `why` says what is wrong when it is none.
struct cut
{
    std::string why, key;
};

cut cut_resource(const dom::element& element, const slice_rules& rules, std::string& bytes, reference_list& references)
{
    dom::object record;
    if (element.get(record) != simdjson::SUCCESS) return {"the record is not a JSON object", ""};
    cut out{"its id is missing, or neither a text nor an integer", ""};
    bytes.clear();
    bytes += '{';
    for (const auto field : record) {
        const auto is = [&](std::string_view name) { return mapping::same_name(field.key, name); };
        if (is(rules.user ? "groups" : "members")) {
            read_references(field.value, rules.user, references);
            continue;
        }
        if (is("password") ||
            (rules.cut_out != nullptr && std::ranges::any_of(*rules.cut_out, [&](const auto& n) { return is(n); })))
            continue;
        if (is("id") && read_id(field.value, out.key)) out.why = wrong_with(out.key);
        if (bytes.size() > 1) bytes += ',';
        append_name(bytes, field.key);
        bytes += simdjson::minify(field.value);
    }
    bytes += '}';
    return out;
}

} // namespace

void reference_list::add(std::string_view id)
{
    text_ += id;
    ends_.push_back(static_cast<std::uint32_t>(text_.size()));
}

std::string_view reference_list::at(std::size_t i) const
{
    const std::size_t from = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(text_).substr(from, ends_[i] - from);
}

struct slicer::parser
{
    dom::parser simd{largest_answer};

    simdjson::error_code open(std::string& body, dom::element& root)
    {
        pad(body, simdjson::SIMDJSON_PADDING);
        return simd.parse(body.data(), body.size(), false).get(root);
    }
};

slicer::slicer() : parser_(std::make_unique<parser>()) {}
slicer::~slicer() = default;

sliced_page slicer::list(std::string body, const slice_rules& rules)
{
    sliced_page out;
    dom::element document;
    if (const auto error = parser_->open(body, document)) {
        out.why = not_json(body, simdjson::error_message(error));
        return out;
    }
    dom::object all;
    if (document.get(all) != simdjson::SUCCESS) {
        out.why = "the answer is not a ListResponse";
        return out;
    }
    dom::element at;
    bool listed = false;
    for (const auto field : all) {
        std::string_view text;
        if (mapping::same_name(field.key, "totalResults")) out.total = read_count(field.value);
        if (mapping::same_name(field.key, "nextCursor") && field.value.get(text) == simdjson::SUCCESS)
            out.next_cursor = text;
        if (mapping::same_name(field.key, "Resources") && !field.value.is_null()) {
            at = field.value;
            listed = true;
        }
    }
    dom::array items;
    if (!listed && out.total != 0U) {
        out.why = "the answer has no Resources, and does not say that there are none";
        return out;
    }
    if (listed && at.get(items) != simdjson::SUCCESS) {
        out.why = "Resources is not a list";
        return out;
    }
    page_packer packer;
    if (listed) {
        packer.reserve(body.size());
        std::string bytes;
        for (const auto element : items) {
            ++out.received;
            reference_list references;
            const auto one = cut_resource(element, rules, bytes, references);
            if (!one.why.empty()) {
                out.bad.push_back({"", one.why});
                continue;
            }
            packer.add(one.key, bytes);
            out.references.push_back(std::move(references));
        }
    }
    auto packed = packer.take();
    out.buffer = std::move(packed.buffer);
    out.records = std::move(packed.records);
    return out;
}

sliced_resource slicer::item(std::string body, const slice_rules& rules)
{
    sliced_resource out;
    dom::element document;
    if (const auto error = parser_->open(body, document)) {
        out.why = not_json(body, simdjson::error_message(error));
        return out;
    }
    auto one = cut_resource(document, rules, out.bytes, out.references);
    out.why = std::move(one.why);
    out.key = std::move(one.key);
    return out;
}

} // namespace idferry::connectors::scim
