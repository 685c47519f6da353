#include "tests/scenarios/scenario.hpp"

#include "daemon/run/account_step_settings.hpp"
#include "daemon/run/sharing_settings.hpp"
#include "mapping/digest.hpp"
#include "tests/scenarios/memory_target.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <stdexcept>

namespace idferry::tests {

namespace {

using config::node;
using mapping::json;

// Only its descriptions are asked for: the ends are made by the driver.
class memory_connection final : public connectors::connection
{
public:
    std::string_view type() const override { return "memory"; }
    bool can_be_source() const override { return true; }
    bool can_be_target() const override { return true; }
    bool has_account_steps() const override { return true; }
    std::unique_ptr<connectors::source> make_source(const connectors::environment&) const override { return nullptr; }
    std::unique_ptr<connectors::target> make_target(const connectors::environment&) const override { return nullptr; }
    const mapping::target_profile& profile() const override { return memory_profile(); }
    mapping::source_attributes attributes() const override { return {"urn:idferry:source:memory:memory", {}, true}; }
    std::string epoch_text() const override { return "memory"; }
    std::string own_account() const override { return "provisioning@acme.example"; }
    std::string address() const override { return "memory"; }
    std::vector<config::secret_ref> secrets() const override { return {}; }
    boost::asio::awaitable<connectors::result<connectors::http::token_facts>>
    log_in(const connectors::environment&) const override
    {
        co_return connectors::http::token_facts{};
    }
};

json to_json(const node& n)
{
    switch (n.kind()) {
    case config::node_kind::null: return nullptr;
    case config::node_kind::list: {
        auto out = json::array();
        for (const auto& item : n.items()) out.push_back(to_json(item));
        return out;
    }
    case config::node_kind::map: {
        auto out = json::object();
        for (const auto& e : n.entries()) out[e.key.scalar()] = to_json(e.value);
        return out;
    }
    case config::node_kind::scalar: break;
    }
    const auto& text = n.scalar();
    if (n.quoted()) return text;
    if (text == "true" || text == "false") return text == "true";
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) return number;
    return text;
}

void parse_leave(const node& section, daemon::run::leave_settings& leave, config::diagnostics& out)
{
    using daemon::run::leave_action;
    const auto at = section.find("leave");
    if (!at) return;
    const auto action = config::choice<leave_action>(
        {{"deactivate", leave_action::deactivate}, {"delete", leave_action::remove}, {"keep", leave_action::keep}});
    if (const auto a = at->find("action"))
        if (const auto parsed = action.parse(*a, out)) leave.action = *parsed;
    if (const auto d = at->find("then_delete_after"))
        if (const auto parsed = config::duration().parse(*d, out)) leave.then_delete_after = *parsed;
    using daemon::run::revocation;
    const auto when = config::choice<revocation>({{"before", revocation::before}, {"after", revocation::after}});
    if (const auto r = at->find("revoke_credentials"))
        if (const auto parsed = when.parse(*r, out)) leave.revoke_credentials = *parsed;
}

daemon::run::sync_settings parse_sync(const std::string& name, const node& section, config::diagnostics& out)
{
    daemon::run::sync_settings s;
    s.name = mapping::sync_name(name);
    s.source_name = "bare";
    s.target_name = "showpad";
    s.source = s.target = std::make_shared<memory_connection>();
    std::string epoch;
    for (const auto* type : mapping::resource_types()) {
        const auto at = section.find(type->section);
        if (!at) continue;
        daemon::run::type_settings t;
        t.type = t.from = type;
        if (at->find("from")) t.from = &mapping::group_type;
        t.leave.action = mapping::is_person(*type)      ? daemon::run::leave_action::deactivate
                         : type == &mapping::group_type ? daemon::run::leave_action::remove
                                                        : daemon::run::leave_action::keep;
        parse_leave(*at, t.leave, out);
        // What a type that is read whole has at the source is what it has at the target.
        const bool usual = mapping::is_person(*t.from) || t.from == &mapping::group_type;
        const mapping::source_attributes same{"", memory_profile().of(type->name).send, false};
        t.rules = mapping::parse_mapping(*at, type->name, usual ? s.source->attributes() : same, memory_profile(),
                                         {"leave", "from", "join"}, out, t.from->name);
        if (type == &mapping::user_type) t.steps = daemon::run::parse_account_steps(*at, *s.target, t.leave, out);
        if (!t.rules) continue;
        epoch += t.rules->epoch_text();
        s.types.push_back(std::move(t));
    }
    s.epoch = mapping::fast_digest(epoch);
    if (const auto at = section.find("guards"))
        if (auto g = daemon::reconcile::guard_shape().parse(*at, out)) s.guards = *g;
    s.sentinels = daemon::reconcile::parse_sentinels(s.guards, out);
    if (const auto at = section.find("protect"))
        for (const auto& item : at->items()) {
            auto parsed = mapping::parse_filter(item.scalar());
            if (const auto* error = std::get_if<mapping::parse_error>(&parsed))
                out.add(item, error->position, error->message);
            else
                s.protect.push_back(std::get<0>(parsed));
        }
    return s;
}

} // namespace

scenario load_scenario(const std::string& path)
{
    config::diagnostics out;
    scenario s;
    s.file = path;
    if (const auto root = config::load_yaml(path, out)) {
        s.text = to_json(*root);
        if (const auto syncs = root->find("syncs")) {
            daemon::run::settings all;
            for (const auto& e : syncs->entries()) all.syncs.push_back(parse_sync(e.key.scalar(), e.value, out));
            daemon::run::share_targets(*syncs, all, out);
            s.syncs = std::move(all.syncs);
        } else if (const auto sync = root->find("sync")) {
            s.syncs.push_back(parse_sync("staff", *sync, out));
        } else {
            out.add(*root, "'sync' is missing");
        }
    }
    std::string mistakes;
    for (const auto& d : out.sorted()) mistakes += d.text() + "\n";
    if (!mistakes.empty()) throw std::runtime_error(mistakes);
    return s;
}

std::size_t scenario::of(const json& step) const
{
    for (const char* kind : {"change", "plan", "sync"})
        if (step.contains(kind) && step[kind].contains("of"))
            for (std::size_t i = 0; i < syncs.size(); ++i)
                if (syncs[i].name.text() == step[kind]["of"].get<std::string>()) return i;
    return 0;
}

std::vector<std::string> scenario_files(const std::string& folder)
{
    std::vector<std::string> out;
    for (const auto& e : std::filesystem::directory_iterator(folder))
        if (e.path().extension() == ".yaml") out.push_back(e.path().string());
    std::sort(out.begin(), out.end());
    return out;
}

} // namespace idferry::tests
