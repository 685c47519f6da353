#include "daemon/log/cycle_messages.hpp"

#include "daemon/reconcile/plan_text.hpp"
#include "mapping/json.hpp"

#include <fmt/format.h>

#include <functional>
#include <utility>

namespace idferry::daemon::log {

namespace {

using reconcile::note;

id id_of(note::kind k)
{
    switch (k) {
    case note::kind::reject: return id::resource_rejected;
    case note::kind::withheld: return id::removal_withheld;
    case note::kind::protect: return id::resource_protected;
    case note::kind::not_kept: return id::attribute_not_kept;
    case note::kind::drift: return id::drift_found;
    case note::kind::waiting: return id::reject_waiting;
    case note::kind::dropped: return id::reject_stays_dropped;
    case note::kind::step: return id::step_failed;
    case note::kind::leaving:
    case note::kind::warning: return id::resource_note;
    }
    return id::resource_note;
}

std::string_view word_of(state::operation o)
{
    switch (o) {
    case state::operation::create: return "create";
    case state::operation::adopt: return "link";
    case state::operation::update: return "update";
    case state::operation::deactivate: return "deactivate";
    case state::operation::remove: return "delete";
    case state::operation::members: return "members of";
    case state::operation::bind_credential: return "bind a credential of";
    case state::operation::revoke_credential: return "revoke a credential of";
    }
    return "change";
}

std::string_view past_of(state::operation o)
{
    switch (o) {
    case state::operation::create: return "created";
    case state::operation::adopt: return "linked";
    case state::operation::update: return "updated";
    case state::operation::deactivate: return "deactivated";
    case state::operation::remove: return "deleted";
    case state::operation::members: return "changed the members of";
    case state::operation::bind_credential: return "made a credential binding job for";
    case state::operation::revoke_credential: return "revoked a credential of";
    }
    return "changed";
}

class teller
{
public:
    teller(const run::cycle_report& r, const cycle_telling& how) : r_(r), how_(how) {}

    std::vector<message> all()
    {
        if (how_.before) how_.before->begin(r_.sync);
        for (const auto& n : r_.notices) add_once(with_sync(id::target_notice).with("reason", n));
        if (r_.plan) of_plan(*r_.plan);
        if (r_.pushed) of_push(*r_.pushed);
        for (const auto& [what, count] : left_out_)
            if (count > 0)
                out_.push_back(with_sync(id::more_left_out).with("count", count).with("what", row_of(what).name));
        if (repeated_ > 0) out_.push_back(with_sync(id::as_before).with("count", repeated_));
        of_guards();
        if (r_.pushed)
            for (const auto& v : r_.overridden)
                out_.push_back(with_sync(id::guard_allowed)
                                   .with("guard", to_string(v.what))
                                   .with("who", how_.who)
                                   .with("digest", v.refused.hex()));
        if (r_.plan && r_.plan->withheld()) out_.push_back(with_sync(id::leaves_withheld));
        out_.push_back(costs());
        of_end();
        return std::move(out_);
    }

private:
    message with_sync(id what) const { return message(what).with("sync", r_.sync); }

    message about(id what, const mapping::resource_type* type, const mapping::source_key& key, std::string_view label)
    {
        auto m = with_sync(what);
        m.with("type", type->name).with("key", key.text()).with("label", label.empty() ? key.text() : label);
        return m;
    }

    // Lines of which there may be one a resource: bounded, and not repeated in every cycle.
    void add_bounded(message m, std::size_t most = most_lines_of_a_kind)
    {
        auto& count = lines_[m.what()];
        if (count >= most) {
            ++left_out_[m.what()];
            return;
        }
        ++count;
        out_.push_back(std::move(m));
    }
    void add_once(message m)
    {
        if (how_.before && how_.before->again(r_.sync, m))
            ++repeated_;
        else
            add_bounded(std::move(m));
    }

    void of_note(const note& n, id what)
    {
        if (n.type)
            add_once(about(what, n.type, n.key, n.label).with("reason", n.text));
        else
            add_once(with_sync(id::sync_note).with("reason", n.text));
    }

