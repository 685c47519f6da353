#include "tests/daemon/service_stage.hpp"

#include "tests/daemon/sample_configuration.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace idferry::test {

namespace {

std::shared_ptr<const daemon::run::settings> parsed(const std::string& text, config::diagnostics& mistakes)
{
    auto settings = daemon::run::parse_settings(text, "idferry.yaml", mistakes);
    return settings ? std::make_shared<const daemon::run::settings>(std::move(*settings)) : nullptr;
}

} // namespace

std::string configuration_with(const std::vector<std::pair<std::string, std::string>>& schedules, bool one_target)
{
    // A target for each, unless they are to take turns.
    auto text = sample_connections();
    // Of a source that tells of events.
    const auto bare = text.find("  bare:\n");
    if (bare != std::string::npos) text.insert(bare + 8, "    events: {kind: event_v1}\n");
    const auto target_of = [&](const std::string& name) {
        return one_target || name == schedules.front().first ? "showpad" : "showpad-of-" + name;
    };
    for (const auto& [name, schedule] : schedules)
        if (target_of(name) != "showpad")
            text += fmt::format("  {}:\n    type: scim\n    profile: showpad\n    base_url: https://localhost/{}\n"
                                "    auth: {{bearer: {{env: NONE}}}}\n",
                                target_of(name), name);
    text += "syncs:\n";
    for (const auto& [name, schedule] : schedules) {
        text += fmt::format("  {}:\n    source: bare\n    target: {}\n", name, target_of(name));
        if (!schedule.empty()) text += fmt::format("    schedule: {}\n", schedule);
        text += "    users:\n      attributes: {userName: email, name.givenName: name.givenName, name.familyName: "
                "name.familyName, emails: emails}\n";
    }
    return text;
}

service_stage::service_stage(instant now, const std::vector<std::pair<std::string, std::string>>& schedules,
                             bool one_target)
    : store(state::make_memory_store()), logged(log, time, *store, "idferry.yaml"), told({&observed, &logged}),
      text(configuration_with(schedules, one_target))
{
    time.set_wall(now);
    const auto load = [this](config::diagnostics& mistakes) { return parsed(text, mistakes); };
    service::service_parts parts{time, runner, *store, load, "idferry.yaml", system, told};
    daemon = service::make_service(io.get_executor(), std::move(parts));
    config::diagnostics mistakes;
    auto settings = parsed(text, mistakes);
    for (const auto& m : mistakes.sorted()) ADD_FAILURE() << m.text();
    boost::asio::co_spawn(io, daemon->run(settings), [this](const std::exception_ptr& e, std::size_t n) {
        EXPECT_FALSE(e);
        left = n;
    });
}

service_stage::~service_stage()
{
    if (left) return;
    runner.ignores_stop = false;
    daemon->stop();
    stopped(std::chrono::hours(24));
}

void service_stage::settle()
{
    io.restart();
    while (io.poll() > 0) {
    }
}

void service_stage::pass(std::chrono::milliseconds duration, std::chrono::milliseconds step)
{
    settle();
    for (auto left_over = duration; left_over.count() > 0; left_over -= step) {
        time.advance(std::min(step, left_over));
        settle();
    }
}

std::size_t service_stage::stopped(std::chrono::milliseconds within)
{
    for (auto t = std::chrono::milliseconds(0); !left && t <= within; t += std::chrono::milliseconds(100)) {
        settle();
        if (!left) time.advance(std::chrono::milliseconds(100));
        settle();
    }
    EXPECT_TRUE(left) << "the service did not end";
    return left.value_or(999);
}

std::vector<std::string> service_stage::begins(const std::string& sync) const
{
    std::vector<std::string> lines;
    for (const auto& b : runner.begun)
        if (b.sync == sync)
            lines.push_back(fmt::format("{:%Y-%m-%d %H:%M:%S}{}", std::chrono::floor<std::chrono::seconds>(b.when),
                                        b.full ? " full" : ""));
    return lines;
}

} // namespace idferry::test
