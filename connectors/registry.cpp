#include "connectors/registry.hpp"

#include "connectors/bare_id/bare_id_connection.hpp"
#include "connectors/beyond_identity/beyond_identity_connection.hpp"
#include "connectors/scim/scim_connection.hpp"

#include <array>
#include <vector>

namespace idferry::connectors {

std::span<const connector_type> connector_types()
{
    static constexpr std::array<connector_type, 3> table{{
        {"bare_id", "Bare.ID, by its user/v1 API or its legacy API", parse_bare_id_connection,
         describe_bare_id_connection,
         "instance: 4b1f\nauth: {token_url: https://stand-in.invalid/token, client_id: c, client_secret: {env: S}}\n"},
        {"beyond_identity", "Beyond Identity, by its own API (Secure Access, v1)", parse_beyond_identity_connection,
         describe_beyond_identity_connection,
         "region: us\ntenant: t\nrealm: r\nauth: {application: a, client_id: c, client_secret: {env: S}}\n"},
        {"scim", "any SCIM 2.0 service provider", parse_scim_connection, describe_scim_connection,
         "base_url: https://stand-in.invalid/scim\nauth: {bearer: {env: S}}\n"},
    }};
    return table;
}

std::shared_ptr<const connection> parse_connection(const config::node& section, const std::string& name,
                                                   config::diagnostics& out)
{
    if (!section.is_map()) {
        out.add(section, "a connection is a map that begins with its type");
        return nullptr;
    }
    const auto type = section.find("type");
    std::vector<std::string> known;
    for (const auto& row : connector_types()) known.emplace_back(row.name);
    std::string list;
    for (const auto& k : known) list += (list.empty() ? "" : ", ") + k;
    if (!type) {
        out.add(section, "type is missing: one of " + list);
        return nullptr;
    }
    for (const auto& row : connector_types())
        if (type->is_scalar() && type->scalar() == row.name) return row.parse(section, name, out);
    const auto near = config::nearest(type->scalar(), known);
    out.add(*type,
            "unknown type '" + type->scalar() + "'; " + (near ? "did you mean '" + *near + "'?" : "known are " + list));
    return nullptr;
}

std::shared_ptr<const connection> stand_in_for(const config::node& section, const std::string& name)
{
    const auto scalar = [&](const char* key) {
        const auto at = section.is_map() ? section.find(key) : std::nullopt;
        return at && at->is_scalar() ? at->scalar() : std::string();
    };
    // What the operator says about the target's attributes decides what a mapping may have: it cannot be made up.
    for (const char* key : {"attributes", "group"})
        if (section.is_map() && section.find(key)) return nullptr;
    for (const auto& row : connector_types()) {
        if (scalar("type") != row.name) continue;
        auto text = "type: " + std::string(row.name) + "\n" + std::string(row.stand_in);
        const auto profile = scalar("profile");
        if (profile.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") != std::string::npos) return nullptr;
        if (!profile.empty()) text += "profile: " + profile + "\n";
        config::diagnostics mistakes;
        const auto made = config::parse_yaml(text, "", mistakes);
        auto stands = made ? row.parse(*made, name, mistakes) : nullptr;
        return mistakes.empty() ? stands : nullptr;
    }
    return nullptr;
}

} // namespace idferry::connectors
