#include "daemon/cli/command_line.hpp"

#include "config/node.hpp"
#include "daemon/cli/command.hpp"
#include "state/folder.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <deque>
#include <iostream>
#include <map>

namespace idferry::daemon::cli {

namespace {

// What CLI11 fills while it parses one command.
struct bound_value
{
    std::string_view name;
    CLI::Option* option{nullptr};
    std::vector<std::string> texts;
    std::int64_t count{0};
};

struct bound
{
    const command* what{nullptr};
    CLI::App* app{nullptr};
    std::deque<bound_value> values; // CLI11 keeps addresses
};

// "text, json or markdown"
std::string joined(const std::vector<std::string_view>& choices)
{
    std::string all;
    for (std::size_t i = 0; i < choices.size(); ++i)
        all += (i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ") + std::string(choices[i]);
    return all;
}

std::string not_a_number(const std::string& given)
{
    const bool digits = !given.empty() && given.size() <= 15 &&
                        std::all_of(given.begin(), given.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits ? "" : "'" + given + "' is not a number";
}

void add_values(CLI::App& app, bound& b)
{
    const auto text_of = [](const std::vector<std::string_view>& choices, std::string_view doc) {
        return std::string(doc) + (choices.empty() ? "" : ": ") + joined(choices);
    };
    const auto check = [](CLI::Option* o, value_kind kind, const std::vector<std::string_view>& choices) {
        if (kind == value_kind::number) o->check(CLI::Validator(not_a_number, ""));
        if (choices.empty()) return;
        o->check(CLI::Validator(
            [choices](const std::string& given) {
                return std::find(choices.begin(), choices.end(), given) == choices.end()
                           ? "'" + given + "' is none of them: " + joined(choices)
                           : std::string();
            },
            ""));
    };
    for (const auto& o : b.what->options) {
        auto& value = b.values.emplace_back();
        value.name = o.name();
        auto*& added = value.option;
        if (o.kind == value_kind::flag) {
            added = app.add_flag(std::string(o.flags), value.count, std::string(o.doc));
        } else {
            added = app.add_option(std::string(o.flags), value.texts, text_of(o.choices, o.doc));
            added->type_name(std::string(o.value))->allow_extra_args(false);
            if (!o.fallback.empty()) added->default_str(std::string(o.fallback));
            check(added, o.kind, o.choices);
            added->expected(1)->multi_option_policy(o.many ? CLI::MultiOptionPolicy::TakeAll
                                                           : CLI::MultiOptionPolicy::Throw);
        }
    }
    for (const auto& p : b.what->positionals) {
        auto& value = b.values.emplace_back();
        value.name = p.name;
        auto* added = value.option = app.add_option(std::string(p.name), value.texts, text_of(p.choices, p.doc));
        added->type_name("");
        check(added, p.kind, p.choices);
        if (!p.many) added->expected(1)->allow_extra_args(false); // else the first one takes all
        if (p.required) added->required();
    }
    std::string footer;
    if (!b.what->examples.empty()) {
        footer = "Examples:\n";
        for (std::string_view rest = b.what->examples; !rest.empty();) {
            const auto end = rest.find('\n');
            footer += "  " + std::string(rest.substr(0, end)) + "\n";
            rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        }
    }
    app.footer(footer);
}

CLI::App* parent_of(CLI::App& root, std::string_view group, std::map<std::string_view, CLI::App*>& groups)
{
    if (const auto known = groups.find(group); known != groups.end()) return known->second;
    std::string summary;
    for (const auto& g : command_groups())
        if (g.name == group) summary = std::string(g.summary);
    auto* app = root.add_subcommand(std::string(group), summary);
    app->require_subcommand(1);
    groups.emplace(group, app);
    return app;
}

void add_command(CLI::App& root, bound& b, std::map<std::string_view, CLI::App*>& groups)
{
    const auto blank = b.what->name.find(' ');
    auto* parent = blank == std::string_view::npos ? &root : parent_of(root, b.what->name.substr(0, blank), groups);
    const auto last = b.what->name.substr(blank == std::string_view::npos ? 0 : blank + 1);
    auto summary = std::string(b.what->summary);
    if (!b.what->about.empty()) summary += "\n" + std::string(b.what->about);
    b.app = parent->add_subcommand(std::string(last), summary);
    // An empty group hides it from help.
    if (b.what->hidden) b.app->group("");
    add_values(*b.app, b);
}

// "did you mean 'plan'?" for a first word that no command has; "" when there is no telling.
std::string suggestion(int argc, char** argv)
{
    if (argc < 2 || argv[1][0] == '-') return {};
    std::vector<std::string> names;
    for (const auto& c : all_commands())
        if (!c.hidden) names.emplace_back(c.name.substr(0, c.name.find(' ')));
    for (const auto& n : names)
        if (n == argv[1]) return {};
    const auto near = config::nearest(argv[1], names);
    return "idferry: there is no command '" + std::string(argv[1]) + "'" +
           (near ? "; did you mean '" + *near + "'?" : "; see idferry --help") + "\n";
}

bool declares(const command& c, std::string_view name)
{
    for (const auto& o : c.options)
        if (o.name() == name) return true;
    return false;
}

} // namespace

int run_command_line(int argc, char** argv)
{
    CLI::App root{std::string(about_idferry()), "idferry"};
    root.footer(std::string(exit_codes()));
    root.set_version_flag("--version", "idferry " IDFERRY_VERSION);
    root.require_subcommand(1);
    std::map<std::string_view, CLI::App*> groups;
    std::deque<bound> all;
    for (const auto& c : all_commands()) {
        all.push_back({&c, nullptr, {}});
        add_command(root, all.back(), groups);
    }
    try {
        root.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        if (e.get_exit_code() != 0)
            if (const auto better = suggestion(argc, argv); !better.empty()) {
                std::cerr << better;
                return 1;
            }
        return root.exit(e) == 0 ? 0 : 1;
    }
    for (const auto& b : all) {
        if (!b.app->parsed()) continue;
        invocation asked(*b.what);
        for (const auto& v : b.values) {
            if (v.option->count() == 0) continue;
            asked.set(v.name, v.texts.empty() ? std::vector<std::string>(v.option->count()) : v.texts);
        }
        // What root leaves in the state folder must be the daemon's.
        if (declares(*b.what, "state"))
            if (const auto taken = state::become_owner(asked.text("state")); !taken) {
                std::cerr << "idferry: " << taken.error().message << '\n';
                return 1;
            }
        return b.what->run(asked);
    }
    return 1;
}

} // namespace idferry::daemon::cli
