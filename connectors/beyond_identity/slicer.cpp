#include "connectors/beyond_identity/slicer.hpp"

#include "connectors/answer_text.hpp"
#include "connectors/page_packer.hpp"

#include <simdjson.h>

namespace idferry::connectors::beyond_identity {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t max_key_bytes = 512;
constexpr std::size_t largest_answer = 1024UL * 1024 * 1024; // the transport's own bound is lower

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
    const auto why = wrong_with_key(id, max_key_bytes);
    return why.empty() ? cut{std::string(id), ""} : cut{"", "its id " + why};
}

// Whether a record has a member that says something: null and "" are nothing.
bool has(const dom::element& element, std::string_view member)
{
    dom::element at;
    if (member.empty() || element[member].get(at) != simdjson::SUCCESS || at.is_null()) return false;
    std::string_view text;
    return at.get(text) != simdjson::SUCCESS || !text.empty();
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
        pad(body, simdjson::SIMDJSON_PADDING);
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
        out.why = not_json(body, simdjson::error_message(error));
        return out;
    }
    dom::object all;
    if (document.get(all) != simdjson::SUCCESS) {
        out.why = "the answer is JSON of another shape than expected";
        return out;
    }
    std::uint64_t total = 0;
    if (form.without.empty() && all[form.total].get(total) == simdjson::SUCCESS) out.total = total;
    if (!form.beside.empty() && all[form.beside].get(total) == simdjson::SUCCESS) out.beside = total;
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
    page_packer packer;
    if (!missing) {
        packer.reserve(form.bytes ? body.size() + body.size() / 16 : 0);
        for (const auto element : items) {
            if (has(element, form.without)) continue;
            auto one = key_of(element);
            if (!one.why.empty()) {
                out.bad.push_back({"", std::move(one.why)});
                continue;
            }
            packer.add(one.key, form.bytes ? simdjson::minify(element) : std::string());
        }
    }
    auto packed = packer.take();
    out.buffer = std::move(packed.buffer);
    out.records = std::move(packed.records);
    return out;
}

sliced_item slicer::item(std::string body)
{
    dom::element document;
    if (const auto error = parser_->open(body, document))
        return {not_json(body, simdjson::error_message(error)), "", ""};
    auto one = key_of(document);
    if (!one.why.empty()) return {std::move(one.why), "", ""};
    return {"", std::move(one.key), simdjson::minify(document)};
}

} // namespace idferry::connectors::beyond_identity
