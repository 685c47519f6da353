#include "connectors/bare_id/target_session.hpp"

#include "connectors/bare_id/list_reader.hpp"
#include "connectors/bare_id/target_limits.hpp"

#include <algorithm>

namespace idferry::connectors::bare_id {

namespace asio = boost::asio;

namespace {

using mapping::json;

json parsed(std::string_view bytes)
{
    json out;
    mapping::json_error ignored;
    if (!mapping::parse_json(bytes, out, ignored)) out = nullptr; // it was decoded before
    return out;
}

} // namespace

failure useless_answer(const operation& op, const std::string& why)
{
    failure f;
    f.next = disposition::retry;
    f.code = "wrong_shape";
    f.detail = "ops." + op.name + ": " + why;
    return f;
}

target_session::target_session(std::shared_ptr<api> through)
    : api_(std::move(through)), holds_(profile_of(api_->config()))
{
}

std::optional<failure> target_session::refuse_if_off(const operation& op) const
{
    if (op.enabled) return std::nullopt;
    failure f;
    f.next = disposition::reject;
    f.code = "operation_off";
    f.detail = why_off(op);
    return f;
}

asio::awaitable<result<void>> target_session::control_read()
{
    const auto& op = config().ops.group_roots;
    const auto& paging = op.paging ? *op.paging : config().paging;
    query_list one;
    if (paging.style == paging_style::offset) one = {{paging.offset_param, "0"}, {paging.size_param, "1"}};
    const placeholder_values nothing;
    auto body = co_await api_->call(op, nothing, std::move(one));
    if (body.has_error()) {
        auto f = body.error();
        if (f.next == disposition::not_found) {
            f.next = disposition::stop;
            f.detail += config().keycloak() ? "; are api_base and realm right?" : "; are api_base and instance right?";
        }
        co_return f;
    }
    const auto cut =
        api_->cut().list(std::move(*body), {&op.list, &config().fields.group_id, nullptr, nullptr, nullptr});
    if (cut.shape == list_shape::there) co_return result<void>();
    if (cut.shape == list_shape::absent && config().absent.directory_list == absent_list::empty)
        co_return result<void>();
    co_return useless_answer(op, cut.why);
}

// The keys on the first page of a list; none when it cannot be read.
asio::awaitable<result<std::vector<std::string>>> target_session::first_keys(list_kind kind, std::string group)
{
    const auto& ops = config().ops;
    const auto& op = kind == list_kind::people   ? ops.user_list
                     : kind == list_kind::groups ? ops.group_roots
                                                 : ops.group_users;
    list_spec spec({kind, group}, op);
    spec.values.set(placeholder::group, group);
    spec.group_records = kind == list_kind::groups;
    spec.bytes = false;
    list_reader reader(api_, std::move(spec));
    auto some = co_await reader.next();
    if (some.has_error()) co_return some.error();
    std::vector<std::string> keys;
    if (*some)
        for (const auto& r : (**some).records) keys.emplace_back(r.key);
    co_return keys;
}

// A wrong path for people answers 404 for everybody: somebody else, whom a list names, must be readable.
asio::awaitable<result<bool>> target_session::somebody_can_be_read(std::string but)
{
    const std::string nothing;
    result<std::vector<std::string>> witnesses{std::vector<std::string>()};
    if (config().ops.user_list.enabled) {
        witnesses = co_await first_keys(list_kind::people, nothing);
    } else {
        const auto groups = co_await first_keys(list_kind::groups, nothing);
        if (groups.has_error()) co_return groups.error();
        for (std::size_t i = 0; i < std::min<std::size_t>(groups->size(), 3); ++i) {
            witnesses = co_await first_keys(list_kind::members, (*groups)[i]);
            if (witnesses.has_error() || !witnesses->empty()) break;
        }
    }
    if (witnesses.has_error()) co_return witnesses.error();
    if (witnesses->empty()) co_return true; // nobody is there to be read
    // The list names the very person whose record is not there.
    if (std::ranges::find(*witnesses, but) != witnesses->end()) co_return false;
    auto answer = co_await read_person(api_, witnesses->front());
    if (answer.error && answer.error->next != disposition::not_found) co_return *answer.error;
    one_was_read_ = answer.good();
    co_return answer.good();
}

asio::awaitable<failure> target_session::missing_user(std::string id, failure not_found)
{
    const auto there = co_await control_read();
    if (there.has_error()) co_return there.error();
    if (one_was_read_) co_return not_found;
    const auto readable = co_await somebody_can_be_read(std::move(id));
    if (readable.has_error()) co_return readable.error();
    if (*readable) co_return not_found;
    not_found.next = disposition::stop;
    not_found.detail +=
        "; nobody's own record can be read, not even of people whom the list names: is ops.user_get right?";
    co_return not_found;
}

asio::awaitable<result<held_record>> target_session::user(std::string id)
{
    auto held = co_await shown_user(id);
    if (held.has_value() || held.error().next != disposition::not_found) co_return held;
    const auto f = co_await missing_user(id, held.error());
    co_return f;
}

asio::awaitable<result<held_record>> target_session::shown_user(std::string id)
{
    auto answer = co_await read_person(api_, id);
    if (answer.error) co_return *answer.error;
    const auto& op = config().ops.user_get;
    if (!answer.why.empty()) co_return useless_answer(op, answer.why);
    one_was_read_ = true;
    if (answer.left_out) {
        failure f;
        f.next = disposition::reject;
        f.code = "reserved";
        f.detail = "person " + id + " is a service account (service_account_prefixes), and is never changed";
        co_return f;
    }
    auto shown = show_user(config(), answer.record.bytes);
    if (shown.has_error()) {
        auto f = shown.error();
        f.detail = "person " + id + ": " + f.detail;
        co_return f;
    }
    held_record out;
    out.shown = std::move(*shown);
    out.record = parsed(answer.record.bytes);
    const auto with_roles = co_await add_roles_to(out.shown);
    if (with_roles.has_error()) co_return with_roles.error();
    co_return out;
}

asio::awaitable<result<held_record>> target_session::group(std::string id)
{
    auto held = co_await shown_group(std::move(id));
    if (held.has_value() || held.error().next != disposition::not_found) co_return held;
    const auto there = co_await control_read();
    if (there.has_error()) co_return there.error();
    co_return held;
}

asio::awaitable<result<held_record>> target_session::shown_group(std::string id)
{
    const auto& op = config().ops.group_read;
    placeholder_values values;
    values.set(placeholder::group, id);
    auto body = co_await api_->call(op, values);
    if (body.has_error()) co_return body.error();
    const auto cut =
        api_->cut().item(std::move(*body), {&op.item, &config().fields.group_id, nullptr, nullptr, nullptr});
    if (!cut.why.empty()) co_return useless_answer(op, cut.why);
    if (cut.record.key != id) co_return useless_answer(op, "the answer is another group's record");
    auto shown = show_group(config(), cut.record.bytes);
    if (shown.has_error()) {
        auto f = shown.error();
        f.detail = "group " + id + ": " + f.detail;
        co_return f;
    }
    held_record out;
    out.shown = std::move(*shown);
    out.record = parsed(cut.record.bytes);
    co_return out;
}

asio::awaitable<result<member_list>> target_session::members(std::string group)
{
    list_spec spec({list_kind::members, group}, config().ops.group_users);
    spec.values.set(placeholder::group, group);
    spec.bytes = false;
    list_reader reader(api_, std::move(spec));
    member_list out;
    for (;;) {
        auto some = co_await reader.next();
        if (some.has_error()) co_return some.error();
        if (!*some) break;
        for (const auto& r : (**some).records) out.ids.emplace_back(r.key);
        if (!(**some).bad.empty()) out.why = "a member is unreadable: " + (**some).bad.front().why;
    }
    if (reader.failed()) {
        auto f = *reader.failed();
        if (f.next != disposition::not_found) co_return f;
        const auto known = co_await this->group(group); // is it the group that is gone?
        if (known.has_error()) co_return known.error();
        co_return f;
    }
    if (out.why.empty() && reader.end().state != proof::complete) out.why = reader.end().why;
    out.proved = out.why.empty();
    co_return out;
}

asio::awaitable<result<bool>> target_session::is_member(std::string user, std::string group)
{
    list_spec spec({list_kind::groups, user}, config().ops.user_groups);
    spec.values.set(placeholder::user, user);
    spec.group_records = true;
    spec.bytes = false;
    list_reader reader(api_, std::move(spec));
    bool found = false;
    for (;;) {
        auto some = co_await reader.next();
        if (some.has_error()) co_return some.error();
        if (!*some) break;
        for (const auto& r : (**some).records) found = found || r.key == group;
    }
    if (found) co_return true;
    if (reader.failed() && reader.failed()->next == disposition::not_found) co_return false; // the person is gone
    if (reader.failed()) co_return *reader.failed();
    // A list that looks cut off does not say that somebody is out.
    if (reader.end().state != proof::complete)
        co_return useless_answer(config().ops.user_groups, "the person's groups are not proved: " + reader.end().why);
    co_return false;
}

asio::awaitable<result<bool>> target_session::has_children(std::string group)
{
    list_spec spec({list_kind::groups, group}, config().ops.group_get);
    spec.values.set(placeholder::group, group);
    spec.group_records = true;
    spec.bytes = false;
    list_reader reader(api_, std::move(spec));
    auto some = co_await reader.next();
    if (some.has_error()) co_return some.error();
    if (!*some && reader.failed()) co_return *reader.failed();
    if (!*some && reader.end().state != proof::complete)
        co_return useless_answer(config().ops.group_get, reader.end().why);
    co_return some->has_value();
}

} // namespace idferry::connectors::bare_id
