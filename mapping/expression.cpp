#include "mapping/expression.hpp"

#include "mapping/expression_machine.hpp"
#include "mapping/expression_tree.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace idferry::mapping {

namespace {

// What jq says about values of the wrong kind, without the values: the beginning or the end of its message, and ours.
struct known_failure
{
    std::string_view begins;
    std::string_view ends;
    std::string_view says;
};
constexpr auto known_failures = std::to_array<known_failure>({
    {"Cannot iterate over ", "", "it goes through the elements of what is no list"},
    {"Cannot index ", "", "it looks for a member of what has none, or by a name in a list"},
    {"Invalid numeric literal", "", "'tonumber' needs a text that is a number"},
    {"Cannot check whether ", "", "'has' does not fit the value"},
    {"", "cannot be added", "it adds values that do not fit each other"},
    {"", "cannot be subtracted", "it subtracts values that do not fit each other"},
    {"", "cannot be multiplied", "it multiplies values that do not fit each other"},
    {"", "cannot be divided", "it divides values that do not fit each other"},
    {"", "because the divisor is zero", "it divides by zero"},
    {"", "cannot be negated", "it negates what is no number"},
    {"", "cannot be parsed as a number", "'tonumber' needs a text that is a number"},
    {"", "cannot be sorted, as it is not an array", "it sorts what is no list"},
    {"", "cannot be grouped, as it is not an array", "it groups what is no list"},
    {"", "has no keys", "'keys' needs a map or a list"},
    {"", "has no length", "'length' does not fit the value"},
    {"", "cannot be matched, as it is not a string", "it needs a text and has another value"},
    {"", "requires string inputs", "it needs a text and has another value"},
    {"", "must be strings", "it needs a text and has another value"},
    {"", "must be a string", "it needs a text and has another value"},
    {"Object keys must be strings", "", "the name of a member must be a text"},
    {"a list as an index", "", "a list is no index"},
    {jq::no_json_number, "", "it gives a number that JSON cannot hold"},
});

std::string one_line(std::string_view text)
{
    constexpr std::size_t longest = 60;
    std::string out;
    for (const char c : text) {
        const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (!blank)
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    if (out.size() <= longest) return out;
    auto end = longest;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U) --end;
    return out.substr(0, end) + "…";
}

// The texts that the configuration itself gives to `error`: they may be shown.
void own_errors(const jq::tree& t, std::set<std::string>& to)
{
    if (t.kind == jq::syntax::call && t.text == "error" && t.parts.size() == 1 && t.parts[0]->kind == jq::syntax::text)
        to.insert(t.parts[0]->text);
    for (const auto& part : t.parts)
        if (part) own_errors(*part, to);
}

class jq_expression final : public expression
{
public:
    jq_expression(std::unique_ptr<const jq::machine> machine, jq::reading_of_source reads, std::string text,
                  std::set<std::string> errors)
        : machine_(std::move(machine)), reads_(std::move(reads)), text_(std::move(text)), errors_(std::move(errors))
    {
    }

    result run(const json& source) const override
    {
        result out;
        auto made = with_sorted_groups(source);
        switch (made.how) {
        case jq::machine_outcome::kind::done: break;
        case jq::machine_outcome::kind::failed: out.rejected = "the expression fails: " + sentence(made.message); break;
        case jq::machine_outcome::kind::too_long:
            out.rejected = "the expression does more work on this resource than is allowed; make it simpler";
            break;
        case jq::machine_outcome::kind::too_large:
            out.rejected = "the expression makes a larger value, or more values, than is allowed";
            break;
        }
        if (!out.rejected) settle(std::move(made.values), out);
        return out;
    }
    bool reads_groups() const override { return reads_.groups(); }
    std::optional<std::set<std::string>> attributes() const override
    {
        return reads_.everything ? std::nullopt : std::optional(reads_.attributes);
    }
    const std::string& text() const override { return text_; }

private:
    jq::machine_outcome with_sorted_groups(const json& source) const
    {
        const auto* only = reads_.everything ? nullptr : &reads_.attributes;
        const auto groups = source.is_object() && reads_.groups() ? source.find("groups") : source.end();
        if (groups == source.end() || !groups->is_array() || groups->size() < 2) return machine_->run(source, only);
        json sorted = source;
        std::ranges::sort(sorted["groups"].get_ref<json::array_t&>(), {}, [](const json& one) { return to_text(one); });
        return machine_->run(sorted, only);
    }

    static void settle(json::array_t values, result& out)
    {
        using reading = source_values::reading;
        if (values.empty()) return;
        if (values.size() == 1 && values.front().is_array()) {
            auto list = values.front().get<json::array_t>();
            values = std::move(list);
            out.many = true;
        }
        out.many = out.many || values.size() > 1;
        std::erase_if(values, [](const json& v) { return v.is_null(); });
        out.state = values.empty() ? reading::null : reading::value;
        out.values = std::move(values);
    }

    std::string sentence(const std::string& message) const
    {
        if (errors_.contains(message)) return message;
        for (const auto& known : known_failures)
            if (message.starts_with(known.begins) && message.ends_with(known.ends)) return std::string(known.says);
        return "its steps do not fit this resource; try it with 'idferry eval map'";
    }

    std::unique_ptr<const jq::machine> machine_;
    jq::reading_of_source reads_;
    std::string text_;
    std::set<std::string> errors_;
};

} // namespace

std::unique_ptr<const expression> parse_expression(const config::node& at, const source_names& names,
                                                   group_reading& groups, config::diagnostics& out)
{
    if (!at.is_scalar()) {
        out.add(at, "expected a jq expression as text, such as '.emails[0].value'");
        return nullptr;
    }
    parse_error wrong;
    const auto parsed = jq::parse(at.scalar(), wrong);
    if (!parsed) {
        out.add(at, wrong.position, wrong.message);
        return nullptr;
    }
    const auto before = out.size();
    auto reads = jq::read_source(*parsed, at, names, out);
    if (out.size() != before) return nullptr;
    auto made = jq::load_machine(jq::program_text(*parsed));
    if (const auto* why = std::get_if<std::string>(&made)) {
        out.add(at, *why);
        return nullptr;
    }
    if (reads.groups()) groups.read.all = true;
    std::set<std::string> errors;
    own_errors(*parsed, errors);
    return std::make_unique<jq_expression>(std::get<std::unique_ptr<const jq::machine>>(std::move(made)),
                                           std::move(reads), one_line(at.scalar()), std::move(errors));
}

} // namespace idferry::mapping
