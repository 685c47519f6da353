#include "daemon/cli/command.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace idferry::daemon::cli {

std::string_view option::name() const
{
    const auto dashes = flags.find("--");
    auto found = dashes == std::string_view::npos ? flags : flags.substr(dashes);
    found = found.substr(0, found.find(','));
    return found.substr(found.find_first_not_of('-'));
}

void invocation::declared(std::string_view name) const
{
    const auto is_it = [name](const auto& o) {
        if constexpr (requires { o.flags; })
            return o.name() == name;
        else
            return o.name == name;
    };
    if (std::any_of(command_->options.begin(), command_->options.end(), is_it)) return;
    if (std::any_of(command_->positionals.begin(), command_->positionals.end(), is_it)) return;
    throw std::logic_error("command '" + std::string(command_->name) + "' has no '" + std::string(name) + "'");
}

void invocation::set(std::string_view name, std::vector<std::string> values)
{
    declared(name);
    values_.insert_or_assign(std::string(name), std::move(values));
}

bool invocation::given(std::string_view name) const
{
    declared(name);
    return values_.contains(name);
}

std::string invocation::text(std::string_view name) const
{
    declared(name);
    if (const auto v = values_.find(name); v != values_.end() && !v->second.empty()) return v->second.back();
    for (const auto& o : command_->options)
        if (o.name() == name) return std::string(o.fallback);
    return {};
}

int invocation::count(std::string_view name) const
{
    declared(name);
    const auto v = values_.find(name);
    return v == values_.end() ? 0 : static_cast<int>(v->second.size());
}

std::uint64_t invocation::number(std::string_view name) const
{
    const auto t = text(name);
    std::uint64_t n = 0;
    std::from_chars(t.data(), t.data() + t.size(), n); // checked when the line was parsed
    return n;
}

std::vector<std::string> invocation::many(std::string_view name) const
{
    declared(name);
    const auto v = values_.find(name);
    return v == values_.end() ? std::vector<std::string>() : v->second;
}

std::vector<option> with_common(std::vector<option> own)
{
    std::vector<option> all{
        {"-c,--config", value_kind::file, "FILE", "configuration file", "/etc/idferry/idferry.yaml"},
        {"--state", value_kind::folder, "FOLDER", "folder of the state cache", "/var/lib/idferry"},
        {"-v,--verbose", value_kind::flag, "", "say more on stderr; -vv includes requests"},
        {"--no-color", value_kind::flag, "", "no colours, even on a terminal"},
    };
    all.insert(all.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
    return all;
}

option format_option(std::vector<std::string_view> choices)
{
    const auto first = choices.front();
    return {"--format", value_kind::text, "FORMAT", "how the result is printed", first, std::move(choices)};
}

std::string_view about_idferry()
{
    return "idferry keeps the people and groups of every application in step with the identity provider that is right "
           "about them.";
}

std::string_view exit_codes()
{
    return "Exit codes: 0 done / no differences · 1 error · 2 differences (plan) · 3 a guard refused · 4 done, but "
           "some "
           "resources\nwere rejected · 5 another writer holds the lock · 6 done, but a read was not proved complete, "
           "so "
           "removals were withheld.\nThe worst over all syncs is returned, in the order 1, 5, 3, 6, 4, 2, 0.";
}

} // namespace idferry::daemon::cli
