// The wire format: resources, list answers, error bodies and capabilities, from bounded JSON. Pure.
#pragma once

#include "connectors/failure.hpp"
#include "connectors/scim/scim_profile.hpp"
#include "connectors/target.hpp"
#include "mapping/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::connectors::scim {

// An id is opaque text; a JSON integer is taken digit by digit. Nothing for anything else: a fraction, an integer that
// the parser could not keep exactly, an empty or overlong text, and "undefined" or "null", which are some server's bug.
std::optional<std::string> id_text(const mapping::json& value);

// A body that is one resource. Fails with `retry` when it is not JSON or has no usable id: an answer in the wrong shape
// says nothing about the resource. Codes: "not_json", "wrong_shape", "no_id".
result<remote_resource> read_resource(std::string_view body);

struct list_page
{
    std::optional<std::uint64_t> total;
    std::string next_cursor;
    std::vector<remote_resource> resources;
    std::size_t received{0};      // elements of Resources, unusable ones included: what paging advances by
    std::vector<std::string> bad; // one sentence for each element that was left out
};

// A ListResponse; lenient in spelling, strict in shape: something that is neither a list nor empty is a failure.
result<list_page> read_list(std::string_view body);

// What GET /ServiceProviderConfig says; nothing when it is not one.
std::optional<capabilities> read_capabilities(std::string_view body);

// An answer's error in any of the known dialects: SCIM, SCIM 1.1's Errors list, {"response": {"code": 4009, …}},
// problem+json, OAuth, plain text, HTML, nothing.
struct error_facts
{
    std::string code;                      // scimType, in lower case; or the number of the {"response"} envelope
    bool numbered{false};                  // `code` is such a number
    std::string detail;                    // for people; shortened, one line
    std::string text;                      // where to look for words; bounded
    std::optional<std::int64_t> wait_hint; // requestRateLimitReset of the envelope's meta
};
error_facts read_error(std::string_view body);

} // namespace idferry::connectors::scim
