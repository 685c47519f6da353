#include "tests/sandbox/strict.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace idferry::sandbox {
namespace {

constexpr std::string_view read_media = "application/scim+json";

std::string utc_time(std::int64_t ms)
{
    const auto seconds = static_cast<std::time_t>(ms / 1000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                  parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, static_cast<int>(ms % 1000));
    return text;
}

// The only thing asked for is one attribute equal to one string.
bool simple_equality(const scim_filter& filter, std::string_view attribute)
{
    return filter.what == scim_filter::kind::compared && filter.op == "eq" && filter.value.is_string() &&
           filter.path.sub.empty() && filter.path.urn.empty() && same_ignoring_case(filter.path.attribute, attribute);
}

} // namespace

const scim_model& strict_server::model_of(slot at) const
{
    return resources_[at].user ? user_model() : group_model();
}

std::string strict_server::etag_of(const strict_resource& one) const
{
    return "W/\"" + std::to_string(one.version) + "\"";
}

void strict_server::append_reference(std::string& out, slot at, const std::string& base, std::string_view type) const
{
    const auto& one = resources_[at];
    out += "{\"value\":\"" + one.id + "\",\"$ref\":\"" + base + (one.user ? "/Users/" : "/Groups/") + one.id +
           "\",\"display\":";
    append_json_string(out, one.name);
    out.append(",\"type\":\"").append(type).append("\"}");
}

void strict_server::append(std::string& out, slot at, const std::string& base, bool members) const
{
    const auto& one = resources_[at];
    const auto& list = one.user ? one.member_of : one.members;
    out.append(one.text, 0, one.text.size() - 1);
    out += ",\"id\":\"" + one.id + "\"";
    if (!list.empty() && members) {
        out += one.user ? ",\"groups\":[" : ",\"members\":[";
        bool first = true;
        for (const auto other : list) {
            if (!first) out += ',';
            first = false;
            append_reference(out, other, base, one.user ? "direct" : resources_[other].user ? "User" : "Group");
        }
        out += ']';
    }
    out += one.user ? ",\"meta\":{\"resourceType\":\"User\"" : ",\"meta\":{\"resourceType\":\"Group\"";
    out += ",\"created\":\"" + utc_time(one.created_ms) + "\",\"lastModified\":\"" + utc_time(one.changed_ms) +
           "\",\"location\":\"" + base + (one.user ? "/Users/" : "/Groups/") + one.id + "\"";
    if (knob_.etag) out += ",\"version\":" + json_string(etag_of(one));
    out += "}}";
}

json strict_server::whole(slot at, const std::string& base) const
{
    std::string text;
    append(text, at, base);
    return json::parse(text);
}

outgoing strict_server::one(int status, slot at, const request& asked, const std::string& base) const
{
    query wanted;
    if (const auto problem = read_query(asked, model_of(at), wanted)) return refusal(problem);
    std::string text;
    append(text, at, base);
    if (!wanted.attributes.empty() || !wanted.excluded.empty()) {
        auto resource = json::parse(text);
        if (const auto problem = projected(resource, model_of(at), wanted)) return refusal(problem);
        text = resource.dump();
    }
    auto out = json_answer(status, std::move(text), read_media);
    out.headers.emplace_back("Location", base + (resources_[at].user ? "/Users/" : "/Groups/") + resources_[at].id);
    if (knob_.etag) out.headers.emplace_back("ETag", etag_of(resources_[at]));
    return out;
}

scim_problem strict_server::read_query(const request& asked, const scim_model&, query& out) const
{
    for (const auto& [name, value] : asked.query) {
        if (name == "filter")
            out.filter = value;
        else if (name == "attributes")
            out.attributes = split_list(value);
        else if (name == "excludedAttributes")
            out.excluded = split_list(value);
        else if (name == "cursor")
            out.cursor = value;
        else if (name == "sortBy")
            out.sort_by = value;
        else if (name == "sortOrder")
            out.descending = same_ignoring_case(value, "descending");
        else if (name == "startIndex" || name == "count") {
            const auto number = parse_integer(value);
            if (!number) return {400, "invalidValue", name + " is not a number"};
            if (name == "count")
                out.count = *number;
            else
                out.start = *number;
        }
    }
    if (!out.attributes.empty() && !out.excluded.empty())
        return {400, "invalidValue", "attributes and excludedAttributes exclude each other"};
    return {};
}

