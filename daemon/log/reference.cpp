#include "daemon/log/reference.hpp"

#include "daemon/log/catalogue.hpp"

#include <fmt/format.h>

#include <array>

namespace idferry::daemon::log {

namespace {

constexpr std::array<std::string_view, 9> chapters{"The daemon",
                                                   "Configuration",
                                                   "Cycles",
                                                   "Single resources",
                                                   "Reads and guards",
                                                   "Connections and quarantine",
                                                   "State",
                                                   "Secrets",
                                                   "Admin endpoint and jobs"};

// "<" opens a tag in Markdown; everything else in the texts is harmless there.
std::string markdown(std::string_view text)
{
    std::string out;
    for (const auto c : text) out += c == '<' ? std::string("&lt;") : std::string(1, c);
    return out;
}

// Fields are written @IDFERRY_SYNC@: journalctl puts the entry's values in.
std::string with_references(std::string_view text)
{
    std::string out;
    for (const auto name : fields_of(text)) {
        const auto at = static_cast<std::size_t>(name.data() - text.data());
        out += text.substr(0, at - 1);
        out += "@IDFERRY_";
        for (const auto c : name) out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        out += "@";
        text.remove_prefix(at + name.size() + 1);
    }
    return out.append(text);
}

} // namespace

std::string explained(std::string_view id_or_name)
{
    for (const auto& r : catalogue()) {
        const auto name = to_string(r.what);
        if (id_or_name != name && id_or_name != std::string_view(name).substr(4) && id_or_name != r.name) continue;
        return fmt::format("{} {} ({})\n\n    {}\n\n{}\n\nWhat to do: {}\n", name, r.name, to_string(r.at), r.text,
                           r.meaning, r.action);
    }
    return {};
}

std::string messages_page()
{
    std::string out =
        "# Messages\n\n"
        "Every message to the operator has an id that never changes its meaning. Text logs show it after the level, "
        "JSON lines have it as `id`, the journal as `IDFERRY_ID` (`journalctl IDFERRY_ID=IDF-4001`; `journalctl -x` "
        "shows the explanations below). Words in braces are fields: JSON lines have them by that name, the journal as "
        "`IDFERRY_SYNC` and so on. Attribute values occur at level debug only, sensitive ones and secrets never.\n\n"
        "This page is written by `idferry messages`; do not edit it.\n";
    unsigned chapter = 0;
    for (const auto& r : catalogue()) {
        if (const auto now = static_cast<unsigned>(r.what) / 1000; now != chapter) {
            chapter = now;
            out += fmt::format("\n## {}xxx: {}\n", chapter, chapters.at(chapter - 1));
        }
        out += fmt::format("\n### {} {}\n\n{}: `{}`\n\n{}\n\n**What to do:** {}\n", to_string(r.what), r.name,
                           to_string(r.at), r.text, markdown(r.meaning), markdown(r.action));
    }
    return out;
}

std::string journal_catalogue()
{
    std::string out = "# What journalctl -x shows. Written by `idferry messages --journal`; do not edit it.\n";
    for (const auto& r : catalogue())
        out += fmt::format(
            "\n-- {}\nSubject: idferry {}: {}\nDefined-By: idferry\nDocumentation: man:idferry(1)\n\n{}\n\n{}\n",
            journal_id(r.what), to_string(r.what), with_references(r.text), r.meaning, with_references(r.action));
    return out;
}

} // namespace idferry::daemon::log
