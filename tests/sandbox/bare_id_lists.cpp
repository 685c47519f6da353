#include "tests/sandbox/bare_id.hpp"

#include <algorithm>

namespace idferry::sandbox {
namespace {

// Does `list` (separated by commas) name `item`?
bool names_item(const std::string& list, std::string_view item)
{
    return ("," + list + ",").find("," + std::string(item) + ",") != std::string::npos;
}

std::string group_of_limit(const std::string& spec)
{
    return spec.substr(0, spec.rfind('='));
}

} // namespace

// What a knob puts in place of the real answer; status 0 when none does.
outgoing bare_id_server::replaced(std::string_view endpoint, list_kind kind) const
{
    outgoing none;
    none.status = 0;
    if (knob_.answer == "normal" || (knob_.answer_for != "all" && !names_item(knob_.answer_for, endpoint))) return none;
    if (knob_.answer == "not_found") return not_found();
    if (knob_.answer == "html") return html_answer(200, "Wartungsarbeiten");
    if (knob_.answer == "empty_object") return json_answer(200, "{}");
    const std::string key = kind == list_kind::users ? "users" : "groups";
    const std::string value = knob_.answer == "null_list" ? "null" : "[]";
    if (endpoint == "group_get") return json_answer(200, "{\"children\":{\"groups\":" + value + "}}");
    return json_answer(200, "{\"" + key + "\":" + value + "}");
}

std::string_view bare_id_server::user_wire(slot at, bool in_list, std::string& scratch) const
{
    const auto& k = knob_;
    const auto& text = directory_.user(at).text;
    const bool short_form = in_list && k.names_only_in_lists;
    if (k.emit_defaults && !k.names_top_level && !short_form && !k.created_time && k.attributes == "values_object")
        return text;
    auto user = json::parse(text);
    auto& attributes = user["attributes"];
    if (short_form)
        for (auto member = attributes.begin(); member != attributes.end();)
            member = member.key() == "firstName" || member.key() == "lastName" ? std::next(member)
                                                                               : attributes.erase(member);
    if (k.names_top_level)
        for (const char* name : {"firstName", "lastName"})
            if (const auto found = attributes.find(name); found != attributes.end()) {
                auto values = (*found)["values"];
                user[name] = values.empty() ? json("") : values[0];
                attributes.erase(name);
            }
    if (k.attributes != "values_object")
        for (auto& value : attributes) {
            json list = value["values"];
            value = k.attributes == "list" || list.size() != 1 ? list : list[0];
        }
    if (k.created_time) {
        const std::int64_t created = 1700000000000 + static_cast<std::int64_t>(at) * 1000;
        user["createdTimestamp"] = k.int64_as_string ? json(std::to_string(created)) : json(created);
    }
    if (!k.emit_defaults) {
        for (const char* name : {"enabled", "emailVerified"})
            if (!user[name].get<bool>()) user.erase(name);
        for (const char* name : {"email", "username"})
            if (user[name].get<std::string>().empty()) user.erase(name);
        if (user["attributes"].empty()) user.erase("attributes"); // `attributes` has moved: an erasure shifts members
    }
    scratch = user.dump();
    return scratch;
}

void bare_id_server::append_group(std::string& out, slot at) const
{
    const auto& group = directory_.group(at);
    out += "{\"uuid\":";
    append_json_string(out, group.id);
    out += ",\"name\":";
    append_json_string(out, group.name);
    out += ",\"path\":";
    append_json_string(out, directory_.path(at));
    out += '}';
}

// Which part of a list this request gets, by the paging style that is honoured.
bare_id_server::slice bare_id_server::cut(const request& asked, std::size_t total) const
{
    slice page;
    std::int64_t from = 0;
    std::int64_t size = knob_.page_default;
    bool bad = false;
    auto number = [&](std::string_view name, std::int64_t& value) {
        if (const auto text = asked.parameter(name)) {
            const auto parsed = parse_integer(*text);
            bad = bad || !parsed || *parsed < 0;
            value = parsed.value_or(0);
        }
    };
    const auto& style = knob_.paging;
    if (style == "offset") {
        number("first", from);
        number("max", size);
    } else if (style == "offset_limit") {
        number("offset", from);
        number("limit", size);
    } else if (style == "page") {
        std::int64_t page_number = knob_.page_base;
        number("page", page_number);
        number("size", size);
        bad = bad || page_number < knob_.page_base;
        from = (page_number - knob_.page_base) * size;
    } else if (style == "token") {
        number("pageSize", size);
        if (const auto token = asked.parameter("pageToken"); token && !token->empty()) {
            const auto text = base64_decode(*token).value_or("");
            const auto at = text.starts_with("at:") ? parse_integer(std::string_view(text).substr(3)) : std::nullopt;
            bad = bad || !at;
            from = at.value_or(0);
        }
    }
    page.refused.status = 0;
    if (bad) {
        page.refused = error(400, 3, "a paging parameter has a bad value");
        return page;
    }
    const auto nominal = from;
    if (knob_.page_one_for_ever)
        from = 0;
    else if (knob_.duplicate_on_border && from > 0)
        --from;
    const auto count = static_cast<std::int64_t>(total);
    if (knob_.hard_cap > 0 && (size <= 0 || size > knob_.hard_cap)) size = knob_.hard_cap;
    from = std::min(from, count);
    const auto to = size <= 0 ? count : std::min(count, from + size);
    page.from = static_cast<std::size_t>(from);
    page.to = static_cast<std::size_t>(to);
    page.more = to < count;
    if (style == "token" && (page.more || (knob_.page_one_for_ever && total > 0))) {
        // base64("at:<n>"), where n is padded so that no '=' is needed
        auto digits = std::to_string(nominal + (to - from));
        digits.insert(0, 12 - std::min<std::size_t>(12, digits.size()), '0');
        const auto plain = "at:" + digits;
        static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (std::size_t at = 0; at < plain.size(); at += 3) {
            const auto word = static_cast<unsigned>(plain[at]) << 16U | static_cast<unsigned>(plain[at + 1]) << 8U |
                              static_cast<unsigned>(plain[at + 2]);
            for (int shift = 18; shift >= 0; shift -= 6)
                page.next += alphabet[word >> static_cast<unsigned>(shift) & 63U];
        }
    }
    return page;
}

outgoing bare_id_server::user_list(const request& asked, const std::vector<slot>& members, slot of_group,
                                   std::string_view key)
{
    const auto& k = knob_;
    auto page = cut(asked, members.size());
    if (page.refused.status != 0) return page.refused;
    std::vector<slot> kept; // only when a knob hides some
    const std::vector<slot>* shown = &members;
    const auto hide = [&](auto&& visible) {
        for (const auto at : *shown)
            if (visible(at)) kept.push_back(at);
        shown = &kept;
        page = cut(asked, kept.size());
    };
    if (k.shrink_users >= 0) {
        const auto& order = directory_.order();
        const auto count = std::min(order.size(), static_cast<std::size_t>(k.shrink_users));
        std::vector<slot> first(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count));
        std::sort(first.begin(), first.end());
        hide([&](slot at) { return std::binary_search(first.begin(), first.end(), at); });
    }
    if (of_group != no_slot && !k.truncate_group.empty()) {
        const auto wanted = group_of_limit(k.truncate_group);
        const auto limit = parse_integer(
            std::string_view(k.truncate_group).substr(std::min(k.truncate_group.size(), wanted.size() + 1)));
        if (limit && any_group(wanted) == of_group) {
            std::vector<slot> first = *shown;
            first.resize(std::min(first.size(), static_cast<std::size_t>(std::max<std::int64_t>(0, *limit))));
            kept = std::move(first);
            shown = &kept;
            page = cut(asked, kept.size());
        }
    }
    std::string body;
    std::size_t bytes = 64;
    for (auto at = page.from; at < page.to; ++at) bytes += directory_.user((*shown)[at]).text.size() + 1;
    body.reserve(bytes);
    body += '{';
    if (page.to > page.from || k.emit_defaults) {
        append_json_string(body, k.list_envelope_key.empty() ? key : std::string_view(k.list_envelope_key));
        body += ":[";
        std::string scratch;
        for (auto at = page.from; at < page.to; ++at) {
            if (at > page.from) body += ',';
            body += user_wire((*shown)[at], true, scratch);
        }
        body += ']';
    }
    if (k.paging == "token" && (!page.next.empty() || k.emit_defaults)) {
        if (body.size() > 1) body += ',';
        body += "\"nextPageToken\":" + json_string(page.next);
    }
    body += '}';
    const auto first_shown = page.to > page.from ? (*shown)[page.from] : no_slot;
    if (page.more) after_page(page, of_group, first_shown);
    return json_answer(200, std::move(body));
}

