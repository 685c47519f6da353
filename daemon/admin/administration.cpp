#include "daemon/admin/administration.hpp"

#include <fmt/format.h>

namespace idferry::daemon::admin {

namespace {

using log::id;
using log::message;

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
            endpoint_ = open_endpoint(std::move(executor), std::move(settings),
                                      {{control, *figures_}, p_.secrets, [this](const answered& a) { tell(a); }});
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

    administration_parts p_;
    std::unique_ptr<metrics> figures_;
    std::unique_ptr<endpoint> endpoint_;
};

} // namespace

std::unique_ptr<administration> make_administration(administration_parts parts)
{
    return std::make_unique<logged_administration>(std::move(parts));
}

} // namespace idferry::daemon::admin
