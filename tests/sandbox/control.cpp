#include "tests/sandbox/control.hpp"

namespace idferry::sandbox {
namespace {

constexpr std::string_view control_prefix = "/__sandbox";

outgoing control_error(int status, const std::string& text)
{
    return json_answer(status, json{{"error", text}}.dump());
}

outgoing control_done()
{
    return json_answer(200, "{\"ok\":true}");
}

} // namespace

control::control(sandbox_clock& clock, std::vector<server*> servers)
    : clock_(clock), servers_(std::move(servers)), faults_(clock)
{
}

server* control::find(std::string_view name) const
{
    for (auto* one : servers_)
        if (one->name() == name) return one;
    return nullptr;
}

outgoing control::serve(server* to, const incoming& in)
{
    if (in.target.starts_with(control_prefix)) return answer_control(in);
    if (to == nullptr) return control_error(404, "only /__sandbox/ is here");
    auto given = faults_.apply(to->name(), in, [&] { return to->handle(in); });
    given.out.delay += std::chrono::milliseconds(to->latency_ms());
    log_.record(to->name(), in, given);
    return std::move(given.out);
}

outgoing control::answer_control(const incoming& in)
{
    const auto asked = parse_request(in);
    const auto text = [&](std::string_view name) { return std::string(asked.parameter(name).value_or("")); };
    if (asked.path.size() < 2) return json_answer(200, info.dump());
    const auto& what = asked.path[1];
    if (what == "requests") {
        if (in.method == "DELETE") {
            log_.clear();
            return control_done();
        }
        request_log::query wanted{text("server"), text("method"), text("endpoint")};
        wanted.after = static_cast<std::uint64_t>(parse_integer(text("after")).value_or(0));
        wanted.limit = static_cast<std::size_t>(parse_integer(text("limit")).value_or(1000));
        return json_answer(200, log_.list(wanted).dump(-1, ' ', false, json::error_handler_t::replace));
    }
    if (what == "counters") return json_answer(200, log_.counters().dump());
    if (what == "knobs") return knobs(asked);
    if (what == "faults") return fault(asked);
    if (what == "state") return state(asked);
    if (what == "reset") return reset(asked);
    if (what == "clock" && in.method == "POST") {
        const auto body = parse_json(in.body);
        for (const auto& [name, ms] : {std::pair("advance_s", 1000), std::pair("advance_ms", 1)})
            if (body && body->is_object() && body->contains(name) && (*body)[name].is_number_integer()) {
                clock_.skip_ms((*body)[name].get<std::int64_t>() * ms);
                return control_done();
            }
        return control_error(400, "{\"advance_s\": n} or {\"advance_ms\": n} wanted");
    }
    if (what == "listen" && in.method == "POST") {
        const auto body = parse_json(in.body);
        if (!body || !body->is_object() || !listen ||
            !listen(body->value("server", std::string()), body->value("up", true)))
            return control_error(400, "{\"server\": name, \"up\": bool} wanted");
        return control_done();
    }
    if (auto* one = find(what); one != nullptr) return one->edit(asked, {asked.path.begin() + 2, asked.path.end()}).out;
    return control_error(404, "unknown: " + what);
}

// GET: all. POST: {"bareid": {"name": value}}. DELETE: all back to their first values.
outgoing control::knobs(const request& asked)
{
    if (asked.method == "DELETE")
        for (auto* one : servers_) one->reset_knobs();
    if (asked.method == "POST") {
        const auto body = parse_json(asked.raw->body);
        if (!body || !body->is_object()) return control_error(400, "an object of servers wanted");
        for (auto member = body->begin(); member != body->end(); ++member) {
            auto* one = find(member.key());
            const auto error = one == nullptr ? "unknown server: " + member.key() : one->set_knobs(member.value());
            if (!error.empty()) return control_error(400, error);
        }
    }
    auto out = json::object();
    for (auto* one : servers_) out[std::string(one->name())] = one->knob_values();
    return json_answer(200, out.dump());
}

// POST: one fault or a list of them. DELETE: none any more.
outgoing control::fault(const request& asked)
{
    if (asked.method == "DELETE") faults_.clear();
    if (asked.method == "POST") {
        const auto body = parse_json(asked.raw->body);
        if (!body) return control_error(400, "not JSON");
        for (const auto& one : body->is_array() ? *body : json::array({*body}))
            if (const auto error = faults_.add(one); !error.empty()) return control_error(400, error);
    }
    return json_answer(200, faults_.list().dump());
}

// GET state?server=showpad&form=compact, server=beyond&realm=NAME for one part; without a server all of them. PUT: a
// full dump back in.
outgoing control::state(const request& asked)
{
    const auto wanted = asked.parameter("server").value_or("");
    if (asked.method == "PUT") {
        const auto body = parse_json(asked.raw->body);
        if (!body || !body->is_object()) return control_error(400, "an object wanted");
        for (auto member = body->begin(); member != body->end(); ++member) {
            auto* one = find(member.key());
            const auto error = one == nullptr ? "unknown server: " + member.key() : one->load(member.value());
            if (!error.empty()) return control_error(400, error);
        }
        return control_done();
    }
    const bool compact = asked.parameter("form") == "compact";
    if (auto* one = find(wanted); one != nullptr)
        return json_answer(200, one->dump_part(compact, asked.parameter("realm").value_or("")));
    if (!wanted.empty()) return control_error(404, "unknown server");
    std::string out = "{";
    for (auto* one : servers_)
        out += (out.size() > 1 ? ",\n\"" : "\"") + std::string(one->name()) + "\":" + one->dump(compact);
    return json_answer(200, out + "}");
}

// POST reset?what=log,knobs,faults,data; without a name everything.
outgoing control::reset(const request& asked)
{
    if (asked.method != "POST") return control_error(405, "POST wanted");
    const std::string list = "," + std::string(asked.parameter("what").value_or("log,knobs,faults,data")) + ",";
    const auto named = [&](std::string_view what) {
        return list.find("," + std::string(what) + ",") != std::string::npos;
    };
    if (named("faults")) faults_.clear();
    for (auto* one : servers_) {
        if (named("knobs")) one->reset_knobs();
        if (named("data")) one->reset_data();
    }
    if (named("log")) log_.clear();
    return control_done();
}

} // namespace idferry::sandbox
