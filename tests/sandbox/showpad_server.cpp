#include "tests/sandbox/showpad.hpp"

#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/issued.hpp"

#include <algorithm>

namespace idferry::sandbox {
namespace {

constexpr std::string_view scim_media = "application/scim+json";
constexpr std::uint64_t issued_lane = 0x697373756564;

bool json_family(std::string_view type)
{
    const auto media = lower_ascii(type.substr(0, type.find_first_of("; ")));
    return media.empty() || media == "application/json" || media == "text/json" ||
           (media.starts_with("application/") && media.ends_with("+json"));
}

} // namespace

showpad_server::showpad_server(std::uint64_t seed, const sandbox_clock& clock, std::string domain)
    : seed_(seed), clock_(clock), domain_(std::move(domain)), random_(seed, 0x73686F77)
{
    register_knobs();
    token_ = "showpad." + random_stream(seed, 0x746F6B656E).hex(20);
    note_issued("bearer token", token_);
    owner_name_ = "owner@" + domain_;
    fill();
}

void showpad_server::register_knobs()
{
    auto& k = knob_;
    knobs_.add("organisation", k.organisation);
    knobs_.add("timezone", k.timezone);
    knobs_.add("owner_lock", k.owner_lock);
    knobs_.add("bad_entitlement", k.bad_entitlement, {"reject", "ignore"});
    knobs_.add("entitlement_type", k.entitlement_type);
    knobs_.add("role_case", k.role_case, {"lower", "capital"});
    knobs_.add("put_omitted", k.put_omitted, {"reset", "retain"});
    knobs_.add("reserved_status", k.reserved_status);
    knobs_.add("uniqueness_status", k.uniqueness_status);
    knobs_.add("group_name_unique", k.group_name_unique);
    knobs_.add("unknown_member", k.unknown_member, {"reject", "ignore"});
    knobs_.add("tombstone", k.tombstone);
    knobs_.add("patch", k.patch, {"501", "405", "404", "on"});
    knobs_.add("bad_filter", k.bad_filter, {"refused", "ignored"});
    knobs_.add("group_filter", k.group_filter, {"refused", "ignored"});
    knobs_.add("filter_case_exact", k.filter_case_exact);
    knobs_.add("list_inactive", k.list_inactive);
    knobs_.add("members_in_lists", k.members_in_lists);
    knobs_.add("default_page", k.default_page);
    knobs_.add("max_page", k.max_page);
    knobs_.add("media_types", k.media_types, {"json_family", "json_only", "any"});
    knobs_.add("rate_per_second", k.rate_per_second);
    knobs_.add("rate_burst", k.rate_burst);
    knobs_.add("retry_after", k.retry_after, {"seconds", "http_date", "none"});
    knobs_.add("error_format", k.error_format, {"scim", "showpad_v3", "problem_json", "html_502", "empty"});
    knobs_.add("segment_case", k.segment_case, {"exact", "any"});
    knobs_.add("discovery", k.discovery, {"normal", "not_found", "garbage", "patch_supported"});
    knobs_.add("not_kept", k.not_kept);
    knobs_.add("duplicate_pages", k.duplicate_pages);
    knobs_.add("user_added_between_pages", k.user_added_between_pages);
    knobs_.add("page_one_for_ever", k.page_one_for_ever);
    knobs_.add("answer", k.answer, {"normal", "empty_object", "empty_list", "not_found", "html"});
    knobs_.add("answer_for", k.answer_for);
}

// One default group and one owner, the tenant's founder.
void showpad_server::fill()
{
    directory_ = {};
    tombstones_.clear();
    random_ = random_stream(seed_, 0x73686F77);
    all_users_ = directory_.add_group(random_.hex(16), "All Users", true);
    showpad_user owner;
    owner.id = random_.hex(16);
    owner.user_name = owner.email = owner_name_;
    owner.given = "Olivia";
    owner.family = "Founder";
    owner.locale = "en";
    owner.timezone = knob_.timezone;
    owner.organization = knob_.organisation;
    owner.role = "owner";
    const auto id = owner.id;
    directory_.add_user(std::move(owner));
    const std::lock_guard tokens(token_mutex_);
    tokens_[token_] = {id};
}

void showpad_server::reset_data()
{
    const std::unique_lock lock(mutex_);
    fill();
}

std::string showpad_server::issue_token(const std::string& user_id, bool expired)
{
    const std::unique_lock lock(mutex_);
    const std::lock_guard tokens(token_mutex_);
    // Numbers of its own: no id, of this or another run, is like a token.
    auto token = "showpad." + random_stream(seed_, issued_lane + tokens_.size()).hex(20);
    note_issued("bearer token", token);
    tokens_[token] = {user_id, expired};
    return token;
}

outgoing showpad_server::answer_problem(const showpad_problem& problem) const
{
    const auto& format = knob_.error_format;
    if (format == "html_502") return html_answer(502, "502 Bad Gateway");
    if (format == "empty") {
        outgoing out;
        out.status = problem.status;
        return out;
    }
    if (format == "showpad_v3")
        return json_answer(
            problem.status,
            json{{"meta", {{"code", std::to_string(problem.status)}}},
                 {"response", {{"code", problem.code}, {"name", problem.name}, {"message", problem.detail}}}}
                .dump());
    if (format == "problem_json")
        return json_answer(problem.status,
                           json{{"title", problem.name}, {"detail", problem.detail}, {"status", problem.status}}.dump(),
                           "application/problem+json");
    json body{{"schemas", {"urn:ietf:params:scim:api:messages:2.0:Error"}}, {"status", std::to_string(problem.status)}};
    if (!problem.scim_type.empty()) body["scimType"] = problem.scim_type;
    body["detail"] = problem.detail;
    return json_answer(problem.status, body.dump(), scim_media);
}

// E1 and E2.
showpad_problem showpad_server::authorise(const request& asked, std::string& client) const
{
    const auto header = asked.header("Authorization");
    issued found;
    {
        const std::lock_guard tokens(token_mutex_);
        if (header.size() > 7 && same_ignoring_case(header.substr(0, 7), "Bearer "))
            if (const auto token = tokens_.find(std::string(header.substr(7))); token != tokens_.end())
                found = token->second;
    }
    client = header.empty() ? "none" : "unknown";
    if (found.user_id.empty() || found.expired)
        return {401, {}, "the token is missing, unknown or expired", 1001, "AuthenticationError"};
    const auto creator = directory_.find_user(found.user_id);
    if (creator == no_slot) return {401, {}, "the token's user does not exist any more", 1001, "AuthenticationError"};
    const auto& user = directory_.user(creator);
    client = user.user_name;
    if (!user.active || (user.role != "admin" && user.role != "owner"))
        return {403, {}, "the token's user may not manage users", 1002, "PermissionError"};
    return {};
}

// E30: one bucket per token.
outgoing showpad_server::limited(const request& asked)
{
    outgoing out;
    out.status = 0;
    if (knob_.rate_per_second <= 0) return out;
    const auto header = asked.header("Authorization");
    const std::lock_guard tokens(token_mutex_);
    const auto found = tokens_.find(std::string(header.substr(std::min<std::size_t>(7, header.size()))));
    if (found == tokens_.end()) return out;
    auto& bucket = found->second;
    const auto now = clock_.now_ms();
    const auto rate = static_cast<double>(knob_.rate_per_second);
    const auto burst = static_cast<double>(std::max<std::int64_t>(1, knob_.rate_burst));
    bucket.allowance =
        bucket.seen_ms == 0
            ? burst
            : std::min(burst, bucket.allowance + static_cast<double>(now - bucket.seen_ms) * rate / 1000);
    bucket.seen_ms = now;
    if (bucket.allowance >= 1) {
        bucket.allowance -= 1;
        return out;
    }
    out = answer_problem({429, {}, "too many requests", 6001, "TooManyRequestsError"});
    const auto wait = std::max<std::int64_t>(1, static_cast<std::int64_t>((1 - bucket.allowance) / rate + 0.999));
    if (knob_.retry_after == "seconds")
        out.headers.emplace_back("Retry-After", std::to_string(wait));
    else if (knob_.retry_after == "http_date")
        out.headers.emplace_back("Retry-After", http_date(now / 1000 + wait + 1));
    return out;
}

outgoing showpad_server::replaced(std::string_view endpoint) const
{
    outgoing none;
    none.status = 0;
    if (knob_.answer == "normal" ||
        (knob_.answer_for != "all" &&
         ("," + knob_.answer_for + ",").find("," + std::string(endpoint) + ",") == std::string::npos))
        return none;
    if (knob_.answer == "not_found") return answer_problem({404, {}, "not found", 3004, "ResourceNotFoundError"});
    if (knob_.answer == "html") return html_answer(200, "Maintenance");
    if (knob_.answer == "empty_object") return json_answer(200, "{}", scim_media);
    return json_answer(
        200,
        R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0,"startIndex":1,"itemsPerPage":0,"Resources":[]})",
        scim_media);
}

