#include "connectors/scim/scim_connection.hpp"

#include "connectors/scim/operations.hpp"
#include "connectors/scim/scim_codec.hpp"
#include "connectors/scim/scim_settings.hpp"
#include "connectors/scim/scim_source.hpp"
#include "connectors/scim/scim_target.hpp"

#include <utility>

namespace idferry::connectors {

namespace {

class scim_connection final : public connection
{
public:
    explicit scim_connection(scim::scim_settings s) : settings_(std::move(s)) {}

    std::string_view type() const override { return "scim"; }
    bool can_be_source() const override { return true; }
    bool can_be_target() const override { return true; }

    std::unique_ptr<source> make_source(const environment& env) const override
    {
        auto through = env.make_transport(settings_.http.transport);
        auto client = client_on(*through, env);
        return scim::make_scim_source(std::make_shared<scim::source_parts>(std::move(through), std::move(client),
                                                                           env.time, settings_.wire, settings_.holds,
                                                                           settings_.reads, settings_.base_url));
    }

    std::unique_ptr<target> make_target(const environment& env) const override
    {
        auto through = env.make_transport(settings_.http.transport);
        auto client = client_on(*through, env);
        return scim::make_scim_target(
            {std::move(through), std::move(client), env.time, settings_.wire, settings_.holds, settings_.base_url});
    }

    const mapping::target_profile& profile() const override { return settings_.holds; }
    // Everything has a name of SCIM: what is the provider's own stands under its schema's URN.
    mapping::source_attributes attributes() const override { return {"urn:idferry:source:scim", {}, false}; }
    std::string epoch_text() const override
    {
        return "scim " + std::to_string(scim::codec_version) + "\n" + settings_.base_url + "\n" +
               scim::reading_text(settings_.reads) + "\n" + scim::profile_text(settings_.wire, settings_.holds);
    }
    std::string own_account() const override { return settings_.own_account; }
    std::string address() const override { return settings_.base_url; }
    std::vector<config::secret_ref> secrets() const override { return http::secrets_of(settings_.auth); }
    boost::asio::awaitable<result<http::token_facts>> log_in(const environment& env) const override
    {
        return http::log_in(settings_.auth, env.secrets, env.make_transport(settings_.http.transport), env.time);
    }
    std::unique_ptr<operation_service> make_operations(const environment& env) const override
    {
        return scim::make_operation_access(settings_, env);
    }

private:
    std::unique_ptr<http::client> client_on(http::transport& through, const environment& env) const
    {
        auto credentials = http::make_credentials(settings_.auth, env.secrets, through, env.time);
        return http::make_client(through, env.time, std::move(credentials), settings_.http.client,
                                 env.shared_pacer(settings_.http.client.pace));
    }

    scim::scim_settings settings_;
};

} // namespace

std::shared_ptr<const connection> parse_scim_connection(const config::node& section, const std::string&,
                                                        config::diagnostics& out)
{
    auto settings = scim::parse_settings(section, out);
    if (!settings) return nullptr;
    return std::make_shared<scim_connection>(std::move(*settings));
}

std::shared_ptr<const config::description> describe_scim_connection()
{
    return scim::describe_settings();
}

} // namespace idferry::connectors
