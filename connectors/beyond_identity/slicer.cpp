#include "connectors/beyond_identity/slicer.hpp"

#include <simdjson.h>

namespace idferry::connectors::beyond_identity {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t max_key_bytes = 512;
constexpr std::size_t largest_answer = 1024UL * 1024 * 1024; // the transport's own bound is lower

std::string sentence(simdjson::error_code error, const std::string& body)
{
    const auto from = body.find_first_not_of(" \t\r\n");
    if (from == std::string::npos) return "the answer is empty";
    if (body[from] == '<') return "the answer is HTML or XML, not JSON";
    return std::string("the answer is not valid JSON (") + simdjson::error_message(error) + ")";
}

// "" when this can be a key.
std::string wrong_with(std::string_view key)
{
    if (key.empty()) return "its id is empty";
    if (key.size() > max_key_bytes) return "its id is longer than 512 bytes";
    if (key == "." || key == "..") return "its id is a dot segment, which cannot be asked for";
    for (const char c : key)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return "its id holds a control character";
    return {};
}

struct cut
{
    std::string key, why;
};
cut key_of(const dom::element& element)
{
    dom::object record;
    if (element.get(record) != simdjson::SUCCESS) return {"", "the record is not a JSON object"};
    std::string_view id;
    if (record["id"].get(id) != simdjson::SUCCESS) return {"", "its id is missing or not a text"};
    auto why = wrong_with(id);
    return why.empty() ? cut{std::string(id), ""} : cut{"", std::move(why)};
}

// Whether a record has a member that is not null.
bool has(const dom::element& element, std::string_view member)
{
    dom::element at;
    return !member.empty() && element[member].get(at) == simdjson::SUCCESS && !at.is_null();
}

// False when the member is there and is neither null nor a text.
bool read_token(const dom::object& all, std::string& out)
{
    dom::element at;
    if (all["next_page_token"].get(at) != simdjson::SUCCESS || at.is_null()) return true;
    std::string_view text;
    if (at.get(text) != simdjson::SUCCESS) return false;
    out = text;
    return true;
}

} // namespace

struct slicer::parser
{
    dom::parser simd{largest_answer};

    simdjson::error_code open(std::string& body, dom::element& root)
    {
        // The transport leaves room behind the body; anybody else's text is copied once.
        if (body.capacity() < body.size() + simdjson::SIMDJSON_PADDING)
            body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
        return simd.parse(body.data(), body.size(), false).get(root);
    }
};

slicer::slicer() : parser_(std::make_unique<parser>()) {}
slicer::~slicer() = default;
slicer::slicer(slicer&&) noexcept = default;
slicer& slicer::operator=(slicer&&) noexcept = default;

sliced_list slicer::list(std::string body, const list_form& form)
{
    sliced_list out;
    dom::element document;
    if (const auto error = parser_->open(body, document)) {
        out.why = sentence(error, body);
        return out;
    }
    dom::object all;
    if (document.get(all) != simdjson::SUCCESS) {
        out.why = "the answer is JSON of another shape than expected";
        return out;
    }
    std::uint64_t total = 0;
    if (form.without.empty() && all[form.total].get(total) == simdjson::SUCCESS) out.total = total;
    if (!read_token(all, out.next_token)) {
        out.why = "\"next_page_token\" is not a text";
        return out;
    }
    dom::element at;
    const bool missing = all[form.root].get(at) != simdjson::SUCCESS || at.is_null();
    dom::array items;
    if (missing ? !(out.total && *out.total == 0) : at.get(items) != simdjson::SUCCESS) {
        out.why = "the answer has no list \"" + std::string(form.root) + "\"";
        return out;
    }
    auto buffer = std::make_shared<std::string>();
    struct part
    {
        std::size_t key, bytes, end;
    };
    std::vector<part> parts;
    if (!missing) {
        buffer->reserve(form.bytes ? body.size() + body.size() / 16 : 0);
        for (const auto element : items) {
            if (has(element, form.without)) continue;
            auto one = key_of(element);
            if (!one.why.empty()) {
                out.bad.push_back({"", std::move(one.why)});
                continue;
            }
            const auto from = buffer->size();
            *buffer += one.key;
            const auto after = buffer->size();
            if (form.bytes) *buffer += simdjson::minify(element);
            parts.push_back({from, after, buffer->size()});
        }
    }
    const std::string_view text(*buffer);
    out.records.reserve(parts.size());
    for (const auto& p : parts)
        out.records.push_back({text.substr(p.key, p.bytes - p.key), text.substr(p.bytes, p.end - p.bytes)});
    out.buffer = std::move(buffer);
    return out;
}

sliced_item slicer::item(std::string body)
{
    dom::element document;
    if (const auto error = parser_->open(body, document)) return {sentence(error, body), "", ""};
    auto one = key_of(document);
    if (!one.why.empty()) return {std::move(one.why), "", ""};
    return {"", std::move(one.key), simdjson::minify(document)};
}

} // namespace idferry::connectors::beyond_identity
