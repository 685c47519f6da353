#include "daemon/run/explaining.hpp"

#include "daemon/run/explaining_parts.hpp"
#include "daemon/run/person_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace idferry::daemon::run {

using mapping::json;

namespace {

// Whom a key may mean: source key → what people call it, and where it is known.
struct meant
{
    std::string label;
    bool in_source{false}, in_state{false};
};
using candidates = std::map<std::string, meant>;

// What state knows by this name: links, rejects, and the audit trail of those who are gone.
outcome<void> find_in_state(const cycle_context& c, const mapping::resource_type& type, const called& wanted,
                            candidates& out, std::uint64_t& links)
{
    const auto add = [&](const mapping::source_key& key, const std::string& label) {
        auto& one = out[key.text()];
        one.in_state = true;
        if (one.label.empty()) one.label = label;
    };
    auto scanned = c.state.for_each_link(c.scope(type), [&](const state::link& l) {
        ++links;
        if (out.size() >= watched_source::most && !wanted.is(l.key.text())) return;
        const bool named = wanted.is(l.key.text()) || wanted.is(l.target.text()) || wanted.is_label(l.label) ||
                           (wanted.may_be_in(l.desired) && wanted.names(mapping::object_of(l.desired)));
        if (named) add(l.key, l.label);
    });
    if (!scanned) return state_error(scanned.error());
    auto rejects = c.state.rejects(c.sync.name);
    if (!rejects) return state_error(rejects.error());
    for (const auto& r : *rejects)
        if (r.scope == c.scope(type) && (wanted.is(r.key.text()) || wanted.is_label(r.label))) add(r.key, r.label);
    auto inputs = c.state.scan_inputs(c.scope(type), [&](const state::input_view& row) {
        if (wanted.is(row.key)) add(mapping::source_key(std::string(row.key)), {});
    });
    if (!inputs) return state_error(inputs.error());
    if (!out.empty()) return {};
    // Who was deleted has left nothing but lines.
    state::audit_query lines;
    lines.sync = c.sync.name.text();
    lines.type = type.name;
    for (const bool by_label : {false, true}) {
        lines.key = by_label ? std::string() : wanted.text();
        lines.label = by_label ? wanted.text() : std::string();
        auto read = c.state.audit(lines, [&](const state::audit_row& row) {
            if (wanted.is(row.entry.key.text()) || wanted.is_label(row.entry.label))
                add(row.entry.key, row.entry.label);
        });
        if (!read) return state_error(read.error());
    }
    return {};
}

void find_groups(const reading& r, const called& wanted, candidates& out)
{
    for (const auto& g : r.groups.groups()) {
        if (!wanted.is(g.key) && !wanted.is_label(g.name) && !wanted.is_label(g.path)) continue;
        if (out.size() >= watched_source::most && !wanted.is(g.key)) continue;
        auto& one = out[g.key];
        one.in_source = true;
        if (one.label.empty()) one.label = g.path.empty() ? g.name : g.path;
    }
}

// The source's own names win over ids only when no id fits.
bool settle(const called& wanted, candidates& all)
{
    if (const auto exact = all.find(wanted.text()); exact != all.end()) {
        const auto one = *exact;
        all = {one};
    }
    return all.size() == 1;
}

// Empty sections, so that every answer has all of them.
json blank_answer(const cycle_context& c, const explain_request& what)
{
    json j{{"sync", c.sync.name.text()},  {"key", what.key},
           {"type", what.type->name},     {"found", "none"},
           {"resource", nullptr},         {"error", ""},
           {"candidates", json::array()}, {"rules", json::array()},
           {"source", json::object()},    {"scope", json::object()},
           {"match", json::object()},     {"state", json::object()},
           {"target", json::object()},    {"sharing", {{"others", json::array()}, {"attributes", json::array()}}}};
    j["decision"] = {{"action", "unknown"}, {"why", ""}, {"changes", json::array()}, {"memberships", json::array()}};
    return j;
}

class explainer
{
public:
    explainer(const cycle_context& c, explain_request what)
        : c_(c), what_(std::move(what)), wanted_(what_.key), answer_(blank_answer(c, what_))
    {
    }

