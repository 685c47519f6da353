// Tree → a program for libjq.
//
// Every part is put in parentheses, so that nothing depends on precedence, and what could make a computation long or a
// value large is announced to the machine first, through the two functions of jq that call back into the program that
// embeds it. Both give their input unchanged, so they may stand in paths too (`del`):
//
//   input as $_t | .      a step: one more value came out of a generator
//   debug                 a value was made; the machine measures it. A list that begins with `request_mark` is a
//                         request instead: what is about to be done with which values (expression_machine.hpp)
#include "mapping/expression_machine.hpp"
#include "mapping/expression_tree.hpp"
#include "mapping/json.hpp"

#include <algorithm>

namespace idferry::mapping::jq {

namespace {

constexpr std::string_view step = "(input as $_t | .)";

// libjq 1.6 loses memory each time when it looks for a value in a list, and when it trims what is no text (its own
// comparison fails then, with a message that nobody frees). So both are written in jq, to the same effect.
constexpr std::string_view places_of_q =
    R"(if type != "array" then indices($_q)
       elif ($_q | type) != "array" then [range(length) as $_k | select(.[$_k] == $_q) | $_k]
       else ($_q | length) as $_n | if $_n == 0 then []
            else [range(length) as $_k | select(.[$_k:$_k + $_n] == $_q) | $_k] end
       end)";

std::string quoted(const std::string& text)
{
    return to_text(json(text));
}

class writer
{
public:
    std::string write(const tree& t) const
    {
        switch (t.kind) {
        case syntax::identity: return ".";
        case syntax::literal: return t.text;
        case syntax::text: return quoted(t.text);
        case syntax::joined: return joined(t);
        case syntax::format: return "(" + announced("size", ".") + t.text + " | debug)";
        case syntax::variable: return "$" + t.text;
        case syntax::descent: return "(.. | " + std::string(step) + ")";
        case syntax::member:
        case syntax::index:
        case syntax::slice: return "(" + selection(t) + ")";
        case syntax::each: return "(" + selection(t) + " | " + std::string(step) + ")";
        case syntax::optional: return optional(t);
        case syntax::pipe: return "(" + part(t, 0) + " | " + part(t, 1) + ")";
        case syntax::comma: return comma(t);
        case syntax::alternative: return "(" + part(t, 0) + " // " + part(t, 1) + ")";
        case syntax::operation: return operation(t);
        case syntax::negation: return "(-(" + part(t, 0) + "))";
        case syntax::list: return t.parts.empty() ? "[]" : "([" + part(t, 0) + "] | debug)";
        case syntax::object: return object(t);
        case syntax::binding: return "(" + part(t, 0) + " as $" + t.text + " | " + part(t, 1) + ")";
        case syntax::reduction:
            return "(reduce (" + part(t, 0) + ") as $" + t.text + " (" + part(t, 1) + "; (" + part(t, 2) +
                   (measured(*t.parts[2]) ? "" : " | debug") + " | " + std::string(step) + ")))";
        case syntax::condition:
            return "(if " + part(t, 0) + " then " + part(t, 1) + " else " + (t.parts[2] ? part(t, 2) : ".") + " end)";
        case syntax::attempt:
            return "(try (" + part(t, 0) + ")" + (t.parts[1] ? " catch (" + part(t, 1) + ")" : "") + ")";
        case syntax::call: return call(t);
        }
        return "empty";
    }

private:
    std::string part(const tree& t, std::size_t i) const { return write(*t.parts[i]); }

    // Whether what is written for `t` measures its value already.
    static bool measured(const tree& t)
    {
        return t.kind == syntax::list || t.kind == syntax::object || t.kind == syntax::joined ||
               (t.kind == syntax::operation && t.text == "+");
    }

    // "(request) as $_r | ": tells the machine what is about to be done.
    static std::string announced(std::string_view what, const std::string& values)
    {
        return "([" + quoted(std::string(request_mark)) + ", \"" + std::string(what) + "\", " + values +
               "] | debug) as $_r | ";
    }

    // What is directly followed by '?' must not stand in parentheses: then '?' is about this selection alone.
    std::string selection(const tree& t) const
    {
        const auto of = part(t, 0);
        switch (t.kind) {
        case syntax::member: return of + "[" + quoted(t.text) + "]";
        case syntax::each: return of + "[]";
        case syntax::index: {
            const auto& by = *t.parts[1];
            if (by.kind == syntax::literal || by.kind == syntax::text) return of + "[" + write(by) + "]";
            // A list as an index would search the whole value for it.
            return of + "[(" + write(by) +
                   R"( | debug | if type == "array" then error("a list as an index") else . end)])";
        }
        default:
            return "(" + of + " | debug)[" + (t.parts[1] ? part(t, 1) : "") + ":" + (t.parts[2] ? part(t, 2) : "") +
                   "]";
        }
    }

