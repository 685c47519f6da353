// What a command prints about one cycle: the same whether the command ran it or the daemon did.
#pragma once

#include "daemon/reconcile/plan_text.hpp"
#include "daemon/run/cycle.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idferry::daemon::run {

enum class print_format
{
    text,
    json,
    markdown
};
// "text", "json", "markdown"; nothing for any other word.
std::optional<print_format> print_format_of(std::string_view word);
const char* to_string(print_format f);

struct print_options
{
    print_format format{print_format::text};
    reconcile::text_options text;
    std::size_t most{static_cast<std::size_t>(-1)}; // of changes and notes in JSON
};

struct printed
{
    std::string out;                     // for stdout, with its line ends
    std::vector<std::string> complaints; // for stderr, a line each
};

// `digest_key` keys the digests of sensitive values in JSON.
printed print_cycle(const cycle_report& report, const print_options& how, std::string_view digest_key);

} // namespace idferry::daemon::run
