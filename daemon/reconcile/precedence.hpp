// Several syncs that write to one target: who comes first for which attribute of a resource that more than one of them
// is linked to. Pure.
//
// Precedence is an order for each attribute alone: a sync may yield the title to another and keep the department. What
// it does not yield to a sync that it names is its own; what is said between neighbours also holds along a chain.
#pragma once

#include "mapping/json_fwd.hpp"
#include "state/link.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace idferry::daemon::reconcile {

// What a sync leaves to another one.
struct yielding
{
    std::string to;
    std::vector<std::string> attributes; // none = all that both map
};

// A sync at the shared target, for one resource type.
struct writer
{
    std::string name;
    std::vector<yielding> yields;
    std::vector<std::string> attributes; // that it maps
};

// True when the two are the same attribute, or one is a part of the other ("name", "name.givenName").
bool overlap(std::string_view a, std::string_view b);

class precedence
{
public:
    explicit precedence(std::vector<writer> all) : all_(std::move(all)) {}

    const writer& at(std::size_t i) const { return all_[i]; }
    std::size_t size() const { return all_.size(); }

    bool comes_before(std::size_t first, std::size_t second, std::string_view attribute) const;
    // Whether it is said how the two share a resource. Those of whom it is not said never share one.
    bool related(std::size_t a, std::size_t b) const;
    // The names from `of` back to itself when precedence goes round in a circle for this attribute; else empty.
    std::vector<std::string> circle(std::size_t of, std::string_view attribute) const;
    // Attributes of `a` that `b` maps too and that neither yields, although one of them names the other.
    std::vector<std::string> undecided(std::size_t a, std::size_t b) const;

private:
    const yielding* said(std::size_t by, std::size_t of) const;
    bool directly_before(std::size_t first, std::size_t second, std::string_view attribute) const;
    // The way up from one to the other, both included; empty when there is none.
    std::vector<std::size_t> way_up(std::size_t from, std::size_t to, std::string_view attribute) const;
    bool chained(std::size_t from, std::size_t to) const;

    std::vector<writer> all_;
};

// Another sync at the same target, as one sync sees it, for one resource type.
struct co_writer
{
    std::string name;
    bool related{false};
    // Of our attributes, those for which it comes first, each with its own that are meant.
    std::vector<std::pair<std::string, std::vector<std::string>>> before_us;
    std::vector<std::string> after_us; // those of ours for which we come first
    bool decides_active{false};        // it comes first for `active`, whether or not it maps it
    bool binds_credentials{false};     // its joiners get a credential bound; not a matter of precedence
};
co_writer seen_by(const precedence& all, std::size_t us, std::size_t other);

// Another sync's link to a resource that we are linked to, or could be.
struct co_link
{
    const co_writer* writer{nullptr};
    state::link link;
};

// The person is with that sync; and may use the account, as far as its link tells.
bool holds(const state::link& link);
bool holds_active(const state::link& link);

// Of the attributes in `desired` ({"path": value}), those that others write, with the name of the sync that does; and
// `active`, if it is false while a sync that comes first has the person.
std::map<std::string, std::string> left_to_others(const std::vector<co_link>& others, const mapping::json& desired);

// What a link says about its resource, as far as others must follow: the attributes among `ours` that it fills, and ""
// while the person is there, "is active" while it is not switched off.
std::set<std::string> claims(const state::link& link, const std::vector<std::string>& ours);

} // namespace idferry::daemon::reconcile
