#include "connectors/beyond_identity/resources.hpp"

#include "connectors/beyond_identity/beyond_identity_codec.hpp"
#include "connectors/beyond_identity/list_reader.hpp"
#include "connectors/beyond_identity/memberships.hpp"
#include "connectors/beyond_identity/object_kinds.hpp"
#include "mapping/core_schema.hpp"
#include "mapping/json.hpp"
#include "mapping/normalise.hpp"

#include <algorithm>
#include <array>

namespace idferry::connectors::beyond_identity {

namespace asio = boost::asio;

namespace {

constexpr resource_words identity_words{"/identities", "identity", "identities"};
constexpr resource_words group_words{"/groups", "group", "groups"};

// Enough to see that a value is not unique.
constexpr std::uint64_t hits_wanted = 10;

struct scope_row
{
    bool group;
    std::string_view action, text;
};
constexpr std::array<scope_row, 8> scope_rows{{{false, "create", "identities:create"},
                                               {false, "read", "identities:read"},
                                               {false, "update", "identities:update"},
                                               {false, "delete", "identities:delete"},
                                               {true, "create", "groups:create"},
                                               {true, "read", "groups:read"},
                                               {true, "update", "groups:update"},
                                               {true, "delete", "groups:delete"}}};

// What a SCIM attribute is called in a filter; "" when nobody says that it can stand in one.
std::string_view filter_name(const mapping::resource_type& type, std::string_view attribute)
{
    if (type.has_members) return mapping::same_name(attribute, "displayName") ? "display_name" : "";
    if (mapping::same_name(attribute, "userName")) return "traits.username";
    return mapping::same_name(attribute, "externalId") ? "traits.external_id" : "";
}

list_spec list_of(const session& s, const mapping::resource_type& type)
{
    return type.has_members ? groups_list(s) : identities_list(s);
}

failure unsupported(const std::string& attribute)
{
    failure f;
    f.next = disposition::reject;
    f.code = "unsupported";
    f.detail = "the service cannot be asked for " + attribute + ": list instead";
    return f;
}

} // namespace

const resource_words& words_of(const mapping::resource_type& type)
{
    return type.has_members ? group_words : identity_words;
}

std::string_view scope_of(const mapping::resource_type& type, std::string_view action)
{
    for (const auto& row : scope_rows)
        if (row.group == type.has_members && row.action == action) return row.text;
    return {};
}

result<remote_resource> resources::decoded(const mapping::resource_type& type, const mapping::json& body) const
{
    auto scim = type.has_members ? decode_group(body) : decode_identity(body);
    if (!scim) return scim.error();
    remote_resource r;
    r.id = mapping::target_id((*scim)["id"].get<std::string>());
    r.body = std::move(*scim);
    return r;
}

asio::awaitable<result<void>> resources::confirm_collection(const mapping::resource_type& type)
{
    auto spec = list_of(*session_, type);
    spec.ask.query.emplace_back("page_size", "1");
    auto page = co_await session_->object(std::move(spec.ask));
    if (!page) {
        auto f = page.error();
        if (f.next == disposition::not_found) {
            f.next = disposition::stop;
            f.detail += "; are tenant and realm right?";
        }
        co_return f;
    }
    if (page->contains(spec.root) || page->contains("total_size")) co_return result<void>();
    failure f{disposition::stop,
              std::string(words_of(type).collection) + " is answered with something that is no list"};
    f.code = "wrong_shape";
    co_return f;
}

asio::awaitable<result<remote_resource>> resources::read(const mapping::resource_type& type, std::string id,
                                                         bool members)
{
    const auto& words = words_of(type);
    call c("GET", session_->in_realm(session::item(words.collection, id)), scope_of(type, "read"));
    auto body = co_await session_->object(std::move(c));
    if (!body) {
        if (body.error().next == disposition::not_found) {
            auto there = co_await confirm_collection(type);
            if (!there) co_return there.error();
        }
        co_return body.error();
    }
    auto r = decoded(type, *body);
    if (!r) co_return r;
    if (r->id.text() != id) {
        failure f{disposition::retry,
                  "asked for " + std::string(words.member) + " " + id + ", the answer is another one"};
        f.code = "wrong_id";
        co_return f;
    }
    if (!members || !type.has_members) co_return r;
    auto people = co_await members_of(session_, id);
    if (!people) co_return people.error();
    auto& list = r->body["members"] = mapping::json::array();
    for (auto& person : *people) list.push_back({{"value", std::move(person)}});
    co_return r;
}

asio::awaitable<result<inventory_end>> resources::list(const mapping::resource_type& type,
                                                       std::function<void(remote_resource)> each)
{
    list_reader reader(session_, list_of(*session_, type));
    inventory_end end;
    std::string unusable;
    for (;;) {
        auto some = co_await reader.next();
        if (!some) co_return some.error();
        if (!*some) break;
        if (!(*some)->bad.empty()) unusable = (*some)->bad.front().why;
        for (const auto& record : (*some)->records) {
            mapping::json body;
            mapping::json_error ignored;
            if (!mapping::parse_json(record.bytes, body, ignored)) {
                unusable = std::string(record.key) + " is nested too deep";
                continue;
            }
            auto one = decoded(type, body);
            if (!one) {
                unusable = std::string(record.key) + ": " + one.error().detail;
                continue;
            }
            ++end.size;
            each(std::move(*one));
        }
    }
    if (reader.failed()) {
        auto f = *reader.failed();
        if (f.next == disposition::not_found) {
            f.next = disposition::stop;
            f.detail += "; are tenant and realm right?";
        }
        co_return f;
    }
    end.complete = reader.end().state == proof::complete && unusable.empty();
    end.why = reader.end().state == proof::complete ? unusable : reader.end().why;
    co_return end;
}

std::string resources::folded(const std::string& attribute, const std::string& value) const
{
    const mapping::type_profile fold{.case_fold = {"userName", "displayName"}};
    const auto v = mapping::comparable_value(attribute, value, fold);
    return v.is_string() ? v.get<std::string>() : std::string();
}

bool resources::holds(const remote_resource& r, const std::string& attribute, const std::string& value) const
{
    const auto held = mapping::value_at(r.body, attribute);
    return held && held->is_string() && folded(attribute, held->get<std::string>()) == folded(attribute, value);
}

bool resources::can_find(const mapping::resource_type& type, std::string_view attribute) const
{
    const auto name = filter_name(type, attribute);
    const auto& on = session_->config().filters;
    if (name == "traits.username") return true;
    if (name == "traits.external_id") return on.external_id && !refused_filters_.contains(std::string(name));
    if (name == "display_name") return on.group_display_name && !refused_filters_.contains(std::string(name));
    return false;
}

asio::awaitable<result<std::string>> resources::probe_filter(const mapping::resource_type& type, std::string attribute)
{
    if (!can_find(type, attribute)) co_return std::string();
    const std::string name(filter_name(type, attribute));
    auto spec = list_of(*session_, type);
    spec.ask.query.emplace_back("filter", name + " eq \"idferry-probe-finds-nobody\"");
    spec.ask.query.emplace_back("page_size", "1");
    auto page = co_await session_->object(std::move(spec.ask));
    if (!page && page.error().next != disposition::reject) co_return page.error();
    const auto hits = page ? page->find(spec.root) : mapping::json::iterator{};
    if (page && (hits == page->end() || !hits->is_array() || hits->empty())) co_return std::string();
    refused_filters_.insert(name);
    co_return "the filter " + name + " is " + (page ? "not obeyed" : "refused (" + page.error().detail + ")") +
        ", so the realm is read whole instead; switch it off";
}

void resources::remember_taken(const std::string& user_name, std::string id)
{
    taken_.insert_or_assign(folded("userName", user_name), std::move(id));
}

asio::awaitable<result<std::vector<remote_resource>>> resources::find_in_list(const mapping::resource_type& type,
                                                                              std::string attribute, std::string value)
{
    std::vector<remote_resource> found;
    const auto take = [&](remote_resource r) {
        if (holds(r, attribute, value)) found.push_back(std::move(r));
    };
    auto end = co_await list(type, take);
    if (!end) co_return end.error();
    if (!end->complete && found.empty())
        co_return failure{disposition::retry, "the service's list could not be read completely: " + end->why};
    co_return found;
}

asio::awaitable<result<std::vector<remote_resource>>> resources::find(const mapping::resource_type& type,
                                                                      std::string attribute, std::string value)
{
    if (kind_of(type) || !can_find(type, attribute)) co_return unsupported(attribute);
    const std::string name(filter_name(type, attribute));
    const bool by_user_name = name == "traits.username";
    const auto taken = by_user_name ? taken_.find(folded(attribute, value)) : taken_.end();
    std::vector<remote_resource> found;
    if (taken != taken_.end() && !taken->second.empty()) {
        const auto id = taken->second;
        auto one = co_await read(type, id, false);
        if (one && holds(*one, attribute, value)) {
            found.push_back(std::move(*one));
            co_return found;
        }
        if (!one && one.error().next != disposition::not_found) co_return one.error();
    }
    auto spec = list_of(*session_, type);
    spec.ask.query.emplace_back("filter", name + " eq " + mapping::to_text(mapping::json(value)));
    spec.page_size = hits_wanted;
    list_reader reader(session_, std::move(spec));
    bool obeyed = true;
    std::string unusable;
    while (obeyed) {
        auto some = co_await reader.next();
        if (!some) co_return some.error();
        if (!*some) break;
        if (!(*some)->bad.empty()) unusable = (*some)->bad.front().why;
        for (const auto& record : (*some)->records) {
            mapping::json body;
            mapping::json_error ignored;
            mapping::parse_json(record.bytes, body, ignored);
            auto one = decoded(type, body);
            if (!one) {
                unusable = one.error().detail;
                continue;
            }
            obeyed = obeyed && holds(*one, attribute, value);
            if (obeyed) found.push_back(std::move(*one));
        }
    }
    const auto& failed = reader.failed();
    if (failed && failed->next != disposition::reject) {
        auto f = *failed;
        if (f.next == disposition::not_found) f.next = disposition::stop;
        co_return f;
    }
    // A filter that is refused or not obeyed, and a name that is known to be taken though no filter finds it (another
    // case of letters, perhaps): the list tells.
    const bool hidden = found.empty() && taken != taken_.end();
    if (failed || !obeyed || hidden) co_return co_await find_in_list(type, std::move(attribute), std::move(value));
    if (found.empty() && (!unusable.empty() || reader.end().state != proof::complete))
        co_return failure{disposition::retry,
                          "looking for " + attribute + ": " + (unusable.empty() ? reader.end().why : unusable)};
    co_return found;
}

} // namespace idferry::connectors::beyond_identity
