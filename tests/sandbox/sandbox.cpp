#include "tests/sandbox/sandbox.hpp"

#include "tests/sandbox/certificates.hpp"
#include "tests/sandbox/files.hpp"
#include "tests/sandbox/issued.hpp"

#include <boost/asio/thread_pool.hpp>
#include <unistd.h>

#include <map>
#include <stdexcept>

namespace idferry::sandbox {
namespace {

sandbox_settings checked(sandbox_settings settings)
{
    if (settings.mode != "group_walk" && settings.mode != "user_list")
        throw std::runtime_error("mode: group_walk or user_list wanted");
    if (settings.threads < 1 || settings.threads > 64) throw std::runtime_error("threads: 1 to 64 wanted");
    return settings;
}

// "bareid.expires_in=2" → {"bareid": {"expires_in": "2"}}
json knob_object(const std::string& text)
{
    const auto dot = text.find('.');
    const auto equals = text.find('=');
    if (dot == std::string::npos || equals == std::string::npos || equals < dot)
        throw std::runtime_error("--knob wants server.name=value, not " + text);
    return json{{text.substr(0, dot), json{{text.substr(dot + 1, equals - dot - 1), text.substr(equals + 1)}}}};
}

} // namespace

struct sandbox::parts
{
    explicit parts(sandbox_settings given)
        : settings(checked(std::move(given))), bare("bareid", settings.organisation, time),
          bare_target("bareid_target", settings.organisation, time, false),
          show(settings.organisation.seed, time, settings.organisation.domain),
          target("strict", settings.organisation.seed, time),
          source("people", settings.organisation.seed, time, settings.organisation),
          beyond(settings.organisation, time), steer(time, {&bare, &bare_target, &show, &target, &source, &beyond}),
          pool(static_cast<std::size_t>(settings.threads))
    {
    }

    ~parts()
    {
        for (auto& [name, one] : listeners)
            if (one) one->stop();
        pool.stop();
        pool.join();
        listeners.clear();
    }

    void open(const std::string& name, unsigned short port)
    {
        connectors::http::listener_settings how;
        how.port = port;
        how.certificate_pem = identity.certificate_pem;
        how.key_pem = identity.key_pem;
        how.max_body_bytes = 256UL * 1024 * 1024;
        auto* to = steer.find(name);
        auto opened = connectors::http::listen(pool.get_executor(), std::move(how),
                                               [this, to](const incoming& in) { return steer.serve(to, in); });
        ports[name] = opened->port();
        listeners[name] = std::move(opened);
    }

    json describe(const bare_id_server& one)
    {
        const auto base = url(std::string(one.name()));
        const auto token_url = [&](const std::string& realm) {
            return base + "/auth/realms/" + realm + "/protocol/openid-connect/token";
        };
        return {{"api_base", base},
                {"port", ports[std::string(one.name())]},
                {"instance", one.instance()},
                {"other_instance", one.other_instance()},
                {"realm", one.realm()},
                {"other_realm", one.other_realm()},
                {"issuer", base + "/auth/realms/" + one.realm()},
                {"token_url", token_url(one.realm())},
                {"other_token_url", token_url(one.other_realm())},
                {"client_id", one.client_id()},
                {"client_secret", one.client_secret()}};
    }

    void describe()
    {
        info = {{"pid", getpid()},
                {"users", settings.organisation.users},
                {"groups", settings.organisation.groups},
                {"seed", settings.organisation.seed},
                {"control", url("control") + "/__sandbox/"},
                {"bareid", describe(bare)},
                {"bareid_target", describe(bare_target)},
                {"showpad",
                 {{"base_url", url("showpad") + "/api/users/scim/v2"},
                  {"port", ports["showpad"]},
                  {"token", show.token()},
                  {"owner", show.owner_name()}}}};
        for (auto* one : {&target, &source}) {
            const std::string name(one->name());
            info[name] = {{"base_url", url(name) + "/scim/v2"}, {"port", ports[name]}, {"token", one->token()}};
        }
        info["beyond"] = {{"api_url", url("beyond")},
                          {"auth_url", url("beyond")},
                          {"port", ports["beyond"]},
                          {"tenant", beyond.tenant()},
                          {"realm", beyond.realm()},
                          {"other_realm", beyond.other_realm()},
                          {"admin_realm", beyond.admin_realm()},
                          {"application", beyond.application()},
                          {"client_id", beyond.client_id()},
                          {"client_secret", beyond.client_secret()}};
        if (!settings.directory.empty()) info["ca_file"] = settings.directory + "/ca.pem";
        steer.info = info;
    }

