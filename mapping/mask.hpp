// Hides values of attributes from those who may read a resource, but not everything in it: what a sensitive rule reads
// and writes is never shown. Pure.
#pragma once

#include "mapping/attribute_path.hpp"
#include "mapping/json.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace idferry::mapping {

// What stands in place of a hidden value.
inline constexpr std::string_view hidden_value = "(sensitive)";

class mask
{
public:
    // Hides the attribute, or this sub-attribute of it; a value filter in the path does not narrow it.
    void hide(const attribute_path& path);
    // The same by a target attribute path as rules name it ("name.givenName"); a text that is no path hides nothing.
    void hide(std::string_view path);
    // Hides every value: for what may have been read from anywhere.
    void hide_all() { all_ = true; }
    // Hides the texts in `value`, the whole of it wherever it stands, and from three bytes on inside other texts too.
    void hide_texts(const json& value);
    // The same texts as another mask hides.
    void hide_texts_of(const mask& other);

    // True when a value that this path selects is hidden, wholly or in part.
    bool hides(const attribute_path& path) const;
    bool hides(std::string_view path) const;

    // A SCIM-shaped resource with hidden values replaced; null stays null, for it tells nothing.
    json resource(const json& whole) const;
    // The same for the flat form {"path": value} that state keeps.
    json flat(const json& by_path) const;
    // A value that was read from elsewhere: only hidden texts are replaced.
    json value(const json& v) const;
    std::string text(std::string_view s) const;

private:
    struct part
    {
        std::string urn, attribute, sub_attribute; // sub_attribute "" = all of it; attribute "" = the whole extension
    };
    json members(const json& object, std::string_view urn) const;
    json attribute(const json& v, std::string_view urn, std::string_view name) const;

    std::vector<part> parts_;
    std::vector<std::string> texts_;
    bool all_{false};
};

// `v` with every scalar in it replaced; null stays null.
json hidden(const json& v);

} // namespace idferry::mapping
