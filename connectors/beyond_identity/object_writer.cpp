#include "connectors/beyond_identity/object_writer.hpp"

#include "connectors/beyond_identity/name_rules.hpp"
#include "mapping/normalise.hpp"

#include <algorithm>

namespace idferry::connectors::beyond_identity {

namespace asio = boost::asio;

namespace {

using mapping::json;

constexpr std::size_t most_scopes = 1000; // of one request (section 4.9)

remote_resource resource_of(json flat)
{
    remote_resource r;
    r.id = mapping::target_id(text_of(flat, "id"));
    r.body = std::move(flat);
    return r;
}

// The settings that are to be kept in step with what is desired, over what is there.
json wanted(const mapping::desired_resource& desired, const json& current, const mapping::type_profile& holds)
{
    json out = json::object();
    for (const auto& a : desired.attributes) {
        if (a.apply == mapping::apply_mode::create) continue;
        const auto held = mapping::comparable_value(a.path, value_of(current, a.path), holds);
        if (a.apply == mapping::apply_mode::if_empty && !held.is_null()) continue;
        out[a.path] = a.value;
    }
    return out;
}

// What the service would refuse as a name, where the rules are documented (section 4.2).
std::string why_no_names(const object_kind& kind, const json& body, const name_settings& names)
{
    if (kind.is_role()) return why_not_sent(body, names);
    if (kind.is_theme() && names.check)
        return why_no_name("email_realm_name", text_of(body, "email_realm_name"), 64, names.unit);
    return {};
}

std::vector<std::string> texts(const json& list)
{
    std::vector<std::string> out;
    if (list.is_array())
        for (const auto& one : list)
            if (one.is_string()) out.push_back(one.get<std::string>());
    return out;
}

std::vector<std::string> without(const std::vector<std::string>& all, const std::vector<std::string>& gone)
{
    std::vector<std::string> out;
    for (const auto& one : all)
        if (std::ranges::find(gone, one) == gone.end()) out.push_back(one);
    return out;
}

} // namespace

failure rejected(std::string code, std::string detail)
{
    failure f{disposition::reject, std::move(detail)};
    f.code = std::move(code);
    return f;
}

std::string shown(const object_kind& kind, const json& flat)
{
    auto name = text_of(flat, "display_name");
    if (name.empty()) name = text_of(flat, "id");
    return std::string(kind.resource->singular) + (name.empty() ? "" : " '" + name + "'");
}

std::string_view holder_word(const object_kind& kind)
{
    return kind.is_role() ? "role" : "SSO configuration";
}

bool is_managed(const json& flat)
{
    return value_of(flat, std::string(mapping::managed_mark)) == true;
}

failure untouchable(const object_kind& kind, const json& flat)
{
    return rejected("mutability", shown(kind, flat) + " is managed by Beyond Identity and is not changed");
}

object_writer::object_writer(std::shared_ptr<session> through, const mapping::target_profile& holds)
    : client_(std::move(through)), profile_(holds)
{
}

call object_writer::body_call(const rest_operation& row, const std::vector<std::string>& ids, json object) const
{
    auto c = row_call(client_.through(), row, ids);
    json body = json::object();
    if (row.envelope.empty())
        body = std::move(object);
    else
        body[std::string(row.envelope)] = std::move(object);
    c.body = mapping::to_text(body);
    return c;
}

asio::awaitable<result<inventory_end>> object_writer::list(const object_kind& kind,
                                                           std::function<void(remote_resource)> each)
{
    auto all = co_await client_.list(kind);
    if (!all) co_return all.error();
    if (all->failed) co_return *all->failed;
    inventory_end end;
    end.size = all->objects.size();
    end.why = all->why.empty() && !all->bad.empty() ? all->bad.front().key + ": " + all->bad.front().why : all->why;
    end.complete = end.why.empty();
    for (auto& flat : all->objects) each(resource_of(std::move(flat)));
    co_return end;
}

asio::awaitable<result<remote_resource>> object_writer::read(const object_kind& kind, std::string id)
{
    auto flat = co_await client_.get(kind, id);
    if (!flat) co_return flat.error();
    if (kind.type->has_members) {
        auto people = co_await client_.members(kind, id);
        if (!people) co_return people.error();
        auto& list = (*flat)["members"] = json::array();
        for (auto& one : *people) list.push_back({{"value", std::move(one)}});
    }
    co_return resource_of(std::move(*flat));
}

// What a creation or change that was refused means.
failure object_writer::refusal(const object_kind& kind, const reply& got, std::string_view scopes,
                               const std::string& name)
{
    auto f = through().failed(got, scopes);
    if (f.next == disposition::reject)
        for (const auto& v : read_error(got.answer.body).violations)
            for (const auto secret : words(operations().secret_keys)) {
                if (!v.field.ends_with(secret)) continue;
                f.code = "needs_secret";
                f.detail = name + " needs a " + std::string(secret) +
                           ", and secrets are never carried: create it at the target by hand, with its secret, and "
                           "the next run takes it over by its name (" +
                           f.detail + ")";
                return f;
            }
    if (f.next == disposition::not_found && kind.is_role()) {
        f.next = disposition::reject;
        f.detail += "; is the resource server of " + name + " still there?";
    } else if (f.next == disposition::not_found) {
        f.next = disposition::stop;
        f.detail += "; are tenant and realm right?";
    }
    return f;
}

// The object of a creation's answer. An identity provider's may be its configuration alone, without an id.
asio::awaitable<result<json>> object_writer::created(const object_kind& kind, reply got, json wanted)
{
    json answer;
    mapping::json_error ignored;
    if (mapping::parse_json(got.answer.body, answer, ignored) && !text_of(answer, "id").empty()) {
        if (kind.is_role()) answer["resource_server_id"] = value_of(wanted, "resource_server_id");
        co_return json_result(std::move(answer));
    }
    auto all = co_await client_.list(kind);
    const auto match = kind.resource->match.empty() ? std::string() : std::string(kind.resource->match.substr(1));
    std::vector<std::string> found;
    if (all && all->why.empty())
        for (const auto& one : all->objects)
            if (match.empty() || value_of(one, match) == value_of(wanted, match)) found.push_back(text_of(one, "id"));
    if (found.size() == 1) {
        const auto* row = kind.operation("get");
        auto path = co_await client_.path_of(kind, found.front());
        if (!path) co_return path.error();
        auto one = co_await through().object(row_call(through(), *row, *path));
        if (!one) co_return one.error();
        if (kind.is_role()) (*one)["resource_server_id"] = path->front();
        co_return json_result(std::move(*one));
    }
    failure f{disposition::retry, shown(kind, wanted) + " was created, but the answer does not say its id"};
    f.code = "wrong_shape";
    f.outcome_unknown = true;
    co_return f;
}

asio::awaitable<result<remote_resource>> object_writer::create(const object_kind& kind, write_request r)
{
    json flat = json::object();
    for (const auto& a : r.desired.attributes)
        if (!a.value.is_null()) flat[a.path] = a.value;
    const auto name = shown(kind, flat);
    if (kind.is_assignment())
        co_return rejected("unsupported", "there is no " + std::string(holder_word(kind)) + " '" +
                                              text_of(flat, "display_name") +
                                              "' at the target: create or promote it first");
    auto object = creation_object(kind, flat);
    std::vector<std::string> path;
    if (kind.is_role()) {
        path.push_back(text_of(flat, "resource_server_id"));
        if (path.front().empty()) co_return rejected("invalidvalue", name + " needs a resource_server_id");
        object.erase("resource_server_id");
        object.erase("scopes");
    }
    if (auto why = why_no_names(kind, object, through().config().names); !why.empty())
        co_return rejected("invalidvalue", std::move(why));
    auto c = body_call(*kind.operation("create"), path, std::move(object));
    const auto scopes = c.scopes;
    auto got = co_await through().send(std::move(c));
    if (!got) co_return got.error();
    if (got->answer.status < 200 || got->answer.status > 299) co_return refusal(kind, *got, scopes, name);
    client_.changed(kind);
    auto answer = co_await created(kind, std::move(*got), flat);
    if (!answer) co_return answer.error();
    if (kind.is_role()) {
        const auto id = text_of(*answer, "id");
        client_.remember_parent(id, path.front());
        path.push_back(id);
        auto given = co_await change_scopes(path, json::array(), value_of(flat, "scopes"));
        if (!given) {
            auto f = given.error();
            f.outcome_unknown = true;
            f.detail = name + " was created, and could not be given its scopes: " + f.detail;
            co_return f;
        }
    }
    json whole = std::move(*answer);
    auto kept = co_await client_.completed(kind, std::move(whole));
    if (!kept) {
        auto f = kept.error();
        f.outcome_unknown = true;
        co_return f;
    }
    co_return resource_of(std::move(*kept));
}

asio::awaitable<result<void>> object_writer::change_scopes(std::vector<std::string> path, json before, json after)
{
    const auto held = texts(before), desired = texts(after);
    const auto& role = *kind_of(mapping::role_type);
    for (const bool adds : {true, false}) {
        const auto all = adds ? without(desired, held) : without(held, desired);
        for (std::size_t from = 0; from < all.size(); from += most_scopes) {
            const auto to = std::min(from + most_scopes, all.size());
            const std::vector<std::string> some(all.begin() + static_cast<std::ptrdiff_t>(from),
                                                all.begin() + static_cast<std::ptrdiff_t>(to));
            auto c = body_call(*role.operation(adds ? "add-scopes" : "delete-scopes"), path, json{{"scopes", some}});
            auto sent = co_await through().succeed(std::move(c));
            if (!sent) co_return sent.error();
        }
    }
    co_return result<void>();
}

asio::awaitable<result<void>> object_writer::patch(const object_kind& kind, std::string id, json body)
{
    auto path = co_await client_.path_of(kind, id);
    if (!path) co_return path.error();
    auto row = *kind.operation("patch");
    if (kind.resource->name == "identity-providers" && !through().config().write.provider_envelope) row.envelope = "";
    auto c = body_call(row, *path, std::move(body));
    const auto scopes = c.scopes;
    auto got = co_await through().send(std::move(c));
    if (!got) co_return got.error();
    if (got->answer.status >= 200 && got->answer.status < 300) co_return result<void>();
    const auto f = through().failed(*got, scopes);
    if (f.next != disposition::not_found) co_return refusal(kind, *got, scopes, std::string(kind.resource->singular));
    auto there = co_await client_.get(kind, id); // tells one that is gone from a service that answers 404 to everything
    if (!there) co_return there.error();
    co_return f;
}

asio::awaitable<result<remote_resource>> object_writer::update(const object_kind& kind, write_request r)
{
    const auto id = r.id.text();
    if (!r.current) {
        auto now = co_await client_.get(kind, id);
        if (!now) co_return now.error();
        r.current = resource_of(std::move(*now));
    }
    const auto& before = r.current->body;
    if (kind.is_assignment()) co_return std::move(*r.current); // only its members are ours
    if (is_managed(before)) co_return untouchable(kind, before);
    const auto& holds = profile_.of(kind.type->name);
    const auto after = wanted(r.desired, before, holds);
    for (const auto& leaf : kind.leaves) {
        const bool fixed =
            leaf == "resource_server_id" ? kind.is_role() : leaf == "identifier" || leaf == kind.holder + "/type";
        if (!fixed || !after.contains(leaf)) continue;
        if (mapping::comparable_value(leaf, after[leaf], holds) ==
            mapping::comparable_value(leaf, value_of(before, leaf), holds))
            continue;
        co_return rejected("mutability", shown(kind, before) + " has another " + leaf +
                                             ", which cannot be changed: remove it at the target, and it is made anew");
    }
    auto body = changed_object(kind, before, after, holds, through().config().write.nested);
    if (body.is_null()) co_return std::move(*r.current);
    if (auto why = why_no_names(kind, body, through().config().names); !why.empty())
        co_return rejected("invalidvalue", std::move(why));
    const auto scopes = kind.is_role() && body.contains("scopes") ? body["scopes"] : json();
    if (!scopes.is_null()) body.erase("scopes");
    if (kind.resource->name == "sso-configs") { // a part of the payload stands for the whole object
        if (!through().config().write.sso_name) body.erase("display_name");
        if (body.empty()) co_return std::move(*r.current); // the name alone differs, and shows as not kept
        auto payload = body.contains(kind.holder) ? body[kind.holder] : json::object();
        payload["type"] = value_of(before, kind.holder + "/type");
        if (body.contains("display_name")) payload["display_name"] = body["display_name"];
        body = std::move(payload);
    }
    if (!body.empty()) {
        auto sent = co_await patch(kind, id, std::move(body));
        if (!sent) co_return sent.error();
    }
    if (!scopes.is_null()) {
        auto path = co_await client_.path_of(kind, id);
        if (!path) co_return path.error();
        auto given = co_await change_scopes(*path, value_of(before, "scopes"), scopes);
        if (!given) co_return given.error();
    }
    client_.changed(kind);
    auto kept = co_await client_.get(kind, id);
    if (!kept) co_return kept.error();
    co_return resource_of(std::move(*kept));
}

} // namespace idferry::connectors::beyond_identity
