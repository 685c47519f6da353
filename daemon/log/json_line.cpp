#include "daemon/log/json_line.hpp"

#include "daemon/run/time_text.hpp"
#include "mapping/json.hpp"

#include <fmt/format.h>

#include <cctype>

namespace idferry::daemon::log {

std::string json_line(const message& m, connectors::clock::wall_time when)
{
    // Members in this order, so that people can read the lines too: to_text would sort them.
    std::string out;
    const auto add = [&](std::string_view name, const mapping::json& value) {
        out += fmt::format("{}{}:{}", out.empty() ? "{" : ",", mapping::to_text(name), mapping::to_text(value));
    };
    add("time", run::time_text(when));
    add("level", to_string(m.at()));
    add("id", to_string(m.what()));
    add("name", row_of(m.what()).name);
    for (const auto& [name, value] : m.fields()) std::visit([&](const auto& v) { add(name, v); }, value);
    add("message", m.text());
    add("do", m.action());
    return out + "}";
}

std::vector<std::string> journal_fields(const message& m)
{
    std::vector<std::string> out{
        "MESSAGE=" + m.text(),
        "MESSAGE_ID=" + journal_id(m.what()),
        fmt::format("PRIORITY={}", priority(m.at())),
        "SYSLOG_IDENTIFIER=idferry",
        "IDFERRY_ID=" + to_string(m.what()),
        fmt::format("IDFERRY_NAME={}", row_of(m.what()).name),
        "IDFERRY_DO=" + m.action(),
    };
    for (const auto& [name, value] : m.fields()) {
        std::string field = "IDFERRY_";
        for (const auto c : name) field += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        out.push_back(field + "=" + m.field(name));
    }
    return out;
}

} // namespace idferry::daemon::log
