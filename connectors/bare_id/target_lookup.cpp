// Lists and look-ups of a target: everybody, the groups, and whoever has a certain name, address or attribute.
#include "connectors/bare_id/list_reader.hpp"
#include "connectors/bare_id/people.hpp"
#include "connectors/bare_id/target_session.hpp"
#include "mapping/core_schema.hpp"
#include "mapping/normalise.hpp"

#include <algorithm>

namespace idferry::connectors::bare_id {

namespace asio = boost::asio;

namespace {

using mapping::json;

bool simple_value(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.' || c == '@' || c >= 0x80;
    });
}

inventory_end end_of(const list_end& list)
{
    inventory_end e;
    e.size = list.size;
    e.complete = list.state == proof::complete;
    if (!e.complete) e.why = list.why;
    return e;
}

void flaw(inventory_end& end, std::string why)
{
    if (end.why.empty()) end.why = std::move(why);
    end.complete = false;
}

} // namespace

asio::awaitable<result<inventory_end>> target_session::list_users(std::function<void(remote_resource)> each)
{
    const auto& ops = config().ops;
    inventory_end end;
    if (!ops.user_list.enabled) {
        end.why = refuse_if_off(ops.user_list)->detail;
        co_return end;
    }
    list_spec spec({list_kind::people, ""}, ops.user_list);
    spec.directory = true;
    spec.count = &ops.user_count;
    list_reader reader(api_, std::move(spec));
    auto known = std::make_shared<people_knowledge>();
    hydrator reread(api_, known, true); // who is listed, and then not there, leaves the list unproved
    std::string why;
    std::uint64_t size = 0;
    for (;;) {
        std::optional<page> some;
        if (!reread.done()) {
            auto got = co_await reread.next();
            if (got.has_error()) co_return got.error();
            some = std::move(*got);
        } else {
            auto got = co_await reader.next();
            if (got.has_error()) co_return got.error();
            if (!*got) break;
            some = std::move(**got);
            if (config().target.hydrate) {
                for (const auto& r : some->records) reread.add(r.key);
                some->records.clear();
            }
        }
        for (const auto& b : some->bad) why = (b.key.empty() ? "a record" : "person " + b.key) + ": " + b.why;
        for (const auto& r : some->records) {
            auto shown = show_user(config(), r.bytes);
            if (shown.has_error()) {
                why = "person " + std::string(r.key) + ": " + shown.error().detail;
                continue;
            }
            const auto with_roles = co_await add_roles_to(*shown);
            if (with_roles.has_error()) co_return with_roles.error();
            ++size;
            each(std::move(*shown));
        }
    }
    // The first call failed: there is nothing to go by.
    if (reader.failed() && size == 0) {
        auto f = *reader.failed();
        if (f.next == disposition::not_found) f.next = disposition::stop;
        co_return f;
    }
    end = end_of(reader.end());
    end.size = size;
    if (!why.empty()) flaw(end, why);
    co_return end;
}

asio::awaitable<result<inventory_end>> target_session::list_groups(std::function<void(remote_resource)> each)
{
    const auto& parent = config().target.parent_group;
    list_spec spec({list_kind::groups, parent}, parent.empty() ? config().ops.group_roots : config().ops.group_get);
    spec.values.set(placeholder::group, parent);
    spec.group_records = true;
    spec.directory = parent.empty();
    list_reader reader(api_, std::move(spec));
    std::string why;
    std::uint64_t size = 0;
    for (;;) {
        auto some = co_await reader.next();
        if (some.has_error()) co_return some.error();
        if (!*some) break;
        for (const auto& b : (**some).bad) why = (b.key.empty() ? "a record" : "group " + b.key) + ": " + b.why;
        for (const auto& r : (**some).records) {
            auto shown = show_group(config(), r.bytes);
            if (shown.has_error()) {
                why = "group " + std::string(r.key) + ": " + shown.error().detail;
                continue;
            }
            ++size;
            each(std::move(*shown));
        }
    }
    if (reader.failed() && size == 0) {
        auto f = *reader.failed();
        if (f.next == disposition::not_found) {
            f.next = disposition::stop;
            f.detail += parent.empty() ? "" : "; is target.parent_group right?";
        }
        co_return f;
    }
    auto end = end_of(reader.end());
    end.size = size;
    if (!why.empty()) flaw(end, why);
    co_return end;
}

const operation* target_session::finder(std::string_view attribute) const
{
    const auto& ops = config().ops;
    const auto on = [](const operation& op) { return op.enabled ? &op : nullptr; };
    if (mapping::same_name(attribute, "userName")) return on(ops.user_find);
    if (mapping::same_name(attribute, "emails") || mapping::same_name(attribute, "emails.value"))
        return on(ops.user_find_email);
    return config().target.attribute_for(attribute).empty() ? nullptr : on(ops.user_find_attribute);
}

bool target_session::can_find_user(std::string_view attribute) const
{
    return finder(attribute) != nullptr;
}

