// Precompiled for every test (tests/CMakeLists.txt), included by none: what each would otherwise work out by itself.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace idferry::test {

// Comparing and printing JSON: instantiated here, once. Never called.
inline bool instantiated_by_the_precompiled_header(const nlohmann::json& a, const nlohmann::ordered_json& b)
{
    return testing::internal::CmpHelperEQ("", "", a, a) && testing::internal::CmpHelperEQ("", "", b, b);
}

} // namespace idferry::test
