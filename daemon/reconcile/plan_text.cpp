#include "daemon/reconcile/plan_text.hpp"

#include "daemon/reconcile/situation.hpp"
#include "mapping/core_schema.hpp"
#include "mapping/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace idferry::daemon::reconcile {

namespace {

constexpr std::size_t value_width = 60; // code points shown of one value
constexpr std::size_t members_shown = 8;

std::size_t code_points(std::string_view s)
{
    return static_cast<std::size_t>(
        std::count_if(s.begin(), s.end(), [](char ch) { return (static_cast<unsigned char>(ch) & 0xC0) != 0x80; }));
}

std::string cut(const std::string& s, std::size_t width)
{
    if (code_points(s) <= width) return s;
    std::size_t bytes = 0, points = 0;
    while (bytes < s.size() && points < width - 1) {
        ++bytes;
        while (bytes < s.size() && (static_cast<unsigned char>(s[bytes]) & 0xC0) == 0x80) ++bytes;
        ++points;
    }
    return s.substr(0, bytes) + "…";
}

std::string padded(const std::string& s, std::size_t width)
{
    const auto n = code_points(s);
    return n >= width ? s : s + std::string(width - n, ' ');
}

std::string one_value(const mapping::json& v)
{
    if (v.is_string()) return printable(v.get<std::string>());
    std::string type, key;
    if (mapping::is_link_reference(v, type, key)) return type + " " + printable(key);
    if (v.is_object() && v.contains("value")) {
        auto text = one_value(v["value"]);
        if (v.contains("type") && v["type"].is_string()) text += " (" + printable(v["type"].get<std::string>()) + ")";
        return text;
    }
    if (v.is_array()) {
        std::string text;
        for (const auto& e : v) text += (text.empty() ? "" : ", ") + one_value(e);
        return v.empty() ? "(none)" : text;
    }
    return printable(mapping::to_text(v));
}

class plan_writer
{
public:
    explicit plan_writer(const text_options& o) : options_(o) {}

