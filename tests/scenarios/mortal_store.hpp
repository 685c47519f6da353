// A store that ends the process, or refuses, at the Nth transaction; everything else goes to the store behind it.
#pragma once

#include "state/store.hpp"
#include "tests/scenarios/faults.hpp"

namespace idferry::tests {

enum class state_fault
{
    none,
    killed_before, // the transaction is lost with the process
    killed_after,  // it is on disk, and the process ends
    refused        // disk full
};

class mortal_store final : public state::store
{
public:
    explicit mortal_store(state::store& behind) : s_(behind) {}
    void set(state_fault kind, std::size_t at) { kind_ = kind, at_ = at, transactions_ = 0, hit_ = dead_ = false; }
    bool hit() const { return hit_; }

    state::result<std::vector<std::int64_t>> begin(const std::vector<state::intent>& intents) override
    {
        return transaction<std::vector<std::int64_t>>([&] { return s_.begin(intents); });
    }
    state::result<void> commit(const std::vector<state::update>& updates) override
    {
        return transaction<void>([&] { return s_.commit(updates); });
    }

    using scope_key = state::scope_key;
    state::result<void> scan_inputs(const scope_key& s, const std::function<void(const state::input_view&)>& f) override
    {
        return s_.scan_inputs(s, f);
    }
    state::result<void> for_each_link(const scope_key& s, const std::function<void(const state::link&)>& f) override
    {
        return s_.for_each_link(s, f);
    }
    state::result<std::optional<state::link>> find_link(const scope_key& s, const mapping::source_key& k) override
    {
        return s_.find_link(s, k);
    }
    state::result<std::optional<state::link>> find_link_by_target(const scope_key& s,
                                                                  const mapping::target_id& t) override
    {
        return s_.find_link_by_target(s, t);
    }
    state::result<std::uint64_t> count_active_links(const scope_key& s) override { return s_.count_active_links(s); }
    state::result<std::vector<state::link>> links_left_alone(const scope_key& s) override
    {
        return s_.links_left_alone(s);
    }
    state::result<std::vector<state::link>> due_leavers(const scope_key& s, state::time_point now) override
    {
        return s_.due_leavers(s, now);
    }
    state::result<std::vector<mapping::source_key>> members_of(const scope_key& s,
                                                               const mapping::source_key& g) override
    {
        return s_.members_of(s, g);
    }
    state::result<std::vector<mapping::source_key>> groups_of(const scope_key& s, const mapping::source_key& u) override
    {
        return s_.groups_of(s, u);
    }
    state::result<std::vector<state::intent>> open_intents(const mapping::sync_name& s) override
    {
        return s_.open_intents(s);
    }
    state::result<std::vector<state::reject>> rejects(const mapping::sync_name& s,
                                                      const state::reject_filter& f) override
    {
        return s_.rejects(s, f);
    }
    state::result<state::reject_counts> count_rejects(const mapping::sync_name& s) override
    {
        return s_.count_rejects(s);
    }
    state::result<std::vector<state::not_kept>> not_kept_of(const scope_key& s, const mapping::source_key& k) override
    {
        return s_.not_kept_of(s, k);
    }
    state::result<std::vector<state::not_kept>> all_not_kept(const scope_key& s) override { return s_.all_not_kept(s); }
    state::result<std::map<std::string, std::uint64_t>> list_sizes(const mapping::sync_name& s) override
    {
        return s_.list_sizes(s);
    }
    state::result<std::vector<mapping::sync_name>> syncs() override { return s_.syncs(); }
    state::result<std::vector<state::cycle_row>> recent_cycles(const mapping::sync_name& s, std::size_t n,
                                                               std::int64_t before) override
    {
        return s_.recent_cycles(s, n, before);
    }
    state::result<std::optional<state::cycle_row>> cycle(std::int64_t id) override { return s_.cycle(id); }
    state::result<std::optional<state::cycle_row>> last_success(const mapping::sync_name& s) override
    {
        return s_.last_success(s);
    }
    state::result<std::vector<state::quarantine>> quarantines() override { return s_.quarantines(); }
    state::result<std::optional<state::quarantine>> find_quarantine(const mapping::sync_name& s) override
    {
        return s_.find_quarantine(s);
    }
    state::result<std::optional<state::watermark>> find_watermark(const mapping::sync_name& s,
                                                                  const std::string& list) override
    {
        return s_.find_watermark(s, list);
    }
    state::result<std::vector<state::account_step>> account_steps(const scope_key& s) override
    {
        return s_.account_steps(s);
    }
    state::result<std::vector<state::account_step>> account_steps_of(const scope_key& s,
                                                                     const mapping::source_key& k) override
    {
        return s_.account_steps_of(s, k);
    }
    state::result<std::vector<state::account_step>> find_account_steps(const scope_key& s,
                                                                       const state::account_step_query& q) override
    {
        return s_.find_account_steps(s, q);
    }
    state::result<std::map<std::string, std::uint64_t>> count_account_steps(const scope_key& s) override
    {
        return s_.count_account_steps(s);
    }
    state::result<std::vector<state::found_link>> search_links(const state::link_query& q) override
    {
        return s_.search_links(q);
    }
    state::result<void> audit(const state::audit_query& q,
                              const std::function<void(const state::audit_row&)>& f) override
    {
        return s_.audit(q, f);
    }
    state::result<void> for_each_audit(const std::function<void(const state::audit_row&)>& f) override
    {
        return s_.for_each_audit(f);
    }
    state::result<std::string> audit_head() override { return s_.audit_head(); }
    state::result<std::vector<std::string>> changed_since(const scope_key& s, state::time_point t) override
    {
        return s_.changed_since(s, t);
    }
    state::result<std::map<std::string, std::uint64_t>> members_removed_since(const scope_key& s,
                                                                              state::time_point t) override
    {
        return s_.members_removed_since(s, t);
    }
    state::result<std::uint64_t> removals_since(const scope_key& s, state::time_point t) override
    {
        return s_.removals_since(s, t);
    }
    state::result<std::string> digest_key() override { return s_.digest_key(); }
    state::store_counters counters() const override { return s_.counters(); }

private:
    template <class T> state::result<T> transaction(const std::function<state::result<T>()>& carry_out)
    {
        if (dead_) throw killed(); // nothing is written after the end
        const bool now = ++transactions_ == at_ && kind_ != state_fault::none;
        hit_ = hit_ || now;
        if (!now) return carry_out();
        dead_ = kind_ != state_fault::refused;
        if (kind_ == state_fault::killed_before) throw killed();
        if (kind_ == state_fault::refused) return state::error{state::error::kind::io, "the disk is full"};
        auto done = carry_out();
        throw killed();
    }

    state::store& s_;
    state_fault kind_{state_fault::none};
    std::size_t at_{0}, transactions_{0};
    bool hit_{false}, dead_{false};
};

} // namespace idferry::tests
