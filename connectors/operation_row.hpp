// Rows of operation tables as they are written: name, section and title, then what the document says, word by word.
//
//   row("groups", "create", "6.2", "Create a New Group").post(REALM
//   "/groups").data("group").needs("groups:create")
#pragma once

#include "connectors/operation_table.hpp"

namespace idferry::connectors {

struct row : rest_operation
{
    constexpr row(std::string_view resource_, std::string_view verb_, std::string_view section_,
                  std::string_view title_)
    {
        resource = resource_, verb = verb_, section = section_, title = title_;
    }

    constexpr row get(std::string_view at) const { return call("GET", at, false); }
    constexpr row post(std::string_view at) const { return call("POST", at, true); }
    constexpr row put(std::string_view at) const { return call("PUT", at, true); }
    constexpr row change(std::string_view at) const { return call("PATCH", at, true); }
    constexpr row remove(std::string_view at) const { return call("DELETE", at, true); }
    // A POST that only asks.
    constexpr row ask(std::string_view at) const { return call("POST", at, false); }

    // It takes a body, in a member of that name.
    constexpr row data(std::string_view in = {}) const
    {
        auto o = *this;
        o.body = true, o.envelope = in;
        return o;
    }
    // It answers a list that may go on.
    constexpr row pages(std::string_view member, std::string_view parameters) const
    {
        auto o = with(parameters);
        o.paged = true, o.list = member;
        return o;
    }
    constexpr row with(std::string_view parameters) const
    {
        auto o = *this;
        o.query = parameters;
        return o;
    }
    constexpr row needs(std::string_view token_scopes) const
    {
        auto o = *this;
        o.scopes = token_scopes;
        return o;
    }
    constexpr row tells_secrets(answer_secret kind = answer_secret::keys) const
    {
        auto o = *this;
        o.secret = kind;
        return o;
    }
    constexpr row newer() const { return known(known_from::current); }
    constexpr row guessed() const { return known(known_from::assumed); }
    constexpr row note(std::string_view sentence) const
    {
        auto o = *this;
        o.hint = sentence;
        return o;
    }

private:
    constexpr row call(std::string_view how, std::string_view at, bool write) const
    {
        auto o = *this;
        o.method = how, o.path = at, o.writes = write;
        return o;
    }
    constexpr row known(known_from from) const
    {
        auto o = *this;
        o.origin = from;
        return o;
    }
};

} // namespace idferry::connectors
