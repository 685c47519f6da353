#include "connectors/scim/scim_members.hpp"

#include "connectors/scim/scim_lookup.hpp"
#include "connectors/scim/scim_patch.hpp"
#include "mapping/core_schema.hpp"

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

// What one PATCH came to.
enum class patch_outcome
{
    done,
    no_patch, // the provider has no PATCH for groups, or the group is gone
    no_target // somebody who is to be removed is not there
};

asio::awaitable<result<patch_outcome>> send_patch(session& s, std::string group, mapping::json body, std::string tag)
{
    auto c = s.write_call("PATCH", groups, group, body);
    c.if_match = std::move(tag);
    auto answer = co_await s.send(c);
    if (!answer) co_return answer.error();
    if (answer->status >= 200 && answer->status < 300) co_return patch_outcome::done;
    if (patch_is_missing(*answer) || answer->status == 404) co_return patch_outcome::no_patch;
    auto f = s.failed(c, *answer);
    if (f.code == "related") co_return patch_outcome::done; // it is a member already: what we wanted
    if (f.code == "notarget") co_return patch_outcome::no_target;
    co_return f;
}

asio::awaitable<result<patch_outcome>> patch_members(session& s, members_request r)
{
    const auto group = r.group.text();
    const auto tag = r.current ? s.if_match(*r.current) : std::string();
    const std::string no_tag;
    const auto change = still_to_do(r);
    auto bodies = member_patches(change, s.wire().members_per_request);
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        const auto match = i == 0 ? tag : std::string(); // the first one makes a new version
        auto sent = co_await send_patch(s, group, bodies[i], match);
        if (!sent) co_return sent.error();
        if (*sent == patch_outcome::no_patch) co_return *sent;
        if (*sent == patch_outcome::done || bodies[i]["Operations"].size() == 1) continue;
        // A PATCH is atomic: one who is gone keeps all the others in. One by one, then.
        for (const auto& operation : bodies[i]["Operations"]) {
            auto one = bodies[i];
            one["Operations"] = mapping::json::array({operation});
            auto single = co_await send_patch(s, group, one, no_tag);
            if (!single) co_return single.error();
            if (*single == patch_outcome::no_patch) co_return *single;
        }
    }
    co_return patch_outcome::done;
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
                       (!type.has_members || mapping::member_named(kept->body, "members"));
    if (!whole) co_return co_await s.read(type, std::move(id));
    if (const auto tag = answer.header("ETag"); tag && !tag->empty()) kept->version = std::string(*tag);
    s.note_name(type, *kept);
    co_return kept;
}

asio::awaitable<result<remote_resource>> change_members(session& s, members_request r)
{
    const auto group = r.group.text();
    if (r.current) s.note_name(groups, *r.current);
    const bool patching = patches_members(s) && !(r.add.empty() && r.remove.empty());
    // A PATCH does not show the group's name, so a group that was never seen is looked at before.
    const bool unseen = !s.holds().of(groups.name).reserved_names.empty() && !s.learned.free_ids.contains(group);
    if (patching && !r.current && (unseen || !r.remove.empty())) {
        auto read = co_await s.read(groups, group);
        if (!read) co_return read.error();
        r.current = std::move(*read);
    }
    if (s.learned.reserved_ids.contains(group)) co_return reserved_group(group);
    if (patching) {
        auto sent = co_await patch_members(s, r);
        if (!sent) co_return sent.error();
        if (*sent == patch_outcome::done) co_return co_await s.read(groups, group);
        // Without PATCH the whole group is written; when that works, PATCH is not tried again. A group that is gone
        // teaches nothing about PATCH.
        auto read = co_await s.read(groups, group);
        if (!read) co_return read.error();
        r.current = std::move(*read);
        auto put = co_await put_members(s, std::move(r));
        if (put) s.learned.no_patch.insert(std::string(groups.name));
        co_return put;
    }
    co_return co_await put_members(s, std::move(r));
}

} // namespace idferry::connectors::scim
