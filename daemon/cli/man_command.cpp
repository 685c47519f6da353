// `idferry man`: the manual pages, made from the same text as --help.
#include "daemon/cli/commands.hpp"
#include "daemon/cli/manual.hpp"
#include "daemon/run/settings.hpp"

#include <fstream>
#include <iostream>

namespace idferry::daemon::cli {

namespace {

std::vector<manual_page> all_pages()
{
    auto pages = command_pages({all_commands(), command_groups()});
    pages.push_back(file_page(*run::describe_settings()));
    return pages;
}

int write_all(const std::string& folder)
{
    for (const auto& page : all_pages()) {
        const auto name = folder + "/" + page.name;
        std::ofstream file(name, std::ios::binary | std::ios::trunc);
        if (!(file << page.text) || !file.flush()) {
            std::cerr << "idferry man: " << name
                      << " cannot be written: check that the folder exists and may be written\n";
            return 1;
        }
    }
    return 0;
}

int run_man(const invocation& given)
{
    if (given.given("out")) return write_all(given.text("out"));
    auto wanted = given.text("PAGE");
    if (wanted.empty()) wanted = "idferry";
    std::string known;
    for (const auto& page : all_pages()) {
        const auto bare = page.name.substr(0, page.name.rfind('.'));
        if (wanted == page.name || wanted == bare || "idferry-" + wanted == bare) {
            std::cout << page.text;
            return std::cout.flush() ? 0 : 1;
        }
        known += (known.empty() ? "" : ", ") + bare;
    }
    std::cerr << "idferry man: there is no page '" << wanted << "'; there are " << known << '\n';
    return 1;
}

} // namespace

const command& man_command()
{
    static const command c{
        .name = "man",
        .summary = "print a manual page, for man -l -",
        .options = {{"--out", value_kind::folder, "FOLDER", "write all pages into this folder"}},
        .positionals = {{"PAGE", value_kind::text, "a command, or idferry.yaml; without it the page of idferry"}},
        .examples = "idferry man plan | man -l -\nidferry man --out /usr/local/share/man/man1",
        .run = run_man};
    return c;
}

} // namespace idferry::daemon::cli
