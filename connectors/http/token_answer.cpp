#include "connectors/http/token_answer.hpp"

#include "connectors/http/retry_policy.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace idferry::connectors::http {

namespace dom = simdjson::dom;

namespace {

constexpr std::size_t longest_quote = 200;

// Text of the server in one of our messages: short, one line, printable, and without what must stay hidden.
std::string quotable(std::string_view text, std::string_view hidden)
{
    if (!hidden.empty() && text.find(hidden) != std::string_view::npos) return "(not shown)";
    std::string out(text.substr(0, longest_quote));
    for (auto& c : out)
        if (c < ' ' || c > '~') c = ' ';
    return out;
}

std::string text_at(const dom::element& object, const char* key)
{
    std::string_view value;
    if (object[key].get(value) != simdjson::SUCCESS) return {};
    return std::string(value);
}

bool same_word(std::string_view a, std::string_view b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
        return lower(x) == lower(y);
    });
}

std::chrono::milliseconds lifetime_of(const dom::element& object)
{
    constexpr double longest = 366.0 * 24 * 3600;
    double seconds = 0;
    std::string_view text;
    if (object["expires_in"].get(seconds) != simdjson::SUCCESS && object["expires_in"].get(text) == simdjson::SUCCESS) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
        if (error != std::errc() || end != text.data() + text.size()) seconds = 0;
    }
    if (!std::isfinite(seconds) || seconds <= 0) seconds = 60;
    return std::chrono::milliseconds(static_cast<std::int64_t>(std::min(seconds, longest) * 1000));
}

bool passes_by_itself(int status)
{
    return status == 408 || status == 425 || status == 429 || status >= 500;
}

disposition next_of_error(const std::string& error, int status)
{
    static constexpr std::string_view lasting[] = {"invalid_client",         "unauthorized_client", "invalid_grant",
                                                   "unsupported_grant_type", "invalid_scope",       "invalid_request",
                                                   "access_denied"};
    static constexpr std::string_view passing[] = {"temporarily_unavailable", "server_error", "slow_down"};
    if (std::find(std::begin(lasting), std::end(lasting), error) != std::end(lasting)) return disposition::stop;
    if (std::find(std::begin(passing), std::end(passing), error) != std::end(passing)) return disposition::retry;
    return passes_by_itself(status) ? disposition::retry : disposition::stop;
}

failure refused_answer(const response& answer, const std::string& where, const dom::element* object,
                       std::string_view hidden)
{
    failure f;
    f.status = answer.status;
    const std::string error = object ? text_at(*object, "error") : std::string();
    const std::string description = object ? text_at(*object, "error_description") : std::string();
    f.next = next_of_error(error, answer.status);
    f.code = quotable(error, hidden);
    std::transform(f.code.begin(), f.code.end(), f.code.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    f.detail = fmt::format("{} answered {}", where, answer.status);
    if (!error.empty()) f.detail += ", " + quotable(error, hidden);
    if (!description.empty()) f.detail += " (" + quotable(description, hidden) + ")";
    if (answer.status >= 300 && answer.status < 400) f.detail += ": a redirect, which is not followed with credentials";
    if (const auto after = answer.header("Retry-After"); after && !after->empty() && after->front() <= '9')
        f.retry_after = wait_asked_for(answer, clock::wall_time()); // a date would need a clock
    return f;
}

failure useless_answer(const response& answer, const std::string& where, const std::string& why)
{
    failure f;
    f.next = disposition::stop;
    f.status = answer.status;
    f.detail = fmt::format("{} answered {}, {}", where, answer.status, why);
    return f;
}

} // namespace

bool is_header_safe_token(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

std::string form_encode(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '.' || c == '_' || c == '*';
        if (plain)
            out += c;
        else if (c == ' ')
            out += '+';
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

result<token> read_token_answer(const response& answer, std::string_view endpoint, std::string_view hidden)
{
    const std::string where = fmt::format("the token endpoint {}", endpoint);
    dom::parser parser(1024 * 1024);
    dom::element root;
    const bool is_object = parser.parse(answer.body.data(), answer.body.size()).get(root) == simdjson::SUCCESS &&
                           root.type() == dom::element_type::OBJECT;
    if (answer.status < 200 || answer.status >= 300)
        return refused_answer(answer, where, is_object ? &root : nullptr, hidden);
    if (!is_object) return useless_answer(answer, where, "but not with a JSON object");
    if (!text_at(root, "error").empty()) return refused_answer(answer, where, &root, hidden);
    const auto value = text_at(root, "access_token");
    if (!is_header_safe_token(value)) return useless_answer(answer, where, "but without a usable access_token");
    const auto type = text_at(root, "token_type");
    if (!type.empty() && !same_word(type, "bearer"))
        return useless_answer(answer, where, "with a token_type that is not Bearer: " + quotable(type, hidden));
    token t;
    t.authorization = "Bearer " + value;
    t.lifetime = lifetime_of(root);
    t.scope = text_at(root, "scope");
    return t;
}

} // namespace idferry::connectors::http
