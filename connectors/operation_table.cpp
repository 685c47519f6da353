#include "connectors/operation_table.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace idferry::connectors {

namespace {

bool is_word(std::string_view text)
{
    return !text.empty() && text.front() != '-' && text.back() != '-' &&
           std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

bool is_place(std::string_view text)
{
    return text.size() > 1 && text.front() == '/' && text.back() != '/';
}

bool is_sentence(std::string_view text)
{
    return text.empty() || text.back() != '.';
}

// Collects what is wrong with one thing.
class complaints
{
public:
    complaints(std::vector<std::string>& all, std::string about) : all_(all), about_(std::move(about)) {}
    void unless(bool right, std::string_view what)
    {
        if (!right) all_.push_back(about_ + ": " + std::string(what));
    }

private:
    std::vector<std::string>& all_;
    std::string about_;
};

void check_path(std::string_view path, complaints& wrong)
{
    wrong.unless(path.starts_with('/'), "the path begins with /");
    wrong.unless(path.find_first_of("? #%") == std::string_view::npos, "the path holds no query and nothing encoded");
    const auto names = placeholders(path);
    wrong.unless(static_cast<std::size_t>(std::ranges::count(path, '{')) == names.size() &&
                     static_cast<std::size_t>(std::ranges::count(path, '}')) == names.size(),
                 "the braces of the path fit");
    wrong.unless(std::set<std::string_view>(names.begin(), names.end()).size() == names.size(),
                 "no placeholder stands twice in the path");
}

void check_operation(const operation_table& all, const rest_operation& o, std::vector<std::string>& out)
{
    complaints wrong(out, std::string(o.resource) + " " + std::string(o.verb));
    static constexpr std::array<std::string_view, 5> methods{"GET", "POST", "PUT", "PATCH", "DELETE"};
    wrong.unless(find_resource(all, o.resource) != nullptr, "the resource has a row");
    wrong.unless(is_word(o.verb), "the verb is one word");
    wrong.unless(!o.title.empty() && is_sentence(o.title), "it has a title without a full stop");
    wrong.unless(is_sentence(o.hint), "the hint ends without a full stop");
    wrong.unless(std::ranges::find(methods, o.method) != methods.end(), "the method is known");
    check_path(o.path, wrong);
    wrong.unless(!(o.method == "GET" && o.writes), "GET does not write");
    wrong.unless(!(o.method == "GET" && o.body), "GET has no body");
    wrong.unless(o.method == "GET" || o.method == "POST" || o.writes, "PUT, PATCH and DELETE write");
    wrong.unless(o.envelope.empty() || o.body, "only a body has an envelope");
    wrong.unless(o.paged || o.list.empty(), "only a list that may go on names its member");
    wrong.unless(!o.paged || o.method == "GET", "only a GET goes on");
    wrong.unless(!o.section.empty(), "it names its section of the document");
    wrong.unless(std::ranges::count_if(
                     all.operations, [&](const auto& x) { return x.resource == o.resource && x.verb == o.verb; }) == 1,
                 "its name is its own");
    wrong.unless(std::ranges::count_if(all.operations,
                                       [&](const auto& x) { return x.method == o.method && x.path == o.path; }) == 1,
                 "method and path are its own");
    for (auto q : words(o.query))
        // "..." stands for parameters that nobody knows.
        wrong.unless(q != "*" && q.find('*') >= q.size() - 1, "a * stands behind the name of a parameter");
}

void check_resource(const operation_table& all, const rest_resource& r, std::vector<std::string>& out)
{
    complaints wrong(out, std::string(r.name));
    wrong.unless(is_word(r.name) && is_word(r.singular), "its names are words");
    wrong.unless(std::ranges::any_of(all.operations, [&](const auto& o) { return o.resource == r.name; }),
                 "it has an operation");
    wrong.unless(std::ranges::count_if(all.resources, [&](const auto& x) { return x.name == r.name; }) == 1,
                 "its name is its own");
    const auto writable = words(r.writable);
    for (const auto list : {r.match, r.writable, r.secret, r.managed})
        for (const auto place : words(list)) wrong.unless(is_place(place), "a place begins with /");
    for (const auto place : words(r.secret))
        wrong.unless(std::ranges::find(writable, place) == writable.end(), "what is secret is not written");
    wrong.unless(r.match.empty() || std::ranges::find(writable, r.match) != writable.end() || writable.empty(),
                 "what it is matched by is written");
    for (const auto reference : words(r.references)) {
        const auto equals = reference.find('=');
        wrong.unless(equals != std::string_view::npos && is_place(reference.substr(0, equals)),
                     "a reference is place=resource");
        if (equals != std::string_view::npos)
            wrong.unless(find_resource(all, reference.substr(equals + 1)) != nullptr,
                         "a reference names a resource of the table");
    }
    if (!r.is_configuration()) return;
    for (const auto verb : {"create", "patch"})
        wrong.unless(find_operation(all, r.name, verb) != nullptr, "a configuration object can be created and patched");
}

} // namespace

std::vector<std::string_view> words(std::string_view text)
{
    std::vector<std::string_view> out;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        if (end > 0) out.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::vector<std::string_view> placeholders(std::string_view path)
{
    std::vector<std::string_view> out;
    for (auto open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1)) {
        const auto close = path.find('}', open);
        if (close == std::string_view::npos) break;
        out.push_back(path.substr(open + 1, close - open - 1));
    }
    return out;
}

const rest_resource* find_resource(const operation_table& all, std::string_view name)
{
    const auto found = std::ranges::find(all.resources, name, &rest_resource::name);
    return found == all.resources.end() ? nullptr : &*found;
}

const rest_operation* find_operation(const operation_table& all, std::string_view resource, std::string_view verb)
{
    const auto found =
        std::ranges::find_if(all.operations, [&](const auto& o) { return o.resource == resource && o.verb == verb; });
    return found == all.operations.end() ? nullptr : &*found;
}

std::vector<std::string> mistakes(const operation_table& all)
{
    std::vector<std::string> out;
    for (const auto& r : all.resources) check_resource(all, r, out);
    for (const auto& o : all.operations) check_operation(all, o, out);
    return out;
}

} // namespace idferry::connectors
