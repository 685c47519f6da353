#include "connectors/bare_id/slicer.hpp"

#include "connectors/answer_text.hpp"
#include "connectors/bare_id/brackets.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <deque>

namespace idferry::connectors::bare_id {

namespace {

namespace od = simdjson::ondemand;

// The answer, and the few keys that had to be decoded (escapes).
struct answer_text
{
    std::string body;
    std::deque<std::string> decoded;
};

std::string_view trimmed(std::string_view s)
{
    while (!s.empty() && (s.back() == ' ' || s.back() == '\n' || s.back() == '\r' || s.back() == '\t'))
        s.remove_suffix(1);
    while (!s.empty() && (s.front() == ' ' || s.front() == '\n' || s.front() == '\r' || s.front() == '\t'))
        s.remove_prefix(1);
    return s;
}

bool begins_with_folded(std::string_view text, std::string_view prefix)
{
    if (text.size() < prefix.size()) return false;
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::equal(prefix.begin(), prefix.end(), text.begin(), [&](char a, char b) { return lower(a) == lower(b); });
}

bool is_integer(std::string_view token)
{
    if (!token.empty() && token.front() == '-') token.remove_prefix(1);
    return !token.empty() && std::all_of(token.begin(), token.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Walks a pointer from an object or a value. NO_SUCH_FIELD when a step is missing or null.
simdjson::error_code walk(simdjson::simdjson_result<od::value> step, const json_pointer& pointer, std::size_t from,
                          od::value& out)
{
    if (const auto error = step.get(out)) return error;
    for (auto i = from; i < pointer.tokens.size(); ++i) {
        od::json_type type{};
        if (const auto error = out.type().get(type)) return error;
        if (type == od::json_type::null) return simdjson::NO_SUCH_FIELD;
        if (type != od::json_type::object) return simdjson::INCORRECT_TYPE;
        od::object inner;
        if (const auto error = out.get_object().get(inner)) return error;
        if (const auto error = inner.find_field_unordered(pointer.tokens[i]).get(out)) return error;
    }
    return simdjson::SUCCESS;
}

// A string or an integer, as text. Views point into the answer unless escapes had to be decoded.
struct scalar_text
{
    simdjson::error_code error{simdjson::SUCCESS};
    std::string_view text;
    const char* wrong{nullptr}; // what it is instead
};

scalar_text text_at(od::object& record, const json_pointer& at, answer_text& answer)
{
    od::value value;
    const auto error = walk(record.find_field_unordered(at.tokens.front()), at, 1, value);
    if (error == simdjson::NO_SUCH_FIELD) return {simdjson::SUCCESS, {}, "missing"};
    if (error == simdjson::INCORRECT_TYPE) return {simdjson::SUCCESS, {}, "of the wrong type"};
    if (error) return {error, {}, nullptr};
    od::json_type type{};
    if (const auto type_error = value.type().get(type)) return {type_error, {}, nullptr};
    const auto raw = trimmed(value.raw_json_token());
    switch (type) {
    case od::json_type::string: {
        if (raw.size() >= 2 && raw.find('\\') == std::string_view::npos) {
            // Consumed like any other value, so that the iterator stays in step.
            if (od::raw_json_string ignored; const auto e = value.get_raw_json_string().get(ignored))
                return {e, {}, nullptr};
            return {simdjson::SUCCESS, raw.substr(1, raw.rfind('"') - 1), nullptr};
        }
        std::string_view decoded;
        if (const auto e = value.get_string().get(decoded)) return {e, {}, nullptr};
        return {simdjson::SUCCESS, answer.decoded.emplace_back(decoded), nullptr};
    }
    case od::json_type::number: {
        // The digits as they came: an id may be larger than any number type.
        if (!is_integer(raw)) return {simdjson::SUCCESS, {}, "a number that is not an integer"};
        return {simdjson::SUCCESS, raw, nullptr};
    }
    case od::json_type::null: return {simdjson::SUCCESS, {}, "null"};
    case od::json_type::boolean: return {simdjson::SUCCESS, {}, "a boolean"};
    case od::json_type::array:
    case od::json_type::object: return {simdjson::SUCCESS, {}, "not a string"};
    }
    return {simdjson::SUCCESS, {}, "not a string"};
}

struct record_parts
{
    simdjson::error_code error{simdjson::SUCCESS}; // the whole answer is broken
    raw_record record;
    bool left_out{false};
    const char* end{nullptr}; // of an object
    std::string bad;          // "" = good
    std::string bad_key;
};

record_parts cut_record(od::value value, const slice_spec& spec, answer_text& answer)
{
    record_parts parts;
    od::json_type type{};
    if ((parts.error = value.type().get(type))) return parts;
    if (type != od::json_type::object) {
        parts.bad = "the record is not a JSON object";
        return parts;
    }
    od::object record;
    if ((parts.error = value.get_object().get(record))) return parts;
    const auto id = text_at(record, *spec.id, answer);
    if ((parts.error = id.error)) return parts;
    std::string_view name;
    if (spec.name && spec.leave_out && !spec.leave_out->empty()) {
        const auto found = text_at(record, *spec.name, answer);
        if ((parts.error = found.error)) return parts;
        name = found.text;
    }
    std::string_view raw;
    if ((parts.error = record.raw_json().get(raw))) return parts;
    raw = trimmed(raw);
    if (raw.size() < 2 || raw.front() != '{' || raw.back() != '}') {
        parts.error = simdjson::TAPE_ERROR; // brackets of different kinds closed each other
        return parts;
    }
    parts.end = raw.data() + raw.size();
    const auto wrong = id.wrong ? "is " + std::string(id.wrong) : wrong_with_key(id.text, max_key_bytes);
    if (!wrong.empty()) {
        parts.bad = "its id (" + spec.id->text + ") " + wrong;
        return parts;
    }
    parts.record = {id.text, raw};
    if (spec.decoded_later && !nested_at_most(raw, max_record_depth)) {
        parts.bad = "it is nested deeper than 64 levels";
        parts.bad_key = id.text;
        return parts;
    }
    if (!name.empty())
        for (const auto& prefix : *spec.leave_out)
            if (begins_with_folded(name, prefix)) parts.left_out = true;
    return parts;
}

// The value at a pointer of the whole answer; a document without tokens is asked for by the caller.
simdjson::error_code document_value(od::document& document, const json_pointer& pointer, od::value& out)
{
    od::json_type type{};
    if (const auto error = document.type().get(type)) return error;
    if (type != od::json_type::object) return simdjson::INCORRECT_TYPE;
    return walk(document.find_field_unordered(pointer.tokens.front()), pointer, 1, out);
}

std::string sentence(simdjson::error_code error, const std::string& body)
{
    const auto from = body.find_first_not_of(" \t\r\n");
    const bool json = from != std::string::npos && body[from] != '<';
    if (json && error == simdjson::INCORRECT_TYPE) return "the answer is JSON of another shape than expected";
    return not_json(body, simdjson::error_message(error));
}

// The whole text is one value: nothing is cut off and nothing follows.
simdjson::error_code check_whole(od::document& document, const std::string& body)
{
    document.rewind();
    std::string_view raw;
    if (const auto error = document.raw_json().get(raw)) return error;
    const auto all = trimmed(body);
    raw = trimmed(raw);
    if (raw.data() != all.data() || raw.size() != all.size()) return simdjson::TRAILING_CONTENT;
    const char close = all.front() == '{' ? '}' : ']';
    return all.back() == close ? simdjson::SUCCESS : simdjson::TAPE_ERROR;
}

} // namespace

struct slicer::parser
{
    od::parser simd;

    simdjson::error_code open(std::string& body, od::document& document)
    {
        pad(body, simdjson::SIMDJSON_PADDING);
        return simd.iterate(simdjson::padded_string_view(body.data(), body.size(), body.capacity())).get(document);
    }
};

slicer::slicer() : parser_(std::make_unique<parser>()) {}
slicer::~slicer() = default;
slicer::slicer(slicer&&) noexcept = default;
slicer& slicer::operator=(slicer&&) noexcept = default;

sliced_list slicer::list(std::string body, const slice_spec& spec)
{
    sliced_list out;
    auto answer = std::make_shared<answer_text>();
    answer->body = std::move(body);
    out.buffer = std::shared_ptr<const std::string>(answer, &answer->body);
    const auto broken = [&](simdjson::error_code error) {
        out.records.clear();
        out.left_out.clear();
        out.bad.clear();
        out.items = 0;
        out.shape = list_shape::malformed;
        out.why = sentence(error, answer->body);
        return std::move(out);
    };

    od::document document;
    if (const auto error = parser_->open(answer->body, document)) return broken(error);
    od::array items;
    simdjson::error_code error{};
    if (spec.list->tokens.empty()) {
        error = document.get_array().get(items);
    } else {
        od::value at;
        error = document_value(document, *spec.list, at);
        if (!error) {
            od::json_type type{};
            error = at.type().get(type);
            if (!error && type == od::json_type::null) error = simdjson::NO_SUCH_FIELD;
            if (!error && type != od::json_type::array) {
                out.why = "\"" + spec.list->text + "\" is not a list";
                return out;
            }
            if (!error) error = at.get_array().get(items);
        }
    }
    if (error == simdjson::NO_SUCH_FIELD) {
        if (const auto whole = check_whole(document, answer->body)) return broken(whole);
        out.shape = list_shape::absent;
        out.why = "the answer has no \"" + spec.list->text + "\"";
        return out;
    }
    if (error) return broken(error);

    const char* last_end = nullptr; // of the last record, when that was an object
    std::string_view last_good;     // the key of the last record, when that was good
    for (auto element : items) {
        od::value value;
        if (const auto e = element.get(value)) return broken(e);
        auto parts = cut_record(value, spec, *answer);
        if (parts.error) return broken(parts.error);
        ++out.items;
        const auto key = parts.bad.empty() ? parts.record.key : std::string_view(parts.bad_key);
        last_good = parts.bad.empty() ? key : std::string_view();
        if (out.items == 1) out.first_key = key;
        if (!parts.bad.empty())
            out.bad.push_back({std::move(parts.bad_key), std::move(parts.bad)});
        else if (parts.left_out)
            out.left_out.push_back(parts.record.key);
        else
            out.records.push_back(parts.record);
        last_end = parts.end;
    }
    if (last_end) {
        const auto tail =
            std::string_view(answer->body).substr(static_cast<std::size_t>(last_end - answer->body.data()));
        if (!closes(tail, spec.list->tokens.size())) return broken(simdjson::TAPE_ERROR);
    } else if (const auto whole = check_whole(document, answer->body)) {
        return broken(whole);
    }

    if (!last_good.empty())
        out.last_key = last_good;
    else if (!out.bad.empty())
        out.last_key = out.bad.back().key;

    if (spec.next_token && !spec.next_token->tokens.empty() && !spec.list->tokens.empty()) {
        document.rewind();
        od::object root;
        if (const auto e = document.get_object().get(root)) return broken(e);
        const auto token = text_at(root, *spec.next_token, *answer);
        if (token.error) return broken(token.error);
        if (token.wrong && std::string_view(token.wrong) != "missing" && std::string_view(token.wrong) != "null") {
            const std::string what = token.wrong;
            out = broken(simdjson::SUCCESS);
            out.why = "\"" + spec.next_token->text + "\" is " + what;
            return out;
        }
        out.next_token = token.text;
    }
    out.shape = list_shape::there;
    return out;
}

sliced_item slicer::item(std::string body, const slice_spec& spec)
{
    sliced_item out;
    auto answer = std::make_shared<answer_text>();
    answer->body = std::move(body);
    out.buffer = std::shared_ptr<const std::string>(answer, &answer->body);
    od::document document;
    simdjson::error_code error = parser_->open(answer->body, document);
    record_parts parts;
    if (!error && spec.list->tokens.empty()) {
        // The document itself is the record: an object in one step.
        od::value root;
        error = document.get_value().get(root);
        if (!error) parts = cut_record(root, spec, *answer);
    } else if (!error) {
        od::value at;
        error = document_value(document, *spec.list, at);
        if (!error) parts = cut_record(at, spec, *answer);
    }
    if (!error) error = parts.error;
    if (error == simdjson::NO_SUCH_FIELD)
        out.why = "the answer has no \"" + spec.list->text + "\"";
    else if (error)
        out.why = sentence(error, answer->body);
    else if (!parts.bad.empty())
        out.why = parts.bad;
    else if (const auto whole = check_whole(document, answer->body))
        out.why = sentence(whole, answer->body);
    out.record = parts.record;
    out.left_out = parts.left_out;
    return out;
}

std::optional<std::uint64_t> slicer::count(std::string body, const json_pointer& at)
{
    std::string_view text = trimmed(body);
    std::string token;
    if (!at.tokens.empty()) {
        od::document document;
        if (parser_->open(body, document)) return std::nullopt;
        od::value value;
        if (document_value(document, at, value)) return std::nullopt;
        token = trimmed(value.raw_json_token());
        text = token;
    }
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

} // namespace idferry::connectors::bare_id
