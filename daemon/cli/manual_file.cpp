#include "daemon/cli/manual.hpp"

#include "daemon/cli/roff.hpp"

#include <fmt/format.h>

#include <deque>
#include <set>
#include <vector>

namespace idferry::daemon::cli {

namespace {

using config::description;
using kind = description::kind;

// Writes sections in the order in which they are met: each shape that has keys under a heading of its own, once.
class reference
{
public:
    std::string of(const description& root)
    {
        queue_.push_back({"The file", &root});
        while (!queue_.empty()) {
            const auto next = queue_.front();
            queue_.pop_front();
            section(next.heading, *next.what);
        }
        return std::move(out_);
    }

private:
    struct heading_of
    {
        std::string heading;
        const description* what;
    };

    // What a value is, in words; shapes with keys are put into the queue, and named.
    std::string words(const description& d, const std::string& path)
    {
        switch (d.what) {
        case kind::any: return d.name.empty() ? "anything" : d.name;
        case kind::text: return d.name.empty() ? "text" : d.name;
        case kind::boolean: return "true or false";
        case kind::integer:
        case kind::number:
            return d.minimum == d.maximum ? "a number" : fmt::format("a number from {} to {}", d.minimum, d.maximum);
        case kind::choice: return fmt::format("one of {}", fmt::join(d.choices, ", "));
        case kind::list: return "a list; each item: " + (d.element ? words(*d.element, path) : "anything");
        case kind::map:
            return "a map of names; each value: " + (d.element ? words(*d.element, path + ".NAME") : "anything");
        case kind::section: {
            const auto heading = d.name.empty() ? path : d.name;
            if (met_.insert(heading).second) queue_.push_back({heading, &d});
            return "see `" + heading + "` below";
        }
        case kind::one_of: {
            std::string all;
            int n = 0;
            for (const auto& a : d.alternatives) {
                const auto inner = a->what == kind::section && a->name.empty() && d.alternatives.size() > 1
                                       ? fmt::format("{} ({})", path, ++n)
                                       : path;
                all += (all.empty() ? "" : "; or ") + words(*a, inner);
            }
            return all;
        }
        }
        return "anything";
    }

    void section(const std::string& heading, const description& d)
    {
        out_ += fmt::format(".SS {}\n", roff(heading));
        if (!d.doc.empty()) out_ += roff(d.doc) + ".\n";
        if (d.what != kind::section) {
            out_ += roff(words(d, heading)) + ".\n";
            return;
        }
        const auto prefix = heading == "The file" ? std::string() : heading + ".";
        for (const auto& k : d.keys) {
            out_ += fmt::format(".TP\n.B {}{}\n", roff(k.name), k.required ? " (required)" : "");
            auto text = k.doc;
            if (!text.empty()) text += ". ";
            if (k.value) text += "Value: " + words(*k.value, prefix + k.name) + ".";
            if (!k.standard.empty()) text += " Without it: " + k.standard + ".";
            out_ += roff(text.empty() ? std::string("Anything.") : text) + "\n";
        }
        for (const auto& r : d.rules) {
            using rule = description::key_rule::kind;
            const char* how = r.what == rule::exactly_one   ? "Exactly one of"
                              : r.what == rule::at_most_one ? "At most one of"
                                                            : "At least one of";
            out_ += fmt::format(".PP\n{} {}.\n", how, roff(fmt::format("{}", fmt::join(r.keys, ", "))));
        }
    }

    std::deque<heading_of> queue_;
    std::set<std::string> met_;
    std::string out_;
};

} // namespace

manual_page file_page(const description& file)
{
    std::string text = fmt::format(".TH IDFERRY.YAML 5 \"\" \"idferry {}\" \"idferry\"\n.ad l\n.nh\n", IDFERRY_VERSION);
    text += ".SH NAME\nidferry.yaml \\- configuration of idferry\n"
            ".SH SYNOPSIS\n.I /etc/idferry/idferry.yaml\n"
            ".SH DESCRIPTION\n";
    text +=
        roff("Connections say where people and groups are read and written; syncs say which of them go where, and how "
             "attributes are mapped. Unknown keys are errors. A secret is always a reference. `idferry init` writes a "
             "first file, `idferry check` finds every mistake with its place.") +
        "\n.SH KEYS\n";
    text += reference().of(file);
    text += ".SH SEE ALSO\n.BR idferry (1),\n.BR idferry\\-init (1),\n.BR idferry\\-check (1)\n";
    return {"idferry.yaml.5", text};
}

} // namespace idferry::daemon::cli
