#include "mapping/filter_parser.hpp"

#include "mapping/filter_compare.hpp"
#include "mapping/filter_operators.hpp"
#include "mapping/json.hpp"

#include <algorithm>
#include <utility>

namespace idferry::mapping {

namespace {

using filter_node = std::shared_ptr<const filter>;

// One node for a chain: "(a and b) and c" is the same filter as "a and b and c".
filter_node join_clauses(filter_kind kind, std::vector<filter_node> clauses)
{
    if (clauses.size() == 1) {
        return clauses.front();
    }
    auto joined = std::make_shared<filter>();
    joined->kind = kind;
    for (filter_node& clause : clauses) {
        if (clause->kind == kind) {
            joined->children.insert(joined->children.end(), clause->children.begin(), clause->children.end());
        } else {
            joined->children.push_back(std::move(clause));
        }
    }
    return joined;
}

std::string after_name(const attribute_path& path)
{
    attribute_path shown = path;
    shown.urn.clear();
    return shown.attribute.empty() ? "it" : shown.text();
}

} // namespace

filter_parser::node filter_parser::fail(std::size_t position, std::string message)
{
    error_ = {std::move(message), position};
    return nullptr;
}

filter_parser::node filter_parser::parse_whole()
{
    if (in_.text().size() > limits_.max_bytes) {
        return fail(limits_.max_bytes, "the filter is longer than " + std::to_string(limits_.max_bytes) + " bytes");
    }
    node whole = parse_or();
    if (whole == nullptr) {
        return nullptr;
    }
    in_.skip_blanks();
    if (in_.done()) {
        return whole;
    }
    const char c = in_.peek();
    if (c == ')' || c == ']') {
        return fail(in_.position(), std::string("this ") + c + " closes nothing");
    }
    return fail(in_.position(), "expected \"and\", \"or\" or the end of the filter" + nearest_joint(in_.word()));
}

filter_parser::node filter_parser::parse_or()
{
    std::vector<node> clauses;
    bool found = true;
    while (found) {
        node clause = parse_and();
        if (clause == nullptr) {
            return nullptr;
        }
        clauses.push_back(std::move(clause));
        if (!take_joint("or", found)) {
            return nullptr;
        }
    }
    return join_clauses(filter_kind::logical_or, std::move(clauses));
}

filter_parser::node filter_parser::parse_and()
{
    std::vector<node> clauses;
    bool found = true;
    while (found) {
        node clause = parse_term();
        if (clause == nullptr) {
            return nullptr;
        }
        clauses.push_back(std::move(clause));
        if (!take_joint("and", found)) {
            return nullptr;
        }
    }
    return join_clauses(filter_kind::logical_and, std::move(clauses));
}

bool filter_parser::take_joint(std::string_view joint, bool& found)
{
    const std::size_t start = in_.position();
    const std::size_t before = in_.skip_blanks();
    const std::string_view word = in_.word();
    found = equal_names(word, joint);
    if (!found) {
        in_.move_to(start);
        return true;
    }
    if (before == 0) {
        fail(in_.position(), "a blank is missing before " + quoted_excerpt(word));
        return false;
    }
    in_.move_to(in_.position() + word.size());
    if (in_.skip_blanks() == 0 && !in_.done()) {
        fail(in_.position(), "a blank is missing after " + quoted_excerpt(word));
        return false;
    }
    if (in_.done()) {
        fail(in_.position(), "a clause is missing after " + quoted_excerpt(word));
        return false;
    }
    return true;
}

bool filter_parser::operator_follows(std::size_t after) const
{
    filter_cursor ahead = in_;
    ahead.move_to(after);
    ahead.skip_blanks();
    return is_filter_operator(ahead.word());
}

filter_parser::node filter_parser::parse_term()
{
    in_.skip_blanks();
    const std::size_t start = in_.position();
    if (in_.done()) {
        return fail(start,
                    in_.text().empty() ? "the filter is empty" : "a clause is missing here, such as userName pr");
    }
    if (in_.peek() == '(') {
        return parse_group(false);
    }
    const std::string_view word = in_.word();
    if (word.empty()) {
        return fail(start, "expected an attribute name, not or (");
    }
    if (equal_names(word, "not") && !operator_follows(start + word.size())) {
        in_.move_to(start + word.size());
        in_.skip_blanks();
        if (in_.peek() != '(') {
            return fail(in_.position(), "not needs parentheses: not (…)");
        }
        return parse_group(true);
    }
    if ((equal_names(word, "and") || equal_names(word, "or")) && !operator_follows(start + word.size())) {
        return fail(start, "a clause is missing before " + quoted_excerpt(word));
    }
    return parse_attribute(word);
}

filter_parser::node filter_parser::parse_group(bool negated)
{
    const std::size_t opening = in_.position();
    if (++depth_ > limits_.max_depth) {
        return fail(opening, "the filter is nested more than " + std::to_string(limits_.max_depth) + " levels deep");
    }
    in_.take('(');
    node inner = parse_or();
    if (inner == nullptr || !close(')', opening)) {
        return nullptr;
    }
    --depth_;
    if (!negated) {
        return inner;
    }
    auto negation = std::make_shared<filter>();
    negation->kind = filter_kind::logical_not;
    negation->children.push_back(std::move(inner));
    return negation;
}

bool filter_parser::close(char bracket, std::size_t opening)
{
    in_.skip_blanks();
    if (in_.take(bracket)) {
        return true;
    }
    if (in_.done() || in_.peek() == ')' || in_.peek() == ']') {
        fail(in_.position(), std::string("expected ") + bracket + ": the " + in_.text()[opening] + " at position " +
                                 std::to_string(opening) + " is not closed");
    } else {
        fail(in_.position(), std::string("expected \"and\", \"or\" or ") + bracket + nearest_joint(in_.word()));
    }
    return false;
}

filter_parser::node filter_parser::parse_attribute(std::string_view word)
{
    attribute_path path;
    if (auto wrong = parse_attribute_token(word, in_.position(), path)) {
        return fail(wrong->position, std::move(wrong->message));
    }
    in_.move_to(in_.position() + word.size());
    if (in_.peek() == '[') {
        node inner = parse_brackets(path);
        if (inner == nullptr) {
            return nullptr;
        }
        if (in_.peek() == '.') {
            return fail(
                in_.position(),
                "in a filter nothing follows ]; write the test inside, as in emails[type eq \"work\" and value pr]");
        }
        auto selection = std::make_shared<filter>();
        selection->kind = filter_kind::value_path;
        selection->path = std::move(path);
        selection->children.push_back(std::move(inner));
        return selection;
    }
    const std::size_t blank_count = in_.skip_blanks();
    const std::string_view name = in_.word();
    if (name.empty() || blank_count == 0) {
        return fail(in_.position(),
                    "expected an operator after " + after_name(path) + ": " + std::string(operator_names));
    }
    if (equal_names(name, "pr")) {
        in_.move_to(in_.position() + name.size());
        auto presence = std::make_shared<filter>();
        presence->kind = filter_kind::present;
        presence->path = std::move(path);
        return presence;
    }
    return parse_comparison(std::move(path), name);
}

filter_parser::node filter_parser::parse_comparison(attribute_path path, std::string_view name)
{
    const std::size_t operator_at = in_.position();
    const auto op = find_compare_operator(name);
    if (!op) {
        return fail(operator_at, "expected an operator after " + after_name(path) + ", but found " +
                                     quoted_excerpt(name) + nearest_operator(name));
    }
    in_.move_to(operator_at + name.size());
    in_.skip_blanks();
    const std::size_t value_at = in_.position();
    json value;
    if (auto wrong = read_compare_value(in_, value)) {
        return fail(wrong->position, std::move(wrong->message));
    }
    const char next = in_.peek();
    if (!in_.done() && next != ')' && next != ']' &&
        filter_cursor(in_.text().substr(in_.position(), 1)).skip_blanks() == 0) {
        return fail(in_.position(), "a blank is missing after the value");
    }
    auto comparison = std::make_shared<filter>();
    comparison->kind = filter_kind::compare;
    comparison->path = std::move(path);
    comparison->op = *op;
    comparison->operand = std::make_shared<const json>(std::move(value));
    const std::string_view attribute =
        context_.empty() ? std::string_view(comparison->path.attribute) : std::string_view(context_);
    const std::string_view sub_attribute =
        context_.empty() ? comparison->path.sub_attribute : comparison->path.attribute;
    const bool exact = comparison_rules{}.case_exact(attribute, sub_attribute);
    comparison->prepared = std::make_shared<const comparison_operand>(prepare_operand(*comparison->operand, exact));
    if (limits_.check_types) {
        if (auto wrong = check_types(*comparison, operator_at, value_at)) {
            return fail(wrong->position, std::move(wrong->message));
        }
    }
    return comparison;
}

std::optional<parse_error> filter_parser::check_types(const filter& clause, std::size_t operator_at,
                                                      std::size_t value_at) const
{
    const std::string name(operator_name(clause.op));
    const json& value = *clause.operand;
    const bool equality = clause.op == compare_operator::eq || clause.op == compare_operator::ne;
    const bool substring =
        clause.op == compare_operator::co || clause.op == compare_operator::sw || clause.op == compare_operator::ew;
    if (substring && !value.is_string()) {
        return parse_error{name + " needs a text in double quotes", value_at};
    }
    if (!equality && !substring && (value.is_boolean() || value.is_null())) {
        return parse_error{name + " does not apply to true, false and null, which have no order: use eq or ne",
                           operator_at};
    }
    const std::string_view attribute = context_.empty() ? clause.path.attribute : context_;
    if (!equality && !substring && equal_names(attribute, "x509Certificates")) {
        return parse_error{name + " does not apply to binary values, which have no order: use eq or ne", operator_at};
    }
    const bool core = clause.path.urn.empty() || is_core_schema(clause.path.urn);
    const std::string_view last = clause.path.sub_attribute.empty() ? clause.path.attribute : clause.path.sub_attribute;
    const bool is_flag = (context_.empty() && clause.path.sub_attribute.empty() && equal_names(last, "active")) ||
                         ((!context_.empty() || !clause.path.sub_attribute.empty()) && equal_names(last, "primary"));
    if (core && is_flag && !value.is_boolean() && !value.is_null()) {
        return parse_error{std::string(last) + " is a boolean: compare it with true or false, without quotes",
                           value_at};
    }
    return std::nullopt;
}

filter_parser::node filter_parser::parse_brackets(const attribute_path& attribute)
{
    const std::size_t opening = in_.position();
    if (!context_.empty()) {
        return fail(opening, "a value filter cannot hold another one");
    }
    if (attribute.attribute.empty()) {
        return fail(opening, "a value filter follows an attribute, not a schema URN");
    }
    if (!attribute.sub_attribute.empty()) {
        return fail(opening, "a value filter follows an attribute, not a sub-attribute");
    }
    if (++depth_ > limits_.max_depth) {
        return fail(opening, "the filter is nested more than " + std::to_string(limits_.max_depth) + " levels deep");
    }
    in_.take('[');
    context_ = attribute.attribute;
    node inner = parse_or();
    if (inner == nullptr || !close(']', opening)) {
        return nullptr;
    }
    context_.clear();
    --depth_;
    return inner;
}

std::variant<std::shared_ptr<const filter>, parse_error> parse_filter(std::string_view text,
                                                                      const filter_limits& limits)
{
    filter_cursor in(text);
    filter_parser parser(in, limits);
    if (auto parsed = parser.parse_whole()) {
        return parsed;
    }
    return parser.error();
}

} // namespace idferry::mapping
