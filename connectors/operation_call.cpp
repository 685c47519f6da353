#include "connectors/operation_call.hpp"

#include "config/node.hpp"
#include "connectors/http/percent_encoding.hpp"
#include "mapping/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

namespace idferry::connectors {

namespace {

using mapping::json;

constexpr std::size_t largest_answer = 32UL * 1024 * 1024;
constexpr std::size_t largest_list = 256UL * 1024 * 1024;
constexpr std::uint64_t most_pages = 100'000;

failure refusal(std::string why)
{
    return {.next = disposition::reject, .detail = std::move(why)};
}

std::string name_of(const rest_operation& row)
{
    return fmt::format("{} {}", row.resource, row.verb);
}

// "REALM-ID, GROUP"
std::string joined(const std::vector<std::string_view>& names)
{
    std::string out;
    for (const auto n : names) {
        out += out.empty() ? "" : " ";
        for (const char c : n) out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    }
    return out;
}

std::string last_of(std::string_view name)
{
    return std::string(name.ends_with('*') ? name.substr(0, name.size() - 1) : name);
}

std::string why_not_query(const operation_service& service, const rest_operation& row, const operation_input& input)
{
    std::vector<std::string> known;
    if (row.paged) { // how a list goes on may be configured
        const auto turning = service.turning(row);
        known = {turning.parameter, turning.size_parameter};
        std::erase(known, "");
    }
    for (const auto name : words(row.query)) {
        known.push_back(last_of(name));
        const bool given = std::ranges::any_of(
            input.query, [&](const auto& q) { return q.first == known.back() && !q.second.empty(); });
        if (name.ends_with('*') && !given) return fmt::format("{} needs --query {}=…", name_of(row), known.back());
    }
    for (const auto& [name, value] : input.query) {
        if (std::ranges::find(known, name) != known.end() || std::ranges::find(known, "...") != known.end()) continue;
        if (known.empty()) return fmt::format("{} takes no query parameters", name_of(row));
        const auto near = config::nearest(name, known);
        std::string all;
        for (const auto& k : known) all += (all.empty() ? "" : ", ") + k;
        return fmt::format("{} has no query parameter '{}'; {}", name_of(row), name,
                           near ? "did you mean '" + *near + "'?" : "it has " + all);
    }
    return {};
}

std::string why_not_body(const rest_operation& row, const operation_input& input)
{
    if (row.body && !input.body) return fmt::format("{} needs a body: --data JSON or --data @FILE", name_of(row));
    if (!row.body && input.body) return fmt::format("{} takes no body", name_of(row));
    return {};
}

std::string body_text(const rest_operation& row, const operation_input& input)
{
    const auto& body = *input.body;
    const auto key = std::string(row.envelope);
    const bool wrapped = body.is_object() && body.size() == 1 && body.contains(key);
    if (key.empty() || wrapped || input.as_it_is) return mapping::to_text(body);
    auto around = json::object();
    around[key] = body;
    return mapping::to_text(around);
}

const json* at(const json& document, std::string_view pointer)
{
    const json* here = &document;
    while (!pointer.empty() && here) {
        pointer.remove_prefix(1);
        const auto end = std::min(pointer.find('/'), pointer.size());
        const auto key = std::string(pointer.substr(0, end));
        here = here->is_object() && here->contains(key) ? &(*here)[key] : nullptr;
        pointer.remove_prefix(end);
    }
    return here;
}

// A list that comes in pages, put together.
class collected
{
public:
    collected(const operation_table& all, const rest_operation& row) : all_(all), row_(row) {}

    // The records of a page, or null when the answer has none where they belong.
    json* records(json& page) const
    {
        if (row_.list.empty()) return page.is_array() ? &page : nullptr;
        const auto found = page.is_object() ? page.find(std::string(row_.list)) : page.end();
        return found != page.end() && found->is_array() ? &*found : nullptr;
    }

    // How many of them are new.
    std::size_t add(json& page, std::size_t bytes)
    {
        bytes_ += bytes;
        std::size_t fresh = 0;
        if (auto* list = records(page))
            for (auto& record : *list) {
                if (!seen_.insert(key_of(record)).second) {
                    ++repeated_;
                    continue;
                }
                ++fresh;
                gathered_.push_back(std::move(record));
            }
        if (page.is_object()) last_ = std::move(page);
        return fresh;
    }

    std::size_t bytes() const { return bytes_; }
    std::uint64_t repeated() const { return repeated_; }

