#include "connectors/bare_id/json_pointer.hpp"

#include "mapping/json.hpp"

#include <charconv>
#include <stdexcept>

namespace idferry::connectors::bare_id {

std::variant<json_pointer, std::string> parse_pointer(std::string_view text)
{
    json_pointer pointer{std::string(text), {}};
    if (text.empty()) return pointer;
    if (text.front() != '/') return "a JSON pointer begins with \"/\" (RFC 6901), or is empty for the whole answer";
    std::string token;
    for (std::size_t i = 1; i <= text.size(); ++i) {
        if (i == text.size() || text[i] == '/') {
            pointer.tokens.push_back(std::move(token));
            token.clear();
        } else if (text[i] == '~') {
            const char next = i + 1 < text.size() ? text[i + 1] : '\0';
            if (next != '0' && next != '1') return "\"~\" in a JSON pointer is followed by 0 or 1 (RFC 6901 section 3)";
            token += next == '0' ? '~' : '/';
            ++i;
        } else {
            token += text[i];
        }
    }
    return pointer;
}

json_pointer fixed_pointer(std::string_view text)
{
    auto parsed = parse_pointer(text);
    if (auto* error = std::get_if<std::string>(&parsed)) throw std::logic_error(*error);
    return std::get<json_pointer>(std::move(parsed));
}

config::shape<json_pointer> pointer_shape()
{
    auto plain = config::text();
    auto d = std::make_shared<config::description>(*plain.doc);
    d->name = "pointer";
    d->doc = "a JSON pointer (RFC 6901): where something stands in an answer. Nothing, or \"\", is the answer itself";
    d->examples = {"\"/uuid\"", "\"/attributes/firstName\""};
    d->pattern = "^(/([^~]|~[01])*)?$";
    d->text_only = true;
    d->or_nothing = true;
    return {[plain](const config::node& n, config::diagnostics& out) -> std::optional<json_pointer> {
                if (n.is_null()) return json_pointer{}; // `item:` with nothing behind it is the empty pointer
                auto text = plain.parse(n, out);
                if (!text) return std::nullopt;
                auto parsed = parse_pointer(*text);
                if (auto* error = std::get_if<std::string>(&parsed)) {
                    out.add(n, *error);
                    return std::nullopt;
                }
                return std::get<json_pointer>(std::move(parsed));
            },
            d, [](const json_pointer& p) { return config::json_of_text(p.text); }};
}

const mapping::json* resolve(const mapping::json& document, const json_pointer& pointer)
{
    const mapping::json* at = &document;
    for (const auto& token : pointer.tokens) {
        if (at->is_object()) {
            const auto found = at->find(token);
            if (found == at->end()) return nullptr;
            at = &*found;
        } else if (at->is_array()) {
            std::size_t index = 0;
            const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
            if (error != std::errc{} || end != token.data() + token.size() || index >= at->size()) return nullptr;
            at = &(*at)[index];
        } else {
            return nullptr;
        }
    }
    return at;
}

void put(mapping::json& document, const json_pointer& pointer, mapping::json value)
{
    mapping::json* at = &document;
    for (const auto& token : pointer.tokens) {
        if (!at->is_object()) *at = mapping::json::object();
        at = &(*at)[token];
    }
    *at = std::move(value);
}

void take_out(mapping::json& document, const json_pointer& pointer)
{
    if (pointer.tokens.empty()) return;
    mapping::json* at = &document;
    for (std::size_t i = 0; i + 1 < pointer.tokens.size(); ++i) {
        const auto found = at->is_object() ? at->find(pointer.tokens[i]) : at->end();
        if (!at->is_object() || found == at->end()) return;
        at = &*found;
    }
    if (at->is_object()) at->erase(pointer.tokens.back());
}

} // namespace idferry::connectors::bare_id
