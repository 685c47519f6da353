#include "daemon/cli/admin_client.hpp"

#include "connectors/clock.hpp"
#include "connectors/http/transport_options.hpp"
#include "daemon/run/admin_shape.hpp"
#include "mapping/json.hpp"
#include "state/writer_lock.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <grp.h>
#include <optional>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace idferry::daemon::cli {

namespace http = connectors::http;

namespace {

constexpr std::chrono::milliseconds first_pause{50};
constexpr std::chrono::milliseconds longest_pause{1000};

// Of the socket's file: whom to join to be let in.
std::string group_of(const std::string& path)
{
    struct stat found{};
    if (::stat(path.c_str(), &found) != 0) return {};
    group entry{};
    group* known = nullptr;
    std::vector<char> room(64 * 1024);
    if (::getgrgid_r(found.st_gid, &entry, room.data(), room.size(), &known) != 0 || known == nullptr) return {};
    return known->gr_name;
}

admin_trouble trouble_of(const std::string& socket, const connectors::failure& f)
{
    using kind = admin_trouble::kind;
    if (f.code == "not_running")
        return {kind::not_running, fmt::format("the daemon does not run, or listens elsewhere: nobody answers on {}. "
                                               "`systemctl start idferry` starts it",
                                               socket)};
    if (f.code != "not_permitted") return {kind::broken, "the daemon did not answer as it should: " + f.detail};
    const auto group = group_of(socket);
    if (group.empty() || group == "root")
        return {kind::not_permitted, fmt::format("you may not use {}: run the command as root", socket)};
    return {kind::not_permitted,
            fmt::format("you may not use {}: join group {} (usermod -aG {} NAME, then log in again), or run the "
                        "command as root",
                        socket, group, group)};
}

} // namespace

std::string admin_answer::error() const
{
    if (status >= 200 && status < 300) return {};
    if (body && body->is_object())
        if (const auto at = body->find("error"); at != body->end() && at->is_string()) return at->get<std::string>();
    return fmt::format("the daemon answered with status {}", status);
}

struct admin_client::state
{
    explicit state(std::string path) : socket(std::move(path))
    {
        http::transport_settings s;
        http::transport_options o;
        o.local_socket = socket;
        s.times.connect = std::chrono::milliseconds(3000);
        s.bounds.max_body_bytes = 256 * 1024 * 1024; // a plan of everybody
        transport = http::make_beast_transport_with(std::move(s), std::move(o));
    }

    template <class T> T run(boost::asio::awaitable<T> work)
    {
        std::optional<T> value;
        std::exception_ptr failed;
        boost::asio::co_spawn(io, std::move(work), [&](std::exception_ptr e, T v) {
            failed = e;
            if (!e) value.emplace(std::move(v));
            io.stop(); // kept connections need not be waited for
        });
        io.restart();
        io.run();
        if (failed) std::rethrow_exception(failed);
        return std::move(*value);
    }

    std::variant<admin_answer, admin_trouble> ask(http::request r)
    {
        r.headers.emplace_back("Accept", "application/json");
        auto answer = run(transport->exchange(std::move(r)));
        if (!answer) return trouble_of(socket, answer.error());
        admin_answer a;
        a.status = answer->status;
        mapping::json body;
        mapping::json_error wrong;
        if (mapping::parse_json(answer->body, body, wrong, {.max_bytes = answer->body.size() + 1}))
            a.body = std::make_shared<const mapping::json>(std::move(body));
        else if (a.status < 300)
            return admin_trouble{admin_trouble::kind::broken, "the daemon's answer is not JSON: " + wrong.message};
        return a;
    }

    boost::asio::awaitable<bool> pause(std::chrono::milliseconds wait)
    {
        const auto until = clock->steady() + wait;
        co_await clock->sleep_until(until);
        co_return true;
    }

    std::string socket;
    boost::asio::io_context io{1};
    std::unique_ptr<connectors::clock> clock{connectors::make_system_clock()};
    std::unique_ptr<http::transport> transport; // last: its connections live in `io`
};

admin_client::admin_client(std::string socket) : state_(std::make_unique<state>(std::move(socket))) {}
admin_client::~admin_client() = default;

std::variant<admin_answer, admin_trouble> admin_client::get(const std::string& path)
{
    return state_->ask(http::request("GET", "http://localhost" + path));
}

std::variant<admin_answer, admin_trouble> admin_client::post(const std::string& path, const mapping::json& body)
{
    http::request r("POST", "http://localhost" + path);
    r.headers.emplace_back("Content-Type", "application/json");
    r.body = mapping::to_text(body);
    return state_->ask(std::move(r));
}

std::variant<admin_answer, admin_trouble> admin_client::carry_out(const std::string& path, const mapping::json& body)
{
    auto taken = post(path, body);
    const auto* answer = std::get_if<admin_answer>(&taken);
    if (answer == nullptr || answer->status != 202 || !answer->body) return taken;
    const auto job = fmt::format("/api/v1/jobs/{}", answer->body->value("job", std::uint64_t{0}));
    for (auto wait = first_pause;; wait = std::min(2 * wait, longest_pause)) {
        auto shown = get(job);
        const auto* now = std::get_if<admin_answer>(&shown);
        if (now == nullptr || now->status != 200 || !now->body) return shown;
        if (now->body->value("state", std::string()) == "done") return shown;
        state_->run(state_->pause(wait));
    }
}

bool daemon_holds(const std::string& folder)
{
    std::error_code ec;
    if (!std::filesystem::exists(folder, ec)) return false;
    const auto free = state::take_writer_lock(folder, mapping::sync_name("(daemon)"));
    if (free) return false;
    return free.error().what == state::error::kind::busy || free.error().what == state::error::kind::unreadable;
}

std::string admin_socket_of(const std::string& config_file)
{
    config::diagnostics mistakes;
    return run::load_admin_settings(config_file, mistakes).value_or(run::admin_settings()).socket;
}

} // namespace idferry::daemon::cli