    boost::asio::awaitable<outcome<void>> run()
    {
        const auto* type = c_.sync.find(*what_.type);
        if (!type)
            co_return cycle_error{fmt::format("sync '{}' has no {}: there is nothing to explain", c_.sync.name.text(),
                                              what_.type->section)};
        if (auto found = find_in_state(c_, *what_.type, wanted_, meant_, links_); !found) co_return found.error();
        auto planned = co_await plan();
        if (!planned) co_return planned.error();
        co_await ask_source_for_one();
        find_in_reading();
        tell_where_it_looked();
        answer_["guard"] = guard_json(p_);
        if (meant_.empty()) co_await look_at_target();
        if (!settle(wanted_, meant_)) {
            list_candidates();
            co_return outcome<void>{};
        }
        s_.type = type;
        auto prepared = prepare();
        if (!prepared) co_return prepared.error();
        co_await ask_target(c_, p_, s_);
        co_return assemble();
    }

    explained finish(const outcome<void>& done)
    {
        if (!done) {
            answer_["found"] = "error";
            answer_["error"] = done.error().message;
        } else if (!p_.error.empty()) {
            answer_["error"] = p_.error;
        }
        answer_["advice"] = advice(answer_);
        const bool answered = answer_["found"] == "one" && answer_["error"] == "";
        return {std::move(answer_), answered ? 0 : 1};
    }

private:
    // The whole plan, as `plan` makes it. A source that is down leaves state and target to be shown.
    boost::asio::awaitable<outcome<void>> plan()
    {
        std::set<std::string> keys;
        for (const auto& [key, one] : meant_) keys.insert(key);
        // Who is called so by the rules' result alone is known after the plan only: then everybody is read once more.
        for (bool again = true; again;) {
            watched_source watched(c_.source, wanted_, keys);
            cycle_context watching{c_.sync, watched, c_.target, c_.state, c_.time, c_.shown, c_.digest_key};
            watching.stop = c_.stop;
            cycle_options options;
            options.refresh = what_.refresh;
            options.respect_backoff = true; // as the daemon's next cycle would
            auto made = co_await decide(watching, options, p_.report, p_.target_known);
            records_ = watched.found();
            if (made)
                p_.made.emplace(std::move(*made));
            else
                p_.error = made.error().message;
            again = add_mapped_names(keys);
        }
        co_return outcome<void>{};
    }

    // True when the plan has people who are called so, and whose records nobody kept.
    bool add_mapped_names(std::set<std::string>& keys) const
    {
        const auto before = keys.size();
        if (!p_.read() || !mapping::is_person(*what_.type)) return false;
        for (const auto& p : p_.read()->people) {
            const bool named = wanted_.is_label(p.label) ||
                               (wanted_.may_be_in(p.desired) && wanted_.names(mapping::object_of(p.desired)));
            if (named && !records_.contains(p.key.text()) && keys.size() < watched_source::most)
                keys.insert(p.key.text());
        }
        return keys.size() != before;
    }

    // A source that cannot list everybody may still know this one.
    boost::asio::awaitable<void> ask_source_for_one()
    {
        const auto* r = p_.read();
        if (!r || !mapping::is_person(*what_.type) || !c_.source.can_prove() || records_.contains(what_.key) ||
            r->unreadable.contains(what_.key) || (r->people_list.complete && !c_.source.removals_need_proof()))
            co_return;
        auto key = what_.key;
        if (!meant_.empty()) {
            if (meant_.size() > 1 || !records_.empty()) co_return;
            key = meant_.begin()->first;
        } else if (!records_.empty() || key.find('@') != std::string::npos) {
            co_return; // found by name; or no id
        }
        auto answer = co_await c_.source.prove(mapping::source_key(key));
        if (!answer || answer->state != connectors::person_proof::verdict::present) co_return;
        alone_ = key;
        records_.emplace(key, answer->bytes);
        if (answer->group_keys && p_.made) p_.made->read->groups.correct(key, *answer->group_keys);
    }

