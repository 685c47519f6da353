#include "daemon/cli/explain_text.hpp"

#include "mapping/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace idferry::daemon::cli {

namespace {

using mapping::json;
using reconcile::printable;

constexpr std::size_t section_width = 10, name_width = 24, value_width = 36;

std::size_t code_points(std::string_view s)
{
    return static_cast<std::size_t>(
        std::count_if(s.begin(), s.end(), [](char ch) { return (static_cast<unsigned char>(ch) & 0xC0) != 0x80; }));
}

std::string padded(std::string s, std::size_t width)
{
    const auto n = code_points(s);
    return n >= width ? s : s + std::string(width - n, ' ');
}

std::string text_of(const json& j, const char* name)
{
    const auto it = j.find(name);
    return it != j.end() && it->is_string() ? printable(it->get_ref<const std::string&>()) : std::string();
}

std::string value(const json& v)
{
    if (v.is_null()) return "(nothing)";
    return reconcile::shown_value(v, false);
}

// "work (home)" of elements is for plans; here an object is its members.
std::string members_of(const json& v)
{
    if (!v.is_object() || v.contains("value")) return value(v);
    std::string out;
    for (const auto& [name, inner] : v.items()) out += (out.empty() ? "" : ", ") + printable(name) + " " + value(inner);
    return out;
}

class writer
{
public:
    explicit writer(bool colour) : colour_(colour) {}

