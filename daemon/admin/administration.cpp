#include "daemon/admin/administration.hpp"

#include <fmt/format.h>

#include <map>

namespace idferry::daemon::admin {

namespace {

using log::id;
using log::message;
using dropped_as = connectors::http::listener_event;

// Whoever is refused must not be able to fill the log: a kind of message is said once in this time.
constexpr std::chrono::seconds said_again_after{1};

class logged_administration final : public administration
{
public:
    explicit logged_administration(administration_parts parts)
        : p_(std::move(parts)), figures_(make_metrics(p_.time, p_.state))
    {
    }

    metrics& figures() override { return *figures_; }

    void open(boost::asio::any_io_executor executor, const run::admin_settings& where,
              service::service_control& control) override
    {
        endpoint_settings settings;
        settings.where = where;
        try {
            endpoint_ = open_endpoint(
                std::move(executor), std::move(settings),
                {{control, *figures_},
                 p_.secrets,
                 [this](const answered& a) { tell(a); },
                 [this](dropped_as why, const std::string& peer, int status) { tell_dropped(why, peer, status); }});
            for (const auto& address : endpoint_->addresses())
                p_.log.say(message(id::admin_listening).with("address", address));
        } catch (const std::exception& e) {
            p_.log.say(message(id::admin_failed).with("address", where.socket).with("reason", e.what()));
        }
    }

    void stop() override { endpoint_.reset(); }

    void configured(const run::settings&, bool reload) override
    {
        if (!reload || !endpoint_) return;
        const auto changed = endpoint_->reloaded(p_.settings());
        if (changed.needs_restart) p_.log.say(message(id::reload_needs_restart).with("setting", "admin"));
        if (!changed.token_trouble.empty())
            p_.log.say(message(id::admin_failed)
                           .with("address", endpoint_->addresses().back())
                           .with("reason", changed.token_trouble));
    }

private:
    // Refusals are for somebody to look at; what was answered is seen with -v. Never a query: it holds names.
    void tell(const answered& a)
    {
        const bool denied = a.status == 401 || a.status == 403 || a.status == 421;
        if (denied) {
            if (!may_say(id::admin_denied)) return;
            p_.log.say(message(id::admin_denied)
                           .with("method", a.method)
                           .with("path", a.path)
                           .with("peer", a.peer)
                           .with("reason", a.reason));
            return;
        }
        if (!p_.log.wants(log::row_of(id::admin_request).at)) return;
        const auto took = std::chrono::duration<double, std::milli>(a.took).count();
        p_.log.say(message(id::admin_request)
                       .with("method", a.method)
                       .with("path", a.path)
                       .with("peer", a.peer)
                       .with("status", a.status)
                       .with("duration", fmt::format("{:.1f} ms", took)));
    }

    void tell_dropped(dropped_as why, const std::string& peer, int status)
    {
        const auto what = why == dropped_as::full   ? id::admin_full
                          : why == dropped_as::slow ? id::admin_slow
                                                    : id::admin_malformed;
        if (!may_say(what)) return;
        const char* reason = status == 413   ? "its body is too large"
                             : status == 431 ? "its header is too large"
                             : status == 408 ? "it was not finished in time"
                                             : "it is not HTTP";
        message m(what);
        if (why == dropped_as::full)
            m.with("count", endpoint_settings().max_connections);
        else
            m.with("peer", peer).with("reason", reason);
        p_.log.say(m);
    }

    bool may_say(id what)
    {
        const auto now = connectors::steady_now();
        const auto [last, first] = said_.try_emplace(what, now);
        if (!first && now - last->second < said_again_after) return false;
        last->second = now;
        return true;
    }

    administration_parts p_;
    std::map<id, connectors::clock::steady_time> said_;
    std::unique_ptr<metrics> figures_;
    std::unique_ptr<endpoint> endpoint_;
};

} // namespace

std::unique_ptr<administration> make_administration(administration_parts parts)
{
    return std::make_unique<logged_administration>(std::move(parts));
}

} // namespace idferry::daemon::admin
