#include "mapping/rule.hpp"

#include "mapping/normalise.hpp"

#include <algorithm>

namespace idferry::mapping {

namespace {

using reading = source_values::reading;

struct working_value
{
    reading state{reading::absent};
    json::array_t values;
    bool many{false};
    // When there is no value: it was looked for in the memberships, so that their absence is knowledge.
    bool by_groups{false};
};

bool primary_flag(const json& e)
{
    const auto* p = member_named(e, "primary");
    return p && ((p->is_boolean() && p->get<bool>()) ||
                 (p->is_string() && same_name(p->get_ref<const std::string&>(), "true")));
}

const json* inner_of(const json& v)
{
    return v.is_object() ? member_named(v, "value") : &v;
}

std::string scalar_text(const json& v)
{
    return v.is_string() ? v.get<std::string>() : to_text(v);
}

// Evaluates one rule; each step is one line of its description in mapper.hpp.
class evaluation
{
public:
    // `read_values` gets what was read before anything changed it; nullptr when nobody asks.
    evaluation(const rule& r, const json& source, mapped_resource& out, json* read_values)
        : rule_(r), source_(source), out_(out), read_values_(read_values)
    {
    }

    // False when the resource was rejected.
    bool run(working_value& v)
    {
        if (rule_.when && !rule_.when->matches(source_)) {
            v.by_groups = rule_.when->reads_groups();
        } else {
            v.by_groups = rule_.value_from_groups;
            if (!read(v)) return false;
            if (v.state == reading::value && !(change(v) && look_up(v) && collapse(v))) return false;
        }
        if (v.state == reading::value && v.values.empty()) v.state = reading::absent;
        return true;
    }

    bool reject(const std::string& why)
    {
        auto text = rule_.path + ": " + why;
        out_.rejected = out_.rejected ? *out_.rejected + "; " + text : std::move(text);
        return false;
    }

private:
    bool read(working_value& v)
    {
        if (rule_.constant) {
            v.state = rule_.constant->is_null() ? reading::null : reading::value;
            v.many = rule_.constant->is_array();
            if (v.many)
                v.values = rule_.constant->get<json::array_t>();
            else if (v.state == reading::value)
                v.values.push_back(*rule_.constant);
            return true;
        }
        if (rule_.filled) {
            if (read_values_) *read_values_ = rule_.filled->inputs(source_);
            auto filled = rule_.filled->fill(source_);
            if (filled.rejected) return reject(*filled.rejected);
            v.state = filled.state;
            if (v.state == reading::value) v.values.emplace_back(std::move(filled.text));
            return true;
        }
        if (rule_.computed) {
            if (read_values_) *read_values_ = computed_from();
            auto made = rule_.computed->run(source_);
            if (made.rejected) return reject(*made.rejected);
            v.state = made.state;
            v.many = made.many;
            v.values = std::move(made.values);
            return true;
        }
        for (const auto& path : rule_.from) {
            const auto found = path.read(source_, rule_.collapse == collapse_kind::primary);
            if (found.state == reading::absent) continue;
            v.state = found.state;
            if (found.state == reading::null) continue; // a later path may have a value
            v.many = found.many;
            for (const auto* one : found.values) v.values.push_back(*one);
            break;
        }
        // Memberships are a set: in whatever order a source lists them, the outcome is the same.
        if (rule_.value_from_groups && v.values.size() > 1)
            std::ranges::sort(v.values, {}, [](const json& one) { return to_text(one); });
        if (read_values_ && v.state == reading::value)
            *read_values_ = v.values.size() == 1 && !v.many ? v.values.front() : json(v.values);
        return true;
    }

    // {attribute: value} of what the expression names; null when it may read anything.
    json computed_from() const
    {
        const auto names = rule_.computed->attributes();
        if (!names || !source_.is_object()) return nullptr;
        auto out = json::object();
        for (const auto& name : *names) out[name] = source_.value(name, json());
        return out;
    }