    void section(std::string_view name) { name_ = name; }
    // One line of the section; the first one has its name.
    void line(const std::string& text)
    {
        auto whole = "  " + padded(name_, section_width) + text;
        whole.erase(whole.find_last_not_of(' ') + 1);
        out_ += whole + "\n";
        name_.clear();
    }
    void plain(const std::string& text) { out_ += text + "\n"; }
    std::string faint(const std::string& s) const { return colour_ && !s.empty() ? "\x1b[2m" + s + "\x1b[0m" : s; }
    std::string strong(const std::string& s) const { return colour_ ? "\x1b[1m" + s + "\x1b[0m" : s; }
    std::string mark(bool good, const std::string& s) const
    {
        return colour_ ? fmt::format("\x1b[{}m{}\x1b[0m", good ? 32 : 31, s) : s;
    }
    std::string take() { return std::move(out_); }

private:
    bool colour_;
    std::string name_, out_;
};

void clause(writer& w, const json& c, std::size_t depth)
{
    const bool holds = c["holds"].get<bool>();
    const auto indent = std::string(depth * 2, ' ');
    const auto joint = text_of(c, "operator");
    const auto words = joint == "and" ? "all of" : joint == "or" ? "one of" : joint == "not" ? "not" : "";
    auto text = indent + w.mark(holds, holds ? "yes" : "no ") + "  ";
    if (joint.empty())
        w.line(text + padded(text_of(c, "clause"), name_width + value_width - indent.size()) + "  " +
               value(c["found"]));
    else
        w.line(text + words);
    if (c.contains("clauses"))
        for (const auto& part : c["clauses"]) clause(w, part, depth + 1);
}

void source(writer& w, const json& answer)
{
    const auto& s = answer["source"];
    w.section("source");
    std::string groups;
    for (const auto& g : s["groups"]) groups += (groups.empty() ? "; groups: " : ", ") + text_of(g, "name");
    w.line(fmt::format("{}: {}{}", text_of(s, "connection"),
                       s["listed"] == true  ? "listed"
                       : s["found"] == true ? "there, but in none of the lists that are read"
                                            : "not there",
                       groups));
    if (s["complete"] != true) w.line("not read completely: " + text_of(s, "why"));
    if (!text_of(s, "problem").empty()) w.line(text_of(s, "problem"));
    if (s["resource"].is_object())
        for (const auto& [name, v] : s["resource"].items())
            if (name != "groups" && name != "schemas") {
                const auto short_name = name.starts_with("urn:") ? name.substr(name.find_last_of(':') + 1) : name;
                w.line(padded(printable(short_name), name_width) + members_of(v));
            }
}

void scope(writer& w, const json& s)
{
    w.section("scope");
    if (s["in_scope"].is_null()) {
        w.line("not asked: there is no record");
        return;
    }
    const bool in = s["in_scope"].get<bool>();
    const auto joint = text_of(s, "operator");
    w.line((in ? "in scope" : "out of scope") + std::string(s["clauses"].empty() ? ": there is none, everyone is meant"
                                                            : joint == "or"      ? ": one of these must hold"
                                                            : joint == "and"     ? ": all of these must hold"
                                                                                 : ""));
    for (const auto& c : s["clauses"]) clause(w, c, 0);
}

void match(writer& w, const json& answer)
{
    const auto& m = answer["match"];
    const auto& link = answer["state"]["link"];
    w.section("match");
    if (link.is_object())
        w.line(fmt::format("linked to {}, {} on {}", text_of(link, "target_id"),
                           text_of(link, "owner") == "adopted" ? "taken over" : "created by us",
                           text_of(link, "first_seen").substr(0, 10)));
    else if (m["asked"] != true)
        w.line("the target was not asked");
    else if (m["candidates"].empty())
        w.line("nothing at the target matches");
    else
        w.line(fmt::format("{} at the target {}", m["candidates"].size(),
                           m["candidates"].size() == 1 ? "matches" : "match: nobody can tell which is meant"));
    for (const auto& a : m["attributes"]) w.line(padded(text_of(a, "attribute"), name_width) + value(a["value"]));
    for (const auto& c : m["candidates"]) {
        std::string by;
        for (const auto& one : c["by"]) by += (by.empty() ? " by " : ", ") + printable(one.get<std::string>());
        auto text = fmt::format("? {} ({}){}", text_of(c, "label"), text_of(c, "id"), by);
        if (c["linked_to"].is_object()) text += ", linked to " + text_of(c["linked_to"], "label");
        if (!text_of(c, "protected").empty()) text += ", protected: " + text_of(c, "protected");
        w.line(text);
    }
}

void rules(writer& w, const json& all)
{
    w.section("rules");
    if (all.empty()) w.line("not tried: there is no record");
    for (const auto& r : all) {
        const auto result = text_of(r, "result");
        const auto gives = result == "value"      ? value(r["output"])
                           : result == "cleared"  ? "(cleared)"
                           : result == "rejected" ? "(rejected)"
                                                  : "(left alone)";
        auto text = padded(text_of(r, "attribute"), name_width) + padded(gives, value_width);
        if (!r["input"].is_null() && r["input"] != r["output"]) text += "  ← " + members_of(r["input"]);
        w.line(text + "  " + w.faint(text_of(r, "rule")));
        if (r["when"].is_object() && r["when"]["holds"] == false)
            w.line(std::string(name_width, ' ') + "  its condition does not hold: " + text_of(r["when"], "clause"));
        if (!text_of(r, "notice").empty()) w.line(std::string(name_width, ' ') + "  ! " + text_of(r, "notice"));
    }
}

void state(writer& w, const json& s)
{
    w.section("state");
    const auto& link = s["link"];
    const auto input = text_of(s, "input");
    w.line(std::string(link.is_object()          ? "linked"
                       : input == "out_of_scope" ? "known, out of scope"
                       : s["known"] == true      ? "known, not linked"
                                                 : "knows nothing of it") +
           (s["unchanged"] == true ? "; its record is unchanged since the last cycle"
            : input == "waiting"   ? "; looked at again in every cycle"
                                   : ""));
    if (link.is_object() && link["leave"]["step"] == "deactivated")
        w.line("deactivated when it left" + (link["leave"]["due"].is_string()
                                                 ? "; deleted after " + text_of(link["leave"], "due")
                                                 : std::string("; nothing follows")));
    if (s["reject"].is_object())
        w.line(fmt::format("! rejected {} times, tried again after {}: {}", s["reject"]["attempts"].get<int>(),
                           text_of(s["reject"], "next_try"), text_of(s["reject"], "error")));
    for (const auto& i : s["open"])
        w.line(fmt::format("! {} begun {} and not finished: looked up first in the next cycle", text_of(i, "operation"),
                           text_of(i, "begun")));
    for (const auto& n : s["not_kept"])
        w.line(fmt::format("! {} is not kept by the target: {} was sent, {} is kept", text_of(n, "attribute"),
                           text_of(n, "sent"), text_of(n, "kept")));
    if (s.contains("steps"))
        for (const auto& step : s["steps"])
            w.line(fmt::format("{} {} since {}{}", text_of(step, "step"), text_of(step, "status"),
                               text_of(step, "since"),
                               text_of(step, "note").empty() ? "" : ": " + text_of(step, "note")));
    if (s["quarantine"].is_object())
        w.line(fmt::format("! the sync is in quarantine since {}: {}", text_of(s["quarantine"], "since"),
                           text_of(s["quarantine"], "reason")));
    for (const auto& a : s["audit"])
        w.line(
            fmt::format("{}  {} {}", text_of(a, "when"), padded(text_of(a, "operation"), 10), text_of(a, "outcome")));
}

void target(writer& w, const json& t)
{
    w.section("target");
    if (!text_of(t, "problem").empty())
        w.line(fmt::format("{}: could not be asked: {}", text_of(t, "connection"), text_of(t, "problem")));
    else if (t["asked"] != true)
        w.line(text_of(t, "connection") + ": not asked");
    else if (t["found"] != true)
        w.line(text_of(t, "connection") + ": not there");
    else
        w.line(
            fmt::format("{}: there{}", text_of(t, "connection"),
                        t.contains("differs") && !t["differs"].empty() ? "; others changed it since we wrote it" : ""));
    if (!text_of(t, "protected").empty()) w.line("protected: " + text_of(t, "protected"));
    if (t.contains("differs"))
        for (const auto& d : t["differs"])
            w.line(fmt::format("! {} is {}, {} was written", text_of(d, "attribute"), value(d["there"]),
                               value(d["written"])));
    if (t["resource"].is_object())
        for (const auto& [name, v] : t["resource"].items())
            if (name != "schemas" && name != "meta")
                w.line(padded(printable(name.starts_with("urn:") ? name.substr(name.find_last_of(':') + 1) : name),
                              name_width) +
                       members_of(v));
}

void sharing(writer& w, const json& s)
{
    if (!s.is_object() || s["others"].empty()) return;
    w.section("shared");
    for (const auto& o : s["others"]) {
        const auto comes = text_of(o, "comes");
        w.line(fmt::format("with sync {}, {} ({}), {}{}", text_of(o, "sync"), text_of(o, "label"), text_of(o, "key"),
                           comes == "before"          ? "which comes first"
                           : comes == "after"         ? "which comes after this one"
                           : comes == "partly before" ? "each first for some attributes"
                                                      : "and nothing says who comes first",
                           o["has_it"] == true ? "" : "; has left there"));
    }
    for (const auto& a : s["attributes"])
        w.line(padded(text_of(a, "attribute"), name_width) + "written by " + text_of(a, "sync"));
}

void decision(writer& w, const json& answer)
{
    const auto& d = answer["decision"];
    w.section("decision");
    w.line(w.strong(text_of(d, "action")) + ": " + text_of(d, "why"));
    if (!text_of(d, "unproved").empty()) w.line(text_of(d, "unproved"));
    for (const auto& c : d["changes"]) {
        const auto after = value(c["new"]);
        w.line(padded(text_of(c, "attribute"), name_width) +
               (text_of(d, "action") == "create" ? after : value(c["old"]) + " → " + after));
    }
    if (d.contains("steps"))
        for (const auto& step : d["steps"]) w.line("and " + printable(step.get<std::string>()));
    for (const auto& m : d["memberships"])
        w.line((text_of(m, "change") == "add" ? "+ group " : "- group ") + text_of(m, "group"));
    if (d.contains("members") && (d["members"]["add"] != 0 || d["members"]["remove"] != 0))
        w.line(fmt::format("members: {} added, {} removed", d["members"]["add"].get<std::uint64_t>(),
                           d["members"]["remove"].get<std::uint64_t>()));
    if (d.contains("notes"))
        for (const auto& n : d["notes"])
            if (text_of(n, "text") != text_of(d, "why")) w.line("! " + text_of(n, "text"));
    w.section("guard");
    const auto verdict = text_of(answer["guard"], "verdict");
    w.line(verdict == "unknown"  ? "unknown: there is no plan"
           : verdict == "allows" ? "allows the plan"
                                 : "refuses the whole plan of this sync");
    for (const auto& g : answer["guard"]["guards"])
        w.line(fmt::format("! {}: {} (--allow {})", text_of(g, "guard"), text_of(g, "text"), text_of(g, "allow")));
}

void looked(writer& w, const json& answer)
{
    const auto& l = answer["looked"];
    w.section("source");
    w.line(
        fmt::format("{} people read, {}", l["source"]["people_read"].get<std::uint64_t>(),
                    l["source"]["complete"] == true ? "completely" : "not completely: " + text_of(l["source"], "why")));
    w.section("state");
    w.line(fmt::format("{} links", l["state"]["links"].get<std::uint64_t>()));
    w.section("target");
    w.line(text_of(l, "target"));
}

} // namespace