    void line(std::string_view colour, const std::string& text)
    {
        if (options_.colour && !colour.empty())
            out_ += fmt::format("\x1b[{}m{}\x1b[0m\n", colour, text);
        else
            out_ += text + "\n";
    }
    void blank() { out_ += "\n"; }
    std::string faint(const std::string& s) const { return options_.colour ? "\x1b[2m" + s + "\x1b[0m" : s; }
    std::string take() { return std::move(out_); }
    const text_options& options() const { return options_; }

private:
    const text_options& options_;
    std::string out_;
};

constexpr std::string_view green = "32", yellow = "33", red = "31", magenta = "35", bold = "1";

struct look
{
    char mark;
    std::string_view colour;
    std::string words;
};

look look_of(const change& c)
{
    switch (c.what) {
    case state::operation::create: return {'+', green, "new"};
    case state::operation::adopt:
        return {'~', yellow, c.deltas.empty() ? "exists at the target: link" : "exists at the target: link and update"};
    case state::operation::update:
        if (c.returning) return {'~', yellow, "returned: reactivate"};
        return {'~', yellow, c.why == situation::drifted ? "changed at the target: write again" : ""};
    case state::operation::deactivate:
        return {'-', red,
                c.why == situation::unqualified ? "deactivate: left the scope" : "deactivate: left the source"};
    case state::operation::remove:
        switch (c.why) {
        case situation::unqualified: return {'-', red, "delete: left the scope"};
        case situation::grace_over: return {'-', red, "delete: deactivated long enough ago"};
        default: return {'-', red, "delete: left the source"};
        }
    case state::operation::members:
        return {'~', yellow, fmt::format("members: {} added, {} removed", c.add.size(), c.remove.size())};
    case state::operation::bind_credential:
    case state::operation::revoke_credential: break;
    }
    return {'~', yellow, ""};
}

void write_members(plan_writer& w, const std::vector<member_change>& people, char mark)
{
    std::size_t shown = 0;
    for (const auto& m : people) {
        if (shown++ == members_shown && people.size() > members_shown + 1) {
            w.line("", fmt::format("        {} … and {} more", mark, people.size() - members_shown));
            return;
        }
        w.line(mark == '+' ? green : red, fmt::format("        {} {}", mark, printable(m.label)));
    }
}

// Attributes of the enterprise extension by their own names, as a mapping may have them.
std::string short_names(std::string text)
{
    const std::string urn = std::string(mapping::enterprise_user_schema) + ":";
    for (auto at = text.find(urn); at != std::string::npos; at = text.find(urn, at)) text.erase(at, urn.size());
    return text;
}

void write_change(plan_writer& w, const plan& p, const change& c)
{
    const auto l = look_of(c);
    w.line(l.colour,
           fmt::format("    {} {}{}", l.mark, l.words.empty() ? printable(c.label) : padded(printable(c.label), 40),
                       l.words.empty() ? "" : " " + l.words));
    std::size_t width = 16;
    auto deltas = shown_deltas(p, c);
    for (auto& d : deltas) {
        d.path = short_names(std::move(d.path));
        d.rule = short_names(std::move(d.rule));
    }
    for (const auto& d : deltas) width = std::max(width, std::min<std::size_t>(40, code_points(d.path)));
    for (const auto& d : deltas) {
        const auto now = shown_value(d.new_value, d.sensitive);
        const auto value =
            c.what == state::operation::create ? now : shown_value(d.old_value, d.sensitive) + " → " + now;
        const auto rule = d.rule.empty() ? std::string() : "   " + w.faint(d.rule);
        w.line("", fmt::format("        {}  {}{}", padded(d.path, width), d.rule.empty() ? value : padded(value, 46),
                               rule));
    }
    write_members(w, c.add, '+');
    write_members(w, c.remove, '-');
    for (const auto& step : c.steps) w.line("", fmt::format("        and {}", printable(step)));
}

void write_steps(plan_writer& w, const plan& p, const mapping::resource_type& type)
{
    std::size_t shown = 0, left_out = 0;
    for (const auto& s : p.steps) {
        if (s.type != &type) continue;
        if (w.options().most_changes > 0 && shown >= w.options().most_changes) {
            ++left_out;
            continue;
        }
        ++shown;
        w.line(s.writes ? yellow : "",
               fmt::format("    {} {} {}", s.writes ? '~' : '?', padded(printable(s.label), 40), printable(s.text)));
    }
    if (left_out > 0) w.line("", fmt::format("    … and {} more steps", left_out));
}

std::string_view word_of(note::kind k)
{
    switch (k) {
    case note::kind::reject: return "rejected";
    case note::kind::withheld: return "withheld";
    case note::kind::protect: return "protected";
    case note::kind::not_kept: return "not kept";
    case note::kind::drift: return "drift";
    case note::kind::leaving: return "leaving";
    case note::kind::waiting: return "waiting";
    case note::kind::dropped: return "dropped";
    case note::kind::step: return "step";
    case note::kind::warning: return "note";
    }
    return "note";
}

std::string counts_line(const std::string& type, const type_counts& n)
{
    std::vector<std::string> parts;
    const auto add = [&](std::uint64_t count, std::string_view words) {
        if (count > 0) parts.push_back(fmt::format("{} {}", count, words));
    };
    add(n.creates, "to create");
    add(n.adopts, "to link");
    add(n.updates, "to update");
    add(n.deactivates, "to deactivate");
    add(n.removes, "to delete");
    if (n.groups_changed > 0)
        parts.push_back(fmt::format("members of {} group{} (+{} −{})", n.groups_changed,
                                    n.groups_changed == 1 ? "" : "s", n.members_added, n.members_removed));
    const auto what = parts.empty() ? std::string("no difference") : fmt::format("{}", fmt::join(parts, ", "));
    const auto seen =
        type == "user" ? fmt::format("; {} read, {} unchanged", n.read, n.unchanged) : fmt::format("; {} read", n.read);
    return fmt::format("  {}: {}{}", padded(type + "s", 7), what, seen);
}

} // namespace

std::string printable(std::string_view s)
{
    std::string out;
    const auto at = [&](std::size_t i) { return i < s.size() ? static_cast<unsigned char>(s[i]) : 0U; };
    for (std::size_t i = 0; i < s.size(); ++i) {
        const auto u = at(i);
        if (u < 0x20 || u == 0x7f) {
            out += fmt::format("\\x{:02x}", u);
        } else if (u == 0xc2 && at(i + 1) >= 0x80 && at(i + 1) < 0xa0) {
            out += fmt::format("\\x{:02x}", at(++i));
        } else if (u == 0xe2 && ((at(i + 1) == 0x80 && at(i + 2) >= 0xaa && at(i + 2) <= 0xae) ||
                                 (at(i + 1) == 0x81 && at(i + 2) >= 0xa6 && at(i + 2) <= 0xa9))) {
            out += fmt::format("\\u{:04x}", 0x2000U + ((at(i + 1) & 0x3fU) << 6U) + (at(i + 2) & 0x3fU));
            i += 2;
        } else {
            out += s[i];
        }
    }
    return out;
}

