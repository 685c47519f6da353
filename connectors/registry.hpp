// The one table of connector types: name → how its `connections:` entry is parsed and its ends are made.
#pragma once

#include "config/secret.hpp"
#include "config/shape.hpp"
#include "connectors/clock.hpp"
#include "connectors/http/pacer.hpp"
#include "connectors/http/transport.hpp"
#include "connectors/operation_table.hpp"
#include "connectors/source.hpp"
#include "connectors/target.hpp"
#include "mapping/json_fwd.hpp"
#include "mapping/resource_type.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace idferry::connectors {

// Everything outside the process that an end needs. Outlives the ends.
struct environment
{
    clock& time;
    config::secret_resolver secrets;
    std::function<std::unique_ptr<http::transport>(http::transport_settings)> make_transport;
    // The pacer that all ends of one connection share; empty = each end has its own.
    std::function<std::shared_ptr<http::pacer>(const http::pacer_settings&)> pace{};

    std::shared_ptr<http::pacer> shared_pacer(const http::pacer_settings& s) const { return pace ? pace(s) : nullptr; }
};

// What a target may be asked to do with a resource.
enum class write_kind
{
    create,
    update,
    deactivate,
    remove
};

// A parsed connection: a configured endpoint with its credentials.
class connection
{
public:
    virtual ~connection() = default;
    virtual bool can_be_source() const = 0;
    virtual bool can_be_target() const = 0;
    virtual std::unique_ptr<source> make_source(const environment& env) const = 0; // null when it cannot
    virtual std::unique_ptr<target> make_target(const environment& env) const = 0; // null when it cannot
    // Whether it can be asked for resources of a type, and be given them.
    virtual bool reads(const mapping::resource_type& t) const;
    virtual bool holds(const mapping::resource_type& t) const;
    // As a target: what it can hold, before discovery.
    virtual const mapping::target_profile& profile() const = 0;
    // As a target: what is known, before anything is sent, that it cannot do as it is configured. Why, and what would
    // have to change; "" = it can.
    virtual std::string cannot(const mapping::resource_type&, write_kind) const { return {}; }
    // As a target: why this resource is never made, changed or taken away, such as a service account; "" = it may be.
    // The resource has what is known of it.
    virtual std::string untouchable(const mapping::resource_type&, const mapping::json&) const { return {}; }
    // As a target: whether own_account is one of the people that it shows.
    virtual bool shows_own_account() const { return true; }
    // As a target: whether its accounts have credentials (target::steps, connectors/account_steps.hpp).
    virtual bool has_account_steps() const { return false; }
    // As a source: the attributes it offers.
    virtual mapping::source_attributes attributes() const = 0;
    // The same for one type, where its resources have other attributes than people and groups.
    virtual mapping::source_attributes attributes_of(const mapping::resource_type&) const { return attributes(); }
    // As a source: why no events of it can serve as hints (connectors/hint_feed.hpp), and what to do; "" = they can.
    virtual std::string cannot_hint() const { return "has no events that are read: leave `hints` out"; }
    // Text of everything that changes what a record decodes to, or what is read: part of the epoch.
    virtual std::string epoch_text() const = 0;
    // userName or id of the account that our own credentials belong to; "" = unknown.
    virtual std::string own_account() const = 0;
    // "https://acme.showpad.biz/api/users/scim/v2": for plans and messages.
    virtual std::string address() const = 0;
    // The value of `type:`.
    virtual std::string_view type() const = 0;
    // The references to secrets in this section.
    virtual std::vector<config::secret_ref> secrets() const = 0;
    // Gets a token as a read would, and tells what is known about it. Fails like http::token_source::authorization.
    virtual boost::asio::awaitable<result<http::token_facts>> log_in(const environment& env) const = 0;
    // What an operator can call by hand (`idferry api`); null when this type has no table of operations.
    virtual std::unique_ptr<operation_service> make_operations(const environment&) const { return nullptr; }
};

struct connector_type
{
    std::string_view name; // value of `type:`
    std::string_view doc;
    std::shared_ptr<const connection> (*parse)(const config::node& section, const std::string& name,
                                               config::diagnostics& out);
    std::shared_ptr<const config::description> (*describe)();
    std::string_view stand_in; // the least that a section of this type must have, as YAML, without `type`
};

std::span<const connector_type> connector_types();

// In place of a section with mistakes, so that what depends on it can be judged too: type and profile as written, the
// rest made up. Null when not even these are right. It is never used for anything but finding mistakes.
std::shared_ptr<const connection> stand_in_for(const config::node& section, const std::string& name);

// Parses one entry of `connections:`; the `type` key selects the row. Reports unknown types with the known ones.
std::shared_ptr<const connection> parse_connection(const config::node& section, const std::string& name,
                                                   config::diagnostics& out);

} // namespace idferry::connectors
