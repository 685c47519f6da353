#include "daemon/run/settings_shapes.hpp"

#include "daemon/run/account_step_settings.hpp"
#include "daemon/run/admin_shape.hpp"
#include "daemon/run/schedule_shape.hpp"
#include "daemon/run/sharing_settings.hpp"

namespace idferry::daemon::run {

namespace {

using config::description;
using kind = config::description::kind;
using described = std::shared_ptr<const description>;

described section(std::string name, std::string doc, std::vector<description::key> keys,
                  std::vector<description::key_rule> rules = {})
{
    auto d = std::make_shared<description>();
    d->what = kind::section;
    d->name = std::move(name);
    d->doc = std::move(doc);
    d->keys = std::move(keys);
    d->rules = std::move(rules);
    return d;
}

described map_of(described element)
{
    auto d = std::make_shared<description>();
    d->what = kind::map;
    d->element = std::move(element);
    d->least = 1;
    return d;
}

described named(const described& plain, std::string name, std::string doc)
{
    auto d = std::make_shared<description>(*plain);
    d->name = std::move(name);
    d->doc = std::move(doc);
    return d;
}

described filters()
{
    return config::detail::describe_list(mapping::describe_filter());
}

described type_section(const mapping::resource_type& type)
{
    auto keys = mapping::describe_mapping(type.name);
    for (auto& key : own_type_keys(type)) keys.push_back(std::move(key));
    return section(std::string(type.section),
                   "which " + std::string(type.section) + " are kept in step, and what the target holds of them",
                   std::move(keys));
}

described connection()
{
    std::vector<described> all;
    for (const auto& row : connectors::connector_types())
        all.push_back(named(row.describe(), std::string(row.name), std::string(row.doc)));
    auto d = std::make_shared<description>(*config::detail::describe_one_of(std::move(all)));
    d->name = "connection";
    d->doc = "an endpoint with its credentials; `type` says which kind it is";
    return d;
}

} // namespace

config::shape<leave_settings> leave_shape()
{
    using namespace config;
    return config::named(
        config::section<leave_settings>()
            .required("action", &leave_settings::action,
                      choice<leave_action>({{"deactivate", leave_action::deactivate},
                                            {"delete", leave_action::remove},
                                            {"keep", leave_action::keep}}),
                      "`deactivate` sets `active` to false, `delete` removes the resource, `keep` does nothing")
            .optional("then_delete_after", &leave_settings::then_delete_after, duration(),
                      "with action: deactivate: delete this long after the deactivation, unless the person "
                      "returns; never when it is missing")
            .optional(
                "revoke_credentials", &leave_settings::revoke_credentials,
                choice<revocation>(
                    {{"never", revocation::never}, {"before", revocation::before}, {"after", revocation::after}}),
                "with action: deactivate: whether credentials (passkeys) are revoked, which cannot be undone, and "
                "whether before or after the deactivation; only for targets whose accounts have them")
            .check([](const leave_settings& l, const node& n, diagnostics& out) {
                if (l.revoke_credentials != revocation::never && l.action != leave_action::deactivate)
                    out.add(*n.find("revoke_credentials"),
                            l.action == leave_action::remove
                                ? "revoke_credentials goes with action: deactivate only; a deletion ends them all"
                                : "revoke_credentials goes with action: deactivate only");
                if (l.then_delete_after && l.action != leave_action::deactivate)
                    out.add(*n.find("then_delete_after"), "then_delete_after goes with action: deactivate only");
            })
            .shape(),
        "leave", "what happens to a resource that left the source or the scope",
        {R"({"action": "deactivate", "then_delete_after": "30d"})"});
}

config::shape<retention_settings> retention_shape()
{
    using namespace config;
    return config::named(
        config::section<retention_settings>()
            .optional("values", &retention_settings::values, duration(),
                      "how long the audit trail keeps names and values; its lines stay, and still verify")
            .optional("cycles", &retention_settings::cycles, duration(), "how long finished cycles are listed")
            .check([](const retention_settings& r, const node& n, diagnostics& out) {
                // The guards look back over a day, and a person over a night.
                constexpr auto least = std::chrono::hours(48);
                for (const auto& [key, length] : {std::pair{"values", r.values}, std::pair{"cycles", r.cycles}})
                    if (const auto at = n.find(key); at && length < least)
                        out.add(*at, "less than 48h is too short to look back at anything");
            })
            .shape(),
        "retention", "how long the state keeps what only the history commands need");
}

config::shape<const mapping::resource_type*> source_type_shape(const mapping::resource_type& type)
{
    using namespace config;
    // Who belongs to it may come from groups of any source.
    std::vector<std::pair<std::string, const mapping::resource_type*>> choices{{std::string(type.section), &type}};
    if (type.has_members && type.members == mapping::user_type.name && &type != &mapping::group_type)
        choices.emplace_back(std::string(mapping::group_type.section), &mapping::group_type);
    return choice<const mapping::resource_type*>(choices);
}

leave_action usual_leave(const mapping::resource_type& type)
{
    if (mapping::is_person(type)) return leave_action::deactivate;
    // What a realm is configured by is not taken away because it is missing somewhere.
    return &type == &mapping::group_type ? leave_action::remove : leave_action::keep;
}

std::shared_ptr<const description> describe_leave(const mapping::resource_type& type)
{
    const auto all = leave_shape().doc;
    if (mapping::is_person(type)) return all;
    auto d = std::make_shared<description>(*all);
    const std::string section(type.section);
    d->name = "leave_of_" + section;
    d->doc = "what happens to " + section + " that left the source or the scope; they cannot be deactivated";
    d->examples = {R"({"action": "keep"})"};
    std::erase_if(d->keys, [](const auto& key) {
        return key.name == "then_delete_after" || key.name == "revoke_credentials"; // they go with deactivate
    });
    for (auto& key : d->keys) {
        auto words = std::make_shared<description>(*key.value);
        std::erase(words->choices, "deactivate");
        if (type.only_members()) std::erase(words->choices, "delete");
        key.value = words;
        key.doc = type.only_members() ? "`keep` does nothing" : "`delete` removes it, `keep` does nothing";
    }
    return d;
}

std::vector<description::key> own_type_keys(const mapping::resource_type& type)
{
    constexpr std::array words{"deactivate", "delete", "keep"};
    const std::string usual = words[static_cast<std::size_t>(usual_leave(type))];
    std::vector<description::key> keys{
        {"leave", false, "what happens to a resource that left the source or the scope", describe_leave(type),
         R"({"action": ")" + usual + "\"}"},
        {"accept_not_kept", false,
         "mapped attributes whose loss at the target is accepted: a value that the target does not keep as written "
         "is then no longer shown in every plan. Never active, roles, entitlements or members",
         config::detail::describe_list(config::non_empty_text().doc), "[]"}};
    if (const auto from = source_type_shape(type).doc; from->choices.size() > 1)
        keys.push_back(
            {"from", false, "what it is made of at the source", from, "\"" + std::string(type.section) + "\""});
    if (&type == &mapping::user_type)
        keys.push_back({"join", false, "what somebody new at the target gets beside the account; nothing without it",
                        join_shape().doc});
    return keys;
}

