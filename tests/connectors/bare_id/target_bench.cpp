#include "tests/connectors/bare_id/target_bench.hpp"

#include "tests/support/fake_clock.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace idferry::test::bare_id {

namespace {

int folders_made = 0;

sandbox::sandbox_settings settings_of(const std::string& folder, std::vector<std::string> knobs)
{
    sandbox::sandbox_settings s;
    s.organisation.users = 5;
    s.organisation.groups = 2;
    s.organisation.seed = 3;
    s.directory = folder;
    s.knobs = std::move(knobs);
    s.threads = 1;
    return s;
}

} // namespace

const std::string& all_writes_on()
{
    static const std::string text =
        "ops:\n"
        "  user_list: {enabled: true}\n  user_count: {enabled: true}\n  user_find: {enabled: true}\n"
        "  user_find_email: {enabled: true}\n  user_create: {enabled: true}\n  user_update: {enabled: true}\n"
        "  user_delete: {enabled: true}\n  member_add: {enabled: true}\n  member_del: {enabled: true}\n"
        "  group_create: {enabled: true}\n  group_update: {enabled: true}\n  group_delete: {enabled: true}\n";
    return text;
}

// A wait takes no time, and as much of the sandbox's as was waited for.
class sandbox_target_bench::shared_time final : public connectors::clock
{
public:
    explicit shared_time(sandbox::sandbox& box) : box_(box) {}

    wall_time now() const override { return here_.now(); }
    steady_time steady() const override { return here_.steady(); }
    boost::asio::awaitable<void> sleep_until(steady_time when) override
    {
        const auto before = here_.steady();
        co_await here_.sleep_until(when);
        box_.clock().skip_ms(std::chrono::ceil<std::chrono::milliseconds>(std::max(when, before) - before).count());
    }
    double random() override { return here_.random(); }
    std::chrono::milliseconds slept() const { return here_.slept(); }

private:
    sandbox::sandbox& box_;
    fake_clock here_;
};

sandbox_target_bench::sandbox_target_bench(const std::string& profile, const std::string& keys,
                                           std::vector<std::string> knobs)
    : folder_(testing::TempDir() + "bare-id-target-" + std::to_string(++folders_made) + "-" + std::to_string(getpid())),
      box_(settings_of(folder_, std::move(knobs))), time_(std::make_unique<shared_time>(box_))
{
    const auto& info = box_.info()["bareid_target"];
    const auto at = [&](const char* name) { return info.value(name, std::string()); };
    config::diagnostics out;
    const auto place = profile == "gateway" ? "instance: " + at("instance") + "\napi_base: " + at("api_base") + "\n"
                                            : std::string("profile: keycloak_admin\n");
    const auto tree = config::parse_yaml(
        "type: bare_id\n" + place + "auth: {token_url: '" + at("token_url") + "', client_id: " + at("client_id") +
            ", client_secret: {file: " + folder_ + "/bareid_target-secret}}\ntls: {ca_file: " + folder_ + "/ca.pem}\n" +
            "rate: {requests_per_second: 0, concurrency: 4}\nretry: {tries: 2, base: 1ms, cap: 5ms}\n" +
            "timeouts: {connect: 5s}\n" + keys,
        "sandbox.yaml", out);
    if (tree) connection_ = connectors::parse_bare_id_connection(*tree, "there", out);
    for (const auto& d : out.sorted()) ADD_FAILURE() << d.text();
    next_cycle();
}

void sandbox_target_bench::next_cycle()
{
    subject_ = connection_->make_target({*time_, config::resolve, connectors::http::make_beast_transport});
}

std::chrono::milliseconds sandbox_target_bench::waited() const
{
    return time_->slept();
}

sandbox_target_bench::~sandbox_target_bench()
{
    subject_.reset();
    std::filesystem::remove_all(folder_);
}

sandbox_target_bench::sandbox_json sandbox_target_bench::control(const std::string& method, const std::string& path,
                                                                 const sandbox_json& body)
{
    return box_.control(method, "/__sandbox/" + path, body.is_null() ? std::string() : body.dump());
}

void sandbox_target_bench::knob(const std::string& name, const sandbox_json& value)
{
    control("POST", "knobs", {{"bareid_target", {{name, value}}}});
}

void sandbox_target_bench::fault(sandbox_json one)
{
    one["server"] = "bareid_target";
    control("POST", "faults", one);
}

std::string sandbox_target_bench::add_user(const std::string& user_name)
{
    const auto mail = "m" + std::to_string(++people_) + "@acme.example";
    return control("POST", "bareid_target/users",
                   {{"username", user_name}, {"email", mail}, {"firstName", "A"}, {"lastName", "B"}})
        .value("uuid", std::string());
}

std::string sandbox_target_bench::add_group(const std::string& name, const std::vector<std::string>& members)
{
    const auto id = control("POST", "bareid_target/groups", {{"name", name}}).value("uuid", std::string());
    for (const auto& m : members) control("PUT", "bareid_target/users/" + m + "/groups/" + id);
    return id;
}

std::vector<std::string> sandbox_target_bench::user_names()
{
    std::vector<std::string> all;
    const auto now = control("GET", "state?server=bareid_target");
    for (const auto& u : now["users"]) all.push_back(u.value("username", std::string()));
    return all;
}

std::vector<std::string> sandbox_target_bench::members_of(const std::string& group)
{
    return control("GET", "bareid_target/groups/" + group).value("members", std::vector<std::string>{});
}

bool sandbox_target_bench::lose_next_answer()
{
    fault({{"method", "POST"}, {"path", "/users"}, {"kind", "lost"}});
    return true;
}

std::size_t sandbox_target_bench::writes()
{
    std::size_t n = 0;
    const auto log = control("GET", "requests?server=bareid_target&limit=8000");
    for (const auto& one : log.is_array() ? log : log["requests"])
        n += one.value("method", std::string()) != "GET" && one.value("endpoint", std::string()) != "token" ? 1 : 0;
    return n;
}

sandbox_target_bench::sandbox_json sandbox_target_bench::in_full(const std::string& id)
{
    const auto now = control("GET", "state?server=bareid_target");
    for (const auto& u : now["users"])
        if (u.value("uuid", std::string()) == id) return u;
    return nullptr;
}

std::size_t sandbox_target_bench::asked(const std::string& endpoint)
{
    const auto log = control("GET", "requests?server=bareid_target&limit=8000&endpoint=" + endpoint);
    return (log.is_array() ? log : log["requests"]).size();
}

} // namespace idferry::test::bare_id
