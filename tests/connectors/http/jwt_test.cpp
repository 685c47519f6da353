// When a JSON Web Token ends, without verifying it.
#include "connectors/http/jwt.hpp"

#include <gtest/gtest.h>

#include <string>

namespace idferry::connectors::http {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

// The example of RFC 7519 section 3.1: its `exp` is 1300819380.
const std::string example =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

TEST(jwt, tells_when_the_example_of_rfc_7519_ends)
{
    EXPECT_EQ(jwt_expiry(example), sys_seconds(seconds(1300819380)));
}

TEST(jwt, tells_nothing_of_other_tokens)
{
    EXPECT_EQ(jwt_expiry(""), std::nullopt);
    EXPECT_EQ(jwt_expiry("0123456789abcdef"), std::nullopt);
    EXPECT_EQ(jwt_expiry(".."), std::nullopt);
    EXPECT_EQ(jwt_expiry("a.b"), std::nullopt);
    EXPECT_EQ(jwt_expiry(example + ".more.parts"), std::nullopt);  // encrypted: RFC 7516 has five parts
    EXPECT_EQ(jwt_expiry("x.eyJpc3MiOiJqb2UifQ.x"), std::nullopt); // {"iss":"joe"}
    EXPECT_EQ(jwt_expiry("x.eyJleHAiOiJub3cifQ.x"), std::nullopt); // {"exp":"now"}
    EXPECT_EQ(jwt_expiry("x.eyJleHAiOi0xfQ.x"), std::nullopt);     // {"exp":-1}
    EXPECT_EQ(jwt_expiry("x.eyJleHAiOjFlMzAwfQ.x"), std::nullopt); // {"exp":1e300}
    EXPECT_EQ(jwt_expiry("x.W10.x"), std::nullopt);                // []
    EXPECT_EQ(jwt_expiry("x.!!!!.x"), std::nullopt);
    EXPECT_EQ(jwt_expiry(std::string(100 * 1024, 'a') + ".b.c"), std::nullopt);
}

TEST(jwt, takes_a_fraction_as_the_second_before)
{
    EXPECT_EQ(jwt_expiry("x.eyJleHAiOjEwMC45fQ.x"), sys_seconds(seconds(100))); // {"exp":100.9}
}

} // namespace
} // namespace idferry::connectors::http
