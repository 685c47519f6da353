#include "connectors/beyond_identity/realm_survey.hpp"

#include "connectors/beyond_identity/object_client.hpp"
#include "connectors/beyond_identity/object_codec.hpp"
#include "mapping/json.hpp"

namespace idferry::connectors::beyond_identity {

namespace asio = boost::asio;

namespace {

// apis: Beyond Identity, section 5.2.
constexpr std::string_view admin_realm = "Beyond Identity Admin";
constexpr std::string_view target_scopes =
    "identities:create identities:read identities:update groups:create groups:read groups:update groups:delete";

failure stopped(std::string code, std::string detail)
{
    failure f{disposition::stop, std::move(detail)};
    f.code = std::move(code);
    return f;
}

} // namespace

asio::awaitable<result<std::vector<std::string>>> discover_realm(resources& r)
{
    auto& s = r.through();
    std::vector<std::string> notices;
    call c("GET", s.in_realm(""), "realms:read");
    auto realm = co_await s.object(std::move(c));
    std::string name;
    if (realm) {
        name = text_of(*realm, "display_name");
        if (name == admin_realm && !s.config().write.admin_realm)
            co_return stopped("admin_realm",
                              "realm " + s.config().realm +
                                  " is the Beyond Identity Admin realm, which holds the tenant's administrators: name "
                                  "another one, or say write: {admin_realm: true}");
    } else if (realm.error().next == disposition::not_found) {
        co_return stopped("no_realm", realm.error().detail + "; are tenant and realm right?");
    } else if (realm.error().status != 403 && realm.error().code != "wrong_shape") {
        co_return realm.error();
    }
    if (name.empty() && !s.config().write.admin_realm) {
        // The application usually lives in the Admin realm: where it lives in this one, this is perhaps that one.
        if (const auto& login = s.config().login;
            login.application && login.realm.value_or(s.config().realm) == s.config().realm)
            co_return stopped(
                "admin_realm",
                "the name of realm " + s.config().realm +
                    " cannot be read, and the application that signs in lives in it: nobody can tell that it "
                    "is not the Beyond Identity Admin realm. Give the application the scope realms:read, or "
                    "say write: {admin_realm: true}");
        notices.push_back("the realm's name cannot be read (scope realms:read), so nobody checked that it is not the "
                          "Beyond Identity Admin realm");
    }
    const auto missing = missing_scopes(target_scopes, s.granted_scopes());
    if (!missing.empty()) notices.push_back("the token has no " + missing + ": what needs it will be refused");
    const std::pair<const mapping::resource_type*, const char*> optional_filters[] = {
        {&mapping::user_type, "externalId"}, {&mapping::group_type, "displayName"}};
    for (const auto& [type, attribute] : optional_filters) {
        auto told = co_await r.probe_filter(*type, attribute);
        if (!told) co_return told.error();
        if (!told->empty()) notices.push_back(std::move(*told));
    }
    co_return notices;
}

asio::awaitable<result<target_survey>> survey_realm(resources& r, std::vector<const mapping::resource_type*> types)
{
    auto learned = co_await discover_realm(r);
    if (!learned) co_return learned.error();
    target_survey out;
    out.notices = std::move(*learned);
    out.abilities = {"PATCH"};
    auto& s = r.through();
    object_client objects(r.shared());
    for (const auto* type : types) {
        if (const auto* kind = kind_of(*type)) {
            auto all = co_await objects.list(*kind);
            auto& told = out.types[std::string(type->name)];
            if (!all)
                told.trouble = all.error();
            else if (all->failed)
                told.trouble = all->failed;
            else
                told.total = all->objects.size();
            continue;
        }
        const auto& words = words_of(*type);
        call c("GET", s.in_realm(words.collection), scope_of(*type, "read"));
        c.query.emplace_back("page_size", "1");
        auto page = co_await s.object(std::move(c));
        auto& told = out.types[std::string(type->name)];
        if (!page) {
            told.trouble = page.error();
            continue;
        }
        const auto total = page->find("total_size");
        if (total != page->end() && total->is_number_unsigned()) told.total = total->get<std::uint64_t>();
    }
    co_return out;
}

} // namespace idferry::connectors::beyond_identity
