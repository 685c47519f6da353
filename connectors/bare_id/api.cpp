#include "connectors/bare_id/api.hpp"

#include "connectors/http/percent_encoding.hpp"

#include "mapping/json.hpp"

namespace idferry::connectors::bare_id {

namespace {

// After so many calls on end that failed although each was retried, the service is down.
constexpr int down_after = 5;
constexpr std::size_t longest_message = 200;

// The first pointer that selects a text or a number; shortened, control characters blanked.
std::string first_text(const mapping::json& body, const std::vector<json_pointer>& pointers)
{
    for (const auto& p : pointers) {
        const auto* found = resolve(body, p);
        if (!found) continue;
        std::string text;
        if (found->is_string())
            text = found->get<std::string>();
        else if (found->is_number_integer())
            text = mapping::to_text(*found);
        else
            continue;
        if (text.size() > longest_message) {
            text.resize(longest_message);
            text += "…";
        }
        for (char& c : text)
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
        if (!text.empty()) return text;
    }
    return {};
}

std::string lower_case(std::string text)
{
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return text;
}

} // namespace

api::api(std::shared_ptr<const bare_id_settings> s, const environment& env)
    : settings_(std::move(s)), time_(env.time), transport_(env.make_transport(settings_->settings().transport)),
      credentials_(http::make_credentials(settings_->auth, env.secrets, *transport_, env.time)),
      client_(http::make_client(*transport_, env.time, credentials_, settings_->settings().client,
                                env.shared_pacer(settings_->settings().client.pace))),
      width_(static_cast<std::size_t>(std::max(1, settings_->rate.concurrency)))
{
}

failure api::failed(const operation& op, const http::request& r, const http::response& answer) const
{
    std::string code, message;
    mapping::json body;
    mapping::json_error ignored;
    mapping::json_limits small;
    small.max_bytes = 64 * 1024;
    small.max_depth = 16;
    if (mapping::parse_json(answer.body, body, ignored, small)) {
        code = first_text(body, settings_->errors.code);
        message = first_text(body, settings_->errors.message);
    }
    auto f = http::failure_of(r, answer, message);
    if (f.code.empty()) f.code = lower_case(code);
    // What stands elsewhere in the configuration has a name with its section.
    f.detail = (op.name.find('.') == std::string::npos ? "ops." : "") + op.name + ": " + f.detail;
    if (answer.status == 501) {
        f.next = disposition::stop;
        f.detail += "; the API does not know this method or path";
    }
    // 499 is how a gateway tells that it gave up; 409 with code 10 that somebody else wrote meanwhile.
    if (answer.status == 499) f.outcome_unknown = r.method != "GET";
    if (answer.status == 499 || (answer.status == 409 && f.code == "10")) f.next = disposition::retry;
    return f;
}

boost::asio::awaitable<result<std::string>> api::call(const operation& op, placeholder_values values, query_list query)
{
    auto answer = co_await send(op, std::move(values), std::move(query), std::string());
    if (answer.has_error()) co_return answer.error();
    co_return std::move(answer->body);
}

boost::asio::awaitable<result<http::response>> api::send(const operation& op, placeholder_values values,
                                                         query_list query, std::string body)
{
    values.set(placeholder::realm, settings_->realm);
    values.set(placeholder::instance, settings_->instance);
    std::string url = settings_->api_base + op.path.expand(values);
    char separator = '?';
    const auto append = [&](const std::string& name, const std::string& encoded) {
        url += separator;
        url += http::percent_encode(name) + "=" + encoded;
        separator = '&';
    };
    for (const auto& [name, value] : op.query) append(name, value.expand(values));
    for (const auto& [name, value] : query) append(name, http::percent_encode(value));

    http::request r(op.method, std::move(url));
    r.headers.emplace_back("Accept", "application/json");
    http::request sent = r; // for messages: the client takes the other one
    if (!body.empty()) {
        r.headers.emplace_back("Content-Type", "application/json");
        r.body = std::move(body);
    }
    auto answer = co_await client_->call(std::move(r));
    if (answer.has_error()) {
        if (answer.error().next == disposition::retry)
            ++failures_on_end_;
        else
            failures_on_end_ = 0;
        co_return answer.error();
    }
    if (answer->status < 200 || answer->status > 299) {
        auto f = failed(op, sent, *answer);
        if (f.next == disposition::retry)
            ++failures_on_end_;
        else
            failures_on_end_ = 0;
        co_return f;
    }
    failures_on_end_ = 0;
    co_return answer;
}

bool api::is_fatal(const failure& f) const
{
    if (f.next == disposition::stop && (f.status == 0 || f.status == 401)) return true;
    return f.next == disposition::retry && failures_on_end_ >= down_after;
}

boost::asio::awaitable<person_answer> read_person(std::shared_ptr<api> through, std::string key)
{
    const auto& config = through->config();
    placeholder_values values;
    values.set(placeholder::user, key);
    person_answer out;
    auto body = co_await through->call(config.ops.user_get, values);
    if (body.has_error()) {
        out.error = body.error();
        co_return out;
    }
    const slice_spec spec{&config.ops.user_get.item, &config.fields.id, &config.fields.username,
                          &config.service_account_prefixes, nullptr};
    auto cut = through->cut().item(std::move(*body), spec);
    out.why = std::move(cut.why);
    out.buffer = std::move(cut.buffer);
    out.record = cut.record;
    out.left_out = cut.left_out;
    if (out.why.empty() && out.record.key != key) out.why = "the answer is another person's record";
    co_return out;
}

} // namespace idferry::connectors::bare_id
