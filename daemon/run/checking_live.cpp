// `idferry check --live`: one connection after the other. Reads only.
#include "connectors/registry.hpp"
#include "daemon/reconcile/directory.hpp"
#include "daemon/run/account_step_settings.hpp"
#include "daemon/run/checking.hpp"
#include "daemon/run/checking_judge.hpp"
#include "mapping/core_schema.hpp"
#include "mapping/json.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace idferry::daemon::run {

namespace {

namespace asio = boost::asio;
namespace chrono = std::chrono;
using connectors::failure;

constexpr std::uint64_t sample_size = 20;
constexpr int most_events = 500; // of the read that looks for groups: a request each, in large trees

std::vector<finding> what_is_well_first(const std::vector<finding>& all)
{
    std::vector<finding> out;
    for (const auto how : {severity::ok, severity::warning, severity::error})
        for (const auto& f : all)
            if (f.how == how) out.push_back(f);
    return out;
}

class live_check
{
public:
    live_check(const settings& all, const connectors::environment& env) : all_(all), env_(env) {}

    asio::awaitable<std::vector<connection_check>> run()
    {
        std::vector<connection_check> out;
        for (const auto& [name, c] : all_.connections) {
            const auto as_source = syncs_from(name), as_target = syncs_to(name);
            if (as_source.empty() && as_target.empty()) continue;
            now_ = {};
            now_.name = name;
            now_.address = c->address();
            const bool logged_in = co_await log_in(*c);
            if (logged_in && !as_source.empty()) {
                co_await look_at_source(*c, as_source);
            }
            if (logged_in && !as_target.empty()) {
                co_await look_at_target(*c, as_target);
            }
            now_.findings = what_is_well_first(now_.findings);
            now_.worst = worst_of(now_.findings);
            out.push_back(std::move(now_));
        }
        co_return out;
    }

private:
    using syncs = std::vector<const sync_settings*>;

    syncs syncs_from(const std::string& name) const
    {
        syncs out;
        for (const auto& s : all_.syncs)
            if (s.source_name == name) out.push_back(&s);
        return out;
    }
    syncs syncs_to(const std::string& name) const
    {
        syncs out;
        for (const auto& s : all_.syncs)
            if (s.target_name == name) out.push_back(&s);
        return out;
    }

    void add(severity how, std::string text, std::string todo = {})
    {
        now_.findings.push_back({how, "connection " + now_.name, std::move(text), std::move(todo)});
    }
    void add(severity how, const sync_settings& s, std::string text, std::string todo = {})
    {
        now_.findings.push_back({how, "sync " + s.name.text(), std::move(text), std::move(todo)});
    }

    void count(const connectors::http::client_counters& c, connectors::clock::steady_time begun)
    {
        now_.requests += c.requests;
        const auto passed = chrono::duration_cast<chrono::milliseconds>(env_.time.steady() - begun) - c.waited;
        if (c.requests > 0) now_.latency = std::max(passed / static_cast<int>(c.requests), chrono::milliseconds(1));
    }

    asio::awaitable<bool> log_in(const connectors::connection& c)
    {
        const auto facts = co_await c.log_in(env_);
        if (!facts) {
            add(severity::error, "cannot log in: " + facts.error().detail, remedy(facts.error()));
            co_return false;
        }
        if (facts->expires)
            now_.findings.push_back(judge_expiry("connection " + now_.name, *facts->expires,
                                                 chrono::floor<chrono::seconds>(env_.time.now())));
        else if (facts->lifetime)
            add(severity::ok, fmt::format("logged in; tokens last {} and are renewed",
                                          chrono::duration_cast<chrono::seconds>(*facts->lifetime)));
        co_return true;
    }

    // --- sources ---

    struct sampled
    {
        std::string key, bytes;
        std::optional<std::vector<std::string>> groups;
    };
    struct sample
    {
        std::vector<reconcile::group_entry> groups;
        bool groups_complete{true};
        std::string why;
        std::vector<sampled> people;
        std::size_t bad{0};
        std::string bad_why;
    };

    asio::awaitable<void> look_at_source(const connectors::connection& c, syncs all)
    {
        const auto source = c.make_source(env_);
        if (!source) co_return;
        const auto begun = env_.time.steady();
        bool groups = false;
        for (const auto* s : all) groups = groups || reads_groups(*s);
        sample got;
        auto failed = co_await read_people(*source, got);
        if (!failed && (groups || got.people.empty())) failed = co_await read_groups(*source, got);
        if (failed) {
            count(source->counters(), begun);
            add(severity::error, "cannot be read: " + failed->detail, remedy(*failed));
            co_return;
        }
        if (source->can_prove()) {
            co_await ask_for_people(*source, got, groups);
        }
        count(source->counters(), begun);
        add(severity::ok,
            fmt::format("{} people and {} groups read as a sample", got.people.size(), got.groups.size()));
        if (got.people.empty())
            add(severity::warning, "nobody was found",
                "check what the connection selects (source.groups), and what "
                "these credentials may see");
        if (got.bad > 0)
            add(severity::warning, fmt::format("{} records cannot be used, the first because {}", got.bad, got.bad_why),
                "set `fields` and `absent` as the records are");
        if (!got.groups_complete)
            add(severity::warning, "the list of groups is not proved complete: " + got.why,
                "as long as that is so, nobody is removed for what a group says");
        for (const auto* s : all) judge_sample(*source, *s, got);
    }

