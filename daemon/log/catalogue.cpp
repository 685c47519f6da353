#include "daemon/log/catalogue.hpp"

#include "daemon/log/rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace idferry::daemon::log {

std::string_view to_string(level l)
{
    switch (l) {
    case level::debug: return "debug";
    case level::info: return "info";
    case level::notice: return "notice";
    case level::warning: return "warning";
    case level::error: return "error";
    case level::critical: return "critical";
    }
    return "error";
}

int priority(level l)
{
    return 7 - static_cast<int>(l);
}

std::span<const row> catalogue()
{
    static const auto all = [] {
        std::vector<row> rows;
        for (const auto part : {daemon_rows(), cycle_rows(), connection_rows(), admin_rows()})
            rows.insert(rows.end(), part.begin(), part.end());
        return rows;
    }();
    return all;
}

const row& row_of(id what)
{
    const auto all = catalogue();
    const auto found = std::lower_bound(all.begin(), all.end(), what, [](const row& r, id i) { return r.what < i; });
    if (found == all.end() || found->what != what) throw std::logic_error(to_string(what) + " has no row");
    return *found;
}

std::string to_string(id what)
{
    return fmt::format("IDF-{:04}", static_cast<unsigned>(what));
}

std::string journal_id(id what)
{
    // Drawn at random once; the last four digits are the number, so that people can read it.
    return fmt::format("9db679c91a4d4d088f6940004e6d{:04}", static_cast<unsigned>(what));
}

std::vector<std::string_view> fields_of(std::string_view text)
{
    std::vector<std::string_view> out;
    for (auto open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
        // "{file:}" in a sentence is YAML, not a field.
        const auto close = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", open + 1);
        if (close == std::string_view::npos) break;
        if (text[close] == '}' && close > open + 1) out.push_back(text.substr(open + 1, close - open - 1));
    }
    return out;
}

} // namespace idferry::daemon::log