scim_problem strict_server::read_search(const json& body, query& out) const
{
    auto text = [&](const char* name) -> std::string {
        const auto* value = find_member(body, name);
        return value != nullptr && value->is_string() ? value->get<std::string>() : "";
    };
    auto names = [&](const char* name, std::vector<std::string>& to) {
        if (const auto* list = find_member(body, name); list != nullptr && list->is_array())
            for (const auto& one : *list)
                if (one.is_string()) to.push_back(one.get<std::string>());
    };
    if (const auto filter = text("filter"); !filter.empty()) out.filter = filter;
    out.sort_by = text("sortBy");
    out.descending = same_ignoring_case(text("sortOrder"), "descending");
    names("attributes", out.attributes);
    names("excludedAttributes", out.excluded);
    for (const char* name : {"startIndex", "count"})
        if (const auto* number = find_member(body, name); number != nullptr) {
            if (!number->is_number_integer()) return {400, "invalidValue", std::string(name) + " is not a number"};
            if (std::string_view(name) == "count")
                out.count = number->get<std::int64_t>();
            else
                out.start = number->get<std::int64_t>();
        }
    if (!out.attributes.empty() && !out.excluded.empty())
        return {400, "invalidValue", "attributes and excludedAttributes exclude each other"};
    return {};
}

// Those that fit the filter, in order.
scim_problem strict_server::select(const query& wanted, const std::vector<slot>& from, const std::string& base,
                                   std::vector<slot>& out) const
{
    std::optional<scim_filter> filter;
    if (wanted.filter) {
        if (!knob_.filter) return {400, "invalidFilter", "filters are not supported"};
        std::string error;
        filter = parse_scim_filter(*wanted.filter, error);
        if (!filter) return {400, "invalidFilter", error};
        for (const auto* model : {&user_model(), &group_model()})
            if (error = check_scim_filter(*filter, *model); !error.empty()) return {400, "invalidFilter", error};
        const bool users = !from.empty() && resources_[from.front()].user && resources_[from.back()].user;
        for (const char* attribute : {"userName", "externalId", "id"})
            if (users && simple_equality(*filter, attribute)) { // by index
                const auto value = filter->value.get<std::string>();
                auto at = std::string_view(attribute) == "id" ? find(value) : no_slot;
                if (std::string_view(attribute) == "userName") at = find_name(true, value);
                if (std::string_view(attribute) == "externalId")
                    if (const auto found = by_external_.find("u" + value); found != by_external_.end())
                        at = found->second;
                if (at != no_slot && resources_[at].user) out.push_back(at);
                return {};
            }
    }
    struct sortable
    {
        std::string key;
        std::size_t position;
        slot at;
    };
    std::vector<sortable> keys;
    std::optional<scim_path> sort;
    if (!wanted.sort_by.empty() && knob_.sort) {
        std::string error;
        sort = parse_scim_path(wanted.sort_by, error);
        if (!sort) return {400, "invalidPath", error};
    }
    for (const auto at : from) {
        if (!filter && !sort) {
            out.push_back(at);
            continue;
        }
        const auto resource = whole(at, base);
        if (filter && !fits_scim_filter(*filter, resource, model_of(at))) continue;
        if (!sort) {
            out.push_back(at);
            continue;
        }
        const auto values = values_at(resource, *sort, model_of(at));
        const auto* attribute = model_of(at).find(sort->urn, sort->attribute);
        std::string key = "~"; // unassigned comes last when ascending
        if (!values.empty()) {
            key = values.front()->is_string() ? values.front()->get<std::string>() : values.front()->dump();
            key = "!" + (attribute != nullptr && attribute->case_exact ? key : fold(key));
        }
        keys.push_back({std::move(key), keys.size(), at});
    }
    if (sort) {
        std::sort(keys.begin(), keys.end(), [&](const sortable& a, const sortable& b) {
            if (a.key != b.key) return wanted.descending ? b.key < a.key : a.key < b.key;
            return a.position < b.position;
        });
        for (const auto& one : keys) out.push_back(one.at);
    }
    return {};
}

