#include "tests/checks/compiled_together.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <set>

namespace idferry::tests::checks {
namespace {

using tokens = std::vector<token>;

bool is_name(std::string_view text)
{
    return !text.empty() && (text.front() == '_' || (text.front() >= 'a' && text.front() <= 'z') ||
                             (text.front() >= 'A' && text.front() <= 'Z'));
}

// Goes through the declarations of a file that stand in namespaces, and not in functions or classes.
class declarations
{
public:
    explicit declarations(tokens all) : all_(std::move(all)) {}

    std::map<std::string, std::string> names;

    void walk()
    {
        while (at_ < all_.size()) {
            if (text() == "}") {
                if (!unnamed_.empty()) unnamed_.pop_back();
                ++at_;
            } else if (text() == ";")
                ++at_;
            else if (text() == "namespace")
                open();
            else if (text() == "using")
                short_name(at_ + 1 < all_.size() && all_[at_ + 1].text == "namespace" ? "using namespace" : "");
            else
                declaration();
        }
    }

private:
    const std::string& text() const { return all_[at_].text; }
    bool ends() const { return at_ >= all_.size(); }
    bool for_itself() const { return std::ranges::find(unnamed_, true) != unnamed_.end(); }

    void open()
    {
        const auto begin = at_;
        while (!ends() && text() != "{" && text() != "=" && text() != ";") ++at_;
        if (!ends() && text() == "=") {
            at_ = begin;
            short_name(all_[begin + 1].text);
            return;
        }
        unnamed_.push_back(at_ == begin + 1);
        ++at_;
    }

    // `using a::b;`, `using b = …;`, `namespace b = …;`
    void short_name(std::string name)
    {
        std::string whole;
        for (; !ends() && text() != ";"; ++at_) {
            if (name.empty() && text() == "=") name = all_[at_ - 1].text;
            whole += text() + " ";
        }
        if (name.empty() && at_ > 0) name = all_[at_ - 1].text;
        names.emplace(std::move(name), std::move(whole));
    }

    // Behind the bracket that closes the one here.
    void skip(std::string_view open, std::string_view close)
    {
        for (int depth = 0; !ends(); ++at_) {
            if (text() == open) ++depth;
            if (text() == close && --depth == 0) break;
        }
        ++at_;
    }

    void skip_template()
    {
        for (int depth = 0; !ends(); ++at_) {
            if (text() == "<") ++depth;
            if (text() == ">" && --depth == 0) break;
            if (text() == "{" || text() == ";") return; // less than, and no list
        }
        ++at_;
    }

    void declaration()
    {
        std::string name;
        bool known = false, is_static = false;
        const auto begin = at_;
        while (!ends() && text() != ";" && text() != "{" && text() != "}") {
            is_static = is_static || text() == "static";
            if (text() == "(" || text() == "=" || text() == ":" || text() == "[") known = !name.empty();
            if (text() == "operator") {
                name = "operator";
                known = true;
            }
            if (!known && is_name(text())) name = text();
            if (text() == "(")
                skip("(", ")");
            else if (text() == "[")
                skip("[", "]");
            else if (text() == "<" && !known)
                skip_template();
            else
                ++at_;
        }
        const bool alone = (for_itself() || is_static) && !name.empty();
        if (alone) names.emplace(name, "");
        if (ends() || text() != "{") return;
        const bool bare_enum = all_[begin].text == "enum" && all_[begin + 1].text != "class";
        for (auto i = at_; alone && bare_enum && i < all_.size() && all_[i].text != "}"; ++i)
            if (is_name(all_[i].text)) names.emplace(all_[i].text, "");
        skip("{", "}");
    }

    tokens all_;
    std::size_t at_{0};
    std::vector<bool> unnamed_;
};

struct neighbour
{
    std::string path;
    std::map<std::string, std::string> own;
    std::map<std::string, std::size_t> used; // name → line
};

// Names that are looked up where they stand: not members, and not what follows "::".
std::map<std::string, std::size_t> used_names(const tokens& all)
{
    std::map<std::string, std::size_t> out;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto before = i > 0 ? std::string_view(all[i - 1].text) : std::string_view();
        if (is_name(all[i].text) && before != "." && before != "->" && before != "::")
            out.emplace(all[i].text, all[i].line);
    }
    return out;
}

void compare(const neighbour& a, const neighbour& b, std::vector<finding>& findings)
{
    for (const auto& [name, how] : a.own) {
        const auto same = b.own.find(name);
        if (!how.empty() && same != b.own.end() && same->second == how) continue;
        const auto used = b.used.find(name);
        if (name == "using namespace" || name == "operator")
            findings.push_back({a.path, 0, "has '" + name + "' for itself alone: it shares no line"});
        else if (used != b.used.end())
            findings.push_back({b.path, used->second,
                                "'" + name + "' is also a name that " + a.path +
                                    " has for itself alone: take one of the two out of their line of "
                                    "compiled_together.txt, or into another one"});
    }
}

} // namespace

std::map<std::string, std::string> private_names(std::string_view text)
{
    declarations all(tokenise(text));
    all.walk();
    static const re2::RE2 define{R"(^\s*#\s*define\s+(\w+))"};
    std::string name;
    for (const auto line : lines_of(text))
        if (re2::RE2::PartialMatch(re2::StringPiece{line.data(), line.size()}, define, &name))
            all.names.emplace(name, "");
    return std::move(all.names);
}

std::vector<finding> check_compiled_together(std::string_view list,
                                             const std::function<std::optional<std::string>(const std::string&)>& read)
{
    std::vector<finding> findings;
    std::set<std::string> seen;
    std::size_t number = 0;
    for (const auto line : lines_of(list)) {
        ++number;
        if (line.empty() || line.front() == '#') continue;
        std::vector<neighbour> together;
        for (std::size_t at = 0; at < line.size();) {
            const auto end = std::min(line.find(' ', at), line.size());
            std::string path(line.substr(at, end - at));
            at = end + 1;
            const auto text = read(path);
            if (!text)
                findings.push_back({"compiled_together.txt", number, path + " is not there"});
            else if (!seen.insert(path).second)
                findings.push_back({"compiled_together.txt", number, path + " stands here twice"});
            else
                together.push_back({path, private_names(*text), used_names(tokenise(*text))});
        }
        for (const auto& a : together)
            for (const auto& b : together)
                if (&a != &b) compare(a, b, findings);
    }
    return findings;
}

} // namespace idferry::tests::checks
