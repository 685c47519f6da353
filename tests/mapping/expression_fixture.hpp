// A person and a rule, for the tests of expressions.
#pragma once

#include "tests/mapping/mapping_fixture.hpp"

#include <string>

namespace idferry::mapping::test::expressions {

inline json person()
{
    return json::parse(R"({
        "id": "p1", "userName": "Anna", "title": "Chief", "active": true, "locale": null,
        "name": {"givenName": "Anna", "familyName": "Beispiel"},
        "emails": [{"value": "home@x.example", "type": "home"}, {"value": "anna@acme.example", "type": "work", "primary": true}],
        "groups": [{"value": "g2", "display": "Staff"}, {"value": "g1", "display": "Sales Leads"}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Sales"},
        "urn:idferry:source:bare_id:bare": {"kostenstelle": ["4711"], "number": 9007199254740993}})");
}

// A rule with the expression in single quotes, where a quote is written twice.
inline std::string rule_of(const std::string& expression, const std::string& more = "")
{
    std::string quoted;
    for (const char c : expression) quoted += c == '\'' ? "''" : std::string(1, c);
    return "{expression: '" + quoted + "'" + more + "}";
}

} // namespace idferry::mapping::test::expressions
