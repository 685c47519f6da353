// Named switches of a server: one row per uncertain behaviour, readable and settable as JSON or as text.
#pragma once

#include "tests/sandbox/web.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace idferry::sandbox {

class knob_table
{
public:
    void add(std::string name, bool& value) { rows_.push_back({std::move(name), &value, value}); }
    void add(std::string name, std::int64_t& value) { rows_.push_back({std::move(name), &value, value}); }
    // `allowed`: the values it may have; empty = any text.
    void add(std::string name, std::string& value, std::vector<std::string> allowed = {})
    {
        rows_.push_back({std::move(name), &value, value, std::move(allowed)});
    }

    json get() const;
    // An error text, or "". Text is parsed by the knob's own type.
    std::string set(std::string_view name, const json& value);
    std::string set(const json& object); // all or the first error; earlier ones are kept
    void reset();

private:
    struct row
    {
        std::string name;
        std::variant<bool*, std::int64_t*, std::string*> value;
        std::variant<bool, std::int64_t, std::string> initial;
        std::vector<std::string> allowed;
    };
    std::vector<row> rows_;
};

} // namespace idferry::sandbox
