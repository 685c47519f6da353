// How a run is held to having written nothing: neither files nor requests.
#pragma once

#include "tests/e2e/stage.hpp"

#include <map>
#include <string>

namespace idferry::e2e {

// Every file of a folder with its mode, its time and its bytes.
std::map<std::string, std::string> contents(const std::string& folder);
// Fails the test when any request since the log was emptied was more than a read, or when there was none.
void expect_only_reads(stage& s);

} // namespace idferry::e2e
