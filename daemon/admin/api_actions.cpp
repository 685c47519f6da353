#include "daemon/admin/api_call.hpp"

#include "daemon/run/time_text.hpp"
#include "mapping/json.hpp"

#include <fmt/format.h>

#include <charconv>

namespace idferry::daemon::admin {

namespace {

using service::job;
using service::job_kind;
using service::job_request;

bool has_sync(service::service_control& control, const std::string& name)
{
    for (const auto& s : control.syncs())
        if (s.name == name) return true;
    return false;
}

// A member of the body that must be of one kind when it is there.
std::optional<refusal> take_flag(const call& c, const char* name, bool& out)
{
    const auto at = c.body->find(name);
    if (at == c.body->end()) return std::nullopt;
    if (!at->is_boolean()) return refusal{400, fmt::format("'{}' must be true or false", name)};
    out = at->get<bool>();
    return std::nullopt;
}

std::optional<refusal> take_allowances(const call& c, std::vector<reconcile::allowance>& out)
{
    const auto at = c.body->find("allow");
    if (at == c.body->end()) return std::nullopt;
    const refusal wrong{400, "'allow' must be a list of GUARD=DIGEST, as the refusal printed them"};
    if (!at->is_array() || at->size() > 20) return wrong;
    for (const auto& one : *at) {
        const auto text = one.is_string() ? one.get<std::string>() : std::string();
        const auto eq = text.find('=');
        if (eq == std::string::npos || eq == 0 || eq + 1 == text.size()) return wrong;
        out.push_back({text.substr(0, eq), text.substr(eq + 1)});
    }
    return std::nullopt;
}

bool hexadecimal(const std::string& s)
{
    return s.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// The digest of a plan, or the key behind it: hexadecimal.
std::optional<refusal> take_digest(const call& c, const char* name, std::string& out)
{
    const auto at = c.body->find(name);
    if (at == c.body->end()) return std::nullopt;
    if (at->is_string()) out = at->get<std::string>();
    if (out.empty() || out.size() > 64 || !hexadecimal(out))
        return refusal{400, fmt::format("'{}' must be hexadecimal, as the saved plan has it", name)};
    return std::nullopt;
}

// What a command wants to print: {"format","colour","most_changes"}.
std::optional<refusal> take_print(const call& c, std::optional<run::print_options>& out)
{
    const auto at = c.body->find("print");
    if (at == c.body->end()) return std::nullopt;
    const refusal wrong{400,
                        "'print' must be {\"format\": \"text\", \"json\" or \"markdown\", \"colour\": true or false, "
                        "\"most_changes\": a number}"};
    if (!at->is_object()) return wrong;
    run::print_options how;
    for (const auto& [name, value] : at->items()) {
        if (name == "format" && value.is_string()) {
            const auto format = run::print_format_of(value.get<std::string>());
            if (!format) return wrong;
            how.format = *format;
        } else if (name == "colour" && value.is_boolean()) {
            how.text.colour = value.get<bool>();
        } else if (name == "most_changes" && value.is_number_unsigned()) {
            how.text.most_changes = value.get<std::size_t>();
        } else {
            return wrong;
        }
    }
    out = how;
    return std::nullopt;
}

// Who planned with one configuration must not have another carried out.
std::optional<refusal> check_config(service::service_control& control, const call& c)
{
    const auto at = c.body->find("config");
    if (at == c.body->end()) return std::nullopt;
    if (!at->is_string()) return refusal{400, "'config' must be the digest of a configuration"};
    const auto view = control.config();
    if (at->get<std::string>() == view.digest) return std::nullopt;
    return refusal{409,
                   fmt::format("the running daemon works with another configuration than this file: it has what {} "
                               "held at {}. `idferry reload` makes it read the file again",
                               view.file, run::time_text(view.loaded))};
}

outgoing submit(service::service_control& control, job_request what)
{
    if (!has_sync(control, what.sync)) return no_such_sync(what.sync);
    const auto taken = control.submit(std::move(what));
    if (const auto* why = std::get_if<std::string>(&taken)) return error_answer(503, *why);
    const auto id = std::get<std::uint64_t>(taken);
    auto o = json_answer(202, {{"job", id}});
    o.headers.emplace_back("Location", fmt::format("/api/v1/jobs/{}", id));
    return o;
}

job_request request_of(const call& c, job_kind kind)
{
    job_request what;
    what.sync = c.names.at("sync");
    what.kind = kind;
    what.by = c.by;
    return what;
}

outgoing ask_for_run(service::service_control& control, const call& c)
{
    auto what = request_of(c, job_kind::run);
    if (auto wrong = check_body(c, {"refresh", "hinted", "allow", "config", "only_plan", "digest_key", "print"}))
        return refused(*wrong);
    if (auto wrong = take_flag(c, "refresh", what.refresh)) return refused(*wrong);
    if (auto wrong = take_flag(c, "hinted", what.hinted)) return refused(*wrong);
    if (what.hinted && what.refresh) return error_answer(400, "'hinted' and 'refresh' do not go together");
    if (auto wrong = take_allowances(c, what.allowed)) return refused(*wrong);
    if (auto wrong = take_digest(c, "only_plan", what.only_plan)) return refused(*wrong);
    if (auto wrong = take_digest(c, "digest_key", what.digest_key)) return refused(*wrong);
    if (auto wrong = take_print(c, what.print)) return refused(*wrong);
    if (auto wrong = check_config(control, c)) return refused(*wrong);
    return submit(control, std::move(what));
}

outgoing ask_for_plan(service::service_control& control, const call& c)
{
    auto what = request_of(c, job_kind::plan);
    if (auto wrong = check_body(c, {"refresh"})) return refused(*wrong);
    if (auto wrong = take_flag(c, "refresh", what.refresh)) return refused(*wrong);
    return submit(control, std::move(what));
}

outgoing ask_for_explanation(service::service_control& control, const call& c)
{
    auto what = request_of(c, job_kind::explain);
    if (auto wrong = check_body(c, {"key"})) return refused(*wrong);
    const auto key = c.body->find("key");
    if (key == c.body->end() || !key->is_string() || key->get<std::string>().empty())
        return error_answer(400, "'key' must be an id, a userName or an e-mail address");
    what.key = key->get<std::string>();
    return submit(control, std::move(what));
}

outgoing show_job(service::service_control& control, const call& c)
{
    const auto& text = c.names.at("id");
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    const bool number = error == std::errc() && end == text.data() + text.size();
    const auto found = number ? control.find_job(id) : std::nullopt;
    if (!found) return error_answer(404, fmt::format("there is no job '{}', or no longer", text));
    mapping::json j{{"job", found->id},
                    {"sync", found->what.sync},
                    {"kind", service::to_string(found->what.kind)},
                    {"state", service::to_string(found->state)},
                    {"asked", run::time_text(found->asked)},
                    {"by", found->what.by},
                    {"exit_code", nullptr},
                    {"result", nullptr},
                    {"error", nullptr}};
    if (found->state == service::job_state::done) {
        j["exit_code"] = found->exit_code;
        if (found->result) j["result"] = *found->result;
        if (!found->error.empty()) j["error"] = found->error;
        if (found->printed) j["printed"] = {{"out", found->printed->out}, {"complaints", found->printed->complaints}};
    }
    return json_answer(200, j);
}

outgoing show_plan(service::service_control& control, const call& c)
{
    const auto& sync = c.names.at("sync");
    if (!has_sync(control, sync)) return no_such_sync(sync);
    const auto kept = control.last_plan(sync);
    if (!kept) return error_answer(404, "no plan of this sync waits: none was made, or what it planned is done");
    return json_answer(200, {{"made", run::time_text(kept->made)}, {"plan", *kept->plan}});
}

outgoing release(service::service_control& control, const call& c)
{
    if (auto wrong = check_body(c, {})) return refused(*wrong);
    const auto& sync = c.names.at("sync");
    if (!has_sync(control, sync)) return no_such_sync(sync);
    if (!control.release(sync, c.by)) return error_answer(409, fmt::format("sync '{}' is not in quarantine", sync));
    return json_answer(200, {{"released", sync}});
}

outgoing reload(service::service_control& control, const call& c)
{
    if (auto wrong = check_body(c, {})) return refused(*wrong);
    const auto mistakes = control.reload(c.by);
    if (mistakes.empty()) return json_answer(200, {{"reloaded", true}, {"mistakes", mapping::json::array()}});
    return json_answer(
        422,
        {{"error", "the configuration has mistakes; the old one stays in force"}, {"id", ""}, {"mistakes", mistakes}});
}

} // namespace

void add_action_routes(router& all, api_parts parts)
{
    add_route(all, parts, "GET", "/api/v1/syncs/{sync}/plan", show_plan);
    add_route(all, parts, "POST", "/api/v1/syncs/{sync}/plan", ask_for_plan);
    add_route(all, parts, "POST", "/api/v1/syncs/{sync}/run", ask_for_run);
    add_route(all, parts, "POST", "/api/v1/syncs/{sync}/explain", ask_for_explanation);
    add_route(all, parts, "GET", "/api/v1/jobs/{id}", show_job);
    add_route(all, parts, "POST", "/api/v1/syncs/{sync}/quarantine/release", release);
    add_route(all, parts, "POST", "/api/v1/reload", reload);
}

} // namespace idferry::daemon::admin
