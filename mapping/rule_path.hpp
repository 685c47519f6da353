// Names on the source's side: resolves what an operator wrote (a path, an alias, a bare extension name) and reads it.
//
//   email, phone            the primary element's value of emails, phoneNumbers; else the first one's
//   department              an enterprise or source attribute by its bare name, where only one has that name
//   urn:…:department        any extension; attributes of this sync's own source by its URN
#pragma once

#include "mapping/attribute_path.hpp"
#include "mapping/core_schema.hpp"
#include "mapping/json.hpp"
#include "mapping/mapper.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace idferry::mapping {

enum class alias_kind
{
    none,
    email,
    phone
};

// What a rule read: nothing, an explicit null (or []), or values.
struct source_values
{
    enum class reading
    {
        absent,
        null,
        value
    };
    reading state{reading::absent};
    std::vector<const json*> values;
    bool many{false}; // the values come from a multi-valued attribute
};

// A name that means nothing: the sentence, and the word that it is about, to be found in the text.
struct name_error
{
    std::string message;
    std::string word;
};

// A resolved path, ready to read.
class source_path
{
public:
    source_path(attribute_path path, alias_kind alias, bool whole_list);

    // `primary` reads only the primary element of a list, else the first that has the value.
    source_values read(const json& resource, bool primary = false) const;
    const attribute_path& path() const { return path_; }
    std::string text() const;
    bool is_alias() const { return alias_ != alias_kind::none; }
    // True when it names a list of the core schema, whole or by a sub-attribute: it may have several values.
    bool many() const { return whole_list_ && alias_ == alias_kind::none; }

private:
    attribute_path path_;
    alias_kind alias_;
    bool whole_list_;
};

class source_names
{
public:
    source_names(std::string_view type, const source_attributes& source);

    std::variant<source_path, parse_error> resolve(std::string_view text) const;
    // Gives a parsed path its full name: the schema's spelling, and the URN of a bare extension name. An alias is left
    // as it is and reported.
    std::optional<name_error> rewrite(attribute_path& path, alias_kind& alias) const;
    const std::string& type() const { return type_; }

private:
    std::optional<name_error> rewrite_extension(attribute_path& path) const;
    std::optional<name_error> rewrite_bare(attribute_path& path, alias_kind& alias) const;
    std::optional<name_error> check_parts(attribute_path& path, const schema_attribute& known) const;

    std::string type_;
    source_attributes source_;
};

// "; did you mean 'title'?" or "".
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);
// The offset of `word` in a filter or path, from `from` on, outside of quoted strings; `from` when it is not there.
std::size_t offset_of(std::string_view text, std::string_view word, std::size_t from = 0);

// The value of an alias in a resource, or nullptr.
const json* alias_value(const json& resource, alias_kind alias);

// A resolved target path: what a key under `attributes:` names.
struct target_attribute
{
    plain_path path;     // in the schema's spelling
    bool known{false};   // a core or enterprise attribute
    bool list{false};    // a list of complex values
    bool complex{false}; // single-valued with sub-attributes, named whole
};
std::variant<target_attribute, parse_error> resolve_target(std::string_view text, std::string_view type);

} // namespace idferry::mapping
