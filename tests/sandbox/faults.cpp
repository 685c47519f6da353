#include "tests/sandbox/faults.hpp"

#include <algorithm>
#include <ctime>
#include <optional>

namespace idferry::sandbox {
namespace {

constexpr std::string_view after_suffix = "_after_commit";

int gateway_code(int status)
{
    switch (status) {
    case 400: return 3;
    case 401: return 16;
    case 403: return 7;
    case 404: return 5;
    case 409: return 10;
    case 429: return 8;
    case 501: return 12;
    case 503: return 14;
    case 504: return 4;
    default: return 2;
    }
}

bool known_kind(std::string_view kind)
{
    static constexpr std::string_view names[] = {
        "html",           "html_503", "reset", "close",      "lost",       "reset_after", "truncated",
        "truncated_json", "garbage",  "deep",  "empty_body", "html_after", "slow"};
    if (kind.ends_with(after_suffix)) kind.remove_suffix(after_suffix.size());
    const auto status = parse_integer(kind);
    return (status && *status >= 200 && *status <= 599) ||
           std::find(std::begin(names), std::end(names), kind) != std::end(names);
}

outgoing dropped(answer_fault how)
{
    outgoing out;
    out.fault = how;
    return out;
}

} // namespace

std::string http_date(std::int64_t seconds)
{
    static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto at = static_cast<std::time_t>(seconds);
    std::tm parts{};
    gmtime_r(&at, &parts);
    char text[40];
    std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[parts.tm_wday % 7], parts.tm_mday,
                  months[parts.tm_mon % 12], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
    return text;
}

std::string fault_list::add(const json& one)
{
    if (!one.is_object()) return "a fault is an object";
    fault made;
    for (auto member = one.begin(); member != one.end(); ++member) {
        const auto& key = member.key();
        std::string* text = key == "server"        ? &made.server
                            : key == "method"      ? &made.method
                            : key == "path"        ? &made.path
                            : key == "kind"        ? &made.kind
                            : key == "retry_after" ? &made.retry_after
                            : key == "body"        ? &made.body
                                                   : nullptr;
        std::int64_t* number = key == "count"      ? &made.count
                               : key == "skip"     ? &made.skip
                               : key == "delay_ms" ? &made.delay_ms
                                                   : nullptr;
        if (text != nullptr)
            *text = member->is_string() ? member->get<std::string>() : member->dump();
        else if (number != nullptr && member->is_number_integer())
            *number = member->get<std::int64_t>();
        else
            return "unknown or wrong member of a fault: " + key;
    }
    if (!known_kind(made.kind)) return "unknown kind of fault: " + made.kind;
    const std::lock_guard lock(mutex_);
    faults_.push_back(std::move(made));
    return {};
}

void fault_list::clear()
{
    const std::lock_guard lock(mutex_);
    faults_.clear();
}

json fault_list::list() const
{
    const std::lock_guard lock(mutex_);
    auto out = json::array();
    for (const auto& one : faults_)
        out.push_back({{"server", one.server},
                       {"method", one.method},
                       {"path", one.path},
                       {"kind", one.kind},
                       {"count", one.count},
                       {"skip", one.skip},
                       {"retry_after", one.retry_after},
                       {"delay_ms", one.delay_ms}});
    return out;
}

outgoing fault_list::status_answer(const fault& one, std::string_view server, int status) const
{
    const auto text = "fault " + one.kind;
    outgoing out;
    if (server == "bareid")
        out = json_answer(status,
                          json{{"code", gateway_code(status)}, {"message", text}, {"details", json::array()}}.dump());
    else
        out = json_answer(status,
                          json{{"schemas", {"urn:ietf:params:scim:api:messages:2.0:Error"}},
                               {"status", std::to_string(status)},
                               {"detail", text}}
                              .dump(),
                          "application/scim+json");
    if (!one.body.empty()) out.body = one.body;
    const auto colon = one.retry_after.find(':');
    const auto seconds =
        parse_integer(std::string_view(one.retry_after).substr(colon == std::string::npos ? 0 : colon + 1));
    if (one.retry_after.starts_with("date:") && seconds)
        out.headers.emplace_back("Retry-After", http_date(clock_.now_ms() / 1000 + *seconds));
    else if (one.retry_after.starts_with("reset:") && seconds)
        out.headers.emplace_back("RateLimit-Reset", std::to_string(*seconds));
    else if (!one.retry_after.empty())
        out.headers.emplace_back("Retry-After", one.retry_after);
    return out;
}

answer fault_list::apply(std::string_view server, const incoming& in, const std::function<answer()>& handle)
{
    std::optional<fault> taken;
    {
        const std::lock_guard lock(mutex_);
        for (auto& one : faults_) {
            if (one.count == 0 || (!one.server.empty() && one.server != server) ||
                (!one.method.empty() && one.method != in.method) ||
                (!one.path.empty() && in.target.find(one.path) == std::string::npos))
                continue;
            if (one.skip > 0) {
                --one.skip;
                continue;
            }
            if (one.count > 0) --one.count;
            taken = one;
            break;
        }
    }
    if (!taken) return handle();
    const auto& kind = taken->kind;
    answer out{{}, "fault", "fault"};
    if (kind.ends_with(after_suffix)) {
        out = handle();
        out.out = status_answer(
            *taken, server,
            static_cast<int>(*parse_integer(std::string_view(kind).substr(0, kind.size() - after_suffix.size()))));
    } else if (const auto status = parse_integer(kind)) {
        out.out = status_answer(*taken, server, static_cast<int>(*status));
    } else if (kind == "html" || kind == "html_503") {
        out.out = html_answer(kind == "html" ? 200 : 503, "Service unavailable");
    } else if (kind == "reset" || kind == "close") {
        out.out = dropped(kind == "reset" ? answer_fault::reset : answer_fault::close_before);
    } else {
        out = handle();
        auto& body = out.out.body;
        if (kind == "lost" || kind == "reset_after")
            out.out = dropped(kind == "lost" ? answer_fault::close_before : answer_fault::reset);
        else if (kind == "truncated")
            out.out.fault = answer_fault::truncate_body;
        else if (kind == "truncated_json")
            body.resize(body.size() / 2);
        else if (kind == "garbage")
            body = "\x01\xff\xfe not json";
        else if (kind == "deep")
            body = std::string(100000, '[') + std::string(100000, ']');
        else if (kind == "empty_body")
            body.clear();
        else if (kind == "html_after")
            out.out = html_answer(200, "Gateway");
    }
    out.out.delay += std::chrono::milliseconds(taken->delay_ms);
    return out;
}

} // namespace idferry::sandbox
