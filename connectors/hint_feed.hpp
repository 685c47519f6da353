// What tells of changes at a source between two reads: its events, as hints whom to read again sooner. A hint is never
// a proof: events may be lost, late, doubled or out of order, and what they say is not believed, only looked up.
//
// Thread-safety: none, one strand. Cancellation: terminal, fails with `retry`.
#pragma once

#include "connectors/failure.hpp"
#include "connectors/source.hpp"
#include "mapping/ids.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace idferry::connectors {

// One look at the events.
struct hint_batch
{
    std::vector<std::string> people; // keys of people that something happened to; each once, sorted
    std::vector<std::string> groups; // the same of groups
    std::uint64_t events{0};         // read, without repetitions
    std::uint64_t noise{0};          // of these: about nobody's record (logins, tokens, passwords)
    std::string next;                // where the next look goes on, once this one was acted upon
    std::string gap;                 // why something may have been missed: a full read finds it; "" = nothing known
};

// One person as the source tells now, after a hint.
struct hinted_person
{
    enum class verdict
    {
        present,   // `bytes` is the record
        absent,    // no such record, or of an account that reads leave out: nothing follows from that
        unreadable // `why`
    };
    verdict state{verdict::unreadable};
    std::string bytes;             // in the form that `source::decode` takes
    bool bytes_comparable{false};  // of the same form as in lists, so that its digest may be compared
    std::vector<group_ref> groups; // those of the selected groups that the person is in directly
    bool groups_whole{false};      // all of them: the list is proved, and which are selected is known
    std::string why;
};

class hint_feed
{
public:
    virtual ~hint_feed() = default;

    using time_point = std::chrono::sys_time<std::chrono::milliseconds>;

    // What happened since `mark` (hint_batch::next of an earlier look, or `mark_of`; "" = from now on). Fails when no
    // events can be read at all.
    virtual boost::asio::awaitable<result<hint_batch>> look(std::string mark) = 0;
    // The mark of a moment: what happened before it is known by other means.
    virtual std::string mark_of(time_point when) const = 0;
    // Reads one person again, in two requests at most. Fails when nothing more can be read.
    virtual boost::asio::awaitable<result<hinted_person>> read(mapping::source_key person) = 0;
};

} // namespace idferry::connectors
