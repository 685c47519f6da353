// A service provider that follows RFC 7643 and 7644 to the letter: filters, PATCH, ETags, sorting, projections, search.
// Two of them run: `strict`, empty, as a target; and `people`, which holds the generated organisation, as a source.
#pragma once

#include "tests/sandbox/bare_id_directory.hpp" // slot
#include "tests/sandbox/generator.hpp"
#include "tests/sandbox/random.hpp"
#include "tests/sandbox/sandbox_clock.hpp"
#include "tests/sandbox/scim_patch.hpp"
#include "tests/sandbox/server.hpp"

#include <optional>
#include <unordered_map>

namespace idferry::sandbox {

struct strict_knobs
{
    std::int64_t default_page{100};
    std::int64_t max_page{1000};
    bool etag{true};
    bool patch{true};
    bool filter{true};
    bool sort{true};
    bool group_name_unique{false};
    bool nested_groups{true};
    bool drop_unknown{true}; // unknown attributes are ignored, else refused
    bool silent_remove{false};
    std::int64_t patch_status{200}; // 200 with the resource, or 204
    std::int64_t uniqueness_status{409};
    bool members_in_lists{true};
    std::string cursor{"off"};  // off | offered | only: RFC 9865; without totalResults
    bool totals_of_page{false}; // totalResults counts the page, and not the list
    bool page_one_for_ever{false};
    std::int64_t user_added_between_pages{0};
};

// One user or group. The text holds what clients wrote, without members, groups, id and meta.
struct strict_resource
{
    bool user{true};
    bool alive{true};
    std::string id;
    std::string name; // userName or displayName
    std::string external_id;
    std::string text;
    std::vector<slot> members;   // of a group
    std::vector<slot> member_of; // groups, direct
    std::uint64_t version{1};
    std::int64_t created_ms{0};
    std::int64_t changed_ms{0};
};

class strict_server final : public server
{
public:
    // `people`: what it is filled with, at the first request; nothing = empty.
    strict_server(std::string name, std::uint64_t seed, const sandbox_clock& clock,
                  std::optional<organisation_settings> people = {});

    std::string_view name() const override { return name_; }
    answer handle(const incoming& in) override;
    std::string dump(bool compact) override;
    std::string load(const json& state) override;
    void reset_data() override;
    answer edit(const request& asked, const std::vector<std::string>& path) override;

    const std::string& token() const { return token_; }

private:
    struct query // of a list, from the URL or a SearchRequest
    {
        std::optional<std::string> filter;
        std::vector<std::string> attributes;
        std::vector<std::string> excluded;
        std::string sort_by;
        bool descending{false};
        std::int64_t start{1};
        std::optional<std::int64_t> count;
        std::optional<std::string> cursor;
    };

    void register_knobs();
    void clear();
    void fill();
    void fill_if_wanted();
    outgoing refusal(const scim_problem& problem) const;
    outgoing route(const request& asked, const std::vector<std::string>& rest, std::string& endpoint);
    outgoing discover(const request& asked, const std::vector<std::string>& rest, const std::string& base) const;

    const scim_model& model_of(slot at) const;
    std::string etag_of(const strict_resource& one) const;
    void append(std::string& out, slot at, const std::string& base, bool members = true) const;
    void append_reference(std::string& out, slot at, const std::string& base, std::string_view type) const;
    json whole(slot at, const std::string& base) const;
    outgoing one(int status, slot at, const request& asked, const std::string& base) const;

    scim_problem read_query(const request& asked, const scim_model& model, query& out) const;
    scim_problem read_search(const json& body, query& out) const;
    scim_problem select(const query& wanted, const std::vector<slot>& from, const std::string& base,
                        std::vector<slot>& out) const;
    outgoing list(const query& wanted, const std::vector<slot>& from, const std::string& base);
    scim_problem projected(json& resource, const scim_model& model, const query& wanted) const;

    scim_problem take(json body, bool user, slot at, strict_resource& out) const;
    scim_problem take_members(const json& list, slot self, std::vector<slot>& out) const;
    bool would_loop(slot group, slot member) const;
    outgoing create(const request& asked, bool user, const std::string& base);
    outgoing replace(const request& asked, slot at, const json& body, const std::string& base, int status);
    outgoing patch(const request& asked, slot at, const std::string& base);
    void store(slot at, strict_resource next);
    slot insert(strict_resource made, bool in_front = false);
    void remove(slot at);
    slot find(std::string_view id) const;
    slot find_name(bool user, std::string_view name) const; // without case
    slot add_person(const person& who);

    std::string name_;
    std::uint64_t seed_;
    const sandbox_clock& clock_;
    std::optional<organisation_settings> people_;
    bool filled_{false};
    strict_knobs knob_;
    random_stream random_;
    std::string token_;
    std::vector<strict_resource> resources_;
    std::vector<slot> users_;
    std::vector<slot> groups_;
    std::unordered_map<std::string, slot> by_id_;
    std::unordered_map<std::string, slot> by_name_;     // "u" or "g" and the folded name: the first of that name
    std::unordered_map<std::string, slot> by_external_; // "u" or "g" and externalId
};

} // namespace idferry::sandbox