// The directory moves while somebody pages through it.
void bare_id_server::after_page(const slice&, slot of_group, slot first_shown)
{
    if (knob_.user_added_between_pages > 0) {
        --knob_.user_added_between_pages;
        const auto mark = random_.hex(4);
        const bare_profile added{random_.uuid(),
                                 "added." + mark,
                                 "added." + mark + "@" + settings_.domain,
                                 true,
                                 true,
                                 {{"firstName", {"Added"}}, {"lastName", {mark}}}};
        const auto at = directory_.add_user(added, true);
        if (of_group != no_slot) directory_.add_member(of_group, at, true);
    }
    if (knob_.user_removed_between_pages > 0 && first_shown != no_slot) {
        --knob_.user_removed_between_pages;
        directory_.remove_user(first_shown);
    }
}

outgoing bare_id_server::group_list(const request& asked, const std::vector<slot>& list) const
{
    const auto page = cut(asked, list.size());
    if (page.refused.status != 0) return page.refused;
    std::string body = "{";
    if (page.to > page.from || knob_.emit_defaults) {
        append_json_string(body, knob_.list_envelope_key.empty() ? std::string_view("groups")
                                                                 : std::string_view(knob_.list_envelope_key));
        body += ":[";
        for (auto at = page.from; at < page.to; ++at) {
            if (at > page.from) body += ',';
            append_group(body, list[at]);
        }
        body += ']';
    }
    if (knob_.paging == "token" && !page.next.empty()) body += ",\"nextPageToken\":" + json_string(page.next);
    return json_answer(200, body + "}");
}

