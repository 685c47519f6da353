#include "connectors/bare_id/bare_id_connection.hpp"

#include "connectors/bare_id/bare_id_codec.hpp"
#include "connectors/bare_id/bare_id_settings.hpp"
#include "connectors/bare_id/bare_id_source.hpp"
#include "connectors/bare_id/bare_id_target.hpp"
#include "connectors/bare_id/operation_access.hpp"
#include "connectors/bare_id/target_limits.hpp"
#include "connectors/bare_id/target_record.hpp"

namespace idferry::connectors {

namespace bare_id {

namespace {

void append_pointers(std::string& out, const std::vector<json_pointer>& all)
{
    for (const auto& p : all) out += p.text + ",";
    out += "\n";
}

void append_operation(std::string& out, const operation& op)
{
    out += op.name + "=" + (op.enabled ? "on " : "off ") + op.method + " " + op.path.text() + " " + op.item.text + " " +
           op.list.text;
    for (const auto& [name, value] : op.query) out += " " + name + "=" + value.text();
    out += "\n";
}

class bare_id_connection final : public connection
{
public:
    explicit bare_id_connection(bare_id_settings settings)
        : settings_(std::make_shared<const bare_id_settings>(std::move(settings))), profile_(profile_of(*settings_))
    {
    }

    std::string_view type() const override { return "bare_id"; }
    bool can_be_source() const override { return true; }
    bool can_be_target() const override { return settings_->writes(); }
    std::unique_ptr<source> make_source(const environment& env) const override
    {
        return make_bare_id_source(settings_, env);
    }
    std::unique_ptr<target> make_target(const environment& env) const override
    {
        return can_be_target() ? make_bare_id_target(settings_, env, late_) : nullptr;
    }
    const mapping::target_profile& profile() const override { return profile_; }
    mapping::source_attributes attributes() const override
    {
        return {settings_->urn(), {"emailVerified", "path"}, true};
    }

    std::string cannot_hint() const override
    {
        return settings_->events.on() ? "" : "tells of no events: set `events` of it, or leave `hints` out";
    }

    // What decides what is read and what a record decodes to; not how fast, with which credentials or in which pages.
    std::string epoch_text() const override
    {
        const auto& s = *settings_;
        std::string out =
            "bare_id " + std::to_string(codec_version) + "\n" + s.api_base + " " + s.instance + " " + s.name + "\n";
        for (const auto* op : {&s.ops.user_get, &s.ops.user_groups, &s.ops.group_roots, &s.ops.group_get,
                               &s.ops.group_users, &s.ops.user_list})
            append_operation(out, *op);
        const auto& f = s.fields;
        append_pointers(out, {f.id, f.username, f.email, f.enabled, f.email_verified, f.attributes, f.group_id,
                              f.group_name, f.group_path});
        append_pointers(out, f.first_name);
        append_pointers(out, f.last_name);
        for (const auto& name : f.root_attributes) out += name + ",";
        out += "\n" + std::to_string(static_cast<int>(f.encoding)) + " " +
               std::to_string(static_cast<int>(s.absent.boolean)) + " " +
               std::to_string(static_cast<int>(s.source.mode)) + " " +
               std::to_string(static_cast<int>(s.source.memberships)) + " " + (s.source.hydrate ? "hydrate" : "") +
               "\n";
        if (s.keycloak()) out += "keycloak_admin " + s.realm + "\n";
        for (const auto& group : s.source.groups) out += group.value + "\n";
        for (const auto& prefix : s.service_account_prefixes) out += prefix + "\n";
        return out;
    }

    std::string cannot(const mapping::resource_type& type, write_kind what) const override
    {
        return bare_id::cannot(*settings_, type, what);
    }
    std::string untouchable(const mapping::resource_type& type, const mapping::json& resource) const override
    {
        return bare_id::untouchable(*settings_, type, resource);
    }
    bool shows_own_account() const override { return false; } // service accounts are in no list
    std::string own_account() const override
    {
        const auto& credentials = settings_->auth.client_credentials;
        return credentials ? "service-account-" + credentials->client_id : std::string();
    }

    std::string address() const override
    {
        const auto& s = *settings_;
        return s.api_base + (s.keycloak() ? " (realm " + s.realm + ")" : " (instance " + s.instance + ")");
    }
    std::vector<config::secret_ref> secrets() const override { return http::secrets_of(settings_->auth); }
    boost::asio::awaitable<result<http::token_facts>> log_in(const environment& env) const override
    {
        return http::log_in(settings_->auth, env.secrets, env.make_transport(settings_->settings().transport),
                            env.time);
    }
    std::unique_ptr<operation_service> make_operations(const environment& env) const override
    {
        return make_operation_access(settings_, env);
    }

private:
    std::shared_ptr<const bare_id_settings> settings_;
    mapping::target_profile profile_;
    std::shared_ptr<late_kinds> late_{std::make_shared<late_kinds>()};
};

} // namespace

} // namespace bare_id

std::shared_ptr<const connection> parse_bare_id_connection(const config::node& section, const std::string& name,
                                                           config::diagnostics& out)
{
    auto settings = bare_id::parse_settings(section, name, out);
    if (!settings) return nullptr;
    return std::make_shared<const bare_id::bare_id_connection>(std::move(*settings));
}

std::shared_ptr<const config::description> describe_bare_id_connection()
{
    return bare_id::settings_shape().doc;
}

} // namespace idferry::connectors
