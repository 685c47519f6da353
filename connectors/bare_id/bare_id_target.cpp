#include "connectors/bare_id/bare_id_target.hpp"

#include "connectors/bare_id/target_groups.hpp"
#include "connectors/bare_id/target_people.hpp"
#include "connectors/bare_id/target_session.hpp"

#include <algorithm>
#include <utility>

namespace idferry::connectors::bare_id {

namespace asio = boost::asio;

namespace {

class bare_id_target final : public target
{
public:
    bare_id_target(std::shared_ptr<const bare_id_settings> config, const environment& env,
                   const std::shared_ptr<late_kinds>& late)
        : api_(std::make_shared<api>(std::move(config), env)), session_(api_), people_(session_, late),
          groups_(session_, late)
    {
    }

    const mapping::target_profile& profile() const override { return session_.holds(); }
    const http::client_counters& counters() const override { return api_->counters(); }
    http::pacer_settings pace() const override { return api_->pace(); }

    // Every write is read back; whoever is to be deleted is looked at first.
    request_costs costs() const override
    {
        request_costs c;
        c.create = 2;
        c.update = 3;
        c.remove = 2;
        c.members = 3; // the group, and its members before and after
        c.each_member = 1;
        return c;
    }

    // Nothing can be learned about these APIs but that they answer for this instance.
    asio::awaitable<result<std::vector<std::string>>> discover() override
    {
        const auto there = co_await session_.control_read();
        if (there.has_error()) {
            auto f = there.error();
            if (f.next != disposition::retry) f.next = disposition::stop;
            co_return f;
        }
        co_return std::vector<std::string>();
    }

    asio::awaitable<result<target_survey>> survey(std::vector<const mapping::resource_type*> types) override;

    asio::awaitable<result<inventory_end>> list(const mapping::resource_type& type,
                                                std::function<void(remote_resource)> each) override
    {
        if (type.has_members) co_return co_await session_.list_groups(std::move(each));
        co_return co_await session_.list_users(std::move(each));
    }

    bool can_find(const mapping::resource_type& type, std::string_view attribute) const override
    {
        return !type.has_members && session_.can_find_user(attribute);
    }

    asio::awaitable<result<std::vector<remote_resource>>> find(const mapping::resource_type& type,
                                                               std::string attribute, std::string value) override
    {
        if (!type.has_members) co_return co_await session_.find_users(std::move(attribute), std::move(value));
        failure f;
        f.next = disposition::reject;
        f.code = "unsupported";
        f.detail = "groups cannot be looked up by " + attribute;
        co_return f;
    }

    asio::awaitable<result<remote_resource>> read(const mapping::resource_type& type, mapping::target_id id) override
    {
        if (type.has_members) co_return co_await groups_.read(id.text());
        co_return co_await people_.read(id.text());
    }

    asio::awaitable<result<remote_resource>> create(write_request r) override
    {
        if (r.type->has_members) co_return co_await groups_.create(std::move(r));
        co_return co_await people_.create(std::move(r));
    }

    asio::awaitable<result<remote_resource>> update(write_request r) override
    {
        if (r.type->has_members) co_return co_await groups_.update(std::move(r));
        co_return co_await people_.update(std::move(r));
    }

    asio::awaitable<result<remote_resource>> set_members(members_request r) override
    {
        co_return co_await groups_.set_members(std::move(r));
    }

    asio::awaitable<result<void>> remove(const mapping::resource_type& type, mapping::target_id id) override
    {
        if (type.has_members) co_return co_await groups_.remove(id.text());
        co_return co_await people_.remove(id.text());
    }

private:
    std::shared_ptr<api> api_;
    target_session session_;
    target_people people_;
    target_groups groups_;
};

asio::awaitable<result<target_survey>> bare_id_target::survey(std::vector<const mapping::resource_type*> types)
{
    const auto there = co_await discover();
    if (there.has_error()) co_return there.error();
    target_survey out;
    const auto& ops = session_.config().ops;
    for (const auto& row : operation_rows()) {
        const auto& op = ops.*row.which;
        if (op.method == "GET" || (&op == &ops.user_enable) || (&op == &ops.user_disable)) continue;
        if (op.enabled) out.abilities.push_back("ops." + op.name);
    }
    const auto lacks = [&](const operation& op, const char* what) {
        if (!op.enabled) out.problems.push_back(std::string(what) + ": " + session_.refuse_if_off(op)->detail);
    };
    for (const auto* type : types) {
        auto& of_type = out.types[std::string(type->name)];
        std::uint64_t seen = 0;
        const std::function<void(remote_resource)> count = [&](remote_resource) { ++seen; };
        if (type->has_members) {
            lacks(session_.config().target.parent_group.empty() ? ops.group_create : ops.group_create_child,
                  "groups cannot be made");
            lacks(ops.member_add, "nobody can be put into a group");
            lacks(ops.member_del, "nobody can be taken out of a group");
        } else {
            lacks(ops.user_create, "nobody can be created");
            lacks(ops.user_update, "nobody can be changed or deactivated");
            lacks(ops.user_list, "more than 50 people at once cannot be looked for");
        }
        if (type->has_members || ops.user_list.enabled) {
            auto end = result<inventory_end>(inventory_end());
            if (type->has_members)
                end = co_await session_.list_groups(count);
            else
                end = co_await session_.list_users(count);
            if (end.has_error())
                of_type.trouble = end.error();
            else if (!end->complete)
                out.notices.push_back("its list of " + std::string(type->section) + " is not proved: " + end->why);
        }
        of_type.total = seen;
    }
    co_return out;
}

} // namespace

std::unique_ptr<target> make_bare_id_target(std::shared_ptr<const bare_id_settings> config, const environment& env,
                                            std::shared_ptr<late_kinds> late)
{
    return std::make_unique<bare_id_target>(std::move(config), env, late);
}

} // namespace idferry::connectors::bare_id
