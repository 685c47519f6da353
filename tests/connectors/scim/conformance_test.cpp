// The contract suite of targets, for the SCIM target in front of the provider in memory: as Showpad, and as a provider
// with PATCH, filters on groups and entity tags.
#include "tests/conformance/target_conformance.hpp"
#include "tests/connectors/scim/scim_bench.hpp"

#include <algorithm>

namespace {

using namespace idferry;
using mapping::json;

class memory_bench final : public tests::target_bench
{
public:
    explicit memory_bench(const std::string& keys) : bench_(keys) {}

    connectors::target& subject() override { return *bench_.target; }
    std::string add_user(const std::string& user_name) override
    {
        const auto mail = "m" + std::to_string(++people_) + "@acme.example";
        return bench_.provider.add_user({{"userName", user_name},
                                         {"name", {{"givenName", "A"}, {"familyName", "B"}}},
                                         {"emails", {{{"value", mail}}}}});
    }
    std::string add_group(const std::string& name, const std::vector<std::string>& members) override
    {
        return bench_.provider.add_group(name, members);
    }
    std::vector<std::string> user_names() override
    {
        std::vector<std::string> all;
        for (const auto& u : bench_.provider.users) all.push_back(u["userName"]);
        return all;
    }
    std::vector<std::string> members_of(const std::string& group) override { return bench_.provider.members_of(group); }
    std::string reserved_group() override
    {
        return bench_.target->profile().of("group").reserved_names.empty() ? "" : bench_.provider.all_users;
    }
    bool lose_next_answer() override { return bench_.provider.lose_next_answer = true; }
    std::size_t writes() override
    {
        return static_cast<std::size_t>(
            std::ranges::count_if(bench_.provider.log, [](const std::string& l) { return !l.starts_with("GET "); }));
    }
    test::provider_knobs& knobs() { return bench_.provider.knobs; }

private:
    test::scim_bench bench_;
    int people_{0};
};

std::unique_ptr<tests::target_bench> make_showpad()
{
    return std::make_unique<memory_bench>("profile: showpad\npaging: {count: 3}");
}

std::unique_ptr<tests::target_bench> make_retaining_showpad()
{
    auto b = std::make_unique<memory_bench>("profile: showpad");
    b->knobs().put_retains = true;
    b->knobs().uniqueness_status = 400;
    b->knobs().errors = test::provider_knobs::error_form::numbered;
    b->knobs().created_without_body = b->knobs().updated_without_body = true;
    return b;
}

std::unique_ptr<tests::target_bench> make_generic()
{
    auto b = std::make_unique<memory_bench>("profile: generic\nuser: {update: patch}\nfilter: {user_keys: "
                                            "[userName]}\nattributes: {compare: {emails: [value]}}");
    b->knobs().patch = test::provider_knobs::patch_answer::yes;
    b->knobs().group_filter = b->knobs().entity_tags = true;
    b->knobs().config_body =
        R"({"patch":{"supported":true},"filter":{"supported":true,"maxResults":4},"etag":{"supported":true}})";
    return b;
}

} // namespace

namespace idferry::tests {

INSTANTIATE_TEST_SUITE_P(scim, target_conformance,
                         testing::Values(target_under_test{"showpad", make_showpad},
                                         target_under_test{"showpad_retaining", make_retaining_showpad},
                                         target_under_test{"generic_patch", make_generic}),
                         target_name);

} // namespace idferry::tests
