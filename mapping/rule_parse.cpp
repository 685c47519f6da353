// Parses one entry of `attributes:`.
#include "mapping/rule.hpp"

#include "config/shape.hpp"
#include "mapping/normalise.hpp"
#include "mapping/resource_type.hpp"

#include <algorithm>
#include <charconv>

namespace idferry::mapping {

namespace {

using config::node;

bool is_json_number(std::string_view s)
{
    std::size_t i = s.starts_with('-') ? 1 : 0;
    const auto digits = [&] {
        const auto begin = i;
        while (i < s.size() && s[i] >= '0' && s[i] <= '9') ++i;
        return i - begin;
    };
    const auto first = i;
    const auto whole = digits();
    if (whole == 0 || (whole > 1 && s[first] == '0')) return false;
    if (i < s.size() && s[i] == '.') {
        ++i;
        if (digits() == 0) return false;
    }
    if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {
        ++i;
        if (i < s.size() && (s[i] == '+' || s[i] == '-')) ++i;
        if (digits() == 0) return false;
    }
    return i == s.size();
}

class rule_parser
{
public:
    rule_parser(const node& key, rule_context& context) : c_(context) { made_.at = key; }

    std::optional<rule> parse(const node& value)
    {
        const auto before = c_.out.size();
        read_target();
        if (value.is_scalar()) {
            if (!value.quoted() && (value.scalar() == "true" || value.scalar() == "false"))
                c_.out.add(value, "a plain text is a path of the source; a fixed value is written {constant: " +
                                      value.scalar() + "}");
            else
                read_path(value);
        } else if (value.is_map()) {
            config::detail::check_keys(value, c_.out, rule_keys());
            read_origin(value);
            read_steps(value);
            read_outcome(value);
        } else {
            c_.out.add(value, "expected a path of the source, or a rule such as {from: email, transform: lower}");
        }
        if (c_.out.size() != before) return std::nullopt;
        if (made_.lookup && reads_only_group_names()) note_lookup_keys(value);
        made_.from_groups = made_.value_from_groups || (made_.when && made_.when->reads_groups());
        settle_constants(value);
        if (c_.out.size() != before) return std::nullopt;
        describe();
        return std::move(made_);
    }

private:
    void read_target()
    {
        auto resolved = resolve_target(made_.at.scalar(), c_.type);
        if (const auto* error = std::get_if<parse_error>(&resolved)) {
            c_.out.add(made_.at, error->position, error->message);
            return;
        }
        made_.target = std::get<target_attribute>(resolved);
        made_.path = made_.target.path.text();
        for (const auto& [path, values] : c_.profile.allowed_values)
            if (same_name(path, made_.path) || (made_.target.list && same_name(path, made_.path + ".value")))
                made_.allowed = values;
    }

    void read_path(const node& n)
    {
        if (!n.is_scalar()) {
            c_.out.add(n, "expected a path of the source, such as 'name.givenName'");
            return;
        }
        auto resolved = c_.names.resolve(n.scalar());
        if (const auto* error = std::get_if<parse_error>(&resolved))
            c_.out.add(n, error->position, error->message);
        else
            made_.from.push_back(std::move(std::get<source_path>(resolved)));
        from_nodes_.push_back(n);
    }

    void read_origin(const node& value)
    {
        const auto from = value.find("from");
        const auto constant = value.find("constant");
        const auto filled = value.find("template");
        const auto computed = value.find("expression");
        const int given = (from ? 1 : 0) + (constant ? 1 : 0) + (filled ? 1 : 0) + (computed ? 1 : 0);
        if (given != 1)
            c_.out.add(given == 0 ? made_.at : value,
                       given == 0 ? "the rule has no 'from', 'constant', 'template' or 'expression'"
                                  : "exactly one of 'from', 'constant', 'template' and 'expression' is allowed");
        if (from && from->is_list()) {
            if (from->items().empty()) c_.out.add(*from, "an empty list of paths");
            for (const auto& item : from->items()) read_path(item);
        } else if (from)
            read_path(*from);
        if (constant) made_.constant = constant_value(*constant);
        if (filled && (made_.filled = parse_template(*filled, c_.names, c_.groups, c_.out)))
            made_.value_from_groups = made_.filled->reads_groups();
        if (computed && (made_.computed = parse_expression(*computed, c_.names, c_.groups, c_.out)))
            made_.value_from_groups = made_.computed->reads_groups();
        if (const auto when = value.find("when")) made_.when = parse_condition(*when, c_.names, c_.groups, c_.out);
    }

    void read_steps(const node& value)
    {
        if (const auto list = value.find("transform")) {
            const auto add = [&](const node& n) {
                if (auto t = parse_transform(n, c_.out)) made_.transforms.push_back(std::move(t));
            };
            if (list->is_list())
                std::ranges::for_each(list->items(), add);
            else
                add(*list);
        }
        if (const auto table = value.find("lookup")) read_lookup(*table);
        if (const auto collapse = value.find("collapse")) read_collapse(*collapse);
    }

