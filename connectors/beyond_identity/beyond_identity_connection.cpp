#include "connectors/beyond_identity/beyond_identity_connection.hpp"

#include "connectors/beyond_identity/beyond_identity_codec.hpp"
#include "connectors/beyond_identity/beyond_identity_settings.hpp"
#include "connectors/beyond_identity/beyond_identity_source.hpp"
#include "connectors/beyond_identity/beyond_identity_target.hpp"
#include "connectors/beyond_identity/object_kinds.hpp"
#include "connectors/beyond_identity/operation_access.hpp"
#include "connectors/beyond_identity/traits.hpp"

namespace idferry::connectors {

namespace beyond_identity {

namespace {

class beyond_identity_connection final : public connection
{
public:
    explicit beyond_identity_connection(beyond_identity_settings settings)
        : settings_(std::make_shared<const beyond_identity_settings>(std::move(settings))),
          profile_(profile_of(*settings_))
    {
    }

    std::string_view type() const override { return "beyond_identity"; }
    bool can_be_source() const override { return true; }
    bool can_be_target() const override { return true; }
    std::unique_ptr<source> make_source(const environment& env) const override
    {
        return make_beyond_identity_source(std::make_shared<session>(settings_, env));
    }
    std::unique_ptr<target> make_target(const environment& env) const override
    {
        return make_beyond_identity_target(std::make_shared<session>(settings_, env), profile_);
    }
    const mapping::target_profile& profile() const override { return profile_; }
    mapping::source_attributes attributes() const override
    {
        return {std::string(identity_urn),
                {"enrollment_status", "create_time", "update_time", std::string(group_urn) + ":description"},
                true};
    }
    mapping::source_attributes attributes_of(const mapping::resource_type& t) const override
    {
        const auto* kind = kind_of(t);
        return kind ? mapping::source_attributes{"", kind->leaves, false} : attributes();
    }
    bool reads(const mapping::resource_type& t) const override { return kind_of(t) || connection::reads(t); }
    bool holds(const mapping::resource_type& t) const override { return kind_of(t) || connection::holds(t); }
    // What decides what is read and what a record decodes to; as a target, what is sent (the profile has its own text).
    std::string epoch_text() const override
    {
        const auto& s = *settings_;
        return "beyond_identity " + std::to_string(codec_version) + "\n" + address() + "\n" +
               std::to_string(static_cast<int>(s.write.clear)) + (s.write.second_values ? " both" : " one") + "\n";
    }
    bool shows_own_account() const override { return false; } // it is an application, and no identity
    bool has_account_steps() const override { return true; }
    std::string own_account() const override { return settings_->application(); }
    std::string address() const override { return settings_->api_url + settings_->realm_path(); }
    std::vector<config::secret_ref> secrets() const override { return http::secrets_of(settings_->auth); }
    boost::asio::awaitable<result<http::token_facts>> log_in(const environment& env) const override
    {
        return http::log_in(settings_->auth, env.secrets, env.make_transport(settings_->for_http().transport),
                            env.time);
    }
    std::unique_ptr<operation_service> make_operations(const environment& env) const override
    {
        return make_operation_access(settings_, env);
    }

private:
    std::shared_ptr<const beyond_identity_settings> settings_;
    mapping::target_profile profile_;
};

} // namespace

} // namespace beyond_identity

std::shared_ptr<const connection> parse_beyond_identity_connection(const config::node& section, const std::string& name,
                                                                   config::diagnostics& out)
{
    auto settings = beyond_identity::parse_settings(section, name, out);
    if (!settings) return nullptr;
    return std::make_shared<const beyond_identity::beyond_identity_connection>(std::move(*settings));
}

std::shared_ptr<const config::description> describe_beyond_identity_connection()
{
    return beyond_identity::settings_shape().doc;
}

} // namespace idferry::connectors