namespace {

std::string about_type(const mapping::resource_type& type)
{
    if (mapping::is_person(type)) return "the rules for people; they are left alone when this is missing";
    if (&type == &mapping::group_type) return "the rules for groups; they are left alone when this is missing";
    return "the rules for " + std::string(type.section) +
           ", where both ends have them; they are left alone when this is missing";
}

} // namespace

const std::vector<description::key>& sync_keys()
{
    static const std::vector<description::key> keys = [] {
        const auto name = config::non_empty_text().doc;
        std::vector<description::key> all{
            {"source", true, "name of the connection whose people and groups are right", name},
            {"target", true, "name of the connection that is kept in step", name},
            {"schedule", false, "when the daemon runs it; only when it is asked to when this is missing",
             schedule_shape().doc}};
        for (const auto* type : mapping::resource_types())
            all.push_back({std::string(type->section), false, about_type(*type), type_section(*type)});
        all.push_back(
            {"yields_to", false, "where several syncs write to one target: who comes first", describe_yields()});
        all.push_back({"guards", false,
                       "limits that the whole plan must keep before anything is written; its defaults hold when it is "
                       "missing",
                       reconcile::guard_shape().doc});
        all.push_back({"protect", false,
                       "filters over the target's resources: whoever fits is never changed. The account that our own "
                       "credentials belong to is protected by itself",
                       filters(), "[]"});
        return all;
    }();
    return keys;
}

namespace {

std::vector<std::string> type_sections()
{
    std::vector<std::string> all;
    for (const auto* type : mapping::resource_types()) all.emplace_back(type->section);
    return all;
}

} // namespace

const std::vector<description::key>& root_keys()
{
    static const std::vector<description::key> keys{
        {"connections", true, "the systems, by names of your own", map_of(connection())},
        {"syncs", true, "what is kept in step with what, by names of your own",
         map_of(section("sync", "one flow from a source to a target", sync_keys(),
                        {{description::key_rule::kind::at_least_one, type_sections()}}))},
        {"retention", false, "how long the state keeps what only the history commands need", retention_shape().doc},
        {"admin", false, "where the running daemon can be asked and told", admin_shape().doc}};
    return keys;
}

std::shared_ptr<const description> describe_settings()
{
    return section("", "the configuration of idferry", root_keys());
}

} // namespace idferry::daemon::run
