#include "tests/sandbox/showpad.hpp"

#include <algorithm>

namespace idferry::sandbox {
namespace {

constexpr std::string_view list_media = "application/scim+json";
constexpr std::string_view enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

void append_field(std::string& out, std::string_view lead, std::string_view value)
{
    out += lead;
    append_json_string(out, value);
}

// The value of `userName eq "…"`, or nothing for any other filter. Attribute and operator without case.
std::optional<std::string> user_name_filter(std::string_view text)
{
    auto blanks = [&] {
        const auto from = text.size();
        while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
        return text.size() != from;
    };
    auto word = [&](std::string_view wanted) {
        if (text.size() < wanted.size() || !same_ignoring_case(text.substr(0, wanted.size()), wanted)) return false;
        text.remove_prefix(wanted.size());
        return true;
    };
    blanks();
    if (!word("userName") || !blanks() || !word("eq") || !blanks()) return std::nullopt;
    const auto value = parse_json(text);
    if (!value || !value->is_string()) return std::nullopt;
    return value->get<std::string>();
}

} // namespace

void showpad_server::append_user(std::string& out, slot at, std::string_view base) const
{
    const auto& user = directory_.user(at);
    append_field(
        out,
        R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"id":)",
        user.id);
    append_field(out, ",\"externalId\":", user.external_id);
    append_field(out, ",\"userName\":", user.user_name);
    append_field(out, ",\"name\":{\"givenName\":", user.given);
    append_field(out, ",\"familyName\":", user.family);
    out += user.active ? "},\"active\":true" : "},\"active\":false";
    append_field(out, ",\"locale\":", user.locale);
    append_field(out, ",\"timezone\":", user.timezone);
    append_field(out, ",\"title\":", user.title);
    append_field(out, ",\"emails\":[{\"value\":", user.email);
    out += ",\"type\":\"work\",\"primary\":true}],\"phoneNumbers\":[";
    if (!user.phone.empty()) {
        append_field(out, "{\"value\":", user.phone);
        out += ",\"type\":\"work\"}";
    }
    auto role = user.role;
    if (knob_.role_case == "capital" && !role.empty()) role[0] = static_cast<char>(role[0] - 'a' + 'A');
    append_field(out, "],\"roles\":[{\"value\":", role);
    const auto& all = directory_.group(all_users_);
    append_field(out, "}],\"groups\":[{\"value\":", all.id);
    append_field(out, ",\"display\":", all.name);
    for (const auto group : user.groups) {
        append_field(out, "},{\"value\":", directory_.group(group).id);
        append_field(out, ",\"display\":", directory_.group(group).name);
    }
    out += "}],\"entitlements\":[";
    for (std::size_t one = 0; one < user.entitlements.size(); ++one) {
        append_field(out, one > 0 ? ",{\"value\":" : "{\"value\":", user.entitlements[one]);
        append_field(out, ",\"type\":", knob_.entitlement_type);
        out += '}';
    }
    append_field(out, "],", enterprise);
    append_field(out, ":{\"organization\":", user.organization);
    out += R"(},"meta":{"resourceType":"User","location":")";
    out.append(base).append("/Users/").append(user.id).append("\"}}");
}

void showpad_server::append_group(std::string& out, slot at, std::string_view base, bool members) const
{
    const auto& group = directory_.group(at);
    append_field(out, R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":)", group.id);
    append_field(out, ",\"displayName\":", group.name);
    if (members) {
        out += ",\"members\":[";
        bool first = true;
        for (const auto user : directory_.members(at)) {
            append_field(out, first ? "{\"value\":" : ",{\"value\":", directory_.user(user).id);
            append_field(out, ",\"display\":", directory_.user(user).user_name);
            out += '}';
            first = false;
        }
        out += ']';
    }
    out += R"(,"meta":{"resourceType":"Group","location":")";
    out.append(base).append("/Groups/").append(group.id).append("\"}}");
}

outgoing showpad_server::user_answer(int status, slot at, std::string_view base) const
{
    std::string body;
    append_user(body, at, base);
    auto out = json_answer(status, std::move(body), list_media);
    if (status == 201) out.headers.emplace_back("Location", std::string(base) + "/Users/" + directory_.user(at).id);
    return out;
}