    bool change(working_value& v)
    {
        std::vector<std::string> dropped;
        for (const auto& t : rule_.transforms) {
            if (auto why = t->apply(v.values, dropped)) return reject(*why);
            if (v.values.size() > 1) v.many = true;
        }
        for (auto& why : dropped) out_.notices.push_back({rule_.path, std::move(why)});
        return true;
    }

    bool look_up(working_value& v)
    {
        if (!rule_.lookup) return true;
        struct hit_value
        {
            std::pair<std::size_t, std::size_t> order; // rank in the table, then place in the source
            json value;
        };
        std::vector<hit_value> found;
        std::size_t missed = 0;
        for (const auto& value : v.values) {
            const auto* key = inner_of(value);
            if (!key || key->is_object() || key->is_array()) return reject("'lookup' needs a text, number or boolean");
            const auto hit = key->is_string() ? rule_.lookup->entries.find(key->get_ref<const std::string&>())
                                              : rule_.lookup->entries.find(scalar_text(*key));
            if (hit == rule_.lookup->entries.end()) {
                ++missed;
                continue;
            }
            const auto& entry = hit->second;
            if (entry.value.is_array()) {
                for (const auto& e : entry.value) found.push_back({{entry.rank, found.size()}, e});
                v.many = true;
            } else
                found.push_back({{entry.rank, found.size()}, entry.value});
        }
        // The table's own order decides, so that the order in which a source lists groups never does.
        std::ranges::sort(found, {}, &hit_value::order);
        v.values.clear();
        bool null = false;
        for (auto& [order, value] : found) {
            null = null || value.is_null();
            if (!value.is_null() && std::ranges::find(v.values, value) == v.values.end())
                v.values.push_back(std::move(value));
        }
        if (v.values.empty()) v.state = null ? reading::null : reading::absent;
        // Groups that a table does not name are not worth a word; another value that it does not name is.
        if (missed > 0 && !rule_.value_from_groups && !rule_.fallback)
            out_.notices.push_back(
                {rule_.path, "the lookup has no entry for " + std::to_string(missed) + " of the source's values"});
        return true;
    }

    bool collapse(working_value& v)
    {
        if (v.values.empty()) return true;
        switch (rule_.collapse) {
        case collapse_kind::none: return true;
        case collapse_kind::primary:
            if (const auto hit = std::ranges::find_if(v.values, primary_flag); hit != v.values.end())
                std::swap(*hit, v.values.front());
            [[fallthrough]];
        case collapse_kind::first:
            v.values.resize(1);
            v.many = false;
            return true;
        case collapse_kind::join: return join(v);
        case collapse_kind::one_per: return one_per(v);
        }
        return true;
    }

    bool join(working_value& v)
    {
        std::string text;
        for (std::size_t i = 0; i < v.values.size(); ++i) {
            const auto* inner = inner_of(v.values[i]);
            if (!inner || inner->is_object() || inner->is_array()) return reject("'collapse: join' needs texts");
            text += (i ? rule_.collapse_with : "") + scalar_text(*inner);
        }
        v.values.assign(1, json(std::move(text)));
        v.many = false;
        return true;
    }

    bool one_per(working_value& v)
    {
        json::array_t kept;
        std::vector<json> seen;
        for (auto& e : v.values) {
            if (!e.is_object()) return reject("'collapse: {one_per: …}' needs complex values");
            const auto* sub = member_named(e, rule_.collapse_with);
            auto key = sub ? *sub : json(nullptr);
            if (key.is_string()) key = lower_key(key.get_ref<const std::string&>());
            const auto hit = std::ranges::find(seen, key);
            if (hit == seen.end()) {
                seen.push_back(std::move(key));
                kept.push_back(std::move(e));
            } else if (auto& other = kept[static_cast<std::size_t>(hit - seen.begin())];
                       primary_flag(e) && !primary_flag(other))
                other = std::move(e);
        }
        v.values = std::move(kept);
        return true;
    }

    static std::string lower_key(std::string s)
    {
        for (auto& c : s)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
        return s;
    }

