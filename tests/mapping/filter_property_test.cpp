// Properties that hold for every filter: generated from a fixed seed, so that a failure repeats.
#include "mapping/filter.hpp"
#include "mapping/json.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

namespace {

using namespace idferry::mapping;
using filter_ptr = std::shared_ptr<const filter>;

class generator
{
public:
    explicit generator(unsigned seed) : random_(seed) {}

    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }

    template <std::size_t Count> const char* one_of(const std::array<const char*, Count>& choices)
    {
        return choices[below(Count)];
    }

    std::string name() { return one_of(std::array{"a", "b", "userName", "emails", "x-y_1", "id"}); }

    std::string attribute()
    {
        const std::string urn = below(6) == 0 ? "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:" : "";
        return urn + name() + (below(3) == 0 ? "." + std::string(one_of(std::array{"value", "type", "$ref"})) : "");
    }

    std::string value()
    {
        static const std::array texts{"", "x", "Ä", "straße", "a\"b\\c", "😀", "\n\t", "2011-05-13T04:42:34Z", "XX"};
        switch (below(4)) {
        case 0: return std::to_string(static_cast<int>(below(200)) - 100);
        case 1: return to_text(json(texts[below(texts.size())]));
        case 2: return one_of(std::array{"true", "false", "null", "1.5", "-2e3"});
        default: return to_text(json(texts[below(texts.size())]));
        }
    }

    std::string clause(bool inside)
    {
        if (!inside && below(5) == 0) {
            return name() + "[" + expression(2, true) + "]";
        }
        if (below(5) == 0) {
            return (inside ? name() : attribute()) + " pr";
        }
        return (inside ? name() : attribute()) + " " +
               one_of(std::array{"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"}) + " " + value();
    }

    std::string expression(unsigned depth, bool inside = false)
    {
        switch (depth == 0 ? 0 : below(6)) {
        case 1: return expression(depth - 1, inside) + " and " + expression(depth - 1, inside);
        case 2: return expression(depth - 1, inside) + " or " + expression(depth - 1, inside);
        case 3: return "not (" + expression(depth - 1, inside) + ")";
        case 4: return "(" + expression(depth - 1, inside) + ")";
        default: return clause(inside);
        }
    }

    json resource_value(unsigned depth)
    {
        static const std::array texts{"", "x", "ä", "STRASSE", "xx", "2011-05-13T06:42:34+02:00"};
        switch (below(depth == 0 ? 5 : 7)) {
        case 0: return nullptr;
        case 1: return below(2) == 0;
        case 2: return static_cast<int>(below(200)) - 100;
        case 5: {
            json array = json::array();
            for (unsigned i = below(3); i > 0; --i) {
                array.push_back(resource_value(depth - 1));
            }
            return array;
        }
        case 6: return resource(depth - 1);
        default: return texts[below(texts.size())];
        }
    }

    json resource(unsigned depth)
    {
        json object = json::object();
        for (const char* member : {"a", "b", "USERNAME", "emails", "id", "value", "type"}) {
            if (below(2) == 0) {
                object[member] = resource_value(depth);
            }
        }
        if (below(4) == 0 && depth > 0) {
            object["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] = resource(depth - 1);
        }
        return object;
    }

private:
    std::mt19937 random_;
};

filter_ptr grammatical(const std::string& text)
{
    filter_limits grammar;
    grammar.check_types = false;
    auto parsed = parse_filter(text, grammar);
    if (const auto* wrong = std::get_if<parse_error>(&parsed)) {
        ADD_FAILURE() << text << ": " << wrong->message << " at " << wrong->position;
        return nullptr;
    }
    return std::get<filter_ptr>(parsed);
}

TEST(filter_property, text_reads_back_as_the_same_filter)
{
    generator make(1);
    for (int round = 0; round < 5000; ++round) {
        const std::string written = make.expression(4);
        const filter_ptr once = grammatical(written);
        ASSERT_NE(once, nullptr);
        const filter_ptr twice = grammatical(once->text());
        ASSERT_NE(twice, nullptr);
        ASSERT_EQ(once->ast(), twice->ast()) << written;
        ASSERT_EQ(once->text(), twice->text()) << written;
    }
}

TEST(filter_property, operators_of_logic_mean_what_they_say)
{
    generator make(2);
    for (int round = 0; round < 3000; ++round) {
        const std::string left = make.expression(2);
        const std::string right = make.expression(2);
        const json resource = make.resource(3);
        const bool left_holds = grammatical(left)->matches(resource);
        const bool right_holds = grammatical(right)->matches(resource);
        ASSERT_EQ(grammatical("not (" + left + ")")->matches(resource), !left_holds) << left;
        ASSERT_EQ(grammatical("(" + left + ") and (" + right + ")")->matches(resource), left_holds && right_holds)
            << left << " / " << right;
        ASSERT_EQ(grammatical("(" + left + ") or (" + right + ")")->matches(resource), left_holds || right_holds)
            << left << " / " << right;
    }
}

TEST(filter_property, the_deciding_clause_decides)
{
    generator make(3);
    for (int round = 0; round < 3000; ++round) {
        const filter_ptr whole = grammatical(make.expression(4));
        const json resource = make.resource(3);
        const filter_ptr clause = grammatical(whole->deciding_clause(resource));
        ASSERT_NE(clause, nullptr);
        ASSERT_EQ(clause->matches(resource), whole->matches(resource)) << whole->text() << "\n"
                                                                       << clause->text() << "\n"
                                                                       << resource.dump();
    }
}

TEST(filter_property, mutations_are_parsed_or_refused_within_the_text)
{
    generator make(4);
    for (int round = 0; round < 20000; ++round) {
        std::string text = make.expression(3);
        for (unsigned edits = make.below(3) + 1; edits > 0; --edits) {
            const unsigned at = make.below(static_cast<unsigned>(text.size()) + 1);
            if (make.below(2) == 0) {
                text.insert(at, 1, "()[]\".: \\u$#-0e\xc3\xff"[make.below(17)]);
            } else {
                text.erase(at, make.below(4));
            }
        }
        const auto parsed = parse_filter(text);
        if (const auto* wrong = std::get_if<parse_error>(&parsed)) {
            ASSERT_LE(wrong->position, text.size()) << text;
            ASSERT_FALSE(wrong->message.empty()) << text;
        } else {
            std::get<filter_ptr>(parsed)->matches(make.resource(2));
        }
        const auto path = parse_path(text);
        if (const auto* wrong = std::get_if<parse_error>(&path)) {
            ASSERT_LE(wrong->position, text.size()) << text;
        }
    }
}

} // namespace
