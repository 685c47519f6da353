// Pages of lists: tokens that remember list, filter and size, and all that may go wrong with them.
#include "tests/sandbox/beyond_identity.hpp"
#include "tests/sandbox/beyond_identity_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace idferry::sandbox {
namespace {

constexpr std::string_view token_mark = "bi1";

std::string hexadecimal(std::uint64_t value)
{
    char text[20];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
    return text;
}

std::optional<std::uint64_t> from_hexadecimal(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// Which list this is: the path without the query.
std::string list_name(const beyond_call& call, std::string_view prefix)
{
    return call.asked.raw_path + "#" + std::string(prefix);
}

// Walks a ranked set round from `salt`, so that a walk may begin anywhere and still sees everything once.
class round_walk
{
public:
    round_walk(const ranked& all, std::uint64_t salt, const std::optional<std::pair<std::uint64_t, slot>>& after)
        : all_(all), salt_(salt)
    {
        if (after) {
            at_ = all.upper_bound(*after);
            wrapped_ = after->first < salt;
        } else {
            at_ = all.lower_bound({salt, 0});
        }
    }
    const std::pair<std::uint64_t, slot>* next()
    {
        if (!wrapped_ && at_ == all_.end()) {
            wrapped_ = true;
            at_ = all_.begin();
        }
        if (at_ == all_.end() || (wrapped_ && at_->first >= salt_)) return nullptr;
        return &*at_++;
    }

private:
    const ranked& all_;
    std::uint64_t salt_;
    ranked::const_iterator at_;
    bool wrapped_{false};
};

} // namespace

std::string beyond_server::page_token(const beyond_call& call, const page& from,
                                      const std::optional<std::pair<std::uint64_t, slot>>& after) const
{
    // mark|check|size|salt|made|rank|slot|bound|filter
    const auto rest = std::to_string(from.size) + "|" + hexadecimal(from.salt) + "|" + std::to_string(clock_.now_ms()) +
                      "|" + (after ? hexadecimal(after->first) : "") + "|" +
                      (after ? std::to_string(after->second) : "") + "|" + from.bound + "|" + from.filter;
    const auto check = hexadecimal(beyond_rank(list_name(call, from.prefix) + rest));
    return base64url(std::string(token_mark) + "|" + check + "|" + rest);
}

// What part of the list is wanted; an answer when the request is refused.
std::optional<outgoing> beyond_server::read_page(const beyond_call& call, std::size_t usual, std::size_t most,
                                                 page& out, std::string_view bound_parameter,
                                                 std::string_view prefix) const
{
    const auto& asked = call.asked;
    violations found;
    auto number = [&](const std::string& name) -> std::optional<std::uint64_t> {
        const auto text = asked.parameter(name);
        if (!text) return std::nullopt;
        const auto value = parse_integer(*text);
        if (!value || *value < 0 || *value > 0xFFFFFFFFLL) {
            found.emplace_back(name, "invalid value");
            return std::nullopt;
        }
        return static_cast<std::uint64_t>(*value);
    };
    out.prefix = prefix;
    out.size = usual;
    if (knob_.order == "shifting") out.salt = beyond_rank("walk" + std::to_string(walks_.fetch_add(1)));
    if (const auto filter = asked.parameter("filter")) out.filter = *filter;
    if (!bound_parameter.empty()) out.bound = asked.parameter(bound_parameter).value_or("");
    const auto invalid = [] { return bad({{"page_token", "invalid page token"}}); };
    if (auto token = asked.parameter("page_token"); token && !token->empty()) {
        // A list of two parts has a token of two, "-" for a part that is over.
        if (const auto dot = token->find('.'); prefix == "groups_")
            token = token->substr(0, dot);
        else if (prefix == "identities_")
            token = token->substr(dot == std::string_view::npos ? token->size() : dot + 1);
        out.over = *token == "-" && !prefix.empty();
        if (const auto refused = out.over ? std::nullopt : read_token(call, *token, out))
            return refused->status == 0 ? invalid() : *refused;
    }
    if (const auto size = number(std::string(prefix) + "page_size")) {
        if (*size == 0 && knob_.page_size_zero == "bad_request")
            found.emplace_back("page_size", "invalid value");
        else if (*size > 0 || knob_.page_size_zero == "empty")
            out.size = *size;
    }
    out.skip = number(std::string(prefix) + "skip").value_or(0);
    if (!found.empty()) return bad(found);
    if (knob_.max_page > 0) most = static_cast<std::size_t>(knob_.max_page);
    out.size = std::min(out.size, most);
    return std::nullopt;
}

// Nothing: the token was taken. Else an answer; status 0 stands for "invalid page token".
std::optional<outgoing> beyond_server::read_token(const beyond_call& call, std::string_view token, page& out) const
{
    outgoing invalid;
    invalid.status = 0;
    const auto text = base64url_decode(token).value_or("");
    std::vector<std::string> parts;
    for (std::size_t at = 0; parts.size() < 8;) {
        const auto end = text.find('|', at);
        if (end == std::string::npos) return invalid;
        parts.push_back(text.substr(at, end - at));
        at = end + 1;
        if (parts.size() == 8) parts.push_back(text.substr(at));
    }
    const auto rest = text.substr(std::min(text.size(), parts[0].size() + parts[1].size() + 2));
    if (parts[0] != token_mark || parts[1] != hexadecimal(beyond_rank(list_name(call, out.prefix) + rest)))
        return invalid;
    const auto size = parse_integer(parts[2]), place = parse_integer(parts[6]);
    const auto rank = from_hexadecimal(parts[5]);
    if (!size) return invalid;
    // The filter may be left out on later pages, but it must not be another one.
    if (call.asked.parameter("filter") && out.filter != parts[8])
        return bad({{"filter", "must match the filter of the page token"}});
    if (!out.bound.empty() && out.bound != parts[7]) return invalid;
    out.filter = parts[8];
    out.bound = parts[7];
    out.size = static_cast<std::size_t>(*size);
    out.salt = from_hexadecimal(parts[3]).value_or(0);
    const bool expired = parse_integer(parts[4]).value_or(0) + knob_.page_token_life * 1000 <= clock_.now_ms();
    if (expired && knob_.expired_page_token == "invalid") return invalid;
    if (expired && knob_.expired_page_token == "empty")
        out.over = true;
    else if (rank && place && !expired)
        out.after = {*rank, static_cast<slot>(*place)};
    if (knob_.page_one_for_ever) out.after.reset();
    return std::nullopt;
}

// Writes the items of a page. True: more follow, after `next.after`.
bool beyond_server::fill_page(const page& wanted, const listing& what, std::string& items, page& next,
                              std::uint64_t& total)
{
    next = wanted;
    total = what.all.size();
    if (what.fits) {
        total = 0;
        for (const auto& [rank, at] : what.all) total += what.fits(at) ? 1U : 0U;
    }
    if (wanted.over) return false;
    auto size = wanted.size;
    if (knob_.short_pages > 0) size = std::min(size, static_cast<std::size_t>(knob_.short_pages));
    round_walk walk(what.all, wanted.salt, wanted.after);
    std::uint64_t skip = wanted.skip;
    std::size_t count = 0;
    auto show = [&](slot at) {
        if (count++ > 0) items += ',';
        what.append(items, at);
    };
    if (knob_.duplicate_on_border && wanted.after && size > 1 && what.all.contains(*wanted.after))
        show(wanted.after->second);
    const bool empty = knob_.empty_pages > 0;
    for (const auto* one = walk.next(); one != nullptr; one = walk.next()) {
        if (what.fits && !what.fits(one->second)) continue;
        if (skip > 0) {
            --skip;
            continue;
        }
        if (empty) { // the page says nothing, and goes on where it stood
            --knob_.empty_pages;
            items.clear();
            return true;
        }
        if (count >= size) return true;
        show(one->second);
        next.after = *one;
    }
    return knob_.page_one_for_ever && count > 0;
}

outgoing beyond_server::list(const beyond_call& call, const page& wanted, const listing& what)
{
    std::string items;
    page next;
    std::uint64_t total = 0;
    const bool more = fill_page(wanted, what, items, next, total);
    std::string body = "{";
    append_json_string(body, what.key);
    body.append(":[").append(items);
    body += ']';
    if (what.total && !knob_.total_size_absent) {
        const auto shown = static_cast<std::int64_t>(total) + knob_.total_size_wrong;
        body += ",\"total_size\":" + std::to_string(std::max<std::int64_t>(0, shown));
    }
    if (more)
        body += ",\"next_page_token\":" + json_string(page_token(call, next, next.after));
    else if (knob_.next_page_token == "null")
        body += ",\"next_page_token\":null";
    else if (knob_.next_page_token == "empty")
        body += ",\"next_page_token\":\"\"";
    return json_answer(200, body + "}");
}

// The directory moves while somebody pages through it.
void beyond_server::between_pages(const beyond_call& call, slot first_shown, slot group)
{
    auto& directory = call.realm->directory;
    if (knob_.identity_added_between_pages > 0) {
        --knob_.identity_added_between_pages;
        beyond_identity made;
        made.id = new_id();
        made.display_name = "Added " + made.id;
        made.created = made.updated = now();
        made.set_trait(trait_username, "added." + made.id);
        made.set_trait(trait_email, "added." + made.id + "@" + settings_.domain);
        const auto at = directory.add(std::move(made));
        if (group != no_slot) directory.add_member(group, at);
    }
    if (knob_.identity_removed_between_pages > 0 && first_shown != no_slot) {
        --knob_.identity_removed_between_pages;
        call.realm->forget_identity(first_shown);
    }
}

} // namespace idferry::sandbox
