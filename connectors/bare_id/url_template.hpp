// URL templates of operations: "/user/v1/{instance}/users/{user}". Values are percent-encoded when they are filled in,
// so that an id with "/", "@" or a blank stays one segment.
#pragma once

#include "config/shape.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::connectors::bare_id {

enum class placeholder
{
    instance,
    user,
    group,
    username,
    realm,
    email,
    attribute, // of a person, by name
    value,     // of that attribute
    role
};
inline constexpr std::size_t placeholder_count = 9;

// The word between the braces.
std::string_view name_of(placeholder p);

// Values by placeholder; unset ones are empty.
class placeholder_values
{
public:
    placeholder_values& set(placeholder p, std::string_view value)
    {
        values_[static_cast<std::size_t>(p)] = value;
        return *this;
    }
    const std::string& operator[](placeholder p) const { return values_[static_cast<std::size_t>(p)]; }

private:
    std::array<std::string, placeholder_count> values_;
};

class url_template
{
public:
    std::string expand(const placeholder_values& values) const;
    const std::vector<placeholder>& placeholders() const { return used_; }
    const std::string& text() const { return text_; }

private:
    friend struct template_parser;
    struct piece
    {
        std::string literal;
        bool filled{false}; // followed by a placeholder
        placeholder value{};
    };
    std::string text_;
    std::vector<piece> pieces_;
    std::vector<placeholder> used_;
};

// A path begins with "/" and holds no query; a query value is any text. Unknown placeholders are errors at their place.
config::shape<url_template> path_template_shape();
config::shape<url_template> query_template_shape();

// For templates that are written in the code.
url_template fixed_template(std::string_view text);

} // namespace idferry::connectors::bare_id
