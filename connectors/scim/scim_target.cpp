#include "connectors/scim/scim_target.hpp"

#include "connectors/scim/scim_discovery.hpp"
#include "connectors/scim/scim_lookup.hpp"
#include "connectors/scim/scim_members.hpp"
#include "connectors/scim/scim_patch.hpp"
#include "connectors/scim/scim_session.hpp"
#include "connectors/scim/scim_survey.hpp"
#include "mapping/core_schema.hpp"
#include "mapping/normalise.hpp"
#include "mapping/shown_members.hpp"

#include <algorithm>
#include <utility>

namespace idferry::connectors::scim {

namespace asio = boost::asio;

namespace {

failure reserved_name(std::string detail)
{
    failure f;
    f.next = disposition::reject;
    f.code = "reserved";
    f.detail = std::move(detail);
    return f;
}

std::string desired_name(const mapping::resource_type& type, const mapping::desired_resource& desired)
{
    const auto* a = desired.find(naming_attribute(type));
    return a && a->value.is_string() ? a->value.get<std::string>() : std::string{};
}

class scim_target final : public target
{
public:
    explicit scim_target(target_parts parts)
        : through_(std::move(parts.through)), client_(std::move(parts.client)), wire_(std::move(parts.wire)),
          holds_(std::move(parts.holds)), session_(*client_, parts.time, wire_, holds_, std::move(parts.base_url))
    {
    }

    const mapping::target_profile& profile() const override { return holds_; }
    const http::client_counters& counters() const override { return client_->counters(); }
    http::pacer_settings pace() const override { return client_->pace(); }

    request_costs costs() const override
    {
        request_costs c;
        c.members = 2; // read and PUT, or PATCH and read
        return c;
    }

    asio::awaitable<result<std::vector<std::string>>> discover() override { return learn_capabilities(session_); }
    asio::awaitable<result<target_survey>> survey(std::vector<const mapping::resource_type*> types) override;

    asio::awaitable<result<inventory_end>> list(const mapping::resource_type& type,
                                                std::function<void(remote_resource)> each) override
    {
        return list_all(session_, type, std::move(each));
    }

    asio::awaitable<result<std::vector<remote_resource>>> find(const mapping::resource_type& type,
                                                               std::string attribute, std::string value) override
    {
        return find_equal(session_, type, std::move(attribute), std::move(value));
    }

    bool can_find(const mapping::resource_type& type, std::string_view attribute) const override
    {
        return session_.may_filter(type, attribute);
    }

    asio::awaitable<result<remote_resource>> read(const mapping::resource_type& type, mapping::target_id id) override
    {
        return session_.read(type, id.text());
    }

    asio::awaitable<result<remote_resource>> create(write_request r) override;
    asio::awaitable<result<remote_resource>> update(write_request r) override;
    asio::awaitable<result<void>> remove(const mapping::resource_type& type, mapping::target_id id) override;

    asio::awaitable<result<remote_resource>> set_members(members_request r) override
    {
        return change_members(session_, std::move(r));
    }

private:
    // Nothing = no failure: the name may be used.
    std::optional<failure> refuse_reserved(const mapping::resource_type& type,
                                           const mapping::desired_resource& desired) const;
    asio::awaitable<result<remote_resource>> created(const mapping::resource_type& type, std::string name,
                                                     http::response answer);
    // What is different at the target, by PATCH or PUT.
    asio::awaitable<result<remote_resource>> change(write_request r);
    asio::awaitable<result<remote_resource>> put(write_request r);
    // After a refused PATCH of a provider that may have carried out a part of it: looks, and sends the rest one by one,
    // so that one value that is refused keeps no other out.
    asio::awaitable<result<remote_resource>> patch_what_is_missing(write_request r);

