// What the loader knows about a section, as data: the JSON Schema and the reference page are made from it, so that they
// say what the loader does.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace idferry::config {

struct description
{
    enum class kind
    {
        any,
        text,
        boolean,
        integer,
        number,
        choice,
        list,
        map,
        section,
        one_of
    };
    struct key
    {
        std::string name;
        bool required{false};
        std::string doc; // one sentence or two, in small letters, for the person who writes the file
        std::shared_ptr<const description> value;
        std::string standard{}; // JSON text of what counts when the key is missing; "" = `doc` says what happens then
    };
    // Which keys of a section go together.
    struct key_rule
    {
        enum class kind
        {
            at_most_one,
            exactly_one,
            at_least_one
        };
        kind what{kind::exactly_one};
        std::vector<std::string> keys;
    };

    kind what{kind::any};
    std::string name; // what this shape is called where it is referred to ("duration"); "" = it is described in place
    std::string doc;
    std::vector<std::string> examples;                            // JSON texts
    std::string pattern;                                          // text: regular expression of what is accepted
    bool text_only{false};                                        // text: a number or a truth value never fits
    bool or_nothing{false};                                       // text: an empty value (null) fits too
    std::vector<std::string> choices;                             // choice
    double minimum{0}, maximum{0};                                // integer, number; equal = unbounded
    std::size_t least{0};                                         // list, map: how many there must be
    std::vector<key> keys;                                        // section
    std::vector<key_rule> rules;                                  // section
    std::shared_ptr<const description> element;                   // list, map
    std::vector<std::shared_ptr<const description>> alternatives; // one_of
};

// JSON texts of values, for `standard` and `examples`. An empty text gives "": nothing worth telling.
std::string json_of_text(const std::string& text);
std::string json_of_list(const std::vector<std::string>& items); // of JSON texts
std::string json_of_number(double value);

} // namespace idferry::config