    void read_lookup(const node& table)
    {
        if (!table.is_map() || table.entries().empty()) {
            c_.out.add(table, "expected a map from source values to target values");
            return;
        }
        made_.lookup.emplace();
        for (const auto& e : table.entries())
            made_.lookup->entries.emplace(e.key.scalar(),
                                          lookup_table::entry{constant_value(e.value), made_.lookup->entries.size()});
    }

    void read_collapse(const node& n)
    {
        static const std::vector<std::string> names{"primary", "first", "join"};
        if (n.is_map() && n.entries().size() == 1 && n.entries().front().value.is_scalar()) {
            const auto& e = n.entries().front();
            made_.collapse_with = e.value.scalar();
            if (e.key.scalar() == "join")
                made_.collapse = collapse_kind::join;
            else if (e.key.scalar() == "one_per")
                made_.collapse = collapse_kind::one_per;
            else
                config::detail::unknown_choice(e.key, c_.out, {"join", "one_per"});
            return;
        }
        if (n.is_scalar() && n.scalar() == "one_per") {
            c_.out.add(n, "'one_per' needs a sub-attribute: {one_per: type}");
            return;
        }
        const auto kind =
            config::choice<collapse_kind>(
                {{"primary", collapse_kind::primary}, {"first", collapse_kind::first}, {"join", collapse_kind::join}})
                .parse(n, c_.out);
        if (kind) made_.collapse = *kind;
        made_.collapse_with = ", ";
    }

    template <class E>
    void read_choice(const node& value, const char* key, E& to, std::vector<std::pair<std::string, E>> table)
    {
        if (const auto n = value.find(key))
            if (const auto v = config::choice<E>(std::move(table)).parse(*n, c_.out)) to = *v;
    }

    void read_outcome(const node& value)
    {
        if (const auto fallback = value.find("default")) made_.fallback = constant_value(*fallback);
        read_choice<apply_mode>(
            value, "apply", made_.apply,
            {{"always", apply_mode::always}, {"create", apply_mode::create}, {"if_empty", apply_mode::if_empty}});
        read_choice<absent_action>(
            value, "on_absent", made_.on_absent,
            {{"leave", absent_action::leave}, {"clear", absent_action::clear}, {"reject", absent_action::reject}});
        if (const auto n = value.find("sensitive"))
            if (const auto v = config::boolean().parse(*n, c_.out)) made_.sensitive = *v;
        if (const auto n = value.find("link")) {
            std::vector<std::pair<std::string, std::string>> types;
            for (const auto* t : resource_types()) types.emplace_back(t->name, t->name);
            if (const auto v = config::choice<std::string>(types).parse(*n, c_.out)) made_.link = *v;
        }
        const auto type = value.find("type");
        const auto element = value.find("element");
        if ((type || element) && !made_.target.list && !made_.path.empty())
            c_.out.add(type ? *type : *element, "'" + made_.path +
                                                    "' is no list of complex values, so its values have no " +
                                                    (type ? "type" : "sub-attributes"));
        if (element && !element->is_map())
            c_.out.add(*element, "expected a map of sub-attributes");
        else if (element)
            made_.element = constant_value(*element);
        if (type && !type->is_scalar())
            c_.out.add(*type, "expected a text");
        else if (type)
            made_.element["type"] = type->scalar();
    }

    // Only names (or only paths) of groups are compared with a table's keys: no other group matters.
    bool reads_only_group_names()
    {
        if (!made_.transforms.empty()) return false;
        return std::ranges::all_of(made_.from,
                                   [](const source_path& p) {
                                       const auto& path = p.path();
                                       return path.urn.empty() && same_name(path.attribute, "groups") &&
                                              !path.value_filter &&
                                              (path.sub_attribute == "display" || path.sub_attribute == "path");
                                   }) &&
               !made_.from.empty();
    }

    void note_lookup_keys(const node& value)
    {
        looked_up_ = true;
        const auto lookup = *value.find("lookup");
        for (const auto& p : made_.from) {
            const bool display = p.path().sub_attribute == "display";
            for (const auto& e : lookup.entries()) {
                (display ? c_.groups.read.displays : c_.groups.read.paths).insert(e.key.scalar());
                (display ? c_.groups.names : c_.groups.paths).push_back({e.key.scalar(), e.key});
            }
        }
    }

