// The configuration reference as Markdown, from the descriptions that the loader uses: docs/configuration.md.
#pragma once

#include "config/description.hpp"

#include <string>

namespace idferry::daemon::cli {

// One table for each section, in the order in which they are first referred to; each key with its type, its default and
// what it is for.
std::string reference_page(const config::description& root);

} // namespace idferry::daemon::cli
