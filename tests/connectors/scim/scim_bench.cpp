#include "tests/connectors/scim/scim_bench.hpp"

#include "config/node.hpp"
#include "connectors/scim/scim_connection.hpp"
#include "mapping/normalise.hpp"

#include <algorithm>
#include <stdexcept>

namespace idferry::test {

using namespace connectors;

namespace {

class forwarding_transport final : public http::transport
{
public:
    explicit forwarding_transport(http::transport& to) : to_(to) {}
    boost::asio::awaitable<result<http::response>> exchange(http::request r) override
    {
        return to_.exchange(std::move(r));
    }

private:
    http::transport& to_;
};

} // namespace

scim_bench::scim_bench(const std::string& keys) : wire([this](const http::request& r) { return provider.handle(r); })
{
    const auto text =
        "type: scim\nbase_url: " + std::string(fake_provider::base) +
        "\nauth: {bearer: {env: TOKEN}}\nrate: {requests_per_second: 1000, burst: 1000, concurrency: 4}\n" + keys +
        "\n";
    config::diagnostics out;
    const auto tree = config::parse_yaml(text, "test.yaml", out);
    if (tree) connection = parse_scim_connection(*tree, "target", out);
    if (!connection) {
        std::string all;
        for (const auto& d : out.sorted()) all += d.message + "\n";
        throw std::runtime_error("the bench's configuration is wrong: " + all);
    }
    const environment env{time, [](const config::secret_ref&) { return config::secret("t0ken"); },
                          [this](http::transport_settings) { return std::make_unique<forwarding_transport>(wire); }};
    target = connection->make_target(env);
}

mapping::desired_resource scim_bench::desired(const mapping::resource_type& type, const attributes& all) const
{
    mapping::desired_resource out;
    for (const auto& [path, value] : all) {
        mapping::desired_attribute a;
        a.path = path;
        a.value = mapping::canonical_value(path, value, target->profile().of(type.name));
        out.attributes.push_back(std::move(a));
    }
    std::ranges::sort(out.attributes, {}, &mapping::desired_attribute::path);
    return out;
}

result<remote_resource> scim_bench::create_user(const attributes& all)
{
    write_request r(mapping::user_type);
    r.desired = desired(mapping::user_type, all);
    return run(target->create(std::move(r)));
}

result<remote_resource> scim_bench::create_group(const std::string& name)
{
    write_request r(mapping::group_type);
    r.desired = desired(mapping::group_type, {{"displayName", name}});
    return run(target->create(std::move(r)));
}

result<remote_resource> scim_bench::update_user(const std::string& id, const attributes& all)
{
    auto current = run(target->read(mapping::user_type, mapping::target_id(id)));
    if (!current) return current;
    write_request r(mapping::user_type);
    r.id = mapping::target_id(id);
    r.desired = desired(mapping::user_type, all);
    r.changed = mapping::diff_with_resource(r.desired, current->body, target->profile().of("user"));
    r.current = *current;
    return run(target->update(std::move(r)));
}

result<remote_resource> scim_bench::change_members(const std::string& group, const std::vector<std::string>& add,
                                                   const std::vector<std::string>& remove)
{
    members_request r;
    r.group = mapping::target_id(group);
    for (const auto& id : add) r.add.emplace_back(id);
    for (const auto& id : remove) r.remove.emplace_back(id);
    return run(target->set_members(std::move(r)));
}

result<std::vector<remote_resource>> scim_bench::find_user(const std::string& attribute, const std::string& value)
{
    return run(target->find(mapping::user_type, attribute, value));
}

std::size_t scim_bench::asked(std::string_view start) const
{
    return static_cast<std::size_t>(
        std::ranges::count_if(provider.log, [&](const std::string& l) { return l.starts_with(start); }));
}

scim_bench::attributes person(const std::string& user_name, const scim_bench::attributes& more)
{
    scim_bench::attributes all{{"userName", user_name},
                               {"name.givenName", "John"},
                               {"name.familyName", "Doe"},
                               {"emails", mapping::json::array({{{"value", user_name}}})}};
    for (const auto& [path, value] : more) {
        std::erase_if(all, [&](const auto& a) { return a.first == path; });
        all.emplace_back(path, value);
    }
    return all;
}

} // namespace idferry::test
