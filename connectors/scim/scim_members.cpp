#include "connectors/scim/scim_members.hpp"

#include "connectors/scim/scim_lookup.hpp"
#include "connectors/scim/scim_patch.hpp"
#include "mapping/core_schema.hpp"

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

// Nothing = the provider has no PATCH for groups.
asio::awaitable<result<bool>> patch_members(session& s, members_request r)
{
    const member_change change{r.add, r.remove};
    const auto tag = r.current ? s.if_match(*r.current) : std::string{};
    bool first = true;
    for (const auto& body : member_patches(change, s.wire().members_per_request)) {
        auto c = s.write_call("PATCH", groups, r.group.text(), body);
        if (first) c.if_match = tag; // later bodies meet the version that the first one made
        auto answer = co_await s.send(c);
        if (!answer) co_return answer.error();
        if (first && (patch_is_missing(*answer) || answer->status == 404)) co_return false;
        first = false;
        if (answer->status >= 200 && answer->status < 300) continue;
        auto f = co_await s.failed_write(groups, r.group.text(), c, *answer);
        if (f.code != "related") co_return f; // it is a member already: what we wanted
    }
    co_return true;
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

bool patch_is_missing(const http::response& answer) { return answer.status == 501 || answer.status == 405; }

bool patches_members(const session& s) { return s.wire().membership != membership_mode::put_full && s.may_patch(groups); }

asio::awaitable<result<remote_resource>> kept_after_write(session& s, const mapping::resource_type& type, std::string id,
                                                          http::response answer)
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
    if (r.current) s.note_name(groups, *r.current);
    if (s.learned.reserved_ids.contains(r.group.text())) co_return reserved_group(r.group.text());
    if (patches_members(s) && !(r.add.empty() && r.remove.empty())) {
        auto done = co_await patch_members(s, r);
        if (!done) co_return done.error();
        if (*done) co_return co_await s.read(groups, r.group.text());
        // Without PATCH the whole group is written; when that works, PATCH is not tried again. A group that is gone
        // teaches nothing about PATCH.
        auto read = co_await s.read(groups, r.group.text());
        if (!read) co_return read.error();
        r.current = std::move(*read);
        s.learned.no_patch.insert(std::string(groups.name));
    }
    co_return co_await put_members(s, std::move(r));
}

} // namespace idferry::connectors::scim
