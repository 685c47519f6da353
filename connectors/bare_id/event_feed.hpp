// An instance's events as hints (connectors/hint_feed.hpp): both lists are polled with an overlap, repetitions are told
// apart, and each person named is read by user/v1's two calls.
#pragma once

#include "connectors/bare_id/api.hpp"
#include "connectors/hint_feed.hpp"

#include <memory>

namespace idferry::connectors::bare_id {

// `through`: the calls of the source itself. Null when `events` is off.
std::unique_ptr<hint_feed> make_event_feed(std::shared_ptr<const bare_id_settings> config, std::shared_ptr<api> through,
                                           const environment& env);

} // namespace idferry::connectors::bare_id
