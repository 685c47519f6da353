#include "connectors/beyond_identity/operation_access.hpp"

#include "connectors/beyond_identity/operations.hpp"
#include "connectors/beyond_identity/session.hpp"

#include <algorithm>

namespace idferry::connectors::beyond_identity {

namespace {

class operation_access final : public operation_service
{
public:
    operation_access(std::shared_ptr<const beyond_identity_settings> settings, const environment& env)
        : settings_(settings), session_(std::move(settings), env)
    {
    }

    const operation_table& table() const override { return operations(); }
    std::string base_url() const override { return settings_->api_url; }

    std::optional<std::string> value(std::string_view placeholder) const override
    {
        if (placeholder == "tenant") return settings_->tenant;
        if (placeholder == "realm") return settings_->realm;
        return std::nullopt;
    }

    page_turning turning(const rest_operation& row) const override
    {
        const auto takes = words(row.query);
        page_turning how;
        how.how = page_turning::style::token;
        how.parameter = "page_token";
        how.next = "/next_page_token";
        if (std::ranges::find(takes, "page_size") != takes.end()) how.size_parameter = "page_size";
        how.size = settings_->page_size; // larger than a list allows is clamped (section 4.5)
        return how;
    }

    boost::asio::awaitable<result<http::response>> exchange(http::request r) override
    {
        call c(std::move(r.method), r.url.substr(settings_->api_url.size()), "");
        if (!r.body.empty()) c.body = std::move(r.body);
        auto got = co_await session_.send(std::move(c));
        if (got.has_error()) co_return got.error();
        correlation_id_ = std::move(got->correlation_id);
        co_return std::move(got->answer);
    }

    failure failed(const rest_operation& row, const http::request& r, const http::response& answer) const override
    {
        const reply came{http::request(r.method, r.url), answer, correlation_id_};
        return session_.failed(came, row.scopes);
    }

private:
    std::shared_ptr<const beyond_identity_settings> settings_;
    session session_;
    std::string correlation_id_; // of the last answer
};

} // namespace

std::unique_ptr<operation_service> make_operation_access(std::shared_ptr<const beyond_identity_settings> settings,
                                                         const environment& env)
{
    return std::make_unique<operation_access>(std::move(settings), env);
}

} // namespace idferry::connectors::beyond_identity