    const rule& rule_;
    const json& source_;
    mapped_resource& out_;
    json* read_values_;
};

// True when the memberships are part of the resource: then nothing read from them means that there is nothing.
bool memberships_known(const json& source)
{
    return member_named(source, "groups") != nullptr;
}

void add_desired(const rule& r, json value, mapped_resource& out)
{
    out.desired.attributes.push_back({r.path, std::move(value), r.apply, r.text, r.sensitive, r.from_groups});
}

} // namespace

std::variant<json, std::string> shaped_value(const rule& r, json::array_t values, bool many)
{
    const auto linked = [&](json v) {
        return r.link.empty() || v.is_object() ? std::move(v) : link_reference(r.link, scalar_text(v));
    };
    if (r.target.list) {
        json list = json::array();
        for (auto& v : values) {
            if (v.is_array()) return std::string("a list inside a list");
            json e = v.is_object() ? std::move(v) : json{{"value", std::move(v)}};
            if (!r.link.empty())
                if (const auto value = e.find("value"); value != e.end()) *value = linked(std::move(*value));
            for (const auto& [name, sub] : r.element.items()) e[name] = sub;
            list.push_back(std::move(e));
        }
        return list;
    }
    if (values.empty()) return json(nullptr);
    if (!r.target.known && many) {
        json list = json::array();
        for (auto& v : values) list.push_back(linked(std::move(v)));
        return list;
    }
    if (values.size() > 1)
        return std::to_string(values.size()) +
               " values for an attribute that holds one; add 'collapse: first' or another collapse";
    auto v = std::move(values.front());
    if (v.is_object() && !r.target.complex && r.target.known) {
        const auto* inner = member_named(v, "value");
        if (!inner)
            return std::string("a complex value for a simple attribute; name one of its sub-attributes in 'from'");
        v = json(*inner);
    }
    return linked(std::move(v));
}

std::optional<std::string> not_allowed(const rule& r, const json& value)
{
    if (r.allowed.empty()) return std::nullopt;
    const auto bad = [&](const json& v) {
        return v.is_string() && std::ranges::none_of(r.allowed, [&](const std::string& a) {
                   return same_name(a, v.get_ref<const std::string&>());
               });
    };
    if (value.is_array()) {
        for (const auto& e : value)
            if (const auto* inner = inner_of(e); inner && bad(*inner)) return scalar_text(*inner);
        return std::nullopt;
    }
    return bad(value) ? std::optional(scalar_text(value)) : std::nullopt;
}

void apply_rule(const rule& r, const json& source, const type_profile& profile, mapped_resource& out, json* read)
{
    evaluation step(r, source, out, read);
    working_value v;
    if (!step.run(v)) return;

    json value;
    if (v.state == reading::value) {
        auto shaped = shaped_value(r, std::move(v.values), v.many);
        if (const auto* why = std::get_if<std::string>(&shaped)) {
            step.reject(*why);
            return;
        }
        std::string notice;
        value = canonical_value(r.path, std::get<json>(shaped), profile, &notice);
        if (!notice.empty()) out.notices.push_back({r.path, std::move(notice)});
        if (value.is_null()) v.state = reading::null;
    }
    if (v.state != reading::value && r.fallback) {
        value = *r.fallback;
        v.state = value.is_null() ? reading::null : reading::value;
    }
    if (v.state == reading::absent) {
        const bool clears = r.on_absent == absent_action::clear ||
                            (r.on_absent == absent_action::by_default && v.by_groups && memberships_known(source));
        if (clears) v.state = reading::null;
    }
    if (v.state != reading::value && r.on_absent == absent_action::reject) {
        step.reject(
            "the source has no value for it (on_absent: reject); complete the record, or give the rule a 'default'");
        return;
    }
    if (v.state == reading::absent) return;
    if (v.state == reading::null && r.required) {
        out.notices.push_back(
            {r.path, "the source has no value and the target cannot be without one: it is left as it is"});
        return;
    }
    if (not_allowed(r, value)) {
        step.reject("the value is not one that the target allows; add a 'lookup' or a 'default'");
        return;
    }
    add_desired(r, std::move(value), out);
}

} // namespace idferry::mapping
