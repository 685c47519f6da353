// Identifiers that must not be mixed up: each is its own opaque type, compared and stored, never parsed.
#pragma once

#include <compare>
#include <functional>
#include <string>

namespace idferry::mapping {

template <class Tag> class named_text
{
public:
    named_text() = default;
    explicit named_text(std::string text) : text_(std::move(text)) {}
    const std::string& text() const { return text_; }
    bool empty() const { return text_.empty(); }
    auto operator<=>(const named_text&) const = default;

private:
    std::string text_;
};

using source_key = named_text<struct source_key_tag>; // what the source calls a resource; immutable there
using target_id = named_text<struct target_id_tag>;   // what the service provider calls it (SCIM `id`)
using sync_name = named_text<struct sync_name_tag>;   // key under `syncs:`

} // namespace idferry::mapping

template <class Tag> struct std::hash<idferry::mapping::named_text<Tag>>
{
    std::size_t operator()(const idferry::mapping::named_text<Tag>& v) const noexcept
    {
        return std::hash<std::string>{}(v.text());
    }
};
