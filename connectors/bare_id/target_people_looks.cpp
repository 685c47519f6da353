// What is looked at after people were written: waiting for what shows late, and judging what is there in the end.
#include "connectors/bare_id/target_people.hpp"

#include "mapping/core_schema.hpp"
#include "mapping/normalise.hpp"

#include <algorithm>

namespace idferry::connectors::bare_id {

namespace asio = boost::asio;

namespace {

using mapping::json;

// What every instance keeps, whatever its policy about attributes is.
constexpr std::string_view own_fields[] = {"userName", "name.givenName", "name.familyName", "emails", "active"};

bool is_own_field(const std::string& path)
{
    return std::ranges::any_of(own_fields, [&](std::string_view f) { return mapping::same_name(path, f); });
}

} // namespace

// The id of a new account, by its name: once the list shows it.
asio::awaitable<result<std::string>> target_people::wait_for_name(std::string user_name)
{
    const auto& op = through_.config().ops.user_create;
    read_back look(through_.through().time(), writes_);
    for (;;) {
        auto found = co_await through_.locate(mapping::user_type, user_name);
        if (found.has_value()) look.shows(op);
        if (found.has_value() || found.error().code != "not_seen") co_return found;
        const bool again = co_await look.wait(op);
        if (!again) co_return found;
    }
}

// A new account, as soon as it is shown. What is not there in the end is not found with a proof, as by target_session.
asio::awaitable<result<held_record>> target_people::wait_for_account(std::string id, read_back& look)
{
    const auto& op = through_.config().ops.user_create;
    for (;;) {
        auto kept = co_await through_.shown_user(id);
        if (kept.has_value()) look.shows(op);
        if (kept.has_value() || kept.error().next != disposition::not_found) co_return kept;
        const bool again = co_await look.wait(op);
        if (!again) break;
    }
    co_return co_await through_.user(id);
}

// The person after a write: while one of its requests seems to have changed nothing, this may be what was there before.
asio::awaitable<result<held_record>> target_people::wait_for_change(std::string id, const remote_resource& before,
                                                                    written_parts parts, read_back& look)
{
    const auto& profile = through_.holds().of("user");
    const auto held = [&](const remote_resource& one, const std::string& path) {
        return mapping::comparable_value(path, mapping::value_at(one.body, path).value_or(json()), profile);
    };
    auto kept = co_await through_.user(id);
    for (const auto& part : parts) {
        const auto as_before = [&](const std::string& path) { return held(kept->shown, path) == held(before, path); };
        while (kept.has_value() && std::ranges::all_of(part.paths, as_before)) {
            const bool again = co_await look.wait(*part.op);
            if (!again) break;
            kept = co_await through_.user(id);
        }
        if (kept.has_error()) break;
        if (!std::ranges::all_of(part.paths, as_before)) look.shows(*part.op);
    }
    co_return kept;
}

// What differs between what is desired and what is there, of what the request was about.
std::vector<std::string> target_people::still_to_change(const write_request& r, const remote_resource& now) const
{
    const auto& profile = through_.holds().of("user");
    std::vector<std::string> paths;
    for (const auto& d : r.changed)
        if (mapping::comparable_value(d.path, d.new_value.value_or(json()), profile) !=
            mapping::comparable_value(d.path, mapping::value_at(now.body, d.path).value_or(json()), profile))
            paths.push_back(d.path);
    return paths;
}

// Everything that was to change is as it should be.
bool target_people::all_there(const write_request& r, const remote_resource& shown) const
{
    return still_to_change(r, shown).empty();
}

// Nothing when the write was seen to work, or to be somebody's own trouble.
std::optional<failure> target_people::judged(const operation& op, const write_request& r, const remote_resource& before,
                                             const remote_resource& after)
{
    const auto& profile = through_.holds().of("user");
    const bool creates = before.id.empty();
    std::string lost;
    bool only_name = true, effect = false;
    for (const auto& a : r.desired.attributes) {
        if (!is_own_field(a.path)) continue;
        // A new account has its name, or it would not be there; and it is switched on, or off, by itself.
        if (creates && (mapping::same_name(a.path, "userName") || mapping::same_name(a.path, "active"))) continue;
        if (creates ? a.value.is_null() : a.apply != mapping::apply_mode::always) continue;
        const auto wanted = mapping::comparable_value(a.path, a.value, profile);
        const auto held = [&](const remote_resource& one) {
            return mapping::comparable_value(a.path, mapping::value_at(one.body, a.path).value_or(json()), profile);
        };
        if (!creates && held(before) == wanted) continue; // nothing was to change
        if (held(after) == wanted || (!creates && held(after) != held(before))) {
            effect = true;
            continue;
        }
        lost += (lost.empty() ? "" : ", ") + a.path;
        only_name = only_name && mapping::same_name(a.path, "userName");
    }
    if (effect) writes_.worked(op);
    if (effect || lost.empty()) return std::nullopt;
    auto f = writes_.did_nothing(op, lost + " as before");
    if (creates) f.detail += "; the account " + after.id.text() + " is there now";
    if (only_name && !creates) {
        // Some realms do not let anybody change user names, or take them from the e-mail.
        f.next = disposition::reject;
        f.detail += "; does the realm allow that user names change?";
    }
    return f;
}

} // namespace idferry::connectors::bare_id