    std::unique_ptr<http::transport> through_;
    std::unique_ptr<http::client> client_;
    dialect wire_;
    mapping::target_profile holds_;
    session session_;
};

std::optional<failure> scim_target::refuse_reserved(const mapping::resource_type& type,
                                                    const mapping::desired_resource& desired) const
{
    const auto name = desired_name(type, desired);
    if (name.empty() || !is_reserved(holds_.of(type.name), name)) return std::nullopt;
    return reserved_name("\"" + name + "\" is a reserved name and is never written");
}

asio::awaitable<result<target_survey>> scim_target::survey(std::vector<const mapping::resource_type*> types)
{
    auto learned = co_await discover();
    if (!learned) co_return learned.error();
    auto all = co_await survey_provider(session_, std::move(types));
    all.notices.insert(all.notices.begin(), learned->begin(), learned->end());
    co_return all;
}

asio::awaitable<result<remote_resource>> scim_target::create(write_request r)
{
    if (auto refused = refuse_reserved(*r.type, r.desired)) co_return *refused;
    if (wire_.look_before_create != look_mode::never && !r.type->has_members) {
        auto name = desired_name(*r.type, r.desired);
        auto free = co_await confirm_free_name(session_, std::move(name));
        if (!free) co_return free.error();
    }
    const auto body = create_body(session_.rules(*r.type), r.desired);
    auto c = session_.write_call("POST", *r.type, "", body);
    auto answer = co_await session_.send(c);
    if (!answer) co_return answer.error();
    if (answer->status >= 200 && answer->status < 300)
        co_return co_await created(*r.type, desired_name(*r.type, r.desired), std::move(*answer));
    auto f = session_.failed(c, *answer);
    if (f.next == disposition::not_found && f.code == "not_found") {
        // There is no collection to create in; a resource that the body refers to has a code of its own.
        const auto there = co_await session_.confirm_collection(*r.type);
        f = there ? f : there.error();
        if (there) f.next = disposition::reject;
    }
    co_return f;
}

// RFC 7644 section 3.3: the answer holds the resource, or names it by Location; some do neither.
asio::awaitable<result<remote_resource>> scim_target::created(const mapping::resource_type& type, std::string name,
                                                              http::response answer)
{
    auto resource = read_resource(answer.body);
    std::string id;
    if (resource && mapping::member_named(resource->body, naming_attribute(type))) {
        if (const auto tag = answer.header("ETag"); tag && !tag->empty()) resource->version = std::string(*tag);
        session_.note_name(type, *resource);
        co_return resource;
    }
    if (resource)
        id = resource->id.text();
    else if (const auto location = answer.header("Location")) {
        const auto named = id_text(mapping::json(id_in_location(*location, type.endpoint)));
        if (named) id = *named;
    }
    if (!id.empty()) {
        auto read = co_await session_.read(type, id);
        if (read) co_return read;
        if (read.error().next != disposition::not_found) {
            auto f = read.error();
            f.outcome_unknown = true;
            co_return f;
        }
    }
    co_return co_await locate_created(session_, type, std::move(name));
}

asio::awaitable<result<remote_resource>> scim_target::update(write_request r)
{
    const bool renames = std::ranges::any_of(
        r.changed, [](const mapping::attribute_delta& d) { return mapping::same_name(d.path, "userName"); });
    auto kept = co_await change(std::move(r));
    if (renames) session_.learned.all_names.reset(); // a name is free now
    co_return kept;
}

asio::awaitable<result<remote_resource>> scim_target::change(write_request r)
{
    if (auto refused = refuse_reserved(*r.type, r.desired)) co_return *refused;
    if (r.current) session_.note_name(*r.type, *r.current);
    const auto id = r.id.text();
    if (session_.learned.reserved_ids.contains(id))
        co_return reserved_name("group " + id + " has a reserved name and is never changed");
    const auto mode = r.type->has_members ? wire_.group_update : wire_.user_update;
    const bool patching = mode == update_mode::patch && session_.may_patch(*r.type);
    if (patching) {
        if (const auto body = attribute_patch(session_.rules(*r.type), r.changed)) {
            auto c = session_.write_call("PATCH", *r.type, id, *body);
            if (r.current) c.if_match = session_.if_match(*r.current);
            auto answer = co_await session_.send(c);
            if (!answer) co_return answer.error();
            if (!patch_is_missing(*answer) && answer->status != 404) {
                if (answer->status < 200 || answer->status >= 300) {
                    auto f = co_await session_.failed_write(*r.type, id, c, *answer);
                    if (wire_.patch_atomic || f.next != disposition::reject || r.changed.size() < 2) co_return f;
                    co_return co_await patch_what_is_missing(std::move(r));
                }
                co_return co_await kept_after_write(session_, *r.type, id, std::move(*answer));
            }
            auto read = co_await session_.read(*r.type, id);
            if (!read) co_return read.error();
            r.current = std::move(*read);
            session_.learned.no_patch.insert(std::string(r.type->name));
        }
    }
    co_return co_await put(std::move(r));
}

asio::awaitable<result<remote_resource>> scim_target::patch_what_is_missing(write_request r)
{
    const auto id = r.id.text();
    auto now = co_await session_.read(*r.type, id);
    if (!now) co_return now.error();
    const auto open = mapping::diff_with_resource(r.desired, now->body, holds_.of(r.type->name));
    std::optional<failure> refused;
    for (const auto& d : open) {
        const auto wanted = [&](const mapping::attribute_delta& c) { return c.path == d.path; };
        if (std::ranges::none_of(r.changed, wanted)) continue;
        const auto body = attribute_patch(session_.rules(*r.type), {d});
        if (!body) continue;
        const auto c = session_.write_call("PATCH", *r.type, id, *body);
        auto answer = co_await session_.send(c);
        if (!answer) co_return answer.error();
        if (answer->status >= 200 && answer->status < 300) continue;
        auto f = co_await session_.failed_write(*r.type, id, c, *answer);
        f.detail = d.path + ": " + f.detail;
        if (f.next != disposition::reject) co_return f;
        if (!refused) refused = std::move(f);
    }
    if (refused) co_return *refused;
    co_return co_await session_.read(*r.type, id);
}

asio::awaitable<result<remote_resource>> scim_target::put(write_request r)
{
    const auto id = r.id.text();
    if (r.type->has_members && !mapping::shows_members(holds_.of(r.type->name))) {
        failure f;
        f.next = disposition::reject;
        f.code = "unsupported";
        f.detail = "group " + id + " cannot be written whole: its members are not shown, and would be thrown out";
        co_return f;
    }
    // A group that was read as part of a list may come without its members, and they are all sent.
    if (!r.current || (r.type->has_members && !mapping::member_named(r.current->body, "members"))) {
        auto read = co_await session_.read(*r.type, id);
        if (!read) co_return read.error();
        r.current = std::move(*read);
        if (session_.learned.reserved_ids.contains(id))
            co_return reserved_name("group " + id + " has a reserved name and is never changed");
    }
    const auto body = replace_body(session_.rules(*r.type), r.current->body, r.desired);
    auto c = session_.write_call("PUT", *r.type, id, body);
    c.if_match = session_.if_match(*r.current);
    auto answer = co_await session_.send(c);
    if (!answer) co_return answer.error();
    if (answer->status < 200 || answer->status >= 300)
        co_return co_await session_.failed_write(*r.type, id, c, *answer);
    co_return co_await kept_after_write(session_, *r.type, id, std::move(*answer));
}

asio::awaitable<result<void>> scim_target::remove(const mapping::resource_type& type, mapping::target_id id)
{
    const bool guarded = type.has_members && !holds_.of(type.name).reserved_names.empty();
    if (guarded && !session_.learned.free_ids.contains(id.text()) &&
        !session_.learned.reserved_ids.contains(id.text())) {
        const auto read = co_await session_.read(type, id.text());
        if (!read && read.error().next == disposition::not_found) co_return result<void>();
        if (!read) co_return read.error();
    }
    if (session_.learned.reserved_ids.contains(id.text()))
        co_return reserved_name("group " + id.text() + " has a reserved name and is never removed");
    const auto c = session_.resource_call("DELETE", type, id.text());
    auto answer = co_await session_.send(c);
    if (!answer) co_return answer.error();
    if (!type.has_members) session_.learned.all_names.reset(); // a name is free now
    if (answer->status >= 200 && answer->status < 300) co_return result<void>();
    auto f = session_.failed(c, *answer);
    if (f.next != disposition::not_found) co_return f;
    // Gone already, unless the provider answers 404 to everything.
    const auto there = co_await session_.confirm_collection(type);
    if (!there) co_return there.error();
    co_return result<void>();
}

} // namespace

std::unique_ptr<target> make_scim_target(target_parts parts)
{
    return std::make_unique<scim_target>(std::move(parts));
}

} // namespace idferry::connectors::scim
