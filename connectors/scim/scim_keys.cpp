#include "connectors/scim/scim_keys.hpp"

#include "mapping/attribute_path.hpp"
#include "mapping/json.hpp"

#include <variant>

namespace idferry::connectors::scim {

namespace {

using config::choice;
using config::integer;
using config::list_of;
using config::non_empty_text;

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
    const bool literal =
        !n.quoted() && mapping::parse_json(n.scalar(), value, error) && (value.is_boolean() || value.is_number());
    return literal ? value : mapping::json(n.scalar());
}

// Any value, kept as JSON text: true and 5 are what they are, other scalars are text.
config::shape<std::string> json_value()
{
    return {[](const config::node& n, config::diagnostics&) -> std::optional<std::string> {
                return mapping::to_text(json_of(n));
            },
            std::make_shared<config::description>()};
}

config::shape<attribute_keys> attributes_shape()
{
    const auto paths = list_of(target_path());
    const auto single =
        config::section<single_value_keys>()
            .optional("keep", &single_value_keys::keep,
                      choice<keep_word>({{"primary_first", keep_word::primary_first},
                                         {"first", keep_word::first},
                                         {"all", keep_word::all}}),
                      "which element stays; all = the target keeps several after all")
            .optional("force", &single_value_keys::force, config::map_of(json_value()),
                      "sub-attributes set on it when it is sent")
            .optional("drop", &single_value_keys::drop, list_of(non_empty_text()), "sub-attributes that are never sent")
            .optional("compare", &single_value_keys::compare, list_of(non_empty_text()),
                      "sub-attributes that count when values are compared")
            .shape();
    const auto all =
        config::section<attribute_keys>()
            .optional("send", &attribute_keys::send, paths,
                      "the attributes that the target keeps; [] = every mapped one. Mapping another one is a mistake")
            .optional("never_send", &attribute_keys::never_send, paths,
                      "attributes that are read-only at the target; mapping one is a mistake")
            .optional("readback_ignore", &attribute_keys::readback_ignore, paths,
                      "attributes that the target keeps but does not give back: never compared with a read")
            .optional("case_fold", &attribute_keys::case_fold, paths, "attributes compared without case")
            .optional("lower", &attribute_keys::lower, paths, "attributes sent in lower case")
            .optional("require", &attribute_keys::require, paths,
                      "attributes without which a resource cannot be created")
            .optional("unique", &attribute_keys::unique, paths, "attributes that the target keeps unique")
            .optional("single_valued", &attribute_keys::single_valued, config::map_of(single),
                      "lists of which the target keeps one element")
            .optional("force", &attribute_keys::force, config::map_of(config::map_of(json_value())),
                      "sub-attributes set on every element of a list when it is sent")
            .optional("compare", &attribute_keys::compare, config::map_of(list_of(non_empty_text())),
                      "sub-attributes of a list that count when values are compared")
            .optional("empty_means", &attribute_keys::empty_means, config::map_of(json_value()),
                      "what the target holds for a cleared attribute")
            .optional(
                "allowed", &attribute_keys::allowed, config::map_of(list_of(non_empty_text())),
                "the values that the target takes: mapping another one is a mistake, and a person who would get one is "
                "rejected")
            .shape();
    return config::named(all, "kept_attributes",
                         "what a target keeps of a resource, and how; what is missing is as the profile says");
}

} // namespace

