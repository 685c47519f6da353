// What one realm of the pretended Beyond Identity holds: identities with their traits, groups, memberships, and every
// other object as JSON.
//
// Identities and groups are addressed by slot; a slot is never used again. Lists run by rank, a hash of the id: an
// order that means nothing and stays as it is while others come and go. Not thread-safe: the server locks.
#pragma once

#include "tests/sandbox/bare_id_directory.hpp" // slot
#include "tests/sandbox/web.hpp"

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace idferry::sandbox {

// The traits of traits_v0 in the order of the samples; `type` itself is not stored.
constexpr std::array<std::string_view, 33> beyond_traits = {"username",
                                                            "primary_email_address",
                                                            "secondary_email_address",
                                                            "external_id",
                                                            "family_name",
                                                            "given_name",
                                                            "formatted_name",
                                                            "middle_name",
                                                            "honorific_prefix",
                                                            "honorific_suffix",
                                                            "nick_name",
                                                            "title",
                                                            "primary_phone",
                                                            "secondary_phone",
                                                            "profile_url",
                                                            "photo",
                                                            "preferred_language",
                                                            "locale",
                                                            "timezone",
                                                            "formatted_address",
                                                            "street_address",
                                                            "locality",
                                                            "region",
                                                            "postal_code",
                                                            "country",
                                                            "user_type",
                                                            "employee_number",
                                                            "cost_center",
                                                            "organization",
                                                            "division",
                                                            "department",
                                                            "manager_id",
                                                            "manager_name"};
constexpr int trait_username = 0;
constexpr int trait_email = 1;
constexpr int trait_external_id = 3;

int beyond_trait(std::string_view name); // its place, or -1
std::uint64_t beyond_rank(std::string_view id);

using ranked = std::set<std::pair<std::uint64_t, slot>>;

struct beyond_identity
{
    std::string id;
    std::string display_name;
    bool suspended{false};
    std::string created;
    std::string updated;
    std::vector<std::pair<int, std::string>> traits;               // by place, sorted
    std::vector<std::pair<std::string, std::string>> other_traits; // that a knob lets in
    std::vector<slot> groups;
    std::uint64_t rank{0};
    bool alive{true};

    std::string_view trait(int place) const; // "" when absent
    void set_trait(int place, std::string value);
    void clear_trait(int place);
};

struct beyond_group
{
    std::string id;
    std::string display_name;
    std::string description;
    bool described{true}; // description was given
    std::string created;
    std::string updated;
    ranked members;
    std::uint64_t rank{0};
    bool alive{true};
};

class beyond_directory
{
public:
    const beyond_identity& identity(slot at) const { return identities_[at]; }
    const beyond_group& group(slot at) const { return groups_[at]; }
    const ranked& identities() const { return identity_order_; } // living ones
    const ranked& groups() const { return group_order_; }

    slot find_identity(std::string_view id) const;
    slot find_username(std::string_view username) const; // without case
    slot find_group(std::string_view id) const;
    std::vector<slot> with_group_name(std::string_view name) const;   // without case
    std::vector<slot> with_external_id(std::string_view value) const; // without case
    std::vector<slot> with_email(std::string_view value) const;       // without case

    slot add(beyond_identity made);
    void replace(slot at, beyond_identity next); // keeps id, rank and groups
    void remove_identity(slot at);               // leaves its groups
    slot add(beyond_group made);
    void replace(slot at, beyond_group next); // keeps id, rank and members
    void remove_group(slot at);
    bool add_member(slot group, slot identity); // false: was there
    bool remove_member(slot group, slot identity);
    void touch_group(slot at, std::string updated) { groups_[at].updated = std::move(updated); }

private:
    using index = std::unordered_multimap<std::string, slot>;
    void enter(slot at);
    void leave(slot at);

    std::vector<beyond_identity> identities_;
    std::vector<beyond_group> groups_;
    ranked identity_order_;
    ranked group_order_;
    std::unordered_map<std::string, slot> by_id_;
    std::unordered_map<std::string, slot> by_username_;
    index by_external_id_;
    index by_email_;
    std::unordered_map<std::string, slot> group_by_id_;
    index group_by_name_;
};

enum class beyond_kind
{
    resource_server,
    role,
    application,
    authenticator_config,
    identity_provider,
    sso_config,
    theme,
    credential,
    job,
    batch,
    count
};

// "roles", "sso_configs", …: in state dumps and edits.
std::string_view beyond_kind_name(beyond_kind kind);

// Anything but identities and groups. What applies to one kind only is empty in the others.
struct beyond_object
{
    std::string id;
    json body; // as answered, read-only fields too
    std::uint64_t rank{0};
    bool alive{true};
    slot owner{no_slot};             // identity of a credential or job
    std::string parent;              // resource server of a role
    ranked identities;               // members of a role, associations of an SSO config
    ranked groups;                   // the same
    std::vector<std::string> scopes; // of a role
    std::int64_t expires_ms{0};      // of a job
    std::string secret;              // of a job: the link's token
};

class beyond_table
{
public:
    beyond_object& at(slot place) { return rows_[place]; }
    const beyond_object& at(slot place) const { return rows_[place]; }
    slot find(std::string_view id) const;
    const ranked& all() const { return order_; }
    const ranked& of(slot owner) const; // credentials and jobs of one identity
    slot add(beyond_object made);
    void remove(slot place);

private:
    std::vector<beyond_object> rows_;
    ranked order_;
    std::unordered_map<std::string, slot> by_id_;
    std::unordered_map<slot, ranked> by_owner_;
};

struct beyond_realm
{
    std::string id;
    std::string display_name;
    std::string classification; // may be empty
    std::string created;
    std::string updated;
    beyond_directory directory;
    std::array<beyond_table, static_cast<std::size_t>(beyond_kind::count)> tables;
    json flow_types; // null until asked for

    beyond_table& table(beyond_kind kind) { return tables[static_cast<std::size_t>(kind)]; }
    const beyond_table& table(beyond_kind kind) const { return tables[static_cast<std::size_t>(kind)]; }
    // Gone from groups, roles and SSO configs; with its credentials and jobs.
    void forget_identity(slot at);
    void forget_group(slot at);
    bool holds_role(slot identity) const;
};

} // namespace idferry::sandbox
