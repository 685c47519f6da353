#include "connectors/scim/scim_members.hpp"

#include "connectors/scim/scim_lookup.hpp"
#include "connectors/scim/scim_patch.hpp"
#include "mapping/core_schema.hpp"
#include "mapping/shown_members.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace idferry::connectors::scim {

namespace asio = boost::asio;

namespace {

const mapping::resource_type& groups = mapping::group_type;

failure reserved_group(const std::string& id)
{
    failure f;
    f.next = disposition::reject;
    f.code = "reserved";
    f.detail = "group " + id + " has a reserved name and is never changed";
    return f;
}

// Without what the group holds already: a removal of somebody who is not there is an error to a strict provider.
member_change still_to_do(const members_request& r)
{
    member_change change{r.add, r.remove};
    if (!r.current || !mapping::member_named(r.current->body, "members")) return change;
    const auto held = member_ids(r.current->body);
    const std::unordered_set<std::string> present(held.begin(), held.end());
    std::erase_if(change.add, [&](const mapping::target_id& id) { return present.contains(id.text()); });
    std::erase_if(change.remove, [&](const mapping::target_id& id) { return !present.contains(id.text()); });
    return change;
}

// Refusals in one direction after which the group itself is taken to be at fault, and not this or that member.
constexpr std::size_t most_refusals = 20;

// What one PATCH came to.
enum class patch_outcome
{
    done,
    given_up, // too many were refused
    no_patch  // the provider has no PATCH for groups, or the group is gone
};

// PATCHes of one group. A request that is refused is sent again in halves until whoever is to blame stands alone:
// adding who is there and removing who is not changes nothing, so it does not matter how much of it was carried out.
class member_patcher
{
public:
    member_patcher(session& s, const members_request& r)
        : session_(s), group_(r.group.text()), hidden_(!mapping::shows_members(s.holds().of(groups.name))),
          tag_(r.current ? s.if_match(*r.current) : std::string())
    {
    }

    asio::awaitable<result<patch_outcome>> change(member_change change)
    {
        for (const bool adding : {true, false}) {
            const auto& all = adding ? change.add : change.remove;
            blamed_ = 0;
            const auto most = static_cast<std::size_t>(std::max(1, session_.wire().members_per_request));
            for (std::size_t i = 0; i < all.size(); i += most) {
                std::vector<mapping::target_id> part(all.begin() + static_cast<std::ptrdiff_t>(i),
                                                     all.begin() +
                                                         static_cast<std::ptrdiff_t>(std::min(i + most, all.size())));
                auto sent = co_await send(std::move(part), adding);
                if (!sent || *sent == patch_outcome::no_patch) co_return sent;
                if (*sent == patch_outcome::done) continue;
                // Who is done is done, and what goes the other way is another matter.
                for (const auto& id : all)
                    if (!settled_.contains(id.text())) refused.push_back({id, "given up: " + last_refusal_});
                break;
            }
        }
        co_return patch_outcome::done;
    }

    std::vector<refused_member> refused;
    std::string last_answer; // the body of the last success, for providers whose groups tell nothing more when read

private:
    asio::awaitable<result<patch_outcome>> send(std::vector<mapping::target_id> ids, bool adding)
    {
        auto c = session_.write_call("PATCH", groups, group_, member_patch(ids, adding, session_.wire().membership));
        c.if_match = std::exchange(tag_, std::string()); // the first one makes a new version
        auto answer = co_await session_.send(c);
        if (!answer) co_return answer.error();
        if (answer->status >= 200 && answer->status < 300) {
            last_answer = std::move(answer->body);
            for (const auto& id : ids) settled_.insert(id.text());
            co_return patch_outcome::done;
        }
        const bool nowhere = answer->status == 404 || answer->status == 410;
        if (patch_is_missing(*answer) || (nowhere && !hidden_)) co_return patch_outcome::no_patch;
        auto f = session_.failed(c, *answer);
        if (nowhere) f = co_await session_.failed_write(groups, group_, c, *answer);
        // It is a member already: what we wanted; or none, and was to go.
        if (f.code == "related" || (f.code == "notarget" && !adding && ids.size() == 1)) {
            for (const auto& id : ids) settled_.insert(id.text());
            co_return patch_outcome::done;
        }
        if (f.next != disposition::reject) co_return f;
        if (ids.size() == 1) co_return co_await blame(ids.front(), adding, std::move(f));
        const auto half = ids.begin() + static_cast<std::ptrdiff_t>(ids.size() / 2);
        std::vector<mapping::target_id> rest(half, ids.end());
        ids.erase(half, ids.end());
        auto first = co_await send(std::move(ids), adding);
        if (!first || *first != patch_outcome::done) co_return first;
        auto second = co_await send(std::move(rest), adding);
        co_return second;
    }