config::shape<scim_section> scim_shape()
{
    std::vector<std::pair<std::string, std::string>> names;
    for (const auto& row : presets()) names.emplace_back(row.name, row.name);
    config::section<scim_section> s;
    s.required("type", &scim_section::type, choice<std::string>({{"scim", "scim"}}), "the word scim");
    s.optional(
        "profile", &scim_section::profile, choice(std::move(names)),
        "the preset for this product; the other keys override it. docs/connectors/scim.md says what each preset sets");
    s.required("base_url", &scim_section::base_url, config::service_url(),
               "where /Users and /Groups are; used verbatim, with its query");
    s.optional("own_account", &scim_section::own_account, non_empty_text(),
               "userName or id of the account that the credentials belong to: it is never changed");
    s.optional("content_type", &scim_section::content_type,
               choice<std::string>(
                   {{"application/scim+json", "application/scim+json"}, {"application/json", "application/json"}}),
               "media type of what is sent; application/scim+json unless the profile says otherwise");
    http::add_http_keys(s, true,
                        "how fast the service may be used; the profile's own rate when the whole key is missing");
    const auto claims = config::section<claim_keys>()
                            .optional("patch", &claim_keys::patch, config::boolean(), "whether there is PATCH")
                            .optional("filter", &claim_keys::filter, config::boolean(), "whether filters work")
                            .optional("etag", &claim_keys::etag, config::boolean(), "whether entity tags work")
                            .shape();
    s.optional(
        "discovery", &scim_section::discovery,
        config::section<discovery_keys>()
            .optional("spc", &discovery_keys::spc,
                      choice<spc_mode>(
                          {{"auto", spc_mode::automatic}, {"required", spc_mode::required}, {"skip", spc_mode::skip}}),
                      "whether ServiceProviderConfig is asked for: `auto` does without an answer, `required` fails "
                      "without one; the profile decides when it is missing")
            .optional("override", &discovery_keys::claims, claims, "counts over what the provider announces")
            .shape(),
        "how the service's abilities are learned");
    s.optional("filter", &scim_section::filter,
               config::section<filter_section>()
                   .optional("user_keys", &filter_section::user_keys, list_of(target_path()),
                             "attributes of users that can be looked up with `eq`; the profile's when it is missing. "
                             "People without a link are found by these")
                   .optional("group_keys", &filter_section::group_keys, list_of(target_path()),
                             "attributes of groups that can be looked up with `eq`; the profile's when it is missing")
                   .optional("verify_match", &filter_section::verify_match, config::boolean(),
                             "compare every hit again on our side, for services that ignore filters; true unless set")
                   .shape(),
               "which filters work");
    s.optional("paging", &scim_section::paging,
               config::section<paging_keys>()
                   .optional("count", &paging_keys::count, integer(1, 10000),
                             "resources asked for in a page; the profile's when it is missing")
                   .optional("send_start_index", &paging_keys::send_start_index, config::boolean(),
                             "send startIndex with the first page too; the profile's when it is missing")
                   .optional("cursor", &paging_keys::cursor, config::boolean(),
                             "open lists with an empty cursor (RFC 9865), for services that give no more than one page "
                             "otherwise; a nextCursor is followed anyway; as the service announces when it is missing")
                   .optional("max_pages", &paging_keys::max_pages, integer(1, 10'000'000),
                             "pages after which a list counts as endless, and as unproved; 100000 unless set")
                   .shape(),
               "how lists are read");
    s.optional("attributes", &scim_section::attributes, attributes_shape(),
               "what the target keeps of a user, and how; each key replaces the profile's");
    s.optional(
        "user", &scim_section::user,
        config::section<user_keys_section>()
            .optional("update", &user_keys_section::update,
                      choice<update_mode>({{"put_merge", update_mode::put_merge}, {"patch", update_mode::patch}}),
                      "how an existing user is changed: by PUT of the whole resource, or by PATCH; the profile's when "
                      "it is missing")
            .optional("put_include_id", &user_keys_section::put_include_id, config::boolean(),
                      "send the id in a PUT too; false unless set")
            .optional(
                "clear", &user_keys_section::clear,
                choice<clear_mode>(
                    {{"omit", clear_mode::omit}, {"null", clear_mode::null}, {"empty_text", clear_mode::empty_text}}),
                "what is sent for a cleared attribute that has no entry in attributes.empty_means; omit unless set")
            .optional("look_before_create", &user_keys_section::look_before_create,
                      choice<look_mode>({{"never", look_mode::never},
                                         {"by_filter", look_mode::by_filter},
                                         {"by_list", look_mode::by_list}}),
                      "look for the userName before each creation, by a filter, or in the list of all where a filter "
                      "may miss a name in other letters: for services that take over who has it already, and call that "
                      "created; the profile's when it is missing")
            .shape(),
        "how users are written");
    s.optional(
        "group", &scim_section::group,
        config::section<group_keys_section>()
            .optional("membership", &group_keys_section::membership,
                      choice<membership_mode>({{"auto", membership_mode::automatic},
                                               {"put_full", membership_mode::put_full},
                                               {"patch_filter", membership_mode::patch_filter},
                                               {"patch_value", membership_mode::patch_value}}),
                      "how members are added and removed: by PUT of the whole group, or by PATCH; `auto` takes "
                      "PATCH where it may be used. Members that are not ours stay either way. patch_value names "
                      "who is removed by a value: only for services that are known to want that, any other one "
                      "removes everybody")
            .optional("update", &group_keys_section::update,
                      choice<update_mode>({{"put_merge", update_mode::put_merge}, {"patch", update_mode::patch}}),
                      "how a group's own attributes are changed; the profile's when it is missing")
            .optional("reserved_names", &group_keys_section::reserved_names, list_of(non_empty_text()),
                      "names of groups that are never touched")
            .optional("lookup", &group_keys_section::lookup,
                      choice<lookup_word>({{"filter", lookup_word::filter}, {"list", lookup_word::list}}),
                      "find a group by a filter on displayName, or in the list of all groups; by a filter "
                      "unless the profile has none for groups")
            .optional("members_per_request", &group_keys_section::members_per_request, integer(1, 10000),
                      "members in one PATCH; 100 unless set")
            .optional("members", &group_keys_section::members, config::boolean(),
                      "whether members can be written at all; true unless set")
            .optional("members_readable", &group_keys_section::members_readable, config::boolean(),
                      "whether the service shows who is in a group. Where it does not, what it confirmed counts, "
                      "and drift of members cannot be seen; the profile's when it is missing")
            .optional("attributes", &group_keys_section::attributes, attributes_shape(),
                      "what the target keeps of a group; the keys are those of `attributes`")
            .shape(),
        "how groups are written");
    s.optional("patch", &scim_section::patch,
               choice<patch_mode>(
                   {{"never", patch_mode::never}, {"auto", patch_mode::automatic}, {"always", patch_mode::always}}),
               "whether PATCH may be used; auto = when the service announces it. The profile's when it is missing");
    s.optional(
        "patch_rules", &scim_section::patch_rules_given,
        config::section<patch_rules>()
            .optional("remove", &patch_rules::remove, config::boolean(),
                      "whether PATCH can remove an attribute; otherwise a cleared one is replaced by null, or by "
                      "an empty text with user.clear: empty_text; the profile's when it is missing")
            .optional("atomic", &patch_rules::atomic, config::boolean(),
                      "whether a refused PATCH has changed nothing (RFC 7644); otherwise the user is read after "
                      "a refusal, and what is still missing is sent one by one; the profile's when it is missing")
            .shape(),
        "what PATCH can do there");
    s.optional("entitlement_type", &scim_section::entitlement_type, non_empty_text(),
               "the sub-attribute `type` of every entitlement that is sent; as mapped when it is missing");
    s.optional(
        "errors", &scim_section::errors,
        config::section<error_keys>()
            .optional(
                "uniqueness_words", &error_keys::uniqueness_words, list_of(non_empty_text()),
                "words in the text of a 400 that tell that a value is taken already; the profile's when it is missing")
            .optional("renew_on_403", &error_keys::renew_on_403, config::boolean(),
                      "a 403 may mean that the token has ended: it is renewed once; the profile's when it is missing")
            .shape(),
        "how error answers are read");
    s.optional("source", &scim_section::source, source_shape(), "how people and groups are read when this is a source");
    return s.shape();
}

} // namespace idferry::connectors::scim
