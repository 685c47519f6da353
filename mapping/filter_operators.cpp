#include "mapping/filter_operators.hpp"

#include "mapping/filter_lexer.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace idferry::mapping {

namespace {

struct named_operator
{
    std::string_view name;
    compare_operator op;
};

constexpr std::array<named_operator, 9> compare_operators{{{"eq", compare_operator::eq},
                                                           {"ne", compare_operator::ne},
                                                           {"co", compare_operator::co},
                                                           {"sw", compare_operator::sw},
                                                           {"ew", compare_operator::ew},
                                                           {"gt", compare_operator::gt},
                                                           {"ge", compare_operator::ge},
                                                           {"lt", compare_operator::lt},
                                                           {"le", compare_operator::le}}};

struct foreign_operator
{
    std::string_view written;
    std::string_view meant;
};

// What other query languages call them.
constexpr std::array<foreign_operator, 24> foreign_operators{
    {{"=", "eq"},    {"==", "eq"},         {"equals", "eq"}, {"is", "eq"},         {"!=", "ne"},
     {"<>", "ne"},   {"neq", "ne"},        {">", "gt"},      {">=", "ge"},         {"gte", "ge"},
     {"<", "lt"},    {"<=", "le"},         {"lte", "le"},    {"contains", "co"},   {"like", "co"},
     {"has", "co"},  {"startswith", "sw"}, {"starts", "sw"}, {"beginswith", "sw"}, {"endswith", "ew"},
     {"ends", "ew"}, {"present", "pr"},    {"exists", "pr"}, {"~", "co"}}};

// True when one insertion, deletion, replacement or swap of neighbours turns one into the other.
bool one_edit_apart(std::string_view a, std::string_view b)
{
    if (a.size() > b.size()) {
        std::swap(a, b);
    }
    if (b.size() - a.size() > 1) {
        return false;
    }
    std::size_t i = 0;
    while (i < a.size() && equal_names(a.substr(i, 1), b.substr(i, 1))) {
        ++i;
    }
    if (a.size() < b.size()) {
        return equal_names(a.substr(i), b.substr(i + 1));
    }
    if (i == a.size() || equal_names(a.substr(i + 1), b.substr(i + 1))) {
        return true;
    }
    return i + 1 < a.size() && equal_names(a.substr(i, 1), b.substr(i + 1, 1)) &&
           equal_names(a.substr(i + 1, 1), b.substr(i, 1)) && equal_names(a.substr(i + 2), b.substr(i + 2));
}

} // namespace

std::string_view operator_name(compare_operator op)
{
    for (const named_operator& known : compare_operators) {
        if (known.op == op) {
            return known.name;
        }
    }
    return "eq";
}

std::optional<compare_operator> find_compare_operator(std::string_view name)
{
    for (const named_operator& known : compare_operators) {
        if (equal_names(known.name, name)) {
            return known.op;
        }
    }
    return std::nullopt;
}

bool is_filter_operator(std::string_view name)
{
    return equal_names(name, "pr") || find_compare_operator(name).has_value();
}

std::string nearest_operator(std::string_view name)
{
    for (const foreign_operator& foreign : foreign_operators) {
        if (equal_names(foreign.written, name)) {
            return "; did you mean " + std::string(foreign.meant) + "?";
        }
    }
    // Two letters are near to many: swapped and doubled letters come before replaced ones, and a tie names all.
    std::vector<std::string_view> near;
    const auto consider = [&](std::string_view known) {
        if (one_edit_apart(name, known) && name.size() > 1) {
            near.push_back(known);
        }
    };
    for (const named_operator& known : compare_operators) {
        consider(known.name);
    }
    consider("pr");
    const auto swapped = std::find_if(near.begin(), near.end(), [&](std::string_view known) {
        return name.size() == 2 && equal_names(known.substr(0, 1), name.substr(1)) &&
               equal_names(known.substr(1), name.substr(0, 1));
    });
    if (swapped != near.end()) {
        near = {*swapped};
    }
    if (near.empty() || near.size() > 4) {
        return "; the operators are " + std::string(operator_names);
    }
    std::string list(near.front());
    for (std::size_t i = 1; i < near.size(); ++i) {
        list += (i + 1 == near.size() ? " or " : ", ") + std::string(near[i]);
    }
    return "; did you mean " + list + "?";
}

std::string nearest_joint(std::string_view word)
{
    if (equal_names(word, "&&") || equal_names(word, "&")) {
        return "; did you mean and?";
    }
    if (equal_names(word, "||") || equal_names(word, "|")) {
        return "; did you mean or?";
    }
    for (const std::string_view joint : {std::string_view("and"), std::string_view("or")}) {
        if (word.size() > 1 && one_edit_apart(word, joint)) {
            return "; did you mean " + std::string(joint) + "?";
        }
    }
    return {};
}

} // namespace idferry::mapping