bool target_session::equal(const std::string& attribute, const remote_resource& shown, const std::string& value) const
{
    const auto path = mapping::same_name(attribute, "emails") ? std::string("emails.value") : attribute;
    const auto held = mapping::value_at(shown.body, path);
    if (!held) return false;
    mapping::type_profile folding;
    folding.case_fold = {path};
    const auto wanted = mapping::comparable_value(path, json(value), folding);
    if (held->is_array())
        return std::ranges::any_of(
            *held, [&](const json& v) { return mapping::comparable_value(path, v, folding) == wanted; });
    return mapping::comparable_value(path, *held, folding) == wanted;
}

asio::awaitable<result<std::vector<remote_resource>>>
target_session::search(const operation& op, placeholder_values values, std::string attribute, std::string value)
{
    auto body = co_await api_->call(op, std::move(values));
    if (body.has_error()) {
        auto f = body.error();
        if (f.next == disposition::not_found) f.next = disposition::stop; // the list itself is not there
        co_return f;
    }
    const auto cut = api_->cut().list(std::move(*body), {&op.list, &config().fields.id, &config().fields.username,
                                                         &config().service_account_prefixes, nullptr});
    std::vector<remote_resource> found;
    if (cut.shape == list_shape::absent) co_return found; // printed without its empty list
    if (cut.shape != list_shape::there) co_return useless_answer(op, cut.why);
    for (const auto& r : cut.records) {
        auto shown = show_user(config(), r.bytes);
        if (shown.has_error()) co_return useless_answer(op, shown.error().detail);
        if (!equal(attribute, *shown, value)) {
            not_exact_[op.name] = true;
            continue;
        }
        found.push_back(std::move(*shown));
    }
    for (auto& one : found) {
        if (config().target.hydrate) {
            auto whole = co_await user(one.id.text());
            if (whole.has_error()) co_return whole.error();
            one = std::move(whole->shown);
        } else {
            const auto with_roles = co_await add_roles_to(one);
            if (with_roles.has_error()) co_return with_roles.error();
        }
    }
    co_return found;
}

asio::awaitable<result<std::vector<remote_resource>>> target_session::pick_from_list(std::string attribute,
                                                                                     std::string value)
{
    std::vector<remote_resource> found;
    const std::function<void(remote_resource)> take = [&](remote_resource shown) {
        if (equal(attribute, shown, value)) found.push_back(std::move(shown));
    };
    auto end = co_await list_users(take);
    if (end.has_error()) co_return end.error();
    if (end->complete || !found.empty()) co_return found;
    failure f;
    f.next = disposition::stop;
    f.code = "not_proved";
    f.detail = "nobody can be looked up by " + attribute +
               ": the API does not filter as it was asked to, and its list of people is not proved: " + end->why;
    co_return f;
}

asio::awaitable<result<std::vector<remote_resource>>> target_session::find_users(std::string attribute,
                                                                                 std::string value)
{
    const auto* op = finder(attribute);
    if (!op) {
        failure f;
        f.next = disposition::reject;
        f.code = "unsupported";
        f.detail = "people cannot be looked up by " + attribute;
        co_return f;
    }
    // `q=name:value` has no way to write a blank or a quote (apis: Bare.ID, section 7.3).
    const bool by_attribute = op == &config().ops.user_find_attribute;
    if (!not_exact_.contains(op->name) && (!by_attribute || simple_value(value))) {
        placeholder_values values;
        values.set(placeholder::username, value).set(placeholder::email, value).set(placeholder::value, value);
        values.set(placeholder::attribute, config().target.attribute_for(attribute));
        auto found = co_await search(*op, std::move(values), attribute, value);
        if (found.has_error() || !found->empty() || !not_exact_.contains(op->name)) co_return found;
    }
    // An answer full of others may have been cut before the one that was asked for.
    auto picked = co_await pick_from_list(std::move(attribute), std::move(value));
    co_return picked;
}

asio::awaitable<result<std::string>> target_session::locate(const mapping::resource_type& type, std::string name)
{
    failure lost;
    lost.next = disposition::retry;
    lost.outcome_unknown = true;
    lost.created = "";
    std::vector<std::string> ids;
    if (type.has_members) {
        const std::function<void(remote_resource)> take = [&](remote_resource shown) {
            if (shown.body.value("displayName", std::string()) == name) ids.push_back(shown.id.text());
        };
        auto end = co_await list_groups(take);
        if (end.has_error()) lost.detail = end.error().detail;
    } else {
        const std::string attribute = "userName";
        result<std::vector<remote_resource>> found{failure{}};
        if (can_find_user(attribute))
            found = co_await find_users(attribute, name);
        else
            found = co_await pick_from_list(attribute, name);
        if (found.has_error()) {
            lost.detail = found.error().detail;
            // A list that names somebody whose own record is not there yet.
            if (found.error().next == disposition::not_found) lost.code = "not_seen";
        } else {
            for (const auto& one : *found) ids.push_back(one.id.text());
        }
    }
    if (ids.size() == 1) co_return ids.front();
    if (lost.detail.empty() && ids.empty()) lost.code = "not_seen";
    if (lost.detail.empty()) lost.detail = std::to_string(ids.size()) + " of that name are there";
    lost.detail = "a " + std::string(type.name) +
                  " was created, but the answer does not tell its id, and it cannot be looked up: " + lost.detail;
    co_return lost;
}

} // namespace idferry::connectors::bare_id
