#include "daemon/cli/manual.hpp"

#include "daemon/cli/command_words.hpp"
#include "daemon/cli/roff.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace idferry::daemon::cli {

namespace {

std::string upper(std::string_view text)
{
    std::string out(text);
    for (auto& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return out;
}

// Left-adjusted and without hyphens: names of options and keys are copied from these pages.
std::string page_head(std::string_view name, int section)
{
    return fmt::format(".TH {} {} \"\" \"idferry {}\" \"idferry\"\n.ad l\n.nh\n", roff(upper(name)), section,
                       IDFERRY_VERSION);
}

// Lines as they are, indented.
std::string shown_lines(std::string_view lines)
{
    std::string out = ".RS 4\n.nf\n";
    while (!lines.empty()) {
        const auto end = lines.find('\n');
        out += roff_line(lines.substr(0, end)) + "\n";
        lines = end == std::string_view::npos ? std::string_view() : lines.substr(end + 1);
    }
    return out + ".fi\n.RE\n";
}

// With a capital letter and a full stop: the table has neither.
std::string sentence(std::string_view text)
{
    auto out = roff(text);
    if (!out.empty() && out.front() >= 'a' && out.front() <= 'z')
        out.front() = static_cast<char>(out.front() - 'a' + 'A');
    if (!text.empty() && text.back() != '.' && text.back() != '?') out += ".";
    return out;
}

// "[-c FILE] [--format FORMAT] [SYNC...]"
std::string synopsis(const command& c)
{
    std::string out = fmt::format(".B idferry {}\n", roff(c.name));
    for (const auto& o : c.options) {
        const auto name = spellings(o).front();
        out += o.value.empty()
                   ? fmt::format(".RB [ {} ]\n", roff(name))
                   : fmt::format(".RB [ {} \\ \\fI{}\\fR]{}\n", roff(name), roff(o.value), o.many ? "..." : "");
    }
    for (const auto& p : c.positionals)
        out += fmt::format("{}\\fI{}\\fR{}{}\n", p.required ? "" : "[", roff(p.name), p.many ? "..." : "",
                           p.required ? "" : "]");
    return out;
}

std::string options_of(const command& c)
{
    std::string out;
    for (const auto& p : c.positionals) {
        out += fmt::format(".TP\n.I {}\n{}", roff(p.name), sentence(p.doc));
        if (!p.choices.empty()) out += fmt::format(" One of {}.", roff(fmt::format("{}", fmt::join(p.choices, ", "))));
        out += "\n";
    }
    for (const auto& o : c.options) {
        std::string names;
        for (const auto s : spellings(o)) names += fmt::format("{}\\fB{}\\fR", names.empty() ? "" : ", ", roff(s));
        if (!o.value.empty()) names += fmt::format(" \\fI{}\\fR", roff(o.value));
        out += fmt::format(".TP\n{}\n{}", names, sentence(o.doc));
        if (!o.choices.empty()) out += fmt::format(" One of {}.", roff(fmt::format("{}", fmt::join(o.choices, ", "))));
        if (o.many) out += " May be given several times.";
        if (!o.fallback.empty()) out += fmt::format(" Without it: {}.", roff(o.fallback));
        out += "\n";
    }
    return out + ".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nShow help.\n";
}

std::string tail(std::string_view own_name, bool has_exit_codes)
{
    std::string out;
    if (has_exit_codes) out += ".SH EXIT STATUS\n" + roff(exit_codes()) + "\n";
    out += ".SH FILES\n.TP\n.I /etc/idferry/idferry.yaml\nThe configuration, see\n.BR idferry.yaml (5).\n"
           ".TP\n.I /var/lib/idferry\nThe state cache.\n";
    out += ".SH SEE ALSO\n";
    if (own_name != "idferry") out += ".BR idferry (1),\n";
    return out + ".BR idferry.yaml (5)\n";
}

// The paragraphs of one command, below headings of this macro (.SH, or .SS within a group's page).
std::string body(const command& c, bool in_group)
{
    std::string out;
    if (in_group) {
        out += fmt::format(".SS idferry {}\n{}\n.PP\n{}", roff(c.name), synopsis(c), sentence(c.summary));
        out += "\n";
    }
    if (!c.about.empty()) {
        if (in_group) out += ".PP\n";
        out += roff(c.about) + "\n";
    }
    if (!in_group) out += ".SH OPTIONS\n";
    out += options_of(c);
    if (c.examples.empty()) return out;
    out += in_group ? ".PP\nExamples:\n" : ".SH EXAMPLES\n";
    return out + shown_lines(c.examples);
}

manual_page main_page(const command_table& table)
{
    std::string text = page_head("idferry", 1);
    text += fmt::format(".SH NAME\nidferry \\- {}\n", roff("keeps people and groups of applications in step"));
    text += ".SH SYNOPSIS\n.B idferry\n.I COMMAND\n[\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]\n";
    text += ".SH DESCRIPTION\n" + roff(about_idferry()) + "\n.SH COMMANDS\n";
    for (const auto& [first, summary] : first_words(table.commands, table.groups))
        text += fmt::format(".TP\n.BR idferry\\-{} (1)\n{}\n", roff(first), sentence(summary));
    text += ".SH OPTIONS\n.TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nShow help; every command has its own.\n"
            ".TP\n.B \\-\\-version\nShow the version.\n";
    return {"idferry.1", text + tail("idferry", true)};
}

} // namespace

std::vector<manual_page> command_pages(const command_table& table)
{
    std::vector<manual_page> pages{main_page(table)};
    for (const auto& [first, summary] : first_words(table.commands, table.groups)) {
        const auto name = fmt::format("idferry-{}", first);
        const auto commands = commands_of(table.commands, first);
        const bool group = !second_word(*commands.front()).empty();
        std::string text = page_head(name, 1);
        text += fmt::format(".SH NAME\n{} \\- {}\n.SH SYNOPSIS\n", roff(name), roff(summary));
        if (group) {
            text += fmt::format(".B idferry {}\n.I COMMAND\n[\\fIOPTIONS\\fR]\n.SH DESCRIPTION\n{}\n.SH COMMANDS\n",
                                roff(first), sentence(summary));
            for (const auto* c : commands) text += body(*c, true);
        } else {
            const auto& c = *commands.front();
            text += synopsis(c) + ".SH DESCRIPTION\n";
            text += sentence("`idferry " + std::string(c.name) + "`: " + std::string(c.summary)) + "\n";
            if (!c.about.empty()) text += ".PP\n";
            text += body(c, false);
        }
        pages.push_back({name + ".1", text + tail(name, true)});
    }
    return pages;
}

} // namespace idferry::daemon::cli
