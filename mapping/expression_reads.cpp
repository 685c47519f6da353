// What an expression reads of the resource: followed through the tree as long as "." may still be the resource itself.
#include "mapping/expression_tree.hpp"

#include "mapping/core_schema.hpp"
#include "mapping/resource_type.hpp"

#include <algorithm>
#include <map>

namespace idferry::mapping::jq {

namespace {

class follower
{
public:
    follower(const config::node& at, const source_names& names, config::diagnostics& out)
        : at_(at), names_(names), out_(out)
    {
    }

    reading_of_source read(const tree& t)
    {
        if (follow(t, true)) all();
        return std::move(found_);
    }

private:
    void all() { found_.everything = true; }

    // `resource`: "." is, or may be, the whole resource. Returns whether a value of `t` may be the whole resource.
    // What a part does with the resource besides handing it on is noted.
    bool follow(const tree& t, bool resource)
    {
        switch (t.kind) {
        case syntax::identity: return resource;
        case syntax::literal:
        case syntax::text: return false;
        case syntax::format: return use(resource);
        case syntax::variable: return variables_[t.text];
        case syntax::descent:
            if (resource) all();
            return resource;
        case syntax::member: return member(t, resource);
        case syntax::index: {
            const bool of = follow(*t.parts[0], resource);
            consume(*t.parts[1], resource);
            return use(of);
        }
        case syntax::slice:
        case syntax::each: {
            const bool of = follow(*t.parts[0], resource);
            for (std::size_t i = 1; i < t.parts.size(); ++i)
                if (t.parts[i]) consume(*t.parts[i], resource);
            return use(of);
        }
        case syntax::pipe: return follow(*t.parts[1], follow(*t.parts[0], resource));
        case syntax::optional:
        case syntax::comma:
        case syntax::alternative: return any(t, 0, resource);
        case syntax::operation:
            // Of `and` and `or` only the truth counts, which is the same for every resource.
            for (const auto& part : t.parts)
                if (follow(*part, resource) && t.text != "and" && t.text != "or") all();
            return false;
        case syntax::negation:
        case syntax::list:
        case syntax::joined:
            for (const auto& part : t.parts) consume(*part, resource);
            return false;
        case syntax::object: return object(t, resource);
        case syntax::binding: return bound(t.text, follow(*t.parts[0], resource), *t.parts[1], resource);
        case syntax::reduction: {
            // The step sees its own last outcome.
            const bool of = follow(*t.parts[0], resource);
            const bool from = follow(*t.parts[1], resource);
            const bool made = bound(t.text, of, *t.parts[2], from);
            return made && !from ? bound(t.text, of, *t.parts[2], true) : from || made;
        }
        case syntax::condition:
            follow(*t.parts[0], resource);
            return t.parts[2] ? any(t, 1, resource) : follow(*t.parts[1], resource) || resource;
        case syntax::attempt: {
            const bool made = follow(*t.parts[0], resource);
            if (t.parts[1] && follow(*t.parts[1], false)) all();
            return made;
        }
        case syntax::call: return call(t, resource);
        }
        return true;
    }

    bool use(bool resource)
    {
        if (resource) all();
        return false;
    }
    void consume(const tree& t, bool resource) { use(follow(t, resource)); }

    bool any(const tree& t, std::size_t from, bool resource)
    {
        bool made = false;
        for (auto i = from; i < t.parts.size(); ++i)
            if (t.parts[i]) made = follow(*t.parts[i], resource) || made;
        return made;
    }

    bool bound(const std::string& name, bool value, const tree& body, bool resource)
    {
        const auto before = variables_[name];
        variables_[name] = value;
        const bool made = follow(body, resource);
        variables_[name] = before;
        return made;
    }

    bool member(const tree& t, bool resource)
    {
        const auto& of = *t.parts[0];
        if (follow(of, resource))
            note(t.text, t.at + 1);
        else if (of.kind == syntax::member && follow(*of.parts[0], resource))
            note_inner(of.text, t);
        return false;
    }

