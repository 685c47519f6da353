#include "tests/sandbox/strict.hpp"

#include "tests/sandbox/issued.hpp"

namespace idferry::sandbox {
namespace {

constexpr std::string_view strict_media = "application/scim+json";

bool scim_media_type(std::string_view type)
{
    const auto media = lower_ascii(type.substr(0, type.find_first_of("; ")));
    return media == "application/scim+json" || media == "application/json";
}

// Does the header (If-Match, If-None-Match) name this version? Weak comparison.
bool names_version(std::string_view header, const std::string& version)
{
    auto bare = [](std::string_view tag) { return tag.starts_with("W/") ? tag.substr(2) : tag; };
    for (std::size_t at = 0; at < header.size();) {
        auto end = header.find(',', at);
        if (end == std::string_view::npos) end = header.size();
        auto tag = header.substr(at, end - at);
        while (!tag.empty() && tag.front() == ' ') tag.remove_prefix(1);
        while (!tag.empty() && tag.back() == ' ') tag.remove_suffix(1);
        if (tag == "*" || bare(tag) == bare(version)) return true;
        at = end + 1;
    }
    return false;
}

} // namespace

strict_server::strict_server(std::string name, std::uint64_t seed, const sandbox_clock& clock,
                             std::optional<organisation_settings> people)
    : name_(std::move(name)), seed_(seed), clock_(clock), people_(std::move(people)), random_(seed, 0x737472)
{
    register_knobs();
    token_ = name_ + "." + random_stream(seed, 0x73 + name_.size()).hex(20);
    note_issued("bearer token", token_);
}

void strict_server::register_knobs()
{
    auto& k = knob_;
    knobs_.add("default_page", k.default_page);
    knobs_.add("max_page", k.max_page);
    knobs_.add("etag", k.etag);
    knobs_.add("patch", k.patch);
    knobs_.add("filter", k.filter);
    knobs_.add("sort", k.sort);
    knobs_.add("group_name_unique", k.group_name_unique);
    knobs_.add("nested_groups", k.nested_groups);
    knobs_.add("drop_unknown", k.drop_unknown);
    knobs_.add("silent_remove", k.silent_remove);
    knobs_.add("patch_status", k.patch_status);
    knobs_.add("uniqueness_status", k.uniqueness_status);
    knobs_.add("members_in_lists", k.members_in_lists);
    knobs_.add("cursor", k.cursor, {"off", "offered", "only"});
    knobs_.add("totals_of_page", k.totals_of_page);
    knobs_.add("page_one_for_ever", k.page_one_for_ever);
    knobs_.add("user_added_between_pages", k.user_added_between_pages);
}

outgoing strict_server::refusal(const scim_problem& problem) const
{
    json body{{"schemas", {"urn:ietf:params:scim:api:messages:2.0:Error"}}, {"status", std::to_string(problem.status)}};
    if (!problem.type.empty()) body["scimType"] = problem.type;
    body["detail"] = problem.detail;
    auto out = json_answer(problem.status, body.dump(), strict_media);
    if (problem.status == 401) out.headers.emplace_back("WWW-Authenticate", "Bearer");
    return out;
}

answer strict_server::handle(const incoming& in)
{
    fill_if_wanted();
    const auto asked = parse_request(in);
    const auto& path = asked.path;
    std::shared_lock shared(mutex_);
    std::unique_lock<std::shared_mutex> exclusive(mutex_, std::defer_lock);
    if (in.method != "GET" || knob_.user_added_between_pages > 0) {
        shared.unlock();
        exclusive.lock();
    }
    answer out{{}, "unknown", "none"};
    if (path.size() < 2 || path[0] != "scim" || path[1] != "v2") {
        out.out = refusal({404, "", "no such path"});
        return out;
    }
    const auto header = asked.header("Authorization");
    if (header.size() <= 7 || !same_ignoring_case(header.substr(0, 7), "Bearer ") || header.substr(7) != token_) {
        out.client = header.empty() ? "none" : "unknown";
        out.endpoint = "unauthorised";
        out.out = refusal({401, "", "the token is missing or unknown"});
        return out;
    }
    out.client = "client";
    out.out = route(asked, {path.begin() + 2, path.end()}, out.endpoint);
    return out;
}

outgoing strict_server::route(const request& asked, const std::vector<std::string>& rest, std::string& endpoint)
{
    const auto& method = asked.method;
    const auto base = "https://" + std::string(asked.header("Host")) + "/scim/v2";
    const scim_problem wrong_method{405, "", "method not allowed"};
    if ((method == "POST" || method == "PUT" || method == "PATCH") && !scim_media_type(asked.header("Content-Type"))) {
        endpoint = "media_type";
        return refusal({415, "", "application/scim+json wanted"});
    }
    const bool users = !rest.empty() && rest[0] == "Users";
    const bool groups = !rest.empty() && rest[0] == "Groups";
    if (!rest.empty() && rest.back() == ".search" && rest.size() == (users || groups ? 2U : 1U)) {
        endpoint = "search";
        if (method != "POST") return refusal(wrong_method);
        const auto body = parse_json(asked.raw->body);
        if (!body || !body->is_object()) return refusal({400, "invalidSyntax", "not a SearchRequest"});
        query wanted;
        if (const auto problem = read_search(*body, wanted)) return refusal(problem);
        auto from = users ? users_ : groups_;
        if (!users && !groups) from.insert(from.begin(), users_.begin(), users_.end());
        return list(wanted, from, base);
    }
    if (rest.size() == 1 && (rest[0] == "Me" || rest[0] == "Bulk")) {
        endpoint = lower_ascii(rest[0]);
        return refusal({501, "", "not implemented"});
    }
    if (!users && !groups) {
        endpoint = "discovery";
        if (method != "GET") return refusal(wrong_method);
        return discover(asked, rest, base);
    }
    const std::string type = users ? "user" : "group";
    if (rest.size() == 1) {
        endpoint = type + (method == "POST" ? "_create" : "_list");
        if (method == "POST") return create(asked, users, base);
        if (method != "GET") return refusal(wrong_method);
        query wanted;
        if (const auto problem = read_query(asked, users ? user_model() : group_model(), wanted))
            return refusal(problem);
        return list(wanted, users ? users_ : groups_, base);
    }
    endpoint = type + (method == "GET"     ? "_get"
                       : method == "PUT"   ? "_replace"
                       : method == "PATCH" ? "_patch"
                                           : "_delete");
    const auto at = rest.size() == 2 ? find(rest[1]) : no_slot;
    if (at == no_slot || resources_[at].user != users) return refusal({404, "", "no resource has this id"});
    if (method == "GET") {
        const auto none_match = asked.header("If-None-Match");
        if (knob_.etag && !none_match.empty() && names_version(none_match, etag_of(resources_[at]))) {
            outgoing out;
            out.status = 304;
            out.headers.emplace_back("ETag", etag_of(resources_[at]));
            return out;
        }
        return one(200, at, asked, base);
    }
    if (method != "PUT" && method != "PATCH" && method != "DELETE") return refusal(wrong_method);
    if (const auto match = asked.header("If-Match");
        knob_.etag && !match.empty() && !names_version(match, etag_of(resources_[at])))
        return refusal({412, "", "the version is another one by now"});
    if (method == "DELETE") {
        remove(at);
        outgoing out;
        out.status = 204;
        return out;
    }
    if (method == "PATCH") return patch(asked, at, base);
    const auto body = parse_json(asked.raw->body);
    if (!body || !body->is_object()) return refusal({400, "invalidSyntax", "the body is not a JSON object"});
    return replace(asked, at, *body, base, 200);
}

outgoing strict_server::discover(const request&, const std::vector<std::string>& rest, const std::string& base) const
{
    auto listed = [](json resources) {
        const auto count = resources.size();
        return json{{"schemas", {"urn:ietf:params:scim:api:messages:2.0:ListResponse"}},
                    {"totalResults", count},
                    {"startIndex", 1},
                    {"itemsPerPage", count},
                    {"Resources", std::move(resources)}};
    };
    auto type_of = [&](const scim_model& model) {
        json type{{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:ResourceType"}},
                  {"id", model.name},
                  {"name", model.name},
                  {"endpoint", model.endpoint},
                  {"schema", model.core.urn}};
        for (const auto& extension : model.extensions)
            type["schemaExtensions"].push_back({{"schema", extension.urn}, {"required", false}});
        type["meta"] = {{"resourceType", "ResourceType"}, {"location", base + "/ResourceTypes/" + model.name}};
        return type;
    };
    json body;
    const auto what = rest.empty() ? std::string() : rest[0];
    if (what == "ServiceProviderConfig" && rest.size() == 1) {
        body = {{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"}},
                {"patch", {{"supported", knob_.patch}}},
                {"bulk", {{"supported", false}, {"maxOperations", 0}, {"maxPayloadSize", 0}}},
                {"filter", {{"supported", knob_.filter}, {"maxResults", knob_.max_page}}},
                {"changePassword", {{"supported", false}}},
                {"sort", {{"supported", knob_.sort}}},
                {"etag", {{"supported", knob_.etag}}},
                {"authenticationSchemes", json::array({{{"type", "oauthbearertoken"},
                                                        {"name", "OAuth Bearer Token"},
                                                        {"description", "a bearer token"},
                                                        {"primary", true}}})},
                {"meta", {{"resourceType", "ServiceProviderConfig"}, {"location", base + "/ServiceProviderConfig"}}}};
        if (knob_.cursor != "off")
            body["pagination"] = {{"cursor", true},
                                  {"index", knob_.cursor != "only"},
                                  {"defaultPaginationMethod", knob_.cursor == "only" ? "cursor" : "index"},
                                  {"maxPageSize", knob_.max_page}};
    } else if (what == "ResourceTypes" && rest.size() == 1) {
        body = listed(json::array({type_of(user_model()), type_of(group_model())}));
    } else if (what == "ResourceTypes" && rest.size() == 2 && rest[1] == "User") {
        body = type_of(user_model());
    } else if (what == "ResourceTypes" && rest.size() == 2 && rest[1] == "Group") {
        body = type_of(group_model());
    } else if (what == "Schemas") {
        auto all = json::array({user_model().core.description(), group_model().core.description()});
        for (const auto& extension : user_model().extensions) all.push_back(extension.description());
        if (rest.size() == 1)
            body = listed(std::move(all));
        else if (rest.size() == 2)
            for (auto& schema : all)
                if (same_ignoring_case(schema["id"].get<std::string>(), rest[1])) body = schema;
    }
    if (body.is_null()) return refusal({404, "", "no such path"});
    return json_answer(200, body.dump(), strict_media);
}

} // namespace idferry::sandbox