    // Constants are checked against what the attribute allows and brought into their final form once.
    void settle_constants(const node& value)
    {
        for (std::size_t i = 0; i < made_.from.size(); ++i)
            if (note_group_path(made_.from[i].path(), from_nodes_[i], looked_up_, c_.groups))
                made_.value_from_groups = true;
        made_.from_groups = made_.from_groups || made_.value_from_groups;
        const auto check = [&](const node& n, const json& v) -> json {
            if (v.is_null()) return nullptr;
            auto shaped = shaped_value(made_, v.is_array() ? v.get<json::array_t>() : json::array_t{v}, v.is_array());
            if (const auto* why = std::get_if<std::string>(&shaped)) {
                c_.out.add(n, *why);
                return nullptr;
            }
            auto canonical = canonical_value(made_.path, std::get<json>(shaped), c_.profile);
            if (const auto bad = not_allowed(made_, canonical))
                c_.out.add(n, "the target does not allow '" + *bad + "'" + suggestion(*bad, made_.allowed) +
                                  allowed_text());
            return canonical;
        };
        if (made_.fallback) made_.fallback = check(*value.find("default"), *made_.fallback);
        if (made_.constant && made_.transforms.empty() && !made_.lookup && made_.collapse == collapse_kind::none)
            check(*value.find("constant"), *made_.constant);
        const auto lookup = value.find("lookup");
        if (made_.lookup)
            for (const auto& e : lookup->entries())
                if (const auto& v = made_.lookup->entries.at(e.key.scalar()).value; !v.is_array() || made_.target.list)
                    check(e.value, v);
        const bool clears = made_.on_absent == absent_action::clear || (made_.constant && made_.constant->is_null());
        made_.required = std::ranges::any_of(c_.profile.require, [&](const std::string& p) {
            return same_name(p, made_.path) || (made_.target.list && same_name(p, made_.path + ".value"));
        });
        if (made_.required && clears)
            c_.out.add(value.is_map() && value.find("on_absent") ? *value.find("on_absent") : value,
                       "the target cannot be without '" + made_.path + "', so it cannot be cleared");
        if (made_.sensitive && made_.fallback) hidden_default_ = true;
    }

    std::string allowed_text() const
    {
        std::string all;
        for (const auto& a : made_.allowed) all += (all.empty() ? "; allowed are " : ", ") + a;
        return all;
    }

    void describe()
    {
        std::string& t = made_.text;
        if (made_.constant)
            t = made_.sensitive ? "constant" : "constant " + to_text(*made_.constant);
        else if (made_.filled)
            t = "template \"" + made_.filled->text() + "\"";
        else if (made_.computed)
            t = made_.sensitive ? "expression" : "expression '" + made_.computed->text() + "'";
        else
            for (const auto& p : made_.from) t += (t.empty() ? "from " : " or ") + p.text();
        for (const auto& step : made_.transforms) t += ", " + step->text();
        if (made_.lookup) t += ", lookup";
        switch (made_.collapse) {
        case collapse_kind::none: break;
        case collapse_kind::primary: t += ", collapse primary"; break;
        case collapse_kind::first: t += ", collapse first"; break;
        case collapse_kind::join: t += ", collapse join"; break;
        case collapse_kind::one_per: t += ", collapse one per " + made_.collapse_with; break;
        }
        if (made_.fallback) t += hidden_default_ ? ", default" : ", default " + default_text();
        if (!made_.link.empty()) t += ", link " + made_.link;
        if (made_.when) t += ", when " + made_.when->text();
        if (made_.on_absent == absent_action::clear) t += ", on_absent clear";
        if (made_.on_absent == absent_action::reject) t += ", on_absent reject";
        if (made_.apply == apply_mode::create) t += ", on create";
        if (made_.apply == apply_mode::if_empty) t += ", if empty";
    }

    std::string default_text() const
    {
        const auto& v = *made_.fallback;
        if (v.is_array() && v.size() == 1 && v[0].is_object() && v[0].contains("value")) return to_text(v[0]["value"]);
        return to_text(v);
    }

    rule made_;
    rule_context& c_;
    std::vector<node> from_nodes_;
    bool looked_up_{false};
    bool hidden_default_{false};
};

} // namespace

json constant_value(const node& n)
{
    if (n.is_null()) return nullptr;
    if (n.is_list()) {
        json list = json::array();
        for (const auto& item : n.items()) list.push_back(constant_value(item));
        return list;
    }
    if (n.is_map()) {
        json object = json::object();
        for (const auto& e : n.entries()) object[e.key.scalar()] = constant_value(e.value);
        return object;
    }
    const auto& s = n.scalar();
    if (n.quoted()) return s;
    if (s == "true" || s == "false") return s == "true";
    if (!is_json_number(s)) return s;
    if (s.find_first_of(".eE") != std::string::npos) {
        double d = 0;
        const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), d);
        return error == std::errc() ? json(d) : json(s);
    }
    std::int64_t i = 0;
    const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), i);
    return error == std::errc() ? json(i) : json(s); // beyond 64 bits it is an identifier, not a number
}

std::optional<rule> parse_rule(const node& key, const node& value, rule_context& context)
{
    return rule_parser(key, context).parse(value);
}

} // namespace idferry::mapping
