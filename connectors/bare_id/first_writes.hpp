// Whether writes have any effect at all. These gateways discard body fields that they do not know, without a word
// (apis: Bare.ID, section 9.2): the first write of each kind has to be seen to work. And some may show late what was
// written: a kind of write that does is waited for.
#pragma once

#include "connectors/bare_id/operations.hpp"
#include "connectors/clock.hpp"
#include "connectors/failure.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace idferry::connectors::bare_id {

// Which kinds of write an instance shows late: known for as long as its connection lives, by all that write to it.
class late_kinds
{
public:
    bool contains(const operation& op) const { return late_.contains(op.name); }
    void add(const operation& op) { late_.insert(op.name); }

private:
    std::set<std::string> late_;
};

// What one push has seen of each kind of write.
class first_writes
{
public:
    explicit first_writes(std::shared_ptr<late_kinds> late) : late_(std::move(late)) {}

    // A write of this kind was read back, and took effect.
    void worked(const operation& op) { proved_.insert(op.name); }
    bool proved(const operation& op) const { return proved_.contains(op.name); }

    // A write was answered well and did nothing. `what` names what stayed as it was. Until one of its kind has worked,
    // it is the configuration that is wrong, and nothing more of the kind is sent.
    failure did_nothing(const operation& op, const std::string& what) const;

    // Whether what looks untouched is worth waiting for: until one wait of this kind was in vain in this push, or,
    // where the kind is known to show late, three on end. So a target that ignores a kind of write costs a push at most
    // three times read_back::longest for it (as often again as operations are under way at once), and one that shows at
    // once costs nothing.
    bool worth_waiting(const operation& op) const;
    void waited_in_vain(const operation& op) { ++in_vain_[op.name]; }
    void showed_late(const operation& op);
    bool shows_late(const operation& op) const { return late_->contains(op); }

private:
    std::shared_ptr<late_kinds> late_;
    std::set<std::string> proved_;
    std::map<std::string, int> in_vain_; // on end
};

// The looks at one thing that was written, while it looks untouched: after 0.25 s, then after twice as long each time,
// up to 8 s. One for all kinds of write that made the change together.
class read_back
{
public:
    static constexpr std::chrono::milliseconds shortest{250}, longest{15750}; // 0.25 + 0.5 + 1 + 2 + 4 + 8 s

    // Both outlive it.
    read_back(clock& time, first_writes& writes) : time_(time), writes_(writes) {}

    // Waits before the next look at what `op` has written. False: it is time to judge what is there.
    boost::asio::awaitable<bool> wait(const operation& op);
    // What `op` has written shows.
    void shows(const operation& op);
    // "15.75 s"; "" when nothing was waited for.
    std::string waited() const;

private:
    clock& time_;
    first_writes& writes_;
    std::chrono::milliseconds next_{shortest}, total_{0};
    std::set<std::string> waited_for_;
};

} // namespace idferry::connectors::bare_id
