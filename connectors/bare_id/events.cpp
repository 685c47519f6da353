#include "connectors/bare_id/events.hpp"

#include "connectors/http/percent_encoding.hpp"
#include "mapping/digest.hpp"
#include "mapping/json.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace idferry::connectors::bare_id {

namespace {

using mapping::json;
namespace chrono = std::chrono;

const json* first_of(const json& event, const std::vector<json_pointer>& pointers)
{
    for (const auto& p : pointers)
        if (const auto* found = resolve(event, p); found && !found->is_null()) return found;
    return nullptr;
}

std::string text_of(const json& event, const std::vector<json_pointer>& pointers)
{
    const auto* found = first_of(event, pointers);
    return found && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<int> number_at(std::string_view text, std::size_t at, std::size_t digits)
{
    if (at + digits > text.size()) return std::nullopt;
    int n = 0;
    for (const char c : text.substr(at, digits)) {
        if (c < '0' || c > '9') return std::nullopt;
        n = n * 10 + (c - '0');
    }
    return n;
}

// "2026-11-22T20:15:00.123Z", "…+01:00": RFC 3339.
std::optional<std::int64_t> rfc3339_ms(std::string_view text)
{
    if (text.size() < 20 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') ||
        text[13] != ':' || text[16] != ':')
        return std::nullopt;
    const auto year = number_at(text, 0, 4), month = number_at(text, 5, 2), day = number_at(text, 8, 2),
               hour = number_at(text, 11, 2), minute = number_at(text, 14, 2), second = number_at(text, 17, 2);
    if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
    const chrono::year_month_day date{chrono::year{*year}, chrono::month{static_cast<unsigned>(*month)},
                                      chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    std::int64_t ms = 0;
    std::size_t at = 19;
    if (text[at] == '.') {
        std::int64_t scale = 100;
        for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
            ms += (text[at] - '0') * scale;
    }
    std::int64_t offset = 0; // minutes
    if (at + 1 == text.size() && (text[at] == 'Z' || text[at] == 'z')) {
        offset = 0;
    } else if (at + 6 == text.size() && (text[at] == '+' || text[at] == '-') && text[at + 3] == ':') {
        const auto hours = number_at(text, at + 1, 2), minutes = number_at(text, at + 4, 2);
        if (!hours || !minutes) return std::nullopt;
        offset = (*hours * 60 + *minutes) * (text[at] == '-' ? -1 : 1);
    } else {
        return std::nullopt;
    }
    const auto days = chrono::sys_days{date}.time_since_epoch().count();
    return ((days * 24 + *hour) * 60 + *minute - offset) * 60'000 + *second * 1000 + ms;
}

std::string padded(std::int64_t n, std::size_t digits)
{
    auto text = std::to_string(n);
    text.insert(0, digits - std::min(digits, text.size()), '0');
    return text;
}

std::vector<std::string> segments(std::string_view path)
{
    std::vector<std::string> out;
    while (!path.empty()) {
        const auto slash = std::min(path.find('/'), path.size());
        if (slash > 0) out.push_back(http::percent_decode(path.substr(0, slash)));
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return out;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> all)
{
    return std::find(all.begin(), all.end(), word) != all.end();
}

// What an administrator did. Passwords, mails and role mappings are about no attribute that is read.
void take_admin_event(const event_settings& config, const json& event, happening& out)
{
    const auto& f = config.fields;
    const auto operation = text_of(event, f.operation);
    const auto type = text_of(event, f.resource_type);
    const auto path = text_of(event, f.resource_path);
    out.identity = operation + "\n" + type + "\n" + path;
    if (!is_one_of(operation, {"", "CREATE", "UPDATE", "DELETE"})) return;
    if (!is_one_of(type, {"", "USER", "GROUP", "GROUP_MEMBERSHIP"})) return;
    const auto parts = segments(path);
    if (parts.size() < 2) return;
    if (parts[0] == "users" && (parts.size() == 2 || parts[2] == "groups")) out.person = parts[1];
    if (parts[0] == "groups") out.group = parts[1];
}

// What a person did.
void take_user_event(const event_settings& config, const json& event, happening& out)
{
    const auto type = text_of(event, config.fields.type);
    const auto user = text_of(event, config.fields.user);
    out.identity = type + "\n" + user;
    if (std::find(config.types.begin(), config.types.end(), type) != config.types.end() && !type.ends_with("_ERROR"))
        out.person = user;
}

} // namespace

std::optional<std::int64_t> event_time(const json& value)
{
    if (value.is_number_integer()) return value.get<std::int64_t>();
    if (!value.is_string()) return std::nullopt;
    const auto text = value.get<std::string>();
    std::int64_t ms = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
    if (!text.empty() && error == std::errc{} && end == text.data() + text.size()) return ms;
    return rfc3339_ms(text);
}

std::string date_text(std::int64_t ms, date_form form)
{
    const chrono::sys_time<chrono::milliseconds> when{chrono::milliseconds(ms)};
    const auto day = chrono::floor<chrono::days>(when);
    const chrono::year_month_day date{day};
    const auto day_text = padded(static_cast<int>(date.year()), 4) + "-" +
                          padded(static_cast<unsigned>(date.month()), 2) + "-" +
                          padded(static_cast<unsigned>(date.day()), 2);
    switch (form) {
    case date_form::milliseconds: return std::to_string(ms);
    case date_form::day: return day_text;
    case date_form::rfc3339: {
        const chrono::hh_mm_ss time{when - day};
        return day_text + "T" + padded(time.hours().count(), 2) + ":" + padded(time.minutes().count(), 2) + ":" +
               padded(time.seconds().count(), 2) + "." + padded(time.subseconds().count(), 3) + "Z";
    }
    case date_form::none: break;
    }
    return {};
}

event_page read_events(const event_settings& config, bool admin, const json_pointer& list, std::string_view body)
{
    event_page page;
    json document;
    mapping::json_error error;
    if (!mapping::parse_json(body, document, error)) {
        page.wrong = "the answer is no JSON: " + error.message;
        return page;
    }
    const auto* events = resolve(document, list);
    // An empty list may be left out (apis: Bare.ID, section 9.2).
    if ((!events || events->is_null()) && document.is_object() && !list.text.empty()) return page;
    if (!events || !events->is_array()) {
        page.wrong = "the answer has no list at '" + list.text + "'";
        return page;
    }
    for (const auto& event : *events) {
        ++page.items;
        const auto* time = event.is_object() ? first_of(event, config.fields.time) : nullptr;
        const auto ms = time ? event_time(*time) : std::nullopt;
        if (!ms) {
            ++page.unreadable;
            continue;
        }
        happening one;
        one.time = *ms;
        if (admin)
            take_admin_event(config, event, one);
        else
            take_user_event(config, event, one);
        one.identity = mapping::fast_digest(std::to_string(*ms) + "\n" + one.identity).hex();
        // What did not come about changed nobody.
        if (const auto* failed = first_of(event, config.fields.error);
            failed && !(failed->is_string() && failed->get<std::string>().empty()))
            one.person.clear(), one.group.clear();
        page.events.push_back(std::move(one));
    }
    return page;
}

std::string event_mark::text() const
{
    const auto one = [](const list_mark& m) {
        return json{{"time", m.time ? json(*m.time) : json()}, {"seen", m.seen}};
    };
    return mapping::to_text(json{{"form", 1}, {"user", one(user)}, {"admin", one(admin)}});
}

event_mark event_mark::of(std::string_view text)
{
    event_mark out;
    const auto whole = mapping::object_of(text);
    if (whole.value("form", 0) != 1) return out;
    const auto one = [&](const char* name, list_mark& m) {
        const auto found = whole.find(name);
        if (found == whole.end() || !found->is_object()) return;
        if (const auto t = found->find("time"); t != found->end() && t->is_number_integer())
            m.time = t->get<std::int64_t>();
        if (const auto s = found->find("seen"); s != found->end() && s->is_array())
            for (const auto& id : *s)
                if (id.is_string()) m.seen.insert(id.get<std::string>());
    };
    one("user", out.user);
    one("admin", out.admin);
    return out;
}

} // namespace idferry::connectors::bare_id