    void find_in_reading()
    {
        const auto* r = p_.read();
        if (!r) return;
        if (!mapping::is_person(*what_.type)) {
            find_groups(*r, wanted_, meant_);
            return;
        }
        for (const auto& [key, bytes] : records_) {
            auto& one = meant_[key];
            one.in_source = true;
            if (one.label.empty()) one.label = label_of_record(bytes);
        }
        if (r->unreadable.contains(what_.key)) meant_[what_.key].in_source = true;
    }

    std::string label_of_record(const std::string& bytes) const
    {
        const auto decoded = c_.source.decode(mapping::user_type, bytes, {});
        if (!decoded) return {};
        const auto name = decoded->find("userName");
        return name != decoded->end() && name->is_string() ? name->get<std::string>() : std::string();
    }

    void tell_where_it_looked()
    {
        const auto* r = p_.read();
        auto& looked = answer_["looked"];
        std::string why;
        if (r)
            for (const auto& list : r->unproved) why += (why.empty() ? "" : "; ") + list.list + ": " + list.why;
        looked["source"] = {
            {"people_read", r ? r->people_read : 0}, {"complete", r && why.empty()}, {"why", r ? why : p_.error}};
        looked["state"] = {{"links", links_}};
        looked["target"] = meant_.empty() ? "" : "only for the one that was found";
        answer_["plan"] = {{"changes", p_.plan() ? p_.plan()->changes.size() : 0}, {"unproved", json::array()}};
        if (p_.plan())
            for (const auto& u : p_.plan()->unproved)
                answer_["plan"]["unproved"].push_back({{"list", u.list}, {"why", u.why}});
    }

    // Last: somebody may know an account of the target only.
    boost::asio::awaitable<void> look_at_target()
    {
        auto& told = answer_["looked"]["target"];
        told = co_await know_target(c_, p_);
        if (told != "") co_return;
        std::vector<connectors::remote_resource> found;
        std::string asked;
        const std::vector<std::string> by = !mapping::is_person(*what_.type)
                                                ? std::vector<std::string>{"displayName"}
                                                : std::vector<std::string>{"userName", "emails.value"};
        for (const auto& attribute : by) {
            if (!found.empty() || !c_.target.can_find(*what_.type, attribute)) continue;
            auto hits = co_await c_.target.find(*what_.type, attribute, what_.key);
            asked += (asked.empty() ? "asked by " : ", ") + attribute;
            if (hits) found = std::move(*hits);
        }
        if (found.empty()) {
            auto one = co_await c_.target.read(*what_.type, mapping::target_id(what_.key));
            asked += asked.empty() ? "asked by id" : ", id";
            if (one) found.push_back(std::move(*one));
        }
        told = asked + (found.empty() ? ": nothing" : "");
        for (const auto& remote : found) {
            auto holder = c_.state.find_link_by_target(c_.scope(*what_.type), remote.id);
            if (holder && *holder) meant_[(*holder)->key.text()] = {(*holder)->label, false, true};
        }
        if (found.empty() || !meant_.empty()) co_return;
        answer_["found"] = "target_only";
        mapping::mask hides;
        for (const auto& r : c_.sync.find(*what_.type)->rules->rules())
            if (r.sensitive) hides.hide(std::string_view(r.path));
        hide_sensitive_texts(*c_.sync.find(*what_.type), found.front().body, hides);
        answer_["target"] = {{"connection", c_.sync.target_name},
                             {"asked", true},
                             {"found", true},
                             {"id", found.front().id.text()},
                             {"resource", hides.resource(found.front().body)}};
        answer_["decision"]["action"] = "none";
        answer_["decision"]["why"] = "nobody of the source is linked to it or matches it: it is never touched";
    }