std::string shown_value(const std::optional<mapping::json>& value, bool sensitive)
{
    if (!value || value->is_null()) return "(none)";
    if (sensitive) return "••••••";
    return cut(one_value(*value), value_width);
}

std::string shown_duration(std::chrono::milliseconds d)
{
    const auto s = std::chrono::duration_cast<std::chrono::seconds>(d + std::chrono::milliseconds(999)).count();
    if (s < 60) return fmt::format("{} s", s);
    if (s < 3600) return s % 60 == 0 ? fmt::format("{} min", s / 60) : fmt::format("{} min {} s", s / 60, s % 60);
    const auto minutes = s % 3600 / 60;
    return minutes == 0 ? fmt::format("{} h", s / 3600) : fmt::format("{} h {} min", s / 3600, minutes);
}

std::string plan_text(const plan& p, const text_options& options)
{
    plan_writer w(options);
    w.line(bold, fmt::format("{}   {} → {}", p.sync.text(), p.source, p.target));
    std::map<std::string, std::map<char, std::size_t>> shown;
    for (const auto* type : mapping::resource_types()) {
        const auto of_type = [&](const auto& x) { return x.type == type; };
        const bool any = std::any_of(p.changes.begin(), p.changes.end(), of_type) ||
                         std::any_of(p.notes.begin(), p.notes.end(), of_type) ||
                         std::any_of(p.steps.begin(), p.steps.end(), of_type);
        if (!any) continue;
        w.blank();
        w.line(bold, fmt::format("  {}", type->section));
        std::map<char, std::size_t> left_out;
        for (const auto& c : p.changes) {
            if (c.type != type) continue;
            const auto mark = look_of(c).mark;
            auto& n = shown[std::string(type->name)][mark];
            if (options.most_changes > 0 && n >= options.most_changes) {
                ++left_out[mark];
                continue;
            }
            ++n;
            write_change(w, p, c);
        }
        for (const auto& [mark, n] : left_out) w.line("", fmt::format("    {} … and {} more", mark, n));
        write_steps(w, p, *type);
        for (const auto& n : p.notes)
            if (n.type == type)
                w.line(magenta, fmt::format("    ! {} {}: {}", padded(printable(n.label), 40), word_of(n.what),
                                            printable(n.text)));
    }
    for (const auto& n : p.notes)
        if (!n.type) w.line(magenta, fmt::format("  ! {}", printable(n.text)));
    w.blank();
    for (const auto& u : p.unproved)
        w.line(magenta, fmt::format("  ! not proved complete: {} ({})", printable(u.list), printable(u.why)));
    for (const auto& [type, n] : p.counts)
        if (p.rules.contains(type)) w.line("", counts_line(type, n));
    if (p.empty())
        w.line(green, "  Nothing to do: the target is as it should be.");
    else
        w.line("", fmt::format("  {} requests{} · plan {}", p.requests,
                               p.time_needed.count() == 0
                                   ? ""
                                   : ", about " + shown_duration(p.time_needed) + " at the target's rate",
                               p.id.hex()));
    return w.take();
}

std::string violations_text(const std::string& sync, const std::vector<violation>& refused, const text_options& options)
{
    plan_writer w(options);
    w.blank();
    w.line(red, "  REFUSED: nothing was written.");
    std::string command = "idferry sync " + sync;
    for (const auto& v : refused) {
        w.line(red, fmt::format("  guard {}: {}", to_string(v.what), printable(v.text)));
        const auto allow = fmt::format(" --allow {}={}", to_string(v.what), v.refused.hex());
        if (command.find(allow) == std::string::npos) command += allow;
    }
    w.blank();
    w.line("", "  If exactly these removals are right, this allows them and nothing else:");
    w.line("", "    " + command);
    return w.take();
}

} // namespace idferry::daemon::reconcile
