#include "tests/sandbox/beyond_identity.hpp"
#include "tests/sandbox/beyond_identity_filter.hpp"

namespace idferry::sandbox {

json beyond_server::tenant_body() const
{
    return {{"id", tenant_},
            {"display_name", tenant_name_},
            {"create_time", tenant_created_},
            {"update_time", tenant_updated_}};
}

json beyond_server::realm_body(const beyond_realm& realm, bool in_list) const
{
    json body{{"id", realm.id}, {"tenant_id", tenant_}, {"display_name", realm.display_name}};
    if (!realm.classification.empty() && !in_list) body["classification"] = realm.classification;
    body["create_time"] = realm.created;
    body["update_time"] = realm.updated;
    return body;
}

outgoing beyond_server::tenant_get(beyond_call&)
{
    return json_answer(200, tenant_body().dump());
}

outgoing beyond_server::tenant_patch(beyond_call& call)
{
    const auto given = call.body.find("tenant");
    if (given == call.body.end() || !given->is_object()) return bad({{"tenant", "missing"}});
    violations found;
    check_text(found, *given, "tenant", "display_name", 1, 64, false);
    check_known(found, *given, "tenant", {"id", "display_name", "create_time", "update_time"});
    if (!found.empty()) return bad(found);
    if (const auto name = given->find("display_name"); name != given->end() && name->is_string())
        tenant_name_ = name->get<std::string>();
    tenant_updated_ = now();
    return json_answer(200, tenant_body().dump());
}

// A realm's own fields; `at` is null when it is made.
outgoing beyond_server::write_realm(const json& body, beyond_realm* at)
{
    const auto given = body.find("realm");
    if (given == body.end() || !given->is_object()) return bad({{"realm", "missing"}});
    violations found;
    check_text(found, *given, "realm", "display_name", 1, 64, at == nullptr);
    check_known(found, *given, "realm",
                {"id", "tenant_id", "display_name", "classification", "create_time", "update_time"});
    const auto wanted = given->find("classification");
    const bool classified = wanted != given->end() && !wanted->is_null();
    if (classified && *wanted != "SECURE_CUSTOMER" && *wanted != "SECURE_WORKFORCE")
        found.emplace_back("realm.classification", "invalid value");
    if (!found.empty()) return bad(found);
    const auto name = given->value("display_name", at == nullptr ? std::string() : at->display_name);
    if (knob_.realm_name_unique)
        for (const auto& one : realms_)
            if (one.get() != at && one->display_name == name)
                return taken("display_name already exists", "Realm", one->id);
    if (at == nullptr) {
        at = &add_realm(new_id(), name, classified ? wanted->get<std::string>() : "SECURE_CUSTOMER");
    } else {
        at->display_name = name;
        if (classified) at->classification = wanted->get<std::string>();
        at->updated = now(6);
    }
    return json_answer(200, realm_body(*at, false).dump());
}

outgoing beyond_server::realm_create(beyond_call& call)
{
    return write_realm(call.body, nullptr);
}

outgoing beyond_server::realm_patch(beyond_call& call)
{
    return write_realm(call.body, call.realm);
}

outgoing beyond_server::realm_get(beyond_call& call)
{
    return json_answer(200, realm_body(*call.realm, false).dump());
}

outgoing beyond_server::realm_list(beyond_call& call)
{
    page wanted;
    if (auto refused = read_page(call, 20, 200, wanted)) return *refused;
    ranked all;
    for (std::size_t at = 0; at < realms_.size(); ++at)
        all.emplace(beyond_rank(realms_[at]->id), static_cast<slot>(at));
    std::function<bool(slot)> fits;
    if (!wanted.filter.empty() && knob_.filters != "documented") {
        const auto filter = parse_beyond_filter(wanted.filter, {"id", "display_name"});
        if (!filter) return bad({{"filter", "invalid filter"}});
        fits = [this, filter = *filter](slot at) {
            const auto& one = *realms_[at];
            return fits_beyond_filter(filter, knob_.filter_case_exact, [&](const scim_path& path) -> std::string_view {
                return path.attribute == "id" ? one.id : one.display_name;
            });
        };
    }
    return list(
        call, wanted,
        {"realms", all, [&](std::string& text, slot at) { text += realm_body(*realms_[at], true).dump(); }, fits});
}

// Only an empty one goes.
outgoing beyond_server::realm_delete(beyond_call& call)
{
    const auto& realm = *call.realm;
    if (!realm.directory.identities().empty() || !realm.directory.groups().empty() ||
        !realm.table(beyond_kind::role).all().empty())
        return conflict("realm has children");
    std::erase_if(realms_, [&](const auto& one) { return one.get() == &realm; });
    return done();
}

} // namespace idferry::sandbox
