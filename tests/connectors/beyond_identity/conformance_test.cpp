// The contracts of sources and of targets for Beyond Identity, against the sandbox over TLS: as its current and its
// older documents have it, and with what they leave open both ways.
#include "tests/conformance/source_conformance.hpp"
#include "tests/conformance/target_conformance.hpp"
#include "tests/connectors/beyond_identity/beyond_box.hpp"

#include <map>

namespace idferry::tests {
namespace {

class beyond_world final : public source_world
{
public:
    beyond_world(const std::string& keys, std::vector<std::string> knobs) : box_("realm", keys, std::move(knobs), 60) {}

    std::unique_ptr<connectors::source> open() override { return box_.connection().make_source(box_.environment()); }
    std::vector<person> people() override
    {
        const auto now = box_.state();
        std::map<std::string, std::vector<std::string>> in;
        for (const auto& g : now["groups"])
            for (const auto& m : g["members"]) in[m.get<std::string>()].push_back(text(g, "id"));
        std::vector<person> all;
        for (const auto& u : now["identities"])
            all.push_back({text(u, "id"), text(u["traits"], "username"), u.value("status", "active") != "suspended",
                           in[text(u, "id")]});
        return all;
    }
    std::vector<group> groups() override
    {
        std::vector<group> all;
        const auto now = box_.state();
        for (const auto& g : now["groups"]) all.push_back({text(g, "id"), text(g, "display_name")});
        return all;
    }
    void rename(const std::string& key, const std::string& name) override
    {
        box_.edit("PATCH", "identities/" + key, {{"username", name.substr(0, 64)}});
    }
    void remove(const std::string& key) override { box_.edit("DELETE", "identities/" + key); }
    void leave_all_groups(const std::string& key) override { box_.edit("DELETE", "identities/" + key + "/groups"); }

    void suffer(trouble what) override
    {
        const auto fault = [&](const char* kind, const char* body = "") {
            sandbox_json one{{"server", "beyond"}, {"method", "GET"}, {"kind", kind}, {"count", -1}};
            if (*body != '\0') one["body"] = body;
            box_.control("POST", "faults", one);
        };
        switch (what) {
        case trouble::down: box_.control("POST", "listen", {{"server", "beyond"}, {"up", false}}); break;
        case trouble::refused:
            box_.control("POST", "beyond/revoke");
            box_.knob("client_revoked", true);
            break;
        case trouble::nowhere: fault("404"); break;
        case trouble::html: fault("html"); break;
        case trouble::empty_object: fault("200", "{}"); break;
        case trouble::truncated: fault("truncated_json"); break;
        }
    }
    void recover() override
    {
        box_.control("POST", "listen", {{"server", "beyond"}, {"up", true}});
        box_.control("DELETE", "faults");
        box_.knob("client_revoked", false);
    }
    std::vector<std::string> writes_seen() override { return box_.writes(); }

private:
    beyond_box box_;
};

class beyond_target_bench final : public target_bench
{
public:
    beyond_target_bench(const std::string& keys, std::vector<std::string> knobs)
        : box_("other_realm", keys, std::move(knobs), 12), subject_(box_.connection().make_target(box_.environment()))
    {
    }

    connectors::target& subject() override { return *subject_; }
    std::string add_user(const std::string& user_name) override
    {
        const auto mail = "m" + std::to_string(++people_) + "@acme.example";
        return text(box_.edit("POST", "identities",
                              {{"display_name", "Somebody"}, {"username", user_name}, {"primary_email_address", mail}}),
                    "id");
    }
    std::string add_group(const std::string& name, const std::vector<std::string>& members) override
    {
        const auto id = text(box_.edit("POST", "groups", {{"display_name", name}, {"description", ""}}), "id");
        for (const auto& m : members) box_.edit("PUT", "groups/" + id + "/members/" + m);
        return id;
    }
    std::vector<std::string> user_names() override
    {
        std::vector<std::string> all;
        const auto now = box_.state();
        for (const auto& u : now["identities"]) all.push_back(text(u["traits"], "username"));
        return all;
    }
    std::vector<std::string> members_of(const std::string& group) override
    {
        const auto now = box_.state();
        for (const auto& g : now["groups"])
            if (text(g, "id") == group) return g["members"].get<std::vector<std::string>>();
        return {};
    }
    // A backslash is among what the service refuses.
    std::string awkward_name() const override { return R"(o'brien+x"y&z@example.com)"; }
    std::string reserved_group() override { return {}; }
    bool lose_next_answer() override
    {
        box_.control("POST", "faults", {{"server", "beyond"}, {"method", "POST"}, {"kind", "lost"}});
        return true;
    }
    std::size_t writes() override { return box_.writes().size(); }

private:
    beyond_box box_;
    int people_{0};
    std::unique_ptr<connectors::target> subject_;
};

source_under_test source_in(const std::string& name, const std::string& keys, std::vector<std::string> knobs = {})
{
    return {name, [=] { return std::make_unique<beyond_world>(keys, knobs); }};
}

target_under_test target_in(const std::string& name, const std::string& keys, std::vector<std::string> knobs = {})
{
    return {name, [=] { return std::make_unique<beyond_target_bench>(keys, knobs); }};
}

INSTANTIATE_TEST_SUITE_P(
    beyond_identity, source_conformance,
    testing::Values(
        source_in("current", ""), source_in("older_documents", "", {"beyond.era=seed"}),
        source_in("short_pages", "page_size: 11\n", {"beyond.short_pages=7", "beyond.next_page_token=null"}),
        source_in("awkward_pages", "page_size: 20\n",
                  {"beyond.empty_pages=1", "beyond.duplicate_on_border=true", "beyond.next_page_token=empty",
                   "beyond.order=shifting"}),
        source_in("without_status_and_totals", "", {"beyond.total_size_absent=true", "beyond.show_enrollment=false"}),
        source_in("stale_tokens_are_forbidden", "", {"beyond.stale_token_status=403"})),
    [](const auto& p) { return p.param.name; });

INSTANTIATE_TEST_SUITE_P(
    beyond_identity, target_conformance,
    testing::Values(target_in("current", ""), target_in("older_documents", "page_size: 3\n", {"beyond.era=seed"}),
                    target_in("every_filter", "filters: {external_id: true, group_display_name: true}\n"),
                    target_in("documented_filters", "filters: {external_id: true, group_display_name: true}\n",
                              {"beyond.filters=documented", "beyond.conflict_details=false"}),
                    target_in("exact_filters", "write: {clear: empty_text}\n",
                              {"beyond.filter_case_exact=true", "beyond.clear_trait=empty"}),
                    target_in("strict_uniqueness", "write: {unique_email: true, require_email: true}\n",
                              {"beyond.email_unique=true", "beyond.email_required=true",
                               "beyond.group_name_unique=true"}),
                    target_in("honours_status", "write: {suspended: create, leave: first, members_per_request: 1}\n",
                              {"beyond.create_honours_status=true", "beyond.repeated_member=conflict"})),
    target_name);

} // namespace
} // namespace idferry::tests
