#include "daemon/cli/recorded.hpp"

#include "connectors/clock.hpp"
#include "daemon/report/waiting.hpp"
#include "mapping/json.hpp"
#include "mapping/resource_type.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>

namespace idferry::daemon::cli {

recorded::recorded(const invocation& given)
    : given_(given), command_("idferry " + std::string(given.what().name)), now_(connectors::make_system_clock()->now())
{
    config::diagnostics found;
    settings_ = run::load_settings(given.text("config"), found);
    for (const auto& d : found.sorted()) mistakes_.push_back(d.text());
    auto opened = state::open_store(given.text("state"), state::open_mode::read_only);
    if (opened)
        store_ = std::move(*opened);
    else
        complain(command_ + ": " + opened.error().message);
}

std::optional<mapping::sync_name> recorded::sync(const std::string& name) const
{
    auto known = report::known_syncs(from());
    if (!known) {
        complain(command_ + ": " + known.error().message);
        return std::nullopt;
    }
    std::vector<std::string> names;
    for (const auto& s : *known) {
        if (s.text() == name) return s;
        names.push_back(s.text());
    }
    const auto near = config::nearest(name, names);
    complain(fmt::format("{}: there is no sync '{}'{}", command_, name,
                         near ? fmt::format("; did you mean '{}'?", *near) : ""));
    return std::nullopt;
}

int recorded::print(const report::json_result& made,
                    std::string (*as_text)(const mapping::json&, const report::text_style&)) const
{
    return print_report(given_, now_, made, as_text);
}

int print_report(const invocation& given, state::time_point now, const report::json_result& made,
                 std::string (*as_text)(const mapping::json&, const report::text_style&))
{
    const auto command = "idferry " + std::string(given.what().name);
    if (!made) return complain(command + ": " + made.error().message);
    const report::text_style style{now, !given.flag("no-color") && ::isatty(STDOUT_FILENO) != 0};
    const auto text = given.text("format") == "json" ? mapping::to_text(*made) + "\n" : as_text(*made, style);
    std::fputs(text.c_str(), stdout);
    return std::fflush(stdout) == 0 ? 0 : complain(command + ": cannot write to standard output");
}

int complain(const std::string& text)
{
    std::fputs((text + "\n").c_str(), stderr);
    return 1;
}

std::vector<option> with_report_options(std::vector<option> own)
{
    own.push_back(format_option({"text", "json"}));
    return with_common(std::move(own));
}

option type_option()
{
    option o{"--type", value_kind::text, "TYPE", "only resources of this type"};
    for (const auto* type : mapping::resource_types()) o.choices.push_back(type->name);
    return o;
}

} // namespace idferry::daemon::cli
