// Everything that one run of the tests left behind, searched for every secret that it used.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace idferry::told {

// What a run must have left, or the search means nothing.
struct expected
{
    std::map<std::string, std::size_t> secrets; // different ones, by kind
    std::map<std::string, std::size_t> files;   // searched ones, by name: of the file, or "folder/" for those in one
};

struct examined
{
    std::map<std::string, std::size_t> secrets; // different ones, by kind
    std::size_t files{0};                       // searched
    std::uintmax_t bytes{0};
    std::size_t given{0};              // left out: they were given secrets on purpose
    std::vector<std::string> findings; // "access token in stage-7-1/run3.err, byte 120"
    std::vector<std::string> missing;  // what was expected, or could not be read
    bool good() const { return findings.empty() && missing.empty(); }
    std::string summary() const;
};

// `told`: the folder that $IDFERRY_TOLD named. Its file `issued` has the secrets ("KIND<tab>SECRET" lines). A folder in
// it may have a file GIVEN: each of its lines names one file, relative to the folder, that holds secrets on purpose and
// is left out; no other file is. `more`: files elsewhere, such as the log of the run.
examined examine(const std::filesystem::path& told, const std::vector<std::filesystem::path>& more,
                 const expected& least);

} // namespace idferry::told
