// What a configured connection comes to, as text, for telling whether a key changes anything. Header only.
#pragma once

#include "connectors/bare_id/bare_id_settings.hpp"
#include "connectors/scim/scim_settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <string>
#include <string_view>

namespace idferry::test {

inline std::string scim_text(const connectors::scim::scim_settings& s)
{
    const auto& w = s.wire;
    const auto claim = [](const std::optional<bool>& c) { return c ? (*c ? "yes" : "no") : "unknown"; };
    const auto& pace = s.http.client.pace;
    return connectors::scim::profile_text(w, s.holds) + connectors::scim::reading_text(s.reads) +
           fmt::format("{} {} {} ", s.reads.exclude_members, s.reads.confirm_end, s.reads.prove) +
           fmt::format("{} {} {} {} {} ", w.content_type, static_cast<int>(w.spc), claim(w.claims.patch),
                       claim(w.claims.filter), claim(w.claims.etag)) +
           fmt::format("{} {} {} {} {} {} {} ", w.user_keys, w.group_keys, w.verify_match, w.page_size,
                       w.send_start_index, w.cursor, w.max_pages) +
           fmt::format("{} {} {} {} {} {} {} ", static_cast<int>(w.patch), static_cast<int>(w.user_update),
                       static_cast<int>(w.group_update), w.patch_remove, w.patch_atomic,
                       static_cast<int>(w.look_before_create), static_cast<int>(w.membership)) +
           fmt::format("{} {} {} {} {} {}", w.members_per_request, w.renew_on_403, w.uniqueness_words,
                       pace.requests_per_second, pace.burst, pace.concurrency);
}

inline std::string bare_id_text(const connectors::bare_id::bare_id_settings& s)
{
    std::string out;
    for (const auto& row : connectors::bare_id::operation_rows()) out += (s.ops.*row.which).enabled ? "1" : "0";
    const auto all = [](const auto& pointers) {
        std::string texts;
        for (const auto& p : pointers) texts += p.text + " ";
        return texts;
    };
    const auto& f = s.fields;
    return out +
           fmt::format(" {} {} {} {} {} ", f.id.text, f.group_id.text, all(f.first_name), all(f.last_name),
                       static_cast<int>(f.encoding)) +
           fmt::format("{} {} {} {} {}", static_cast<int>(s.paging.style), s.paging.size,
                       static_cast<int>(s.source.mode), s.source.hydrate, s.target.hydrate);
}

// Of a connection of that type and profile with these keys; "" when they are a mistake.
inline std::string connection_text(std::string_view type, std::string_view profile, const std::string& keys)
{
    const auto login = type == "scim" ? "base_url: https://scim.test.example/v2\nauth: {bearer: {env: S}}\n"
                                      : "auth: {token_url: https://login.test.example/auth/realms/staff/token, "
                                        "client_id: c, client_secret: {env: S}}\n";
    config::diagnostics mistakes;
    const auto tree = config::parse_yaml(fmt::format("type: {}\nprofile: {}\n{}{}", type, profile, login, keys),
                                         "test.yaml", mistakes);
    if (!tree) return {};
    if (type == "scim") {
        const auto parsed = connectors::scim::parse_settings(*tree, mistakes);
        return parsed && mistakes.empty() ? scim_text(*parsed) : std::string();
    }
    const auto parsed = connectors::bare_id::parse_settings(*tree, "bare", mistakes);
    return parsed && mistakes.empty() ? bare_id_text(*parsed) : std::string();
}

} // namespace idferry::test
