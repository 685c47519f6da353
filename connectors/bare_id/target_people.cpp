#include "connectors/bare_id/target_people.hpp"

#include "connectors/bare_id/deletion.hpp"
#include "mapping/core_schema.hpp"
#include "mapping/normalise.hpp"

#include <algorithm>

namespace idferry::connectors::bare_id {

namespace asio = boost::asio;

namespace {

using mapping::json;

// As many reads as may be under way at once, and a few more.
constexpr std::size_t most_kept = 32;

std::optional<bool> wanted_active(const mapping::desired_resource& desired)
{
    const auto* a = desired.find("active");
    if (!a || !a->value.is_boolean()) return std::nullopt;
    return a->value.get<bool>();
}

bool is_active(const remote_resource& shown)
{
    const auto found = shown.body.find("active");
    return found != shown.body.end() && found->is_boolean() && found->get<bool>();
}

std::string user_name_of(const mapping::desired_resource& desired)
{
    const auto* a = desired.find("userName");
    return a && a->value.is_string() ? a->value.get<std::string>() : std::string();
}

// Who is disabled at the target without our doing: perhaps by a lock against password guessing (section 7.3).
failure locked(const std::string& id)
{
    failure f;
    f.next = disposition::reject;
    f.code = "disabled_at_target";
    f.detail = "person " + id +
               " is disabled at the target, perhaps by its lock against password guessing, and the source did not "
               "switch the person on just now: nothing is written; enable the account there, or set target.reenable: "
               "always";
    return f;
}

// The engine marks the rule of a difference that it found at the target, by drift or adoption: there the source has
// switched nobody on.
bool changed_by_source(const mapping::attribute_delta& d)
{
    return mapping::same_name(d.path, "active") && !d.rule.ends_with("at the target") &&
           !d.rule.ends_with("at the target)");
}

bool roles_missing(const remote_resource& shown)
{
    const auto found = shown.body.find("roles");
    return found == shown.body.end() || found->empty();
}

failure taken(failure f, const remote_resource& by)
{
    f.next = disposition::conflict;
    f.code = "uniqueness";
    f.outcome_unknown = false;
    f.detail += "; its user name or e-mail address belongs to the account " + by.id.text();
    return f;
}

} // namespace

asio::awaitable<result<remote_resource>> target_people::read(std::string id)
{
    auto held = co_await through_.user(id);
    if (held.has_error()) co_return held.error();
    std::erase_if(read_, [&](const auto& known) { return known.first == id; });
    read_.emplace_back(id, *held);
    if (read_.size() > most_kept) read_.pop_front();
    co_return std::move(held->shown);
}

// The record that an update goes by: the one that was just read for it, when it is the same.
asio::awaitable<result<held_record>> target_people::record_of(std::string id, std::optional<remote_resource> current)
{
    const auto known = std::ranges::find_if(read_, [&](const auto& one) { return one.first == id; });
    if (known != read_.end()) {
        auto held = std::move(known->second);
        read_.erase(known);
        if (current && current->body == held.shown.body) co_return held;
    }
    co_return co_await through_.user(id);
}

asio::awaitable<result<remote_resource>> target_people::create(write_request r)
{
    const auto& op = through_.config().ops.user_create;
    if (auto off = through_.refuse_if_off(op)) co_return *off;
    wanted_user wanted;
    wanted.desired = &r.desired;
    wanted.enabled = wanted_active(r.desired).value_or(true);
    auto text = body_text(op, new_user(through_.config(), wanted));
    const placeholder_values nothing;
    const query_list no_query;
    auto answer = co_await through_.through().send(op, nothing, no_query, std::move(text));
    if (answer.has_error()) {
        // Where accounts show late, so does one whose answer was lost: whoever looks it up next has to see it.
        if (answer.error().outcome_unknown && writes_.shows_late(op)) {
            const auto seen = co_await wait_for_name(user_name_of(r.desired));
            static_cast<void>(seen);
        }
        const auto f = co_await after_failed_create(std::move(r), answer.error());
        co_return f;
    }
    auto id = result<std::string>(created_id(op, *answer));
    if (id->empty()) id = co_await wait_for_name(user_name_of(r.desired));
    if (id.has_error()) co_return id.error();
    read_back look(through_.through().time(), writes_);
    written_parts parts;
    if (const auto* roles = r.desired.find("roles"); roles && !through_.config().target.roles.empty()) {
        const auto names = role_names(roles->value);
        auto given = co_await through_.set_roles(*id, names);
        if (given.has_error() && given.error().next == disposition::not_found) { // perhaps not shown yet
            const auto there = co_await wait_for_account(*id, look);
            if (there.has_value()) given = co_await through_.set_roles(*id, names);
        }
        // The account is there, whatever comes of this: what is missing shows when it is read back, and the update
        // that follows from it says why.
        if (given.has_value() && !names.empty()) {
            written_part part;
            part.op = &through_.config().ops.user_role_add;
            part.paths.emplace_back("roles");
            parts.push_back(std::move(part));
        }
    }
    auto kept = co_await wait_for_account(*id, look);
    remote_resource none;
    if (kept.has_value() && !parts.empty() && roles_missing(kept->shown)) {
        none.body["roles"] = json::array();
        kept = co_await wait_for_change(*id, none, std::move(parts), look);
    }
    if (kept.has_error()) co_return made_and_not_seen(kept.error(), op, *id, look, "the account");
    if (auto ignored = judged(op, r, none, kept->shown)) co_return *ignored;
    co_return std::move(kept->shown);
}

// A duplicate may be told as 500 (section 9.1): whoever has the name or the address decides what it was.
asio::awaitable<failure> target_people::after_failed_create(write_request r, failure f)
{
    if (f.next == disposition::conflict) {
        f.code = "uniqueness";
        f.outcome_unknown = false;
        co_return f;
    }
    if (f.next == disposition::not_found) { // there is no collection to create in
        f.next = disposition::stop;
        f.detail += "; is ops.user_create right?";
        co_return f;
    }
    if (f.status != 500) co_return f;
    const mapping::target_id nobody;
    const auto other = co_await holder_of_names(r.desired, nobody);
    // What looks exactly as it was sent is what was sent.
    if (!other || mapping::diff_with_resource(r.desired, other->body, through_.holds().of("user")).empty()) co_return f;
    co_return taken(std::move(f), *other);
}

// Another account that has the desired user name or e-mail address; nothing also when nobody can be looked up.
asio::awaitable<std::optional<remote_resource>> target_people::holder_of_names(mapping::desired_resource desired,
                                                                               mapping::target_id but)
{
    for (const std::string attribute : {"userName", "emails.value"}) {
        std::string value = user_name_of(desired);
        if (attribute == "emails.value") {
            const auto* emails = desired.find("emails");
            value = emails ? email_of(emails->value) : std::string();
        }
        if (value.empty()) continue;
        result<std::vector<remote_resource>> found{failure{}};
        if (through_.can_find_user(attribute))
            found = co_await through_.find_users(attribute, value);
        else
            found = co_await through_.pick_from_list(attribute, value);
        if (found.has_error()) continue;
        for (auto& one : *found)
            if (one.id != but) co_return std::move(one);
    }
    co_return std::nullopt;
}

asio::awaitable<result<void>> target_people::switch_person(std::string id, bool on)
{
    const auto& ops = through_.config().ops;
    const auto& op = on ? ops.user_enable : ops.user_disable;
    placeholder_values values;
    values.set(placeholder::user, id);
    const query_list no_query;
    const std::string no_body;
    auto answer = co_await through_.through().send(op, values, no_query, no_body);
    if (answer.has_error()) co_return answer.error();
    co_return result<void>();
}

asio::awaitable<result<target_people::written_parts>> target_people::write(write_request r, held_record now,
                                                                           std::optional<bool> enabled)
{
    const auto& ops = through_.config().ops;
    const bool own_call = enabled && ops.user_enable.enabled;
    const bool own_roles = r.desired.find("roles") && !through_.config().target.roles.empty();
    written_part fields, access, given_roles;
    for (auto& path : still_to_change(r, now.shown)) {
        const bool is_access = own_call && mapping::same_name(path, "active");
        const bool is_role = mapping::same_name(path, "roles") || path.starts_with("roles.");
        if (is_role && !own_roles) continue;
        (is_access ? access : is_role ? given_roles : fields).paths.push_back(std::move(path));
    }
    written_parts sent;
    const auto was_sent = [&](written_part& part, const operation& op) {
        part.op = &op;
        if (!part.paths.empty()) sent.push_back(std::move(part));
    };
    wanted_user wanted;
    wanted.desired = &r.desired;
    wanted.held = &now.shown.body;
    if (!own_call) wanted.enabled = enabled;
    auto body = changed_user(through_.config(), now.record, wanted);
    if (!body.empty()) {
        if (auto off = through_.refuse_if_off(ops.user_update)) co_return *off;
        placeholder_values values;
        values.set(placeholder::user, r.id.text());
        const query_list no_query;
        auto text = body_text(ops.user_update, std::move(body));
        auto answer = co_await through_.through().send(ops.user_update, values, no_query, std::move(text));
        if (answer.has_error()) {
            auto f = answer.error();
            const auto link = now.record.find("federationLink");
            if (f.next == disposition::reject && link != now.record.end() && link->is_string())
                f.detail += "; the account comes from a user federation, and may be read-only at the target";
            co_return f;
        }
        was_sent(fields, ops.user_update);
    }
    if (own_call) {
        const auto switched = co_await switch_person(r.id.text(), *enabled);
        if (switched.has_error()) co_return switched.error();
        was_sent(access, *enabled ? ops.user_enable : ops.user_disable);
    }
    if (own_roles) {
        auto names = role_names(r.desired.find("roles")->value);
        const auto given = co_await through_.set_roles(r.id.text(), std::move(names));
        if (given.has_error()) co_return given.error();
        was_sent(given_roles, ops.user_role_add);
    }
    co_return sent;
}

asio::awaitable<result<remote_resource>> target_people::update(write_request r)
{
    const auto& op = through_.config().ops.user_update;
    const auto id = r.id.text();
    auto now = co_await record_of(id, std::move(r.current));
    if (now.has_error()) co_return now.error();
    const auto before = now->shown;

    std::optional<bool> enabled;
    // A lock that lapses may show as disabled (section 7.3): who is to be disabled is, whatever is shown.
    const auto active = wanted_active(r.desired);
    if (active && !*active && std::ranges::any_of(r.changed, [](const mapping::attribute_delta& d) {
            return mapping::same_name(d.path, "active");
        }))
        enabled = false;
    if (active && *active != is_active(before)) {
        const bool by_source = std::ranges::any_of(r.changed, changed_by_source);
        if (*active && !by_source && !through_.config().target.reenable) co_return locked(id);
        enabled = active;
    }
    auto written = co_await write(r, std::move(*now), enabled);
    if (written.has_error() && !written.error().outcome_unknown && written.error().next != disposition::not_found) {
        auto f = written.error();
        if (f.next == disposition::conflict) f.code = "uniqueness";
        co_return f;
    }
    read_back look(through_.through().time(), writes_);
    auto parts = written.has_value() ? std::move(*written) : written_parts();
    auto kept = co_await wait_for_change(id, before, std::move(parts), look);
    if (written.has_error()) {
        auto f = written.error();
        if (kept.has_error()) co_return kept.error().next == disposition::not_found ? kept.error() : f;
        if (f.next == disposition::not_found) co_return blamed_on_call(std::move(f), op, "the person is there");
        // The answer was lost, or a gateway gave up on it (section 9.1): what is there now decides.
        if (all_there(r, kept->shown)) co_return std::move(kept->shown);
        const auto other = co_await holder_of_names(r.desired, r.id);
        if (f.status == 500 && other) f = taken(std::move(f), *other);
        co_return f;
    }
    if (kept.has_error()) co_return kept.error();
    if (auto ignored = judged(op, r, before, kept->shown)) co_return *ignored;
    co_return std::move(kept->shown);
}

asio::awaitable<result<void>> target_people::remove(std::string id)
{
    const auto& op = through_.config().ops.user_delete;
    if (auto off = through_.refuse_if_off(op)) co_return *off;
    // Service accounts are never deleted, and a person who is not there is believed after a control read only.
    const auto now = co_await through_.user(id);
    if (now.has_error() && now.error().next == disposition::not_found) co_return result<void>();
    if (now.has_error()) co_return now.error();
    placeholder_values values;
    values.set(placeholder::user, id);
    const auto look = [this, id] { return through_.user(id); };
    co_return co_await delete_and_look(through_, writes_, op, std::move(values), look, "the person");
}

} // namespace idferry::connectors::bare_id
