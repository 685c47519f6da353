// The pretended Showpad SCIM service: its rules E1 to E34, each uncertain one behind a knob.
#pragma once

#include "tests/sandbox/random.hpp"
#include "tests/sandbox/sandbox_clock.hpp"
#include "tests/sandbox/server.hpp"
#include "tests/sandbox/showpad_directory.hpp"

#include <mutex>
#include <unordered_map>
#include <unordered_set>

namespace idferry::sandbox {

struct showpad_knobs
{
    std::string organisation{"Acme"};
    std::string timezone{"Europe/Berlin"};
    bool owner_lock{true};
    std::string bad_entitlement{"reject"}; // reject | ignore
    std::string entitlement_type{"coach_for_group"};
    std::string role_case{"lower"};   // lower | capital: as returned
    std::string put_omitted{"reset"}; // reset | retain
    std::int64_t reserved_status{400};
    std::int64_t uniqueness_status{409};
    bool group_name_unique{true};
    std::string unknown_member{"reject"}; // reject | ignore
    bool tombstone{false};
    std::string patch{"501"};          // 501 | 405 | 404 | on
    std::string bad_filter{"refused"}; // refused | ignored
    std::string group_filter{"refused"};
    bool filter_case_exact{false};
    bool list_inactive{true};
    bool members_in_lists{true};
    std::int64_t default_page{100};
    std::int64_t max_page{100};
    std::string media_types{"json_family"}; // json_family | json_only | any
    std::int64_t rate_per_second{0};
    std::int64_t rate_burst{10};
    std::string retry_after{"seconds"}; // seconds | http_date | none
    std::string error_format{"scim"};   // scim | showpad_v3 | problem_json | html_502 | empty
    std::string segment_case{"exact"};  // exact | any
    std::string discovery{"normal"};    // normal | not_found | garbage | patch_supported
    std::string not_kept;               // attributes that are accepted and not stored, by commas
    std::int64_t duplicate_pages{0};    // so many list pages repeat the page before
    std::int64_t user_added_between_pages{0};
    bool page_one_for_ever{false};
    std::string answer{"normal"}; // normal | empty_object | empty_list | not_found | html
    std::string answer_for{"all"};
};

// A refusal before it is put into one of the error formats.
struct showpad_problem
{
    int status{0}; // 0 = none
    std::string_view scim_type{};
    std::string detail{};
    int code{0}; // of the v3 API
    std::string_view name{};
};

class showpad_server final : public server
{
public:
    showpad_server(std::uint64_t seed, const sandbox_clock& clock, std::string domain = "acme.example");

    std::string_view name() const override { return "showpad"; }
    answer handle(const incoming& in) override;
    std::string dump(bool compact) override;
    std::string load(const json& state) override;
    void reset_data() override;
    answer edit(const request& asked, const std::vector<std::string>& path) override;

    const std::string& token() const { return token_; } // made by the owner
    const std::string& owner_name() const { return owner_name_; }
    // A further token, made by the user of that id; expired when asked for.
    std::string issue_token(const std::string& user_id, bool expired);

private:
    struct issued
    {
        std::string user_id;
        bool expired{false};
        double allowance{0};
        std::int64_t seen_ms{0};
    };

    void register_knobs();
    void fill();
    outgoing answer_problem(const showpad_problem& problem) const;
    showpad_problem authorise(const request& asked, std::string& client) const;
    outgoing limited(const request& asked); // status 0 = may go on
    outgoing route(const request& asked, const std::vector<std::string>& rest, std::string& endpoint);
    outgoing discover(const request& asked, const std::vector<std::string>& rest) const;
    outgoing replaced(std::string_view endpoint) const;

    void append_user(std::string& out, slot at, std::string_view base) const;
    void append_group(std::string& out, slot at, std::string_view base, bool members) const;
    outgoing list(const request& asked, const std::vector<slot>& all, bool users, std::string_view base);
    outgoing list_users(const request& asked, std::string_view base);
    outgoing list_groups(const request& asked, std::string_view base);

    showpad_problem read_body(const request& asked, json& body) const;
    showpad_problem take_user(const json& body, slot at, showpad_user& user) const;
    showpad_problem take_entitlements(const json& body, showpad_user& user) const;
    showpad_problem check_unique(const showpad_user& user, slot at) const;
    showpad_problem take_group(const json& body, slot at, std::string& name, std::vector<slot>& members) const;
    outgoing write_user(const request& asked, slot at, std::string_view base);
    outgoing write_group(const request& asked, slot at, std::string_view base);
    outgoing patch_resource(const request& asked, slot user, slot group, std::string_view base);
    outgoing delete_user(slot at);
    outgoing delete_group(slot at);
    outgoing user_answer(int status, slot at, std::string_view base) const;
    outgoing group_answer(int status, slot at, std::string_view base) const;
    outgoing edit_user(const request& asked, const std::vector<std::string>& path);
    outgoing edit_group(const request& asked, const std::vector<std::string>& path);

    std::uint64_t seed_;
    const sandbox_clock& clock_;
    std::string domain_;
    showpad_knobs knob_;
    showpad_directory directory_;
    random_stream random_;
    std::string token_;
    std::string owner_name_;
    slot all_users_{no_slot};
    std::unordered_set<std::string> tombstones_; // folded user names and addresses

    mutable std::mutex token_mutex_;
    std::unordered_map<std::string, issued> tokens_;
};

} // namespace idferry::sandbox
