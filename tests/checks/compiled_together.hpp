// Files of the product that are compiled as one, to be quick (compiled_together.txt), and what keeps that from changing
// what they mean: a name that a file declares for itself alone occurs in none of its neighbours.
#pragma once

#include "tests/checks/source_text.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::tests::checks {

// Names that a .cpp declares for itself alone: in an unnamed namespace, `static`, by `#define`, and by what names
// another thing in short outside of functions. For the last ones with the declaration: the same one in two files does
// no harm. "using namespace" and "operator" stand for themselves.
std::map<std::string, std::string> private_names(std::string_view text);

// `list` is compiled_together.txt; `read` gives the text of a file of the tree, or nothing when there is none.
std::vector<finding> check_compiled_together(std::string_view list,
                                             const std::function<std::optional<std::string>(const std::string&)>& read);

} // namespace idferry::tests::checks
