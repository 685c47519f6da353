// What the parts of a SCIM source share: the session with its provider, how it is read, and what was learned on the
// way.
#pragma once

#include "connectors/http/client.hpp"
#include "connectors/scim/scim_reading.hpp"
#include "connectors/scim/scim_session.hpp"
#include "connectors/scim/scim_slicer.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>

namespace idferry::connectors::scim {

class source_parts
{
public:
    source_parts(std::unique_ptr<http::transport> transport, std::unique_ptr<http::client> client, clock& time,
                 dialect wire, mapping::target_profile holds, source_rules rules, std::string base_url)
        : transport_(std::move(transport)), client_(std::move(client)), wire_(std::move(wire)),
          holds_(std::move(holds)), rules_(std::move(rules)),
          session_(*client_, time, wire_, holds_, std::move(base_url))
    {
    }
    source_parts(const source_parts&) = delete;
    source_parts& operator=(const source_parts&) = delete;

    const source_rules& rules() const { return rules_; }
    session& provider() { return session_; }
    slicer& cutter() { return slicer_; }
    slice_rules cut_of(const mapping::resource_type& type) const { return {!type.has_members, &rules_.leave_out}; }
    const http::client_counters& counters() const { return client_->counters(); }
    // How many requests may be under way at once.
    std::size_t width() const { return static_cast<std::size_t>(std::max(1, client_->pace().concurrency)); }

    // A GET that must succeed; counts failures on end.
    boost::asio::awaitable<result<http::response>> get(call c);
    // True when a failure ends a read: nothing later can succeed (credentials, TLS), or nothing has answered for
    // several calls on end.
    bool is_fatal(const failure& f) const;

    bool shows_groups_of_users{false}; // somebody's record had `groups`

private:
    std::unique_ptr<http::transport> transport_;
    std::unique_ptr<http::client> client_;
    dialect wire_;
    mapping::target_profile holds_;
    source_rules rules_;
    session session_;
    slicer slicer_;
    int failures_on_end_{0};
};

} // namespace idferry::connectors::scim
