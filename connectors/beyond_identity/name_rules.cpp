#include "connectors/beyond_identity/name_rules.hpp"

#include "mapping/json.hpp"

namespace idferry::connectors::beyond_identity {

namespace {

constexpr std::string_view forbidden = "{}[]<>;:?\\/|*^%$#=~!`";
constexpr std::size_t longest_name = 64, longest_description = 300;
// In RE2's syntax, ready to be pasted into a single-quoted YAML scalar.
constexpr std::string_view forbidden_class = R"([{}\[\]<>;:?\\/|*^%$#=~!`])";

bool begins_character(char c)
{
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

} // namespace

std::string why_no_name(std::string_view what, std::string_view text, std::size_t longest, length_unit unit)
{
    std::size_t characters = 0;
    for (const char c : text) {
        characters += begins_character(c) ? 1 : 0;
        if (forbidden.find(c) != std::string_view::npos)
            return std::string(what) + " holds '" + c + "' as character " + std::to_string(characters) +
                   ", which the service does not allow there; this takes such characters out: transform: [{replace: "
                   "{pattern: '" +
                   std::string(forbidden_class) + "', with: ' '}}, squeeze]";
    }
    const auto length = unit == length_unit::bytes ? text.size() : characters;
    if (length > longest)
        return std::string(what) + " is " + std::to_string(length) +
               (unit == length_unit::bytes ? " bytes" : " characters") + " long, and the service takes " +
               std::to_string(longest) + "; this cuts it: transform: [{truncate: " + std::to_string(longest) + "}]";
    return {};
}

std::string why_not_sent(const mapping::json& body, const name_settings& names)
{
    if (!names.check) return {};
    struct rule
    {
        const char* holder;
        const char* member;
        const char* shown;
        std::size_t longest;
        bool may_be_empty;
    };
    static constexpr rule rules[] = {{"", "display_name", "displayName", longest_name, false},
                                     {"traits", "username", "userName", longest_name, false},
                                     {"", "description", "description", longest_description, true}};
    for (const auto& r : rules) {
        const auto* holder = &body;
        if (*r.holder != '\0') {
            const auto inner = body.find(r.holder);
            if (inner == body.end() || !inner->is_object()) continue;
            holder = &*inner;
        }
        const auto found = holder->find(r.member);
        if (found == holder->end()) continue;
        const auto text = found->is_string() ? found->get<std::string>() : std::string();
        if (text.empty() && !r.may_be_empty) return std::string(r.shown) + " would be empty, and the service needs it";
        auto why = why_no_name(r.shown, text, r.longest, names.unit);
        if (!why.empty()) return why;
    }
    return {};
}

} // namespace idferry::connectors::beyond_identity
