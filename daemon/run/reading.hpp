// Reads the source once, record by record: what is unchanged ends here, by its digest; what changed is decoded, scoped
// and mapped into a candidate.
#pragma once

#include "daemon/reconcile/change.hpp"
#include "daemon/reconcile/directory.hpp"
#include "daemon/run/context.hpp"
#include "daemon/run/retrying.hpp"
#include "state/input_index.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::daemon::run {

// How sure we are about one person's memberships, and with that about everything that follows from them.
enum class certainty
{
    sure,
    needs_proof, // a list that matters for this person is unproved, or the person lost a group: ask for this person
    withheld     // asked, and could not be proved: group-dependent attributes keep their last value
};

// One record that is new, changed, or was left waiting.
struct candidate
{
    mapping::source_key key;
    mapping::digest input;
    bool in_scope{false};
    bool managed{false}; // the vendor's own: linked, and never written
    std::string scope_clause;
    std::string desired; // desired_resource::text, when in scope
    std::string label;
    std::string match_values; // JSON object: match attribute → value
    std::optional<std::string> rejected;
    std::vector<std::string> notices;
    std::vector<std::string> groups; // source group keys
    certainty sure{certainty::sure};
    std::string unsure_why;
    std::string bytes; // kept while unsure
    std::optional<state::link> link;
    // Unlinked and in scope: what was found at the target.
    bool correlated{false};
    std::vector<connectors::remote_resource> found;
    // Other syncs share the target resource (sharing.hpp): the attributes that they write, with their names; those are
    // no longer in `desired`, and neither in the link, which then differs from what state has.
    std::map<std::string, std::string> left_to;
    bool link_moved{false};
};

// What correlation found for resources without a link, by type and key.
using found_before = std::map<std::pair<std::string, std::string>, std::vector<connectors::remote_resource>>;

// What one read gave.
struct reading
{
    explicit reading(bool inherited) : groups(inherited) {}

    reconcile::directory groups;
    // Of the other types that are read whole: by name of the source's type.
    std::map<std::string, reconcile::directory, std::less<>> others;
    // The resources of a source's type, groups or others.
    reconcile::directory& held(const mapping::resource_type& from);

    std::vector<candidate> people;         // in scope, or linked, or unsure
    std::vector<state::input_row> settled; // out of scope and not linked: only the digest is recorded
    std::vector<state::input_row> leavers; // known keys that were not seen
    std::set<std::string> unreadable;      // keys of people whose record could not be used: they are there
    std::vector<state::link> due;          // leavers whose grace period is over
    // Correlation of unlinked groups and others.
    found_before held_found;
    std::optional<state::input_index> people_index;
    reconcile::list_state people_list;
    std::uint64_t people_read{0};
    std::uint64_t people_unchanged{0};
    std::uint64_t decoded{0}; // records that became a DOM
    std::vector<std::string> missing_sentinels;
    std::map<std::string, std::uint64_t> list_sizes;   // of complete lists
    std::map<std::string, std::uint64_t> shrunk_sizes; // of lists that ended well, but much smaller than before
    std::vector<reconcile::list_note> unproved;
    std::vector<reconcile::note> notes; // bad records
    // Links that the target's own data protected when they were last to be written, and still do: why.
    std::map<std::pair<std::string, std::string>, std::string> left_alone; // type, key
    // Members that we wrote and that no list has any more: asked for one by one before they are taken away.
    std::set<std::string> unlisted_members;
    bool members_asked{false};
    std::uint64_t people_last_time{0};
    std::shared_ptr<const known_rejects> rejects; // of earlier cycles
};

// Reads everything that the sync wants. Fails when the read ends early or a group name in the configuration fits
// several source groups; what single pages and records did wrong is in the reading.
boost::asio::awaitable<outcome<std::unique_ptr<reading>>> read_source(cycle_context c);

// One person through decode, scope and mapping, with the memberships as the directory has them now. Returns nothing
// when there is nothing to do but record the digest (then it is in `settled`).
std::optional<candidate> consider_person(const cycle_context& c, reading& r, const mapping::source_key& key,
                                         std::string_view bytes);

// Digest of a person's record with its memberships and the sync's epoch.
mapping::digest person_digest(const cycle_context& c, const reading& r, std::string_view key, std::string_view bytes);

// A person's groups in the form rules read.
std::vector<connectors::group_ref> group_refs(const reading& r, std::string_view key);

// {"userName": …}: the match attributes of a desired resource, as JSON text; and what people call it.
std::string match_values_of(const mapping::mapper& rules, const mapping::desired_resource& desired);
std::string label_of(const mapping::desired_resource& desired, const std::string& fallback);

} // namespace idferry::daemon::run
