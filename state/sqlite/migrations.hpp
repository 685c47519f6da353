// The schema, as numbered steps. `user_version` of the file is the number of the last step that was applied.
#pragma once

#include "state/sqlite/database.hpp"

namespace idferry::state::sqlite {

// "idfy": marks a SQLite file as ours.
inline constexpr std::int64_t application_id = 0x69646679;

// What this program writes.
std::int64_t schema_version();

// Brings the schema up to date in one transaction. False on failure, which is kept in `db`.
bool migrate(database& db);

} // namespace idferry::state::sqlite