    void list_candidates()
    {
        if (meant_.empty()) return;
        answer_["found"] = "several";
        for (const auto& [key, one] : meant_)
            answer_["candidates"].push_back({{"key", key},
                                             {"label", one.label},
                                             {"where", one.in_source && one.in_state ? "source and state"
                                                       : one.in_source               ? "source"
                                                                                     : "state"}});
        answer_["decision"]["why"] = "the key fits several";
    }

    outcome<void> prepare()
    {
        const auto& [key, one] = *meant_.begin();
        s_.key = mapping::source_key(key);
        s_.label = one.label.empty() ? key : one.label;
        auto link = c_.state.find_link(c_.scope(*s_.type->type), s_.key);
        if (!link) return state_error(link.error());
        s_.link = std::move(*link);
        for (const auto& r : s_.type->rules->rules())
            if (r.sensitive) s_.hides.hide(std::string_view(r.path));
        const auto* r = p_.read();
        if (!mapping::is_person(*what_.type)) {
            if (const auto* g = r ? r->groups.find(key) : nullptr) s_.bytes = g->bytes;
        } else if (const auto record = records_.find(key); record != records_.end()) {
            s_.bytes = record->second;
        }
        s_.listed = (s_.bytes && key != alone_) || (r && r->unreadable.contains(key));
        if (r) {
            s_.groups = group_refs(*r, key);
            for (const auto& n : r->notes)
                if (n.key == s_.key && n.type == s_.type->type && n.what == reconcile::note::kind::reject && !s_.bytes)
                    s_.problem = n.text;
            for (const auto& p : r->people)
                if (p.key == s_.key) s_.label = p.label;
        }
        if (s_.link) s_.label = s_.link->label;
        trace();
        if (s_.link) hide_sensitive_texts(*s_.type, mapping::object_of(s_.link->desired), s_.hides);
        return {};
    }

    void trace()
    {
        if (!s_.bytes) return;
        const auto groups = !mapping::is_person(*s_.type->type) ? std::vector<connectors::group_ref>{} : s_.groups;
        const auto decoded = c_.source.decode(*s_.type->type, *s_.bytes, groups);
        if (!decoded) {
            s_.problem = "record from the source cannot be used: " + decoded.error().detail;
            return;
        }
        s_.trace = s_.type->rules->explain(*decoded);
        s_.hides = s_.trace->at_target;
    }

    outcome<void> assemble()
    {
        auto& about = answer_["state"];
        if (auto told = add_state(c_, p_, s_, about); !told) return told;
        answer_["found"] = "one";
        answer_["resource"] = {{"key", s_.key.text()}, {"label", s_.hides.text(s_.label)}};
        answer_["source"] = source_json(c_, p_, s_);
        answer_["scope"] = scope_json(s_);
        answer_["match"] = match_json(c_, s_);
        answer_["rules"] = rules_json(s_);
        answer_["target"] = target_json(c_, s_);
        answer_["decision"] = decision_json(c_, p_, s_, about);
        return add_sharing(c_, s_, answer_["sharing"]);
    }

    cycle_context c_;
    explain_request what_;
    called wanted_;
    json answer_;
    planned p_;
    candidates meant_;
    std::uint64_t links_{0};
    std::map<std::string, std::string> records_; // by source key
    std::string alone_;                          // key of a record that no list had
    subject s_;
};

} // namespace

boost::asio::awaitable<explained> explain(cycle_context c, explain_request what)
{
    explainer e(c, std::move(what));
    outcome<void> done;
    try {
        done = co_await e.run();
    } catch (const std::exception& defect) {
        done = cycle_error{std::string("internal error: ") + defect.what()};
    }
    co_return e.finish(done);
}

} // namespace idferry::daemon::run
