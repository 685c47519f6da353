#include "connectors/scim/scim_lookup.hpp"

#include "mapping/core_schema.hpp"
#include "mapping/filter.hpp"
#include "mapping/normalise.hpp"

#include <algorithm>

namespace idferry::connectors::scim {

namespace asio = boost::asio;

namespace {

// Enough to see that a value is not unique.
constexpr int hits_wanted = 10;

failure unsupported_filter(const std::string& attribute, std::string why, int status)
{
    failure f;
    f.next = disposition::reject;
    f.code = "unsupported";
    f.status = status;
    f.detail = "the service provider cannot filter by " + attribute + ": " + std::move(why);
    return f;
}

std::string folded_name(const std::string& user_name)
{
    mapping::type_profile fold;
    fold.case_fold = {"userName"};
    return mapping::to_text(mapping::comparable_value("userName", user_name, fold));
}

bool holds_text(const mapping::json& v, const mapping::json& wanted, const std::string& attribute,
                const mapping::type_profile& p)
{
    if (v.is_array())
        return std::ranges::any_of(v, [&](const mapping::json& e) { return holds_text(e, wanted, attribute, p); });
    if (v.is_number_integer()) return mapping::json(mapping::to_text(v)) == wanted;
    return mapping::comparable_value(attribute, v, p) == wanted;
}

} // namespace

std::string_view naming_attribute(const mapping::resource_type& type)
{
    return type.has_members ? "displayName" : "userName";
}

match_kind matches(const mapping::json& resource, const std::string& attribute, const std::string& value)
{
    const auto held = mapping::value_at(resource, attribute);
    if (!held) return match_kind::different;
    const auto p = mapping::split_path(attribute);
    const bool exact = mapping::comparison_rules{}.case_exact(p.attribute, p.sub_attribute);
    const mapping::type_profile as_is;
    mapping::type_profile folding;
    folding.case_fold = {attribute};
    if (exact && holds_text(*held, mapping::comparable_value(attribute, value, as_is), attribute, as_is))
        return match_kind::equal;
    if (!holds_text(*held, mapping::comparable_value(attribute, value, folding), attribute, folding))
        return match_kind::different;
    return exact ? match_kind::other_case : match_kind::equal;
}

asio::awaitable<result<inventory_end>> list_all(session& s, const mapping::resource_type& type,
                                                std::function<void(remote_resource)> each)
{
    page_chain chain(s.wire(), s.announced);
    std::optional<key_set> names;
    if (s.wire().look_before_create != look_mode::never && !type.has_members) names.emplace();
    const auto take = [&](remote_resource r) {
        s.note_name(type, r);
        if (names)
            if (const auto* name = mapping::member_named(r.body, "userName"); name && name->is_string())
                names->insert(folded_name(name->get<std::string>()));
        each(std::move(r));
    };
    for (;;) {
        auto q = chain.next();
        if (!q) break;
        auto page = co_await s.read_page(type, *q);
        if (!page) co_return page.error();
        chain.accept(std::move(*page), take);
    }
    auto end = chain.end();
    if (names && end.complete) s.learned.all_names = std::move(names);
    co_return end;
}

asio::awaitable<result<std::vector<remote_resource>>> find_equal(session& s, const mapping::resource_type& type,
                                                                 std::string attribute, std::string value)
{
    if (!s.may_filter(type, attribute))
        co_return unsupported_filter(attribute, "the profile or an earlier answer says so", 0);
    const query q{
        {"filter", equals_filter(attribute, value)}, {"startIndex", "1"}, {"count", std::to_string(hits_wanted)}};
    const auto c = s.collection_call("GET", type, q);
    const auto key = std::string(type.name) + " " + attribute;
    auto answer = co_await s.send(c);
    if (!answer) co_return answer.error();
    std::vector<remote_resource> found;
    if (answer->status == 404) {
        // Some answer 404 when nothing matches; a wrong address does so too.
        auto there = co_await s.confirm_collection(type);
        if (!there) co_return there.error();
        co_return found;
    }
    if (answer->status < 200 || answer->status >= 300) {
        auto f = s.failed(c, *answer);
        if (f.code == "invalidfilter" || f.code == "not_implemented") {
            s.learned.no_filter.insert(key);
            co_return unsupported_filter(attribute, f.detail, f.status);
        }
        if (f.next == disposition::reject) co_return unsupported_filter(attribute, f.detail, f.status);
        co_return f;
    }
    auto page = read_list(answer->body);
    if (!page) co_return useless_answer(c.what, *answer, page.error());
    for (auto& r : page->resources) {
        const auto kind = s.wire().verify_match ? matches(r.body, attribute, value) : match_kind::equal;
        if (kind == match_kind::different) {
            s.learned.no_filter.insert(key);
            co_return unsupported_filter(attribute, "it answered with resources that do not match", answer->status);
        }
        const bool known = std::ranges::any_of(found, [&](const remote_resource& f) { return f.id == r.id; });
        if (kind == match_kind::equal && !known) {
            s.note_name(type, r);
            found.push_back(std::move(r));
        }
    }
    if (found.empty() && !page->bad.empty()) {
        failure f{.next = disposition::retry, .detail = "it holds " + page->bad.front(), .code = "wrong_shape"};
        co_return useless_answer(c.what, *answer, std::move(f));
    }
    if (found.empty() && s.wire().look_before_create == look_mode::by_filter &&
        mapping::same_name(attribute, "userName"))
        s.learned.free_names.insert(folded_name(value));
    co_return found;
}

asio::awaitable<result<void>> confirm_free_name(session& s, std::string user_name)
{
    const auto folded = folded_name(user_name);
    bool taken = false;
    // What is known is true once: after the creation somebody has the name.
    if (s.learned.free_names.erase(folded) == 0) {
        const bool by_list =
            s.wire().look_before_create == look_mode::by_list || !s.may_filter(mapping::user_type, "userName");
        if (!s.learned.all_names && by_list) {
            const auto ignore = [](remote_resource) {};
            auto end = co_await list_all(s, mapping::user_type, ignore);
            if (!end) co_return end.error();
            if (!s.learned.all_names)
                co_return failure{disposition::retry,
                                  "nobody can tell whether this userName is free: the list of users is not complete (" +
                                      end->why + ")"};
        }
        if (s.learned.all_names) {
            taken = !s.learned.all_names->insert(folded);
        } else {
            auto hits = co_await find_equal(s, mapping::user_type, "userName", std::move(user_name));
            if (!hits) co_return hits.error();
            s.learned.free_names.erase(folded);
            taken = !hits->empty();
        }
    }
    if (!taken) co_return result<void>();
    failure f;
    f.next = disposition::conflict;
    f.code = "uniqueness";
    f.detail = "somebody has this userName already, and creating it would take that account over";
    co_return f;
}

asio::awaitable<result<remote_resource>> locate_created(session& s, const mapping::resource_type& type,
                                                        std::string name)
{
    const std::string attribute(naming_attribute(type));
    std::vector<remote_resource> found;
    bool listed = !s.may_filter(type, attribute);
    if (!listed) {
        auto hits = co_await find_equal(s, type, attribute, name);
        if (hits)
            found = std::move(*hits);
        else if (hits.error().code == "unsupported")
            listed = true;
        else {
            auto f = hits.error();
            f.outcome_unknown = true;
            co_return f;
        }
    }
    if (listed) {
        const auto keep = [&](remote_resource r) {
            if (matches(r.body, attribute, name) == match_kind::equal) found.push_back(std::move(r));
        };
        auto end = co_await list_all(s, type, keep);
        if (!end) {
            auto f = end.error();
            f.outcome_unknown = true;
            co_return f;
        }
    }
    if (found.size() == 1) co_return std::move(found.front());
    failure f;
    f.next = disposition::retry;
    f.code = found.empty() ? "not_found" : "ambiguous";
    f.detail = "POST " + std::string(type.endpoint) + " was answered without the new resource, and looking it up by " +
               attribute + " gave " + std::to_string(found.size()) + " resources";
    f.outcome_unknown = true;
    co_return f;
}

} // namespace idferry::connectors::scim
