#include "daemon/cli/commands.hpp"
#include "daemon/reconcile/plan_text.hpp"
#include "daemon/run/checking.hpp"
#include "mapping/json.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdio>

namespace idferry::daemon::cli {

namespace {

using mapping::json;

std::vector<run::connection_check> look_live(const run::settings& all, connectors::clock& time)
{
    boost::asio::io_context io(1);
    const connectors::environment env{time, config::resolve, [](connectors::http::transport_settings s) {
                                          return connectors::http::make_beast_transport(std::move(s));
                                      }};
    std::vector<run::connection_check> out;
    std::exception_ptr failed;
    boost::asio::co_spawn(io, run::check_live(all, env),
                          [&](std::exception_ptr e, std::vector<run::connection_check> done) {
                              failed = e;
                              out = std::move(done);
                              io.stop(); // idle connections need not be waited for
                          });
    io.run();
    if (failed) std::rethrow_exception(failed);
    return out;
}

json finding_json(const run::finding& f)
{
    json j{{"severity", to_string(f.how)}, {"about", f.about}, {"text", f.text}};
    if (!f.todo.empty()) j["do"] = f.todo;
    return j;
}

json mistakes_json(const config::diagnostics& mistakes)
{
    auto all = json::array();
    for (const auto& d : mistakes.sorted())
        all.push_back({{"file", d.where.file},
                       {"line", d.where.line},
                       {"column", d.where.column},
                       {"path", d.path},
                       {"message", d.message}});
    return all;
}

json outlook_json(const run::outlook& o)
{
    json j{{"sync", o.sync}, {"jitter_ms", o.jitter.count()}, {"next", json::array()}};
    if (!o.zone.empty()) j["time_zone"] = o.zone;
    for (const auto& r : o.next)
        j["next"].push_back({{"at", fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", r.when)},
                             {"local", r.local},
                             {"full", r.full},
                             {"moved_by_blackout", r.moved}});
    return j;
}

json connection_json(const run::connection_check& c)
{
    json j{{"name", c.name},
           {"address", c.address},
           {"severity", to_string(c.worst)},
           {"requests", c.requests},
           {"latency_ms", c.latency.count()},
           {"findings", json::array()}};
    for (const auto& f : c.findings) j["findings"].push_back(finding_json(f));
    return j;
}

std::string finding_text(const run::finding& f)
{
    return fmt::format("{}: {}{}", f.about, f.text, f.todo.empty() ? "" : "; " + f.todo);
}

std::string outlook_text(const run::outlook& o)
{
    if (o.next.empty()) return fmt::format("{}: runs only when it is asked to\n", o.sync);
    std::string out = o.sync + ": next";
    for (const auto& r : o.next)
        out += fmt::format("{} {}{}{}", out.ends_with("next") ? "" : ",", r.local, r.full ? " full" : "",
                           r.moved ? " (moved by a blackout)" : "");
    if (o.jitter.count() > 0) out += fmt::format("; up to {} later", reconcile::shown_duration(o.jitter));
    return out + "\n";
}

std::string connection_text(const run::connection_check& c)
{
    auto out = fmt::format("{:<7} {} ({})", to_string(c.worst), c.name, c.address);
    if (c.requests > 0) out += fmt::format(": {} a request", c.latency);
    out += "\n";
    const auto own = "connection " + c.name;
    for (const auto& f : c.findings) {
        out += fmt::format("        {}{}{}\n", f.how == run::severity::ok ? "" : to_string(f.how) + std::string(": "),
                           f.about == own ? "" : f.about + ": ", f.text);
        if (!f.todo.empty()) out += fmt::format("          → {}\n", f.todo);
    }
    return out;
}

void print(const std::string& text)
{
    std::fputs(text.c_str(), stdout);
}

int finish(bool bad)
{
    return std::fflush(stdout) == 0 && !bad ? 0 : 1;
}

int show_mistakes(const std::string& file, const config::diagnostics& mistakes, bool as_json)
{
    if (as_json) {
        print(json{{"valid", false}, {"mistakes", mistakes_json(mistakes)}}.dump(2) + "\n");
        return finish(true);
    }
    for (const auto& d : mistakes.sorted()) print(d.text() + "\n");
    print(fmt::format("{} {} in {}\n", mistakes.size(), mistakes.size() == 1 ? "mistake" : "mistakes", file));
    return finish(true);
}

int run_check(const invocation& given)
{
    const auto file = given.text("config");
    const bool as_json = given.text("format") == "json";
    config::diagnostics mistakes;
    const auto all = run::load_settings(file, mistakes);
    if (!all) return show_mistakes(file, mistakes, as_json);

    const auto time = connectors::make_system_clock();
    const auto admin = run::load_admin_settings(file, mistakes).value_or(run::admin_settings());
    const auto offline = run::check_offline(*all, config::resolve, time->now(), admin);
    std::vector<run::connection_check> live;
    if (given.flag("live")) live = look_live(*all, *time);
    bool bad = false;
    for (const auto& c : live) bad = bad || c.worst == run::severity::error;

    if (as_json) {
        json j{{"valid", true}, {"warnings", json::array()}, {"syncs", json::array()}};
        for (const auto& f : offline.findings) j["warnings"].push_back(finding_json(f));
        for (const auto& o : offline.outlooks) j["syncs"].push_back(outlook_json(o));
        if (given.flag("live")) {
            j["connections"] = json::array();
            for (const auto& c : live) j["connections"].push_back(connection_json(c));
        }
        print(j.dump(2) + "\n");
        return finish(bad);
    }
    print(fmt::format("{}: no mistakes; {} {}, {} {}\n", file, all->connections.size(),
                      all->connections.size() == 1 ? "connection" : "connections", all->syncs.size(),
                      all->syncs.size() == 1 ? "sync" : "syncs"));
    for (const auto& f : offline.findings) print("warning: " + finding_text(f) + "\n");
    for (const auto& o : offline.outlooks) print(outlook_text(o));
    for (const auto& c : live) print(connection_text(c));
    return finish(bad);
}

} // namespace

const command& check_command()
{
    static const command c{
        .name = "check",
        .summary = "say what is wrong with the configuration, and what to look at",
        .about =
            "Without --live nothing is contacted: every mistake is told with its place, and so are secrets that "
            "cannot be read, what is left unprotected, and when each sync runs next (if its last cycle began now). "
            "With --live it also logs in everywhere, reads a sample of each source and the capabilities of each "
            "target, and compares them with what the syncs want. It never writes anything. Exit code 1 means that "
            "something does not work; warnings alone give 0.",
        .options = with_common({{"--live", value_kind::flag, "", "log in everywhere and look; reads only"},
                                format_option({"text", "json"})}),
        .examples = "idferry check\nidferry check -c new.yaml --live",
        .run = run_check};
    return c;
}

} // namespace idferry::daemon::cli