    asio::awaitable<result<patch_outcome>> blame(mapping::target_id id, bool adding, failure f)
    {
        settled_.insert(id.text());
        if (!adding) {
            // Who is not there at all is no member either.
            const auto person = co_await session_.read(mapping::user_type, id.text());
            if (!person && person.error().next == disposition::not_found) co_return patch_outcome::done;
        }
        last_refusal_ = f.detail;
        refused.push_back({id, std::move(f.detail)});
        co_return ++blamed_ < most_refusals ? patch_outcome::done : patch_outcome::given_up;
    }

    session& session_;
    std::string group_;
    bool hidden_;
    std::string tag_;
    std::size_t blamed_{0};
    std::string last_refusal_;
    std::unordered_set<std::string> settled_; // done, or refused
};

failure would_empty(const std::string& id)
{
    failure f;
    f.next = disposition::reject;
    f.code = "unsupported";
    f.detail = "group " + id +
               " can only be changed by PATCH, which the provider refuses: its members are not shown, and a PUT would "
               "throw them out";
    return f;
}

asio::awaitable<result<remote_resource>> put_members(session& s, members_request r)
{
    // A group that was read as part of a list may come without its members.
    if (!r.current || !mapping::member_named(r.current->body, "members")) {
        auto read = co_await s.read(groups, r.group.text());
        if (!read) co_return read.error();
        r.current = std::move(*read);
    }
    if (s.learned.reserved_ids.contains(r.group.text())) co_return reserved_group(r.group.text());
    const auto body = members_body(s.rules(groups), r.current->body, {r.add, r.remove});
    auto c = s.write_call("PUT", groups, r.group.text(), body);
    c.if_match = s.if_match(*r.current);
    auto answer = co_await s.send(c);
    if (!answer) co_return answer.error();
    if (answer->status < 200 || answer->status >= 300) {
        auto f = co_await s.failed_write(groups, r.group.text(), c, *answer);
        if (f.code != "related") co_return f;
        co_return co_await s.read(groups, r.group.text());
    }
    co_return co_await kept_after_write(s, groups, r.group.text(), std::move(*answer));
}

// Members that are not shown are not read for either.
asio::awaitable<result<remote_resource>> kept_after_patch(session& s, std::string group, const member_patcher& patcher)
{
    if (!mapping::shows_members(s.holds().of(groups.name)) && !patcher.last_answer.empty()) {
        auto told = read_resource(patcher.last_answer);
        if (told && told->id.text() == group) co_return told;
    }
    co_return co_await s.read(groups, std::move(group));
}

} // namespace

bool patch_is_missing(const http::response& answer)
{
    return answer.status == 501 || answer.status == 405;
}

bool patches_members(const session& s)
{
    return s.wire().membership != membership_mode::put_full && s.may_patch(groups);
}

asio::awaitable<result<remote_resource>> kept_after_write(session& s, const mapping::resource_type& type,
                                                          std::string id, http::response answer)
{
    auto kept = read_resource(answer.body);
    // What only confirms (no body, or a resource without its name) does not show what was kept.
    const bool whole = kept && kept->id.text() == id && mapping::member_named(kept->body, naming_attribute(type)) &&
                       (!type.has_members || !mapping::shows_members(s.holds().of(type.name)) ||
                        mapping::member_named(kept->body, "members"));
    if (!whole) co_return co_await s.read(type, std::move(id));
    if (const auto tag = answer.header("ETag"); tag && !tag->empty()) kept->version = std::string(*tag);
    s.note_name(type, *kept);
    co_return kept;
}

asio::awaitable<result<remote_resource>> change_members(session& s, members_request r)
{
    const auto group = r.group.text();
    if (r.current) s.note_name(groups, *r.current);
    const bool hidden = !mapping::shows_members(s.holds().of(groups.name));
    const bool patching = patches_members(s) && !(r.add.empty() && r.remove.empty());
    // A PATCH does not show the group's name, so a group that was never seen is looked at before.
    const bool unseen = !s.holds().of(groups.name).reserved_names.empty() && !s.learned.free_ids.contains(group);
    if (patching && !r.current && (unseen || (!r.remove.empty() && !hidden))) {
        auto read = co_await s.read(groups, group);
        if (!read) co_return read.error();
        r.current = std::move(*read);
    }
    if (s.learned.reserved_ids.contains(group)) co_return reserved_group(group);
    if (patching) {
        member_patcher patcher(s, r);
        auto sent = co_await patcher.change(still_to_do(r));
        if (!sent) co_return sent.error();
        if (*sent != patch_outcome::no_patch) {
            auto kept = co_await kept_after_patch(s, group, patcher);
            if (kept) kept->refused = std::move(patcher.refused);
            co_return kept;
        }
        if (hidden) co_return would_empty(group);
        // Without PATCH the whole group is written; when that works, PATCH is not tried again. A group that is gone
        // teaches nothing about PATCH.
        auto read = co_await s.read(groups, group);
        if (!read) co_return read.error();
        r.current = std::move(*read);
        auto put = co_await put_members(s, std::move(r));
        if (put) s.learned.no_patch.insert(std::string(groups.name));
        co_return put;
    }
    if (hidden) co_return would_empty(group);
    co_return co_await put_members(s, std::move(r));
}

} // namespace idferry::connectors::scim
