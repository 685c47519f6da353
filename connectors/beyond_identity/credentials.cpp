#include "connectors/beyond_identity/credentials.hpp"

#include "mapping/json.hpp"

#include <array>
#include <charconv>

namespace idferry::connectors::beyond_identity {

namespace {

using mapping::json;

struct state_row
{
    std::string_view word;
    job_state state;
};

constexpr std::array<state_row, 7> states{{{"LINK_SENT", job_state::open},
                                           {"LINK_OPENED", job_state::open},
                                           {"REQUEST_DELIVERED", job_state::open},
                                           {"COMPLETE", job_state::bound},
                                           {"EXPIRED", job_state::expired},
                                           {"FAILED_TO_SEND", job_state::failed},
                                           {"REVOKED", job_state::revoked}}};
constexpr std::size_t longest_word = 64;

std::string text_in(const json& object, const char* name)
{
    const auto at = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

// "0417" → 417; nothing when anything in it is no digit.
std::optional<int> digits(std::string_view text)
{
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || text.empty() || text.front() == '-')
        return std::nullopt;
    return value;
}

} // namespace

std::optional<binding_job::time_point> read_time(std::string_view t)
{
    // 2022-06-16T14:31:03[.770]Z
    constexpr std::size_t whole = 19;
    if (t.size() < whole + 1 || t.size() > whole + 11 || t.back() != 'Z') return std::nullopt;
    if (t[4] != '-' || t[7] != '-' || t[10] != 'T' || t[13] != ':' || t[16] != ':') return std::nullopt;
    const auto year = digits(t.substr(0, 4)), month = digits(t.substr(5, 2)), day = digits(t.substr(8, 2));
    const auto hour = digits(t.substr(11, 2)), minute = digits(t.substr(14, 2)), second = digits(t.substr(17, 2));
    if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    int milliseconds = 0;
    if (const auto fraction = t.substr(whole, t.size() - whole - 1); !fraction.empty()) {
        if (fraction.front() != '.') return std::nullopt;
        auto three = std::string(fraction.substr(1));
        if (!three.empty() && !digits(three)) return std::nullopt;
        three.resize(3, '0');
        milliseconds = digits(three).value_or(0);
    }
    return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
           std::chrono::seconds(*second) + std::chrono::milliseconds(milliseconds);
}

std::optional<binding_job> decode_job(const json& job)
{
    binding_job out;
    out.id = text_in(job, "id");
    if (out.id.empty()) return std::nullopt;
    out.word = text_in(job, "state").substr(0, longest_word);
    for (const auto& row : states)
        if (row.word == out.word) out.state = row.state;
    const auto delivery = text_in(job, "delivery_method");
    if (delivery == "EMAIL") out.delivery = link_delivery::email;
    if (delivery == "RETURN") out.delivery = link_delivery::link;
    // An older service has fewer states; what it bound shows that it is done.
    if (!text_in(job, "credential_id").empty()) out.state = job_state::bound;
    out.created = read_time(text_in(job, "create_time"));
    out.expires = read_time(text_in(job, "expire_time"));
    return out;
}

std::optional<held_credential> decode_credential(const json& credential)
{
    held_credential out;
    out.id = text_in(credential, "id");
    if (out.id.empty()) return std::nullopt;
    out.active = text_in(credential, "state") != "REVOKED";
    return out;
}

json job_creation(const binding_request& r, const std::string& authenticator)
{
    json job{{"delivery_method", r.delivery == link_delivery::email ? "EMAIL" : "RETURN"},
             {"authenticator_config_id", authenticator}};
    if (!r.redirect.empty()) job["post_binding_redirect_uri"] = r.redirect;
    return json{{"job", std::move(job)}};
}

} // namespace idferry::connectors::beyond_identity
