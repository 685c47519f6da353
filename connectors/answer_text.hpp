// What every slicer of answers does alike, whatever its form of JSON: which keys can be used, and how an answer that is
// no JSON is told.
#pragma once

#include <string>
#include <string_view>

namespace idferry::connectors {

// "" when a record can have this key; else what is wrong, after "its id": "is empty". A key becomes a segment of a
// path.
std::string wrong_with_key(std::string_view key, std::size_t most_bytes);

// One sentence, without the answer's text. `parser` is what the parser says of it.
std::string not_json(std::string_view body, std::string_view parser);

// Room for `bytes` behind the text, which a parser may read beyond. The transport leaves it: nothing is copied then.
void pad(std::string& body, std::size_t bytes);

} // namespace idferry::connectors
