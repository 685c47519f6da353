#include "tests/sandbox/beyond_identity.hpp"

#include "tests/sandbox/beyond_identity_text.hpp"

#include <algorithm>

namespace idferry::sandbox {
namespace {

constexpr std::int64_t minute_ms = 60000;

// The path segments of a pattern. "~" stands for a realm.
std::vector<std::string> segments_of(std::string_view pattern)
{
    std::vector<std::string> out;
    if (pattern.starts_with('~')) {
        out = {"realms", "{realm}"};
        pattern.remove_prefix(1);
    }
    while (!pattern.empty()) {
        const auto end = std::min(pattern.find('/'), pattern.size());
        if (end > 0) out.emplace_back(pattern.substr(0, end));
        pattern.remove_prefix(std::min(end + 1, pattern.size()));
    }
    return out;
}

// Does the segment fit "{name}", "{name}:verb" or a literal? Ids have no colon, so a verb is never taken for one.
bool fits_segment(const std::string& pattern, const std::string& segment, std::map<std::string, std::string>& ids)
{
    if (!pattern.starts_with('{')) return pattern == segment;
    const auto brace = pattern.find('}');
    const auto verb = std::string_view(pattern).substr(brace + 1);
    if (segment.size() <= verb.size() || !std::string_view(segment).ends_with(verb)) return false;
    auto id = segment.substr(0, segment.size() - verb.size());
    if (id.find(':') != std::string::npos) return false;
    ids[pattern.substr(1, brace - 1)] = std::move(id);
    return true;
}

std::string correlation_of(const request& asked)
{
    for (const char* name : {"x-correlation-id", "x-correlation_id"})
        if (const auto value = asked.header(name); !value.empty()) return std::string(value);
    return {};
}

bool holds_scope(const std::string& granted, std::string_view scope)
{
    const auto list = " " + granted + " ";
    return list.find(" " + std::string(scope) + " ") != std::string::npos ||
           (scope.starts_with("scim:") && list.find(" scim:all ") != std::string::npos);
}

} // namespace

beyond_server::beyond_server(organisation_settings settings, const sandbox_clock& clock)
    : settings_(std::move(settings)), clock_(clock), random_(settings_.seed, 0x6265796F6E64),
      secrets_(settings_.seed, 0x6265736563),
      token_random_(static_cast<std::uint64_t>(clock.now_ms()), settings_.seed + 0x6269)
{
    register_knobs();
    choose_identifiers();
}

outgoing beyond_server::failure(int status, std::string_view code, std::string_view message, json details)
{
    json body{{"code", code}, {"message", message}};
    if (!details.is_null()) body["details"] = std::move(details);
    auto out = json_answer(status, body.dump());
    if (status == 401) out.headers.emplace_back("WWW-Authenticate", "Bearer");
    return out;
}

outgoing beyond_server::bad(const violations& found, std::string_view message)
{
    auto list = json::array();
    for (const auto& [field, description] : found) list.push_back({{"field", field}, {"description", description}});
    return failure(400, "bad_request", message,
                   json::array({{{"type", "FieldViolations"}, {"field_violations", std::move(list)}}}));
}

outgoing beyond_server::missing(std::string_view type, const std::string& id)
{
    const auto message = beyond_noun(type) + " not found";
    return failure(
        404, "not_found", message,
        json::array({{{"type", "ResourceInfo"}, {"resource_type", type}, {"id", id}, {"description", message}}}));
}

outgoing beyond_server::conflict(std::string_view message, json details)
{
    return failure(409, "conflict", message, std::move(details));
}

outgoing beyond_server::taken(std::string_view message, std::string_view type, const std::string& id) const
{
    if (!knob_.conflict_details) return conflict(message);
    return conflict(
        message,
        json::array({{{"type", "ResourceInfo"}, {"resource_type", type}, {"id", id}, {"description", message}}}));
}

outgoing beyond_server::done()
{
    outgoing out;
    out.status = 200;
    return out;
}

std::string beyond_server::now(int digits) const
{
    return beyond_time(clock_.now_ms(), digits);
}

beyond_realm* beyond_server::find_realm(std::string_view id)
{
    for (const auto& one : realms_)
        if (one->id == id) return one.get();
    return nullptr;
}

beyond_realm& beyond_server::add_realm(std::string id, std::string name, std::string classification)
{
    auto made = std::make_unique<beyond_realm>();
    made->id = std::move(id);
    made->display_name = std::move(name);
    made->classification = std::move(classification);
    made->created = made->updated = now(6);
    realms_.push_back(std::move(made));
    return *realms_.back();
}

answer beyond_server::handle(const incoming& in)
{
    fill_if_wanted();
    const auto asked = parse_request(in);
    auto out = auth_host(asked);
    if (out.endpoint.empty()) {
        std::shared_lock shared(mutex_);
        std::unique_lock<std::shared_mutex> exclusive(mutex_, std::defer_lock);
        const bool reads = in.method == "GET" && knob_.empty_pages == 0 && knob_.identity_added_between_pages == 0 &&
                           knob_.identity_removed_between_pages == 0 &&
                           in.target.find("flow-type") == std::string::npos;
        if (!reads) {
            shared.unlock();
            exclusive.lock();
        }
        out.endpoint = "unknown";
        out.client = "none";
        try {
            out.out = api(asked, out);
        } catch (const json::exception&) { // a member of another type than anybody expects
            out.out = failure(400, "bad_request", "invalid request");
        }
    }
    auto correlation = correlation_of(asked);
    if (correlation.empty()) {
        const std::lock_guard lock(token_mutex_);
        correlation = token_random_.uuid();
    }
    out.out.headers.emplace_back("x-correlation-id", std::move(correlation));
    return out;
}

outgoing beyond_server::api(const request& asked, answer& out)
{
    const auto& path = asked.path;
    const auto unknown = [] { return failure(404, "not_found", "The requested resource was not found."); };
    if (path.size() < 3 || path[0] != "v1" || path[1] != "tenants") return unknown();
    if (path.size() >= 7 && path[3] == "realms" && path[5] == "scim" && path[6] == "v2") return scim(asked, out);
    if (knob_.encoded_verb == "not_found" && lower_ascii(asked.raw_path).find("%3a") != std::string::npos)
        return unknown();
    static const auto patterns = [] {
        std::vector<std::vector<std::string>> made;
        for (const auto& one : operations()) made.push_back(segments_of(one.path));
        return made;
    }();
    beyond_call call{asked, path[2], nullptr, {}, json::object(), "none"};
    const operation* found = nullptr;
    bool other_method = false;
    for (std::size_t row = 0; row < patterns.size() && found == nullptr; ++row) {
        const auto& pattern = patterns[row];
        const auto& one = operations()[row];
        if (pattern.size() + 3 != path.size()) continue;
        if (one.era == "current" && older()) continue;
        call.id.clear();
        bool fits = true;
        for (std::size_t at = 0; fits && at < pattern.size(); ++at)
            fits = fits_segment(pattern[at], path[at + 3], call.id);
        if (!fits) continue;
        if (one.method == asked.method)
            found = &one;
        else
            other_method = true;
    }
    if (found == nullptr) {
        out.endpoint = other_method ? "wrong_method" : "unknown";
        return other_method ? failure(405, "method_not_allowed", "method not allowed") : unknown();
    }
    out.endpoint = found->endpoint;
    auto refused = authorise(call, *found);
    out.client = call.client;
    if (refused.status != 0) return refused;
    if (auto slow = limited(knob_.rate_per_minute, native_window_); slow.status != 0) return slow;
    if (found->era == "live_404" && !knob_.is_assigned) return unknown();
    if (call.id.contains("realm")) {
        call.realm = find_realm(call.id["realm"]);
        if (call.realm == nullptr) return missing("Realm", call.id["realm"]);
    }
    if (asked.method != "GET" && asked.method != "DELETE" && !asked.raw->body.empty()) {
        auto body = parse_json(asked.raw->body);
        if (!body || !body->is_object()) return failure(400, "bad_request", "invalid request");
        call.body = std::move(*body);
    }
    return (this->*found->run)(call);
}

// Status 0: it may go on.
outgoing beyond_server::authorise(beyond_call& call, const operation& wanted)
{
    const auto refuse = [](int status) {
        return status == 401 ? failure(401, "unauthorized", "unauthorized") : failure(403, "forbidden", "forbidden");
    };
    const auto header = call.asked.header("Authorization");
    issued token;
    {
        const std::lock_guard lock(token_mutex_);
        if (header.size() > 7 && same_ignoring_case(header.substr(0, 7), "Bearer "))
            if (const auto known = tokens_.find(std::string(header.substr(7))); known != tokens_.end())
                token = known->second;
    }
    call.client = !token.application.empty() ? token.application : header.empty() ? "none" : "unknown";
    if (token.application.empty()) return refuse(401);
    if (token.revoked || token.expires_ms <= clock_.now_ms() || knob_.client_revoked)
        return refuse(knob_.stale_token_status == "403" ? 403 : 401);
    if (call.tenant != tenant_) return refuse(403);
    const auto realm = call.id.find("realm");
    if (token.bound_to != "*" && knob_.realm_bound && (realm == call.id.end() || realm->second != token.bound_to))
        return refuse(403);
    const auto hidden = "," + knob_.missing_scopes + ",";
    for (auto left = wanted.scopes; !left.empty();) {
        const auto end = std::min(left.find(' '), left.size());
        const auto scope = left.substr(0, end);
        if (!holds_scope(token.scopes, scope) || hidden.find("," + std::string(scope) + ",") != std::string::npos)
            return refuse(403);
        left.remove_prefix(std::min(end + 1, left.size()));
    }
    outgoing fine;
    fine.status = 0;
    return fine;
}

// A window of one minute. Status 0: there is room.
outgoing beyond_server::limited(std::int64_t per_minute, std::pair<std::int64_t, std::int64_t>& window) const
{
    outgoing out;
    out.status = 0;
    if (per_minute <= 0) return out;
    const std::lock_guard lock(token_mutex_);
    const auto time = clock_.now_ms();
    if (time - window.first >= minute_ms) window = {time, 0};
    if (window.second < per_minute) {
        ++window.second;
        return out;
    }
    const auto seconds = std::to_string((window.first + minute_ms - time + 999) / 1000);
    out.status = 429;
    out.headers.emplace_back("RateLimit-Limit", std::to_string(per_minute));
    out.headers.emplace_back("RateLimit-Remaining", "0");
    out.headers.emplace_back("RateLimit-Reset", seconds);
    if (&window == &native_window_ && knob_.retry_after == "seconds") out.headers.emplace_back("Retry-After", seconds);
    return out;
}

// A text of that name: its kind, its length, its characters.
void beyond_server::check_text(violations& found, const json& object, const std::string& prefix,
                               const std::string& name, std::size_t least, std::size_t most, bool needed) const
{
    const auto field = prefix + "." + name;
    const auto at = object.find(name);
    if (at == object.end() || at->is_null()) {
        if (needed) found.emplace_back(field, "missing");
        return;
    }
    if (!at->is_string()) {
        found.emplace_back(field, "must be a string");
        return;
    }
    const auto& text = at->get_ref<const std::string&>();
    const auto length = knob_.length_unit == "bytes" ? text.size() : code_points(text);
    if (length < least)
        found.emplace_back(field, "empty string");
    else if (length > most)
        found.emplace_back(field, "exceeds " + std::to_string(most) + " characters");
    else if (text.find_first_of(beyond_forbidden) != std::string::npos)
        found.emplace_back(field, "contains invalid characters");
}

void beyond_server::check_known(violations& found, const json& object, const std::string& prefix,
                                std::initializer_list<std::string_view> known) const
{
    if (!knob_.reject_unknown_fields) return;
    for (auto member = object.begin(); member != object.end(); ++member)
        if (std::find(known.begin(), known.end(), member.key()) == known.end())
            found.emplace_back(prefix + "." + member.key(), "unknown field");
}

// 1 to 1000 ids.
std::vector<std::string> beyond_server::take_ids(violations& found, const json& body, const std::string& field,
                                                 bool needed) const
{
    std::vector<std::string> out;
    const auto at = body.find(field);
    if (at == body.end() || at->is_null()) {
        if (needed) found.emplace_back(field, "missing");
        return out;
    }
    if (!at->is_array()) {
        found.emplace_back(field, "must be an array of strings");
        return out;
    }
    if (at->size() > 1000) found.emplace_back(field, "array exceeds 1000 elements");
    if (needed && at->empty()) found.emplace_back(field, "missing");
    for (const auto& one : *at) {
        if (one.is_string()) {
            out.push_back(one.get<std::string>());
            continue;
        }
        found.emplace_back(field, "must be an array of strings");
        break;
    }
    return out;
}

} // namespace idferry::sandbox
