#include "connectors/bare_id/operation_access.hpp"

#include "connectors/bare_id/rest_tables.hpp"
#include "connectors/http/client.hpp"
#include "mapping/json.hpp"

#include <algorithm>

namespace idferry::connectors::bare_id {

namespace {

std::string named(const rest_operation& row)
{
    return std::string(row.resource) + " " + std::string(row.verb);
}

class operation_access final : public operation_service
{
public:
    operation_access(std::shared_ptr<const bare_id_settings> settings, const environment& env)
        : settings_(std::move(settings)), transport_(env.make_transport(settings_->settings().transport)),
          credentials_(http::make_credentials(settings_->auth, env.secrets, *transport_, env.time)),
          client_(http::make_client(*transport_, env.time, credentials_, settings_->settings().client,
                                    env.shared_pacer(settings_->settings().client.pace)))
    {
    }

    const operation_table& table() const override { return settings_->keycloak() ? keycloak_table() : gateway_table(); }
    std::string base_url() const override { return settings_->api_base; }

    rest_operation configured(const rest_operation& row) const override
    {
        auto out = row;
        if (const auto* call = configured_call(*settings_, row)) {
            out.method = call->method;
            out.path = call->path.text();
        }
        if (const auto* own = own_settings(row)) {
            if (own->method) out.method = *own->method;
            if (own->path) out.path = *own->path;
        }
        return out;
    }

    std::string refused(const rest_operation& row) const override
    {
        const auto* own = own_settings(row);
        if (own && own->enabled) return *own->enabled ? std::string() : "api: " + named(row) + " has enabled: false";
        if (must_be_allowed(row))
            return "it lets somebody act as somebody else; allow it with api: {" + named(row) + ": {enabled: true}}";
        const auto* call = configured_call(*settings_, row);
        if (call && call->enabled) return {};
        if (call || row.origin == known_from::assumed)
            return "nobody could confirm this call; when the API's console shows it, switch it on with api: {" +
                   named(row) + ": {enabled: true}}, and give its path there when it is another one";
        return {};
    }

    std::optional<std::string> value(std::string_view placeholder) const override
    {
        if (placeholder == "instance" && !settings_->instance.empty()) return settings_->instance;
        if (placeholder == "realm" && !settings_->realm.empty()) return settings_->realm;
        return std::nullopt;
    }

    page_turning turning(const rest_operation& row) const override
    {
        const auto* call = configured_call(*settings_, row);
        const auto& how = call && call->paging ? *call->paging : settings_->paging;
        page_turning out;
        out.size = how.size;
        out.size_parameter = how.size_param;
        switch (how.style) {
        case paging_style::none: return {};
        case paging_style::offset:
            out.how = page_turning::style::offset;
            out.parameter = how.offset_param;
            break;
        case paging_style::page:
            out.how = page_turning::style::page;
            out.parameter = how.page_param;
            out.first = how.first_page;
            break;
        case paging_style::token:
            out.how = page_turning::style::token;
            out.parameter = how.token_param;
            out.next = how.next_token.text;
            break;
        }
        return out;
    }

    boost::asio::awaitable<result<http::response>> exchange(http::request r) override
    {
        auto answer = co_await client_->call(std::move(r));
        co_return answer;
    }

    failure failed(const rest_operation& row, const http::request& r, const http::response& answer) const override
    {
        mapping::json body;
        mapping::json_error ignored;
        mapping::json_limits small;
        small.max_bytes = 64UL * 1024;
        small.max_depth = 16;
        std::string message;
        if (mapping::parse_json(answer.body, body, ignored, small))
            for (const auto& where : settings_->errors.message)
                if (const auto* found = resolve(body, where); found && found->is_string() && message.empty())
                    message = found->get<std::string>();
        auto f = http::failure_of(r, answer, message);
        if (answer.status == 501) f.next = disposition::stop, f.detail += "; the API does not know this call";
        return f;
    }

private:
    const api_call_settings* own_settings(const rest_operation& row) const
    {
        const auto name = named(row);
        const auto found =
            std::ranges::find_if(settings_->api, [&](const auto& entry) { return entry.first.value == name; });
        return found == settings_->api.end() ? nullptr : &found->second;
    }

    std::shared_ptr<const bare_id_settings> settings_;
    std::unique_ptr<http::transport> transport_;
    std::shared_ptr<http::token_source> credentials_;
    std::unique_ptr<http::client> client_;
};

} // namespace

std::unique_ptr<operation_service> make_operation_access(std::shared_ptr<const bare_id_settings> settings,
                                                         const environment& env)
{
    return std::make_unique<operation_access>(std::move(settings), env);
}

} // namespace idferry::connectors::bare_id
