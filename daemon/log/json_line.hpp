// A message as one line of JSON, and as the fields of a journal entry. Private to daemon/log and its tests.
#pragma once

#include "connectors/clock.hpp"
#include "daemon/log/message.hpp"

#include <string>
#include <vector>

namespace idferry::daemon::log {

// {"time":…,"level":…,"id":"IDF-1001","name":…,"message":…,"do":…} and the fields by their names; no line end.
std::string json_line(const message& m, connectors::clock::wall_time when);

// "MESSAGE=…", "MESSAGE_ID=…", "PRIORITY=…", "SYSLOG_IDENTIFIER=idferry", "IDFERRY_ID=IDF-1001", "IDFERRY_DO=…", and
// "IDFERRY_<FIELD>=…" for each field (systemd.journal-fields(7)).
std::vector<std::string> journal_fields(const message& m);

} // namespace idferry::daemon::log