    std::string url(const std::string& name)
    {
        return settings.listens ? "https://127.0.0.1:" + std::to_string(ports[name]) : "https://" + name + ".invalid";
    }

    void write_files() const
    {
        const auto& folder = settings.directory;
        if (folder.empty()) return;
        make_private_directory(folder);
        write_file(folder + "/ca.pem", identity.authority_pem, 0644);
        write_file(folder + "/bareid-secret", bare.client_secret());
        write_file(folder + "/bareid_target-secret", bare_target.client_secret());
        write_file(folder + "/showpad-token", show.token());
        write_file(folder + "/strict-token", target.token());
        write_file(folder + "/people-token", source.token());
        write_file(folder + "/beyond-secret", beyond.client_secret());
        write_file(folder + "/idferry.yaml", example_configuration(info, folder, settings.mode));
        write_file(folder + "/sandbox.json", info.dump(2) + "\n"); // last: who finds it finds everything
    }

    sandbox_settings settings;
    sandbox_clock time;
    bare_id_server bare;
    bare_id_server bare_target;
    showpad_server show;
    strict_server target;
    strict_server source;
    beyond_server beyond;
    class control steer;
    certificates identity;
    json info;
    boost::asio::thread_pool pool;
    std::map<std::string, unsigned short> ports;
    std::map<std::string, std::unique_ptr<connectors::http::listener>> listeners;
};

sandbox::sandbox(sandbox_settings settings) : parts_(std::make_unique<parts>(std::move(settings)))
{
    auto& p = *parts_;
    if (!p.settings.data_file.empty()) {
        const auto state = parse_json(read_file(p.settings.data_file));
        if (!state || !state->is_object()) throw std::runtime_error(p.settings.data_file + ": not a JSON object");
        for (auto member = state->begin(); member != state->end(); ++member) {
            auto* one = p.steer.find(member.key());
            const auto error = one == nullptr ? "unknown server " + member.key() : one->load(member.value());
            if (!error.empty()) throw std::runtime_error(p.settings.data_file + ": " + error);
        }
    }
    if (p.settings.mode == "user_list") p.bare.set_knobs({{"paging", "offset"}});
    for (const auto& text : p.settings.knobs) {
        const auto wanted = knob_object(text);
        auto* one = p.steer.find(wanted.begin().key());
        const auto error = one == nullptr ? "unknown server in --knob " + text : one->set_knobs(wanted.begin().value());
        if (!error.empty()) throw std::runtime_error(error);
    }
    if (p.settings.listens) {
        p.identity = make_certificates();
        note_issued("private key", key_line(p.identity.key_pem));
        for (const char* name : {"bareid", "bareid_target", "showpad", "strict", "people", "beyond", "control"})
            p.open(name, 0);
        p.steer.listen = [&p](const std::string& name, bool up) {
            if (name == "control" || !p.listeners.contains(name)) return false;
            auto& one = p.listeners[name];
            if (!up && one) {
                one->stop();
                one.reset();
            } else if (up && !one) {
                p.open(name, p.ports[name]);
            }
            return true;
        };
    }
    p.describe();
    p.write_files();
}

sandbox::~sandbox() = default;

bare_id_server& sandbox::bare_id()
{
    return parts_->bare;
}
bare_id_server& sandbox::bare_id_target()
{
    return parts_->bare_target;
}
showpad_server& sandbox::showpad()
{
    return parts_->show;
}
beyond_server& sandbox::beyond()
{
    return parts_->beyond;
}
strict_server& sandbox::strict()
{
    return parts_->target;
}
strict_server& sandbox::people()
{
    return parts_->source;
}
sandbox_clock& sandbox::clock()
{
    return parts_->time;
}
const json& sandbox::info() const
{
    return parts_->info;
}
const std::string& sandbox::authority_pem() const
{
    return parts_->identity.authority_pem;
}
std::string sandbox::url(std::string_view server) const
{
    return parts_->url(std::string(server));
}

outgoing sandbox::ask(std::string_view server, const incoming& in)
{
    return parts_->steer.serve(parts_->steer.find(server), in);
}

json sandbox::control(std::string method, std::string target, std::string body)
{
    const auto given = ask("control", {std::move(method), std::move(target), {}, std::move(body)});
    if (given.status >= 300)
        throw std::runtime_error("sandbox control: " + std::to_string(given.status) + " " + given.body);
    return parse_json(given.body).value_or(json());
}

} // namespace idferry::sandbox
