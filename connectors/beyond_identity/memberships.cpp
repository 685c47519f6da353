#include "connectors/beyond_identity/memberships.hpp"

#include "connectors/beyond_identity/list_reader.hpp"
#include "mapping/json.hpp"

#include <algorithm>
#include <unordered_set>

namespace idferry::connectors::beyond_identity {

namespace asio = boost::asio;

namespace {

using ids = std::vector<std::string>;

call member_call(const member_change& change, const ids& people)
{
    auto c = change.adds ? change.of.add : change.of.remove;
    mapping::json body = {{std::string(change.of.ids), people}};
    if (!change.of.unused.empty()) body[std::string(change.of.unused)] = mapping::json::array();
    c.body = mapping::to_text(body);
    return c;
}

// Those of `people` that an error names.
ids named_in(const error_facts& e, const ids& people)
{
    std::unordered_set<std::string> named;
    for (const auto& r : e.resources) named.insert(r.id);
    ids out;
    for (const auto& id : people)
        if (named.contains(id)) out.push_back(id);
    return out;
}

class member_sender
{
public:
    member_sender(session& s, const member_change& change, std::vector<refused_member>* refused)
        : session_(s), change_(change), refused_(refused)
    {
    }

    // One request's worth of people, however many requests it takes.
    asio::awaitable<result<void>> send_all(ids people)
    {
        unknown_ = 0;
        waiting_.push_back(std::move(people));
        while (!waiting_.empty()) {
            auto some = std::move(waiting_.back());
            waiting_.pop_back();
            auto c = member_call(change_, some);
            const auto scopes = c.scopes;
            auto sent = co_await session_.send(std::move(c));
            if (!sent) co_return sent.error();
            if (sent->answer.status >= 200 && sent->answer.status < 300) {
                settled_.insert(some.begin(), some.end());
                continue;
            }
            const auto f = session_.failed(*sent, scopes);
            if (f.next == disposition::retry || f.next == disposition::stop) co_return f;
            const auto facts = read_error(sent->answer.body);
            auto judged = co_await take_out(std::move(some), facts, f);
            if (!judged) co_return judged;
        }
        co_return result<void>();
    }

    // Refuses all of `people` about whom nothing is known: what was sent for the others stands.
    void give_up(const ids& people, const failure& why)
    {
        for (const auto& id : people)
            if (!settled_.contains(id)) refused_->push_back({mapping::target_id(id), "given up: " + why.detail});
    }

private:
    // Decides what becomes of a request that was refused: who is left out, and what is sent again.
    asio::awaitable<result<void>> take_out(ids people, error_facts facts, failure why)
    {
        const auto named = named_in(facts, people);
        if (!named.empty()) {
            for (const auto& id : named) refuse(id, why);
            std::erase_if(people, [&](const auto& id) { return std::ranges::find(named, id) != named.end(); });
            if (!people.empty()) waiting_.push_back(std::move(people));
            co_return enough(why);
        }
        auto there = co_await confirm_container();
        if (!there) co_return there;
        if (change_.adds && !change_.of.newer.empty() && why.next == disposition::not_found) {
            why.next = disposition::reject;
            why.code = "unsupported";
            why.detail += "; " + std::string(change_.of.newer);
            co_return why;
        }
        if (people.size() == 1) {
            // What conflicts is that way already; reading back shows it.
            if (why.next == disposition::conflict)
                settled_.insert(people.front());
            else
                refuse(people.front(), why);
            co_return enough(why);
        }
        const auto middle = people.begin() + static_cast<std::ptrdiff_t>(people.size() / 2);
        waiting_.emplace_back(middle, people.end());
        waiting_.emplace_back(people.begin(), middle);
        co_return result<void>();
    }

    void refuse(const std::string& id, const failure& why)
    {
        ++unknown_;
        settled_.insert(id);
        refused_->push_back({mapping::target_id(id), why.detail});
    }

    // Where nearly everybody is unknown the reason is another one, and halving would take a thousand requests to say
    // so.
    result<void> enough(const failure& why) const
    {
        if (unknown_ <= session_.config().write.unknown_members) return {};
        failure f = why;
        f.next = disposition::reject;
        f.code = "too_many_unknown";
        f.detail = "more than " + std::to_string(session_.config().write.unknown_members) +
                   " members of one request were refused (write.unknown_members), the last one so: " + f.detail;
        return f;
    }

