#include "daemon/cli/by_hand.hpp"

#include "connectors/clock.hpp"
#include "connectors/http/percent_encoding.hpp"
#include "daemon/cli/admin_client.hpp"
#include "daemon/cli/recorded.hpp"
#include "daemon/run/retrying.hpp"
#include "mapping/json.hpp"
#include "state/writer_lock.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace idferry::daemon::cli {

namespace {

int state_trouble(const std::string& command, const state::error& e)
{
    complain(command + ": " + e.message);
    return e.what == state::error::kind::busy ? 5 : 1;
}

state::result<std::vector<state::update>> updates_of(state::store& s, hand_change what, const mapping::sync_name& sync,
                                                     const state::reject_filter& only)
{
    std::vector<state::update> updates;
    if (what == hand_change::release_quarantine) {
        auto isolated = s.find_quarantine(sync);
        if (!isolated) return isolated.error();
        if (*isolated) updates.emplace_back(state::clear_quarantine{sync});
        return updates;
    }
    if (what == hand_change::drop_rejects) return run::drop_by_hand(s, sync, only);
    return run::retry_by_hand(s, sync, only, connectors::make_system_clock()->now());
}

std::string done_text(hand_change what, const std::string& sync, std::size_t count)
{
    const auto rejects = fmt::format("{} {} of {}", count, count == 1 ? "reject" : "rejects", sync);
    switch (what) {
    case hand_change::retry_rejects: return rejects + ": tried again in the next cycle";
    case hand_change::drop_rejects: return rejects + ": dropped until something else is to be done for them";
    case hand_change::release_quarantine: break;
    }
    return sync + ": released; it is pushed again by its schedule";
}

int change_directly(const invocation& given, hand_change what, const mapping::sync_name& sync,
                    const state::reject_filter& only)
{
    const auto command = "idferry " + std::string(given.what().name);
    const auto folder = given.text("state");
    const auto nothing = [&] {
        return complain(fmt::format("{}: {}", command,
                                    what == hand_change::release_quarantine ? sync.text() + " is not in quarantine"
                                                                            : "no reject of " + sync.text() + " fits"));
    };
    {
        // Nothing is created in the folder for nothing.
        auto seen = state::open_store(folder, state::open_mode::read_only);
        if (!seen) return state_trouble(command, seen.error());
        auto wanted = updates_of(**seen, what, sync, only);
        if (!wanted) return state_trouble(command, wanted.error());
        if (wanted->empty()) return nothing();
    }
    auto lock = state::take_writer_lock(folder, sync);
    if (!lock) return state_trouble(command, lock.error());
    auto store = state::open_store(folder, state::open_mode::read_write);
    if (!store) return state_trouble(command, store.error());
    auto updates = updates_of(**store, what, sync, only);
    if (!updates) return state_trouble(command, updates.error());
    if (updates->empty()) return nothing();
    if (auto done = (*store)->commit(*updates); !done) return state_trouble(command, done.error());
    std::puts(done_text(what, sync.text(), updates->size()).c_str());
    return std::fflush(stdout) == 0 ? 0 : 1;
}

const char* address_of(hand_change what)
{
    switch (what) {
    case hand_change::retry_rejects: return "/rejects/retry";
    case hand_change::drop_rejects: return "/rejects/drop";
    case hand_change::release_quarantine: break;
    }
    return "/quarantine/release";
}

int change_by_daemon(const invocation& given, hand_change what, const mapping::sync_name& sync,
                     const state::reject_filter& only)
{
    mapping::json body = mapping::json::object();
    if (!only.type.empty()) body["type"] = only.type;
    if (!only.key.empty()) body["key"] = only.key;
    admin_client daemon(admin_socket_of(given.text("config")));
    const auto path = "/api/v1/syncs/" + connectors::http::path_segment(sync.text()) + address_of(what);
    const auto asked = daemon.post(path, body);
    const auto* why = std::get_if<admin_trouble>(&asked);
    const auto trouble = why != nullptr ? why->text : std::get<admin_answer>(asked).error();
    if (!trouble.empty()) return complain(fmt::format("idferry {}: {}", given.what().name, trouble));
    const auto& answer = *std::get<admin_answer>(asked).body;
    const auto* count = what == hand_change::retry_rejects ? "retried" : "dropped";
    std::puts(done_text(what, sync.text(), answer.value(count, std::size_t{0})).c_str());
    return std::fflush(stdout) == 0 ? 0 : 1;
}

} // namespace

int change_by_hand(const invocation& given, hand_change what, const mapping::sync_name& sync,
                   const state::reject_filter& only)
{
    if (daemon_holds(given.text("state"))) return change_by_daemon(given, what, sync, only);
    return change_directly(given, what, sync, only);
}

} // namespace idferry::daemon::cli
