// What can be said about a JSON text from its brackets alone, at memory speed.
#pragma once

#include <cstddef>
#include <string_view>

namespace idferry::connectors::bare_id {

// True when brackets are nested at most `limit` deep (strings are skipped).
bool nested_at_most(std::string_view json_text, std::size_t limit);

// True when `tail`, the text after the last record of a list, closes the list and then the `objects` objects around it,
// and is followed by nothing.
bool closes(std::string_view tail, std::size_t objects);

} // namespace idferry::connectors::bare_id