outgoing showpad_server::group_answer(int status, slot at, std::string_view base) const
{
    std::string body;
    append_group(body, at, base, true);
    auto out = json_answer(status, std::move(body), list_media);
    if (status == 201) out.headers.emplace_back("Location", std::string(base) + "/Groups/" + directory_.group(at).id);
    return out;
}

// E28: startIndex below 1 is 1, a negative count is 0, no count is the default page, more than the maximum is the
// maximum.
outgoing showpad_server::list(const request& asked, const std::vector<slot>& all, bool users, std::string_view base)
{
    std::int64_t start = 1;
    std::int64_t count = knob_.default_page;
    for (const auto& [name, value] : {std::pair<const char*, std::int64_t*>{"startIndex", &start}, {"count", &count}})
        if (const auto text = asked.parameter(name)) {
            const auto parsed = parse_integer(*text);
            if (!parsed)
                return answer_problem(
                    {400, "invalidValue", std::string(name) + " is not a number", 2003, "NotNumericParameterError"});
            *value = *parsed;
        }
    start = std::max<std::int64_t>(1, start);
    count = std::min(std::max<std::int64_t>(0, count), knob_.max_page);
    const auto total = static_cast<std::int64_t>(all.size());
    auto from = std::min(start - 1, total);
    if (knob_.page_one_for_ever) from = 0;
    if (knob_.duplicate_pages > 0 && from > 0) {
        --knob_.duplicate_pages;
        from = std::max<std::int64_t>(0, from - count);
    }
    const auto to = std::min(total, from + count);
    std::string body = R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":)" +
                       std::to_string(total) + ",\"startIndex\":" + std::to_string(start) +
                       ",\"itemsPerPage\":" + std::to_string(to - from) + ",\"Resources\":[";
    body.reserve(body.size() + static_cast<std::size_t>(to - from) * 900);
    for (auto at = from; at < to; ++at) {
        if (at > from) body += ',';
        if (users)
            append_user(body, all[static_cast<std::size_t>(at)], base);
        else
            append_group(body, all[static_cast<std::size_t>(at)], base, knob_.members_in_lists);
    }
    body += "]}";
    if (users && to < total && knob_.user_added_between_pages > 0) {
        --knob_.user_added_between_pages;
        showpad_user added;
        added.id = random_.hex(16);
        added.user_name = added.email = "added." + random_.hex(4) + "@" + domain_;
        added.given = "Added";
        added.family = "Meanwhile";
        added.locale = "en";
        added.timezone = knob_.timezone;
        added.organization = knob_.organisation;
        added.role = "tablet";
        directory_.add_user(std::move(added), true);
    }
    return json_answer(200, std::move(body), list_media);
}

// E26: only `userName eq "…"`.
outgoing showpad_server::list_users(const request& asked, std::string_view base)
{
    if (const auto filter = asked.parameter("filter"); filter && !filter->empty()) {
        const auto wanted = user_name_filter(*filter);
        if (!wanted && knob_.bad_filter == "refused")
            return answer_problem(
                {400, "invalidFilter", "only userName eq \"...\" is supported", 2001, "InvalidParameterError"});
        if (wanted) {
            std::vector<slot> found;
            if (const auto at = directory_.find_user_name(*wanted); at != no_slot) {
                const auto& user = directory_.user(at);
                if ((!knob_.filter_case_exact || user.user_name == *wanted) && (knob_.list_inactive || user.active))
                    found.push_back(at);
            }
            return list(asked, found, true, base);
        }
    }
    if (knob_.list_inactive) return list(asked, directory_.order(), true, base);
    std::vector<slot> active;
    for (const auto at : directory_.order())
        if (directory_.user(at).active) active.push_back(at);
    return list(asked, active, true, base);
}

// E27.
outgoing showpad_server::list_groups(const request& asked, std::string_view base)
{
    if (const auto filter = asked.parameter("filter"); filter && !filter->empty() && knob_.group_filter == "refused")
        return answer_problem({400, "invalidFilter", "groups cannot be filtered", 2001, "InvalidParameterError"});
    return list(asked, directory_.group_order(), false, base);
}

} // namespace idferry::sandbox