std::string explain_text(const json& answer, const reconcile::text_options& options)
{
    writer w(options.colour);
    const auto found = text_of(answer, "found");
    const auto head = text_of(answer, "sync") + ": ";
    if (found == "one") {
        w.plain(w.strong(fmt::format("{}{} ({} {})", head, text_of(answer["resource"], "label"),
                                     text_of(answer, "type"), text_of(answer["resource"], "key"))));
        w.plain("");
        source(w, answer);
        scope(w, answer["scope"]);
        match(w, answer);
        rules(w, answer["rules"]);
        state(w, answer["state"]);
        target(w, answer["target"]);
        sharing(w, answer["sharing"]);
        decision(w, answer);
    } else if (found == "several") {
        w.plain(fmt::format("{}'{}' fits several:\n", head, text_of(answer, "key")));
        for (const auto& c : answer["candidates"])
            w.plain(fmt::format("  {}  {} (in {})", padded(text_of(c, "key"), 40), text_of(c, "label"),
                                text_of(c, "where")));
    } else if (found != "error") {
        w.plain(fmt::format("{}'{}' is nobody whom source or state know.\n", head, text_of(answer, "key")));
        looked(w, answer);
        if (found == "target_only") target(w, answer["target"]);
    }
    if (!text_of(answer, "error").empty()) {
        w.plain("");
        w.plain(w.mark(false, text_of(answer, "error")));
    }
    w.plain("");
    w.plain(text_of(answer, "advice"));
    return w.take();
}

} // namespace idferry::daemon::cli