    static bool reads_groups(const sync_settings& s)
    {
        return std::ranges::any_of(s.types, [](const type_settings& t) {
            return !mapping::is_person(*t.type) || t.rules->reads_groups().any();
        });
    }

    asio::awaitable<std::optional<failure>> read_people(connectors::source& source, sample& got)
    {
        const connectors::read_request some{false, sample_size};
        const auto read = source.read(some);
        for (;;) {
            auto event = co_await read->next();
            if (!event) co_return event.error();
            if (!*event) co_return std::nullopt;
            const auto* page = std::get_if<connectors::page>(&**event);
            if (page && page->list.kind == connectors::list_kind::people) take(source, *page, got);
        }
    }

    // Every group, by a read that is left where the members begin; where nobody is known yet, a few of those are
    // taken. Memberships themselves are asked for person by person.
    asio::awaitable<std::optional<failure>> read_groups(connectors::source& source, sample& got)
    {
        const connectors::read_request everything{true, 0};
        const auto read = source.read(everything);
        const bool needs_people = source.removals_need_proof() || got.people.empty();
        for (int i = 0; i < most_events; ++i) {
            auto event = co_await read->next();
            if (!event) co_return event.error();
            if (!*event) co_return std::nullopt;
            const auto* page = std::get_if<connectors::page>(&**event);
            const auto kind = page ? page->list.kind : std::get<connectors::list_end>(**event).list.kind;
            if (kind == connectors::list_kind::people) co_return std::nullopt;
            if (kind == connectors::list_kind::members && (!needs_people || got.people.size() >= sample_size))
                co_return std::nullopt;
            if (page)
                take(source, *page, got);
            else
                take(std::get<connectors::list_end>(**event), got);
        }
        got.groups_complete = false;
        if (got.why.empty()) got.why = "there are many groups, and only some were read for this check";
        co_return std::nullopt;
    }

    static void take(const connectors::source& source, const connectors::page& page, sample& got)
    {
        if (page.list.kind == connectors::list_kind::members) {
            for (const auto& r : page.records)
                if (got.people.size() < sample_size &&
                    std::ranges::find(got.people, r.key, &sampled::key) == got.people.end())
                    got.people.push_back({std::string(r.key), "", std::nullopt});
            return;
        }
        got.bad += page.bad.size();
        if (!page.bad.empty() && got.bad_why.empty()) got.bad_why = page.bad.front().why;
        for (const auto& r : page.records) {
            if (page.list.kind == connectors::list_kind::people) {
                if (got.people.size() < sample_size)
                    got.people.push_back({std::string(r.key), std::string(r.bytes), std::nullopt});
                continue;
            }
            const auto decoded = source.decode(mapping::group_type, r.bytes, {});
            if (!decoded) {
                if (++got.bad == 1) got.bad_why = decoded.error().detail;
                continue;
            }
            reconcile::group_entry g;
            g.key = std::string(r.key);
            g.parent = page.list.owner;
            g.name = text_member(*decoded, "displayName");
            g.path = text_member(*decoded, "path");
            got.groups.push_back(std::move(g));
        }
    }

    static void take(const connectors::list_end& end, sample& got)
    {
        if (end.list.kind != connectors::list_kind::groups || end.state == connectors::proof::complete) return;
        got.groups_complete = false;
        if (got.why.empty()) got.why = end.why;
    }

    static std::string text_member(const mapping::json& j, const char* name)
    {
        const auto* v = mapping::member_named(j, name);
        return v && v->is_string() ? v->get<std::string>() : std::string();
    }

    // The groups of each, and the record of those who are known by their key alone.
    asio::awaitable<void> ask_for_people(connectors::source& source, sample& got, bool groups)
    {
        for (auto& p : got.people) {
            if (!groups && !p.bytes.empty()) continue;
            const mapping::source_key key(p.key);
            auto proof = co_await source.prove(key);
            if (!proof || proof->state != connectors::person_proof::verdict::present) continue;
            if (p.bytes.empty()) p.bytes = std::move(proof->bytes);
            p.groups = std::move(proof->group_keys);
        }
        std::erase_if(got.people, [](const sampled& p) { return p.bytes.empty(); });
    }

