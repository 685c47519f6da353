#include "connectors/scim/scim_settings.hpp"

#include "connectors/scim/scim_keys.hpp"
#include "mapping/json.hpp"
#include "mapping/shown_members.hpp"

#include <map>

namespace idferry::connectors::scim {

namespace {

using mapping::single_value_rule;
using mapping::type_profile;

template <class T> void override_with(T& kept, const std::optional<T>& given)
{
    if (given) kept = *given;
}

std::map<std::string, std::string> plain_map(const by_name<std::string>& m)
{
    std::map<std::string, std::string> out;
    for (const auto& [key, value] : m) out[key.value] = value;
    return out;
}

void override_attributes(type_profile& t, const attribute_keys& k)
{
    override_with(t.send, k.send);
    override_with(t.never_send, k.never_send);
    override_with(t.unreturned, k.readback_ignore);
    override_with(t.case_fold, k.case_fold);
    override_with(t.lower, k.lower);
    override_with(t.require, k.require);
    override_with(t.unique, k.unique);
    for (const auto& [attribute, rule] : k.single_valued) {
        t.single_valued.erase(attribute.value);
        if (rule.keep == keep_word::all) continue;
        t.single_valued[attribute.value] = {rule.keep == keep_word::first ? single_value_rule::keep_kind::first
                                                                          : single_value_rule::keep_kind::primary_first,
                                            plain_map(rule.force), rule.drop, rule.compare};
    }
    for (const auto& [attribute, subs] : k.force) t.force[attribute.value] = plain_map(subs);
    for (const auto& [attribute, subs] : k.compare) t.compare[attribute.value] = subs;
    for (const auto& [attribute, value] : k.empty_means) t.empty_means[attribute.value] = value;
    for (const auto& [attribute, values] : k.allowed) t.allowed_values[attribute.value] = values;
}

void override_dialect(dialect& w, const scim_section& s)
{
    override_with(w.content_type, s.content_type);
    override_with(w.spc, s.discovery.spc);
    if (s.discovery.claims.patch) w.claims.patch = s.discovery.claims.patch;
    if (s.discovery.claims.filter) w.claims.filter = s.discovery.claims.filter;
    if (s.discovery.claims.etag) w.claims.etag = s.discovery.claims.etag;
    override_with(w.user_keys, s.filter.user_keys);
    override_with(w.group_keys, s.filter.group_keys);
    override_with(w.verify_match, s.filter.verify_match);
    if (s.paging.count) w.page_size = static_cast<int>(*s.paging.count);
    if (s.paging.max_pages) w.max_pages = static_cast<int>(*s.paging.max_pages);
    override_with(w.send_start_index, s.paging.send_start_index);
    override_with(w.cursor, s.paging.cursor);
    override_with(w.patch, s.patch);
    override_with(w.patch_remove, s.patch_rules_given.remove);
    override_with(w.patch_atomic, s.patch_rules_given.atomic);
    override_with(w.user_update, s.user.update);
    override_with(w.look_before_create, s.user.look_before_create);
    override_with(w.group_update, s.group.update);
    override_with(w.renew_on_403, s.errors.renew_on_403);
    override_with(w.put_include_id, s.user.put_include_id);
    override_with(w.clear, s.user.clear);
    override_with(w.membership, s.group.membership);
    if (s.group.members_per_request) w.members_per_request = static_cast<int>(*s.group.members_per_request);
    override_with(w.uniqueness_words, s.errors.uniqueness_words);
    if (s.group.lookup == lookup_word::list) w.group_keys.clear();
    if (s.group.lookup == lookup_word::filter && w.group_keys.empty()) w.group_keys = {"displayName"};
}

config::node node_at(const config::node& section, std::string_view first, std::string_view second)
{
    const auto a = section.find(first);
    const auto b = a ? a->find(second) : std::nullopt;
    return b ? *b : a ? *a : section;
}

bool check_patch(const dialect& w, const config::node& section, config::diagnostics& out)
{
    if (w.patch != patch_mode::never) return true;
    const auto before = out.size();
    const char* otherwise = " needs PATCH, but this profile never uses it; set patch: auto or always beside it";
    if (w.membership == membership_mode::patch_filter || w.membership == membership_mode::patch_value)
        out.add(node_at(section, "group", "membership"),
                (w.membership == membership_mode::patch_filter ? "patch_filter" : "patch_value") +
                    std::string(otherwise));
    if (w.user_update == update_mode::patch)
        out.add(node_at(section, "user", "update"), "patch" + std::string(otherwise));
    if (w.group_update == update_mode::patch)
        out.add(node_at(section, "group", "update"), "patch" + std::string(otherwise));
    return out.size() == before;
}

// A PUT of a group whose members nobody can see would throw them all out.
bool check_hidden_members(const scim_settings& s, const config::node& section, config::diagnostics& out)
{
    if (mapping::shows_members(s.holds.of("group"))) return true;
    const bool by_patch =
        s.wire.group_update == update_mode::patch &&
        (s.wire.membership == membership_mode::patch_filter || s.wire.membership == membership_mode::patch_value);
    if (by_patch) return true;
    out.add(node_at(section, "group", "members_readable"),
            "where members are not shown, a PUT of a group would throw them out: group.membership must be patch_filter "
            "or patch_value, and group.update must be patch");
    return false;
}

} // namespace

std::optional<scim_settings> parse_settings(const config::node& section, config::diagnostics& out)
{
    const auto read = scim_shape().parse(section, out);
    if (!read) return std::nullopt;
    auto base = find_preset(read->profile);
    if (!base) return std::nullopt; // `choice` has let only known names through
    scim_settings s;
    s.base_url = read->base_url;
    s.own_account = read->own_account;
    s.auth = read->auth;
    s.http = read->settings();
    if (!section.find("rate")) {
        s.http.client.pace = base->rate;
        s.http.transport.max_connections = static_cast<std::size_t>(base->rate.concurrency);
    }
    s.wire = std::move(base->wire);
    override_dialect(s.wire, *read);
    if (!check_patch(s.wire, section, out)) return std::nullopt;
    s.reads = std::move(base->reads);
    override_rules(s.reads, read->source);
    s.holds = std::move(base->holds);
    override_attributes(s.holds.types["user"], read->attributes);
    auto& group = s.holds.types["group"];
    override_attributes(group, read->group.attributes);
    override_with(group.reserved_names, read->group.reserved_names);
    override_with(group.members, read->group.members);
    if (read->group.members_readable && *read->group.members_readable != mapping::shows_members(group)) {
        std::erase_if(group.unreturned, [](const std::string& path) { return mapping::same_name(path, "members"); });
        if (!*read->group.members_readable) group.unreturned.emplace_back("members");
    }
    if (!check_hidden_members(s, section, out)) return std::nullopt;
    s.http.client.renew_on_403 = s.wire.renew_on_403;
    const auto entitlement_type = read->entitlement_type.value_or(base->entitlement_type);
    if (!entitlement_type.empty())
        s.holds.types["user"].force["entitlements"]["type"] = mapping::to_text(mapping::json(entitlement_type));
    return s;
}

std::shared_ptr<const config::description> describe_settings()
{
    return scim_shape().doc;
}

} // namespace idferry::connectors::scim
