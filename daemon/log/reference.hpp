// The catalogue as documents: docs/messages.md, and the journal's catalogue that `journalctl -x` shows. Both are
// committed; a test fails when they differ from what is made here.
#pragma once

#include <string>
#include <string_view>

namespace idferry::daemon::log {

// One message in a few lines, by its id ("IDF-4001", "4001") or name; "" when there is none.
std::string explained(std::string_view id_or_name);

// Markdown: one section a thousand, one entry a message.
std::string messages_page();

// catalogue file of journald (systemd-journald.service(8), https://systemd.io/CATALOG): installed in
// /usr/lib/systemd/catalog.
std::string journal_catalogue();

} // namespace idferry::daemon::log
