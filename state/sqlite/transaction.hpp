// A write transaction: rolled back unless committed.
#pragma once

#include "state/sqlite/database.hpp"

namespace idferry::state::sqlite {

class transaction
{
public:
    // Takes the write lock at once, so that a later step cannot find it taken.
    explicit transaction(database& db);
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;
    ~transaction();

    // False when a step before it failed or the commit did: nothing is written then.
    bool commit();

private:
    database& db_;
    bool open_{false};
};

} // namespace idferry::state::sqlite
