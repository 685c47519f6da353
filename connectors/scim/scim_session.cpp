#include "connectors/scim/scim_session.hpp"

#include "connectors/http/percent_encoding.hpp"
#include "mapping/core_schema.hpp"

#include <algorithm>

namespace idferry::connectors::scim {

namespace asio = boost::asio;

session::session(http::client& through, clock& time, const dialect& wire, const mapping::target_profile& holds,
                 std::string base_url)
    : through_(through), time_(time), wire_(wire), holds_(holds), where_(std::move(base_url))
{
}

asio::awaitable<result<http::response>> session::send(call c)
{
    for (;;) {
        const bool plain = learned.plain_json;
        http::request r(c.what.method, c.url);
        r.headers.emplace_back("Accept", plain ? "application/json" : wire_.accept);
        if (c.body) {
            r.headers.emplace_back("Content-Type", plain ? "application/json" : wire_.content_type);
            r.body = *c.body;
        }
        if (!c.if_match.empty()) r.headers.emplace_back("If-Match", c.if_match);
        auto answer = co_await through_.call(std::move(r));
        if (!answer) co_return answer;
        const bool refused_type = answer->status == 415 || answer->status == 406;
        if (!refused_type || plain || !wire_.media_fallback) co_return answer;
        learned.plain_json = true;
    }
}

asio::awaitable<result<http::response>> session::succeed(call c)
{
    auto answer = co_await send(c);
    if (!answer) co_return answer;
    if (answer->status >= 200 && answer->status < 300) co_return answer;
    co_return failed(c, *answer);
}

failure session::failed(const call& c, const http::response& answer) const
{
    return read_failure(c.what, answer, wire_, time_.now());
}

call session::collection_call(std::string method, const mapping::resource_type& type, const query& q) const
{
    return call({std::move(method), std::string(type.endpoint)}, where_.collection(type.endpoint, q));
}

call session::resource_call(std::string method, const mapping::resource_type& type, const std::string& id) const
{
    return call({std::move(method), std::string(type.endpoint) + "/" + http::percent_encode(id)},
                where_.resource(type.endpoint, id));
}

call session::write_call(std::string method, const mapping::resource_type& type, const std::string& id,
                         const mapping::json& body) const
{
    auto c = id.empty() ? collection_call(std::move(method), type) : resource_call(std::move(method), type, id);
    c.what.claims_owner = gives_owner(body);
    c.body = mapping::to_text(body);
    return c;
}

asio::awaitable<result<remote_resource>> session::read(const mapping::resource_type& type, std::string id)
{
    const auto c = resource_call("GET", type, id);
    auto answer = co_await send(c);
    if (!answer) co_return answer.error();
    if (answer->status == 404 || answer->status == 410) {
        auto there = co_await confirm_collection(type);
        if (!there) co_return there.error();
        co_return failed(c, *answer);
    }
    if (answer->status < 200 || answer->status >= 300) co_return failed(c, *answer);
    auto resource = read_resource(answer->body);
    if (!resource) co_return useless_answer(c.what, *answer, resource.error());
    if (resource->id.text() != id) {
        failure f{.next = disposition::retry, .detail = "the answer is another resource", .code = "wrong_id"};
        co_return useless_answer(c.what, *answer, std::move(f));
    }
    if (const auto tag = answer->header("ETag"); tag && !tag->empty()) resource->version = std::string(*tag);
    note_name(type, *resource);
    co_return resource;
}

asio::awaitable<result<void>> session::confirm_collection(const mapping::resource_type& type)
{
    const query one{{"startIndex", "1"}, {"count", "1"}};
    auto page = co_await read_page(type, one);
    if (!page) co_return page.error();
    co_return result<void>();
}

asio::awaitable<failure> session::failed_write(const mapping::resource_type& type, std::string id, call c,
                                               http::response answer)
{
    auto f = failed(c, answer);
    if (f.next != disposition::not_found) co_return f;
    const auto there = co_await read(type, std::move(id));
    if (!there) co_return there.error();
    f.next = disposition::reject;
    f.code = "reference_not_found";
    co_return f;
}

asio::awaitable<result<list_page>> session::read_page(const mapping::resource_type& type, query q)
{
    const auto c = collection_call("GET", type, q);
    auto answer = co_await send(c);
    if (!answer) co_return answer.error();
    if (answer->status < 200 || answer->status >= 300) {
        auto f = failed(c, *answer);
        if (f.next == disposition::not_found) {
            f.next = disposition::stop;
            f.detail += "; is base_url right? It is " + where_.base();
        }
        co_return f;
    }
    auto page = read_list(answer->body);
    if (!page) co_return useless_answer(c.what, *answer, page.error());
    co_return page;
}

bool session::may_patch(const mapping::resource_type& type) const
{
    if (wire_.patch == patch_mode::never || learned.no_patch.contains(std::string(type.name))) return false;
    if (wire_.patch == patch_mode::always) return true;
    return wire_.claims.patch.value_or(announced.patch.value_or(false));
}

bool session::may_filter(const mapping::resource_type& type, std::string_view attribute) const
{
    if (!wire_.claims.filter.value_or(announced.filter.value_or(true))) return false;
    const auto& keys = wire_.filter_keys(type);
    if (std::ranges::none_of(keys, [&](const std::string& k) { return mapping::same_name(k, attribute); }))
        return false;
    return !learned.no_filter.contains(std::string(type.name) + " " + std::string(attribute));
}

std::string session::if_match(const remote_resource& r) const
{
    if (!wire_.claims.etag.value_or(announced.etag.value_or(false))) return {};
    return is_entity_tag(r.version) ? r.version : std::string{};
}

void session::note_name(const mapping::resource_type& type, const remote_resource& r)
{
    if (!type.has_members || holds_.of(type.name).reserved_names.empty()) return;
    const auto* name = mapping::member_named(r.body, "displayName");
    const bool reserved = name && name->is_string() && is_reserved(holds_.of(type.name), name->get<std::string>());
    (reserved ? learned.reserved_ids : learned.free_ids).insert(r.id.text());
    (reserved ? learned.free_ids : learned.reserved_ids).erase(r.id.text());
}

bool is_entity_tag(std::string_view text)
{
    if (text.starts_with("W/")) text.remove_prefix(2);
    if (text.size() < 2 || text.size() > 1024 || text.front() != '"' || text.back() != '"') return false;
    return std::ranges::all_of(text.substr(1, text.size() - 2),
                               [](char c) { return static_cast<unsigned char>(c) >= 0x21 && c != '"' && c != 0x7f; });
}

} // namespace idferry::connectors::scim
