#include "connectors/scim/scim_source.hpp"

#include "connectors/proving_source.hpp"
#include "connectors/scim/scim_codec.hpp"
#include "connectors/scim/scim_source_read.hpp"

namespace idferry::connectors::scim {

namespace asio = boost::asio;

namespace {

class scim_source final : public proving_source
{
public:
    explicit scim_source(std::shared_ptr<source_parts> through) : parts_(std::move(through)) {}

    std::unique_ptr<source_read> read(const read_request& request) override
    {
        forget_control();
        return make_source_read(parts_, request);
    }

    result<mapping::json> decode(const mapping::resource_type& type, std::string_view bytes,
                                 const std::vector<group_ref>& groups) const override
    {
        return type.has_members ? decode_group(bytes) : decode_user(parts_->rules(), bytes, groups);
    }

    bool removals_need_proof() const override { return false; }
    // Where memberships are hidden, asking for a person proves none of them: then every member of every group would be
    // asked for in vain, in each run.
    bool can_prove() const override
    {
        return parts_->rules().prove && parts_->rules().memberships != memberships_from::hidden;
    }

    const http::client_counters& counters() const override { return parts_->counters(); }

private:
    call user_call(const std::string& key) const
    {
        return parts_->provider().resource_call("GET", mapping::user_type, key);
    }
    sliced_resource cut(std::string body)
    {
        return parts_->cutter().item(std::move(body), parts_->cut_of(mapping::user_type));
    }

    asio::awaitable<person_proof> prove_person(std::string key) override
    {
        auto got = co_await parts_->get(user_call(key));
        if (!got && got.error().next == disposition::not_found) co_return gone();
        if (!got) co_return unknown(got.error().detail);
        auto record = cut(std::move(got->body));
        if (!record.why.empty()) co_return unknown(record.why);
        if (record.key != key) co_return unknown("the answer is another person's record");
        person_proof present;
        present.state = person_proof::verdict::present;
        present.bytes = std::move(record.bytes);
        find_groups(record.references, present);
        co_return present;
    }

    // A user's `groups` name all groups that the user is a direct member of (RFC 7643 section 4.1.2), where the
    // provider shows them at all.
    void find_groups(const reference_list& in, person_proof& out) const
    {
        if (!in.flaw.empty()) {
            out.why = "the person's groups cannot be used: " + in.flaw;
            return;
        }
        const auto absent = parts_->rules().absent;
        const bool none =
            absent == absent_list::empty || (absent == absent_list::automatic && parts_->shows_groups_of_users);
        if (!in.given && (!none || parts_->rules().memberships == memberships_from::hidden)) {
            out.why = "the service provider does not show the groups of this person";
            return;
        }
        auto& keys = out.group_keys.emplace();
        for (std::size_t i = 0; i < in.size(); ++i) keys.emplace_back(in.at(i));
    }

    // "" when the provider lists people, and finds one of them alone. Two requests for each read.
    asio::awaitable<std::string> ask_control() override
    {
        const query one{{"startIndex", "1"}, {"count", "1"}};
        auto page = co_await parts_->get(parts_->provider().collection_call("GET", mapping::user_type, one));
        if (!page) co_return page.error().detail;
        auto listed = parts_->cutter().list(std::move(page->body), parts_->cut_of(mapping::user_type));
        if (!listed.why.empty()) co_return listed.why;
        if (listed.records.empty()) co_return std::string("the provider shows nobody at all");
        const std::string key(listed.records.front().key);
        auto single = co_await parts_->get(user_call(key));
        if (!single) co_return single.error().detail;
        const auto record = cut(std::move(single->body));
        if (record.key != key) co_return std::string("a user who is listed cannot be read alone");
        co_return std::string();
    }

    std::shared_ptr<source_parts> parts_;
};

} // namespace

std::unique_ptr<source> make_scim_source(std::shared_ptr<source_parts> through)
{
    return std::make_unique<scim_source>(std::move(through));
}

} // namespace idferry::connectors::scim