    void of_plan(const reconcile::plan& p)
    {
        for (const auto& u : p.unproved)
            out_.push_back(with_sync(id::read_unproved).with("list", u.list).with("reason", u.why));
        for (const auto& n : p.notes) of_note(n, id_of(n.what));
        if (!how_.values) return;
        for (const auto& c : p.changes) {
            auto planned = about(id::change_planned, c.type, c.key, c.label);
            planned.with("operation", word_of(c.what)).with("reason", why(c.why));
            add_bounded(std::move(planned), most_changes);
            for (const auto& d : reconcile::shown_deltas(p, c)) {
                const bool masked = d.sensitive || reconcile::is_sensitive(p, *c.type, d.path);
                add_bounded(about(id::attribute_changed, c.type, c.key, c.label)
                                .with("attribute", d.path)
                                .with("before", reconcile::shown_value(d.old_value, masked))
                                .with("after", reconcile::shown_value(d.new_value, masked)),
                            most_changes);
            }
        }
    }

    void of_push(const run::push_report& p)
    {
        std::set<std::pair<std::string_view, std::string>> troubled;
        for (const auto& n : p.notes) {
            if (n.type) troubled.emplace(n.type->name, n.key.text());
            of_note(n, n.what == note::kind::warning ? id::resource_deferred : id_of(n.what));
        }
        for (const auto& t : p.taken) add_bounded(about(id::step_taken, t.type, t.key, t.label).with("step", t.text));
        // After an early end the report does not say which ones were sent; the audit trail does.
        if (p.stopped || !r_.plan) return;
        for (const auto& c : r_.plan->changes)
            if (!troubled.contains({c.type->name, c.key.text()}))
                add_bounded(about(id::change_pushed, c.type, c.key, c.label).with("operation", past_of(c.what)));
    }

    void of_guards()
    {
        std::string command = "idferry sync " + r_.sync;
        for (const auto& v : r_.refused) {
            const auto allow = fmt::format(" --allow {}={}", to_string(v.what), v.refused.hex());
            if (command.find(allow) == std::string::npos) command += allow;
        }
        for (const auto& v : r_.refused)
            out_.push_back(with_sync(id::guard_refused)
                               .with("guard", to_string(v.what))
                               .with("type", v.type)
                               .with("reason", v.text)
                               .with("digest", v.refused.hex())
                               .with("command", command));
    }

    message costs() const
    {
        const auto& c = r_.costs;
        return with_sync(id::cycle_costs)
            .with("source_requests", c.source_requests)
            .with("target_requests", c.target_requests)
            .with("token_requests", c.token_requests)
            .with("decoded", c.decoded)
            .with("lookups", c.lookups)
            .with("rows_written", c.rows_written);
    }

    void of_end()
    {
        constexpr std::string_view defect = "internal error: ";
        if (r_.busy) {
            out_.push_back(with_sync(id::writer_busy));
        } else if (r_.error && r_.error->starts_with(defect)) {
            out_.push_back(message(id::internal_error)
                               .with("where", "the cycle of " + r_.sync)
                               .with("reason", r_.error->substr(defect.size())));
        } else if (r_.error) {
            out_.push_back(with_sync(id::cycle_failed).with("reason", *r_.error));
        } else if (r_.moved) {
            out_.push_back(with_sync(id::plan_moved));
        } else if (r_.pushed && r_.pushed->stopped && how_.stopping && !r_.pushed->target_failed) {
            out_.push_back(with_sync(id::push_interrupted)
                               .with("done", r_.pushed->done)
                               .with("changes", r_.plan ? r_.plan->changes.size() : 0));
        } else if (r_.pushed && r_.pushed->stopped) {
            out_.push_back(with_sync(id::push_stopped).with("reason", *r_.pushed->stopped));
            counts(with_sync(id::cycle_done_partly));
        } else if (r_.pushed && (r_.pushed->rejected > 0 || r_.pushed->deferred > 0 || r_.pushed->steps_failed > 0)) {
            counts(with_sync(id::cycle_done_partly));
        } else if (r_.pushed && r_.plan && !r_.plan->empty()) {
            counts(with_sync(id::cycle_done));
        } else if (r_.plan && !how_.pushing) {
            counts(with_sync(id::plan_made).with("plan", r_.plan->id.hex()));
        } else if (r_.plan && r_.refused.empty()) {
            counts(with_sync(id::cycle_unchanged));
        }
    }

