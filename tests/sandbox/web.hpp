// What every sandbox server needs of HTTP and JSON text: a parsed request, an answer, escaping. Knows no protocol.
#pragma once

#include "connectors/http/listener.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

extern template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace idferry::sandbox {

using connectors::http::answer_fault;
using connectors::http::incoming;
using connectors::http::outgoing;
using json = nlohmann::ordered_json; // wire order is kept

using named_values = std::vector<std::pair<std::string, std::string>>;

struct request
{
    std::string method;
    std::string raw_path;          // as sent, without the query
    std::vector<std::string> path; // percent-decoded segments; an encoded slash stays inside its segment
    named_values query;            // decoded
    const incoming* raw{nullptr};

    std::string_view header(std::string_view name) const; // "" when absent
    std::optional<std::string_view> parameter(std::string_view name) const;
};

request parse_request(const incoming& in);

struct answer
{
    outgoing out;
    std::string endpoint; // a route name for the counters, e.g. "user_get"
    std::string client;   // who asked: a label, never a credential
};

// An HTTP answer with a JSON body.
outgoing json_answer(int status, std::string body, std::string_view type = "application/json");
outgoing html_answer(int status, std::string_view title);

// Parses JSON; nothing when malformed.
std::optional<json> parse_json(std::string_view text);

void append_json_string(std::string& out, std::string_view text); // with the quotes
std::string json_string(std::string_view text);
std::string percent_decode(std::string_view text, bool plus_is_blank);
std::string percent_encode(std::string_view text);
named_values parse_form(std::string_view text);
std::vector<std::string> split_list(std::string_view text); // at commas; empty parts are left out
std::optional<std::string> base64_decode(std::string_view text);
std::string lower_ascii(std::string_view text);
bool same_ignoring_case(std::string_view a, std::string_view b);
std::optional<std::int64_t> parse_integer(std::string_view text);

// Lower-cases ASCII and the letters of Latin-1, Latin Extended-A, Greek and Cyrillic: enough for names and unique keys.
std::string fold(std::string_view text);

// The member of that name, compared without case (SCIM); null pointer when absent.
const json* find_member(const json& object, std::string_view name);
json* find_member(json& object, std::string_view name);

} // namespace idferry::sandbox
