// What programs under test told is kept until the last test of a run, which looks for secrets in it (tests/told). It is
// kept in the folder that $IDFERRY_TOLD names; without that variable, or that folder, nothing is.
#pragma once

#include <set>
#include <string>

namespace idferry::test {

// Keeps a text under a name that is made from `name`.
void tell(const std::string& name, const std::string& text);

// Keeps a folder with everything below it; it is moved there where that is possible, so its test must be done with it.
// `given`: files, relative to it, that hold secrets on purpose.
void tell_folder(const std::string& folder, const std::set<std::string>& given);

} // namespace idferry::test