    // Ends with a message about the whole cycle, with every number there is.
    void counts(message m)
    {
        reconcile::type_counts all;
        if (r_.plan)
            for (const auto& [type, n] : r_.plan->counts) {
                all.creates += n.creates;
                all.adopts += n.adopts;
                all.updates += n.updates;
                all.deactivates += n.deactivates;
                all.removes += n.removes;
                all.groups_changed += n.groups_changed;
            }
        std::string words;
        const auto add = [&](std::string_view name, std::uint64_t n, std::string_view word) {
            m.with(name, n);
            if (n > 0) words += fmt::format("{}{} {}", words.empty() ? "" : ", ", n, word);
        };
        add("creates", all.creates, "to create");
        add("adopts", all.adopts, "to link");
        add("updates", all.updates, "to update");
        add("deactivates", all.deactivates, "to deactivate");
        add("deletes", all.removes, "to delete");
        add("groups_changed", all.groups_changed, "with other members");
        m.with("counts", words.empty() ? "no change" : words);
        m.with("changes", r_.plan ? r_.plan->changes.size() : 0).with("read", r_.costs.people_read);
        if (r_.pushed)
            m.with("done", r_.pushed->done)
                .with("rejected", r_.pushed->rejected)
                .with("deferred", r_.pushed->deferred)
                .with("left_alone", r_.pushed->left_alone)
                .with("steps_taken", r_.pushed->steps_taken)
                .with("steps_failed", r_.pushed->steps_failed);
        m.with("duration", duration_text(how_.duration)).with("duration_ms", how_.duration.count());
        out_.push_back(std::move(m));
    }

    static std::string_view why(reconcile::situation s)
    {
        using reconcile::situation;
        switch (s) {
        case situation::absent: return "not at the target";
        case situation::found: return "found at the target by the matching rules";
        case situation::ambiguous: return "fits several resources of the target";
        case situation::confirmed: return "differs from what was last written";
        case situation::unqualified: return "left the scope";
        case situation::source_missing: return "left the source";
        case situation::out_of_scope: return "out of scope";
        case situation::forgotten: return "nothing is known of it any more";
        case situation::drifted: return "changed at the target";
        case situation::grace_over: return "deactivated long enough ago";
        }
        return "";
    }

    static constexpr std::size_t most_changes = 1000; // lines at debug level

    const run::cycle_report& r_;
    const cycle_telling& how_;
    std::vector<message> out_;
    std::map<id, std::size_t> lines_;
    std::map<id, std::int64_t> left_out_;
    std::int64_t repeated_{0};
};

} // namespace

void said_before::begin(const std::string& sync)
{
    auto& l = syncs_[sync];
    l.last = std::exchange(l.now, {});
}

bool said_before::again(const std::string& sync, const message& m)
{
    // Within one process only, so the standard hash will do; a clash leaves one repeated line unsaid.
    const auto line = std::hash<std::string>{}(to_string(m.what()) + m.field("type") + "\n" + m.field("key") + "\n" +
                                               m.field("reason"));
    auto& l = syncs_[sync];
    l.now.insert(line);
    return l.last.contains(line);
}

std::vector<message> messages_of(const run::cycle_report& report, const cycle_telling& how)
{
    return teller(report, how).all();
}

std::vector<message> recovered(const std::vector<state::reject>& before, const std::vector<state::reject>& after)
{
    const auto name = [](const state::reject& r) {
        return r.scope.sync.text() + "\n" + r.scope.type + "\n" + r.key.text();
    };
    std::set<std::string> still;
    for (const auto& r : after) still.insert(name(r));
    std::vector<message> out;
    for (const auto& r : before)
        if (!still.contains(name(r)))
            out.push_back(message(id::reject_recovered)
                              .with("sync", r.scope.sync.text())
                              .with("type", r.scope.type)
                              .with("key", r.key.text())
                              .with("label", r.label.empty() ? r.key.text() : r.label));
    return out;
}

std::string duration_text(std::chrono::milliseconds d)
{
    if (d < std::chrono::seconds(1)) return fmt::format("{} ms", d.count());
    if (d < std::chrono::seconds(60)) return fmt::format("{:.1f} s", static_cast<double>(d.count()) / 1000);
    return reconcile::shown_duration(d);
}

} // namespace idferry::daemon::log
