#include "connectors/bare_id/bare_id_source.hpp"

#include "connectors/bare_id/bare_id_codec.hpp"
#include "connectors/bare_id/bare_id_read.hpp"
#include "connectors/bare_id/event_feed.hpp"
#include "connectors/proving_source.hpp"

namespace idferry::connectors::bare_id {

namespace {

class bare_id_source final : public proving_source
{
public:
    bare_id_source(std::shared_ptr<const bare_id_settings> config, const environment& env)
        : config_(std::move(config)), api_(std::make_shared<api>(config_, env)),
          known_(std::make_shared<run_knowledge>()), hints_(make_event_feed(config_, api_, env))
    {
    }

    hint_feed* hints() override { return hints_.get(); }

    std::unique_ptr<source_read> read(const read_request& request) override
    {
        known_ = std::make_shared<run_knowledge>();
        forget_control();
        return make_read(api_, known_, request);
    }

    result<mapping::json> decode(const mapping::resource_type& type, std::string_view bytes,
                                 const std::vector<group_ref>& groups) const override
    {
        return type.has_members ? decode_group(*config_, bytes) : decode_user(*config_, bytes, groups);
    }

    bool removals_need_proof() const override { return config_->source.mode == source_mode::group_walk; }
    bool can_prove() const override { return config_->ops.user_get.enabled; }

    const http::client_counters& counters() const override { return api_->counters(); }

private:
    std::string cannot_ask() const override
    {
        return config_->ops.user_get.enabled ? std::string() : "ops.user_get is off";
    }

    boost::asio::awaitable<person_proof> prove_person(std::string key) override
    {
        auto run = known_;
        auto answer = co_await read_person(api_, key);
        if (answer.error && answer.error->next == disposition::not_found) {
            auto doubt = co_await doubt_about_people(run, key);
            if (!doubt.empty()) co_return unknown(std::move(doubt));
            co_return gone();
        }
        if (answer.error) co_return unknown(answer.error->detail);
        if (!answer.why.empty()) co_return unknown("ops.user_get: " + answer.why);
        run->people->one_was_read = true;
        person_proof present;
        present.state = person_proof::verdict::present;
        present.bytes = std::string(answer.record.bytes);
        present.bytes_comparable = config_->source.hydrate;
        if (config_->ops.user_groups.enabled)
            co_await read_groups_of(key, run, present);
        else
            present.why = "ops.user_groups is off";
        co_return present;
    }

    // "" when the API still answers for this instance (apis: Bare.ID, section 9.3).
    boost::asio::awaitable<std::string> ask_control() override
    {
        const auto& op = config_->ops.group_roots;
        const placeholder_values nothing;
        auto body = co_await api_->call(op, nothing);
        if (body.has_error()) co_return body.error().detail;
        const auto cut =
            api_->cut().list(std::move(*body), {&op.list, &config_->fields.group_id, nullptr, nullptr, nullptr});
        if (cut.shape != list_shape::there) co_return "ops.group_roots: " + cut.why;
        co_return std::string(cut.records.empty() ? "the instance shows no groups at all" : "");
    }

    // "" when the API is known to find people that exist: a wrong path for user_get answers 404 for everybody.
    boost::asio::awaitable<std::string> doubt_about_people(std::shared_ptr<run_knowledge> run, std::string gone)
    {
        if (run->people->one_was_read) co_return std::string();
        const auto witnesses = run->people->witnesses;
        for (const auto& key : witnesses) {
            if (key == gone) continue;
            auto answer = co_await read_person(api_, key);
            if (!answer.good()) continue;
            run->people->one_was_read = true;
            co_return std::string();
        }
        if (witnesses.empty()) co_return std::string();
        co_return std::string(
            "nobody's own record can be read, not even of people whom a list names: is ops.user_get right?");
    }

    boost::asio::awaitable<void> read_groups_of(std::string key, std::shared_ptr<run_knowledge> run, person_proof& out)
    {
        list_spec spec({list_kind::groups, key}, config_->ops.user_groups);
        spec.values.set(placeholder::user, key);
        spec.group_records = true;
        list_reader reader(api_, std::move(spec));
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
            for (const auto& r : part.records) {
                keys.emplace_back(r.key);
                if (could_be_selected(*run, r)) {
                    out.why = "the person is in the group " + keys.back() + ", which the read did not see";
                    co_return;
                }
            }
        }
        if (reader.end().state != proof::complete) {
            out.why = "the person's groups are not proved: " + reader.end().why;
            co_return;
        }
        out.group_keys = std::move(keys);
    }

    // A group that the read did not see, but that may belong to the selected ones: then nothing follows from it.
    bool could_be_selected(const run_knowledge& run, const raw_record& group) const
    {
        if (run.groups.selected.empty() || run.groups.selected.contains(std::string(group.key))) return false;
        if (!run.groups.complete) return true;
        const auto& wanted = config_->source.groups;
        for (const auto& entry : wanted)
            if (entry.value.front() != '/') return true;
        const auto names = names_of_group(*config_, group.bytes);
        return names.path.empty() || group_walk::path_selected(*config_, names.path);
    }

    std::shared_ptr<const bare_id_settings> config_;
    std::shared_ptr<api> api_;
    std::shared_ptr<run_knowledge> known_;
    std::unique_ptr<hint_feed> hints_;
};

} // namespace

std::unique_ptr<source> make_bare_id_source(std::shared_ptr<const bare_id_settings> config, const environment& env)
{
    return std::make_unique<bare_id_source>(std::move(config), env);
}

} // namespace idferry::connectors::bare_id