    // Everything in the shape of one page, without the place where it would go on.
    json whole(const page_turning& turning)
    {
        if (row_.list.empty()) return std::move(gathered_);
        auto out = last_.is_object() ? std::move(last_) : json::object();
        out[std::string(row_.list)] = std::move(gathered_);
        if (turning.next.size() > 1) out.erase(turning.next.substr(1));
        return out;
    }

private:
    std::string key_of(const json& record) const
    {
        std::string key;
        if (record.is_object())
            for (const auto name : words(all_.id_key))
                if (const auto part = record.find(std::string(name)); part != record.end() && part->is_string())
                    key += part->get_ref<const std::string&>() + "\n";
        return key.empty() ? mapping::to_text(record) : key;
    }

    const operation_table& all_;
    const rest_operation& row_;
    json gathered_ = json::array();
    json last_;
    std::unordered_set<std::string> seen_;
    std::size_t bytes_{0};
    std::uint64_t repeated_{0};
};

void set_parameter(operation_input& input, const std::string& name, std::string value)
{
    std::erase_if(input.query, [&](const auto& q) { return q.first == name; });
    input.query.emplace_back(name, std::move(value));
}

// The token that a page ends with; "" = it is the last one (absent, null and "" have been seen).
std::string token_of(const page_turning& turning, const json& page)
{
    if (turning.how != page_turning::style::token) return {};
    const auto* token = at(page, turning.next);
    return token && token->is_string() ? token->get<std::string>() : std::string();
}

// What asks for the page behind `pages` pages with `records` records.
std::string position_after(const page_turning& turning, std::uint64_t pages, std::uint64_t records)
{
    const auto count = turning.how == page_turning::style::page ? pages : records;
    return std::to_string(turning.first + static_cast<std::int64_t>(count));
}

// The answer as JSON: null for an empty body, or a failure.
result<std::shared_ptr<json>> read(const http::request& r, const http::response& answer)
{
    auto out = std::make_shared<json>();
    if (answer.body.find_first_not_of(" \t\r\n") == std::string::npos) return std::shared_ptr<json>();
    mapping::json_error wrong;
    mapping::json_limits limits;
    limits.max_bytes = largest_answer;
    if (mapping::parse_json(answer.body, *out, wrong, limits)) return out;
    auto f = refusal(fmt::format("{} {}: status {}, but the answer is not JSON: {}", r.method,
                                 r.url.substr(0, r.url.find('?')), answer.status, wrong.message));
    f.status = answer.status;
    f.outcome_unknown = r.method != "GET";
    return f;
}

struct page_read
{
    std::shared_ptr<json> body;
    std::size_t bytes{0};
    std::string location; // of what was made
};

// In place of an empty answer: where a resource was made says its id.
std::shared_ptr<const json> made_at(const std::string& location)
{
    auto out = std::make_shared<json>(json::object());
    (*out)["location"] = location.substr(0, 2000);
    return out;
}

boost::asio::awaitable<result<page_read>> send(operation_service& service, const rest_operation& row, http::request r)
{
    const http::request asked = r; // for messages
    auto answer = co_await service.exchange(std::move(r));
    if (answer.has_error()) co_return answer.error();
    if (answer->status < 200 || answer->status > 299) co_return service.failed(row, asked, *answer);
    auto body = read(asked, *answer);
    if (body.has_error()) co_return body.error();
    const auto location = answer->header("Location");
    co_return page_read{std::move(*body), answer->body.size(), std::string(location.value_or(""))};
}

bool carries_a_token(const std::string& text)
{
    return text.find("://") != std::string::npos && text.find("token=") != std::string::npos;
}

void hide(json& value, const std::vector<std::string_view>& keys, bool everything)
{
    if (value.is_structured()) {
        for (auto it = value.begin(); it != value.end(); ++it) {
            const bool named = value.is_object() && std::ranges::find(keys, it.key()) != keys.end();
            if (named && !it->is_null())
                *it = "***";
            else
                hide(*it, keys, everything);
        }
        return;
    }
    if (value.is_null() || value.is_boolean()) return;
    if (everything || (value.is_string() && carries_a_token(value.get_ref<const std::string&>()))) value = "***";
}

} // namespace

std::vector<std::string_view> asked_for(const operation_service& service, const rest_operation& row,
                                        const operation_input& input)
{
    std::vector<std::string_view> out;
    for (const auto name : placeholders(service.configured(row).path))
        if (!input.values.contains(name) && !service.value(name)) out.push_back(name);
    return out;
}

result<http::request> make_request(const operation_service& service, const rest_operation& row,
                                   const operation_input& input)
{
    const auto as = service.configured(row);
    const auto wanted = asked_for(service, row, input);
    if (wanted.size() != input.ids.size())
        return refusal(wanted.empty() ? fmt::format("{} takes no ids, but {} given", name_of(row), input.ids.size())
                                      : fmt::format("{} needs {}: {} given", name_of(row), joined(wanted),
                                                    input.ids.empty() ? "nothing was"
                                                                      : std::to_string(input.ids.size()) + " were"));
    for (const auto& [name, value] : input.values) {
        const auto known = placeholders(as.path);
        if (std::ranges::find(known, name) == known.end())
            return refusal(fmt::format("{} has no {{{}}} in its path {}", name_of(row), name, as.path));
    }
    if (auto why = why_not_body(as, input); !why.empty()) return refusal(std::move(why));
    if (auto why = why_not_query(service, as, input); !why.empty()) return refusal(std::move(why));

    auto url = service.base_url();
    std::size_t next = 0;
    for (auto rest = as.path; !rest.empty();) {
        const auto open = std::min(rest.find('{'), rest.size());
        url += rest.substr(0, open);
        rest.remove_prefix(open);
        if (rest.empty()) break;
        const auto close = rest.find('}');
        const auto name = rest.substr(1, close - 1);
        const auto given = input.values.find(name);
        const auto value = given != input.values.end() ? given->second : service.value(name).value_or("");
        const bool asked = next < wanted.size() && wanted[next] == name;
        const auto& text = asked ? input.ids[next++] : value;
        if (text.empty()) return refusal(fmt::format("{}: the {} is empty", name_of(row), name));
        url += http::path_segment(text);
        rest.remove_prefix(close + 1);
    }
    char separator = '?';
    for (const auto& [name, value] : input.query) {
        url += separator + http::percent_encode(name) + "=" + http::percent_encode(value);
        separator = '&';
    }
    http::request r{std::string(as.method), std::move(url)};
    r.headers.emplace_back("Accept", "application/json");
    if (input.body) {
        r.headers.emplace_back("Content-Type", "application/json");
        r.body = body_text(as, input);
    }
    return r;
}

boost::asio::awaitable<result<operation_answer>> carry_out(operation_service& service, rest_operation row,
                                                           operation_input input, bool follow)
{
    const auto turning = row.paged && follow ? service.turning(row) : page_turning{};
    const bool sized =
        !turning.size_parameter.empty() && turning.size > 0 &&
        std::ranges::none_of(input.query, [&](const auto& q) { return q.first == turning.size_parameter; });
    if (sized) input.query.emplace_back(turning.size_parameter, std::to_string(turning.size));

    collected all(service.table(), row);
    operation_answer out;
    std::unordered_set<std::string> turned;
    std::uint64_t records = 0;
    for (;;) {
        auto made = make_request(service, row, input);
        if (made.has_error()) co_return made.error();
        auto request = std::move(*made);
        auto page = co_await send(service, row, std::move(request));
        if (page.has_error()) co_return page.error();
        ++out.requests;
        if (turning.how == page_turning::style::none) {
            out.body = std::move(page->body);
            if (!out.body && !page->location.empty()) out.body = made_at(page->location);
            co_return out;
        }
        auto body = page->body ? std::move(*page->body) : json::object();
        auto* list = all.records(body);
        if (!list) co_return refusal(fmt::format("{}: the answer has no list {}", name_of(row), row.list));
        records += list->size();
        auto next = token_of(turning, body);
        const auto fresh = all.add(body, page->bytes);
        if (turning.how != page_turning::style::token && fresh > 0)
            next = position_after(turning, out.requests, records);
        if (next.empty()) break;
        if (!turned.insert(next).second || out.requests >= most_pages)
            co_return refusal(fmt::format("{}: the list does not end (page {} asks for what was asked before)",
                                          name_of(row), out.requests));
        if (all.bytes() > largest_list)
            co_return refusal(fmt::format("{}: the list is larger than {} MiB; narrow it with --query, or read it page "
                                          "by page without --all",
                                          name_of(row), largest_list / (1024UL * 1024)));
        set_parameter(input, turning.parameter, std::move(next));
    }
    out.repeated = all.repeated();
    out.body = std::make_shared<const json>(all.whole(turning));
    co_return out;
}

json without_secrets(const operation_table& all, const rest_operation& row, const json& answer)
{
    auto out = answer;
    hide(out, words(all.secret_keys), row.secret == answer_secret::whole);
    return out;
}

} // namespace idferry::connectors
