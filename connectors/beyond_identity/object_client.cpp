#include "connectors/beyond_identity/object_client.hpp"

#include "connectors/http/percent_encoding.hpp"

#include <algorithm>

namespace idferry::connectors::beyond_identity {

namespace asio = boost::asio;

namespace {

using mapping::json;

const object_kind& sso_kind()
{
    return *kind_of(mapping::sso_config_type);
}

// Whether an SSO configuration may have made objects of a kind.
bool may_be_made(const object_kind& kind)
{
    for (const auto* name : {"applications", "authenticator-configs", "resource-servers", "identity-providers"})
        if (kind.resource->name == name) return true;
    return false;
}

// A realm that is not there answers 404 to its lists: that is no answer about anything.
failure lost(failure f)
{
    if (f.next == disposition::not_found) {
        f.next = disposition::stop;
        f.detail += "; are tenant and realm right?";
    }
    return f;
}

} // namespace

call row_call(const session& s, const rest_operation& row, const std::vector<std::string>& ids)
{
    std::string path;
    std::size_t next = 0;
    for (auto rest = row.path; !rest.empty();) {
        const auto open = std::min(rest.find('{'), rest.size());
        path += rest.substr(0, open);
        rest.remove_prefix(open);
        if (rest.empty()) break;
        const auto close = rest.find('}');
        const auto name = rest.substr(1, close - 1);
        if (name == "tenant")
            path += http::path_segment(s.config().tenant);
        else if (name == "realm")
            path += http::path_segment(s.config().realm);
        else if (next < ids.size())
            path += http::path_segment(ids[next++]);
        rest.remove_prefix(close + 1);
    }
    return {std::string(row.method), std::move(path), row.scopes};
}

list_spec row_list(const session& s, const rest_operation& row, const std::vector<std::string>& ids)
{
    list_spec spec({list_kind::groups, ""}, row_call(s, row, ids), row.list);
    spec.sizes.clear();
    for (const auto name : words(row.query))
        if (name.ends_with("page_size")) spec.sizes.push_back(name);
    return spec;
}

object_client::object_client(std::shared_ptr<session> through) : session_(std::move(through)) {}

void object_client::forget()
{
    sso_.reset();
    made_.clear();
    parents_.clear();
    vendors_servers_.clear();
}

void object_client::changed(const object_kind& kind)
{
    if (kind.resource->name == "sso-configs") sso_.reset();
}

asio::awaitable<result<object_client::raw_list>> object_client::read_list(list_spec spec)
{
    raw_list out;
    list_reader reader(session_, std::move(spec));
    for (;;) {
        auto some = co_await reader.next();
        if (!some) co_return lost(some.error());
        if (!*some) break;
        for (auto& b : (*some)->bad) out.bad.push_back(std::move(b));
        for (const auto& record : (*some)->records) {
            json object;
            mapping::json_error wrong;
            if (mapping::parse_json(record.bytes, object, wrong))
                out.objects.push_back(std::move(object));
            else
                out.bad.push_back({std::string(record.key), "the record cannot be used: " + wrong.message});
        }
    }
    out.failed = reader.failed();
    if (out.failed && out.failed->next == disposition::not_found) co_return lost(*out.failed);
    if (reader.end().state != proof::complete) out.why = reader.end().why;
    co_return out;
}

// The realm's own theme. The service falls back to a default one, which cannot be read by its id.
asio::awaitable<result<object_client::raw_list>> object_client::read_theme(const object_kind& kind)
{
    raw_list out;
    const auto ask_active = row_call(*session_, *kind.operation("get-active"), {});
    auto active = co_await session_->object(ask_active);
    if (!active && session_->is_fatal(active.error())) co_return active.error();
    if (!active) {
        if (active.error().next == disposition::not_found) co_return lost(active.error());
        out.failed = active.error();
        out.why = active.error().detail;
        co_return out;
    }
    const auto id = text_of(*active, "id");
    if (id.empty()) co_return out;
    const auto ask_own = row_call(*session_, *kind.operation("get"), {id});
    auto own = co_await session_->object(ask_own);
    if (own) {
        out.objects.push_back(std::move(*own));
    } else if (session_->is_fatal(own.error())) {
        co_return own.error();
    } else if (own.error().next != disposition::not_found) {
        out.failed = own.error();
        out.why = own.error().detail;
    }
    co_return out;
}

asio::awaitable<result<object_client::raw_list>> object_client::read_raw(const object_kind& kind)
{
    if (kind.is_theme()) co_return co_await read_theme(kind);
    if (kind.is_role()) co_return co_await read_roles(kind);
    const auto whole = row_list(*session_, *kind.operation("list"), {});
    co_return co_await read_list(whole);
}

// Lists show less of an SSO configuration than it has: each is read alone.
asio::awaitable<result<void>> object_client::load_sso()
{
    if (sso_) co_return result<void>();
    const auto ask_all = row_list(*session_, *sso_kind().operation("list"), {});
    auto all = co_await read_list(ask_all);
    if (!all) co_return all.error();
    std::vector<json> whole;
    for (const auto& one : all->objects) {
        const auto id = text_of(one, "id");
        const auto ask_one = row_call(*session_, *sso_kind().operation("get"), {id});
        auto got = co_await session_->object(ask_one);
        if (!got && session_->is_fatal(got.error())) co_return got.error();
        if (got && text_of(*got, "id") == id) {
            for (auto& made : made_by(*got)) made_.insert(std::move(made));
            whole.push_back(std::move(*got));
        } else if (!got && got.error().next == disposition::not_found) {
            if (all->why.empty()) all->why = "an SSO configuration disappeared while the list was read";
        } else {
            all->bad.push_back({id, got ? "asked for it alone, the answer is another one" : got.error().detail});
        }
    }
    all->objects = std::move(whole);
    sso_ = std::move(*all);
    co_return result<void>();
}

// What an SSO configuration made is the service's: it goes and comes with the configuration.
asio::awaitable<result<void>> object_client::know_managed(const object_kind& kind)
{
    if (!may_be_made(kind)) co_return result<void>();
    auto loaded = co_await load_sso();
    if (!loaded) co_return loaded;
    auto why = sso_->why;
    if (why.empty() && !sso_->bad.empty()) why = sso_->bad.front().why;
    if (why.empty()) co_return loaded;
    sso_.reset(); // asked again next time
    failure f{disposition::retry, "nobody can say which " + std::string(kind.resource->name) +
                                      " were made by SSO configurations, whose list could not be read whole: " + why};
    co_return f;
}

json object_client::marked(const object_kind& kind, const json& object) const
{
    auto flat = flat_object(kind, object);
    if (flat.is_null()) return flat;
    const auto id = text_of(flat, "id");
    const bool ours = kind.resource->name == "applications" && id == session_->config().application();
    const bool vendors_role = kind.is_role() && named_like_the_vendors_role(object) &&
                              vendors_servers_.at(text_of(object, "resource_server_id"));
    if (ours || vendors_role || says_managed(kind, object) || (may_be_made(kind) && made_.contains(id)))
        flat[std::string(mapping::managed_mark)] = true;
    return flat;
}

asio::awaitable<result<object_list>> object_client::list(const object_kind& kind)
{
    const bool whole_sso = kind.resource->name == "sso-configs" && !kind.is_assignment();
    raw_list all;
    if (whole_sso) {
        auto loaded = co_await load_sso();
        if (!loaded) co_return loaded.error();
        all = *sso_;
    } else {
        auto known = co_await know_managed(kind);
        if (!known) co_return known.error();
        auto read = co_await read_raw(kind);
        if (!read) co_return read.error();
        all = std::move(*read);
    }
    object_list out;
    out.bad = std::move(all.bad);
    out.why = std::move(all.why);
    out.failed = std::move(all.failed);
    for (const auto& object : all.objects) {
        auto flat = marked(kind, object);
        if (flat.is_null()) {
            out.bad.push_back({"", "the record has no id"});
            continue;
        }
        if (kind.has_scopes()) {
            auto scoped = co_await add_scopes(flat);
            if (!scoped && session_->is_fatal(scoped.error())) co_return scoped.error();
            if (!scoped) {
                out.bad.push_back({text_of(flat, "id"), scoped.error().detail});
                continue;
            }
        }
        out.objects.push_back(std::move(flat));
    }
    co_return out;
}

asio::awaitable<result<json>> object_client::completed(const object_kind& kind, json answer)
{
    auto known = co_await know_managed(kind);
    if (!known) co_return known.error();
    if (kind.is_role()) {
        auto server = co_await know_server_of(answer);
        if (!server) co_return server.error();
    }
    auto flat = marked(kind, answer);
    if (flat.is_null())
        co_return failure{disposition::retry, "the answer is no " + std::string(kind.resource->singular)};
    if (kind.has_scopes()) {
        auto scoped = co_await add_scopes(flat);
        if (!scoped) co_return scoped.error();
    }
    co_return json_result(std::move(flat));
}

asio::awaitable<result<json>> object_client::get(const object_kind& kind, std::string id)
{
    auto path = co_await path_of(kind, id);
    if (!path) co_return path.error();
    auto got = co_await session_->object(row_call(*session_, *kind.operation("get"), *path));
    if (!got) {
        if (got.error().next != disposition::not_found) co_return got.error();
        parents_.erase(id);
        auto there = co_await read_raw(kind); // a service that answers 404 to everything says nothing
        if (!there) co_return there.error();
        if (there->failed) co_return *there->failed;
        const auto& all = there->objects;
        if (std::any_of(all.begin(), all.end(), [&](const auto& one) { return text_of(one, "id") == id; })) {
            failure both{disposition::retry,
                         std::string(kind.resource->singular) + " " + id + " is listed, and not found when asked for"};
            both.code = "contradiction";
            co_return both;
        }
        co_return got.error();
    }
    if (text_of(*got, "id") != id) {
        failure f{disposition::retry,
                  "asked for " + std::string(kind.resource->singular) + " " + id + ", the answer is another one"};
        f.code = "wrong_id";
        co_return f;
    }
    if (kind.is_role()) (*got)["resource_server_id"] = path->front();
    auto answer = std::move(*got);
    co_return co_await completed(kind, std::move(answer));
}

asio::awaitable<result<list_spec>> object_client::members_spec(const object_kind& kind, std::string id)
{
    auto path = co_await path_of(kind, id);
    if (!path) co_return path.error();
    const bool groups = kind.of_groups();
    const auto* verb = kind.is_role() ? "list-members"
                       : groups       ? "list-group-associations"
                                      : "list-identity-associations";
    auto spec = row_list(*session_, *kind.operation(verb), *path);
    spec.ref = {list_kind::members, id, std::string(kind.type->name)};
    spec.root = groups ? "groups" : "identities";
    spec.bytes = false;
    // Two lists at once (section 4.5).
    if (kind.is_role()) spec.total = groups ? "total_groups_size" : "total_identities_size";
    if (kind.is_role() && !groups) spec.beside = "total_groups_size";
    // Who may use an application by a group is listed too, and says by which: only the others were associated.
    if (!kind.is_role() && !groups) spec.without = "group_id";
    co_return spec;
}

asio::awaitable<result<std::vector<std::string>>> object_client::members(const object_kind& kind, std::string id)
{
    auto spec = co_await members_spec(kind, std::move(id));
    if (!spec) co_return spec.error();
    list_spec whole = std::move(*spec);
    co_return co_await keys_of(session_, std::move(whole), true);
}

} // namespace idferry::connectors::beyond_identity
