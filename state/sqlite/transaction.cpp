#include "state/sqlite/transaction.hpp"

namespace idferry::state::sqlite {

transaction::transaction(database& db) : db_(db)
{
    open_ = db_.run("BEGIN IMMEDIATE");
}

transaction::~transaction()
{
    if (open_) db_.roll_back();
}

bool transaction::commit()
{
    if (!open_ || !db_.run("COMMIT")) return false;
    open_ = false;
    ++db_.counters.transactions;
    return true;
}

} // namespace idferry::state::sqlite