    // An answer that names nobody may be about the group. Asked once.
    asio::awaitable<result<void>> confirm_container()
    {
        if (is_there_) co_return result<void>();
        auto got = co_await session_.succeed(change_.of.look);
        if (!got) co_return got.error();
        is_there_ = true;
        co_return result<void>();
    }

    session& session_;
    const member_change& change_;
    std::vector<refused_member>* refused_;
    std::vector<ids> waiting_;
    std::unordered_set<std::string> settled_; // done, or refused
    std::int64_t unknown_{0};
    bool is_there_{false};
};

asio::awaitable<result<void>> leave_groups(std::shared_ptr<session> s, std::string identity)
{
    auto spec = groups_of_identity(*s, identity);
    spec.bytes = false;
    auto groups = co_await keys_of(s, std::move(spec), false);
    if (!groups) co_return groups.error();
    for (const auto& group : *groups) {
        const member_change change{group_membership(*s, group), false, {identity}};
        auto left = co_await s->succeed(member_call(change, change.people));
        if (!left && left.error().next != disposition::not_found) co_return left.error();
    }
    co_return result<void>();
}

asio::awaitable<result<void>> leave_roles(std::shared_ptr<session> s, std::string identity)
{
    list_spec servers({list_kind::groups, identity}, {"GET", s->in_realm("/resource-servers"), "resource-servers:read"},
                      "resource_servers");
    servers.bytes = false;
    auto all = co_await keys_of(s, std::move(servers), false);
    if (!all) co_return all.error();
    for (const auto& server : *all) {
        list_spec held({list_kind::groups, identity},
                       {"GET", s->in_realm(session::item("/identities", identity, "listRoles")),
                        "identities:read roles:read resource-servers:read"},
                       "roles");
        held.bytes = false;
        held.ask.query.emplace_back("resource_server_id", server);
        auto roles = co_await keys_of(s, std::move(held), false);
        if (!roles) co_return roles.error();
        for (const auto& role : *roles) {
            const auto base = session::item("/resource-servers", server) + "/roles";
            call c("POST", s->in_realm(session::item(base, role, "deleteMembers")),
                   "roles:update groups:read identities:read");
            c.body = mapping::to_text(mapping::json{{"group_ids", mapping::json::array()},
                                                    {"identity_ids", mapping::json::array({identity})}});
            auto left = co_await s->succeed(std::move(c));
            if (!left && left.error().next != disposition::not_found) co_return left.error();
        }
    }
    co_return result<void>();
}

} // namespace

membership group_membership(const session& s, const std::string& group)
{
    const auto at = [&](std::string_view verb) { return s.in_realm(session::item("/groups", group, verb)); };
    constexpr std::string_view scopes = "groups:update identities:read";
    return {.add = {"POST", at("addMembers"), scopes},
            .remove = {"POST", at("deleteMembers"), scopes},
            .look = {"GET", at(""), "groups:read"}};
}

asio::awaitable<result<void>> change_members(session& s, member_change change, std::vector<refused_member>* refused)
{
    const auto most = static_cast<std::size_t>(s.config().write.members_per_request);
    member_sender sender(s, change, refused);
    for (std::size_t from = 0; from < change.people.size(); from += most) {
        const auto begin = change.people.begin() + static_cast<std::ptrdiff_t>(from);
        const auto count = std::min(most, change.people.size() - from);
        ids some(begin, begin + static_cast<std::ptrdiff_t>(count));
        auto sent = co_await sender.send_all(std::move(some));
        if (sent) continue;
        if (sent.error().next != disposition::reject) co_return sent;
        // Nobody else is asked for; who is done is done, and what goes the other way is another matter.
        sender.give_up(change.people, sent.error());
        break;
    }
    co_return result<void>();
}

asio::awaitable<result<ids>> members_of(std::shared_ptr<session> s, std::string group)
{
    auto spec = members_list(*s, group);
    co_return co_await keys_of(s, std::move(spec), true);
}

asio::awaitable<result<void>> leave_everything(std::shared_ptr<session> s, std::string identity, bool roles)
{
    auto left = co_await leave_groups(s, identity);
    if (!left || !roles) co_return left;
    co_return co_await leave_roles(s, identity);
}

} // namespace idferry::connectors::beyond_identity
