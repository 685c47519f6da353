// Text → tree: jq 1.6's terms, without definitions, modules and what never ends.
#include "mapping/expression_parser.hpp"
#include "mapping/json.hpp"

#include <algorithm>

namespace idferry::mapping::jq {

branch parser::postfix(bool binding)
{
    const level inside(depth_);
    if (deep()) return nullptr;
    auto made = term();
    for (int n = 0; !failed_ && !too_long(n); ++n) {
        skip();
        const auto at = at_;
        if (next() == '?') {
            ++at_;
            made = make(syntax::optional, at, "", std::move(made));
        } else if (next() == '[') {
            made = bracket(std::move(made));
        } else if (next() == '.' && begins_word(next(1))) {
            ++at_;
            const auto name = word();
            made = make(syntax::member, at, name, std::move(made));
        } else if (next() == '.' && next(1) == '"') {
            ++at_;
            made = named(at, std::move(made));
        } else if (next() == '.' && next(1) == '[') {
            ++at_;
        } else
            break;
    }
    if (!failed_ && binding && take_word("as")) return bind(std::move(made));
    return failed_ ? nullptr : std::move(made);
}

branch parser::bind(branch of)
{
    const auto at = at_;
    const auto name = bound_variable();
    if (failed_ || !expect("|")) return nullptr;
    auto body = in_scope_of(name, [this] { return pipe(); });
    return make(syntax::binding, at, name, std::move(of), std::move(body));
}

std::string parser::bound_variable()
{
    skip();
    if (next() == '[' || next() == '{')
        fail(at_, "a pattern is not allowed here: bind one variable, 'as $name'");
    else if (next() != '$')
        unexpected("a variable, '$name'");
    return failed_ ? std::string() : variable_name();
}

std::string parser::variable_name()
{
    const auto at = at_++;
    std::string name(begins_word(next()) ? word() : std::string_view());
    if (name.empty())
        unexpected("a variable's name after '$'");
    else if (name == "ENV")
        fail(at, "$ENV is not allowed: an expression sees only the resource, nothing of the machine that it runs on");
    else if (name.starts_with('_') || is_keyword(name))
        fail(at, "'$" + name + "' is not allowed as a variable's name");
    return name;
}

branch parser::variable()
{
    const auto at = at_;
    const auto name = variable_name();
    if (failed_) return nullptr;
    if (std::ranges::find(scope_, name) == scope_.end())
        return fail(at, "there is no variable '$" + name + "' here; variables are bound by 'as $" + name + " |'");
    return make(syntax::variable, at, name);
}

branch parser::bracket(branch of)
{
    const auto at = at_++;
    if (take("]")) return make(syntax::each, at, "", std::move(of));
    branch from;
    if (!take(":")) {
        from = pipe();
        if (take("]")) return make(syntax::index, at, "", std::move(of), std::move(from));
        if (!expect(":")) return nullptr;
        if (take("]")) return make(syntax::slice, at, "", std::move(of), std::move(from), branch());
    }
    auto to = pipe();
    if (!expect("]")) return nullptr;
    return make(syntax::slice, at, "", std::move(of), std::move(from), std::move(to));
}

// ."name": a plain text is a member's name, any other an index.
branch parser::named(std::size_t at, branch of)
{
    auto name = text_term("");
    if (failed_) return nullptr;
    if (name->kind == syntax::text) return make(syntax::member, at, name->text, std::move(of));
    return make(syntax::index, at, "", std::move(of), std::move(name));
}

branch parser::term()
{
    skip();
    switch (next()) {
    case '.': return is_digit(next(1)) ? number() : dotted();
    case '"': return text_term("");
    case '@': return format();
    case '$': return variable();
    case '(':
    case '[': return enclosed();
    case '{': return object();
    default: break;
    }
    if (is_digit(next())) return number();
    return begins_word(next()) ? worded() : unexpected("a value, such as .title or \"text\"");
}

branch parser::dotted()
{
    const auto at = at_++;
    if (next() == '.') {
        ++at_;
        return make(syntax::descent, at, "");
    }
    auto self = make(syntax::identity, at, "");
    if (next() == '"') return named(at, std::move(self));
    if (!begins_word(next())) return self;
    const auto name = word();
    return make(syntax::member, at, name, std::move(self));
}

branch parser::enclosed()
{
    const auto at = at_++;
    if (text_[at] == '(') {
        auto inner = pipe();
        return expect(")") ? std::move(inner) : nullptr;
    }
    if (take("]")) return make(syntax::list, at, "");
    auto inner = pipe();
    return expect("]") ? make(syntax::list, at, "", std::move(inner)) : nullptr;
}

branch parser::number()
{
    const auto at = at_;
    const auto digits = [this] {
        const auto before = at_;
        while (is_digit(next())) ++at_;
        return at_ > before;
    };
    digits();
    if (next() == '.' && next(1) != '.') {
        ++at_;
        digits();
    }
    if (next() == 'e' || next() == 'E') {
        ++at_;
        if (next() == '+' || next() == '-') ++at_;
        if (!digits()) return unexpected("the digits of an exponent");
    }
    if (begins_word(next())) return unexpected("an operator after a number");
    return make(syntax::literal, at, text_.substr(at, at_ - at));
}

branch parser::format()
{
    const auto at = at_++;
    const auto name = "@" + std::string(begins_word(next()) ? word() : std::string_view());
    if (!known_format(name))
        return fail(at, "unknown format '" + name + "'; there are @text, @json, @base64, @uri, @html, @csv and @tsv");
    skip();
    return next() == '"' ? text_term(name) : make(syntax::format, at, name);
}

branch parser::text_term(const std::string& format)
{
    const auto at = at_++;
    std::vector<std::string> pieces;
    std::vector<branch> parts;
    auto begin = at_;
    for (;;) {
        if (at_ >= text_.size()) return fail(at, "a text without its closing '\"'");
        if (next() == '"' || (next() == '\\' && next(1) == '(')) {
            if (!add_piece(begin, pieces)) return nullptr;
            if (next() == '"') break;
            at_ += 2;
            parts.push_back(pipe());
            if (failed_ || !expect(")")) return nullptr;
            begin = at_;
        } else
            at_ += next() == '\\' ? 2 : 1;
    }
    ++at_;
    const bool plain = parts.empty() && format.empty();
    auto made = make(plain ? syntax::text : syntax::joined, at, plain ? pieces.front() : format);
    made->pieces = std::move(pieces);
    made->parts = std::move(parts);
    return made;
}

bool parser::add_piece(std::size_t begin, std::vector<std::string>& pieces)
{
    // Between the quotes JSON's rules hold, but a line break may stand as it is.
    std::string quoted = "\"";
    for (const char c : text_.substr(begin, at_ - begin)) {
        if (c == '\n' || c == '\r' || c == '\t')
            quoted += c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t";
        else
            quoted += c;
    }
    json value;
    json_error wrong;
    if (!parse_json(quoted + "\"", value, wrong) || !value.is_string()) {
        fail(begin, R"(a text with a wrong escape; known are \" \\ \/ \b \f \n \r \t \u0000 and \( ))");
        return false;
    }
    pieces.push_back(value.get<std::string>());
    return true;
}

branch parser::object()
{
    auto made = make(syntax::object, at_++, "");
    if (take("}")) return made;
    do {
        if (!object_entry(*made)) return nullptr;
    } while (take(","));
    if (failed_) return nullptr;
    if (!take("}")) return unexpected("',' or '}'; a value with operators is put in parentheses: {name: (…)}");
    return made;
}

// Adds a key and its value; the value is null for {name} and {$name}.
bool parser::object_entry(tree& to)
{
    skip();
    const auto at = at_;
    branch key;
    bool alone = false; // the value may be left out
    const bool shorthand = next() == '$';
    if (next() == '(') {
        key = enclosed();
    } else if (next() == '"') {
        key = text_term("");
        alone = key && key->kind == syntax::text;
    } else if (shorthand) {
        key = variable();
        alone = true;
    } else if (begins_word(next())) {
        key = make(syntax::text, at, word());
        alone = true;
    } else
        unexpected("a name: {name: value}");
    if (failed_) return false;
    branch value;
    if (!shorthand && take(":"))
        value = object_value();
    else if (!alone)
        unexpected("':'");
    to.parts.push_back(std::move(key));
    to.parts.push_back(std::move(value));
    return !failed_;
}

branch parser::object_value()
{
    const level inside(depth_);
    if (deep()) return nullptr;
    skip();
    const auto at = at_;
    const bool negative = next() == '-';
    if (negative) ++at_;
    auto left = postfix(false);
    if (negative) left = make(syntax::negation, at, "", std::move(left));
    skip();
    if (failed_ || next() != '|' || next(1) == '=') return left;
    const auto pipe_at = at_++;
    auto right = object_value();
    return make(syntax::pipe, pipe_at, "", std::move(left), std::move(right));
}

branch parser::worded()
{
    const auto at = at_;
    const auto name = word();
    if (name == "true" || name == "false" || name == "null") return make(syntax::literal, at, name);
    if (name == "if") return condition(at);
    if (name == "reduce") return reduction(at);
    if (name == "try") {
        auto body = postfix(false);
        branch handler;
        if (!failed_ && take_word("catch")) handler = postfix(false);
        return make(syntax::attempt, at, "", std::move(body), std::move(handler));
    }
    if (const auto why = refused_keyword(name); !why.empty())
        return fail(at, "'" + std::string(name) + "' is not allowed in an expression: " + std::string(why));
    if (is_keyword(name)) return fail(at, "unexpected '" + std::string(name) + "'");
    if (next() == ':' && next(1) == ':') return fail(at, "modules cannot be used in an expression");
    return call(at, name);
}

branch parser::call(std::size_t at, std::string_view name)
{
    auto made = make(syntax::call, at, name);
    // A word that is never allowed is named before its arguments are looked at.
    if (!is_function(name)) return fail(at, refusal(name, 0));
    if (take("(")) {
        do made->parts.push_back(pipe());
        while (take(";"));
        if (failed_ || !expect(")")) return nullptr;
    }
    if (!find_function(name, made->parts.size())) return fail(at, refusal(name, made->parts.size()));
    return made;
}

branch parser::condition(std::size_t at)
{
    const level inside(depth_);
    if (deep()) return nullptr;
    auto test = pipe();
    if (failed_ || !expect_word("then")) return nullptr;
    auto then = pipe();
    if (failed_) return nullptr;
    branch otherwise;
    skip();
    const auto next_at = at_;
    if (take_word("elif")) {
        otherwise = condition(next_at);
    } else {
        if (take_word("else")) otherwise = pipe();
        if (failed_ || !expect_word("end")) return nullptr;
    }
    return make(syntax::condition, at, "", std::move(test), std::move(then), std::move(otherwise));
}

branch parser::reduction(std::size_t at)
{
    auto of = postfix(false);
    if (failed_ || !expect_word("as")) return nullptr;
    const auto name = bound_variable();
    if (failed_ || !expect("(")) return nullptr;
    auto from = pipe();
    if (failed_ || !expect(";")) return nullptr;
    auto step = in_scope_of(name, [this] { return pipe(); });
    if (failed_ || !expect(")")) return nullptr;
    return make(syntax::reduction, at, name, std::move(of), std::move(from), std::move(step));
}

} // namespace idferry::mapping::jq
