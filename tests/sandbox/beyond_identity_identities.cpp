#include "tests/sandbox/beyond_identity.hpp"
#include "tests/sandbox/beyond_identity_filter.hpp"

#include <algorithm>

namespace idferry::sandbox {

// ENROLLED, PENDING, INVITE_FAILED or UNENROLLED.
std::string_view beyond_server::enrollment(const beyond_realm& realm, slot at) const
{
    const auto& credentials = realm.table(beyond_kind::credential);
    for (const auto& [rank, place] : credentials.of(at))
        if (credentials.at(place).body["state"] == "ACTIVE") return "ENROLLED";
    const auto& jobs = realm.table(beyond_kind::job);
    bool failed = false;
    for (const auto& [rank, place] : jobs.of(at)) {
        const auto state = job_state(jobs.at(place));
        if (state == "LINK_SENT" || state == "LINK_OPENED" || state == "REQUEST_DELIVERED") return "PENDING";
        failed = failed || state == "FAILED_TO_SEND";
    }
    return failed ? "INVITE_FAILED" : "UNENROLLED";
}

void beyond_server::append_identity(std::string& out, const beyond_realm& realm, slot at) const
{
    const auto& one = realm.directory.identity(at);
    auto field = [&](std::string_view name, std::string_view value) {
        append_json_string(out, name);
        out += ':';
        append_json_string(out, value);
        out += ',';
    };
    out += '{';
    field("id", one.id);
    field("realm_id", realm.id);
    field("tenant_id", tenant_);
    field("display_name", one.display_name);
    field("create_time", one.created);
    field("update_time", one.updated);
    if (knob_.show_status) field("status", one.suspended ? "suspended" : "active");
    if (knob_.show_enrollment && !older()) field("enrollment_status", enrollment(realm, at));
    out += "\"traits\":{";
    field("type", "traits_v0");
    for (const auto& [place, value] : one.traits) field(beyond_traits[static_cast<std::size_t>(place)], value);
    for (const auto& [name, value] : one.other_traits) field(name, value);
    out.back() = '}';
    out += '}';
}

outgoing beyond_server::one_identity(const beyond_realm& realm, slot at) const
{
    std::string body;
    append_identity(body, realm, at);
    return json_answer(200, std::move(body));
}

// The traits of a written identity into `next`; what is wrong into `found`.
void beyond_server::take_traits(violations& found, const json& traits, bool create, beyond_identity& next) const
{
    const std::string prefix = "identity.traits";
    const auto type = traits.find("type");
    if (type == traits.end())
        found.emplace_back(prefix + ".type", "missing");
    else if (*type != "traits_v0")
        found.emplace_back(prefix + ".type", "unknown traits type");
    if (create || traits.contains("username")) check_text(found, traits, prefix, "username", 1, 64, true);
    for (auto member = traits.begin(); member != traits.end(); ++member) {
        const auto& name = member.key();
        const auto& value = member.value();
        if (name == "type") continue;
        const auto place = beyond_trait(name);
        if (place < 0 && knob_.unknown_traits == "reject") {
            found.emplace_back(prefix + "." + name, "unknown trait");
            continue;
        }
        if (!value.is_string() && !value.is_null()) {
            if (place != trait_username) found.emplace_back(prefix + "." + name, "must be a string");
            continue;
        }
        const bool null_clears = knob_.clear_trait != "empty";
        const bool empty_clears = knob_.clear_trait != "null";
        const auto text = value.is_string() ? value.get<std::string>() : std::string();
        if (value.is_null() && !null_clears) continue; // as if it were not there
        const bool cleared = value.is_null() || (text.empty() && empty_clears);
        if (place == trait_username && cleared) continue; // refused above
        if (place < 0) {
            std::erase_if(next.other_traits, [&](const auto& one) { return one.first == name; });
            if (!cleared && knob_.unknown_traits == "keep") next.other_traits.emplace_back(name, text);
        } else if (cleared) {
            next.clear_trait(place);
        } else {
            next.set_trait(place, text);
        }
    }
    if (knob_.email_required && next.trait(trait_email).empty())
        found.emplace_back(prefix + ".primary_email_address", "missing");
}

// Create (`at` is no_slot) or patch. `behind` the API's back status counts on create too.
outgoing beyond_server::write_identity(beyond_realm& realm, const json& body, slot at, bool behind)
{
    const bool create = at == no_slot;
    const auto given = body.find("identity");
    if (given == body.end()) return bad({{"identity", "missing"}});
    if (!given->is_object()) return failure(400, "bad_request", "invalid request");
    violations found;
    check_text(found, *given, "identity", "display_name", 1, 64, create);
    auto next = create ? beyond_identity() : realm.directory.identity(at);
    if (const auto status = given->find("status"); status != given->end() && !status->is_null()) {
        if (*status != "active" && *status != "suspended")
            found.emplace_back("identity.status", "must be active or suspended");
        else if (!create || behind || knob_.create_honours_status)
            next.suspended = *status == "suspended";
    }
    if (const auto traits = given->find("traits"); traits != given->end() && traits->is_object())
        take_traits(found, *traits, create, next);
    else if (traits != given->end() && !traits->is_null())
        found.emplace_back("identity.traits", "must be an object");
    else if (create)
        found.emplace_back("identity.traits", "missing");
    if (!found.empty()) return bad(found);
    if (const auto name = given->find("display_name"); name != given->end() && name->is_string())
        next.display_name = name->get<std::string>();

    auto& directory = realm.directory;
    if (const auto same = directory.find_username(next.trait(trait_username)); same != no_slot && same != at)
        return taken("username already exists", "Identity", directory.identity(same).id);
    if (knob_.email_unique && !next.trait(trait_email).empty())
        for (const auto same : directory.with_email(next.trait(trait_email)))
            if (same != at)
                return taken("primary_email_address already exists", "Identity", directory.identity(same).id);
    next.updated = now();
    if (create) {
        next.id = new_id();
        if (const auto id = given->find("id"); behind && id != given->end() && id->is_string()) {
            next.id = id->get<std::string>();
            if (directory.find_identity(next.id) != no_slot) return conflict("id already exists");
        }
        next.created = next.updated;
        at = directory.add(std::move(next));
    } else {
        directory.replace(at, std::move(next));
    }
    return one_identity(realm, at);
}

outgoing beyond_server::identity_create(beyond_call& call)
{
    return write_identity(*call.realm, call.body, no_slot, false);
}

outgoing beyond_server::identity_patch(beyond_call& call)
{
    const auto at = call.realm->directory.find_identity(call.at("identity"));
    return at == no_slot ? missing("Identity", call.at("identity")) : write_identity(*call.realm, call.body, at, false);
}

outgoing beyond_server::identity_get(beyond_call& call)
{
    const auto at = call.realm->directory.find_identity(call.at("identity"));
    return at == no_slot ? missing("Identity", call.at("identity")) : one_identity(*call.realm, at);
}

outgoing beyond_server::identity_list(beyond_call& call)
{
    auto& realm = *call.realm;
    const auto& directory = realm.directory;
    page wanted;
    if (auto refused = read_page(call, 20, 200, wanted)) return *refused;
    ranked some;
    const ranked* all = &directory.identities();
    std::function<bool(slot)> fits;
    if (!wanted.filter.empty()) {
        const bool documented = knob_.filters == "documented";
        const auto filter = parse_beyond_filter(
            wanted.filter, documented ? beyond_fields{"traits.username"}
                                      : beyond_fields{"id", "display_name", "traits.username", "traits.external_id",
                                                      "traits.primary_email_address"});
        if (!filter || (documented && filter->what != scim_filter::kind::compared) ||
            (documented && filter->op != "eq"))
            return bad({{"filter", "invalid filter"}});
        const auto field = [&directory](slot at, const scim_path& path) -> std::string_view {
            const auto& one = directory.identity(at);
            if (path.sub.empty()) return path.attribute == "id" ? one.id : one.display_name;
            return one.trait(beyond_trait(path.sub));
        };
        // The fields that clients look people up by need no walk over everybody.
        if (filter->what == scim_filter::kind::compared && filter->op == "eq" && filter->value.is_string()) {
            const auto value = filter->value.get<std::string>();
            std::vector<slot> hits;
            const auto& sub = filter->path.sub;
            bool indexed = true;
            if (sub == "username")
                hits.push_back(directory.find_username(value));
            else if (sub == "external_id")
                hits = directory.with_external_id(value);
            else if (sub == "primary_email_address")
                hits = directory.with_email(value);
            else if (filter->path.attribute == "id")
                hits.push_back(directory.find_identity(value));
            else
                indexed = false;
            if (indexed) {
                for (const auto at : hits)
                    if (at != no_slot) some.emplace(directory.identity(at).rank, at);
                all = &some;
            }
        }
        const bool exact = knob_.filter_case_exact;
        fits = [filter = *filter, field, exact](slot at) {
            return fits_beyond_filter(filter, exact, [&](const scim_path& path) { return field(at, path); });
        };
    }
    slot first = no_slot;
    auto out = list(call, wanted,
                    {"identities", *all,
                     [&](std::string& text, slot at) {
                         if (first == no_slot) first = at;
                         append_identity(text, realm, at);
                     },
                     fits});
    between_pages(call, first, no_slot);
    return out;
}

outgoing beyond_server::identity_delete(beyond_call& call)
{
    const auto at = call.realm->directory.find_identity(call.at("identity"));
    if (at == no_slot) return missing("Identity", call.at("identity"));
    if ((older() || knob_.identity_delete_requires_no_memberships) &&
        (!call.realm->directory.identity(at).groups.empty() || call.realm->holds_role(at)))
        return conflict("identity has children");
    call.realm->forget_identity(at);
    return done();
}

// All of them or none.
outgoing beyond_server::identity_batch_delete(beyond_call& call)
{
    auto& realm = *call.realm;
    violations found;
    const auto ids = take_ids(found, call.body, "ids");
    auto sorted = ids;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
        found.emplace_back("ids", "duplicate elements");
    if (!found.empty()) return bad(found);
    const auto all_failed = [](std::string_view description, json ids_of) {
        return json::array({{{"type", "BatchOperationErrors"},
                             {"description", "errors encountered performing batch operation"},
                             {"errors", json::array({{{"Description", description},
                                                      {"IDs", std::move(ids_of)},
                                                      {"ResourceType", "Identity"}}})}}});
    };
    auto unknown = json::array();
    auto held = json::array();
    std::vector<slot> places;
    for (const auto& id : ids) {
        const auto at = realm.directory.find_identity(id);
        places.push_back(at);
        if (at == no_slot)
            unknown.push_back(id);
        else if (knob_.identity_delete_requires_no_memberships &&
                 (!realm.directory.identity(at).groups.empty() || realm.holds_role(at)))
            held.push_back(id);
    }
    if (!unknown.empty())
        return failure(404, "not_found", "identities not found",
                       all_failed("identities not found", std::move(unknown)));
    if (!held.empty()) return conflict("identity has children", all_failed("identity has children", std::move(held)));
    for (const auto at : places) realm.forget_identity(at);
    return done();
}

outgoing beyond_server::identity_list_groups(beyond_call& call)
{
    const auto& realm = *call.realm;
    const auto at = realm.directory.find_identity(call.at("identity"));
    if (at == no_slot) return missing("Identity", call.at("identity"));
    page wanted;
    if (auto refused = read_page(call, 20, 200, wanted)) return *refused;
    ranked groups;
    for (const auto group : realm.directory.identity(at).groups)
        groups.emplace(realm.directory.group(group).rank, group);
    return list(call, wanted,
                {"groups", groups, [&](std::string& text, slot group) { append_group(text, realm, group); }});
}

} // namespace idferry::sandbox
