#include "mapping/template.hpp"

namespace idferry::mapping {

namespace {

// The offset of the placeholder's closing brace; quoted text of a filter may hold braces.
std::size_t closing_brace(std::string_view text, std::size_t from)
{
    bool quoted = false;
    for (auto i = from; i < text.size(); ++i) {
        if (quoted && text[i] == '\\')
            ++i;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (!quoted && text[i] == '}')
            return i;
    }
    return std::string_view::npos;
}

} // namespace

std::optional<value_template> parse_template(const config::node& at, const source_names& names, group_reading& groups,
                                             config::diagnostics& out)
{
    if (!at.is_scalar()) {
        out.add(at, "expected a template, such as \"{name.givenName} {name.familyName}\"");
        return std::nullopt;
    }
    const auto before = out.size();
    const std::string_view text = at.scalar();
    value_template made;
    made.text_ = text;
    value_template::part current;
    bool any = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool doubled = i + 1 < text.size() && text[i + 1] == text[i];
        if ((text[i] == '{' || text[i] == '}') && doubled) {
            current.literal += text[i++];
        } else if (text[i] == '}') {
            out.add(at, i, "a '}' without '{'; a brace itself is written '}}'");
        } else if (text[i] == '{') {
            const auto end = closing_brace(text, i + 1);
            if (end == std::string_view::npos) {
                out.add(at, i, "a '{' without '}'; a brace itself is written '{{'");
                break;
            }
            auto name = text.substr(i + 1, end - i - 1);
            if (name.ends_with('?')) {
                current.optional = true;
                name.remove_suffix(1);
            }
            any = true;
            auto resolved = names.resolve(name);
            if (const auto* error = std::get_if<parse_error>(&resolved)) {
                out.add(at, i + 1 + error->position, name.empty() ? "an empty placeholder" : error->message);
            } else {
                auto& path = std::get<source_path>(resolved);
                if (path.many() && !path.path().value_filter)
                    out.add(at, i + 1,
                            "'" + path.text() +
                                "' may have several values: use an alias (email, phone) or a value filter");
                made.reads_groups_ = note_group_path(path.path(), at, false, groups) || made.reads_groups_;
                current.value = std::move(path);
                made.parts_.push_back(std::move(current));
            }
            current = {};
            i = end;
        } else
            current.literal += text[i];
    }
    if (!any && out.size() == before) out.add(at, "a template without a placeholder; write 'constant' instead");
    if (out.size() != before) return std::nullopt;
    made.parts_.push_back(std::move(current));
    return made;
}

value_template::result value_template::fill(const json& source) const
{
    using reading = source_values::reading;
    result out;
    bool null = false;
    bool absent = false;
    bool any = false;
    for (const auto& p : parts_) {
        out.text += p.literal;
        if (!p.value) continue;
        const auto read = p.value->read(source);
        if (read.values.size() > 1) {
            out.rejected =
                "the template's '" + p.value->text() + "' has " + std::to_string(read.values.size()) + " values";
            return out;
        }
        if (read.state != reading::value) {
            null = null || (read.state == reading::null && !p.optional);
            absent = absent || (read.state == reading::absent && !p.optional);
            continue;
        }
        const auto& v = *read.values.front();
        if (v.is_object() || v.is_array()) {
            out.rejected =
                "the template's '" + p.value->text() + "' is a complex value; name one of its sub-attributes";
            return out;
        }
        any = true;
        out.text += v.is_string() ? v.get_ref<const std::string&>() : to_text(v);
    }
    // What the source has cleared cannot be part of a text any more; what it does not tell leaves the text unknown.
    if (null)
        out.state = reading::null;
    else if (absent || !any)
        out.state = reading::absent;
    else
        out.state = reading::value;
    if (out.state != reading::value) out.text.clear();
    return out;
}

json value_template::inputs(const json& source) const
{
    auto out = json::object();
    for (const auto& p : parts_) {
        if (!p.value) continue;
        const auto read = p.value->read(source);
        auto& at = out[p.value->text()];
        if (read.values.size() == 1) at = *read.values.front();
        if (read.values.size() < 2) continue;
        at = json::array();
        for (const auto* v : read.values) at.push_back(*v);
    }
    return out;
}

void value_template::collect_paths(std::vector<source_path>& out) const
{
    for (const auto& p : parts_)
        if (p.value) out.push_back(*p.value);
}

} // namespace idferry::mapping