// V4: not wrapped, with its children.
outgoing bare_id_server::one_group(slot at) const
{
    std::string body;
    append_group(body, at);
    body.pop_back();
    const auto& children = directory_.group(at).children;
    auto count = children.size();
    if (knob_.children_cap > 0) count = std::min(count, static_cast<std::size_t>(knob_.children_cap));
    if (count == 0 && knob_.children_null) {
        body += ",\"children\":null";
    } else if (count > 0 || knob_.emit_defaults) {
        body += ",\"children\":{\"groups\":[";
        for (std::size_t child = 0; child < count; ++child) {
            if (child > 0) body += ',';
            append_group(body, children[child]);
        }
        body += "]}";
    }
    return json_answer(200, body + "}");
}

// The guessed list of users: filters are substrings without `exact=true`; unknown parameters are ignored.
outgoing bare_id_server::find_users(const request& asked)
{
    const bool exact = asked.parameter("exact") == "true";
    const auto search = asked.parameter("search");
    std::vector<slot> found;
    bool filtered = false;
    for (const char* field : {"username", "email"}) {
        const auto wanted = search ? std::nullopt : asked.parameter(field);
        if (!wanted) continue;
        const auto key = fold(*wanted);
        std::vector<slot> hits;
        if (exact && std::string_view(field) == "username") {
            if (const auto at = directory_.find_username(*wanted); at != no_slot) hits.push_back(at);
        } else {
            for (const auto at : directory_.order()) {
                const auto& user = directory_.user(at);
                const auto value = fold(std::string_view(field) == "email" ? user.email : user.username);
                if (exact ? value == key : value.find(key) != std::string::npos) hits.push_back(at);
            }
        }
        if (filtered)
            std::erase_if(found, [&](slot at) { return std::find(hits.begin(), hits.end(), at) == hits.end(); });
        else
            found = std::move(hits);
        filtered = true;
    }
    if (search) {
        filtered = true;
        const auto key = fold(*search);
        for (const auto at : directory_.order())
            if (fold(directory_.user(at).username + "\n" + directory_.user(at).email).find(key) != std::string::npos)
                found.push_back(at);
    }
    if (filtered) return user_list(asked, found, no_slot, "users");
    if (knob_.list_service_accounts) return user_list(asked, directory_.order(), no_slot, "users");
    for (const auto at : directory_.order())
        if (!directory_.user(at).username.starts_with("service-account-")) found.push_back(at);
    return user_list(asked, found, no_slot, "users");
}

} // namespace idferry::sandbox
