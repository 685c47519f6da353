#include "connectors/beyond_identity/beyond_identity_source.hpp"

#include "connectors/beyond_identity/beyond_identity_codec.hpp"
#include "connectors/beyond_identity/list_reader.hpp"
#include "connectors/beyond_identity/object_codec.hpp"
#include "connectors/beyond_identity/realm_read.hpp"
#include "connectors/proving_source.hpp"
#include "mapping/json.hpp"

namespace idferry::connectors::beyond_identity {

namespace asio = boost::asio;

namespace {

class beyond_identity_source final : public proving_source
{
public:
    explicit beyond_identity_source(std::shared_ptr<session> through) : session_(std::move(through)) {}

    std::unique_ptr<source_read> read(const read_request& request) override
    {
        forget_control();
        return make_realm_read(session_, request);
    }

    result<mapping::json> decode(const mapping::resource_type& type, std::string_view bytes,
                                 const std::vector<group_ref>& groups) const override
    {
        if (kind_of(type)) return decode_object_record(bytes);
        return type.has_members ? decode_group_record(bytes) : decode_user_record(bytes, groups);
    }

    bool removals_need_proof() const override { return false; }
    bool can_prove() const override { return true; }

    const http::client_counters& counters() const override { return session_->counters(); }

private:
    call identity_call(const std::string& key) const
    {
        return {"GET", session_->in_realm(session::item("/identities", key)), "identities:read"};
    }

    asio::awaitable<person_proof> prove_person(std::string key) override
    {
        auto got = co_await session_->succeed(identity_call(key));
        if (!got && got.error().next == disposition::not_found) co_return gone();
        if (!got) co_return unknown(got.error().detail);
        auto record = slicer_.item(std::move(got->answer.body));
        if (!record.why.empty()) co_return unknown(record.why);
        if (record.key != key) co_return unknown("the answer is another person's record");
        person_proof present;
        present.state = person_proof::verdict::present;
        present.bytes = std::move(record.bytes);
        co_await read_groups_of(key, present);
        co_return present;
    }

    // "" when the service lists this realm's people, and finds one of them alone. Two requests for each read.
    asio::awaitable<std::string> ask_control() override
    {
        auto spec = identities_list(*session_);
        spec.ask.query.emplace_back("page_size", "1");
        auto page = co_await session_->succeed(std::move(spec.ask));
        if (!page) co_return page.error().detail;
        auto cut = slicer_.list(std::move(page->answer.body), {.root = "identities", .bytes = false});
        if (!cut.why.empty()) co_return cut.why;
        if (cut.records.empty()) co_return std::string("the realm shows nobody at all");
        const std::string key(cut.records.front().key);
        auto one = co_await session_->succeed(identity_call(key));
        if (!one) co_return one.error().detail;
        const auto record = slicer_.item(std::move(one->answer.body));
        if (record.key != key) co_return std::string("an identity that is listed cannot be read alone");
        co_return std::string();
    }

    asio::awaitable<void> read_groups_of(std::string key, person_proof& out)
    {
        list_reader reader(session_, groups_of_identity(*session_, key));
        std::vector<std::string> keys;
        for (;;) {
            auto some = co_await reader.next();
            if (some.has_error()) {
                out.why = some.error().detail;
                co_return;
            }
            if (!*some) break;
            const page& part = **some;
            if (!part.bad.empty()) {
                out.why = "one of the person's groups is unreadable: " + part.bad.front().why;
                co_return;
            }
            for (const auto& r : part.records) keys.emplace_back(r.key);
        }
        if (reader.end().state != proof::complete) {
            out.why = "the person's groups are not proved: " + reader.end().why;
            co_return;
        }
        out.group_keys = std::move(keys);
    }

    std::shared_ptr<session> session_;
    slicer slicer_;
};

} // namespace

std::unique_ptr<source> make_beyond_identity_source(std::shared_ptr<session> through)
{
    return std::make_unique<beyond_identity_source>(std::move(through));
}

} // namespace idferry::connectors::beyond_identity
