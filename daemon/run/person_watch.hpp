// Finds the people that a key means (a source id, a userName or an e-mail address) while a source is read, and keeps
// their records: an unchanged record leaves a read no other trace. A wrapper around the source, so that a cycle knows
// nothing of it.
#pragma once

#include "connectors/source.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::daemon::run {

// What people type, as it is looked for. Upper and lower case are one; Unicode's too.
class called
{
public:
    explicit called(const std::string& text);

    const std::string& text() const { return text_; }
    // The key itself, compared exactly: it decides before any name.
    bool is(std::string_view key) const { return key == text_; }
    // True when userName, displayName or an e-mail address is this text: in a SCIM resource of either side, or in
    // the flat form that state keeps ({"userName": …, "emails": …}).
    bool names(const mapping::json& resource) const;
    bool is_label(std::string_view label) const;
    // False when JSON text cannot hold it: spares the parsing of nearly every record.
    bool may_be_in(std::string_view json_text) const;

private:
    std::string text_;
    std::string folded_;
    std::string needle_; // lower-case ASCII; "" when JSON could write it in several ways
};

class watched_source final : public connectors::source
{
public:
    // `keys`: source keys that are meant too, as far as state knows. `behind` outlives this.
    watched_source(connectors::source& behind, called wanted, std::set<std::string> keys)
        : behind_(behind), wanted_(std::move(wanted)), keys_(std::move(keys))
    {
    }

    // Records by source key; the first `most` of those who are called so.
    const std::map<std::string, std::string>& found() const { return found_; }
    static constexpr std::size_t most = 50;

    // A record that passes by.
    void look(std::string_view key, std::string_view bytes);

    std::unique_ptr<connectors::source_read> read(const connectors::read_request& request) override;
    connectors::result<mapping::json> decode(const mapping::resource_type& type, std::string_view bytes,
                                             const std::vector<connectors::group_ref>& groups) const override
    {
        return behind_.decode(type, bytes, groups);
    }
    bool removals_need_proof() const override { return behind_.removals_need_proof(); }
    bool can_prove() const override { return behind_.can_prove(); }
    boost::asio::awaitable<connectors::result<connectors::person_proof>> prove(mapping::source_key person) override;
    const connectors::http::client_counters& counters() const override { return behind_.counters(); }

private:
    connectors::source& behind_;
    called wanted_;
    std::set<std::string> keys_;
    std::map<std::string, std::string> found_;
};

} // namespace idferry::daemon::run