    bool object(const tree& t, bool resource)
    {
        for (std::size_t i = 0; i < t.parts.size(); i += 2) {
            const auto& key = *t.parts[i];
            if (const auto& value = t.parts[i + 1]) {
                consume(key, resource);
                consume(*value, resource);
            } else if (key.kind == syntax::variable)
                consume(key, resource);
            else if (resource)
                note(key.text, key.at);
        }
        return false;
    }

    bool call(const tree& t, bool resource)
    {
        const auto* known = find_function(t.text, t.parts.size());
        const auto given = known ? known->given : arguments::on_input;
        const bool input = given == arguments::on_input ? resource : false;
        const auto& name = t.text;
        // These hand on what came in, or what their argument gives, and look at nothing else.
        if (name == "select") {
            follow(*t.parts[0], resource);
            return resource;
        }
        if (name == "first" && t.parts.size() == 1) return follow(*t.parts[0], resource);
        if (name == "last" && t.parts.size() == 1) return follow(*t.parts[0], resource);
        if (name == "limit") {
            consume(*t.parts[0], resource);
            return follow(*t.parts[1], resource);
        }
        if (name == "isempty" || ((name == "any" || name == "all") && t.parts.size() == 2)) {
            const bool of = follow(*t.parts[0], resource);
            if (t.parts.size() == 2) follow(*t.parts[1], of);
            return false;
        }
        if (name == "empty" || name == "not" || name == "range" || (name == "error" && t.parts.size() == 1) ||
            (name == "IN" && t.parts.size() == 2)) {
            for (const auto& part : t.parts) consume(*part, resource);
            return false;
        }
        if (name == "values" || name == "objects" || name == "iterables") return resource;
        use(resource);
        for (const auto& part : t.parts) consume(*part, input);
        return false;
    }

    // .name.givenName, ."urn:…".department: the second name of two.
    void note_inner(const std::string& outer, const tree& t)
    {
        if (core_attributes(names_.type()).empty() || outer == "meta") return;
        const auto resolved = names_.resolve(outer + (outer.find(':') == std::string::npos ? "." : ":") + t.text);
        if (const auto* wrong = std::get_if<parse_error>(&resolved)) {
            out_.add(at_, t.at + 1, wrong->message);
            return;
        }
        const auto& path = std::get<source_path>(resolved).path();
        const auto& known = path.sub_attribute.empty() ? path.attribute : path.sub_attribute;
        if (known != t.text) out_.add(at_, t.at + 1, "jq needs '" + known + "' in exactly this spelling");
    }

    // A name of the resource. jq compares names with their case, and a name that is not there is null, which clears: so
    // what no resource has is a mistake.
    void note(const std::string& name, std::size_t offset)
    {
        found_.attributes.insert(name);
        const auto core = core_attributes(names_.type());
        if (core.empty() || name.find(':') != std::string::npos || name == "schemas" || name == "meta") return;
        const auto* known = find_attribute(core, name);
        if (known && known->name == name) return;
        std::string message = "the resource has no attribute '" + name + "'";
        auto resolved = names_.resolve(name);
        if (known)
            message = "jq needs '" + std::string(known->name) + "' in exactly this spelling";
        else if (const auto* path = std::get_if<source_path>(&resolved); path && path->is_alias())
            message = "'" + name + "' is an alias that jq does not know: write (." +
                      (name == "email" ? "emails" : "phoneNumbers") +
                      " | (map(select(.primary)) + .)[0].value) // empty";
        else if (path && !path->path().urn.empty())
            message =
                "'" + name + "' belongs to an extension: write .\"" + path->path().urn + "\"." + path->path().attribute;
        else {
            std::vector<std::string> all;
            for (const auto& a : core) all.emplace_back(a.name);
            message += suggestion(name, all);
        }
        out_.add(at_, offset, std::move(message));
    }

    const config::node& at_;
    const source_names& names_;
    config::diagnostics& out_;
    reading_of_source found_;
    std::map<std::string, bool> variables_;
};

} // namespace

reading_of_source read_source(const tree& t, const config::node& at, const source_names& names,
                              config::diagnostics& out)
{
    return follower(at, names, out).read(t);
}

} // namespace idferry::mapping::jq