outgoing strict_server::list(const query& wanted, const std::vector<slot>& from, const std::string& base)
{
    std::vector<slot> chosen;
    const std::vector<slot>* all = &from;
    if (wanted.filter || !wanted.sort_by.empty()) {
        if (const auto problem = select(wanted, from, base, chosen)) return refusal(problem);
        all = &chosen;
    }
    const auto total = static_cast<std::int64_t>(all->size());
    // RFC 9865: an empty cursor begins; every other one is a place in the list, in characters that a URL leaves alone.
    const bool by_cursor = knob_.cursor == "only" || (knob_.cursor == "offered" && wanted.cursor);
    constexpr std::string_view place = "at-";
    auto begins = wanted.start;
    if (by_cursor) {
        const auto text = wanted.cursor.value_or("");
        const auto number = text.starts_with(place) ? parse_integer(text.substr(place.size())) : std::nullopt;
        if (!text.empty() && !number) return refusal({400, "invalidCursor", "this cursor was never given"});
        begins = number.value_or(1);
    }
    const auto start = std::max<std::int64_t>(1, begins);
    const auto count = std::min(std::max<std::int64_t>(0, wanted.count.value_or(knob_.default_page)), knob_.max_page);
    const auto first = knob_.page_one_for_ever ? 0 : std::min(start - 1, total);
    const auto last = std::min(total, first + count);
    std::string body = R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],)";
    if (!by_cursor)
        body += "\"totalResults\":" + std::to_string(knob_.totals_of_page && first == 0 ? last : total) +
                ",\"startIndex\":" + std::to_string(start) + ",";
    else if (last < total)
        body += "\"nextCursor\":\"" + std::string(place) + std::to_string(last + 1) + "\",";
    body += "\"itemsPerPage\":" + std::to_string(last - first);
    body += ",\"Resources\":[";
    const bool whole_resources = wanted.attributes.empty() && wanted.excluded.empty();
    for (auto at = first; at < last; ++at) {
        if (at > first) body += ',';
        const auto each = (*all)[static_cast<std::size_t>(at)];
        if (whole_resources) {
            append(body, each, base, resources_[each].user || knob_.members_in_lists);
            continue;
        }
        auto resource = whole(each, base);
        if (const auto problem = projected(resource, model_of(each), wanted)) return refusal(problem);
        body += resource.dump();
    }
    body += "]}";
    if (last < total && knob_.user_added_between_pages > 0 && &from == &users_) {
        --knob_.user_added_between_pages;
        strict_resource made;
        if (!take(json{{"userName", "added." + random_.hex(4)}}, true, no_slot, made)) insert(std::move(made), true);
    }
    return json_answer(200, std::move(body), read_media);
}

// RFC 7644 section 3.9: attributes with returned "always" come regardless.
scim_problem strict_server::projected(json& resource, const scim_model& model, const query& wanted) const
{
    const bool only = !wanted.attributes.empty();
    auto kept = only ? json::object() : resource;
    for (const auto& text : only ? wanted.attributes : wanted.excluded) {
        std::string error;
        if (model.is_extension(text)) {
            if (only && resource.contains(text))
                kept[text] = resource[text];
            else if (!only)
                kept.erase(text);
            continue;
        }
        const auto path = parse_scim_path(text, error);
        if (!path) return {400, "invalidPath", error};
        const auto* attribute = model.find(path->urn, path->attribute);
        const auto urn = model.is_extension(path->urn) ? path->urn : std::string();
        const auto* from = urn.empty() ? &resource : find_member(resource, urn);
        if (attribute == nullptr || from == nullptr || !from->contains(attribute->name)) continue;
        const auto& value = (*from)[attribute->name];
        auto& to = urn.empty() ? kept : kept[urn];
        if (!only) {
            if (attribute->returned == "always") continue;
            if (path->sub.empty())
                to.erase(attribute->name);
            else if (to[attribute->name].is_array())
                for (auto& element : to[attribute->name]) element.erase(path->sub);
            else
                to[attribute->name].erase(path->sub);
            continue;
        }
        if (path->sub.empty()) {
            to[attribute->name] = value;
        } else if (value.is_array()) {
            auto& list = to[attribute->name];
            list = list.is_array() ? list : json::array();
            for (std::size_t at = 0; at < value.size(); ++at) {
                if (list.size() <= at) list.push_back(json::object());
                if (value[at].contains(path->sub)) list[at][path->sub] = value[at][path->sub];
            }
        } else if (value.contains(path->sub)) {
            to[attribute->name][path->sub] = value[path->sub];
        }
    }
    for (const char* always : {"schemas", "id"}) kept[always] = resource[always];
    resource = std::move(kept);
    return {};
}

} // namespace idferry::sandbox