answer showpad_server::handle(const incoming& in)
{
    const auto asked = parse_request(in);
    const auto& path = asked.path;
    std::shared_lock shared(mutex_);
    std::unique_lock<std::shared_mutex> exclusive(mutex_, std::defer_lock);
    if (in.method != "GET" || knob_.user_added_between_pages > 0 || knob_.duplicate_pages > 0) {
        shared.unlock();
        exclusive.lock();
    }
    answer out{{}, "unknown", "none"};
    const bool prefix = path.size() >= 4 && path[0] == "api" && (path[1] == "users" || path[1] == "Users") &&
                        path[2] == "scim" && path[3] == "v2"; // E34
    if (!prefix) {
        out.out = answer_problem({404, {}, "no such path", 3004, "ResourceNotFoundError"});
        return out;
    }
    if (const auto refused = authorise(asked, out.client); refused.status != 0) {
        out.out = answer_problem(refused);
        out.endpoint = "unauthorised";
        return out;
    }
    if (auto refused = limited(asked); refused.status != 0) {
        out.out = std::move(refused);
        out.endpoint = "rate_limited";
        return out;
    }
    out.out = route(asked, {path.begin() + 4, path.end()}, out.endpoint);
    return out;
}

outgoing showpad_server::route(const request& asked, const std::vector<std::string>& rest, std::string& endpoint)
{
    const auto& method = asked.method;
    const auto not_found = [&](std::string text) {
        return answer_problem({404, {}, std::move(text), 3004, "ResourceNotFoundError"});
    };
    const auto wrong_method = [&] {
        return answer_problem({405, {}, "method not allowed", 1003, "MethodNotAllowedError"});
    };
    if (rest.empty()) return not_found("no such path");
    const auto is = [&](std::string_view segment) {
        return knob_.segment_case == "any" ? same_ignoring_case(rest[0], segment) : rest[0] == segment;
    };
    const bool users = is("Users");
    const bool groups = is("Groups");
    if (!users && !groups) {
        endpoint = "discovery";
        if (method != "GET") return wrong_method();
        return discover(asked, rest);
    }
    const std::string type = users ? "user" : "group";
    if (rest.size() > 2) return not_found("no such path");
    if (method == "PATCH") {
        endpoint = type + "_patch";
        if (knob_.patch != "on") // E25
            return answer_problem({static_cast<int>(*parse_integer(knob_.patch)),
                                   {},
                                   "PATCH is not implemented",
                                   1003,
                                   "NotImplementedError"});
    }
    const bool write = method == "POST" || method == "PUT" || method == "PATCH";
    if (write && knob_.media_types != "any") { // E29
        const auto type_header = asked.header("Content-Type");
        const bool fits =
            knob_.media_types == "json_only"
                ? same_ignoring_case(type_header.substr(0, type_header.find_first_of("; ")), "application/json")
                : json_family(type_header);
        if (!fits) {
            endpoint = type + "_media_type";
            return answer_problem({415, {}, "unsupported media type", 5000, "InvalidBodyError"});
        }
    }
    const auto base = "https://" + std::string(asked.header("Host")) + "/api/" + asked.path[1] + "/scim/v2";
    if (rest.size() == 1) {
        endpoint = type + (method == "GET" ? "_list" : "_create");
        if (method != "GET" && method != "POST") return wrong_method();
        if (auto other = replaced(endpoint); other.status != 0) return other;
        if (method == "GET") return users ? list_users(asked, base) : list_groups(asked, base);
        return users ? write_user(asked, no_slot, base) : write_group(asked, no_slot, base);
    }
    endpoint = type + (method == "GET"      ? "_get"
                       : method == "PUT"    ? "_replace"
                       : method == "DELETE" ? "_delete"
                                            : "_patch");
    if (method != "GET" && method != "PUT" && method != "DELETE" && method != "PATCH") return wrong_method();
    if (auto other = replaced(endpoint); other.status != 0) return other;
    const auto at = users ? directory_.find_user(rest[1]) : directory_.find_group(rest[1]);
    if (at == no_slot) // E3
        return not_found("no resource has this id");
    if (method == "GET") return users ? user_answer(200, at, base) : group_answer(200, at, base);
    if (method == "PUT") return users ? write_user(asked, at, base) : write_group(asked, at, base);
    if (method == "PATCH") return patch_resource(asked, users ? at : no_slot, users ? no_slot : at, base);
    return users ? delete_user(at) : delete_group(at);
}

} // namespace idferry::sandbox
