#include "connectors/scim/scim_settings.hpp"

#include "mapping/attribute_path.hpp"
#include "mapping/json.hpp"

#include <map>
#include <variant>

namespace idferry::connectors::scim {

namespace {

using config::choice;
using config::integer;
using config::list_of;
using config::non_empty_text;
using mapping::single_value_rule;
using mapping::type_profile;

using texts = std::vector<std::string>;
template <class T> using by_name = std::vector<std::pair<config::located<std::string>, T>>;

// Sections as they are written; what is missing keeps the preset's value.
struct claim_keys
{
    std::optional<bool> patch, filter, etag;
};

struct discovery_keys
{
    std::optional<spc_mode> spc;
    claim_keys claims;
};

struct filter_section
{
    std::optional<texts> user_keys, group_keys;
    std::optional<bool> verify_match;
};

struct paging_keys
{
    std::optional<std::int64_t> count, max_pages;
    std::optional<bool> send_start_index;
};

enum class keep_word
{
    primary_first,
    first,
    all
};

struct single_value_keys
{
    keep_word keep{keep_word::primary_first};
    by_name<std::string> force;
    texts drop;
    texts compare{"value"};
};

struct attribute_keys
{
    std::optional<texts> send, never_send, readback_ignore, case_fold, lower, require, unique;
    by_name<single_value_keys> single_valued;
    by_name<by_name<std::string>> force;
    by_name<texts> compare;
    by_name<std::string> empty_means;
    by_name<texts> allowed;
};

struct user_keys_section
{
    std::optional<update_mode> update;
    std::optional<bool> put_include_id;
    std::optional<clear_mode> clear;
};

enum class lookup_word
{
    filter,
    list
};

struct group_keys_section
{
    std::optional<membership_mode> membership;
    std::optional<texts> reserved_names;
    std::optional<lookup_word> lookup;
    std::optional<std::int64_t> members_per_request;
    std::optional<bool> members;
    attribute_keys attributes;
};

struct error_keys
{
    std::optional<texts> uniqueness_words;
};

struct scim_section : http::http_section
{
    std::string type;
    std::string profile{"generic"};
    std::string base_url;
    std::string own_account;
    std::optional<std::string> content_type;
    discovery_keys discovery;
    filter_section filter;
    paging_keys paging;
    attribute_keys attributes;
    user_keys_section user;
    group_keys_section group;
    std::optional<patch_mode> patch;
    std::optional<std::string> entitlement_type;
    error_keys errors;
};

config::shape<std::string> target_path()
{
    return config::checked<std::string>(non_empty_text(), [](const std::string& text) -> std::string {
        const auto parsed = mapping::parse_path(text);
        if (const auto* e = std::get_if<mapping::parse_error>(&parsed))
            return "is not an attribute path: " + e->message + " (character " + std::to_string(e->position + 1) + ")";
        const auto& path = std::get<mapping::attribute_path>(parsed);
        if (path.value_filter || path.attribute.empty()) return "must name an attribute, without a filter";
        return {};
    });
}

mapping::json json_of(const config::node& n)
{
    if (n.is_null()) return nullptr;
    if (n.is_list()) {
        auto all = mapping::json::array();
        for (const auto& item : n.items()) all.push_back(json_of(item));
        return all;
    }
    if (n.is_map()) {
        auto all = mapping::json::object();
        for (const auto& e : n.entries()) all[e.key.scalar()] = json_of(e.value);
        return all;
    }
    mapping::json value;
    mapping::json_error error;
    const bool literal = !n.quoted() && mapping::parse_json(n.scalar(), value, error) && (value.is_boolean() || value.is_number());
    return literal ? value : mapping::json(n.scalar());
}

// Any value, kept as JSON text: true and 5 are what they are, other scalars are text.
config::shape<std::string> json_value()
{
    return {[](const config::node& n, config::diagnostics&) -> std::optional<std::string> { return mapping::to_text(json_of(n)); },
            std::make_shared<config::description>()};
}

config::shape<attribute_keys> attributes_shape()
{
    const auto paths = list_of(target_path());
    const auto single = config::section<single_value_keys>()
                            .optional("keep", &single_value_keys::keep,
                                      choice<keep_word>({{"primary_first", keep_word::primary_first}, {"first", keep_word::first}, {"all", keep_word::all}}),
                                      "which element stays; all = the target keeps several after all")
                            .optional("force", &single_value_keys::force, config::map_of(json_value()), "sub-attributes set on it when it is sent")
                            .optional("drop", &single_value_keys::drop, list_of(non_empty_text()), "sub-attributes that are never sent")
                            .optional("compare", &single_value_keys::compare, list_of(non_empty_text()), "sub-attributes that count when values are compared")
                            .shape();
    return config::section<attribute_keys>()
        .optional("send", &attribute_keys::send, paths, "the attributes that the target keeps; [] = every mapped one")
        .optional("never_send", &attribute_keys::never_send, paths, "attributes that are never sent")
        .optional("readback_ignore", &attribute_keys::readback_ignore, paths, "attributes that the target keeps but does not give back")
        .optional("case_fold", &attribute_keys::case_fold, paths, "attributes compared without case")
        .optional("lower", &attribute_keys::lower, paths, "attributes sent in lower case")
        .optional("require", &attribute_keys::require, paths, "attributes without which a resource cannot be created")
        .optional("unique", &attribute_keys::unique, paths, "attributes that the target keeps unique")
        .optional("single_valued", &attribute_keys::single_valued, config::map_of(single), "lists of which the target keeps one element")
        .optional("force", &attribute_keys::force, config::map_of(config::map_of(json_value())), "sub-attributes set on every element of a list when it is sent")
        .optional("compare", &attribute_keys::compare, config::map_of(list_of(non_empty_text())), "sub-attributes of a list that count when values are compared")
        .optional("empty_means", &attribute_keys::empty_means, config::map_of(json_value()), "what the target holds for a cleared attribute")
        .optional("allowed", &attribute_keys::allowed, config::map_of(list_of(non_empty_text())), "the values that the target takes")
        .shape();
}

config::section<scim_section> scim_shape()
{
    std::vector<std::pair<std::string, std::string>> names;
    for (const auto& row : presets()) names.emplace_back(row.name, row.name);
    config::section<scim_section> s;
    s.required("type", &scim_section::type, choice<std::string>({{"scim", "scim"}}), "scim");
    s.optional("profile", &scim_section::profile, choice(std::move(names)), "the preset that the other keys override");
    s.required("base_url", &scim_section::base_url, config::service_url(), "where /Users and /Groups are; used verbatim, with its query");
    s.optional("own_account", &scim_section::own_account, non_empty_text(),
               "userName or id of the account that the credentials belong to: it is never changed");
    s.optional("content_type", &scim_section::content_type,
               choice<std::string>({{"application/scim+json", "application/scim+json"}, {"application/json", "application/json"}}),
               "media type of what is sent");
    http::add_http_keys(s);
    const auto claims = config::section<claim_keys>()
                            .optional("patch", &claim_keys::patch, config::boolean(), "PATCH is there")
                            .optional("filter", &claim_keys::filter, config::boolean(), "filters work")
                            .optional("etag", &claim_keys::etag, config::boolean(), "entity tags work")
                            .shape();
    s.optional("discovery", &scim_section::discovery,
               config::section<discovery_keys>()
                   .optional("spc", &discovery_keys::spc,
                             choice<spc_mode>({{"auto", spc_mode::automatic}, {"required", spc_mode::required}, {"skip", spc_mode::skip}}),
                             "whether ServiceProviderConfig is asked for")
                   .optional("override", &discovery_keys::claims, claims, "what counts over what the provider announces")
                   .shape(),
               "how the provider's abilities are learned");
    s.optional("filter", &scim_section::filter,
               config::section<filter_section>()
                   .optional("user_keys", &filter_section::user_keys, list_of(target_path()), "attributes of users that can be looked up with eq")
                   .optional("group_keys", &filter_section::group_keys, list_of(target_path()), "attributes of groups that can be looked up with eq")
                   .optional("verify_match", &filter_section::verify_match, config::boolean(), "compare every hit again on our side")
                   .shape(),
               "which filters work");
    s.optional("paging", &scim_section::paging,
               config::section<paging_keys>()
                   .optional("count", &paging_keys::count, integer(1, 10000), "resources asked for in a page")
                   .optional("send_start_index", &paging_keys::send_start_index, config::boolean(), "send startIndex with the first page too")
                   .optional("max_pages", &paging_keys::max_pages, integer(1, 10'000'000), "pages after which a list counts as endless")
                   .shape(),
               "how lists are read");
    s.optional("attributes", &scim_section::attributes, attributes_shape(), "what the target keeps of a user, and how");
    s.optional("user", &scim_section::user,
               config::section<user_keys_section>()
                   .optional("update", &user_keys_section::update,
                             choice<update_mode>({{"put_merge", update_mode::put_merge}, {"patch", update_mode::patch}}),
                             "how an existing user is changed")
                   .optional("put_include_id", &user_keys_section::put_include_id, config::boolean(), "send the id in a PUT")
                   .optional("clear", &user_keys_section::clear,
                             choice<clear_mode>({{"omit", clear_mode::omit}, {"null", clear_mode::null}, {"empty_text", clear_mode::empty_text}}),
                             "what is sent for a cleared attribute without an entry in empty_means")
                   .shape(),
               "how users are written");
    s.optional("group", &scim_section::group,
               config::section<group_keys_section>()
                   .optional("membership", &group_keys_section::membership,
                             choice<membership_mode>({{"auto", membership_mode::automatic},
                                                      {"put_full", membership_mode::put_full},
                                                      {"patch_filter", membership_mode::patch_filter}}),
                             "how members are added and removed; members that are not ours stay either way")
                   .optional("reserved_names", &group_keys_section::reserved_names, list_of(non_empty_text()), "groups that are never touched")
                   .optional("lookup", &group_keys_section::lookup,
                             choice<lookup_word>({{"filter", lookup_word::filter}, {"list", lookup_word::list}}),
                             "find a group by a filter on displayName, or in the list of all groups")
                   .optional("members_per_request", &group_keys_section::members_per_request, integer(1, 10000), "members in one PATCH")
                   .optional("members", &group_keys_section::members, config::boolean(), "members can be written at all")
                   .optional("attributes", &group_keys_section::attributes, attributes_shape(), "what the target keeps of a group")
                   .shape(),
               "how groups are written");
    s.optional("patch", &scim_section::patch,
               choice<patch_mode>({{"never", patch_mode::never}, {"auto", patch_mode::automatic}, {"always", patch_mode::always}}),
               "whether PATCH may be used; auto = when the provider announces it");
    s.optional("entitlement_type", &scim_section::entitlement_type, non_empty_text(), "sub-attribute `type` of every entitlement");
    s.optional("errors", &scim_section::errors,
               config::section<error_keys>()
                   .optional("uniqueness_words", &error_keys::uniqueness_words, list_of(non_empty_text()),
                             "words in the text of a 400 that make it a uniqueness conflict")
                   .shape(),
               "how errors are read");
    return s;
}

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
        t.single_valued[attribute.value] = {rule.keep == keep_word::first ? single_value_rule::keep_kind::first : single_value_rule::keep_kind::primary_first,
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
    override_with(w.patch, s.patch);
    override_with(w.user_update, s.user.update);
    override_with(w.put_include_id, s.user.put_include_id);
    override_with(w.clear, s.user.clear);
    override_with(w.membership, s.group.membership);
    if (s.group.members_per_request) w.members_per_request = static_cast<int>(*s.group.members_per_request);
    override_with(w.uniqueness_words, s.errors.uniqueness_words);
    if (s.group.lookup == lookup_word::list) w.group_keys.clear();
    if (s.group.lookup == lookup_word::filter && w.group_keys.empty()) w.group_keys = {"displayName"};
}

const config::node node_at(const config::node& section, std::string_view first, std::string_view second)
{
    const auto a = section.find(first);
    const auto b = a ? a->find(second) : std::nullopt;
    return b ? *b : a ? *a : section;
}

bool check_patch(const dialect& w, const config::node& section, config::diagnostics& out)
{
    if (w.patch != patch_mode::never) return true;
    const auto before = out.size();
    if (w.membership == membership_mode::patch_filter)
        out.add(node_at(section, "group", "membership"), "patch_filter needs PATCH, but this profile never uses it; set patch: auto or always beside it");
    if (w.user_update == update_mode::patch)
        out.add(node_at(section, "user", "update"), "patch needs PATCH, but this profile never uses it; set patch: auto or always beside it");
    return out.size() == before;
}

} // namespace

std::optional<scim_settings> parse_settings(const config::node& section, config::diagnostics& out)
{
    const auto read = scim_shape().shape().parse(section, out);
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
    s.holds = std::move(base->holds);
    override_attributes(s.holds.types["user"], read->attributes);
    auto& group = s.holds.types["group"];
    override_attributes(group, read->group.attributes);
    override_with(group.reserved_names, read->group.reserved_names);
    override_with(group.members, read->group.members);
    const auto entitlement_type = read->entitlement_type.value_or(base->entitlement_type);
    if (!entitlement_type.empty()) s.holds.types["user"].force["entitlements"]["type"] = mapping::to_text(mapping::json(entitlement_type));
    return s;
}

std::shared_ptr<const config::description> describe_settings() { return scim_shape().shape().doc; }

} // namespace idferry::connectors::scim
