#include "connectors/scim/operations.hpp"

#include "connectors/http/client.hpp"
#include "connectors/operation_row.hpp"
#include "connectors/scim/scim_failure.hpp"

#include <array>

namespace idferry::connectors::scim {

namespace {

#define LIST "filter sortBy sortOrder startIndex count attributes excludedAttributes"
#define ONE "attributes excludedAttributes"

constexpr rest_operation rows[]{
    row("users", "create", "3.3", "Create a User").post("/Users").data(),
    row("users", "get", "3.4.1", "Read a User").get("/Users/{user}").with(ONE),
    row("users", "list", "3.4.2", "List or find Users").get("/Users").pages("Resources", LIST),
    row("users", "replace", "3.5.1", "Replace a User")
        .put("/Users/{user}")
        .data()
        .note("what the body leaves out may be cleared"),
    row("users", "patch", "3.5.2", "Change a User")
        .change("/Users/{user}")
        .data()
        .note("optional for a service provider; Showpad refuses it"),
    row("users", "delete", "3.6", "Delete a User").remove("/Users/{user}"),

    row("groups", "create", "3.3", "Create a Group").post("/Groups").data(),
    row("groups", "get", "3.4.1", "Read a Group").get("/Groups/{group}").with(ONE),
    row("groups", "list", "3.4.2", "List or find Groups").get("/Groups").pages("Resources", LIST),
    row("groups", "replace", "3.5.1", "Replace a Group, with all its members")
        .put("/Groups/{group}")
        .data()
        .note("members that the body leaves out are no members afterwards"),
    row("groups", "patch", "3.5.2", "Change a Group")
        .change("/Groups/{group}")
        .data()
        .note("optional for a service provider"),
    row("groups", "delete", "3.6", "Delete a Group").remove("/Groups/{group}"),

    row("schemas", "list", "4", "List the schemas").get("/Schemas"),
    row("schemas", "get", "4", "Read a schema").get("/Schemas/{schema}"),
    row("resource-types", "list", "4", "List the resource types").get("/ResourceTypes"),
    row("resource-types", "get", "4", "Read a resource type").get("/ResourceTypes/{resource-type}"),
    row("service-provider-config", "get", "4", "Read what the service provider can").get("/ServiceProviderConfig"),
};

constexpr std::array resources{
    rest_resource{.name = "users", .singular = "user"},
    rest_resource{.name = "groups", .singular = "group"},
    rest_resource{.name = "schemas", .singular = "schema"},
    rest_resource{.name = "resource-types", .singular = "resource-type"},
    rest_resource{.name = "service-provider-config", .singular = "config"},
};

class operation_access final : public operation_service
{
public:
    operation_access(const scim_settings& settings, const environment& env)
        : wire_(settings.wire), time_(env.time), transport_(env.make_transport(settings.http.transport)),
          client_(http::make_client(*transport_, env.time,
                                    http::make_credentials(settings.auth, env.secrets, *transport_, env.time),
                                    settings.http.client, env.shared_pacer(settings.http.client.pace)))
    {
        const auto mark = settings.base_url.find('?'); // some providers want a parameter with everything
        base_ = settings.base_url.substr(0, mark);
        while (base_.ends_with('/')) base_.pop_back();
        if (mark != std::string::npos) always_ = settings.base_url.substr(mark + 1);
    }

    const operation_table& table() const override { return operations(); }
    std::string base_url() const override { return base_; }
    std::optional<std::string> value(std::string_view) const override { return std::nullopt; }

    page_turning turning(const rest_operation&) const override
    {
        page_turning how;
        how.how = page_turning::style::offset;
        how.parameter = "startIndex";
        how.first = 1;
        how.size_parameter = "count";
        how.size = wire_.page_size;
        return how;
    }

    boost::asio::awaitable<result<http::response>> exchange(http::request r) override
    {
        for (auto& [name, value] : r.headers) {
            if (name == "Accept") value = wire_.accept;
            if (name == "Content-Type") value = wire_.content_type;
        }
        if (!always_.empty()) r.url += (r.url.find('?') == std::string::npos ? "?" : "&") + always_;
        auto answer = co_await client_->call(std::move(r));
        co_return answer;
    }

    failure failed(const rest_operation&, const http::request& r, const http::response& answer) const override
    {
        const auto path = r.url.substr(base_.size());
        return read_failure({r.method, path.substr(0, path.find('?'))}, answer, wire_, time_.now());
    }

private:
    dialect wire_;
    clock& time_;
    std::unique_ptr<http::transport> transport_;
    std::unique_ptr<http::client> client_;
    std::string base_;
    std::string always_; // the base's own query
};

} // namespace

const operation_table& operations()
{
    static const operation_table table{.system = "SCIM 2.0",
                                       .document = "RFC 7644",
                                       .resources = resources,
                                       .operations = rows,
                                       .id_key = "id",
                                       .secret_keys = "password"};
    return table;
}

std::unique_ptr<operation_service> make_operation_access(const scim_settings& settings, const environment& env)
{
    return std::make_unique<operation_access>(settings, env);
}

} // namespace idferry::connectors::scim
