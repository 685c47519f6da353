// Changes of state are named updates, applied in one transaction in the order given.
#pragma once

#include "state/link.hpp"

#include <variant>

namespace idferry::state {

struct put_input
{
    scope_key scope;
    input_row row;
};
struct forget_input
{
    scope_key scope;
    mapping::source_key key;
};
struct put_link
{
    scope_key scope;
    link value;
}; // insert or replace by key; a target id belongs to one link
struct remove_link
{
    scope_key scope;
    mapping::source_key key;
}; // with its memberships, not_kept rows, input and account steps
struct begin_intent
{
    intent value;
}; // `id` is ignored: see store::begin
struct end_intent
{
    std::int64_t id;
};
struct put_reject
{
    reject value;
}; // keeps `first` when it is there already, and counts `attempts` up while `attempt` stays the same
struct clear_reject
{
    scope_key scope;
    mapping::source_key key;
};
// By hand: tried again at `when`, also when it was dropped.
struct retry_reject
{
    scope_key scope;
    mapping::source_key key;
    time_point when{};
};
// By hand: neither tried nor shown until something else would be written for it. Its input stays waiting, so it is
// looked at in every cycle and nobody is lost.
struct drop_reject
{
    scope_key scope;
    mapping::source_key key;
};
// What we have written as a group's members: adds and removes rows.
struct change_members
{
    scope_key scope;
    mapping::source_key group;
    std::vector<mapping::source_key> add, remove;
    time_point when{}; // of the removals: for the rolling guards
};
struct put_not_kept
{
    scope_key scope;
    mapping::source_key key;
    std::vector<not_kept> rows;
}; // replaces the key's rows
// Size of a list at its last proved read ("people", "members of …"), per sync.
struct put_list_size
{
    mapping::sync_name sync;
    std::string list;
    std::uint64_t size;
};
struct append_audit
{
    audit_entry value;
};
struct put_cycle
{
    cycle_row value;
}; // `id` is ignored
struct put_quarantine
{
    quarantine value;
}; // insert or replace by sync
struct clear_quarantine
{
    mapping::sync_name sync;
};
// Insert or replace by sync and list.
struct put_watermark
{
    watermark value;
};
// Insert or replace by scope, key and step.
struct put_account_step
{
    account_step value;
};
struct forget_account_step
{
    scope_key scope;
    mapping::source_key key;
    std::string step;
};
// Something else that decides about a resource has changed: it is looked at again, whatever its digest says. Nothing
// happens when its input is not known.
struct reopen_input
{
    scope_key scope;
    mapping::source_key key;
};
// Retention: erases the values (not the rows) of audit lines, and the cycles, older than `before`; the last success of
// a sync stays, however old.
struct forget_audit_values
{
    time_point before;
};
struct forget_cycles
{
    time_point before;
};

using any_update =
    std::variant<put_input, forget_input, put_link, remove_link, begin_intent, end_intent, put_reject, clear_reject,
                 retry_reject, drop_reject, change_members, put_not_kept, put_list_size, append_audit, put_cycle,
                 put_quarantine, clear_quarantine, put_watermark, put_account_step, forget_account_step, reopen_input,
                 forget_audit_values, forget_cycles>;

// One of the above, used as the variant it is. A class, so that copying and ending one is compiled once (update.cpp)
// and not in every file that has a list of them.
class update : public any_update
{
public:
    using any_update::any_update;
    update(const update&);
    update(update&&) noexcept;
    update& operator=(const update&);
    update& operator=(update&&) noexcept;
    ~update();
};

} // namespace idferry::state
