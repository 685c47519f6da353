// Text as groff takes it. Private to the manual pages.
#pragma once

#include <string>
#include <string_view>

namespace idferry::daemon::cli {

// Escaped for running text: nothing in it is a request or an escape, `words in backquotes` are bold, characters beyond
// ASCII are named by code point, and long words may be broken at their punctuation. Invalid UTF-8 becomes "?".
std::string roff(std::string_view text);

// The same for text whose lines stay as they are (examples): no bold, no breaks.
std::string roff_line(std::string_view line);

} // namespace idferry::daemon::cli
