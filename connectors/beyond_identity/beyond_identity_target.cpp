#include "connectors/beyond_identity/beyond_identity_target.hpp"

#include "connectors/beyond_identity/beyond_identity_codec.hpp"
#include "connectors/beyond_identity/identity_steps.hpp"
#include "connectors/beyond_identity/memberships.hpp"
#include "connectors/beyond_identity/name_rules.hpp"
#include "connectors/beyond_identity/object_writer.hpp"
#include "connectors/beyond_identity/realm_survey.hpp"
#include "connectors/beyond_identity/resources.hpp"
#include "mapping/core_schema.hpp"
#include "mapping/json.hpp"
#include "mapping/normalise.hpp"

#include <algorithm>
#include <unordered_set>

namespace idferry::connectors::beyond_identity {

namespace asio = boost::asio;

namespace {

using mapping::json;

// What is desired over what is there; what is only for a creation, or for what is empty, stays out.
json merged(const json& current, const mapping::desired_resource& desired, const mapping::type_profile& holds)
{
    json out = current.is_object() ? current : json::object();
    for (const auto& a : desired.attributes) {
        if (a.apply == mapping::apply_mode::create) continue;
        if (a.apply == mapping::apply_mode::if_empty) {
            const auto held = mapping::value_at(current, a.path);
            if (held && !mapping::comparable_value(a.path, *held, holds).is_null()) continue;
        }
        mapping::assign(out, a.path, a.value);
    }
    return out;
}

json created_from(const mapping::desired_resource& desired)
{
    json out = json::object();
    for (const auto& a : desired.attributes)
        if (!a.value.is_null()) mapping::assign(out, a.path, a.value);
    return out;
}

class beyond_identity_target final : public target
{
public:
    beyond_identity_target(std::shared_ptr<session> through, mapping::target_profile profile)
        : session_(std::move(through)), profile_(std::move(profile)), resources_(session_),
          objects_(session_, profile_), steps_(make_identity_steps(session_))
    {
    }

    account_steps* steps() override { return steps_.get(); }
    const mapping::target_profile& profile() const override { return profile_; }
    const http::client_counters& counters() const override { return session_->counters(); }
    http::pacer_settings pace() const override { return session_->pace(); }

    request_costs costs() const override
    {
        request_costs c;
        c.remove = 2;  // read and DELETE
        c.members = 5; // read, its members, one change, and both again
        return c;
    }

    asio::awaitable<result<std::vector<std::string>>> discover() override
    {
        objects_.forget();
        return discover_realm(resources_);
    }
    asio::awaitable<result<target_survey>> survey(std::vector<const mapping::resource_type*> types) override
    {
        return survey_realm(resources_, std::move(types));
    }

    asio::awaitable<result<inventory_end>> list(const mapping::resource_type& type,
                                                std::function<void(remote_resource)> each) override
    {
        if (const auto* kind = kind_of(type)) return objects_.list(*kind, std::move(each));
        return resources_.list(type, std::move(each));
    }
    asio::awaitable<result<std::vector<remote_resource>>> find(const mapping::resource_type& type,
                                                               std::string attribute, std::string value) override
    {
        return resources_.find(type, std::move(attribute), std::move(value));
    }
    bool can_find(const mapping::resource_type& type, std::string_view attribute) const override
    {
        return !kind_of(type) && resources_.can_find(type, attribute);
    }
    asio::awaitable<result<remote_resource>> read(const mapping::resource_type& type, mapping::target_id id) override
    {
        if (const auto* kind = kind_of(type)) return objects_.read(*kind, id.text());
        return resources_.read(type, id.text(), true);
    }

    asio::awaitable<result<remote_resource>> create(write_request r) override;
    asio::awaitable<result<remote_resource>> update(write_request r) override;
    asio::awaitable<result<remote_resource>> set_members(members_request r) override;
    asio::awaitable<result<void>> remove(const mapping::resource_type& type, mapping::target_id id) override;

private:
    const write_settings& rules() const { return session_->config().write; }
    call write_call(std::string method, const mapping::resource_type& type, std::string path, const json& body) const
    {
        call c(std::move(method), session_->in_realm(path),
               scope_of(type, path.find('/', 1) == std::string::npos ? "create" : "update"));
        c.body = mapping::to_text(body);
        return c;
    }
    result<json> encoded(const mapping::resource_type& type, const json& scim) const
    {
        return type.has_members ? encode_group(scim) : encode_identity(scim, rules());
    }

    asio::awaitable<result<remote_resource>> sent_creation(const mapping::resource_type& type, json body);
    asio::awaitable<result<remote_resource>> patch(const mapping::resource_type& type, std::string id, json body);
    asio::awaitable<result<remote_resource>> suspend(remote_resource made);
    asio::awaitable<result<void>> send_deletion(const mapping::resource_type& type, std::string id);
    asio::awaitable<result<void>> remove_identity(std::string id);
    asio::awaitable<result<void>> remove_group(std::string id);

