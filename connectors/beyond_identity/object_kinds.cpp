#include "connectors/beyond_identity/object_kinds.hpp"

#include <algorithm>

namespace idferry::connectors::beyond_identity {

namespace {

using mapping::resource_type;

// "resource_servers" → "resource-servers"
std::string row_name(std::string_view section)
{
    std::string out(section);
    std::ranges::replace(out, '_', '-');
    return out;
}

object_kind make_kind(const resource_type& type)
{
    const auto& objects = type.only_members() ? *mapping::find_resource_type(type.resources_of) : type;
    const auto name = row_name(objects.section);
    object_kind k{.type = &type, .resource = find_resource(operations(), name), .leaves = {}, .require = {}};
    if (type.only_members()) {
        k.leaves = {"display_name"};
        if (k.is_role()) k.leaves.emplace_back("resource_server_id");
        k.require = k.leaves;
        return k;
    }
    k.leaves = leaf_names(*k.resource);
    if (!k.resource->match.empty()) k.require.emplace_back(k.resource->match.substr(1));
    if (k.is_theme()) k.leaves.insert(k.leaves.begin(), "display_name"); // flat_object
    const auto has = [&](const std::string& leaf) { return std::ranges::find(k.leaves, leaf) != k.leaves.end(); };
    if (has("display_name") && k.require != std::vector<std::string>{"display_name"})
        k.require.emplace_back("display_name");
    for (const auto& leaf : k.leaves)
        if (leaf.ends_with("/type") && std::ranges::count(leaf, '/') == 1) {
            k.holder = leaf.substr(0, leaf.find('/'));
            k.require.push_back(leaf);
            break;
        }
    if (k.is_role()) { // by calls and paths of their own
        k.leaves.insert(k.leaves.end(), {"resource_server_id", "scopes"});
        k.require.emplace_back("resource_server_id");
    }
    return k;
}

} // namespace

const rest_operation* object_kind::operation(std::string_view verb) const
{
    return find_operation(operations(), resource->name, verb);
}

std::span<const object_kind> object_kinds()
{
    static const auto all = [] {
        static constexpr const resource_type* types[] = {
            &mapping::resource_server_type,   &mapping::role_type,
            &mapping::group_role_type,        &mapping::theme_type,
            &mapping::identity_provider_type, &mapping::authenticator_config_type,
            &mapping::application_type,       &mapping::sso_config_type,
            &mapping::assignment_type,        &mapping::group_assignment_type};
        std::vector<object_kind> out;
        for (const auto* t : types) out.push_back(make_kind(*t));
        return out;
    }();
    return all;
}

const object_kind* kind_named(std::string_view type)
{
    for (const auto& k : object_kinds())
        if (k.type->name == type) return &k;
    return nullptr;
}

const object_kind* kind_of(const resource_type& type)
{
    return kind_named(type.name);
}

std::vector<std::string> leaf_names(const rest_resource& resource)
{
    std::vector<std::string> out;
    for (const auto place : words(resource.writable)) out.emplace_back(place.substr(1));
    return out;
}

std::string_view type_of_resource(std::string_view resource)
{
    if (resource == "identities") return mapping::user_type.name;
    if (resource == "groups") return mapping::group_type.name;
    for (const auto& k : object_kinds())
        if (k.resource->name == resource && !k.is_assignment()) return k.type->name;
    return {};
}

mapping::type_profile object_profile(const object_kind& kind)
{
    mapping::type_profile p;
    p.send = kind.leaves;
    p.never_send = {"id", "members"};
    p.require = kind.require;
    if (kind.is_role())
        p.within = {"resource_server_id"}; // two resource servers may have roles of one name
    else
        p.unique.emplace_back(kind.resource->match.empty() ? "display_name" : kind.resource->match.substr(1));
    // Another service gave it out together with a secret (apis: Beyond Identity, 5.12 and 5.13), and each realm's
    // secret stays where it is: this realm's id beside that realm's secret would let nobody in.
    for (const auto& leaf : kind.leaves)
        if (leaf.ends_with("/client_id")) p.given_once.push_back(leaf);
    // An empty text and none are the same setting.
    for (const auto& leaf : kind.leaves) p.empty_means[leaf] = "\"\"";
    p.members = kind.type->has_members;
    return p;
}

} // namespace idferry::connectors::beyond_identity
