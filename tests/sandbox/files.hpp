// Files that the sandbox leaves for people and tests: written whole or not at all, private where they hold a secret.
#pragma once

#include "tests/sandbox/web.hpp"

#include <string>

namespace idferry::sandbox {

// Creates the folder (0700) when it is not there. Throws std::runtime_error.
void make_private_directory(const std::string& path);
// Writes beside the file and renames. Throws std::runtime_error.
void write_file(const std::string& path, const std::string& text, int mode = 0600);
std::string read_file(const std::string& path);

// An example configuration that works against the sandbox described by `info`.
std::string example_configuration(const json& info, const std::string& directory, const std::string& mode);

} // namespace idferry::sandbox