    std::shared_ptr<session> session_;
    mapping::target_profile profile_;
    resources resources_;
    object_writer objects_;
    std::unique_ptr<account_steps> steps_;
};

asio::awaitable<result<remote_resource>> beyond_identity_target::create(write_request r)
{
    const auto& type = *r.type;
    if (const auto* kind = kind_of(type)) co_return co_await objects_.create(*kind, std::move(r));
    auto parts = encoded(type, created_from(r.desired));
    if (!parts) co_return parts.error();
    const bool suspended = !type.has_members && parts->value("status", std::string()) == "suspended";
    const bool with_status = suspended && rules().suspended == suspended_creation::create;
    auto body = type.has_members ? group_creation(*parts) : identity_creation(*parts, with_status);
    if (auto why = why_not_sent(body[std::string(words_of(type).member)], session_->config().names); !why.empty())
        co_return rejected("invalidvalue", std::move(why));
    auto made = co_await sent_creation(type, std::move(body));
    if (!made || !suspended) co_return made;
    co_return co_await suspend(std::move(*made));
}

asio::awaitable<result<remote_resource>> beyond_identity_target::sent_creation(const mapping::resource_type& type,
                                                                               json body)
{
    const auto& inner = body[std::string(words_of(type).member)];
    const auto name = type.has_members ? inner.value("display_name", std::string())
                                       : inner["traits"].value("username", std::string());
    const auto c = write_call("POST", type, std::string(words_of(type).collection), body);
    auto got = co_await session_->send(c);
    if (!got) co_return got.error();
    if (got->answer.status < 200 || got->answer.status > 299) {
        auto f = session_->failed(*got, c.scopes);
        if (f.next == disposition::conflict && !type.has_members) {
            const auto ids = read_error(got->answer.body).ids_of("Identity");
            resources_.remember_taken(name, ids.empty() ? std::string() : ids.front());
        }
        if (f.next == disposition::not_found) {
            f.next = disposition::stop;
            f.detail += "; are tenant and realm right?";
        }
        co_return f;
    }
    json answer;
    mapping::json_error ignored;
    if (mapping::parse_json(got->answer.body, answer, ignored)) {
        auto made = resources_.decoded(type, answer);
        if (made) co_return made;
    }
    // Carried out, but answered without the new resource.
    const std::string attribute = type.has_members ? "displayName" : "userName";
    if (resources_.can_find(type, attribute)) {
        auto found = co_await resources_.find(type, attribute, name);
        if (found && found->size() == 1) co_return std::move(found->front());
    }
    auto f = session_->failed(*got, c.scopes);
    f.next = disposition::retry;
    f.code = "wrong_shape";
    f.outcome_unknown = true;
    f.detail += ", but without the new " + std::string(words_of(type).member);
    co_return f;
}

// Somebody new who is to be suspended. What fails here leaves them active: it has to be looked up and mended at once.
asio::awaitable<result<remote_resource>> beyond_identity_target::suspend(remote_resource made)
{
    if (mapping::value_at(made.body, "active") == json(false)) co_return made;
    const json body = {{"identity", {{"status", "suspended"}, {"traits", {{"type", "traits_v0"}}}}}};
    auto kept = co_await patch(mapping::user_type, made.id.text(), body);
    if (kept) co_return kept;
    auto f = kept.error();
    f.outcome_unknown = true;
    f.detail = "the identity was created, and could not be suspended: " + f.detail;
    co_return f;
}

asio::awaitable<result<remote_resource>> beyond_identity_target::patch(const mapping::resource_type& type,
                                                                       std::string id, json body)
{
    const auto c = write_call("PATCH", type, session::item(words_of(type).collection, id), body);
    auto got = co_await session_->send(c);
    if (!got) co_return got.error();
    if (got->answer.status < 200 || got->answer.status > 299) {
        auto f = session_->failed(*got, c.scopes);
        if (f.next != disposition::not_found) co_return f;
        auto there = co_await resources_.confirm_collection(type);
        if (!there) co_return there.error();
        co_return f;
    }
    json answer;
    mapping::json_error ignored;
    if (mapping::parse_json(got->answer.body, answer, ignored)) {
        auto kept = resources_.decoded(type, answer);
        if (kept && kept->id.text() == id) co_return kept;
    }
    co_return co_await resources_.read(type, std::move(id), false);
}

asio::awaitable<result<remote_resource>> beyond_identity_target::update(write_request r)
{
    const auto& type = *r.type;
    if (const auto* kind = kind_of(type)) co_return co_await objects_.update(*kind, std::move(r));
    const auto id = r.id.text();
    if (!r.current) {
        auto read = co_await resources_.read(type, id, false);
        if (!read) co_return read;
        r.current = std::move(*read);
    }
    const auto before = encoded(type, r.current->body);
    if (!before) co_return before.error();
    const auto after = encoded(type, merged(r.current->body, r.desired, profile_.of(type.name)));
    if (!after) co_return after.error();
    auto body = type.has_members ? group_patch(*before, *after) : identity_patch(*before, *after, rules().clear);
    if (body.is_null()) co_return std::move(*r.current);
    const auto& inner = body[std::string(words_of(type).member)];
    if (auto why = why_not_sent(inner, session_->config().names); !why.empty())
        co_return rejected("invalidvalue", std::move(why));
    const auto traits = inner.find("traits");
    if (rules().external_id == external_id_mode::keep && traits != inner.end() && traits->contains("external_id") &&
        (*before)["traits"].contains("external_id"))
        co_return rejected("mutability",
                           "identity " + id +
                               " has another external_id already, on which its sign-in may hang; it is kept unless the "
                               "connection says write: {external_id: overwrite}");
    co_return co_await patch(type, id, std::move(body));
}

asio::awaitable<result<remote_resource>> beyond_identity_target::set_members(members_request r)
{
    if (const auto* kind = kind_named(r.type->name)) co_return co_await objects_.set_members(*kind, std::move(r));
    const auto group = r.group.text();
    if (!r.current || !mapping::member_named(r.current->body, "members")) {
        auto read = co_await resources_.read(mapping::group_type, group, true);
        if (!read) co_return read;
        r.current = std::move(*read);
    }
    std::unordered_set<std::string> present;
    for (const auto& m : r.current->body["members"]) present.insert(m.value("value", std::string()));
    member_change coming{group_membership(*session_, group), true, {}};
    member_change leaving{coming.of, false, {}};
    for (const auto& id : r.add)
        if (!present.contains(id.text())) coming.people.push_back(id.text());
    for (const auto& id : r.remove)
        if (present.contains(id.text())) leaving.people.push_back(id.text());
    if (coming.people.empty() && leaving.people.empty()) co_return std::move(*r.current);
    std::vector<refused_member> refused;
    for (const auto* change : {&coming, &leaving}) {
        auto done = co_await change_members(*session_, *change, &refused);
        if (!done) co_return done.error();
    }
    auto kept = co_await resources_.read(mapping::group_type, group, true);
    if (kept) kept->refused = std::move(refused);
    co_return kept;
}

asio::awaitable<result<void>> beyond_identity_target::send_deletion(const mapping::resource_type& type, std::string id)
{
    call c("DELETE", session_->in_realm(session::item(words_of(type).collection, id)), scope_of(type, "delete"));
    auto gone = co_await session_->succeed(std::move(c));
    if (gone) co_return result<void>();
    if (gone.error().next != disposition::not_found) co_return gone.error();
    // Gone already, unless the service answers 404 to everything.
    co_return co_await resources_.confirm_collection(type);
}

asio::awaitable<result<void>> beyond_identity_target::remove(const mapping::resource_type& type, mapping::target_id id)
{
    if (const auto* kind = kind_of(type)) co_return co_await objects_.remove(*kind, id.text());
    if (type.has_members) co_return co_await remove_group(id.text());
    co_return co_await remove_identity(id.text());
}

asio::awaitable<result<void>> beyond_identity_target::remove_identity(std::string id)
{
    if (rules().leave == leave_mode::first) {
        auto left = co_await leave_everything(session_, id, true);
        if (!left && left.error().next != disposition::not_found) co_return left;
    }
    auto gone = co_await send_deletion(mapping::user_type, id);
    const auto refused = [&] { return !gone && gone.error().next == disposition::conflict; };
    // An old service deletes nobody who is in a group or has a role.
    for (const bool roles : {false, true}) {
        if (!refused() || rules().leave != leave_mode::on_conflict) break;
        auto left = co_await leave_everything(session_, id, roles);
        if (!left) co_return left;
        gone = co_await send_deletion(mapping::user_type, id);
    }
    co_return gone;
}

asio::awaitable<result<void>> beyond_identity_target::remove_group(std::string id)
{
    result<void> gone;
    // Twice: somebody may join between the two requests.
    for (int attempt = 0; attempt < 2; ++attempt) {
        auto people = co_await members_of(session_, id);
        if (!people && people.error().next == disposition::not_found)
            co_return co_await resources_.confirm_collection(mapping::group_type);
        if (!people) co_return people.error();
        std::vector<refused_member> refused;
        member_change leaving{group_membership(*session_, id), false, std::move(*people)};
        auto emptied = co_await change_members(*session_, std::move(leaving), &refused);
        if (!emptied && emptied.error().next != disposition::not_found) co_return emptied;
        gone = co_await send_deletion(mapping::group_type, id);
        if (gone || gone.error().next != disposition::conflict) co_return gone;
    }
    co_return gone;
}

} // namespace

std::unique_ptr<target> make_beyond_identity_target(std::shared_ptr<session> through, mapping::target_profile profile)
{
    return std::make_unique<beyond_identity_target>(std::move(through), std::move(profile));
}

} // namespace idferry::connectors::beyond_identity