    std::string optional(const tree& t) const
    {
        const auto& of = *t.parts[0];
        switch (of.kind) {
        case syntax::member:
        case syntax::index:
        case syntax::slice: return "(" + selection(of) + "?)";
        case syntax::each: return "(" + selection(of) + "? | " + std::string(step) + ")";
        default: return "(try (" + write(of) + "))";
        }
    }

    std::string comma(const tree& t) const
    {
        auto all = "(" + part(t, 0);
        for (std::size_t i = 1; i < t.parts.size(); ++i) all += ", (" + std::string(step) + " | " + part(t, i) + ")";
        return all + ")";
    }

    std::string joined(const tree& t) const
    {
        auto all = "(" + t.text + (t.text.empty() ? "" : " ");
        for (std::size_t i = 0; i < t.pieces.size(); ++i) {
            const auto piece = quoted(t.pieces[i]);
            all += (i == 0 ? "\"" : "") + piece.substr(1, piece.size() - 2);
            if (i < t.parts.size()) all += "\\(" + part(t, i) + ")";
        }
        return all + "\" | debug)";
    }

    std::string object(const tree& t) const
    {
        if (t.parts.empty()) return "{}";
        std::string all;
        for (std::size_t i = 0; i < t.parts.size(); i += 2) {
            const auto& key = *t.parts[i];
            const auto& value = t.parts[i + 1];
            all += all.empty() ? "({" : ", ";
            if (value)
                all += "(" + write(key) + "): " + write(*value);
            else if (key.kind == syntax::variable)
                all += quoted(key.text) + ": $" + key.text;
            else
                all += quoted(key.text) + ": (.[" + quoted(key.text) + "])";
        }
        return all + "} | debug)";
    }

    static bool fixed(const tree& t) { return t.kind == syntax::literal || t.kind == syntax::text; }

    std::string operation(const tree& t) const
    {
        const auto& sign = t.text;
        const auto a = part(t, 0);
        const auto b = part(t, 1);
        if (sign == "and" || sign == "or") return "(" + a + " " + sign + " " + b + ")";
        if (sign == "+") return "(" + a + " + " + b + " | debug)";
        const bool cheap = fixed(*t.parts[0]) || fixed(*t.parts[1]);
        const bool arithmetic = sign == "*" || sign == "/";
        if (cheap && !arithmetic) return "(" + a + " " + sign + " " + b + ")";
        // jq goes through the values of the right side first.
        const std::string_view what = sign == "-"   ? "each with each"
                                      : sign == "*" ? "repeat"
                                      : sign == "/" ? "split"
                                                    : "compare";
        return "(" + b + " as $_b | " + a + " as $_a | " + announced(what, "$_a, $_b") + "$_a " + sign + " $_b" +
               (arithmetic ? " | debug" : "") + ")";
    }

    std::string call(const tree& t) const
    {
        const auto& name = t.text;
        std::string given;
        for (std::size_t i = 0; i < t.parts.size(); ++i) given += (i == 0 ? "(" : "; ") + part(t, i);
        const auto called = name + given + (t.parts.empty() ? "" : ")");
        // A null as an error would look like the end of the values, and {"__jq": n} like a jump.
        if (name == "error") return "error(" + (t.parts.empty() ? "." : part(t, 0)) + " | tostring)";
        if (name == "IN")
            return t.parts.size() == 1 ? "any(" + equal(part(t, 0), ".") + "; .)"
                                       : "any(" + equal(part(t, 0), part(t, 1)) + "; .)";
        if (name == "ltrimstr" || name == "rtrimstr")
            return "(" + part(t, 0) + " as $_q | " + announced("size", ".") +
                   "if type == \"string\" and ($_q | type) == \"string\" then " + name + "($_q) else . end | debug)";
        if (name == "index" || name == "rindex" || name == "indices")
            return "(" + part(t, 0) + " as $_q | " + announced("each with each", "., $_q") + std::string(places_of_q) +
                   (name == "index"    ? " | .[0]"
                    : name == "rindex" ? " | .[-1:][0]"
                                       : "") +
                   " | debug)";
        if (name == "range") return "(" + called + " | " + std::string(step) + ")";
        const auto* known = find_function(name, t.parts.size());
        switch (known ? known->price : cost::linear) {
        case cost::constant: return "(" + called + ")";
        case cost::linear:
            if (name == "split") return "(" + announced("split", ".") + called + " | debug)";
            return "(" + announced("size", ".") + called + " | debug)";
        case cost::product:
            return "(" + part(t, 0) + " as $_q | " + announced("each with each", "., $_q") + name + "($_q) | debug)";
        case cost::copying: break;
        }
        if (name == "join") return "(" + part(t, 0) + " as $_q | " + announced("join", "., $_q") + "join($_q) | debug)";
        return "(" + announced("copy", ".") + called + " | debug)";
    }

    static std::string equal(const std::string& a, const std::string& b)
    {
        return "(" + b + " as $_b | " + a + " as $_a | " + announced("compare", "$_a, $_b") + "$_a == $_b)";
    }
};

} // namespace

std::string program_text(const tree& t)
{
    return writer().write(t);
}

} // namespace idferry::mapping::jq