    void judge_sample(const connectors::source& source, const sync_settings& s, const sample& got)
    {
        judge_group_names("sync " + s.name.text(), s, got.groups, got.groups_complete, now_.findings);
        const auto* users = s.find(mapping::user_type);
        if (!users) return;
        reconcile::directory groups(users->rules->inherited_membership());
        for (const auto& g : got.groups) groups.add_group(g);
        groups.settle();
        std::size_t in_scope = 0, rejected = 0, judged = 0;
        std::string why;
        const bool needs_groups = users->rules->reads_groups().any();
        for (const auto& p : got.people) {
            if (needs_groups && !p.groups) continue;
            if (p.groups) groups.correct(p.key, *p.groups);
            std::vector<connectors::group_ref> refs;
            for (const auto i : groups.groups_of(p.key)) {
                const auto& g = groups.groups()[i];
                refs.push_back({g.key, g.name, g.path});
            }
            ++judged;
            const auto decoded = source.decode(mapping::user_type, p.bytes, refs);
            if (!decoded) {
                if (++rejected == 1) why = decoded.error().detail;
                continue;
            }
            const auto mapped = users->rules->map(*decoded);
            if (!mapped.in_scope) continue;
            ++in_scope;
            if (mapped.rejected && ++rejected == 1) why = *mapped.rejected;
        }
        if (judged < got.people.size())
            add(severity::warning, s,
                fmt::format("of {} people of the sample the groups could not be asked for", got.people.size() - judged),
                "see `idferry explain` for one of them");
        if (judged == 0) return;
        add(in_scope == 0 ? severity::warning : severity::ok, s,
            fmt::format("{} of {} people of the sample are in scope", in_scope, judged),
            in_scope == 0 ? "if that surprises you, look at one of them with `idferry explain`" : "");
        if (rejected > 0)
            add(severity::warning, s,
                fmt::format("{} of {} people of the sample would be rejected; the first: {}", rejected, judged, why),
                "mend the record at the source, or the rule");
    }

    // --- targets ---

    asio::awaitable<void> look_at_target(const connectors::connection& c, syncs all)
    {
        const auto target = c.make_target(env_);
        if (!target) co_return;
        std::vector<const mapping::resource_type*> types;
        for (const auto* t : mapping::resource_types())
            if (std::ranges::any_of(all, [&](const auto* s) { return s->find(*t) != nullptr; })) types.push_back(t);
        const auto begun = env_.time.steady();
        const auto survey = co_await target->survey(types);
        count(target->counters(), begun);
        if (!survey) {
            add(severity::error, "does not answer as it should: " + survey.error().detail, remedy(survey.error()));
            co_return;
        }
        std::string there;
        for (const auto* t : types) {
            const auto& seen = survey->types.at(std::string(t->name));
            if (seen.trouble)
                add(severity::error, fmt::format("its {} cannot be read: {}", t->section, seen.trouble->detail),
                    remedy(*seen.trouble));
            else
                there += fmt::format("{}{} {}", there.empty() ? "" : ", ", seen.total, t->section);
        }
        if (!there.empty())
            add(severity::ok,
                "holds " + there +
                    (survey->abilities.empty() ? "" : fmt::format("; it has {}", fmt::join(survey->abilities, ", "))));
        for (const auto& p : survey->problems) add(severity::error, p, "change the connection as it says");
        for (const auto& n : survey->notices) add(severity::warning, n, "no harm as long as the profile is right");
        if (c.shows_own_account()) co_await look_for_own_account(*target, c.own_account());
        for (const auto* s : all)
            if (const auto* users = s->find(mapping::user_type); users && users->steps && users->steps->credential) {
                auto known = co_await target->steps()->find_authenticator(users->steps->credential->authenticator);
                if (!known) add(severity::error, *s, "join: " + known.error().detail, remedy(known.error()));
            }
        for (const auto* s : all)
            for (const auto& t : s->types) judge_type(*target, *s, t, survey->types.at(std::string(t.type->name)));
    }

    // own_account is a userName or an id.
    asio::awaitable<void> look_for_own_account(connectors::target& target, std::string name)
    {
        if (name.empty()) {
            add(severity::warning, "own_account is not known, so that account is not protected",
                "give own_account: the userName or id of the account that these credentials belong to");
            co_return;
        }
        if (target.can_find(mapping::user_type, "userName")) {
            const auto found = co_await target.find(mapping::user_type, "userName", name);
            if (!found || !found->empty()) co_return; // a failure says nothing about the account
        }
        const auto read = co_await target.read(mapping::user_type, mapping::target_id(name));
        if (read || read.error().next != connectors::disposition::not_found) co_return;
        add(severity::warning, fmt::format("nobody there has the userName or id '{}' of own_account", name),
            "correct own_account: it protects nobody as it is");
    }

    void judge_type(const connectors::target& target, const sync_settings& s, const type_settings& t,
                    const connectors::type_survey& seen)
    {
        const auto& match = t.rules->match_attributes();
        if (!match.empty() &&
            std::ranges::none_of(match, [&](const std::string& a) { return target.can_find(*t.type, a); }))
            add(severity::ok, s,
                fmt::format("{} are found in the list of all of them: the target cannot look them up by {}",
                            t.type->section, fmt::join(match, " or ")));
        judge_attributes("sync " + s.name.text(), t, seen, now_.findings);
    }

    const settings& all_;
    const connectors::environment& env_;
    connection_check now_;
};

} // namespace

asio::awaitable<std::vector<connection_check>> check_live(const settings& all, const connectors::environment& env)
{
    live_check check(all, env);
    auto done = co_await check.run();
    co_return done;
}

} // namespace idferry::daemon::run
