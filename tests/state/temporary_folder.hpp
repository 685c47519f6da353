// A folder of a test's own, and what is in it byte by byte.
#pragma once

#include <map>
#include <string>

namespace idferry::tests {

std::string make_temporary_folder();
void remove_temporary_folder(const std::string& folder);

std::string file_bytes(const std::string& path);
void write_bytes(const std::string& path, const std::string& bytes);

// Every name below the folder with size and digest of its content; names of folders end in '/'.
std::map<std::string, std::string> folder_content(const std::string& folder);

} // namespace idferry::tests
