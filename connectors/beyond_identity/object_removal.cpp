// Who belongs to objects, and how objects go.
#include "connectors/beyond_identity/object_writer.hpp"

#include <algorithm>
#include <unordered_set>

namespace idferry::connectors::beyond_identity {

namespace asio = boost::asio;

namespace {

using mapping::json;

constexpr const char* no_add_groups = "a service of the older documents cannot be told which groups may use an SSO "
                                      "configuration: assign them in the console";

} // namespace

asio::awaitable<result<membership>> object_writer::membership_of(const object_kind& kind, std::string id)
{
    auto path = co_await client_.path_of(kind, std::move(id));
    if (!path) co_return path.error();
    const bool groups = kind.of_groups();
    const auto at = [&](std::string_view verb) { return row_call(through(), *kind.operation(verb), *path); };
    membership of{.add = at(kind.is_role() ? "add-members"
                            : groups       ? "add-groups"
                                           : "add-identities"),
                  .remove = at(kind.is_role() ? "delete-members"
                               : groups       ? "delete-groups"
                                              : "delete-identities"),
                  .look = at("get")};
    if (groups) of.ids = "group_ids";
    if (groups && !kind.is_role()) of.newer = no_add_groups;
    if (kind.is_role()) of.unused = groups ? "identity_ids" : "group_ids";
    co_return of;
}

asio::awaitable<result<remote_resource>> object_writer::set_members(const object_kind& kind, members_request r)
{
    const auto id = r.group.text();
    if (!r.current || !r.current->body.contains("members")) {
        auto now = co_await read(kind, id);
        if (!now) co_return now;
        r.current = std::move(*now);
    }
    if (is_managed(r.current->body)) co_return untouchable(kind, r.current->body);
    auto of = co_await membership_of(kind, id);
    if (!of) co_return of.error();
    std::unordered_set<std::string> present;
    for (const auto& m : r.current->body["members"]) present.insert(m.value("value", std::string()));
    member_change coming{*of, true, {}}, leaving{*of, false, {}};
    for (const auto& one : r.add)
        if (!present.contains(one.text())) coming.people.push_back(one.text());
    for (const auto& one : r.remove)
        if (present.contains(one.text())) leaving.people.push_back(one.text());
    if (coming.people.empty() && leaving.people.empty()) co_return std::move(*r.current);
    std::vector<refused_member> refused;
    for (const auto* change : {&coming, &leaving}) {
        auto done = co_await change_members(through(), *change, &refused);
        if (!done) co_return done.error();
    }
    auto kept = co_await read(kind, id);
    if (kept) kept->refused = std::move(refused);
    co_return kept;
}

// A role is only deleted without scopes and members.
asio::awaitable<result<void>> object_writer::empty_role(const object_kind& kind, std::string id)
{
    auto path = co_await client_.path_of(kind, id);
    if (!path) co_return path.error();
    auto now = co_await client_.get(kind, id);
    if (!now) co_return now.error();
    auto scoped = co_await change_scopes(*path, value_of(*now, "scopes"), json::array());
    if (!scoped) co_return scoped.error();
    const auto most = static_cast<std::size_t>(through().config().write.members_per_request);
    for (const auto* holders : {kind_of(mapping::group_role_type), &kind}) {
        auto all = co_await client_.members(*holders, id);
        if (!all) co_return all.error();
        for (std::size_t from = 0; from < all->size(); from += most) {
            const auto to = std::min(from + most, all->size());
            const std::vector<std::string> some(all->begin() + static_cast<std::ptrdiff_t>(from),
                                                all->begin() + static_cast<std::ptrdiff_t>(to));
            json body = {{"group_ids", json::array()}, {"identity_ids", json::array()}};
            body[holders->of_groups() ? "group_ids" : "identity_ids"] = some;
            auto c = body_call(*kind.operation("delete-members"), *path, std::move(body));
            auto gone = co_await through().succeed(std::move(c));
            if (!gone) co_return gone.error();
        }
    }
    co_return result<void>();
}

asio::awaitable<result<void>> object_writer::send_deletion(const object_kind& kind, std::string id)
{
    auto path = co_await client_.path_of(kind, id);
    if (!path) co_return path.error();
    auto gone = co_await through().succeed(row_call(through(), *kind.operation("delete"), *path));
    if (!gone) co_return gone.error();
    client_.changed(kind);
    co_return result<void>();
}

asio::awaitable<result<void>> object_writer::remove(const object_kind& kind, std::string id)
{
    if (kind.is_assignment())
        co_return rejected("unsupported", "the " + std::string(holder_word(kind)) +
                                              " does not go when its assignments do: remove or promote it itself");
    if (!kind.operation("delete"))
        co_return rejected("unsupported", "the service has no call that removes a " +
                                              std::string(kind.resource->singular) + ": change it in the console");
    auto now = co_await client_.get(kind, id);
    if (!now && now.error().next == disposition::not_found) co_return result<void>(); // and its list can be read
    if (!now) co_return now.error();
    if (is_managed(*now)) co_return untouchable(kind, *now);
    result<void> gone;
    // Twice: somebody may be given the role between the requests.
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (kind.is_role()) {
            auto emptied = co_await empty_role(kind, id);
            if (!emptied && emptied.error().next != disposition::not_found) co_return emptied;
        }
        gone = co_await send_deletion(kind, id);
        if (!gone && gone.error().next == disposition::not_found) co_return result<void>();
        if (gone || gone.error().next != disposition::conflict || !kind.is_role()) co_return gone;
    }
    co_return gone;
}

} // namespace idferry::connectors::beyond_identity
